// The wire of one IMAP session.

#include "coi/net/imap_session.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace coi::net {

namespace {

constexpr std::size_t most_responses = 2'000'000;  // to one command: a mailbox that big is listed in one answer
constexpr std::size_t few_responses = 1000;        // before the login is through: there is little to say
constexpr std::uint16_t most_odd = 100;            // lines that are no response, to one command

/// Codes that say that another try later may do better [RFC 5530 §3].
bool is_temporary(std::string_view code) {
    constexpr std::array codes = {"UNAVAILABLE", "INUSE", "SERVERBUG", "LIMIT", "OVERQUOTA", "CLIENTBUG"};
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool is_permanent(std::string_view code) {
    constexpr std::array codes = {"NONEXISTENT",   "NOPERM", "CANNOT",    "TRYCREATE",
                                  "ALREADYEXISTS", "TOOBIG", "BADCHARSET"};
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// What RFC 9051 makes part of the protocol itself, so that servers need not name it [RFC 9051 appendix E].
bool is_in_rev2(std::string_view capability) {
    constexpr std::array names = {"NAMESPACE",     "ESEARCH",  "ENABLE",      "IDLE",    "SASL-IR",
                                  "LIST-EXTENDED", "LITERAL-", "SPECIAL-USE", "UIDPLUS", "UNSELECT"};
    return std::find(names.begin(), names.end(), capability) != names.end();
}

/// A timeout inside a response: unlike one between two, nothing can follow it.
Error halfway(Error error) {
    if (error.kind == ErrorKind::timeout)
        error = {ErrorKind::closed, false, "the server stopped inside a response", 0, {}};
    return error;
}

}  // namespace

Error imap_refusal(const ImapStatus& status, std::string_view what) {
    const bool bad = status.kind == ImapStatus::Kind::bad;
    std::string text = std::string(what) + ": the server answered " + (bad ? "BAD" : "NO");
    if (!status.code.name.empty()) text += " [" + clean_words(status.code.name, 40) + "]";
    if (!status.text.empty()) text += " " + clean_words(status.text);
    const bool permanent = is_permanent(status.code.name) || (bad && !is_temporary(status.code.name));
    return {ErrorKind::refused, permanent, std::move(text), 0, {}};
}

Error ImapClient::State::die(Error error) {
    dead = true;
    stream->close();
    return error;
}

bool ImapClient::State::has(std::string_view capability) const {
    const std::string word = " " + std::string(capability) + " ";
    if (capabilities.find(word) != std::string::npos) return true;
    return is_in_rev2(capability) && capabilities.find(" IMAP4REV2 ") != std::string::npos;
}

Literals ImapClient::State::literals() const {
    if (has("LITERAL+")) return Literals::any;
    return has("LITERAL-") ? Literals::small : Literals::synchronising;
}

awaitable<Result<ImapLine>> ImapClient::State::read_line(Timeout timeout, std::size_t literal_most) {
    const ImapLimits limits;
    ImapLine line;
    for (bool first = true, status = false;; first = false) {
        bool cut = false;
        auto piece = co_await reader.line(first ? timeout : imap_inside_timeout, cut);
        if (!piece) co_return first ? piece.error() : halfway(piece.error());
        if (first) status = is_imap_status(*piece);
        const auto size = status ? std::nullopt : announced_literal(*piece);
        if (cut) piece->resize(std::min(piece->rfind(' ', limits.line), limits.line));  // no half of a number
        if (line.text.empty())
            line.text = std::move(*piece);
        else
            line.text += *piece;
        if (line.text.size() > limits.text) co_return over_limit("the server's response is too long");
        if (!size) co_return line;
        if (line.literals.size() >= limits.literals || *size > literal_most)
            co_return over_limit("the server sent a literal of " + std::to_string(*size) + " bytes");
        literal_most -= *size;
        auto block = co_await reader.block(*size, imap_inside_timeout);
        if (!block) co_return halfway(block.error());
        line.literals.push_back(std::move(*block));
        line.text += "\r\n";
    }
}

/// Keeps what any response may tell: capabilities, and how many mails the selected folder holds.
void ImapClient::State::notice(const ImapResponse& response) {
    const auto learn = [this](const std::vector<std::string>& names) {
        capabilities = " ";
        Budget budget(ImapBudgets::capabilities);
        for (const auto& name : names)
            if (budget.take(name.size() + 1)) (capabilities += name) += ' ';
        capabilities.shrink_to_fit();
        fresh_capabilities = true;
    };
    if (const auto* names = std::get_if<ImapCapabilities>(&response.data)) learn(names->names);
    if (const auto* status = std::get_if<ImapStatus>(&response.data); status && status->code.name == "CAPABILITY")
        learn(split_capabilities(status->code.argument));
    if (const auto* now = std::get_if<ImapExists>(&response.data)) {
        news = news || now->count > exists.value_or(now->count);
        said_again = said_again || awaits_news;
        exists = now->count;
    }
    const auto shrink = [this](std::uint64_t by) {
        if (exists) *exists -= static_cast<std::uint32_t>(std::min<std::uint64_t>(*exists, by));
    };
    const auto* fetch = std::get_if<ImapFetch>(&response.data);
    seen_news = seen_news || (fetch && fetch->seen);
    const bool expunged = std::get_if<ImapExpunge>(&response.data) != nullptr;
    if (expunged) shrink(1);
    const auto* vanished = std::get_if<ImapVanished>(&response.data);
    shrunk = shrunk || expunged || (vanished && !vanished->earlier);
    if (!vanished || vanished->earlier || response.broken) return;  // [RFC 7162 §3.2.10]: EARLIER does not count
    for (const auto& range : vanished->uids) shrink(std::uint64_t{range.last} - range.first + 1);
}

/// COMPAT: blank lines and single parentheses behind a literal, answers that come twice, words that belong nowhere.
/// Before the login is through only blank lines: whoever speaks something else is no IMAP server.
bool ImapClient::State::passes_by(const ImapLine& line) {
    const std::string_view text = line.text;
    const bool blank = text.find_first_not_of(" )") == std::string_view::npos;
    if (!blank && (text.starts_with("* ") || text.starts_with('+') || !ready)) return false;
    if (odd >= most_odd) return false;
    if (!blank) {
        const std::string_view first = text.substr(0, text.find(' '));
        unsigned number = 0;
        const bool is_ours =
            first.starts_with('c') &&
            std::from_chars(first.data() + 1, first.data() + first.size(), number).ptr == first.data() + first.size();
        if (is_ours && number >= tags) return false;  // the answer, or one to what was not asked
        if (!is_ours) strayed = true;
    }
    ++odd;
    return true;
}

awaitable<Result<ImapResponse>> ImapClient::State::next(Timeout timeout, std::size_t literal_most) {
    if (!ready && ++said_before_ready > few_responses) co_return over_limit("the server talks without end");
    auto line = co_await read_line(timeout, literal_most);
    while (line && passes_by(*line)) line = co_await read_line(timeout, literal_most);
    if (!line) co_return line.error();
    auto response = parse_imap(std::move(*line));
    if (!response) co_return response.error();
    notice(*response);
    const auto* status = std::get_if<ImapStatus>(&response->data);
    if (status && status->kind == ImapStatus::Kind::bye && !leaving)
        co_return Error{ErrorKind::closed, false, "the server ended the session: " + clean_words(status->text), 0, {}};
    co_return response;
}

awaitable<Result<void>> ImapClient::State::write(std::string_view bytes) {
    if (dead) co_return Error{ErrorKind::closed, false, "the session is over", 0, {}};
    auto written = co_await stream->write(bytes, imap_answer_timeout);
    if (!written) co_return die(written.error());
    co_return Result<void>{};
}

std::string ImapClient::State::begin() {
    tag = "c" + std::to_string(++tags);
    odd = 0;
    strayed = false;
    return tag + " ";
}

Result<ImapStatus> ImapClient::State::ending(ImapResponse& response) {
    if (response.tag != tag) return die(malformed("the server answered a command that was not given"));
    return std::move(std::get<ImapStatus>(response.data));
}

/// Writes the pieces. A status instead of nothing: the command ended before all were written (a literal was refused).
awaitable<Result<std::optional<ImapStatus>>> ImapClient::State::send(std::vector<ImapCommand::Piece> pieces,
                                                                     const Sink& sink, std::size_t literal_most) {
    pieces.front().text.insert(0, begin());
    std::string waiting;  // small pieces go out in one write
    for (auto& piece : pieces) {
        waiting += piece.text;
        if (&piece == &pieces.back()) break;
        while (piece.waits) {
            if (auto written = co_await write(std::exchange(waiting, {})); !written) co_return written.error();
            auto response = co_await next(imap_answer_timeout, literal_most);
            if (!response) co_return die(response.error());
            if (response->tag == "+") break;
            if (!response->tagged()) {
                if (sink) sink(*response);
                continue;
            }
            auto status = ending(*response);
            if (!status) co_return status.error();
            if (status->kind == ImapStatus::Kind::ok) co_return die(malformed("OK to half a command"));
            co_return std::optional<ImapStatus>(std::move(*status));
        }
        if (piece.literal.size() <= 4096) {
            waiting += piece.literal;
            continue;
        }
        if (auto written = co_await write(std::exchange(waiting, {})); !written) co_return written.error();
        if (auto written = co_await write(piece.literal); !written) co_return written.error();
    }
    if (auto written = co_await write(waiting); !written) co_return written.error();
    co_return std::optional<ImapStatus>{};
}

awaitable<Result<ImapStatus>> ImapClient::State::run(ImapCommand command, Sink sink, std::size_t literal_most) {
    if (!command.sayable()) co_return malformed("text with a NUL byte cannot be said in IMAP");
    reader.allow(Budget(ImapBudgets::answer + literal_most));
    auto refused = co_await send(std::move(command).finish(), sink, literal_most);
    if (!refused) co_return refused.error();
    if (*refused) co_return std::move(**refused);
    for (std::size_t count = 0; count < most_responses; ++count) {
        auto response = co_await next(imap_answer_timeout, literal_most);
        if (!response) co_return die(response.error());
        if (response->tagged()) co_return ending(*response);
        if (response->tag == "+") co_return die(malformed("the server asks to go on where nothing follows"));
        if (sink) sink(*response);
    }
    co_return die(over_limit("the server does not come to an end"));
}

awaitable<Result<void>> ImapClient::State::must(ImapCommand command, Sink sink, std::size_t literal_most) {
    auto status = co_await run(std::move(command), std::move(sink), literal_most);
    if (!status) co_return status.error();
    if (status->kind != ImapStatus::Kind::ok) co_return imap_refusal(*status, "IMAP");
    co_return Result<void>{};
}

}  // namespace coi::net
