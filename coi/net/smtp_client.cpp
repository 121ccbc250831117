// The session: commands and replies in step, also where they are pipelined.
//
// [RFC 5321 §4.1.4, §4.5.3.2], [RFC 2920 §3.1], [RFC 4954 §4], [RFC 3461 §4]. Left out on purpose: BDAT (one recipient
// a mail gains nothing by it), VRFY, relaying by several MX (a submission server does that). Invariant: after any reply
// that was not understood the session is over, so a reply is never taken for another command's.

#include "coi/net/smtp_client.h"

#include <algorithm>
#include <utility>

#include "coi/mail/charset.h"
#include "coi/net/smtp_reply.h"

namespace coi::net {

namespace {

constexpr std::size_t write_block = 64 * 1024;
constexpr std::size_t piece = 4096;  // in which a line end is looked for: bounds the search of a mail that has only CR

Error refused(std::string what, const SmtpReply& reply, SmtpStep step = SmtpStep::none) {
    Error error{ErrorKind::refused, reply.code / 100 == 5, std::move(what), reply.code, reply.enhanced, 0, step};
    error.text += ": " + std::to_string(reply.code);
    if (!reply.enhanced.empty()) error.text += ' ' + reply.enhanced;
    if (const std::string words = reply.text(); !words.empty()) error.text += ' ' + words;
    return error;
}

/// A failure of the session, not of the mail: another session may succeed, whatever the code.
Error for_now(Error error) {
    error.permanent = false;
    return error;
}

/// An address between < and > that cannot break out of them (quoted local parts may hold any printable character).
bool stands_in_path(std::string_view address) {
    bool quoted = false;
    for (std::size_t i = 0; i < address.size(); ++i) {
        const auto c = static_cast<unsigned char>(address[i]);
        if (c < 0x20 || c == 0x7f) return false;
        if (quoted && c == '\\')
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == ' ' || c == '<' || c == '>'))
            return false;
    }
    return !quoted;
}

std::string xtext(std::string_view text) {  // [RFC 3461 §4]
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string escaped;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 33 && byte <= 126 && c != '+' && c != '=')
            escaped += c;
        else
            escaped += {'+', hex[byte >> 4], hex[byte & 15]};
    }
    return escaped;
}

/// Concerns the command, not the password [RFC 5321 §4.2.1].
constexpr int most_logins = 2;  // mechanisms that are tried
constexpr int most_blank = 10;  // COMPAT: lines that some servers put before or into a reply

bool is_bad_command(const SmtpReply& reply) { return reply.code >= 500 && reply.code <= 504 && reply.code != 503; }

/// Copies a mail into blocks as DATA wants them: every line end CRLF (a bare CR or LF would be read differently by
/// different servers), leading dots doubled [RFC 5321 §4.5.2], the final dot at the end.
class DataBlocks {
  public:
    explicit DataBlocks(std::string_view mail) : rest_(mail) {}
    bool done() const { return ended_; }
    const std::string& next() {
        block_.clear();
        block_.reserve(std::min(write_block, rest_.size() + rest_.size() / 32 + 16) + 8);
        while (!rest_.empty() && block_.size() < write_block) copy_line();
        if (rest_.empty()) {
            if (!at_line_start_) block_ += "\r\n";
            block_ += ".\r\n";
            ended_ = true;
        }
        return block_;
    }

  private:
    void copy_line() {
        if (at_line_start_ && rest_.front() == '.') block_ += '.';
        const auto head = rest_.substr(0, piece);
        const auto feed = head.find('\n');
        std::size_t end = std::min(head.substr(0, feed).find('\r'), feed);
        at_line_start_ = end != std::string_view::npos;
        end = std::min(end, head.size());
        block_ += rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (at_line_start_) {
            block_ += "\r\n";
            rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
        }
    }

    std::string_view rest_;
    std::string block_;
    bool at_line_start_ = true, ended_ = false;
};

/// What the replies up to DATA amount to.
struct Replies {
    bool any_recipient;  // one that is taken is enough
    std::optional<Error> refusal{};
    std::vector<std::pair<std::string, Error>> left_out{};
    std::size_t taken = 0;  // recipients
    bool is_sender_refused = false;

