// See file.h.

#include "gateway/translate/feature/file.h"

#include <utility>

#include "gateway/model/framed.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/xep/xep0066_oob.h"
#include "xmpp/xep/xep0428_fallback.h"
#include "xmpp/xep/xep0447_file_sharing.h"

namespace gateway::file {
namespace {

constexpr std::size_t longest_name = 200;  // bytes

bool is_shown(const std::string& type) {
    return type.starts_with("image/") || type.starts_with("video/") || type.starts_with("audio/");
}

bool read(const xmpp::Tag&, Event&) { return false; }

bool read(const coi::Message& mail, const std::string&, Event& event) {
    Files files;
    for (const auto& attachment : mail.attachments) {
        if (attachment.url.empty()) continue;
        const std::string name = text::one_line(framed::foreign(attachment.name));
        files.all.push_back(
            {attachment.url, std::string(text::head(name, longest_name)), attachment.content_type, attachment.size});
    }
    if (files.all.empty()) return false;
    event.contents.emplace_back(std::move(files));
    return false;
}

/// The link of the one file; a text has no room beside it.
void write(const Event& event, xmpp::Tag& message) {
    const auto& files = event.get<Files>()->all;
    if (files.size() == 1 && event.get<Text>() == nullptr) add(message, files.front());
}

void write(const Event& event, coi::Message& mail, Dialect) {
    for (const File& file : event.get<Files>()->all) mail.text += (mail.text.empty() ? "" : "\n") + file.url;
}

}  // namespace

void add(xmpp::Tag& message, const File& file) {
    xmpp::add(message, "body", {}, file.url);
    xmpp::xep0066::add_link(message, file.url);
    xmpp::xep0447::add_file(message, {file.name, file.type, file.size, file.url, is_shown(file.type)});
    xmpp::xep0428::add_fallback(message, xmpp::xep0447::ns, file.url, {0, file.url.size()});
}

std::vector<Event> messages_of(Event event) {
    std::vector<Event> all;
    const auto* found = event.get<Files>();
    if (found == nullptr) {
        all.push_back(std::move(event));
        return all;
    }
    const Files files = *found;
    event.remove<Files>();
    const Text* text = event.get<Text>();
    if (text != nullptr && !(text->body.empty() && text->subject.empty())) {
        all.push_back(event);
        event.stanza = {};
        event.wants_receipt = false;
    }
    event.about.reset();
    for (const File& file : files.all) {
        event.contents = {Files{{file}}};
        all.push_back(event);
        event.stanza = {};
        event.wants_receipt = false;
    }
    return all;
}

const Feature feature{.is_in = is_in<Files>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries_always};

}  // namespace gateway::file
