// See file.h.

#include "gateway/translate/feature/file.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "coi/mail/charset.h"
#include "gateway/localization.h"
#include "gateway/translate/feature/text.h"
#include "gateway/translate/file_name.h"
#include "gateway/translate/inline_picture.h"
#include "xmpp/xep/xep0066_oob.h"
#include "xmpp/xep/xep0071_xhtml.h"
#include "xmpp/xep/xep0231_bob.h"
#include "xmpp/xep/xep0300_hashes.h"
#include "xmpp/xep/xep0385_media_sharing.h"
#include "xmpp/xep/xep0428_fallback.h"
#include "xmpp/xep/xep0447_file_sharing.h"
#include "xmpp/xep/xep0449_stickers.h"
#include "xmpp/xep/xep0454_media.h"

namespace gateway::file {
namespace {

bool is_shown(const std::string& type) {
    return type.starts_with("image/") || type.starts_with("video/") || type.starts_with("audio/");
}

/// What a message says of a file.
struct Shared {
    std::string url;
    xmpp::xep0446::Metadata metadata{};
};

/// None if there are too many: then the message is its text, or is refused.
template <class File>
std::vector<Shared> all_of(std::vector<File> files) {
    constexpr std::size_t most = 50;
    std::vector<Shared> all;
    if (files.size() > most) return all;
    for (File& file : files) {
        const auto is_same = [&file](const Shared& one) { return one.url == file.url; };
        if (std::ranges::none_of(all, is_same)) all.push_back({std::move(file.url), std::move(file.metadata)});
    }
    return all;
}

std::vector<Shared> shared_by(const xmpp::Tag& message, const std::string& body) {
    if (auto link = xmpp::xep0454::link(body)) return {{std::move(link->uri)}};
    if (auto files = xmpp::xep0447::files_of(message); !files.empty()) return all_of(std::move(files));
    if (auto media = xmpp::xep0385::media_of(message); !media.empty()) return all_of(std::move(media));
    if (xmpp::child(message, "file-sharing", xmpp::xep0447::ns)) return {};
    const auto link = xmpp::xep0066::link(message);
    return link ? std::vector{Shared{std::string(coi::trim(link->url))}} : std::vector<Shared>{};
}

bool is_address(const std::string& url) {
    const bool is_known = url.starts_with("https://") || url.starts_with("http://") || url.starts_with("aesgcm://");
    return is_known && url.find_first_of(" \t\r\n") == url.npos;
}

/// The words beside the files: the text without the links at its end.
std::string caption(std::string_view body, const std::vector<Shared>& files) {
    for (bool is_link = true; is_link;) {
        const auto last = std::ranges::find_if(files, [body](const Shared& one) { return body.ends_with(one.url); });
        is_link = last != files.end() && !body.empty();
        if (is_link) body.remove_suffix(last->url.size());
        body = coi::trim(body);
    }
    return std::string(body);
}

/// What clients say of the files, for want of words.
std::string descriptions(const std::vector<Shared>& files) {
    std::string lines;
    for (const Shared& one : files) {
        const std::string line = text::one_line(one.metadata.description);
        if (!line.empty()) lines += (lines.empty() ? "" : "\n") + line;
    }
    return lines;
}

/// The text without the part that stands for the file in clients that know no files.
std::string without_fallback(const xmpp::Tag& message, const std::string& text) {
    const xmpp::Tag* body = xmpp::body_of(message);
    if (body == nullptr || body->cdata() != text) return text;
    const auto range = xmpp::xep0428::fallback(message, xmpp::xep0447::ns, text);
    return range ? std::string(text).erase(range->begin, range->end - range->begin) : text;
}

File::Kind kind_of(const xmpp::Tag& message, const File& file) {
    if (xmpp::xep0449::is_sticker(message)) return File::Kind::sticker;
    const std::string type = file_name::media_type({file.type}, file.name);
    const bool is_voice = type.starts_with("audio/") && file_name::is_of_recording(file.name);
    return is_voice ? File::Kind::voice_message : File::Kind::file;
}

File file_of(Shared shared) {
    File file;
    file.name = file_name::clean(shared.metadata.name.empty() ? file_name::in_url(shared.url) : shared.metadata.name);
    file.url = std::move(shared.url);
    file.type = std::move(shared.metadata.type);
    file.size = shared.metadata.size;
    file.duration = shared.metadata.length;
    if (auto& hash = shared.metadata.hash) file.hash = {std::move(hash->algorithm), std::move(hash->digest)};
    file.width = shared.metadata.width;
    file.height = shared.metadata.height;
    return file;
}

bool read(const xmpp::Tag& message, Event& event) {
    if (event.get<Correction>() != nullptr) return false;  // a correction stays text, even if it is a link
    const auto* text = event.get<Text>();
    const std::string body = text != nullptr ? std::string(coi::trim(text->body)) : "";
    auto pictures = inline_picture::all_of(message);
    auto shared = shared_by(message, body);
    if (!std::ranges::all_of(shared, is_address, &Shared::url)) shared.clear();
    const bool is_whole = xmpp::xep0454::link(body).has_value();  // below it stands a thumbnail at most
    std::string words = is_whole ? "" : caption(coi::trim(without_fallback(message, body)), shared);
    // A link that stands among words stays there.
    std::erase_if(shared, [&words](const Shared& one) { return words.find(one.url) != words.npos; });
    if (shared.empty() && pictures.empty()) return false;
    if (shared.empty()) words = body;
    if (!pictures.empty()) words = coi::trim(inline_picture::without_marks(words));
    if (words.empty()) words = descriptions(shared);
    Files files;
    for (Shared& one : shared) files.all.push_back(file_of(std::move(one)));
    if (files.all.size() == 1 && pictures.empty()) files.all.front().kind = kind_of(message, files.all.front());
    std::ranges::move(pictures, std::back_inserter(files.all));
    if (text == nullptr) event.contents.emplace_back(Text{});
    event.get<Text>()->body = std::move(words);
    event.contents.emplace_back(std::move(files));
    return false;
}

bool read(const coi::Message& mail, const std::string&, Event& event) {
    Files files;
    for (const auto& attachment : mail.attachments) {
        if (attachment.url.empty()) continue;
        File file{attachment.url, file_name::clean(attachment.name), attachment.content_type, attachment.size};
        if (!attachment.sha256.empty()) file.hash = {xmpp::xep0300::sha_256, attachment.sha256};
        file.width = attachment.width;
        file.height = attachment.height;
        files.all.push_back(std::move(file));
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

/// Removes the last line that is the link, and nothing else.
void remove_line(std::string& text, const std::string& url) {
    for (auto at = text.rfind(url); at != text.npos; at = at == 0 ? text.npos : text.rfind(url, at - 1)) {
        const auto end = at + url.size();
        const bool is_line = (at == 0 || text[at - 1] == '\n') && (end == text.size() || text[end] == '\n');
        if (!is_line) continue;
        const auto begin = at == 0 ? at : at - 1;
        text.erase(begin, end - begin + (at == 0 && end < text.size() ? 1 : 0));
        return;
    }
}

/// What stands in the text for a file that lies elsewhere: its link, or words where nobody else can fetch it.
std::string line_of(const File& file, const std::string& lang) {
    return inline_picture::is_elsewhere(file) ? say(lang, "[A picture could not be sent.]") : file.url;
}

/// Many clients give a picture or a recording a random name.
std::string subject_of(const File& file, const std::string& lang) {
    if (file.kind == File::Kind::voice_message) return say(lang, "Voice message");
    const std::string type = file_name::media_type({file.type}, file.name);
    if (type.starts_with("image/") || inline_picture::is_elsewhere(file)) return say(lang, "Picture");
    if (type.starts_with("video/")) return say(lang, "Video");
    return file.name.empty() ? say(lang, "File") : file.name;
}

void write(const Event& event, coi::Message& mail, Dialect dialect) {
    const auto& files = event.get<Files>()->all;
    for (const File& file : files) {
        const std::string line = line_of(file, event.lang);
        if (!line.empty()) mail.text += (mail.text.empty() ? "" : "\n") + line;
    }
    // A first mail is about its words, or else its file.
    if (mail.subject.empty() && !files.empty())
        mail.subject =
            (dialect == Dialect::mail ? "" : std::string(text::chat_subject)) + subject_of(files.front(), event.lang);
    for (const File& file : files) {
        if (file.bytes) attach(mail, file, event.lang, dialect);
    }
}

}  // namespace

void add(xmpp::Tag& message, const File& file) {
    xmpp::add(message, "body", {}, file.url);
    xmpp::xep0066::add_link(message, file.url);
    xmpp::xep0446::Metadata metadata{file.name, file.type, file.size};
    if (!file.hash.digest.empty()) metadata.hash = xmpp::xep0300::Hash{file.hash.algorithm, file.hash.digest};
    metadata.width = file.width;
    metadata.height = file.height;
    xmpp::xep0447::add_file(message, {file.url, std::move(metadata), is_shown(file.type)});
    xmpp::xep0428::add_fallback(message, xmpp::xep0447::ns, file.url, {0, file.url.size()});
}

void attach(coi::Message& mail, const File& file, const std::string& lang, Dialect dialect) {
    if (const std::string line = line_of(file, lang); !line.empty()) remove_line(mail.text, line);
    const bool is_chat = dialect != Dialect::mail;
    const bool is_voice = file.kind == File::Kind::voice_message;
    const std::string type = file_name::media_type({file.type}, file.name);
    mail.attachments.push_back({type, file.name.empty() ? "file" : file.name, file.bytes->size(), *file.bytes});
    if (!is_chat) return;
    mail.attachments.back().is_inline = dialect == Dialect::coi;  // [COI-C "Binary Messages"]
    if (is_voice) mail.headers["chat-voice-message"] = "1";
    if (file.kind == File::Kind::sticker) {
        mail.headers["chat-content"] = "sticker";
        mail.text.clear();  // the picture's description
    }
    if (file.duration.count() > 0) mail.headers["chat-duration"] = std::to_string(file.duration.count());
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
                      .carries = carries_always,
                      .disco = {xmpp::xep0231::ns, xmpp::xep0071::ns}};

}  // namespace gateway::file