    bool is_enough() const { return !refusal || (any_recipient && taken > 0); }
    /// After further recipients.
    bool may_be_enough() const { return any_recipient && !is_sender_refused; }
    void of_sender(const SmtpReply& reply) {
        if (reply.positive()) return;
        refusal = refused("the mail server refuses the sender", reply, SmtpStep::sender);
        is_sender_refused = true;
    }
    void of_recipient(const SmtpReply& reply, const std::string& to) {
        if (reply.positive()) return static_cast<void>(++taken);
        auto no = refused("the mail server refuses the recipient", reply, SmtpStep::recipient);
        left_out.emplace_back(to, no);
        if (!refusal || (any_recipient && refusal->permanent && !no.permanent)) refusal = std::move(no);
    }
    void of_data(const SmtpReply& reply) {
        if (is_enough()) refusal = refused("the mail server refuses the mail", reply, SmtpStep::content);
        taken = 0;
    }
};

}  // namespace

SmtpTimeouts SmtpTimeouts::at_most(Timeout most) {
    SmtpTimeouts t;
    for (Timeout* each : {&t.greeting, &t.command, &t.data_start, &t.data_block, &t.data_end, &t.quit})
        *each = std::min(*each, most);
    return t;
}

struct SmtpClient::State {
    std::unique_ptr<Stream> stream;
    std::string ehlo_name;
    SmtpTimeouts timeouts;
    LineReader reader;
    std::vector<std::pair<std::string, Error>> left_out;
    SmtpOffer offer;
    bool usable = false;
    bool given = false;  // a mail's content, without the server's verdict
    bool dirty = false;  // a transaction was aborted: RSET is sent before the next one

    State(std::unique_ptr<Stream> s, std::string name, SmtpTimeouts t)
        : stream(std::move(s)),
          ehlo_name(std::move(name)),
          timeouts(t),
          reader(*stream, SmtpReplyReader::longest_line) {}

    Error lose(Error error) {
        usable = false;
        stream->close();
        return error;
    }

    /// The next reply; 421 and what is no reply end the session.
    awaitable<Result<SmtpReply>> reply(Timeout timeout) {
        SmtpReplyReader parts;
        for (int blank = 0;;) {
            auto line = co_await reader.line(timeout);
            if (!line) co_return lose(for_now(line.error()));
            if (line->empty() && blank++ < most_blank) continue;
            auto last = parts.take(*line);
            if (!last) co_return lose(for_now(last.error()));
            if (*last) break;
        }
        SmtpReply reply = std::move(parts).reply();
        if (reply.code == 421) co_return lose(refused("the mail server ends the session", reply));
        co_return reply;
    }

    awaitable<Result<void>> write(std::string_view bytes, Timeout timeout) {
        auto written = co_await stream->write(bytes, timeout);
        if (!written) co_return lose(written.error());
        co_return Result<void>{};
    }

    awaitable<Result<SmtpReply>> command(std::string line) {
        line += "\r\n";
        if (auto written = co_await write(line, timeouts.command); !written) co_return written.error();
        co_return co_await reply(timeouts.command);
    }

    awaitable<Result<void>> hello() {
        auto answer = co_await command("EHLO " + ehlo_name);
        if (!answer) co_return answer.error();
        offer = {};
        if (answer->positive()) {
            offer = parse_offer(*answer);
            co_return Result<void>{};
        }
        if (answer->code / 100 != 5) co_return lose(refused("the mail server refuses our greeting", *answer));
        answer = co_await command("HELO " + ehlo_name);  // an old server [RFC 5321 §3.2]
        if (!answer) co_return answer.error();
        if (!answer->positive()) co_return lose(for_now(refused("the mail server refuses our greeting", *answer)));
        co_return Result<void>{};
    }

