// OTR towards a user: which messages are encrypted, and which are held; see otr.h.

#include "gateway/encryption/otr_messages.h"
#include "gateway/encryption/otr_state.h"
#include "gateway/model/addresses.h"
#include "xmpp/otr/stanza.h"

namespace gateway {
namespace {

using xmpp::otr::Sessions;

constexpr std::size_t most_asked = 32;  // resources per held conversation

}  // namespace

coi::Result<coi::Address> Otr::State::address_in(const Key& key) const {
    const Contact* contact = directory.contact(key.first, key.second);
    return contact ? contact->address : coi::parse_addr_spec(key.second);
}

std::string Otr::State::jid_of_contact(const Key& key) const {
    const auto address = address_in(key);
    const auto jid =
        address ? jid_of(directory.contact(key.first, key.second), *address, settings.component) : std::nullopt;
    return jid ? jid->bare() : settings.component;
}

bool Otr::State::concerns(const queue::Entry& entry) const {
    if (entry.contact.empty()) return false;
    const Contact* contact = directory.contact(entry.account, entry.contact);
    return !contact || contact->privacy.spoken == EndToEnd::otr || contact->privacy.tunnel != Tunnel::never;
}

void Otr::State::send(const queue::Entry& entry, const xmpp::Tag& stanza, std::function<void(Outgoing)> done) {
    const Account* account = directory.find(entry.account);
    const Contact* contact = entry.contact.empty() ? nullptr : directory.contact(entry.account, entry.contact);
    const xmpp::Tag* body = xmpp::body_of(stanza);
    const bool is_theirs = account && contact && body && xmpp::attribute(stanza, "type") != "error";
    if (!is_theirs || contact->privacy.spoken != EndToEnd::otr) return done({});
    const Key key{entry.account, entry.contact};
    const auto talk = find(key);
    const auto peers = talk ? talk->encrypted() : std::vector<std::string>{};
    if (peers.empty()) return hold(key, done);
    struct Encrypted {
        std::string peer;
        std::vector<std::string> bodies;
        std::optional<xmpp::otr::KnownKey> key;
    };
    using Messages = std::vector<Encrypted>;
    std::shared_ptr<xmpp::Tag> original(stanza.clone());
    talk->ask<Messages>(
        [peers, text = body->cdata()](Sessions& sessions) {
            Messages out;
            for (const auto& peer : peers)
                out.push_back({peer, sessions.send(peer, text).messages, sessions.key_of(peer)});
            return out;
        },
        [self = shared_from_this(), original, key, done, talk, entry](const Messages& messages) {
            Outgoing out{Outgoing::Kind::encrypted, {}};
            for (const auto& [peer, bodies, theirs] : messages) {
                if (theirs && !bodies.empty()) talk->unread.sent(peer, theirs->fingerprint, entry);
                for (auto& piece : xmpp::otr::stanza::pieces(*original, peer, bodies))
                    out.stanzas.push_back(std::move(piece));
            }
            out.stanzas.empty() ? self->hold(key, done) : done(std::move(out));
        },
        [done] { done({Outgoing::Kind::held, {}}); });
}

/// Told once. A client that supports OTR is asked to start a session, except where its user has ended it.
void Otr::State::hold(const Key& key, const std::function<void(Outgoing)>& done) {
    const Account* account = directory.find(key.first);
    const Contact* contact = directory.contact(key.first, key.second);
    if (account && contact && held.try_emplace(key).second) {
        notices.tell_in(*account, jid_of_contact(key), otr_messages::held(contact->address.addr_spec(), account->lang));
        if (!ended.contains(key)) ask_for_session(talk_of(*account, key.second), account->jid);
    }
    done({Outgoing::Kind::held, {}});
}

void Otr::State::ask_for_session(const Talk& talk, const std::string& peer) {
    talk->ask<std::optional<std::string>>(
        [peer](Sessions& sessions) { return sessions.query(peer, Clock::now()); },
        [self = shared_from_this(), talk, peer](const std::optional<std::string>& query) {
            if (query) self->reply(self->jid_of_contact(talk->key()), peer, {*query});
        });
}

/// A resource that comes online is asked once while messages wait.
void Otr::State::available(const Account& account, const std::string& jid) {
    std::vector<Key> waiting;
    for (auto at = held.lower_bound({account.id, ""}); at != held.end() && at->first.first == account.id; ++at) {
        auto& asked = at->second;
        if (ended.contains(at->first)) continue;
        if (waiting.size() < settings.conversations && asked.size() < most_asked && asked.insert(jid).second)
            waiting.push_back(at->first);
    }
    for (const auto& key : waiting) ask_for_session(talk_of(account, key.second), jid);
}

}  // namespace gateway
