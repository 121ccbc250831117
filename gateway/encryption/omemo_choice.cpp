// What a user speaks with a contact, as far as it is OMEMO: how that begins, and what ends it; see omemo.h.

#include <algorithm>
#include <utility>

#include "gateway/encryption/omemo_messages.h"
#include "gateway/encryption/omemo_state.h"
#include "gateway/store/otr_keys.h"
#include "xmpp/jid.h"
#include "xmpp/otr/front.h"

namespace gateway {
namespace {

using SteadyClock = std::chrono::steady_clock;

}  // namespace

/// Notes that the user speaks OMEMO with this contact: no text is sent to them without it from now on. OTR ends: the
/// newer choice counts.
void Omemo::State::speaks_omemo(const Account& account, const coi::Address& contact, const std::string& contact_jid) {
    const auto before = modules.directory.known_or_new(account.id, contact).privacy.spoken;
    if (before == EndToEnd::omemo) return;
    const Contact& changed =
        modules.directory.change(account.id, contact, [](Contact& each) { each.privacy.spoken = EndToEnd::omemo; });
    const auto leaves = modules.openpgp.would_leave(account, changed, EndToEnd::omemo);
    modules.notices.tell_end_to_end(account, contact.canonical(), contact_jid,
                                    omemo_messages::started(contact.addr_spec(), leaves, account.lang));
    if (before != EndToEnd::otr) return;
    modules.otr.off(account, contact.canonical());  // after the change: what waits finds one of both, never none
    modules.jabber.unblock(account.id, contact.canonical());
}

/// One of several programs may have no OMEMO: what is sent to the user stays encrypted until they say otherwise.
void Omemo::State::spoke_clearly(const Account& account, const coi::Address& contact, const std::string& contact_jid) {
    const Contact* met = modules.directory.contact(account.id, contact.canonical());
    if (!met || met->privacy.spoken != EndToEnd::omemo) return;
    if (!clear_told.take(account.jid + "\n" + contact.canonical(), SteadyClock::now())) return;
    modules.notices.tell_in(account, contact_jid, omemo_messages::in_clear(contact.addr_spec(), account.lang));
}

/// The other way round: once the user has verified an OTR key in this conversation, only a verified device starts
/// OMEMO. Anybody between can invent a device.
Task<bool> Omemo::State::is_kept_by_otr(Key key, DeviceId sid) {
    const Contact* met = modules.directory.contact(key.first, key.second);
    const auto* device = devices->find(key.first, sid);
    if (!met || met->privacy.spoken != EndToEnd::otr) co_return false;
    if (device && device->trust == keys::OmemoDevice::Trust::verified) co_return false;
    const auto [failure, peers] = co_await called_back<Store::Failure, std::vector<keys::OtrPeer>>(
        [&](auto done) { keys::otr_peers(modules.store, key.first, key.second, std::move(done)); });
    co_return !failure && std::ranges::any_of(peers, [](const keys::OtrPeer& peer) { return !peer.trust.empty(); });
}

/// An OTR message where the user speaks OMEMO would make OTR the newer choice. Anybody between can write one, so it is
/// refused once the user has verified a device: then OMEMO ends by off() only. True if the message is not Otr's.
bool Omemo::State::is_guarded(const Account& account, const coi::Address& contact, const xmpp::Tag& message) {
    const Contact* met = modules.directory.contact(account.id, contact.canonical());
    if (!met || met->privacy.spoken != EndToEnd::omemo || met->privacy.tunnel == Tunnel::on) return false;
    if (devices->is_loaded(account.id)) {
        if (!devices->has_verified(account.id)) return false;
        refuse_otr(account, contact, message);
        return true;
    }
    const Message kept(message.clone());
    devices->load(account.id, [self = shared_from_this(), id = account.id, contact, kept](bool loaded) {
        const Account* still = self->modules.directory.find(id);
        if (!still) return;
        if (!loaded) return self->refuse_for_now(*kept, still->lang);
        self->devices->has_verified(id) ? self->refuse_otr(*still, contact, *kept) : self->modules.otr.take(*kept);
    });
    return true;
}

/// A text comes back with the reason. The start of a session is nothing that the user has written: they are told.
void Omemo::State::refuse_otr(const Account& account, const coi::Address& contact, const xmpp::Tag& message) {
    using xmpp::otr::Kind;
    const auto seen = xmpp::otr::look(xmpp::body_of(message)->cdata());
    const std::string words = omemo_messages::otr_refused(contact.addr_spec(), account.lang);
    const bool may_be_text = seen.kind == Kind::data || seen.kind == Kind::malformed || seen.kind == Kind::unknown ||
                             (seen.kind == Kind::fragment && seen.number == seen.count);
    if (may_be_text) return refuse(message, "cancel", "not-acceptable", words);
    if (seen.kind == Kind::error || seen.kind == Kind::fragment) return;
    if (!otr_told.take(account.jid + "\n" + contact.canonical(), SteadyClock::now())) return;
    modules.notices.tell_end_to_end(account, contact.canonical(), xmpp::read_jid(xmpp::attribute(message, "to")).bare(),
                                    words);
}

void Omemo::off(const Account& account, const std::string& contact) {
    state_->held.erase({account.id, contact});
    const Contact* met = state_->modules.directory.contact(account.id, contact);
    if (!met || met->privacy.spoken != EndToEnd::omemo) return;
    state_->modules.directory.change(account.id, met->address,
                                     [](Contact& changed) { changed.privacy.spoken = EndToEnd::none; });
    state_->modules.jabber.unblock(account.id, contact);
}

}  // namespace gateway
