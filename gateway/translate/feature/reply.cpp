// See reply.h.

#include "gateway/translate/feature/reply.h"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

#include "coi/mail/charset.h"
#include "coi/mail/quote.h"
#include "gateway/translate/feature/announcement.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0428_fallback.h"
#include "xmpp/xep/xep0461_reply.h"

namespace gateway::reply {
namespace {

constexpr std::size_t longest_quote = 2000;  // bytes
constexpr std::string_view fold = "[…]";     // as coi/mail/quote leaves it

/// Quoted lines without their marks: "a\nb" of "> a\n> b\n".
std::string unquoted(std::string_view lines) {
    std::string text;
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        std::string_view line = lines.substr(1, end - 1);
        if (line.starts_with(' ')) line.remove_prefix(1);
        text.append(text.empty() ? "" : "\n").append(line);
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return text;
}

bool has_quotes(const std::string& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (coi::is_quote(line)) return true;
    }
    return false;
}

std::string quoted(const std::string& quote) {
    std::string lines;
    std::istringstream in(quote);
    for (std::string line; std::getline(in, line);) lines += "> " + line + "\n";
    return lines;
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

void add(Event& event, ReplyTo reply, Reference about) {
    event.contents.emplace_back(std::move(reply));
    event.about = std::move(about);
}

bool read(const xmpp::Tag& message, Event& event) {
    const auto id = xmpp::xep0461::answers(message);
    auto* text = event.get<Text>();
    const xmpp::Tag* body = xmpp::body_of(message);
    if (!id || text == nullptr || body == nullptr) return false;
    const std::string said = body->cdata();
    ReplyTo reply;
    const auto range = xmpp::xep0428::fallback(message, xmpp::xep0461::ns, said);
    // COMPAT: programs count characters differently. Only whole quoted lines at the start are the fallback.
    const std::size_t end = range && range->begin == 0 ? coi::leading_quote(said, range->end) : 0;
    if (std::string rest = said.substr(end); end > 0 && !trimmed(rest).empty()) {
        rest.erase(0, rest.find_first_not_of("\r\n"));
        reply.quote = unquoted(std::string_view(said).substr(0, end));
        text->body = std::move(rest);
    }
    if (!event.about) add(event, std::move(reply), {.stanza = {*id}});
    return false;
}

bool read(const coi::Message& mail, const std::string&, Event& event) {
    auto* text = event.get<Text>();
    if (text == nullptr || event.about || mail.in_reply_to.empty()) return false;
    const Reference about{.message = mail.in_reply_to.front()};
    if (announcement::is_pin(mail)) return add(event, {}, about), false;
    const auto end = coi::leading_quote(text->body);
    if (std::string rest = trimmed(text->body.substr(end)); end > 0 && !mail.quote_is_typed && !rest.empty()) {
        // An answer line by line stays whole, and so does what is too long to be only a reminder.
        if (has_quotes(rest) || end > longest_quote) return add(event, {}, about), false;
        std::string quote = unquoted(std::string_view(text->body).substr(0, end));
        text->body = std::move(rest);
        add(event, {std::move(quote), false}, about);
    } else if (mail.text.find(fold) == std::string::npos && without_fold(text->body)) {
        add(event, {"", true}, about);
    }
    return false;
}

/// The quote is in the text already (resolved), behind the gateway's own labels.
void write(const Event& event, xmpp::Tag& message) {
    const std::string author = xmpp::read_jid(xmpp::attribute(message, event.about->by_user ? "to" : "from")).bare();
    xmpp::xep0461::add_reply(message, event.about->stanza.value, author);
    const auto* body = message.findChild("body");
    const std::string quote = quoted(event.get<ReplyTo>()->quote);
    const auto at = body == nullptr || quote.empty() ? std::string::npos : body->cdata().find(quote);
    if (at != std::string::npos)
        xmpp::xep0428::add_fallback(message, xmpp::xep0461::ns, body->cdata(), {at, at + quote.size()});
}

void write(const Event& event, coi::Message& mail, Dialect) {
    const std::string quote = quoted(event.get<ReplyTo>()->quote);
    if (!quote.empty()) mail.text = quote + "\n" + mail.text;
}

void resolved(Event& event, const Resolution& resolution) {
    auto* text = event.get<Text>();
    const ReplyTo reply = *event.get<ReplyTo>();
    if (!resolution.found) {
        event.remove<ReplyTo>();
        event.about.reset();
        text = event.get<Text>();
        if (text != nullptr && !reply.quote.empty()) text->body = quoted(reply.quote) + "\n" + text->body;
    } else if (resolution.to_user && text != nullptr) {
        if (reply.is_folded) text->body = without_fold(text->body).value_or(text->body);
        text->body = quoted(reply.quote) + text->body;
    }
}

}  // namespace

const Feature feature{.is_in = is_in<ReplyTo>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries_always,
                      .refers_to = RefersTo::any,
                      .resolved = resolved,
                      .disco = {xmpp::xep0461::ns, xmpp::xep0428::ns}};

}  // namespace gateway::reply
