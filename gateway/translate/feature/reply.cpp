// Replies both ways; see reply.h.

#include "gateway/translate/feature/reply.h"

#include <sstream>
#include <string_view>
#include <utility>

#include "coi/mail/charset.h"
#include "coi/mail/quote.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0428_fallback.h"
#include "xmpp/xep/xep0461_reply.h"

namespace gateway::reply {
namespace {

constexpr std::size_t longest_quote = 2000;  // bytes
constexpr std::string_view fold = "[…]";     // as coi/mail/quote leaves it

/// Quoted lines at the start of a text, and the text after them.
struct Split {
    std::string quote;  // without quote marks
    std::string rest;
};

/// "> a\n> b\n\nc" as "a\nb" and "c".
Split split(std::string_view text) {
    Split found;
    while (coi::is_quote(text.substr(0, text.find('\n')))) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(1, end == text.npos ? text.npos : end - 1);
        if (line.starts_with(' ')) line.remove_prefix(1);
        found.quote.append(found.quote.empty() ? "" : "\n").append(line);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    found.rest = text;
    return found;
}

bool has_quotes(const std::string& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (coi::is_quote(line)) return true;
    }
    return false;
}

/// Bytes of the whole quoted lines at the start of `text`, as far as they begin before `end`.
std::size_t quoted_lines(std::string_view text, std::size_t end) {
    std::size_t at = 0;
    while (at < end) {
        const auto next = text.find('\n', at);
        if (!coi::is_quote(text.substr(at, next - at))) break;
        if (next == text.npos) return text.size();
        at = next + 1;
    }
    return at;
}

std::string quoted(const std::string& quote) {
    std::string lines;
    std::istringstream in(quote);
    for (std::string line; std::getline(in, line);) lines += "> " + line + "\n";
    return lines;
}

std::string shortened(const std::string& quote) {
    if (quote.size() <= longest_quote) return quote;
    return std::string(text::head(quote, longest_quote)) + "…";
}

std::string trimmed(std::string_view text) { return std::string(coi::trim(text)); }

/// The text without the one line that is a fold; nullopt if there is none, or there are several.
std::optional<std::string> without_fold(const std::string& body) {
    std::string rest;
    int folds = 0;
    std::istringstream in(body);
    for (std::string line; std::getline(in, line);) {
        line == fold ? void(++folds) : void(rest += line + "\n");
    }
    return folds == 1 && !trimmed(rest).empty() ? std::optional(trimmed(rest)) : std::nullopt;
}

void say_it(Event& event, ReplyTo reply, Reference about) {
    event.contents.emplace_back(std::move(reply));
    event.about = std::move(about);
}

}  // namespace

bool read(const xmpp::Tag& message, Event& event) {
    const auto id = xmpp::xep0461::answers(message);
    auto* text = event.get<Text>();
    const xmpp::Tag* body = xmpp::body_of(message);
    if (!id || text == nullptr || body == nullptr) return false;
    const std::string said = body->cdata();
    ReplyTo reply;
    const auto range = xmpp::xep0428::fallback(message, xmpp::xep0461::ns, said);
    // COMPAT: programs count characters differently. Whole quoted lines at the start go, whatever a position says.
    const std::size_t end = range && range->begin == 0 ? quoted_lines(said, range->end) : 0;
    if (std::string rest = said.substr(end); end > 0 && !trimmed(rest).empty()) {
        rest.erase(0, rest.find_first_not_of("\r\n"));
        reply.quote = split(said.substr(0, end)).quote;
        text->body = std::move(rest);
    }
    if (!event.about) say_it(event, std::move(reply), {.stanza = {*id}});
    return false;
}

bool read(const coi::Message& mail, const std::string&, Event& event) {
    auto* text = event.get<Text>();
    if (text == nullptr || event.about || mail.in_reply_to.empty()) return false;
    const Reference about{.message = mail.in_reply_to.front()};
    auto [quote, rest] = split(text->body);
    if (!quote.empty() && !mail.quote_is_typed && !trimmed(rest).empty()) {
        const bool is_line_by_line = has_quotes(rest);  // it stays whole
        if (!is_line_by_line) text->body = trimmed(rest);
        say_it(event, {is_line_by_line ? std::string() : std::move(quote), false}, about);
    } else if (mail.text.find(fold) == std::string::npos && without_fold(text->body)) {
        say_it(event, {"", true}, about);
    }
    return false;
}

void write(const Event& event, xmpp::Tag& message) {
    const bool is_own = event.about->by_user;
    const std::string author = xmpp::read_jid(xmpp::attribute(message, is_own ? "to" : "from")).bare();
    xmpp::xep0461::add_reply(message, event.about->stanza.value, author);
    const std::string quote = quoted(shortened(event.get<ReplyTo>()->quote));
    auto* body = message.findChild("body");
    if (quote.empty() || body == nullptr) return;
    const std::string said = quote + body->cdata();
    body->setCData(said);
    xmpp::xep0428::add_fallback(message, xmpp::xep0461::ns, said, quote.size());
}

void write(const Event& event, coi::Message& mail, Dialect) {
    const std::string quote = quoted(event.get<ReplyTo>()->quote);
    if (!quote.empty()) mail.text = quote + "\n" + mail.text;
}

void settle(Event& event, const Settled& settled) {
    auto* text = event.get<Text>();
    const ReplyTo reply = *event.get<ReplyTo>();
    if (settled.found) {
        if (reply.is_folded && text != nullptr) text->body = without_fold(text->body).value_or(text->body);
        return;
    }
    event.remove<ReplyTo>();
    event.about.reset();
    if (text = event.get<Text>(); text != nullptr)
        text->body = quoted(reply.quote) + (reply.quote.empty() ? "" : "\n") + text->body;
}

const Feature feature{.is_in = is_in<ReplyTo>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries_always,
                      .about = Whose::everybodys,
                      .settle = settle,
                      .disco = {xmpp::xep0461::ns, xmpp::xep0428::ns}};

}  // namespace gateway::reply
