// The wire of one IMAP session: commands out, responses in, and what the server says unasked kept up to date.
//
// [RFC 9051 §5.5, §7]. Inside coi/net only: ImapClient's operations are written on run() and next(). Left out: commands
// in parallel. Invariant: after the first broken read or write, or what cannot be framed, the session is dead and its
// stream closed; an untagged response that cannot be read is passed by. Small while it waits (a line buffer of half a
// KiB, no lists); whatever the server says, what is kept of it stays within ImapBudgets.

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
inline constexpr Timeout imap_inside_timeout = std::chrono::seconds(20);  // the same, once a response has begun
inline constexpr std::size_t imap_small_literal = 256 * 1024;             // folder names, settings

/// How many bytes a server may make us read or keep.
struct ImapBudgets {
    static constexpr std::size_t greeting = 1024 * 1024;     // read before the first command
    static constexpr std::size_t answer = 64 * 1024 * 1024;  // read for one command, without the mail it asks for
    static constexpr std::size_t capabilities = 16 * 1024;   // kept
    static constexpr std::size_t folders = 1024 * 1024;      // kept of one LIST
    static constexpr std::size_t settings = 256 * 1024;      // kept of one GETMETADATA
    static constexpr std::size_t listed = 10'000;            // mails, of one since(); the next comes for the others
};

struct ImapClient::State {
    using Sink = std::function<void(ImapResponse&)>;

    explicit State(std::unique_ptr<Stream> s) : stream(std::move(s)), reader(*stream, ImapLimits{}.line) {
        reader.allow(Budget(ImapBudgets::greeting));
    }

    /// Writes `command` with a tag of its own, waits where a literal needs it, and reads to its end. Data go to `sink`,
    /// which must not throw. `literal_most` limits the literals of one response. NO and BAD are values here.
    awaitable<Result<ImapStatus>> run(ImapCommand command, Sink sink = {},
                                      std::size_t literal_most = imap_small_literal);
    /// run(), with NO and BAD as Errors.
    awaitable<Result<void>> must(ImapCommand command, Sink sink = {}, std::size_t literal_most = imap_small_literal);

    /// The next response, after it was taken notice of. BYE is an Error (closed) unless `leaving`.
    awaitable<Result<ImapResponse>> next(Timeout timeout, std::size_t literal_most = imap_small_literal);
    awaitable<Result<void>> write(std::string_view bytes);
    /// The next tag; `tag` is the one under way.
    std::string begin();
    /// Checks that a tagged response is the answer to the command under way.
    Result<ImapStatus> ending(ImapResponse& response);

    bool has(std::string_view capability) const;
    Literals literals() const;
    ImapCommand command(std::string words) const { return ImapCommand(std::move(words), literals()); }
    /// Ends the session because of `error`, which it gives back.
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
    awaitable<Result<bool>> idle(Timeout longest);  // true: all of the time is over
    enum class Heard { news, nothing, ending };
    awaitable<Result<Heard>> listen(Timeout longest, ImapStatus& ending_status);

    std::unique_ptr<Stream> stream;
    LineReader reader;
    std::string capabilities;  // " IMAP4REV1 IDLE ": a set would cost some KiB for each idle account
    std::string tag;
    unsigned tags = 0;
    std::optional<std::uint32_t>
        exists;               // in the selected folder; never more than there are, so that no growth is missed
    bool news = false;        // EXISTS grew since since() looked
    bool said_again = false;  // EXISTS came again, and did not grow: one may have gone and one come
    bool shrunk = false;      // EXPUNGE or VANISHED came since since() looked
    std::uint32_t first_listed = 0, last_listed = 0;  // what since() gave; 0: nothing
    bool awaits_news = false;                         // wait_for_news() is under way
    std::chrono::steady_clock::time_point waited_since{};
    bool strayed = false;                 // the command under way was answered with what is no response
    std::uint16_t odd = 0;                // lines of its answer that were passed by
    bool fresh_capabilities = false;      // said since the login command was sent
    bool utf8 = false;                    // enabled: names and quoted strings are UTF-8
    bool no_idle = false;                 // the server refused IDLE though it announced it
    bool ready = false;                   // open() is through
    std::uint16_t said_before_ready = 0;  // responses: anybody can name a server and have us listen to it
    bool leaving = false;
    bool dead = false;

  private:
    awaitable<Result<ImapLine>> read_line(Timeout timeout, std::size_t literal_most);
    awaitable<Result<std::optional<ImapStatus>>> send(std::vector<ImapCommand::Piece> pieces, const Sink& sink,
                                                      std::size_t literal_most);
    void notice(const ImapResponse& response);
    bool passes_by(const ImapLine& line);
};

/// What NO or BAD to `what` means: kind, and whether trying again can help [RFC 5530].
Error imap_refusal(const ImapStatus& status, std::string_view what);

}  // namespace coi::net
