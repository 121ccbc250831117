// A Jabber server as far as a component sees it: takes the handshake, answers pings, pumps messages, and notes those
// that come.
//
// [XEP-0114 §3], [XEP-0199]. component_server COMPONENT_PORT SMTP_PORT COMPONENT DOMAIN, driven by lines on stdin:
//   name N       it calls itself N in service discovery from now on ("Prosody" until then)
//   pump N       N messages of 50 conversations as fast as the stream takes them       -> pumped START_NS END_NS
//   pingpong N   one message at a time, each when the mail of the one before is here   -> latency NS, N times
//   expect N     answers when N messages more have come from the gateway               -> received N NS ERRORS
//   newcomers N  one message of each of N users who have never written              -> pumped START_NS END_NS
//   heartbeat S  pings the component every millisecond, for S seconds               -> heartbeat P50_US P99_US MAX_US N
//   mails N      answers when N mails more have come to the sink                       -> mails NS
//   presences N  answers when N presences more have come from the gateway              -> presences NS
//   log on|off   tells each message that comes                                         -> message NS
//   share URL    user0 sends bob0 the link of a file [XEP-0066 §3]
// What else a peer can do it adds to this class. The mails of `pingpong` come to an SMTP sink of our own at SMTP_PORT
// (0: none).

#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/socket.h"

namespace bench {

/// Cuts a stream of well-formed XML into its stanzas: the elements of depth one.
class Stanzas {
  public:
    void feed(std::string_view bytes, const std::function<void(std::string_view)>& take) {
        buffer_ += bytes;
        while (at_ < buffer_.size()) {
            if (buffer_[at_] != '<') {
                ++at_;
                continue;
            }
            const auto end = tag_end(at_);
            if (end == std::string::npos) return;
            const bool closing = buffer_[at_ + 1] == '/', empty = buffer_[end - 1] == '/',
                       special = buffer_[at_ + 1] == '?';
            if (depth_ == 1 && !closing && !special) start_ = at_;
            at_ = end + 1;
            if (special) continue;
            if (closing) --depth_;
            if (!closing && !empty) ++depth_;
            if (depth_ == 1 && (closing || empty)) {
                take(std::string_view(buffer_).substr(start_, at_ - start_));
                buffer_.erase(0, at_);
                at_ = 0;
            }
        }
    }

  private:
    std::size_t tag_end(std::size_t at) const {
        char quote = 0;
        for (; at < buffer_.size(); ++at) {
            const char c = buffer_[at];
            if (quote != 0) {
                if (c == quote) quote = 0;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == '>') {
                return at;
            }
        }
        return std::string::npos;
    }

    std::string buffer_;
    std::size_t at_ = 0, start_ = 0;
    int depth_ = 0;
};

/// The value of an attribute of the stanza's own element, as it stands in the XML.
inline std::string attribute(std::string_view stanza, const std::string& name) {
    const auto head = stanza.substr(0, stanza.find('>'));
    for (const char quote : {'\'', '"'}) {
        const auto at = head.find(" " + name + "=" + quote);
        if (at == std::string_view::npos) continue;
        const auto value = head.substr(at + name.size() + 3);
        return std::string(value.substr(0, value.find(quote)));
    }
    return {};
}

class Server {
  public:
    Server(int port, int smtp_port, std::string component, std::string domain)
        : listener_(listen_on(port)),
          smtp_port_(smtp_port),
          component_(std::move(component)),
          domain_(std::move(domain)) {}
    Server(const Server&) = delete;
    virtual ~Server() = default;

    void run() {
        std::thread([this] { accept_streams(); }).detach();
        if (smtp_port_ != 0) std::thread([this] { accept_mails(); }).detach();
        for (std::string line; std::getline(std::cin, line);) obey(line);
        std::_Exit(0);
    }

  protected:
    /// A verb of its own.
    virtual void act(const std::string&, std::size_t) {}
    /// A message with a text came; on the stream's thread.
    virtual void hear(std::string_view) {}
    /// What the answer to a question has inside; on the stream's thread.
    virtual std::string answer(std::string_view question) { return identity(question); }
    /// A question was answered; on the stream's thread.
    virtual void answered(std::string_view) {}

