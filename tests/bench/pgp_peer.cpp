// Mail users with OpenPGP keys: bob0@sink.test to bob49@sink.test, who know the keys of user0 to user49 of the
// gateway's domain.
//
// pgp_peer LMTP_PORT SMTP_PORT DOMAIN, driven by lines on stdin:
//   cost N        the bare library on one thread, for N mails      -> cost CLOSE_US OPEN_US (CPU of each)
//   introduce     each bob sends a clear mail with his key         -> introduced
//   keys          waits for the key of each user in mail to us     -> keys 50
//   prepare N     N mails to the users are encrypted, two threads  -> prepared
//   pump S        they are handed over in S sessions               -> sent N REFUSED START_NS END_NS
//   sealed        how many mails to SMTP_PORT were encrypted so far -> sealed N
// Mail to SMTP_PORT is taken and dropped.

#include <array>
#include <atomic>
#include <condition_variable>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include "coi/crypt/pgp_mime.h"
#include "coi/message_id.h"
#include "tests/bench/socket.h"

namespace {

using namespace bench;
using coi::autocrypt::Header;

constexpr int people = 50;

std::chrono::sys_seconds today() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

double cpu_us() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

struct Person {
    coi::Address address;
    coi::Secret secret;
    Header header;
};

Person person(const std::string& name, const std::string& domain) {
    Person made{{"", name, domain}, {}, {}};
    made.secret = coi::openpgp::generate(made.address, today()).value();
    made.header = {made.address, true, coi::openpgp::public_key(made.secret, made.address).value()};
    return made;
}

coi::Message message(const coi::Address& from, const coi::Address& to, int number) {
    coi::Message mail;
    mail.id = coi::mint("sink.test");
    mail.from = {from};
    mail.to = {to};
    mail.date = today();
    mail.subject = "Message from Bob";
    mail.headers["chat-version"] = "1.0";
    mail.text = "Number " + std::to_string(number) +
                ": the quick brown fox jumps over the lazy dog, and then comes back to see whether the dog has "
                "noticed; it has not, so the fox does it again.";
    return mail;
}

std::string encrypted(const Person& from, const Header& to, int number) {
    coi::pgp_mime::Close how;
    how.signer = from.secret;
    how.to = {to.key};
    how.own = from.header;
    return coi::pgp_mime::close(coi::print(message(from.address, to.addr, number)).value(), how).value();
}

class Peer {
  public:
    Peer(int lmtp_port, int smtp_port, std::string domain)
        : lmtp_port_(lmtp_port), listener_(listen_on(smtp_port)), domain_(std::move(domain)) {
        for (int i = 0; i < people; ++i) bobs_.push_back(person("bob" + std::to_string(i), "sink.test"));
    }

    void run() {
        std::thread([this] {
            for (;;)
                std::thread([this, fd = accept_one(listener_)] {
                    take_mails(fd, [this](const std::string& mail) { take_mail(mail); });
                }).detach();
        }).detach();
        for (std::string line; std::getline(std::cin, line);) obey(line);
        std::_Exit(0);
    }

  private:
    void obey(const std::string& line) {
        std::istringstream words(line);
        std::string verb;
        int count = 0;
        words >> verb >> count;
        if (verb == "cost") cost(count);
        if (verb == "introduce") introduce();
        if (verb == "keys") wait_for_keys();
        if (verb == "prepare") prepare(count);
        if (verb == "pump") pump(count);
        if (verb == "sealed") std::cout << "sealed " << sealed_ << std::endl;
    }

    void cost(int count) {
        const Person one = person("one", "sink.test"), other = person("other", "sink.test");
        auto start = cpu_us();
        std::vector<std::string> mails;
        for (int i = 0; i < count; ++i) mails.push_back(encrypted(one, other.header, i));
        const double closing = (cpu_us() - start) / count;
        start = cpu_us();
        for (const auto& mail : mails) {
            const auto found = coi::pgp_mime::find(mail);
            const auto opened = coi::pgp_mime::open(mail, found.value(), other.secret, {one.header.key});
            if (opened.value().protection.signature != coi::openpgp::Signature::good) fail("a signature");
        }
        std::cout << "cost " << closing << " " << (cpu_us() - start) / count << std::endl;
    }

