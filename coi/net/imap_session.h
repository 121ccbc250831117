// The protocol layer of one IMAP session: sends commands, reads responses, and keeps the server's unsolicited data.
//
// [RFC 9051 §5.5, §7]. Only inside coi/net: ImapClient's operations use run() and next(). Left out: parallel commands.
// Invariant: after the first failed read or write, or invalid framing, the session is dead and its stream closed; an
// untagged response that cannot be parsed is skipped. A waiting session is small (a line buffer of half a KiB, no
// lists); stored server data stays within ImapBudgets.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coi/net/imap_client.h"
#include "coi/net/imap_response.h"
#include "coi/net/imap_text.h"

namespace coi::net {

inline constexpr Timeout imap_answer_timeout = std::chrono::seconds(60);  // without a byte
inline constexpr Timeout imap_inside_timeout = std::chrono::seconds(20);  // the same, inside a response
inline constexpr std::size_t imap_small_literal = 256 * 1024;             // folder names, settings

/// How many bytes of a server are read or kept at most.
struct ImapBudgets {
    static constexpr std::size_t greeting = 1024 * 1024;     // read before the first command
    static constexpr std::size_t answer = 64 * 1024 * 1024;  // read for one command, without a fetched mail
    static constexpr std::size_t capabilities = 16 * 1024;   // kept
    static constexpr std::size_t folders = 1024 * 1024;      // kept of one LIST
    static constexpr std::size_t settings = 256 * 1024;      // kept of one GETMETADATA
    static constexpr std::size_t listed = 10'000;            // mails per since(); the next call returns the others
};

struct ImapClient::State {
    using Sink = std::function<void(ImapResponse&)>;

    explicit State(std::unique_ptr<Stream> s) : stream(std::move(s)), reader(*stream, ImapLimits{}.line) {
        reader.allow(Budget(ImapBudgets::greeting));
    }

    /// Writes `command` with a tag of its own, waits where a literal requires it, and reads to the tagged response.
    /// Data goes to `sink`, which must not throw. `literal_most` limits the literals of one response. NO and BAD are
    /// values here.
    awaitable<Result<ImapStatus>> run(ImapCommand command, Sink sink = {},
                                      std::size_t literal_most = imap_small_literal);
    /// run(), with NO and BAD as Errors.
    awaitable<Result<void>> must(ImapCommand command, Sink sink = {}, std::size_t literal_most = imap_small_literal);

    /// The next response, after its unsolicited data was stored. BYE is an Error (closed) unless `leaving`.
    awaitable<Result<ImapResponse>> next(Timeout timeout, std::size_t literal_most = imap_small_literal);
    awaitable<Result<void>> write(std::string_view bytes);
    /// The next tag; `tag` is the current one.
    std::string begin();
    /// Checks that a tagged response answers the current command.
    Result<ImapStatus> ending(ImapResponse& response);

    bool has(std::string_view capability) const;
    Literals literals() const;
    ImapCommand command(std::string words) const { return ImapCommand(std::move(words), literals()); }
    /// Ends the session because of `error`; returns it.
    Error die(Error error);

    // imap_login.cpp
    awaitable<Result<void>> open(Endpoint server, Login login);
    awaitable<Result<bool>> greet();  // true: PREAUTH
    awaitable<Result<void>> learn_capabilities();
    awaitable<Result<void>> secure(const Endpoint& server);
    awaitable<Result<void>> log_in(const Endpoint& server, const Login& login);
    awaitable<Result<ImapStatus>> authenticate(Sasl sasl, const Login& login, bool& at_once);
    awaitable<Result<void>> log_in_plainly(const Login& login);
    awaitable<Result<void>> settle();

    // imap_wait.cpp
    awaitable<Result<bool>> wait(Timeout longest, Timeout poll);
    awaitable<Result<bool>> wait_on(Timeout longest, Timeout poll);
    awaitable<Result<bool>> idle(Timeout longest);  // true: the whole time is over
    enum class Heard { news, nothing, ending };
    awaitable<Result<Heard>> listen(Timeout longest, ImapStatus& ending_status);

    std::unique_ptr<Stream> stream;
    LineReader reader;
    std::string capabilities;  // " IMAP4REV1 IDLE ": a set would use some KiB per idle account
    std::string tag;
    unsigned tags = 0;
    std::optional<std::uint32_t>
        exists;               // in the selected folder; never more than there are, so that no growth is missed
    bool news = false;        // EXISTS grew since the last since()
    bool said_again = false;  // EXISTS came without growing: one mail may have gone and another arrived
    bool seen_news = false;   // FETCH said that a mail has the flag \Seen; until take_seen_news()
    bool shrunk = false;      // EXPUNGE or VANISHED came since the last since()
    std::uint32_t first_listed = 0, last_listed = 0;  // range that since() returned; 0: none
    bool awaits_news = false;                         // wait_for_news() is running
    std::chrono::steady_clock::time_point waited_since{};
    bool strayed = false;                 // the current command got something that is no response
    std::uint16_t odd = 0;                // skipped lines of its answer
    bool fresh_capabilities = false;      // received since the login command
    bool utf8 = false;                    // UTF-8 is enabled for names and quoted strings
    bool no_idle = false;                 // the server refused IDLE although it announced it
    bool ready = false;                   // open() has succeeded
    std::uint16_t said_before_ready = 0;  // responses before the login, which are limited: users may name any server
    bool leaving = false;
    bool dead = false;

  private:
    awaitable<Result<ImapLine>> read_line(Timeout timeout, std::size_t literal_most);
    awaitable<Result<std::optional<ImapStatus>>> send(std::vector<ImapCommand::Piece> pieces, const Sink& sink,
                                                      std::size_t literal_most);
    void notice(const ImapResponse& response);
    bool passes_by(const ImapLine& line);
};

/// The meaning of NO or BAD to `what`: kind, and whether another attempt can succeed [RFC 5530].
Error imap_refusal(const ImapStatus& status, std::string_view what);

}  // namespace coi::net
