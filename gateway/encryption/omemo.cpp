// OMEMO of all users; see omemo.h.

#include "gateway/encryption/omemo.h"

#include <algorithm>
#include <utility>

#include "gateway/encryption/omemo_messages.h"
#include "gateway/encryption/omemo_state.h"
#include "gateway/localization.h"
#include "gateway/log.h"
#include "gateway/model/addresses.h"
#include "gateway/store/ids.h"
#include "xmpp/end_to_end.h"
#include "xmpp/jid.h"
#include "xmpp/omemo/payload.h"
#include "xmpp/otr/front.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0280_carbons.h"

namespace gateway {
namespace {

namespace omemo = xmpp::omemo;
namespace xep0384 = xmpp::xep0384;
using omemo::Failure;
using SteadyClock = std::chrono::steady_clock;

constexpr auto forget_after = std::chrono::minutes(20);
/// Whether it can be read again later: nothing is under way with it, and nobody who waits for a server holds it. Two of
/// one conversation would use the same keys of its ratchet.
bool is_free(const std::shared_ptr<OmemoTalk>& talk) { return talk.use_count() == 1 && talk->is_idle(); }

constexpr int most_failures = 20;
constexpr std::size_t most_keys_tried = 2;  // keys for our device id; more than one is a coincidence of ids

}  // namespace

Omemo::State::Talk Omemo::State::talk_of(const Key& key) {
    if (const auto known = talks.find(key); known != talks.end()) return known->second;
    make_room(key.first);
    return talks[key] = std::make_shared<OmemoTalk>(key, modules.workers);
}

/// Limits the memory that one user's clients can use: what leaves is read again.
void Omemo::State::make_room(AccountId id) {
    std::vector<Talk> idle;
    std::size_t count = 0;
    for (auto at = talks.lower_bound({id, ""}); at != talks.end() && at->first.first == id; ++at, ++count) {
        if (is_free(at->second)) idle.push_back(at->second);
    }
    if (count < settings.conversations || idle.empty()) return;
    talks.erase((*std::ranges::min_element(idle, {}, [](const Talk& talk) { return talk->last_used(); }))->key());
}

std::vector<Omemo::State::DeviceId> Omemo::State::known(AccountId id) const {
    std::vector<DeviceId> all;
    for (const auto& each : devices->of(id)) all.push_back(each.id);
    return all;
}

/// Of all conversations together: a message that cannot be read costs the most, and contacts cost nothing.
Omemo::State::Failures Omemo::State::failures_left(AccountId id) {
    auto& left = failures[id];
    if (!left) left = std::make_shared<std::atomic<int>>(most_failures);
    return left;
}

/// Each step calls back in the order of its calls, so messages do not overtake each other.
Task<Omemo::State::Ready> Omemo::State::ready(Key key) {
    const auto keys = co_await called_back<Keys>([&](auto done) { own->with(key.first, std::move(done)); });
    const bool loaded = co_await called_back<bool>([&](auto done) { devices->load(key.first, std::move(done)); });
    const auto talk = talk_of(key);
    const bool opened = co_await called_back<bool>([&](auto done) { talk->open(modules.store, std::move(done)); });
    co_return Ready{talk, loaded && opened ? keys : nullptr};
}

// --- from the user

bool Omemo::State::take(const xmpp::Tag& message) {
    const std::string& type = xmpp::attribute(message, "type");
    if (type == "error" || type == "groupchat" || xmpp::xep0280::is_copy(message)) return false;
    const xmpp::JID to = xmpp::read_jid(xmpp::attribute(message, "to"));
    const auto contact = address_of(to);
    const auto user = bare(xmpp::attribute(message, "from"));
    if (!contact || !user) return false;
    const Account* account = modules.directory.of_user(*user);
    if (!xep0384::is_encrypted(message)) {
        const xmpp::Tag* body = xmpp::body_of(message);
        if (!account || !body) return false;
        if (!xmpp::otr::look(body->cdata()).is_plain()) return is_guarded(*account, *contact, message);
        spoke_clearly(*account, *contact, to.bare());
        return false;
    }
    const Message kept(message.clone());
    if (account) {
        start(carry(account->id, *contact, kept));
        return true;
    }
    modules.relay_accounts.get(*user, xmpp::attribute(message, "xml:lang"),
                               [self = shared_from_this(), kept, contact = *contact](const Account* made) {
                                   if (made) return start(self->carry(made->id, contact, kept)), void();
                                   self->modules.outgoing.take(*kept, nullptr);  // answered with the reason
                               });
    return true;
}

Task<> Omemo::State::carry(AccountId id, coi::Address contact, Message message) {
    ++under_way;
    const auto self = shared_from_this();
    const std::string lang = modules.directory.language(xmpp::read_jid(xmpp::attribute(*message, "from")).bare(),
                                                        xmpp::attribute(*message, "xml:lang"));
    const auto encrypted = xep0384::encrypted_of(*message);
    const auto [talk, keys] = co_await ready({id, contact.canonical()});
    const Account* account = modules.directory.find(id);
    std::vector<omemo::Key> for_us;
    const bool is_readable = encrypted.has_value() && keys != nullptr;
    for (const auto* key : is_readable ? encrypted->keys_for(keys->device()) : std::vector<const omemo::Key*>{}) {
        if (for_us.size() < most_keys_tried) for_us.push_back(*key);
    }
    const bool may_start = std::ranges::any_of(for_us, &omemo::Key::is_prekey);
    if (!account) {
    } else if (!keys || (may_start && !starts.is_left(account->jid, SteadyClock::now()))) {
        refuse_for_now(*message, lang);
    } else if (!encrypted) {
        refuse(*message, "modify", "bad-request", omemo_messages::unreadable(contact.addr_spec(), lang));
    } else if (for_us.empty()) {
        if (encrypted->payload)
            refuse(*message, "cancel", "not-acceptable", omemo_messages::not_for_us(contact.addr_spec(), lang));
    } else if (encrypted->payload && co_await is_kept_by_otr(talk->key(), encrypted->sid)) {
        refuse(*message, "cancel", "not-acceptable", omemo_messages::kept_by_otr(contact.addr_spec(), lang));
    } else {
        auto opening = co_await called_back<Opening>([&](auto done) {
            talk->ask<Opening>(
                [keys, for_us, encrypted = *encrypted, failures_left = failures_left(id),
                 known = known(id)](OmemoTalk::Sessions& sessions) {
                    if (*failures_left <= 0) return Opening{.is_tried = false};
                    auto result = open(sessions, *keys, for_us, encrypted);
                    const bool was_costly = result.session.record.empty() && result.failure != Failure::repeated;
                    if (was_costly) --*failures_left;
                    drop_others(sessions, known, encrypted.sid);
                    return result;
                },
                std::move(done));
        });
        if (!opening.is_tried) {
            refuse_for_now(*message, lang);
        } else if (opening.failure && opening.session.record.empty()) {
            co_await failed({talk, keys}, message, encrypted->sid, *opening.failure, encrypted->payload.has_value());
        } else {
            opened({talk, keys}, contact, message, encrypted->sid, std::move(opening));
        }
    }
    --under_way;
}

Omemo::State::Opening Omemo::State::open(OmemoTalk::Sessions& sessions, const omemo::OwnKeys& own,
                                         const std::vector<omemo::Key>& for_us, const xep0384::Encrypted& encrypted) {
    Opening result;
    for (const auto& key : for_us) {
        auto session = sessions.contains(encrypted.sid) ? sessions.at(encrypted.sid) : omemo::Session{};
        auto decrypted = omemo::decrypt(own, session, key);
        if (!decrypted) {
            if (!result.failure) result.failure = decrypted.error();
            continue;
        }
        result = {
            {},     {}, decrypted->identity_key, decrypted->used_pre_key, decrypted->is_new_session, key.is_prekey,
            session};
        const auto& payload = encrypted.payload;
        if (payload) result.text = omemo::open(encrypted.iv, *payload, decrypted->key.bytes());
        if (payload && !result.text) result.failure = Failure::malformed;
        sessions[encrypted.sid] = std::move(session);
        break;
    }
    return result;
}

/// No session can read it. Its writer is told; a new session is started, so that the next message can be read.
Task<> Omemo::State::failed(Ready with, Message message, DeviceId sid, Failure failure, bool has_text) {
    const auto [id, canonical] = with.talk->key();
    const Account* account = modules.directory.find(id);
    // What comes from an archive or from offline storage may have been read before.
    if (!account || (failure == Failure::repeated && (xmpp::xep0203::delay(*message) || !has_text))) co_return;
    if (failure == Failure::repeated && co_await was_taken(with.talk->key(), {xmpp::attribute(*message, "id")}))
        co_return;
    account = modules.directory.find(id);
    if (!account) co_return;
    log::info("a message of {} by OMEMO cannot be decrypted (device {}, reason {})", account->jid, sid,
              static_cast<int>(failure));
    const std::string contact_jid = xmpp::read_jid(xmpp::attribute(*message, "to")).bare();
    const auto address = address_of(xmpp::read_jid(contact_jid));
    if (has_text)
        refuse(*message, "modify", "not-acceptable",
               omemo_messages::unreadable(address ? address->addr_spec() : canonical, account->lang));
    const std::string device = account->jid + "/" + std::to_string(sid);
    if (!renewed.take(device + "/" + canonical, SteadyClock::now())) co_return;
    start(renew_session(with, sid, xmpp::attribute(*message, "from"), contact_jid));
}

/// Whether a message of the user with this id is known: a client sends again what its server did not acknowledge.
Task<bool> Omemo::State::was_taken(Key key, StanzaId stanza) {
    if (stanza.value.empty()) co_return false;
    const auto [failure, known] = co_await called_back<Store::Failure, std::optional<ids::Known>>(
        [&](auto done) { ids::by_stanza(modules.store, key.first, key.second, stanza, std::move(done)); });
    co_return !failure && known && known->from_jabber;
}

void Omemo::State::opened(const Ready& with, const coi::Address& contact, const Message& message, DeviceId sid,
                          Opening opening) {
    const Key key = with.talk->key();
    const Account* account = modules.directory.find(key.first);
    if (!account) return;
    const std::string contact_jid = xmpp::read_jid(xmpp::attribute(*message, "to")).bare();
    auto change = std::make_shared<keys::OmemoChange>();
    change->account = key.first;
    change->contact = key.second;
    change->sessions = {stored(sid, opening.session)};
    with.talk->number(*change);
    const auto commit_alone = [&] { keys::save(modules.store, *change, [](const Store::Failure&) {}); };

    if (opening.is_new_session) starts.take(account->jid, SteadyClock::now());
    const auto news = devices->note(key.first, sid, opening.identity_key);
    devices->doubt(account->jid, sid);
    if (opening.used_pre_key) own->use(key.first, *opening.used_pre_key);
    const auto* device = devices->find(key.first, sid);
    if (!device || !device->is_trusted()) {
        commit_alone();
        tell_news(key.first, news, sid);
        if (opening.text && device)
            refuse(*message, "cancel", "not-allowed", omemo_messages::untrusted(*device, account->lang));
        if (opening.text && !device) refuse_for_now(*message, account->lang);  // there is no room for it
        return;
    }
    // What was written for one key is not for another under the same number.
    const bool has_lost_session = opening.is_new_session && news != OmemoDevices::News::key;
    const auto unread = has_lost_session ? with.talk->unread.started(sid) : std::vector<std::string>{};
    with.talk->unread.heard(sid);
    if (!opening.is_first) with.talk->unanswered.erase(sid);
    if (opening.text) speaks_omemo(*account, contact, contact_jid);
    tell_news(key.first, news, sid);
    if (opening.text && !opening.text->empty()) {
        const Opened how{EndToEnd::omemo, *message, change};
        modules.outgoing.take(*xmpp::end_to_end::opened(*message, *opening.text, true), &how);
    } else {
        commit_alone();
        if (opening.failure)
            refuse(*message, "modify", "not-acceptable",
                   omemo_messages::unreadable(contact.addr_spec(), account->lang));
    }
    unblock(key.first);
    const std::string& client = xmpp::attribute(*message, "from");
    if (!unread.empty()) {
        start(send_again(key, sid, client, unread));
    } else if (opening.is_first && opening.text && !opening.text->empty() && !with.talk->unanswered.contains(sid) &&
               confirmed.take(account->jid + "/" + std::to_string(sid) + "/" + key.second, SteadyClock::now())) {
        with.talk->unanswered.insert(sid);
        confirm_soon({key, sid, client, contact_jid}, 0);
    }
}

/// The user's first device is no news.
void Omemo::State::tell_news(AccountId id, OmemoDevices::News news, DeviceId sid) {
    if (news == OmemoDevices::News::none || news == OmemoDevices::News::first) return;
    const Account* account = modules.directory.find(id);
    const auto* device = devices->find(id, sid);
    if (!account || !device || !news_told.take(account->jid, SteadyClock::now())) return;
    modules.notices.tell(*account, omemo_messages::news(news, *device, account->lang));
}

void Omemo::State::refuse(const xmpp::Tag& message, const char* type, const char* condition, const std::string& words) {
    const auto error =
        xmpp::error_reply(*xmpp::returnable(message), type, condition, words, xmpp::attribute(message, "xml:lang"));
    if (error) modules.sender.send(*error);
}

void Omemo::State::refuse_for_now(const xmpp::Tag& message, const std::string& lang) {
    refuse(message, "wait", "resource-constraint",
           say(lang, "The gateway cannot take messages right now. Please try again later."));
}

void Omemo::State::account_removed(const Account& account) {
    const auto is_of_account = [id = account.id](const Key& key) { return key.first == id; };
    std::erase_if(talks, [&](const auto& talk) { return is_of_account(talk.first); });
    std::erase_if(held, is_of_account);
    own->forget(account.id);
    devices->forget(account.id);
}

// --- the class

Omemo::Omemo(Modules modules, Settings settings)
    : state_(std::make_shared<State>(std::move(modules), std::move(settings))) {
    state_->modules.directory.observe(state_);
}
Omemo::~Omemo() = default;

bool Omemo::take(const xmpp::Tag& message) { return state_->take(message); }

bool Omemo::take_event(const xmpp::Tag& message) {
    if (!state_->devices->take_event(message)) return false;
    const auto user = bare(xmpp::attribute(message, "from"));
    const Account* account = user ? state_->modules.directory.of_user(*user) : nullptr;
    if (account) state_->unblock(account->id);
    return true;
}

bool Omemo::take_answer(const xmpp::Tag& iq) { return state_->devices->take_answer(iq); }

/// It may be a device that was not there before: what waits is tried again.
void Omemo::available(const std::string& jid) {
    const auto user = bare(jid);
    const Account* account = user ? state_->modules.directory.of_user(*user) : nullptr;
    const auto held = account ? state_->held.lower_bound({account->id, ""}) : state_->held.end();
    if (held == state_->held.end() || held->first != account->id) return;
    state_->devices->forget_list(*user);
    state_->unblock(account->id);
}

void Omemo::offline() { state_->devices->offline(); }

bool Omemo::concerns(const queue::Entry& entry) const { return state_->concerns(entry); }

void Omemo::send(const queue::Entry& entry, const xmpp::Tag& stanza, std::function<void(Outgoing)> done) {
    start(state_->send(entry, State::Message(stanza.clone()), std::move(done)));
}

void Omemo::tick() {
    const auto now = SteadyClock::now();
    state_->failures.clear();
    std::erase_if(state_->talks, [now](const auto& talk) {
        return is_free(talk.second) && now - talk.second->last_used() > forget_after;
    });
    std::erase_if(state_->without_bundle,
                  [now](const auto& each) { return now - each.second > std::chrono::minutes(10); });
}

std::size_t Omemo::waiting() const { return state_->under_way; }

void Omemo::own_keys(AccountId id, std::function<void(OmemoOwnKeys::Keys)> done) {
    state_->own->with(id, std::move(done));
}

void Omemo::devices(AccountId id, std::function<void(const std::vector<keys::OmemoDevice>*)> done) {
    state_->devices->load(id, [state = state_, id, done = std::move(done)](bool loaded) {
        done(loaded ? &state->devices->of(id) : nullptr);
    });
}

bool Omemo::set_trust(AccountId id, OmemoDevices::DeviceId device, keys::OmemoDevice::Trust trust) {
    return state_->devices->set_trust(id, device, trust);
}

}  // namespace gateway
