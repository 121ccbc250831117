// Mails as a mail system hands them over: sessions side by side, each with one chat mail at a time, all Message-IDs
// different.
//
// [RFC 2033]. smtp-source -L cannot do it: its mails are all the same, which the gateway rightly takes for one.
// lmtp_pump PORT SESSIONS MAILS DOMAIN -> (with one session) dot NS, per mail; at the end: sent N REFUSED START_NS
// END_NS

#include <atomic>
#include <iostream>
#include <thread>
#include <vector>

#include "tests/bench/socket.h"

namespace {

using namespace bench;

std::atomic<int> next_mail = 0, refused = 0;

/// Reads one reply to its last line; its first digit.
char reply(Lines& lines) {
    std::string line;
    do {
        if (!lines.next(line)) fail("the gateway closed an LMTP session");
    } while (line.size() > 3 && line[3] == '-');
    return line.empty() ? '5' : line[0];
}

std::string mail(int number, const std::string& user, const std::string& domain, std::int64_t run) {
    const auto id = std::to_string(run) + "." + std::to_string(number);
    return "Return-Path: <bob@sink.test>\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\nFrom: Bob <bob@sink.test>\r\nTo: "
           "<" +
           user + "@" + domain + ">\r\nSubject: Message from Bob\r\nMessage-ID: <chat$" + id +
           "@sink.test>\r\nChat-Version: 1.0\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; "
           "charset=utf-8\r\n\r\nNumber " +
           id +
           ": the quick brown fox jumps over the lazy dog, and then comes back to see\r\nwhether the dog has noticed; "
           "it has not, so the "
           "fox does it again.\r\n.\r\n";
}

void session(int port, int mails, const std::string& domain, std::int64_t run, bool tell) {
    const int fd = connect_to(port);
    Lines lines(fd);
    reply(lines);
    write_all(fd, "LHLO bench.test\r\n");
    reply(lines);
    for (int number; (number = next_mail++) < mails;) {
        const auto user = "user" + std::to_string(number % 50);
        write_all(fd, "MAIL FROM:<bob@sink.test>\r\nRCPT TO:<" + user + "@" + domain + ">\r\nDATA\r\n");
        const char from = reply(lines), to = reply(lines), data = reply(lines);
        if (from != '2' || to != '2' || data != '3') fail("the gateway refuses the envelope");
        const auto text = mail(number, user, domain, run);
        const auto dot = now_ns();
        write_all(fd, text);
        if (tell) std::cout << "dot " << dot << "\n";
        if (reply(lines) != '2') ++refused;
    }
    write_all(fd, "QUIT\r\n");
    ::close(fd);
}

}  // namespace

int main(int, char** argv) {
    const int port = std::atoi(argv[1]), sessions = std::atoi(argv[2]), mails = std::atoi(argv[3]);
    const std::string domain = argv[4];
    const auto start = now_ns();
    std::vector<std::thread> threads;
    for (int i = 0; i < sessions; ++i)
        threads.emplace_back([&] { session(port, mails, domain, start, sessions == 1); });
    for (auto& thread : threads) thread.join();
    std::cout << "sent " << mails << " " << refused << " " << start << " " << now_ns() << std::endl;
}
