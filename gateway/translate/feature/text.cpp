// Text both ways; see text.h. What is cut is cut between characters, and the reader is told.

#include "gateway/translate/feature/text.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "coi/mail/chat_data.h"
#include "coi/mail/html.h"
#include "coi/mail/quote.h"
#include "coi/mail/subject.h"
#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/announcement.h"
#include "gateway/translate/feature/invitation.h"
#include "gateway/translate/feature/placeholder.h"
#include "xmpp/xep/xep0066_oob.h"
#include "xmpp/xep/xep0071_xhtml.h"

namespace gateway::text {
namespace {

constexpr std::string_view between = " – ";  // of subject and text, as Delta Chat has it
constexpr std::size_t longest_subject = 60;  // bytes of the first words
constexpr std::size_t longest_shown = 2000;  // bytes of a subject beside the text; a longer one is text
constexpr std::size_t longest_topic = 500;   // bytes of it that are remembered

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

/// The first words, as a subject.
std::string first_words(std::string_view body) {
    while (body.starts_with('>') && body.find('\n') != body.npos) body.remove_prefix(body.find('\n') + 1);
    const std::string line = one_line(head(body, 4 * longest_subject));
    if (line.size() <= longest_subject) return line;
    const std::string_view cut = head(line, longest_subject);
    const auto space = cut.rfind(' ');
    // A "word" of half the subject's length is none (Chinese, Japanese): cut where it ends.
    return std::string(space != cut.npos && space > longest_subject / 2 ? cut.substr(0, space) : cut) + "…";
}

void append_line(std::string& text, const std::string& line) {
    if (!text.empty()) text += '\n';
    text += line;
}

bool is_chat(const coi::Message& mail) {
    return !mail.header("chat-version").empty() || coi::is_chat(mail.id) || !mail.header("chat-content").empty();
}

/// What stands in for a subject that is hidden in the encrypted part: "...", "[...]".
bool is_placeholder(std::string_view subject) {
    return subject.find_first_not_of(". []") == subject.npos || subject == "…" || subject == "Encrypted Message";
}

/// "-- " on a line of its own would make a signature of what follows, which chat programs do not show [RFC 3676 §4.3].
std::string without_signature_marks(std::string text) {
    constexpr std::string_view mark = "-- ";
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 2)) {
        const bool begins = at == 0 || text[at - 1] == '\n';
        const bool ends = at + mark.size() == text.size() || text[at + mark.size()] == '\n';
        if (begins && ends) text.erase(at + 2, 1);
    }
    return text;
}

/// Bytes that the character at `at` takes in XML; gloox escapes these five.
std::size_t printed(char c) {
    constexpr std::string_view escaped = "&<>\"'";
    return escaped.find(c) == escaped.npos ? 1 : 6;
}

/// The body as far as it fits; true if something was cut.
bool shorten(std::string& body) {
    std::size_t room = longest_printed, at = 0;
    while (at < body.size() && printed(body[at]) <= room) room -= printed(body[at++]);
    if (at == body.size()) return false;
    body = head(body, at);
    return true;
}

/// What clients say without a body: a link [XEP-0066 §3], or markup alone [XEP-0071 §8], which they should not.
std::string without_body(const xmpp::Tag& message) {
    constexpr std::size_t longest = 256 * 1024;
    if (const xmpp::Tag* link = xmpp::child(message, "x", xmpp::xep0066::ns)) {
        const xmpp::Tag *url = link->findChild("url"), *words = link->findChild("desc");
        const std::string said = words ? trim(words->cdata()) : "";
        return (said.empty() ? "" : said + "\n") + (url ? trim(url->cdata()) : "");
    }
    const xmpp::Tag* html = xmpp::child(message, "html", xmpp::xep0071::ns);
    return html ? trim(coi::html_to_text(html->xml(), longest)) : "";
}

std::optional<Text> text_of(const xmpp::Tag& message) {
    const std::string& type = xmpp::attribute(message, "type");
    if (type == "error" || type == "groupchat") return std::nullopt;
    const xmpp::Tag* body = xmpp::body_of(message);
    const xmpp::Tag* subject = xmpp::default_of(message, "subject");
    Text text{body ? body->cdata() : "", subject ? one_line(subject->cdata()) : ""};
    if (trim(text.body).empty()) text.body = without_body(message);
    if (trim(text.body).empty()) {
        // A subject alone is a message of its own only where it is not a room's topic or a client's habit.
        if (text.subject.empty()) return std::nullopt;
        text.body = text.subject;
    }
    return text;
}