    awaitable<Result<void>> secure(std::string host) {
        if (!offer.starttls) {
            co_return lose({ErrorKind::tls, false, "the mail server " + host + " offers no STARTTLS", 0, {}});
        }
        auto answer = co_await command("STARTTLS");
        if (!answer) co_return answer.error();
        if (answer->code != 220) co_return lose(for_now(refused("the mail server refuses STARTTLS", *answer)));
        // Clear text after the 220 is not used as data of the server [RFC 3207 §4.2].
        if (reader.has_buffered()) {
            co_return lose({ErrorKind::tls, false, "someone put text before the TLS handshake of " + host, 0, {}});
        }
        if (auto secured = co_await stream->start_tls(host, timeouts.command); !secured)
            co_return lose(secured.error());
        co_return co_await hello();
    }

    /// Logs in by one mechanism; the server's last reply, or the Error that ended the session.
    awaitable<Result<SmtpReply>> exchange(Sasl& sasl) {
        const std::string initial = sasl.initial();
        auto answer = co_await command("AUTH " + sasl.mechanism() + (initial.empty() ? "" : " " + initial));
        if (answer && is_bad_command(*answer) && !initial.empty()) {  // COMPAT: servers without initial responses
            answer = co_await command("AUTH " + sasl.mechanism());
            if (answer && answer->code == 334) answer = co_await command(initial == "=" ? "" : initial);
        }
        for (int rounds = 0; answer && answer->code == 334; ++rounds) {
            auto step = rounds < 10 ? sasl.step(answer->lines.empty() ? "" : answer->lines.back())
                                    : Result<std::string>(malformed("the server never ends the login"));
            if (!step) {
                co_await command("*");  // [RFC 4954 §4]
                co_return lose(step.error());
            }
            answer = co_await command(*step);
        }
        co_return answer;
    }

    static Error login_refusal(const SmtpReply& answer) {
        Error error = refused("the mail server refuses the login", answer);
        error.kind = ErrorKind::auth;
        if (!is_bad_command(answer)) return error;
        error = for_now(std::move(error));
        error.kind = ErrorKind::unsupported;
        return error;
    }

    /// COMPAT: some servers announce mechanisms that they do not support, or that do not work for this user. Inside TLS
    /// the next one is tried, as in coi/net/imap_login; never after a server failed to prove its identity.
    awaitable<Result<void>> authenticate(Endpoint server, Login login) {
        auto offered = offer.auth;
        std::optional<Error> refusal;
        for (int attempt = 0; attempt < most_logins; ++attempt) {
            auto sasl = Sasl::choose(offered, login, stream->encrypted(), server.host, server.port);
            if (!sasl) co_return lose(refusal.value_or(sasl.error()));
            auto answer = co_await exchange(*sasl);
            if (!answer) co_return lose(refusal.value_or(answer.error()));
            if (answer->positive()) {
                if (sasl->complete()) co_return Result<void>{};
                co_return lose(
                    {ErrorKind::auth, true, "the mail server did not prove that it knows the password", 0, {}});
            }
            const std::string mechanism = sasl->mechanism();
            const bool unfit = !is_bad_command(*answer) && answer->code == 535 && mechanism.starts_with("SCRAM-");
            refusal = login_refusal(*answer);
            if ((!is_bad_command(*answer) && !unfit) || !stream->encrypted()) break;
            std::erase_if(offered, [&](const std::string& other) {
                return other == mechanism || (other.starts_with("SCRAM-") && mechanism.starts_with("SCRAM-"));
            });
        }
        co_return lose(*refusal);
    }

    std::string mail_command(const Envelope& envelope, std::size_t size, bool eight_bit, bool utf8) const {
        std::string line = "MAIL FROM:<" + envelope.from + ">";
        if (offer.size) line += " SIZE=" + std::to_string(size);
        if (eight_bit && offer.eight_bit) line += " BODY=8BITMIME";
        if (utf8) line += " SMTPUTF8";
        if (offer.dsn && !envelope.from.empty()) {
            line += " RET=HDRS";
            if (!envelope.envelope_id.empty()) line += " ENVID=" + xtext(envelope.envelope_id).substr(0, 100);
        }
        return line + "\r\n";
    }

