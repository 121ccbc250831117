// The dialogue: commands in order, mail by DATA or BDAT, one verdict per recipient.
//
// [RFC 2033 §4.2], [RFC 5321 §4.5.3] (limits), [RFC 3030 §2]. Left out on purpose: loop detection by Received fields
// (the gateway reads the mail anyway). Invariant: 250 after a mail comes only from the gateway.

#include "coi/net/lmtp_session.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>

namespace coi::net {

namespace {

constexpr std::size_t smallest_read = 512;   // what an idle session keeps
constexpr std::size_t mail_read = 4 * 1024;  // at first: more is read as more has come
constexpr std::size_t largest_read = 64 * 1024;
constexpr std::size_t most_lingered = 4 * 1024 * 1024;
constexpr int most_mistakes = 20;
constexpr std::size_t longest_reply = 400;

const Reply too_big{552, "5.3.4", "the mail is too big"};
const Reply no_room{452, "4.3.1", "no room for this mail now"};
const Reply our_trouble{451, "4.3.0", "the mail could not be taken now"};

/// Text that may stand on one reply line.
std::string reply_text(std::string_view text, bool utf8) {
    std::string line(text.substr(0, longest_reply));
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
        if (!utf8 && (c & 0x80)) c = '?';
    }
    return line;
}

}  // namespace

LmtpSession::LmtpSession(std::unique_ptr<Stream> stream, std::shared_ptr<Shared> shared)
    : stream_(std::move(stream)), shared_(std::move(shared)) {}

LmtpSession::~LmtpSession() { hold(0); }

void LmtpSession::close() noexcept { stream_->close(); }

void LmtpSession::hold(std::size_t bytes) {
    shared_->buffered += bytes;
    shared_->buffered -= held_;
    held_ = bytes;
}

void LmtpSession::say(const Reply& reply) {
    out_ += std::to_string(reply.code);
    if (!reply.enhanced.empty()) out_ += ' ' + reply.enhanced;
    out_ += ' ' + reply_text(reply.text, utf8_) + "\r\n";
}

void LmtpSession::say_end(const char* enhanced, const char* text) {
    say({421, enhanced, shared_->host_name + ' ' + text});
}

awaitable<bool> LmtpSession::flush() {
    if (out_.empty()) co_return true;
    const std::string bytes = std::exchange(out_, {});
    co_return (co_await stream_->write(bytes, shared_->limits.idle)).has_value();
}

/// Writes the pending replies and reads more input, which is at the end of in_.
awaitable<Result<void>> LmtpSession::read_more() {
    if (!co_await flush()) co_return Error{ErrorKind::closed, false, "closed", 0, {}};
    in_.erase(0, std::exchange(at_, 0));
    if (in_.empty() && in_.capacity() > largest_read) in_.shrink_to_fit();
    const std::size_t kept = in_.size();
    // Inside a mail there is more to come; between commands an idle session should be small.
    in_.resize(kept +
               (in_data_ ? std::clamp(held_, mail_read, largest_read) : std::clamp(kept, smallest_read, mail_read)));
    waiting_ = true;
    waits_since_ = Clock::now();
    auto count = co_await stream_->read_some(std::span(in_).subspan(kept), shared_->limits.idle);
    waiting_ = false;
    in_.resize(kept + (count ? *count : 0));
    if (!count) co_return count.error();
    since_progress_ += *count;
    if (since_progress_ >= shared_->limits.progress_bytes) note_progress();
    co_return Result<void>{};
}

awaitable<Result<std::string>> LmtpSession::read_command() {
    for (;;) {
        const std::string_view waiting = std::string_view(in_).substr(at_);
        const std::size_t lf = waiting.find('\n');
        const std::size_t length = std::min(lf, waiting.size());
        if (length > shared_->limits.line_bytes + 1) co_return over_limit("a line that is too long");
        if (lf != std::string_view::npos) {
            const std::string_view line = waiting.substr(0, lf);
            at_ += lf + 1;
            // CRLF and nothing else ends a line [RFC 5321 §2.3.8].
            if (line.find('\r') + 1 != line.size() || line.empty()) co_return malformed("a bare CR or LF");
            co_return std::string(line.substr(0, line.size() - 1));
        }
        if (auto more = co_await read_more(); !more) co_return more.error();
    }
}

/// Continues to read for a moment, so that the last reply is not lost: TCP drops data in flight when a socket with
/// unread bytes is closed.
awaitable<void> LmtpSession::linger() {
    for (std::size_t dropped = 0; dropped < most_lingered;) {
        in_.resize(mail_read);
        auto count = co_await stream_->read_some(in_, std::chrono::seconds(1));
        if (!count) break;
        dropped += *count;
    }
}

