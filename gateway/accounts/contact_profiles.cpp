// See contact_profiles.h.

#include "gateway/accounts/contact_profiles.h"

#include "gateway/accounts/contact_weight.h"
#include "gateway/model/addresses.h"
#include "gateway/store/pictures.h"
#include "xmpp/jid.h"

namespace gateway {

namespace {

constexpr std::size_t most_pictures = 1000;  // told to a client that logs in
constexpr std::size_t most_waiting = 50'000;
constexpr auto pause = std::chrono::milliseconds(20);

}  // namespace

xmpp::xep0084::Info info_of(const PictureInfo& picture) {
    if (picture.id.empty()) return {};
    return {picture.id, mime_of(picture.type), picture.bytes, picture.width, picture.height};
}

void ContactProfiles::learn(AccountId id, const std::string& canonical, const ProfileNews& news) {
    const Contact* known = directory_.find(id) ? directory_.contact(id, canonical) : nullptr;
    if (known == nullptr) return;
    const Contact before = *known;
    const Contact& contact = directory_.change(id, before.address, [&](Contact& changed) {
        Profile& profile = changed.profile;
        if (news.status) profile.status = *news.status;
        if (news.picture) profile.picture = news.picture->info;
        if (news.asks) profile.given.clear();
        profile.had_picture = profile.picture.id.empty() && (profile.had_picture || !before.profile.picture.id.empty());
    });
    const bool is_new_picture = contact.profile.picture != before.profile.picture;
    if (is_new_picture) {
        const bool has_one = !contact.profile.picture.id.empty();
        pictures::save(store_, id, canonical, has_one ? std::make_shared<const Picture>(*news.picture) : nullptr);
    }
    if (contact.profile == before.profile) return;
    observer_.profile_changed(contact);
    if (!is_new_picture) return;
    for (const auto& client : clients_.reading_pictures(directory_.find(id)->jid)) {
        for (const auto& jid : jids_of(contact, component_)) tell({client, jid, contact.profile.picture});
    }
}

void ContactProfiles::read(AccountId id, const std::string& canonical,
                           std::function<void(std::optional<Picture>)> done) const {
    pictures::read(store_, id, canonical,
                   [done = std::move(done)](const Store::Failure& failure, std::optional<Picture> picture) {
                       done(failure ? std::nullopt : std::move(picture));
                   });
}

void ContactProfiles::introduce(const std::string& client) {
    const std::string user = xmpp::read_jid(client).bare();
    std::size_t told = 0;
    for (const Account* account : {directory_.mailbox_of(user), directory_.relay_of(user)}) {
        if (account == nullptr) continue;
        for (const Contact* contact : directory_.contacts(account->id)) {
            const Profile& profile = contact->profile;
            if (profile.picture.id.empty() && !profile.had_picture) continue;
            if (weight(*contact) < Weight::written_to || ++told > most_pictures) continue;
            for (const auto& jid : jids_of(*contact, component_)) tell({client, jid, profile.picture});
        }
    }
}

void ContactProfiles::tell(Event event) {
    if (waiting_.size() >= most_waiting) return;
    waiting_.push_back(std::move(event));
    if (!is_pausing_) tell_some();
}

void ContactProfiles::tell_some() {
    while (!waiting_.empty() && stream_.has_room()) {
        const Event& next = waiting_.front();
        stream_.send(*xmpp::xep0084::event(next.jid, next.client, info_of(next.picture)));
        waiting_.pop_front();
    }
    is_pausing_ = !waiting_.empty();
    if (!is_pausing_) return;
    after_(pause, [this] { tell_some(); });
}

}  // namespace gateway
