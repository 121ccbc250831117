// See retraction.h.

#include "gateway/translate/feature/retraction.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "coi/mail/charset.h"
#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0424_retraction.h"
#include "xmpp/xep/xep0428_fallback.h"

namespace gateway::retraction {
namespace {

constexpr std::size_t most = 700;  // messages that one mail takes back: as many as fit into a field of Delta Chat's
constexpr std::size_t most_files = 200;  // that it takes back with them

/// [COI-C "Edit and Delete Messages"]
bool is_delete_request(const coi::Message& mail) {
    const std::string& said = mail.header("chat-content");
    return coi::lower(coi::trim(std::string_view(said).substr(0, said.find(';')))) == "deleterequest";
}

/// Ids with spaces between them. COMPAT: chatmail's core puts one pair of brackets around all of them.
std::vector<coi::MessageId> read_ids(std::string_view field) {
    constexpr std::string_view between = " \t<>";
    std::vector<coi::MessageId> ids;
    while (ids.size() < most) {
        const auto start = field.find_first_not_of(between);
        if (start == field.npos) break;
        const auto end = std::min(field.find_first_of(between, start), field.size());
        coi::MessageId id{std::string(field.substr(start, end - start))};
        const bool is_one = coi::is_printable(id) && id.value.find('@') != id.value.npos;
        if (is_one && std::ranges::find(ids, id) == ids.end()) ids.push_back(std::move(id));
        field.remove_prefix(end);
    }
    return ids;
}

std::vector<coi::MessageId> taken_back(const coi::Message& mail) {
    if (const std::string& named = mail.header("chat-delete"); !named.empty()) return read_ids(named);
    if (!is_delete_request(mail) || mail.in_reply_to.empty()) return {};
    return {mail.in_reply_to.front()};
}

bool read(const xmpp::Tag& message, Event& event) {
    const auto id = xmpp::xep0424::retracts(message);
    if (!id) return false;
    event.contents.emplace_back(Retraction{});
    event.about = Reference{.stanza = {*id}};
    return true;  // a body is its fallback, also where it is not marked as one
}

bool read(const coi::Message& mail, const std::string&, Event& event) {
    const auto ids = taken_back(mail);
    if (ids.empty() || mail.mdn || mail.dsn || mail.encrypted) return false;
    event.about = Reference{.message = ids.front()};
    Retraction retraction;
    for (auto id = ids.begin() + 1; id != ids.end(); ++id) retraction.further.push_back({.message = *id});
    event.contents.emplace_back(std::move(retraction));
    return true;
}

void write(const Event& event, xmpp::Tag& message) {
    const std::string& words = event.get<Retraction>()->words;
    xmpp::add(message, "body", {}, words);
    xmpp::xep0424::add_retract(message, event.about->stanza.value);
    xmpp::xep0428::add_fallback(message, xmpp::xep0424::ns, words, {0, words.size()});
    xmpp::xep0334::add_store(message);
}

/// Which message it is, for a person: by its time, because its words must not come up again.
std::string words(const Reference& about, const std::string& lang) {
    if (about.when == Time{}) return say(lang, "I take back an earlier message. Please ignore it.");
    const std::string stamp = xmpp::xep0203::print_stamp(about.when);  // 2026-11-28T14:05:00Z
    return say(lang, "I take back my message of {1}, {2} (UTC). Please ignore it.",
               {stamp.substr(0, 10), stamp.substr(11, 5)});
}

void write(const Event& event, coi::Message& mail, Dialect dialect) {
    const Reference& about = *event.about;
    mail.text = words(about, event.lang);
    if (mail.subject.empty())
        mail.subject =
            (dialect == Dialect::mail ? "" : std::string(text::chat_subject)) + say(event.lang, "Message taken back");
    if (dialect == Dialect::mail) return;
    mail.headers["chat-version"] = "1.0";
    if (dialect == Dialect::chatmail) {
        mail.headers["chat-delete"] = "<" + about.message.value + ">";
    } else {
        mail.headers["chat-content"] = "deleterequest";
        if (!about.latest.empty()) mail.in_reply_to = {about.latest};
    }
}

/// Of what a mail takes back: each known message once. The rest is told in words.
void resolved(Event& event, const Resolution& resolution) {
    std::vector<Reference> known, named{std::move(*event.about)};
    auto& retraction = *event.get<Retraction>();
    std::ranges::move(retraction.further, std::back_inserter(named));
    for (auto& about : named) {
        const auto is_same = [&](const Reference& other) { return other.stanza == about.stanza; };
        const bool is_known = resolution.to_user ? !about.stanza.empty() : resolution.found;
        if (is_known && std::ranges::none_of(known, is_same)) known.push_back(about);
    }
    const auto unknown = std::ranges::count_if(named, [](const Reference& about) { return about.stanza.empty(); });
    retraction.further.clear();
    event.about.reset();
    if (known.empty()) {
        event.remove<Retraction>();
    } else {
        event.about = std::move(known.front());
        retraction.further.assign(known.begin() + 1, known.end());
        if (resolution.to_user)
            retraction.words = framed::notice(say(resolution.lang, "[An earlier message was taken back.]"));
    }
    if (resolution.to_user && unknown > 0) {
        event.contents.emplace_back(Text{
            framed::notice(say(resolution.lang, "[An earlier message, which cannot be removed here, was taken back.]",
                               "[{1} earlier messages, which cannot be removed here, were taken back.]",
                               static_cast<long>(unknown))),
            ""});
    }
}

}  // namespace

bool is_one(const coi::Message& mail) { return !taken_back(mail).empty(); }

std::vector<Event> apart(const Event& event) {
    const auto* retraction = event.get<Retraction>();
    if (retraction == nullptr) return {event};
    std::vector<Event> events;
    Event frame = event;
    frame.contents.clear();
    const auto add = [&](Content content, std::optional<Reference> about) {
        events.push_back(frame);
        events.back().contents.push_back(std::move(content));
        events.back().about = std::move(about);
        frame.wants_receipt = false;  // one for the mail
    };
    std::size_t files = 0;
    const auto take_back = [&](Reference about) {
        for (const auto& file : std::exchange(about.files, {})) {  // which stand behind it
            if (++files > most_files) break;
            Reference of_file = about;
            of_file.stanza = file;
            add(Retraction{{}, retraction->words}, std::move(of_file));
        }
        add(Retraction{{}, retraction->words}, std::move(about));
    };
    take_back(*event.about);
    for (const auto& about : retraction->further) take_back(about);
    if (const auto* rest = event.get<Text>()) add(*rest, std::nullopt);
    return events;
}

const Feature feature{.is_in = is_in<Retraction>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries_always,
                      .refers_to = RefersTo::own,
                      .resolved = resolved,
                      .disco = {xmpp::xep0424::ns}};

}  // namespace gateway::retraction