    void obey(const std::string& line) {
        std::istringstream words(line);
        std::string verb, word;
        std::size_t count = 0;
        words >> verb;
        if (verb == "log") {
            words >> word;
            log_ = word == "on";
        } else if (verb == "share") {
            words >> word;
            send("<message type='chat' id='share-" + std::to_string(next_++) + "' from='user0@" + domain_ +
                 "/bench' to='bob0\\40sink.test@" + component_ + "'><body>" + word +
                 "</body><x xmlns='jabber:x:oob'><url>" + word + "</url></x></message>");
        } else if (verb == "name") {
            words >> word;
            const std::lock_guard lock(mutex_);
            name_ = word;
        } else {
            words >> count;
            if (verb == "pump") pump(count);
            if (verb == "pingpong") pingpong(count);
            if (verb == "expect") expect(count);
            if (verb == "mails") mails(count);
            if (verb == "presences") presences(count);
            if (verb == "newcomers") newcomers(count);
            if (verb == "heartbeat") std::thread([this, count] { heartbeat(count); }).detach();
            act(verb, count);
        }
    }

    void say(const std::string& line) {
        const std::lock_guard lock(output_);
        std::cout << line << std::endl;
    }

    bool send(std::string_view bytes) {
        const std::lock_guard lock(writing_);
        return stream_ >= 0 && write_all(stream_, bytes);
    }

    std::string message(std::size_t number) const {
        const auto conversation = std::to_string(number % 50), id = std::to_string(number);
        return "<message type='chat' id='bench-" + id + "' from='user" + conversation + "@" + domain_ +
               "/bench' to='bob" + conversation + "\\40sink.test@" + component_ + "'><body>Number " + id +
               ": the quick brown fox jumps over the lazy dog, and then comes back to see whether the dog has noticed; "
               "it has not, so "
               "the fox does it again.</body></message>";
    }

    void pump(std::size_t count) {
        const auto start = now_ns();
        std::string block;
        for (std::size_t i = 0; i < count; ++i) {
            block += message(next_++);
            if (block.size() < 16384 && i + 1 < count) continue;
            if (!send(block)) return say("failed: the stream ended");
            block.clear();
        }
        say("pumped " + std::to_string(start) + " " + std::to_string(now_ns()));
    }

    void newcomers(std::size_t count) {
        const auto start = now_ns();
        std::string block;
        for (std::size_t i = 0; i < count; ++i) {
            const auto name = "new" + std::to_string(next_++);
            block += "<message type='chat' id='" + name + "' from='" + name + "@" + domain_ +
                     "/bench' to='bob0\\40sink.test@" + component_ + "'><body>Hello</body></message>";
        }
        if (!send(block)) return say("failed: the stream ended");
        say("pumped " + std::to_string(start) + " " + std::to_string(now_ns()));
    }

    /// One ping a millisecond, whether the one before was answered or not.
    void heartbeat(std::size_t seconds) {
        const auto end = now_ns() + std::int64_t(seconds) * 1'000'000'000;
        {
            const std::lock_guard lock(mutex_);
            beats_.clear();
        }
        for (auto at = now_ns(); at < end; at += 1'000'000) {
            while (now_ns() < at) std::this_thread::sleep_for(std::chrono::nanoseconds(at - now_ns()));
            if (!send("<iq type='get' id='beat-" + std::to_string(now_ns()) + "' from='beat@" + domain_ +
                      "/bench' to='" + component_ + "'><ping xmlns='urn:xmpp:ping'/></iq>"))
                return say("failed: the stream ended");
        }
        std::this_thread::sleep_for(std::chrono::seconds(1));  // the last answers
        std::unique_lock lock(mutex_);
        auto beats = beats_;
        lock.unlock();
        if (beats.empty()) return say("failed: no heartbeat was answered");
        std::ranges::sort(beats);
        const auto microseconds = [&](std::size_t at) { return std::to_string(beats[at] / 1000) + " "; };
        say("heartbeat " + microseconds(beats.size() / 2) + microseconds(beats.size() * 99 / 100) +
            microseconds(beats.size() - 1) + std::to_string(beats.size()));
    }

    void pingpong(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            std::unique_lock lock(mutex_);
            mail_at_ = 0;
            lock.unlock();
            const auto start = now_ns();
            if (!send(message(next_++))) return say("failed: the stream ended");
            lock.lock();
            came_.wait(lock, [this] { return mail_at_ != 0; });
            say("latency " + std::to_string(mail_at_ - start));
        }
    }