    std::string rcpt_command(const Envelope& envelope, const std::string& to) const {
        std::string line = "RCPT TO:<" + to + ">";
        if (offer.dsn && !envelope.from.empty()) {
            line += envelope.reports_success ? " NOTIFY=SUCCESS,FAILURE,DELAY" : " NOTIFY=FAILURE,DELAY";
        }
        return line + "\r\n";
    }

    /// Checks that need no dialogue.
    Result<bool> needs_utf8(const Envelope& envelope, std::string_view mail) const {
        const auto impossible = [](std::string text, const char* enhanced) {
            return Error{ErrorKind::unsupported, true, std::move(text), 0, enhanced};
        };
        bool utf8 = envelope.utf8 || !is_ascii(envelope.from);
        if (!stands_in_path(envelope.from)) return malformed("the sender's address cannot stand in an envelope");
        if (envelope.to.empty()) return malformed("a mail without recipients");
        for (const auto& to : envelope.to) {
            if (to.empty() || !stands_in_path(to))
                return malformed("the recipient's address cannot stand in an envelope");
            utf8 = utf8 || !is_ascii(to);
        }
        if (utf8 && !offer.utf8) {
            return impossible("the mail server cannot carry addresses beyond ASCII (SMTPUTF8)", "5.6.7");
        }
        if (!offer.eight_bit && !is_ascii(mail)) return impossible("the mail server cannot carry 8-bit text", "5.6.3");
        if (offer.most_bytes > 0 && mail.size() > offer.most_bytes) {
            Error error =
                over_limit("the mail server takes no mail of more than " + std::to_string(offer.most_bytes) + " bytes");
            error.enhanced = "5.3.4";
            return error;
        }
        return utf8;
    }

    /// Sends the commands up to DATA, in one write where the server allows [RFC 2920 §3.1]; the 354 or the first
    /// refusal.
    awaitable<Result<void>> begin(const Envelope& envelope, std::string_view mail, bool utf8) {
        left_out.clear();
        std::vector<std::string> lines;
        if (std::exchange(dirty, true)) lines.emplace_back("RSET\r\n");
        const std::size_t resets = lines.size();
        lines.push_back(mail_command(envelope, mail.size(), !is_ascii(mail), utf8));
        for (const auto& to : envelope.to) lines.push_back(rcpt_command(envelope, to));
        lines.emplace_back("DATA\r\n");
        if (offer.pipelining) {
            std::string all;
            for (const auto& line : lines) all += line;
            if (auto written = co_await write(all, timeouts.command); !written) co_return written.error();
        }
        Replies replies{envelope.any_recipient};
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const bool is_data = i + 1 == lines.size();
            if (!offer.pipelining) {
                const bool goes_on = replies.is_enough() || (!is_data && replies.may_be_enough());
                if (!goes_on) break;  // RSET will go before the next mail
                if (auto written = co_await write(lines[i], timeouts.command); !written) co_return written.error();
            }
            auto answer = co_await reply(is_data ? timeouts.data_start : timeouts.command);
            if (!answer) co_return answer.error();
            if (i < resets) {
                if (!answer->positive()) co_return lose(for_now(refused("the mail server refuses RSET", *answer)));
            } else if (!is_data) {
                if (i == resets)
                    replies.of_sender(*answer);
                else
                    replies.of_recipient(*answer, envelope.to[i - resets - 1]);
            } else if (answer->code != 354) {
                replies.of_data(*answer);
                // 2xx is invalid here, so all following replies would be, too.
                if (answer->positive()) co_return lose(for_now(*replies.refusal));
            } else if (!replies.is_enough()) {
                co_return co_await abandon(std::move(*replies.refusal), replies.taken);
            }
        }
        if (!replies.is_enough()) co_return *replies.refusal;
        left_out = std::move(replies.left_out);
        co_return Result<void>{};
    }

    /// The server waits for a mail that must not be sent.
    awaitable<Result<void>> abandon(Error refusal, std::size_t taken) {
        // If a recipient was accepted, only the end of the connection cancels it; else an empty mail is sent, which the
        // server refuses [RFC 2920 §3.1].
        if (taken > 0) co_return lose(std::move(refusal));
        if (auto written = co_await write(".\r\n", timeouts.command); written) co_await reply(timeouts.command);
        co_return refusal;
    }

    awaitable<Result<void>> send(const Envelope& envelope, std::string_view mail) {
        if (!usable) co_return Error{ErrorKind::closed, false, "the SMTP session is over", 0, {}};
        // COMPAT: servers that answer twice. What is left of the last mail's replies is no reply to this one.
        if (reader.has_buffered())
            co_return lose({ErrorKind::closed, false, "the mail server answered more than it was asked", 0, {}});
        auto utf8 = needs_utf8(envelope, mail);
        if (!utf8) co_return utf8.error();
        if (auto begun = co_await begin(envelope, mail, *utf8); !begun) co_return begun.error();
        given = true;
        for (DataBlocks blocks(mail); !blocks.done();) {
            if (auto written = co_await write(blocks.next(), timeouts.data_block); !written) co_return written.error();
        }
        auto verdict = co_await reply(timeouts.data_end);
        if (!verdict) co_return verdict.error();
        if (verdict->code / 100 == 3) co_return lose(for_now(refused("the mail server answers out of turn", *verdict)));
        given = false;
        if (!verdict->positive()) co_return refused("the mail server refuses the mail", *verdict, SmtpStep::content);
        dirty = false;
        co_return Result<void>{};
    }

    awaitable<Result<void>> open(Endpoint server, std::optional<Login> login) {
        auto greeting = co_await reply(timeouts.greeting);
        if (!greeting) co_return greeting.error();
        if (!greeting->positive()) co_return lose(for_now(refused("the mail server takes no mail", *greeting)));
        if (auto greeted = co_await hello(); !greeted) co_return greeted.error();
        if (server.security == Security::starttls) {
            if (auto secured = co_await secure(server.host); !secured) co_return secured.error();
        }
        if (login) {
            if (auto in = co_await authenticate(server, *login); !in) co_return in.error();
        }
        usable = true;
        co_return Result<void>{};
    }
};

