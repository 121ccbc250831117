// Blocking sockets for the benchmark's peers: one thread a connection, nothing that could hide a cost of the gateway.
//
// Everything is on loopback and every failure ends the program: a benchmark with an error has no figure.

#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>

namespace bench {

[[noreturn]] inline void fail(const char* what) {
    std::perror(what);
    std::_Exit(1);
}

/// CLOCK_MONOTONIC in nanoseconds: the same clock in every process of the benchmark.
inline std::int64_t now_ns() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

inline sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

inline int no_delay(int fd) {
    const int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

inline int listen_on(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    const auto address = loopback(port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 512) != 0)
        fail("listen");
    return fd;
}

inline int accept_one(int listener) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) fail("accept");
    return no_delay(fd);
}

inline int connect_to(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(port);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("connect");
    return no_delay(fd);
}

/// False if the peer has gone.
inline bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// Lines of a text protocol, without their line end.
class Lines {
  public:
    explicit Lines(int fd) : fd_(fd) {}
    /// False at the end of the stream.
    bool next(std::string& line) {
        for (;;) {
            const auto end = buffer_.find('\n', at_);
            if (end != std::string::npos) {
                line = buffer_.substr(at_, end - at_);
                if (!line.empty() && line.back() == '\r') line.pop_back();
                at_ = end + 1;
                return true;
            }
            buffer_.erase(0, at_);
            at_ = 0;
            char block[16384];
            const auto got = ::recv(fd_, block, sizeof block, 0);
            if (got <= 0) return false;
            buffer_.append(block, static_cast<std::size_t>(got));
        }
    }

  private:
    int fd_;
    std::string buffer_;
    std::size_t at_ = 0;
};

/// One session of a mail server that takes everything; `take` gets each mail before it is answered.
inline void take_mails(int fd, const std::function<void(const std::string&)>& take) {
    Lines lines(fd);
    write_all(fd, "220 sink.test ESMTP\r\n");
    for (std::string line, mail; lines.next(line);) {
        const auto verb = line.substr(0, 4);
        if (verb == "EHLO") {
            write_all(fd, "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n");
        } else if (verb == "DATA") {
            write_all(fd, "354 go on\r\n");
            mail.clear();
            while (lines.next(line) && line != ".") mail += line + "\r\n";
            take(mail);
            write_all(fd, "250 taken\r\n");
        } else {
            write_all(fd, verb == "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
        }
    }
    ::close(fd);
}

}  // namespace bench
