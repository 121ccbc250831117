// OTR of all users; see otr.h.

#include "gateway/encryption/otr.h"

#include <algorithm>
#include <utility>

#include "gateway/encryption/otr_messages.h"
#include "gateway/encryption/otr_state.h"
#include "gateway/localization.h"
#include "gateway/log.h"
#include "gateway/model/addresses.h"
#include "gateway/store/otr_keys.h"
#include "xmpp/end_to_end.h"
#include "xmpp/jid.h"
#include "xmpp/otr/front.h"
#include "xmpp/otr/interposition.h"
#include "xmpp/otr/stanza.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0280_carbons.h"

namespace gateway {
namespace {

using xmpp::otr::Kind;
using xmpp::otr::Notice;
using xmpp::otr::Received;
using xmpp::otr::Sessions;
using Clock = OtrTalk::Clock;
using Identity = OtrIdentities::Identity;

constexpr auto forget_after = std::chrono::minutes(20);  // longer than the rate limits of session starts

}  // namespace

Otr::State::Talk Otr::State::find(const Key& key) const {
    const auto at = talks.find(key);
    return at == talks.end() ? nullptr : at->second;
}

Otr::State::Talk Otr::State::talk_of(const Account& account, const std::string& contact) {
    const Key key{account.id, contact};
    if (auto known = find(key)) return known;
    make_room(account.id);
    auto talk = std::make_shared<OtrTalk>(key, workers);
    talks[key] = talk;
    open(talk, account);
    return talk;
}

/// Limits the memory that one user's clients can use.
void Otr::State::make_room(AccountId id) {
    std::vector<Talk> theirs;
    for (auto at = talks.lower_bound({id, ""}); at != talks.end() && at->first.first == id; ++at)
        theirs.push_back(at->second);
    if (theirs.size() < settings.conversations) return;
    const auto worth = [](const Talk& talk) { return std::pair(!talk->is_idle(), talk->last_used()); };
    const auto oldest = std::ranges::min_element(theirs, {}, worth);
    for (const auto& peer : (*oldest)->encrypted()) end(*oldest, peer);
    talks.erase((*oldest)->key());
}

void Otr::State::open(const Talk& talk, const Account& account) {
    const auto fail = [self = shared_from_this(), talk] {
        if (self->find(talk->key()) == talk) self->talks.erase(talk->key());
        talk->open(nullptr, {}, {});
    };
    identities->with(account.id, [this, fail, talk, lang = account.lang](const Identity& identity) {
        if (!identity) return fail();
        keys::otr_peers(
            store, talk->key().first, talk->key().second,
            [fail, talk, identity, lang](const Store::Failure& failure, const std::vector<keys::OtrPeer>& peers) {
                if (failure) return fail();
                std::vector<xmpp::otr::KnownKey> known;
                for (const auto& peer : peers) {
                    if (const auto fingerprint = xmpp::otr::parse_fingerprint(peer.fingerprint))
                        known.push_back({*fingerprint, !peer.trust.empty()});
                }
                talk->open(identity, std::move(known), otr_messages::bodies(lang));
            });
    });
}

// --- from the user

void Otr::State::take(const xmpp::Tag& message) {
    const std::string& type = xmpp::attribute(message, "type");
    const xmpp::Tag* body = xmpp::body_of(message);
    if (type == "error" || xmpp::xep0280::is_copy(message)) return;
    const auto contact = address_of(xmpp::read_jid(xmpp::attribute(message, "to")));
    const auto user = bare(xmpp::attribute(message, "from"));
    if (!body || type == "groupchat" || !contact || !user) return outgoing.take(message, nullptr);
    if (const Account* account = directory.of_user(*user)) return take_as(*account, *contact, message);
    const auto seen = xmpp::otr::look(body->cdata());
    if (seen.kind == Kind::plain) return outgoing.take(message, nullptr);
    if (seen.kind == Kind::tagged) return outgoing.take(*xmpp::otr::stanza::with_body(message, seen.text), nullptr);
    std::shared_ptr<xmpp::Tag> copy(message.clone());
    relay_accounts.get(*user, xmpp::attribute(message, "xml:lang"),
                       [self = shared_from_this(), copy, contact = *contact](const Account* account) {
                           if (account) return self->take_as(*account, contact, *copy);
                           self->outgoing.take(*copy, nullptr);  // answered with the reason; never sent as mail
                       });
}

void Otr::State::take_as(const Account& account, const coi::Address& contact, const xmpp::Tag& message) {
    const std::string body = xmpp::body_of(message)->cdata();
    const std::string& from = xmpp::attribute(message, "from");
    const auto seen = xmpp::otr::look(body);
    const Key key{account.id, contact.canonical()};
    auto talk = find(key);
    if (seen.is_plain() && !talk) {
        spoke_clearly(key);
        if (seen.kind == Kind::plain) return outgoing.take(message, nullptr);
        return outgoing.take(*xmpp::otr::stanza::with_body(message, seen.text), nullptr);
    }
    // A message from offline storage starts no session: its sender has stopped waiting.
    if (xmpp::xep0203::delay(message) && !seen.is_plain() && seen.kind != Kind::data && seen.kind != Kind::fragment)
        return;
    const bool is_start = !seen.is_plain() && (!talk || seen.kind == Kind::query || seen.kind == Kind::dh_commit);
    if (is_start && !may_start(account, contact)) return seen.kind == Kind::data ? refuse(message) : void();
    if (!talk) talk = talk_of(account, key.second);
    const std::shared_ptr<xmpp::Tag> kept(message.clone());
    talk->ask<Received>(
        [from, body](Sessions& sessions) { return sessions.receive(from, body, Clock::now()); },
        [self = shared_from_this(), talk, kept](Received received) { self->received(talk, kept, std::move(received)); },
        [self = shared_from_this(), kept] { self->refuse(*kept); });
}

/// A limit over all contacts of an account: each contact has its own limit, but their number is unlimited.
bool Otr::State::may_start(const Account& account, const coi::Address& contact) {
    if (starts.take(account.jid, Clock::now())) return true;
    say_of(account, {account.id, contact.canonical()}, {Notice::Kind::too_often}, contact.addr_spec());
    return false;
}

/// The store cannot be read: the client still has the message and may send it again.
void Otr::State::refuse(const xmpp::Tag& message) {
    const std::string& lang = xmpp::attribute(message, "xml:lang");
    const auto error =
        xmpp::error_reply(message, "wait", "resource-constraint",
                          say(lang, "The gateway cannot take messages right now. Please try again later."), lang);
    if (error) sender.send(*error);
}

void Otr::State::received(const Talk& talk, const std::shared_ptr<xmpp::Tag>& message, Received received) {
    const auto [id, canonical] = talk->key();
    const Account* account = directory.find(id);
    if (!account) return;
    const std::string from = xmpp::attribute(*message, "from");
    if (!xmpp::xep0203::delay(*message)) reply(xmpp::attribute(*message, "to"), from, received.replies);
    if (received.keys_changed) {
        std::vector<keys::OtrPeer> known;
        for (const auto& each : talk->known())
            known.push_back({xmpp::otr::print(each.fingerprint), each.verified ? "verified" : ""});
        keys::note(store, id, canonical, std::move(known));
    }
    if (received.was_encrypted) talk->unread.heard(from);
    for (const auto& notice : received.notices) {
        if (notice.kind == Notice::Kind::ended_by_peer) {
            talk->unread.heard(from);
            ended.insert(talk->key());
        }
        if (notice.kind == Notice::Kind::started || notice.kind == Notice::Kind::refreshed)
            again(talk->unread.started(from, notice.fingerprint));
        if (notice.kind == Notice::Kind::started)
            sender.send(*OtrMarkup::question(xmpp::attribute(*message, "to"), from));
        tell(talk, notice);
    }
    if (!received.text) return;
    if (received.was_encrypted) {
        speaks_otr(talk->key());
    } else {
        if (talk->is_finished(from)) end(talk, from);
        spoke_clearly(talk->key());
    }
    const auto inner =
        xmpp::otr::look(received.was_encrypted ? talk->markup.readable(from, *received.text) : *received.text);
    if (!inner.is_plain()) return tell(talk, {Notice::Kind::unreadable});  // OTR within OTR
    if (inner.text.empty()) return;
    const Opened opened{EndToEnd::otr, *message, {}};
    if (received.was_encrypted) return outgoing.take(*xmpp::end_to_end::opened(*message, inner.text), &opened);
    outgoing.take(*xmpp::otr::stanza::with_body(*message, inner.text), nullptr);
}

/// Re-queues the messages after those already waiting; ids are kept.
void Otr::State::again(std::vector<queue::Entry> entries) {
    for (auto& entry : entries) {
        entry.next = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        queue::put(store, std::move(entry),
                   [self = shared_from_this()](const Store::Failure& failure, queue::Entry put) {
                       if (!failure) self->jabber.committed(std::move(put));
                   });
    }
}

/// Notes that the user uses OTR with this contact: nothing is sent to them in the clear from now on. True if this is
/// new.
bool Otr::State::speaks_otr(const Key& key) {
    const auto address = address_in(key);
    if (!address) return false;
    const Privacy known = directory.known_or_new(key.first, *address).privacy;
    if (known.tunnel == Tunnel::on || known.spoken == EndToEnd::otr) return false;
    directory.change(key.first, *address, [](Contact& contact) { contact.privacy.spoken = EndToEnd::otr; });
    return true;
}

/// A clear message from the user while no session stands switches OTR off.
void Otr::State::spoke_clearly(const Key& key) {
    const auto talk = find(key);
    const Contact* met = directory.contact(key.first, key.second);
    const Account* account = directory.find(key.first);
    if (!account || !met || met->privacy.spoken != EndToEnd::otr) return;
    // While a session stands, a clear message is from another client, a mistake or a forgery: only off() switches OTR
    // off then.
    if (talk && !talk->encrypted().empty()) return;
    const Contact& contact =
        directory.change(key.first, met->address, [](Contact& changed) { changed.privacy.spoken = EndToEnd::none; });
    held.erase(key);
    ended.erase(key);
    notices.tell_in(*account, jid_of_contact(key), otr_messages::over(contact.address.addr_spec(), account->lang));
    jabber.unblock(key.first, key.second);
}

void Otr::State::reply(const std::string& from, const std::string& to, const std::vector<std::string>& bodies) {
    for (const auto& body : bodies) sender.send(*xmpp::otr::stanza::message(from, to, body));
}

void Otr::State::end(const Talk& talk, const std::string& peer) {
    talk->unread.heard(peer);
    talk->ask<std::vector<std::string>>(
        [peer](Sessions& sessions) { return sessions.end(peer); },
        [self = shared_from_this(), talk, peer](const std::vector<std::string>& bodies) {
            self->reply(self->jid_of_contact(talk->key()), peer, bodies);
        });
}

/// Its clients would go on encrypting to nobody.
void Otr::State::account_removed(const Account& account) {
    const auto is_of_account = [id = account.id](const Key& key) { return key.first == id; };
    for (const auto& [key, talk] : talks) {
        for (const auto& peer : is_of_account(key) ? talk->encrypted() : std::vector<std::string>{}) end(talk, peer);
    }
    std::erase_if(talks, [&](const auto& talk) { return is_of_account(talk.first); });
    std::erase_if(held, [&](const auto& each) { return is_of_account(each.first); });
    std::erase_if(ended, is_of_account);
}

// --- the class

void Otr::take_answer(const xmpp::Tag& iq) {
    const auto contact = address_of(xmpp::read_jid(xmpp::attribute(iq, "to")));
    const auto user = bare(xmpp::attribute(iq, "from"));
    const Account* account = user ? state_->directory.of_user(*user) : nullptr;
    const auto talk = account && contact ? state_->find({account->id, contact->canonical()}) : nullptr;
    if (talk) talk->markup.answered(iq);
}

Otr::Otr(Directory& directory, Store& store, Workers& workers, RelayAccounts& relay_accounts, const OpenPgp& openpgp,
         MessageReceiver& outgoing, queue::Outlet& jabber, StanzaSender& sender, UserNotices& notices,
         Settings settings)
    : state_(std::make_shared<State>(directory, store, workers, relay_accounts, openpgp, outgoing, jabber, sender,
                                     notices, std::move(settings))) {
    directory.observe(state_);
    if (xmpp::otr::is_smp_bounded()) return;
    log::warn(
        "this libotr is linked so that the cost of SMP messages cannot be limited (-Bsymbolic-functions): a user can "
        "occupy a thread for about a second by each of them");
}
Otr::~Otr() = default;

void Otr::take(const xmpp::Tag& message) { state_->take(message); }

bool Otr::concerns(const queue::Entry& entry) const { return state_->concerns(entry); }

void Otr::send(const queue::Entry& entry, const xmpp::Tag& stanza, std::function<void(Outgoing)> done) {
    state_->send(entry, stanza, std::move(done));
}

void Otr::available(const std::string& jid) {
    const auto user = bare(jid);
    const Account* account = user ? state_->directory.of_user(*user) : nullptr;
    if (account) state_->available(*account, jid);
}

void Otr::unavailable(const std::string& jid) {
    const auto user = bare(jid);
    const Account* account = user ? state_->directory.of_user(*user) : nullptr;
    if (!account) return;
    auto& talks = state_->talks;
    for (auto at = talks.lower_bound({account->id, ""}); at != talks.end() && at->first.first == account->id; ++at) {
        const auto talk = at->second;
        talk->unread.heard(jid);  // undelivered entries are still in the queue
        if (!talk->has(jid)) continue;
        talk->ask<bool>([jid](Sessions& sessions) { return sessions.end(jid).empty(); },
                        [state = state_, talk](bool) {  // its pending entries wait for another session
                            if (talk->encrypted().empty()) state->jabber.unblock(talk->key().first, talk->key().second);
                        });
    }
}

void Otr::tick() {
    const auto now = Clock::now();
    if (now - state_->polled < std::chrono::seconds(70)) return;
    state_->polled = now;
    std::erase_if(state_->talks, [now](const auto& talk) {
        return talk.second->is_idle() && now - talk.second->last_used() > forget_after;
    });
    for (const auto& entry : state_->talks) {
        const auto talk = entry.second;
        if (talk->is_idle()) continue;
        talk->ask<bool>([now](Sessions& sessions) { return sessions.poll(now), true; }, [talk](bool) {});
    }
}

void Otr::stop() {
    for (const auto& [key, talk] : state_->talks) {
        for (const auto& peer : talk->encrypted()) state_->end(talk, peer);
    }
}

bool Otr::verify(const Account& account, const std::string& contact, const std::string& secret) {
    const auto talk = state_->find({account.id, contact});
    if (!talk || talk->encrypted().empty()) return false;
    const std::string peer = talk->encrypted().front();
    talk->ask<std::vector<std::string>>(
        [peer, secret = xmpp::Wiped(secret)](Sessions& sessions) {
            auto bodies = sessions.smp_answer(peer, secret);
            return bodies.empty() ? sessions.smp_start(peer, secret) : bodies;
        },
        [state = state_, talk, peer](const std::vector<std::string>& bodies) {
            state->reply(state->jid_of_contact(talk->key()), peer, bodies);
        });
    return true;
}

void Otr::off(const Account& account, const std::string& contact) {
    const State::Key key{account.id, contact};
    if (const auto talk = state_->find(key)) {
        for (const auto& peer : talk->encrypted()) state_->end(talk, peer);
    }
    state_->held.erase(key);
    state_->ended.erase(key);
    const Contact* met = state_->directory.contact(account.id, contact);
    if (!met || met->privacy.spoken != EndToEnd::otr) return;
    state_->directory.change(account.id, met->address,
                             [](Contact& changed) { changed.privacy.spoken = EndToEnd::none; });
    state_->jabber.unblock(account.id, contact);
}

void Otr::fingerprint(const Account& account, std::function<void(std::string)> done) {
    state_->identities->with(account.id, [done = std::move(done)](const Identity& identity) {
        done(identity ? xmpp::otr::print(identity->fingerprint()) : "");
    });
}

std::vector<xmpp::otr::KnownKey> Otr::known(AccountId id, const std::string& contact) const {
    const auto talk = state_->find({id, contact});
    return talk ? talk->known() : std::vector<xmpp::otr::KnownKey>{};
}

bool Otr::is_encrypted(AccountId id, const std::string& contact) const {
    const auto talk = state_->find({id, contact});
    return talk && !talk->encrypted().empty();
}

}  // namespace gateway