SmtpClient::SmtpClient(std::unique_ptr<Stream> stream, std::string ehlo_name, SmtpTimeouts timeouts)
    : state_(std::make_shared<State>(std::move(stream), std::move(ehlo_name), timeouts)) {}
SmtpClient::SmtpClient(SmtpClient&&) noexcept = default;
SmtpClient& SmtpClient::operator=(SmtpClient&& other) noexcept {
    if (this != &other) {
        close();
        state_ = std::move(other.state_);
    }
    return *this;
}
SmtpClient::~SmtpClient() { close(); }

// Each operation keeps the state alive, so that the client may be destroyed while one is under way.
awaitable<Result<void>> SmtpClient::open(const Endpoint& server, const std::optional<Login>& login) {
    return [](std::shared_ptr<State> s, Endpoint to, std::optional<Login> as) -> awaitable<Result<void>> {
        co_return co_await s->open(std::move(to), std::move(as));
    }(state_, server, login);
}

awaitable<Result<void>> SmtpClient::send(const Envelope& envelope, std::string_view mail) {
    return [](std::shared_ptr<State> s, const Envelope& e, std::string_view m) -> awaitable<Result<void>> {
        co_return co_await s->send(e, m);
    }(state_, envelope, mail);
}

const std::vector<std::pair<std::string, Error>>& SmtpClient::left_out() const { return state_->left_out; }

awaitable<void> SmtpClient::quit() {
    return [](std::shared_ptr<State> s) -> awaitable<void> {
        if (!s->usable) co_return;
        s->usable = false;
        if (auto written = co_await s->stream->write("QUIT\r\n", s->timeouts.quit); written)
            co_await s->reply(s->timeouts.quit);
        s->stream->close();
    }(state_);
}

void SmtpClient::close() noexcept {
    if (!state_) return;
    state_->usable = false;
    state_->stream->close();
}

bool SmtpClient::usable() const { return state_->usable; }
bool SmtpClient::has_given_mail() const { return state_->given; }

}  // namespace coi::net