    void introduce() {
        mails_.clear();
        for (int i = 0; i < people; ++i) {
            const auto& bob = bobs_[static_cast<std::size_t>(i)];
            auto mail = message(bob.address, user(i), i);
            mail.headers["autocrypt"] = coi::autocrypt::print(bob.header);
            mails_.push_back(coi::print(mail).value());
        }
        deliver(1);
        if (refused_ != 0) fail("the gateway refuses a mail");
        std::cout << "introduced" << std::endl;
    }

    void wait_for_keys() {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [this] { return users_.size() == people; });
        std::cout << "keys " << users_.size() << std::endl;
    }

    void prepare(int count) {
        mails_.assign(static_cast<std::size_t>(count), {});
        std::atomic<int> next = 0;
        const auto work = [&] {
            for (int i; (i = next++) < count;) {
                const auto& to = users_.at(user(i % people).canonical());
                mails_[static_cast<std::size_t>(i)] = encrypted(bobs_[static_cast<std::size_t>(i % people)], to, i);
            }
        };
        std::thread other(work);
        work();
        other.join();
        std::cout << "prepared" << std::endl;
    }

    void pump(int sessions) {
        const auto start = now_ns();
        deliver(sessions);
        std::cout << "sent " << mails_.size() << " " << refused_ << " " << start << " " << now_ns() << std::endl;
    }

    coi::Address user(int number) const { return {"", "user" + std::to_string(number), domain_}; }

    void deliver(int sessions) {
        next_ = refused_ = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < sessions; ++i) threads.emplace_back([this] { session(); });
        for (auto& thread : threads) thread.join();
    }

    /// Mail number n goes from bob n to user n, both modulo `people`.
    void session() {
        const int fd = connect_to(lmtp_port_);
        Lines lines(fd);
        const auto ask = [&](const std::string& command) {
            std::string line;
            write_all(fd, command);
            do {
                if (!lines.next(line)) fail("the gateway closed an LMTP session");
            } while (line.size() > 3 && line[3] == '-');
            return line[0];
        };
        ask("");
        ask("LHLO bench.test\r\n");
        for (int n; (n = next_++) < static_cast<int>(mails_.size());) {
            ask("MAIL FROM:<" + bobs_[static_cast<std::size_t>(n % people)].address.addr_spec() + ">\r\n");
            ask("RCPT TO:<" + user(n % people).addr_spec() + ">\r\n");
            ask("DATA\r\n");
            if (ask(mails_[static_cast<std::size_t>(n)] + "\r\n.\r\n") != '2') ++refused_;
        }
        ::close(fd);
    }

    void take_mail(const std::string& mail) {
        if (mail.find("multipart/encrypted") != std::string::npos) ++sealed_;
        if (!has_all_) learn(mail);
    }

    void learn(const std::string& mail) {
        auto header = coi::autocrypt::parse(coi::field(coi::split_fields(mail), "autocrypt"));
        if (!header) return;
        const std::lock_guard lock(mutex_);
        users_[header->addr.canonical()] = std::move(*header);
        has_all_ = users_.size() == people;
        came_.notify_all();
    }

    const int lmtp_port_, listener_;
    const std::string domain_;
    std::vector<Person> bobs_;
    std::vector<std::string> mails_;
    std::atomic<int> next_ = 0, refused_ = 0, sealed_ = 0;
    std::mutex mutex_;
    std::condition_variable came_;
    std::map<std::string, Header> users_;
    std::atomic<bool> has_all_ = false;
};

}  // namespace

int main(int, char** argv) { Peer(std::atoi(argv[1]), std::atoi(argv[2]), argv[3]).run(); }
