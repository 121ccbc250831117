// IMAP dialogues as text, played whole and with every fault at every line.
//
//     S: * OK ready            the server says a line
//     C: c1 CAPABILITY         the client must say a line
//     T: imap.example          TLS begins for this host
//     Z:                       the server is silent until the client's timeout
//     s: c2 NO no              as S, and NO or BAD in its place is no failure of the session
//
// Invariant: after any fault the session ends with an Error: no success, no hang, nothing said after the server's BYE.
// Lines that cannot be read change nothing where they stand between the others, and hang nothing in their place.

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coi/net/imap_client.h"
#include "tests/support/scripted_stream.h"

namespace dialogue {

using coi::net::awaitable;
using coi::net::ImapClient;
using Work = std::function<awaitable<bool>(ImapClient&)>;

struct Line {
    char who;
    std::string text;
};

inline std::vector<Line> lines(std::string_view text) {
    std::vector<Line> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) continue;
        EXPECT_TRUE(line.size() >= 2 && line[1] == ':') << line;
        out.push_back({line[0], std::string(line.substr(std::min<std::size_t>(3, line.size())))});
    }
    return out;
}

constexpr const char* silence = "\x01";

inline void script(support::Play& play, const std::vector<Line>& all) {
    for (const auto& [who, text] : all) {
        if (who == 'C') play.expects(text + "\r\n");
        if (who == 'S' || who == 's') play.gives(text + "\r\n");
        if (who == 'T') play.starts_tls(text);
        if (who == 'Z') play.gives(silence);
    }
}

/// Makes the scripted silence a timeout, and notes the longest that was asked for.
class Silent : public coi::net::Stream {
  public:
    explicit Silent(std::unique_ptr<Stream> inner, coi::net::Timeout* longest = nullptr)
        : inner_(std::move(inner)), longest_(longest) {}
    awaitable<coi::Result<std::size_t>> read_some(std::span<char> into, coi::net::Timeout timeout) override {
        if (longest_) *longest_ = std::max(*longest_, timeout);
        auto count = co_await inner_->read_some(into, timeout);
        if (count && into[0] == *silence)
            co_return coi::Error{coi::ErrorKind::timeout, false, "scripted silence", 0, {}};
        co_return count;
    }
    awaitable<coi::Result<void>> write(std::string_view bytes, coi::net::Timeout timeout) override {
        return inner_->write(bytes, timeout);
    }
    awaitable<coi::Result<void>> start_tls(const std::string& host, coi::net::Timeout timeout) override {
        return inner_->start_tls(host, timeout);
    }
    bool encrypted() const override { return inner_->encrypted(); }
    void close() noexcept override { inner_->close(); }

  private:
    std::unique_ptr<Stream> inner_;
    coi::net::Timeout* longest_;
};

struct Session {
    coi::net::Endpoint server{"imap.example", 993, coi::net::Security::tls};
    coi::net::Login login{"romeo", "secret", false};
    bool encrypted = true;
};

/// Opens and does `work`; false as soon as anything fails.
inline awaitable<bool> play(std::unique_ptr<coi::net::Stream> stream, Session session, Work work) {
    ImapClient client(std::make_unique<Silent>(std::move(stream)));
    auto opened = co_await client.open(session.server, session.login);
    if (!opened) {
        EXPECT_FALSE(client.usable());
        co_return false;
    }
    if (!work) co_return true;
    co_return co_await work(client);
}

/// What a server may say instead of line `at`.
inline std::vector<std::string> faults(const std::vector<Line>& all, std::size_t at) {
    std::string tag;
    for (std::size_t i = 0; i < at; ++i)
        if (all[i].who == 'C' && all[i].text.starts_with('c')) tag = all[i].text.substr(0, all[i].text.find(' '));
    std::vector<std::string> out = {"* BYE I am tired", "c999 OK not asked"};
    if (all[at].who == 'S' && !tag.empty())
        out.insert(out.end(), {tag + " NO [UNAVAILABLE] later", tag + " BAD what?"});
    return out;
}