std::optional<Text> text_of(const coi::Message& mail, const std::string& lang) {
    if (mail.mdn || mail.dsn) return std::nullopt;
    Text text;
    const auto instead = announcement::instead_of_text(mail, lang);
    text.body = instead ? *instead : trim(framed::foreign(coi::fold_quotes(mail)));
    if (instead && instead->empty()) return std::nullopt;  // a chat program's signal
    text.body = trim(announcement::before_text(mail, lang) + text.body);
    if (!is_chat(mail)) text.subject = one_line(framed::foreign(mail.subject));
    if (mail.encrypted && is_placeholder(text.subject)) text.subject.clear();
    if (mail.encrypted)
        append_line(text.body, framed::notice(say(lang, "[This message is encrypted and cannot be read here.]")));
    if (mail.invitation && !mail.encrypted) append_line(text.body, invitation::words(*mail.invitation, lang));
    if (const auto files = placeholder::attachments(mail, lang); !files.empty()) append_line(text.body, files);
    if (text.body.empty() && !is_chat(mail)) text.body = std::exchange(text.subject, {});
    const bool has_files = std::ranges::any_of(mail.attachments, [](const auto& file) { return !file.url.empty(); });
    if (text.body.empty() && !has_files && !coi::position_of(mail))
        return std::nullopt;  // a chat program's signal: a reaction taken back
    if (const auto group = placeholder::group(mail, lang))
        text.body = text.body.empty() ? *group : *group + "\n" + text.body;
    if (text.subject.size() > longest_shown) text.body = std::exchange(text.subject, {}) + "\n\n" + text.body;
    text.is_cut = shorten(text.body);
    if (text.is_cut) append_line(text.body, framed::notice(say(lang, "[The message was too long and is cut here.]")));
    return text;
}

bool add(Event& event, std::optional<Text> text) {
    if (text) event.contents.emplace_back(std::move(*text));
    return false;
}

}  // namespace

std::string_view head(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && continues(text[bytes])) --bytes;
    return text.substr(0, bytes);
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) > ' ')
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    return trim(out);
}

std::string person(const coi::Address& address) {
    constexpr std::size_t longest_name = 200;  // bytes
    std::string name = one_line(framed::foreign(address.name));
    if (name.empty()) name = one_line(framed::foreign(address.addr_spec()));
    return std::string(head(name, longest_name));
}

bool read(const xmpp::Tag& message, Event& event) { return add(event, text_of(message)); }

bool read(const coi::Message& mail, const std::string& lang, Event& event) { return add(event, text_of(mail, lang)); }

void write(const Event& event, xmpp::Tag& message) {
    const Text& text = *event.get<Text>();
    std::string body = text.body;
    if (!text.subject.empty() && text.subject != text.body)
        body = text.subject + (text.body.starts_with('>') ? "\n" : std::string(between)) + text.body;
    xmpp::add(message, "body", {}, body);
}

void write(const Event& event, coi::Message& mail, Dialect dialect) {
    const Text& text = *event.get<Text>();
    mail.text = without_signature_marks(text.body);
    if (!text.subject.empty()) mail.subject = one_line(text.subject);
    if (mail.subject.empty() && !text.body.empty())
        mail.subject = std::string(dialect == Dialect::mail ? "" : chat_subject) + first_words(text.body);
    if (dialect == Dialect::mail || mail.from.empty()) return;
    mail.quote_is_typed = mail.text.starts_with('>') && event.get<ReplyTo>() == nullptr;
    mail.headers["chat-version"] = "1.0";  // [COI-C "COI-specific Message Header Fields"]
    const std::string own = mail.from.front().addr_spec();
    mail.headers["chat-disposition-notification-to"] = own;
    // Only to those who speak COI: a mail program would open a dialogue.
    if (dialect == Dialect::coi) mail.headers["disposition-notification-to"] = own;
}

void put_before(Text& text, const std::string& words) {
    std::string& first = text.subject.empty() ? text.body : text.subject;
    first = first.empty() ? words : words + "\n" + first;
}

const Feature feature{.is_in = is_in<Text>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries_always};

void add_where_the_rest_is(Text& text, bool in_mailbox, const std::string& lang) {
    if (!text.is_cut) return;
    append_line(text.body,
                framed::notice(in_mailbox ? say(lang, "[All of it is in your mailbox.]")
                                          : say(lang, "[The rest has not been kept: please ask the sender for it.]")));
}

std::string topic(const std::string& subject) {
    return std::string(trim(coi::base_subject(one_line(head(subject, longest_topic)))));
}

}  // namespace gateway::text
