// See user_profiles.h.

#include "gateway/accounts/user_profiles.h"

#include <memory>
#include <utility>

#include "gateway/log.h"
#include "gateway/store/pictures.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0054_vcard.h"
#include "xmpp/xep/xep0060_pubsub.h"
#include "xmpp/xep/xep0084_avatar.h"
#include "xmpp/xep/xep0153_vcard_avatar.h"
#include "xmpp/xep/xep0163_pep.h"
#include "xmpp/xep/xep0172_nick.h"

namespace gateway {

namespace {

constexpr const char* question_id = "user-picture";
constexpr std::size_t most_asked = 1000, most_users = 100'000;
constexpr auto patience = std::chrono::minutes(1);

/// The picture in an answer; "" if there is none.
std::string picture_in(const xmpp::Tag& answer, bool is_event) {
    if (!is_event) return xmpp::xep0054::photo_of(answer, most_picture_bytes);
    for (const auto& item : xmpp::xep0060::items_of(answer, xmpp::xep0084::ns_data)) {
        if (item.payload) return xmpp::xep0084::data_of(*item.payload, most_picture_bytes);
    }
    return {};
}

}  // namespace

void UserProfiles::take_presence(const xmpp::Tag& presence) {
    const std::string user = xmpp::read_jid(xmpp::attribute(presence, "from")).bare();
    const auto hash = xmpp::xep0153::hash_of(presence);
    if (!hash || publishing_.contains(user) || directory_.of_user(user) == nullptr) return;
    follow(user, {false, *hash});
}

/// Only a server speaks as a bare JID.
bool UserProfiles::take_event(const xmpp::Tag& message) {
    if (!xmpp::child(message, "event", xmpp::xep0163::ns_event) || xmpp::body_of(message)) return false;
    const xmpp::JID from = xmpp::read_jid(xmpp::attribute(message, "from"));
    const Account* account = directory_.of_user(from.bare());
    if (account == nullptr || !from.resource().empty()) return true;
    if (const xmpp::Tag* item = xmpp::xep0163::item_of(message, xmpp::xep0172::ns))
        directory_.note_name(account->id, xmpp::xep0172::nick(*item));
    const auto info = xmpp::xep0084::news_of(message);
    if (!info) return true;
    if (publishing_.size() >= most_users) publishing_.clear();
    publishing_.insert(account->jid);
    if (info->bytes > most_picture_bytes) {
        log::info("the picture of {} is too large for contacts, and is not given to them", account->jid);
        return true;
    }
    follow(account->jid, {true, info->id});
    return true;
}

/// What was announced before is not looked at again. An empty hash in presence may be that of one client only: what
/// stands in the vCard counts [XEP-0153 §4.3].
void UserProfiles::follow(const std::string& user, const Source& source) {
    if (announced_.size() >= most_users) announced_.clear();
    const auto [last, is_first] = announced_.try_emplace(user, source);
    if (!is_first && std::exchange(last->second, source) == source) return;
    const auto under_way = asked_.find(user);
    if (under_way != asked_.end() && now_() - under_way->second.since < patience) {
        under_way->second.next = source;
    } else {
        with_id(directory_.of_user(user)->id, [this, user, source](const std::string& known) {
            if (source.id == known) return;
            const bool is_removed = source.is_event && source.id.empty();
            if (is_removed) return use(user, {});
            ask(user, source);
        });
    }
}

void UserProfiles::ask(const std::string& user, const Source& source) {
    if (asked_.size() >= most_asked)
        std::erase_if(asked_, [now = now_()](const auto& one) { return now - one.second.since >= patience; });
    if (asked_.size() >= most_asked || !fetched_.take(user, now_())) {
        announced_.erase(user);  // it is looked at when it is announced again
        return;
    }
    asked_[user] = {source, now_()};
    stream_.send(source.is_event
                     ? *xmpp::xep0060::request(component_, user, question_id, {xmpp::xep0084::ns_data, source.id})
                     : *xmpp::xep0054::request(component_, user, question_id));
}

bool UserProfiles::take_answer(const xmpp::Tag& iq) {
    const std::string &type = xmpp::attribute(iq, "type"), &user = xmpp::attribute(iq, "from");
    if ((type != "result" && type != "error") || xmpp::attribute(iq, "id") != question_id) return false;
    const auto asked = asked_.extract(user);  // bare: nobody but the server speaks as that
    if (asked.empty()) return true;
    const auto& [source, since, next] = asked.mapped();
    std::string bytes = type == "result" ? picture_in(iq, source.is_event) : "";
    const bool is_what_was_said = !source.is_event || xmpp::xep0084::id_of(bytes) == source.id;
    if (!bytes.empty() && is_what_was_said) {
        auto picture = picture_of(std::move(bytes));
        if (picture) use(user, std::move(*picture));
        if (!picture) log::info("the picture of {} is not given to contacts: {}", user, picture.error().text);
    } else if (type == "result" && source.id.empty() && bytes.empty()) {
        use(user, {});
    }
    if (next && directory_.of_user(user) != nullptr) {
        announced_.erase(user);
        follow(user, *next);
    }
    return true;
}

/// The id of the picture of the account's user, read if it is not in memory; not called if it cannot be read.
void UserProfiles::with_id(AccountId id, std::function<void(const std::string&)> done) {
    if (const auto known = ids_.find(id); known != ids_.end()) return done(known->second);
    pictures::read(
        store_, id, pictures::own,
        [this, id, done = std::move(done)](const Store::Failure& failure, const std::optional<Picture>& own) {
            if (!failure) done(ids_.try_emplace(id, own ? own->info.id : "").first->second);
        });
}

/// For all accounts of the user.
void UserProfiles::use(const std::string& user, Picture picture) {
    if (ids_.size() >= most_users) ids_.clear();
    const auto shared = picture.bytes.empty() ? nullptr : std::make_shared<const Picture>(std::move(picture));
    for (const Account* account : {directory_.mailbox_of(user), directory_.relay_of(user)}) {
        if (account == nullptr) continue;
        ids_[account->id] = shared ? shared->info.id : "";
        pictures::save(store_, account->id, pictures::own, shared);
    }
}

void UserProfiles::news_for(const Contact& contact, std::function<void(std::optional<Picture>)> done) {
    const bool shows_pictures = contact.dialect == Dialect::chatmail || contact.dialect == Dialect::coi;
    if (!shows_pictures || !contact.privacy.has_key) return done(std::nullopt);
    const auto known = ids_.find(contact.account);
    if (known != ids_.end() && known->second == contact.profile.given) return done(std::nullopt);
    pictures::read(store_, contact.account, pictures::own,
                   [this, id = contact.account, given = contact.profile.given, done = std::move(done)](
                       const Store::Failure& failure, std::optional<Picture> own) {
                       if (failure) return done(std::nullopt);
                       const std::string is = own ? own->info.id : "";
                       ids_.try_emplace(id, is);
                       if (is == given) return done(std::nullopt);
                       done(own ? std::move(own) : Picture{});
                   });
}

}  // namespace gateway
