// Fork, kill, wait; and the loop of a forked process. See zygote.h.

#include "coi/crypt/zygote.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <vector>

#include "coi/crypt/secret.h"

namespace coi::zygote {
namespace {

constexpr rlim_t memory = rlim_t{512} << 20;  // in addition to the program's memory at its start

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool is_sanitized = true;  // its shadow memory uses the whole address space
#else
constexpr bool is_sanitized = false;
#endif
#else
constexpr bool is_sanitized = false;
#endif

/// Ends with its parent, and ignores the signals that stop the program: its work may still be needed then.
void depend_on(pid_t parent) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) std::signal(signal, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(0);
}

/// The address space of this process, in bytes.
rlim_t size_now() {
    unsigned long pages = 0;
    std::FILE* const file = std::fopen("/proc/self/statm", "r");
    if (file == nullptr || std::fscanf(file, "%lu", &pages) != 1) pages = 0;
    if (file != nullptr) std::fclose(file);
    return static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

void limit(decltype(RLIMIT_AS) what, rlim_t most) {
    const rlimit both{most, most};
    setrlimit(what, &both);
}

void confine(rlim_t size_before) {
    limit(RLIMIT_CORE, 0);  // a core dump would contain keys
    limit(RLIMIT_NPROC, 0);
    limit(RLIMIT_NOFILE, 0);  // open files stay usable
    if (!is_sanitized && size_before != 0) limit(RLIMIT_AS, size_before + memory);
}

bool read_all(int socket, char* to, std::size_t size) {
    while (size > 0) {
        const ssize_t done = ::read(socket, to, size);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        to += done;
        size -= static_cast<std::size_t>(done);
    }
    return true;
}

bool write_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t done = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(done));
    }
    return true;
}

/// SIGPROF ends the process after so much CPU time; 0: never.
void allow(std::uint32_t milliseconds) {
    itimerval timer{};
    timer.it_value = {milliseconds / 1000, static_cast<suseconds_t>(milliseconds % 1000) * 1000};
    setitimer(ITIMER_PROF, &timer, nullptr);
}

/// Requests and answers contain keys: both are wiped.
[[noreturn]] void serve_requests(int socket, Serve serve) noexcept {
    Head head;
    while (read_all(socket, reinterpret_cast<char*>(&head), sizeof head)) {
        Head answer_head;
        Secret answer;
        try {
            std::string bytes(head.bytes, '\0');
            if (!read_all(socket, bytes.data(), bytes.size())) break;
            const Secret request(std::move(bytes));
            allow(head.milliseconds);
            answer = Secret(serve(request.bytes()));
        } catch (const std::bad_alloc&) {
            answer_head.milliseconds = 1;
        }
        allow(0);
        answer_head.bytes = answer.bytes().size();
        if (!write_all(socket, {reinterpret_cast<const char*>(&answer_head), sizeof answer_head}) ||
            !write_all(socket, answer.bytes()))
            break;
    }
    _exit(0);
}

/// The next request of the program, with the socket that came with it, or -1; false: the program has ended.
bool next(int control, Asked& asked, int& socket) {
    iovec piece{&asked, sizeof asked};
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = space;
    message.msg_controllen = sizeof space;
    ssize_t size = -1;
    do size = recvmsg(control, &message, MSG_CMSG_CLOEXEC);
    while (size < 0 && errno == EINTR);
    if (size != sizeof asked) return false;
    socket = -1;
    const cmsghdr* const extra = CMSG_FIRSTHDR(&message);
    if (extra != nullptr && extra->cmsg_type == SCM_RIGHTS) std::memcpy(&socket, CMSG_DATA(extra), sizeof socket);
    return true;
}

}  // namespace

void run(int control, const Work& work) noexcept {
    const pid_t self = getpid();
    work.prepare();
    const rlim_t size = size_now();
    std::vector<pid_t> processes;  // only What::end waits for a process, so that no pid is reused
    Asked asked;
    int socket = -1;
    while (next(control, asked, socket)) {
        Answered answer = -1;
        if (asked.what == Asked::What::start && socket >= 0) {
            answer = fork();
            if (answer == 0) {
                depend_on(self);
                ::close(control);
                confine(size);
                serve_requests(socket, work.serve);
            }
            if (answer > 0) processes.push_back(answer);
            ::close(socket);
        } else if (std::erase(processes, asked.process) == 1) {
            kill(asked.process, SIGKILL);
            while (waitpid(asked.process, &answer, 0) < 0 && errno == EINTR) {
            }
        }
        if (send(control, &answer, sizeof answer, MSG_NOSIGNAL) != sizeof answer) break;
    }
    for (const auto process : processes) kill(process, SIGKILL);
    _exit(0);
}

}  // namespace coi::zygote