awaitable<void> LmtpSession::run() {
    say({220, "", shared_->host_name + " LMTP"});
    Next next = Next::command;
    while (next == Next::command) {
        if (stopping_) {
            say_end("4.3.2", "shuts down");
            break;
        }
        auto line = co_await read_command();
        if (!line) {
            next = give_up(line.error().kind);
            break;
        }
        auto command = parse_lmtp_command(*line);
        if (command) {
            next = co_await obey(*command);
        } else {
            say({command.error().code, command.error().enhanced, command.error().text});
            ++mistakes_;
        }
        if (mistakes_ > most_mistakes) {
            say_end("4.7.0", "has heard enough");
            next = Next::fault;
        }
    }
    if (co_await flush() && next == Next::fault) co_await linger();
    stream_->close();
    hold(0);
}

/// The last reply after a line that did not arrive.
LmtpSession::Next LmtpSession::give_up(ErrorKind why) {
    switch (why) {
        case ErrorKind::timeout:
            say_end("4.4.2", "has waited long enough");
            return Next::end;
        case ErrorKind::limit:
            say({500, "5.5.6", "the line is too long"});
            return Next::fault;
        case ErrorKind::malformed:
            say({500, "5.5.2", "lines end in CR LF"});
            return Next::fault;
        default:
            return Next::end;
    }
}

awaitable<LmtpSession::Next> LmtpSession::obey(const LmtpCommand& command) {
    using Verb = LmtpCommand::Verb;
    switch (command.verb) {
        case Verb::lhlo:
            greet();
            break;
        case Verb::mail:
            begin(command);
            break;
        case Verb::rcpt:
            add_recipient(command);
            break;
        case Verb::data:
            co_return co_await data();
        case Verb::bdat:
            co_return co_await chunk(*command.size, command.last);
        case Verb::rset:
            reset();
            say({250, "2.0.0", "OK"});
            break;
        case Verb::noop:
            say({250, "2.0.0", "OK"});
            break;
        case Verb::vrfy:
            say({252, "2.5.0", "send the mail and see"});
            break;
        case Verb::quit:
            say({221, "2.0.0", "bye"});
            co_return Next::end;
    }
    co_return Next::command;
}

void LmtpSession::greet() {
    reset();
    greeted_ = true;
    out_ +=
        "250-" + shared_->host_name +
        "\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250-CHUNKING\r\n250 SIZE " +
        std::to_string(shared_->limits.mail_bytes) + "\r\n";
}

void LmtpSession::begin(const LmtpCommand& command) {
    if (!greeted_ || in_mail_) {
        ++mistakes_;
        return say({503, "5.5.1", greeted_ ? "there is a mail under way" : "say LHLO first"});
    }
    const std::uint64_t size = command.size.value_or(0);
    if (size > shared_->limits.mail_bytes) return say(too_big);
    if (shared_->buffered + size > shared_->limits.buffered_bytes) return say(no_room);
    if (!command.utf8 && std::any_of(command.address.begin(), command.address.end(), [](char c) { return c & 0x80; })) {
        return say({550, "5.6.7", "such an address needs SMTPUTF8"});  // [RFC 6531 §3.5]
    }
    in_mail_ = true;
    if (!std::exchange(fruitless_, true)) note_progress();
    utf8_ = command.utf8;
    delivery_.from = command.address;
    say({250, "2.1.0", "OK"});
}

void LmtpSession::add_recipient(const LmtpCommand& command) {
    if (!in_mail_ || chunked_) {
        ++mistakes_;
        return say({503, "5.5.1", in_mail_ ? "the mail has begun" : "say MAIL first"});
    }
    if (delivery_.to.size() >= shared_->limits.recipients) return say({452, "4.5.3", "too many recipients"});
    if (!utf8_ && std::any_of(command.address.begin(), command.address.end(), [](char c) { return c & 0x80; })) {
        return say({553, "5.6.7", "such an address needs SMTPUTF8"});
    }
    Reply reply = our_trouble;
    try {
        reply = shared_->calls.recipient(command.address);
    } catch (const std::exception&) {  // a failed store is not a fault of the mail
    }
    if (reply.code / 100 == 2)
        delivery_.to.push_back(command.address);
    else
        ++mistakes_;  // so that nobody can try all names
    say(reply);
}

void LmtpSession::reset() {
    delivery_ = {};
    in_mail_ = in_data_ = chunked_ = utf8_ = false;
    chunks_ = 0;
    hold(0);
}

/// One reply per recipient, as after every mail [RFC 2033 §4.2].
void LmtpSession::refuse_mail(const Reply& reply) {
    for (std::size_t i = 0; i < delivery_.to.size(); ++i) say(reply);
    reset();
}

