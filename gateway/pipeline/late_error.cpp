// What came back late; see late_error.h.

#include "gateway/pipeline/late_error.h"

#include "gateway/log.h"
#include "gateway/model/addresses.h"
#include "gateway/queue/bounce.h"
#include "gateway/store/ids.h"
#include "gateway/store/notify_author.h"
#include "xmpp/jid.h"

namespace gateway {

LateError::LateError(Modules modules, std::string relay_domain)
    : modules_(std::move(modules)), relay_domain_(std::move(relay_domain)) {}

void LateError::take(const xmpp::Tag& stanza) {
    const xmpp::JID from(xmpp::attribute(stanza, "from"));
    const StanzaId id{xmpp::attribute(stanza, "id")};
    const auto contact = address_of(xmpp::read_jid(xmpp::attribute(stanza, "to")));
    const Account* account =
        modules_.directory.relay_of(from.bare());  // only mail by the relay has authors who are proven
    const auto error = xmpp::error_of(stanza);
    if (!error || !contact) return;
    if (!from.resource().empty()) {
        log::info("a client of {} says of message {}, which it has: {}", from.bare(), id.value, error->condition);
        return;
    }
    ++came_back_;
    log::warn("message {} to {}, which the Jabber server had taken, came back: {} ({} since the start)", id.value,
              from.bare(), error->condition, came_back_);
    if (!account) return;
    const bool unknown = error->condition == "item-not-found";
    coi::Error why{coi::ErrorKind::refused, true, error->condition, 0, unknown ? "5.1.1" : "5.2.0"};  // [RFC 3463 §3.3]
    start(tell_author(account->id, contact->canonical(), id, std::move(why)));
}

Task<> LateError::tell_author(AccountId id, std::string contact, StanzaId stanza, coi::Error why) {
    const auto [failure, known] = co_await called_back<Store::Failure, std::optional<ids::Known>>(
        [&](auto done) { ids::by_stanza(modules_.store, id, contact, stanza, std::move(done)); });
    const Account* account = known ? modules_.directory.find(known->account) : nullptr;
    if (failure || !account || known->from_jabber) co_return;
    queue::Entry lost;
    lost.account = known->account;
    lost.contact = known->contact;
    lost.origin = known->jid;
    lost.origin_id = ids::said_by(known->message).value;
    lost.lang = account->lang;
    auto notices = bounce::to_mail(lost, why, *account, relay_domain_, modules_.now());
    if (notices.empty()) co_return;
    auto [failed, notice] = co_await called_back<Store::Failure, std::optional<queue::Entry>>(
        [&](auto done) { notify_author(modules_.store, *known, std::move(notices.front()), std::move(done)); });
    if (!failed && notice) modules_.to_mail.committed(std::move(*notice));
}

}  // namespace gateway
