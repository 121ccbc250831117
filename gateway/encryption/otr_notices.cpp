// What users are told of their OTR sessions, in the conversation that it is about; see otr.h.

#include "gateway/encryption/otr_messages.h"
#include "gateway/encryption/otr_state.h"
#include "gateway/model/framed.h"

namespace gateway {

using xmpp::otr::Sessions;

void Otr::State::tell(const Talk& talk, const Notice& notice) {
    const auto [id, canonical] = talk->key();
    const Account* account = directory.find(id);
    const Contact* met = directory.contact(id, canonical);
    const std::string address = met ? met->address.addr_spec() : canonical;
    if (!account) return;
    notice.kind == Notice::Kind::started ? started(*account, talk, address)
                                         : say_of(*account, talk->key(), notice, address);
}

/// In the conversation: by OTR what belongs to a session that stands, the rest in the clear, because the client may
/// have no session, or another.
void Otr::State::say_of(const Account& account, const Key& key, const Notice& notice, const std::string& contact) {
    using enum Notice::Kind;
    if (notice.kind == too_often && !too_often_told.take(account.jid, Clock::now())) return;
    const auto words = otr_messages::of(notice, contact, account.lang);
    if (!words) return;
    const bool is_smp = notice.kind == smp_asked || notice.kind == smp_succeeded || notice.kind == smp_failed ||
                        notice.kind == smp_aborted;
    const auto talk = is_smp ? find(key) : nullptr;
    talk ? say_sealed(account, talk, *words) : notices.tell_in(account, jid_of_contact(key), *words);
}

/// To the client that was heard last.
void Otr::State::say_sealed(const Account& account, const Talk& talk, const std::string& words) {
    const auto peers = talk->encrypted();
    if (peers.empty()) return notices.tell_in(account, jid_of_contact(talk->key()), words);
    talk->ask<std::vector<std::string>>(
        [peer = peers.front(), text = framed::notice(words)](Sessions& sessions) {
            return sessions.send(peer, text).messages;
        },
        [self = shared_from_this(), talk, peer = peers.front()](const std::vector<std::string>& bodies) {
            self->reply(self->jid_of_contact(talk->key()), peer, bodies);
        });
}

/// One message, which explains the first session with a contact.
void Otr::State::started(const Account& account, const Talk& talk, const std::string& address) {
    held.erase(talk->key());
    ended.erase(talk->key());
    const bool first = speaks_otr(talk->key());
    const Contact* contact = directory.contact(account.id, talk->key().second);
    std::string words = otr_messages::of({Notice::Kind::started}, address, account.lang).value_or("");
    if (first && contact)
        words += " " + otr_messages::explanation(address, openpgp.would_leave(account, *contact, EndToEnd::otr),
                                                 account.lang);
    say_sealed(account, talk, words);
    jabber.unblock(account.id, talk->key().second);
}

}  // namespace gateway