/// Lines that cannot be read.
inline const std::vector<std::string> odd_lines = {"",
                                                   ")",
                                                   "* 1 FETCH (UID 3",
                                                   "* 99999999999 EXISTS",
                                                   "* 7 FETCH (UID 3 FLAGS (a]b \\ \"c d\") MODSEQ 5)",
                                                   "* LIST (\\X \\) \"/\" ",
                                                   "* VANISHED 1:*",
                                                   "* X-ODD ((( \" {",
                                                   "* ",
                                                   "c0 OK said twice",
                                                   "* OK [PERMANENTFLAGS (\\Seen OIB-Seen-[Gmail]/Important)] kept",
                                                   "* X {3}\r\nc1 OK in a literal",
                                                   "* ESEARCH UID " + std::string(70'000, 'x')};

/// Plays the dialogue with odd lines between those of the server, and in place of them.
inline void plays_oddly(const std::vector<Line>& all,
                        const std::function<void(support::Play&, const std::vector<Line>&)>& begin,
                        const std::function<awaitable<bool>(std::unique_ptr<coi::net::Stream>)>& start) {
    bool begun = false, in = false;
    for (std::size_t at = 0; at < all.size(); ++at) {
        const std::string& text = all[at].text;
        begun = begun || (all[at].who == 'C' && text.starts_with("c2"));
        for (const char* verb :
             {" EXAMINE", " UID ", " LIST", " IDLE", " NOOP", " GETMETADATA", " NAMESPACE", " APPEND"})
            in = in || (all[at].who == 'C' && text.find(verb) != std::string::npos);
        const bool line = text.starts_with("* ") || text.starts_with("+") || text.starts_with('c');
        if (!begun || !line || (all[at].who != 'S' && all[at].who != 's')) continue;
        for (const std::string& odd : odd_lines) {
            if (!in && odd.starts_with('c')) continue;  // before the login is through it would be no server of ours
            auto between = all;
            between.insert(between.begin() + static_cast<std::ptrdiff_t>(at), Line{'S', odd});
            support::Play p;
            begin(p, between);
            EXPECT_TRUE(support::run(start(p.stream()))) << "before line " << at << ": " << odd << "\n"
                                                         << p.complaint();
            between.erase(between.begin() + static_cast<std::ptrdiff_t>(at) + 1);
            support::Play instead;
            begin(instead, between);
            support::run(start(instead.stream()));
        }
    }
}

/// Plays the dialogue whole, byte by byte, broken at every step, and with every fault in place of every server's line.
inline void plays(std::string_view text, Session session, Work work) {
    const auto all = lines(text);
    const auto start = [&](std::unique_ptr<coi::net::Stream> stream) { return play(std::move(stream), session, work); };
    const auto begin = [&](support::Play& p, const std::vector<Line>& what) {
        if (session.encrypted) p.encrypted();
        script(p, what);
    };
    support::fail_at_every_step([&](support::Play& p) { begin(p, all); }, start);
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (all[at].who != 'S' && all[at].who != 's') continue;
        const std::string& said = all[at].text;  // the inside of a literal may be anything
        if (!said.starts_with("* ") && !said.starts_with('+') && !said.starts_with('c')) continue;
        for (const std::string& fault : faults(all, at)) {
            auto broken = all;
            broken[at].text = fault;
            support::Play p;
            begin(p, broken);
            EXPECT_FALSE(support::run(start(p.stream()))) << "success though line " << at << " is: " << fault;
        }
    }
    plays_oddly(all, begin, start);
}

/// Plays a dialogue once and gives the error with which it ends.
inline coi::Error ends(std::string_view text, Session session) {
    support::Play p;
    if (session.encrypted) p.encrypted();
    script(p, lines(text));
    ImapClient client(std::make_unique<Silent>(p.stream()));
    auto opened = support::run(client.open(session.server, session.login));
    EXPECT_TRUE(p.finished()) << p.complaint();
    EXPECT_TRUE(p.closed());
    if (opened) {
        ADD_FAILURE() << "opened";
        return coi::malformed("opened");
    }
    return opened.error();
}

}  // namespace dialogue