    void expect(std::size_t count) {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [&] { return received_ + errors_ >= count; });
        say("received " + std::to_string(received_) + " " + std::to_string(last_) + " " + std::to_string(errors_));
        received_ = errors_ = 0;
    }

    void mails(std::size_t count) {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [&] { return mails_ >= count; });
        say("mails " + std::to_string(mail_at_));
        mails_ = 0;
    }

    void presences(std::size_t count) {
        std::unique_lock lock(mutex_);
        came_.wait(lock, [&] { return presences_ >= count; });
        say("presences " + std::to_string(now_ns()));
        presences_ = 0;
    }

    void accept_streams() {
        for (;;) {
            const int fd = accept_one(listener_);
            {
                const std::lock_guard lock(writing_);
                stream_ = fd;
            }
            write_all(fd,
                      "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
                      "xmlns:stream='http://etherx.jabber.org/streams' id='bench' from='" +
                          component_ + "'>");
            Stanzas stanzas;
            char block[65536];
            for (ssize_t got; (got = ::recv(fd, block, sizeof block, 0)) > 0;) {
                std::string answers;
                stanzas.feed({block, static_cast<std::size_t>(got)},
                             [&](std::string_view stanza) { take(stanza, answers); });
                if (!answers.empty()) send(answers);
            }
            {
                const std::lock_guard lock(writing_);
                stream_ = -1;
            }
            ::close(fd);
            say("offline");
        }
    }

    void take(std::string_view stanza, std::string& answers) {
        if (stanza.starts_with("<handshake")) {
            answers += "<handshake/>";
            return say("online");
        }
        const auto type = attribute(stanza, "type");
        if (stanza.starts_with("<iq") && (type == "get" || type == "set")) {
            answers += "<iq type='result' id='" + attribute(stanza, "id") + "' from='" + attribute(stanza, "to") +
                       "' to='" + attribute(stanza, "from") + "'>" + answer(stanza) + "</iq>";
        }
        if (const auto id = attribute(stanza, "id"); type == "result" && id.starts_with("beat-")) {
            const std::lock_guard lock(mutex_);
            beats_.push_back(now_ns() - std::stoll(id.substr(5)));
        } else if (stanza.starts_with("<iq") && (type == "result" || type == "error")) {
            answered(stanza);
        }
        if (stanza.starts_with("<presence")) {
            const std::lock_guard lock(mutex_);
            ++presences_;
            came_.notify_all();
        }
        if (!stanza.starts_with("<message")) return;
        const auto at = now_ns();
        const bool error = type == "error", text = stanza.find("<body") != std::string_view::npos;
        if (!error && !text) return;  // a receipt
        {
            const std::lock_guard lock(mutex_);
            ++(error ? errors_ : received_);
            last_ = at;
        }
        if (text) hear(stanza);
        if (log_) say("message " + std::to_string(at));
        came_.notify_all();
    }

    /// [XEP-0030 §3.1] who this server is, if that is asked.
    std::string identity(std::string_view stanza) {
        constexpr std::string_view query = "http://jabber.org/protocol/disco#info";
        if (attribute(stanza, "to") != domain_ || stanza.find(query) == std::string_view::npos) return {};
        const std::lock_guard lock(mutex_);
        return "<query xmlns='" + std::string(query) + "'><identity category='server' type='im' name='" + name_ +
               "'/></query>";
    }

    void accept_mails() {
        const int listener = listen_on(smtp_port_);
        for (;;)
            std::thread([this, fd = accept_one(listener)] {
                take_mails(fd, [this](const std::string&) { take_mail(); });
            }).detach();
    }

    void take_mail() {
        {
            const std::lock_guard lock(mutex_);
            mail_at_ = now_ns();
            ++mails_;
        }
        came_.notify_all();
    }

    const int listener_, smtp_port_;
    const std::string component_, domain_;
    std::mutex output_, writing_, mutex_;
    std::condition_variable came_;
    int stream_ = -1;
    std::string name_ = "Prosody";
    std::size_t next_ = 1, received_ = 0, errors_ = 0, mails_ = 0, presences_ = 0;
    std::int64_t last_ = 0, mail_at_ = 0;
    std::vector<std::int64_t> beats_;  // nanoseconds from ping to answer
    std::atomic<bool> log_ = false;
};

}  // namespace bench