awaitable<LmtpSession::Next> LmtpSession::data() {
    if (delivery_.to.empty() || chunked_) {
        ++mistakes_;
        say({503, "5.5.1", chunked_ ? "the mail comes by BDAT" : "there are no recipients"});
        co_return Next::command;
    }
    if (shared_->buffered >= shared_->limits.buffered_bytes) {
        say(no_room);
        co_return Next::command;
    }
    say({354, "", "go ahead, end with <CRLF>.<CRLF>"});
    in_data_ = true;
    LmtpData mail(shared_->limits.mail_bytes);
    bool room = true;
    while (mail.status() == LmtpData::Status::more) {
        if (at_ == in_.size()) {
            if (auto more = co_await read_more(); !more) co_return give_up(more.error().kind);
        }
        at_ += mail.take(std::string_view(in_).substr(at_));
        if (room) hold(mail.held());
        if (room && shared_->buffered > shared_->limits.buffered_bytes) {
            room = false;
            mail.drop();
            hold(0);
        }
        // Not read to the end if it is far too large.
        if (mail.size() > 2 * shared_->limits.mail_bytes + largest_read) {
            refuse_mail(too_big);
            co_return Next::fault;
        }
    }
    if (mail.status() == LmtpData::Status::broken) {
        // The end of the mail is uncertain, so the following bytes must not be parsed as commands.
        refuse_mail({554, "5.6.0", "a bare CR or LF in the mail"});
        co_return Next::fault;
    }
    if (!room)
        refuse_mail(no_room);
    else if (mail.over_limit())
        refuse_mail(too_big);
    else
        co_await deliver(std::move(mail).mail());
    co_return Next::command;
}

/// Reads `size` bytes and forgets them.
awaitable<LmtpSession::Next> LmtpSession::drop(std::uint64_t size) {
    while (size > 0) {
        if (at_ == in_.size() && !co_await read_more()) co_return Next::end;
        const std::size_t some = std::min<std::uint64_t>(size, in_.size() - at_);
        at_ += some;
        size -= some;
    }
    co_return Next::command;
}

awaitable<LmtpSession::Next> LmtpSession::chunk(std::uint64_t size, bool last) {
    const auto& limits = shared_->limits;
    std::optional<Reply> refusal;
    if (delivery_.to.empty())
        refusal = Reply{503, "5.5.1", "there are no recipients"};
    else if (size > limits.mail_bytes || chunks_ + size > limits.mail_bytes)
        refusal = too_big;
    else if (shared_->buffered + size > limits.buffered_bytes)
        refusal = no_room;
    if (refusal) {
        // The client sends the chunk anyway [RFC 3030 §2]; it is not read if it is far too large.
        if (size > 2 * limits.mail_bytes) {
            say(*refusal);
            co_return Next::fault;
        }
        const std::size_t replies = last && !delivery_.to.empty() ? delivery_.to.size() : 1;
        if (co_await drop(size) == Next::end) co_return Next::end;
        for (std::size_t i = 0; i < replies; ++i) say(*refusal);
        ++mistakes_;
        reset();
        co_return Next::command;
    }
    chunked_ = in_data_ = true;
    chunks_ += size;
    while (size > 0) {
        if (at_ == in_.size() && !co_await read_more()) co_return Next::end;
        const std::size_t some = std::min<std::uint64_t>(size, in_.size() - at_);
        delivery_.mail.append(in_, at_, some);
        at_ += some;
        size -= some;
        hold(delivery_.mail.size());
    }
    in_data_ = false;
    if (!last) {
        say({250, "2.0.0", "OK"});
    } else if (!has_strict_lines(delivery_.mail)) {
        refuse_mail({554, "5.6.0", "a bare CR or LF in the mail"});
    } else {
        co_await deliver(std::move(delivery_.mail));
    }
    co_return Next::command;
}

awaitable<void> LmtpSession::deliver(std::string mail) {
    hold(mail.size());
    fruitless_ = false;
    const std::size_t count = delivery_.to.size();
    delivery_.mail = std::move(mail);
    std::vector<Reply> replies;
    try {
        replies = co_await shared_->calls.deliver(std::move(delivery_));
    } catch (const std::exception&) {  // not committed, so not accepted
        replies.clear();
    }
    replies.resize(count, our_trouble);
    for (const auto& reply : replies) say(reply);
    reset();
}

void LmtpSession::stop(const boost::asio::any_io_executor& executor) {
    stopping_ = true;
    if (waiting_ && !in_data_) leave(executor, "shuts down");
}

std::optional<LmtpSession::Clock::time_point> LmtpSession::idle_since() const {
    if (!waiting_ || stopping_) return std::nullopt;
    return in_mail_ ? progress_ : waits_since_;
}

void LmtpSession::note_progress() {
    progress_ = Clock::now();
    since_progress_ = 0;
}

void LmtpSession::give_way(const boost::asio::any_io_executor& executor) {
    stopping_ = true;
    leave(executor, "is asked by others");
}

/// The session reads and does not write now; it ends when its stream is closed.
void LmtpSession::leave(const boost::asio::any_io_executor& executor, const char* why) {
    say_end("4.3.2", why);
    auto farewell = [](std::shared_ptr<LmtpSession> self, std::string bytes) -> awaitable<void> {
        co_await self->stream_->write(bytes, std::chrono::seconds(2));
        self->close();
    };
    boost::asio::co_spawn(executor, farewell(shared_from_this(), std::exchange(out_, {})), boost::asio::detached);
}

}  // namespace coi::net
