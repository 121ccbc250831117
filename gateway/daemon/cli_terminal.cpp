// The real Terminal: stdout, stderr, the wall clock, and a password prompt on /dev/tty.

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "gateway/daemon/cli.h"

namespace gateway {
namespace {

constexpr std::size_t password_longest = 4096;
constexpr char interrupt = '\x03';  // Ctrl-C

// Echo and signals are off while it lives: a signal would end the process and leave the terminal without echo, so
// Ctrl-C is read as a byte.
class Mute {
  public:
    explicit Mute(int tty) : tty_(tty), works_(tcgetattr(tty, &before_) == 0) {
        termios mute = before_;
        mute.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
        mute.c_cc[VEOL] = static_cast<cc_t>(interrupt);
        works_ = works_ && tcsetattr(tty_, TCSAFLUSH, &mute) == 0;
    }
    ~Mute() {
        if (works_) tcsetattr(tty_, TCSAFLUSH, &before_);
    }
    Mute(const Mute&) = delete;
    Mute& operator=(const Mute&) = delete;
    bool works() const { return works_; }

  private:
    int tty_;
    termios before_{};
    bool works_;
};

void print(int tty, const std::string& words) {
    if (write(tty, words.data(), words.size()) < 0) return;  // without the prompt the user can still answer
}

std::optional<std::string> ask_password(const std::string& prompt) {
    const int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0) return std::nullopt;
    std::optional<std::string> answer;
    print(tty, prompt);
    if (const Mute mute(tty); mute.works()) {
        answer.emplace();
        char c = 0;
        while (answer->size() < password_longest && read(tty, &c, 1) == 1 && c != '\n' && c != interrupt) *answer += c;
        if (c == interrupt) answer->clear();
    }
    print(tty, "\n");
    close(tty);
    return answer;
}

}  // namespace

Terminal terminal() {
    return {std::cout, std::cerr, ask_password,
            [] { return std::chrono::time_point_cast<Time::duration>(std::chrono::system_clock::now()); }};
}

}  // namespace gateway
