// Requests to processes, and their deadlines; see confined.h.

#include "coi/crypt/confined.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include "coi/crypt/secret.h"

namespace coi {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned most_requests = 300;                     // per process
constexpr auto zygote_patience = std::chrono::seconds(10);  // it only forks, kills and waits
std::atomic<Confined*> the_current = nullptr;

std::array<int, 2> socket_pair(int type) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "no socket for confined processes");
    return ends;
}

/// Whether the socket is ready before the deadline. A closed one is ready as well.
bool is_ready(int socket, short what, Clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd one{socket, what, 0};
        const int ready = poll(&one, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready > 0) return true;
        if (ready == 0 || errno != EINTR) return false;
    }
}

}  // namespace

/// Sends a request and receives its answer, without blocking beyond the deadline.
class Confined::Exchange {
  public:
    Exchange(int socket, const Budget& budget)
        : socket_(socket), budget_(budget), deadline_(Clock::now() + budget.wall) {}

    Ending run(std::string_view request, std::string& answer) {
        zygote::Head head{request.size(), static_cast<std::uint32_t>(budget_.cpu.count())};
        if (!write({reinterpret_cast<const char*>(&head), sizeof head}) || !write(request)) return failed();
        if (!read(reinterpret_cast<char*>(&head), sizeof head)) return failed();
        if (head.milliseconds != 0) return Ending::no_memory;
        if (head.bytes > budget_.answer_bytes) return Ending::too_long;
        answer.assign(head.bytes, '\0');
        return read(answer.data(), answer.size()) ? Ending::good : failed();
    }

  private:
    Ending failed() const { return Clock::now() >= deadline_ ? Ending::late : Ending::died; }

    /// Whether to continue after `done`, a result of send or recv.
    bool may_go_on(ssize_t done, short what) const {
        if (done > 0 || (done < 0 && errno == EINTR)) return true;
        return done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && is_ready(socket_, what, deadline_);
    }

    bool write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t done = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (!may_go_on(done, POLLOUT)) return false;
            bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(done, 0)));
        }
        return true;
    }

    bool read(char* to, std::size_t size) const {
        while (size > 0) {
            const ssize_t done = recv(socket_, to, size, MSG_DONTWAIT);
            if (!may_go_on(done, POLLIN)) return false;
            to += std::max<ssize_t>(done, 0);
            size -= static_cast<std::size_t>(std::max<ssize_t>(done, 0));
        }
        return true;
    }

    int socket_;
    const Budget& budget_;
    Clock::time_point deadline_;
};

Confined::Confined(const zygote::Work& work) {
    const auto ends = socket_pair(SOCK_SEQPACKET);
    const pid_t self = getpid();
    zygote_ = fork();
    if (zygote_ < 0) throw std::system_error(errno, std::generic_category(), "no confined process");
    if (zygote_ == 0) {
        for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) std::signal(signal, SIG_IGN);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != self) _exit(0);
        close(ends[0]);
        zygote::run(ends[1], work);
    }
    close(ends[1]);
    control_ = ends[0];
    the_current = this;
}

Confined::~Confined() {
    stop();
    Confined* self = this;
    the_current.compare_exchange_strong(self, nullptr);
    waitpid(zygote_, nullptr, 0);
}

Confined* Confined::current() { return the_current; }

/// The answer of the zygote; -1 if it has ended. With mutex_ held.
int Confined::ask(zygote::Asked asked, int socket) {
    iovec piece{&asked, sizeof asked};
    alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (socket >= 0) {
        message.msg_control = space;
        message.msg_controllen = sizeof space;
        cmsghdr* const extra = CMSG_FIRSTHDR(&message);
        extra->cmsg_level = SOL_SOCKET;
        extra->cmsg_type = SCM_RIGHTS;
        extra->cmsg_len = CMSG_LEN(sizeof socket);
        std::memcpy(CMSG_DATA(extra), &socket, sizeof socket);
    }
    zygote::Answered answer = -1;
    if (control_ < 0 || sendmsg(control_, &message, MSG_NOSIGNAL) != sizeof asked ||
        !is_ready(control_, POLLIN, Clock::now() + zygote_patience) ||
        recv(control_, &answer, sizeof answer, MSG_DONTWAIT) != sizeof answer) {
        lose();
        return -1;
    }
    return answer;
}

/// The zygote has ended, and with it all processes.
void Confined::lose() {
    if (works_.exchange(false) && on_lost) on_lost();
}

std::optional<Confined::Process> Confined::start() {
    const auto ends = socket_pair(SOCK_STREAM);
    const int id = ask({zygote::Asked::What::start, 0}, ends[1]);
    close(ends[1]);
    if (id > 0) return Process{id, ends[0], 0};
    close(ends[0]);
    lose();  // without a new process no work is possible
    return std::nullopt;
}

std::optional<Confined::Process> Confined::acquire() {
    const std::lock_guard lock(mutex_);
    if (!works_) return std::nullopt;
    std::optional<Process> process;
    if (idle_.empty()) {
        process = start();
    } else {
        process = idle_.back();
        idle_.pop_back();
    }
    if (process) busy_.insert(process->socket);
    return process;
}

void Confined::release(Process process, bool reusable, int* status) {
    const std::lock_guard lock(mutex_);
    busy_.erase(process.socket);
    if (works_ && reusable && ++process.requests < most_requests) {
        idle_.push_back(process);
        return;
    }
    close(process.socket);
    const int ended = works_ ? ask({zygote::Asked::What::end, process.id}, -1) : -1;
    if (status != nullptr) *status = ended;
}

Result<std::string> Confined::call(std::string_view request, const Budget& budget) {
    for (bool again = false;; again = true) {
        const auto process = acquire();
        if (!process) return Error{ErrorKind::closed, false, "the cryptography has been stopped", 0, {}};
        std::string answer;
        const Ending ending = Exchange(process->socket, budget).run(request, answer);
        int status = 0;
        release(*process, ending == Ending::good || ending == Ending::no_memory, &status);
        if (ending == Ending::good) return answer;
        if (!works_) return Error{ErrorKind::closed, false, "the cryptography has been stopped", 0, {}};
        if (ending == Ending::no_memory) return over_limit("its OpenPGP data takes too much memory");
        if (ending == Ending::too_long) return over_limit("its OpenPGP data gives too much");
        const bool is_over_cpu = ending == Ending::died && WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF;
        if (is_over_cpu || (again && ending == Ending::late))
            return Error{ErrorKind::timeout, true, "its OpenPGP data takes too long", 0, {}};
        // Tries again: another request may have crashed the process, or used its time.
        if (again) return over_limit("its OpenPGP data ends the process that reads it");
    }
}

void Confined::stop() {
    const std::lock_guard lock(mutex_);
    works_ = false;
    for (const int socket : busy_) shutdown(socket, SHUT_RDWR);
    for (const auto& process : idle_) close(process.socket);
    idle_.clear();
    if (control_ >= 0) close(control_);  // the zygote kills all processes, and ends
    control_ = -1;
}

std::size_t Confined::processes() const {
    const std::lock_guard lock(mutex_);
    return idle_.size() + busy_.size();
}

}  // namespace coi
