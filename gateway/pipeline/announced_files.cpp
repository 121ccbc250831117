// See announced_files.h.

#include "gateway/pipeline/announced_files.h"

#include <algorithm>
#include <utility>

#include "gateway/translate/file_name.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0367_attaching.h"
#include "xmpp/xep/xep0446_metadata.h"
#include "xmpp/xep/xep0447_file_sharing.h"

namespace gateway {
namespace {

constexpr auto patience = std::chrono::hours(1);  // an upload may take long
constexpr std::size_t most_files = 50;            // of a message
constexpr std::size_t most_bytes = 64 * 1024;     // of what is said of them
constexpr std::size_t most_of_user = 20;          // announcements
constexpr std::size_t most_bytes_of_all = 4 * 1024 * 1024;
constexpr std::size_t of_each = 1024;  // bytes that an announcement takes beside that, about

bool is_between_two(const xmpp::Tag& message) {
    const std::string& type = xmpp::attribute(message, "type");
    return type != "groupchat" && type != "error";
}

std::string user_of(const xmpp::Tag& message) { return xmpp::read_jid(xmpp::attribute(message, "from")).bare(); }

std::string key_of(const xmpp::Tag& message, const std::string& id) {
    return user_of(message) + '\n' + xmpp::read_jid(xmpp::attribute(message, "to")).bare() + '\n' + id;
}

std::string words_of(const xmpp::Tag& message) {
    const xmpp::Tag* body = xmpp::body_of(message);
    return body != nullptr ? body->cdata() : "";
}

/// What is used of the metadata: thumbnails are large.
std::shared_ptr<const xmpp::Tag> without_pictures(const xmpp::Tag* file) {
    if (file == nullptr) return nullptr;
    auto copy = std::make_shared<xmpp::Tag>("file");
    copy->setXmlns(xmpp::xep0446::ns);
    for (const xmpp::Tag* child : file->children()) {
        if (child->name() != "thumbnail") copy->addChild(child->clone());
    }
    return copy;
}

}  // namespace

bool AnnouncedFiles::are_all_of(const xmpp::Tag& message) {
    return is_between_two(message) && words_of(message).empty() && !xmpp::xep0447::announced_in(message).empty() &&
           xmpp::xep0447::files_of(message).empty();
}

void AnnouncedFiles::note(const xmpp::Tag& message, std::function<void(const std::string&)> missed) {
    const auto files = xmpp::xep0447::announced_in(message);
    const std::string& id = xmpp::attribute(message, "id");
    if (files.empty() || files.size() > most_files || id.empty() || !is_between_two(message)) return;
    Announcement announcement;
    announcement.number = ++number_;
    announcement.user = user_of(message);
    announcement.id = id;
    announcement.bytes = of_each + words_of(message).size();  // they are kept for the error
    for (const auto& file : files) {
        announcement.files.push_back({file.id, without_pictures(file.file)});
        if (const auto& about = announcement.files.back().about) announcement.bytes += about->xml().size();
    }
    const std::string key = key_of(message, id);
    if (announcement.bytes > most_bytes || bytes_ + announcement.bytes > most_bytes_of_all || waiting_.contains(key))
        return;
    if (const auto count = of_user_.find(announcement.user); count != of_user_.end() && count->second >= most_of_user)
        return;
    announcement.is_message = files.size() == 1 && are_all_of(message);
    announcement.missed = std::move(missed);
    ++of_user_[announcement.user];
    bytes_ += announcement.bytes;
    after_(patience, [this, key, number = announcement.number] { end(key, number); });
    waiting_.emplace(key, std::move(announcement));
}

void AnnouncedFiles::forget(const xmpp::Tag& message) {
    if (const auto found = waiting_.find(key_of(message, xmpp::attribute(message, "id"))); found != waiting_.end())
        remove(found);
}

xmpp::Stanza AnnouncedFiles::completed(const xmpp::Tag& message) {
    const auto attached = xmpp::xep0447::attached_in(message);
    const std::string id = xmpp::xep0367::attached_to(message);
    if (attached.empty() || id.empty() || !is_between_two(message)) return nullptr;
    const auto found = waiting_.find(key_of(message, id));
    auto whole = std::make_unique<xmpp::Tag>("message");
    for (const auto* attribute : message.attributes()) whole->addAttribute(attribute->name(), attribute->value());
    // A client shows the file as the announcement, so what is said about the file is to be about that.
    if (found != waiting_.end() && found->second.is_message) whole->addAttribute("id", found->second.id);
    for (const xmpp::Tag* child : message.children()) whole->addChild(child->clone());
    for (const auto& each : attached) {
        std::shared_ptr<const xmpp::Tag> about;
        if (found != waiting_.end()) {
            auto& files = found->second.files;
            const auto file = each.id.empty() ? files.begin() : std::ranges::find(files, each.id, &File::id);
            if (file != files.end()) {
                about = file->about;
                files.erase(file);
            }
        }
        xmpp::xep0447::share(*whole, about.get(), *each.sources);
    }
    if (found != waiting_.end() && found->second.files.empty()) remove(found);
    return whole;
}

void AnnouncedFiles::end(const std::string& key, std::uint64_t number) {
    const auto found = waiting_.find(key);
    if (found == waiting_.end() || found->second.number != number) return;
    const auto missed = std::move(found->second.missed);
    const auto about = found->second.files.front().about;
    remove(found);
    missed(about ? file_name::clean(xmpp::xep0446::read(*about).name) : std::string());
}

void AnnouncedFiles::remove(std::map<std::string, Announcement>::iterator announcement) {
    const auto count = of_user_.find(announcement->second.user);
    if (--count->second == 0) of_user_.erase(count);
    bytes_ -= announcement->second.bytes;
    waiting_.erase(announcement);
}

}  // namespace gateway
