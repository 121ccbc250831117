// What came back late; see late_error.h.

#include "gateway/pipeline/late_error.h"

#include "gateway/log.h"
#include "gateway/model/addresses.h"
#include "gateway/queue/bounce.h"
#include "gateway/store/ids.h"
#include "xmpp/jid.h"

namespace gateway {

LateError::LateError(Directory& directory, Store& store, std::string relay_domain, Calls calls)
    : directory_(directory), store_(store), relay_domain_(std::move(relay_domain)), calls_(std::move(calls)) {}

void LateError::take(const xmpp::Tag& stanza) {
    const xmpp::JID from(xmpp::attribute(stanza, "from"));
    const StanzaId id{xmpp::attribute(stanza, "id")};
    const auto contact = address_of(xmpp::read_jid(xmpp::attribute(stanza, "to")));
    const Account* account = directory_.relay_of(from.bare());  // only mail by the relay has authors who are proven
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
    store_.ask<std::optional<ids::Known>>(
        [account = account->id, contact = contact->canonical(), id](Database& db) {
            return ids::by_stanza(db, account, contact, id);
        },
        [this, why = std::move(why)](const Store::Failure& failure, const std::optional<ids::Known>& known) {
            const Account* its = known ? directory_.find(known->account) : nullptr;
            if (failure || !its || known->from_jabber) return;
            queue::Entry lost;
            lost.account = known->account;
            lost.contact = known->contact;
            lost.origin = known->jid;
            lost.origin_id = ids::said_by(known->message).value;
            lost.lang = its->lang;
            auto notices = bounce::to_mail(lost, why, *its, relay_domain_, calls_.now());
            if (notices.empty()) return;
            auto notice = std::make_shared<queue::Entry>(std::move(notices.front()));
            store_.commit(
                [notice, known = *known](Database& db) {
                    if (ids::forget_author(db, known)) notice->id = queue::put(db, *notice);
                },
                [this, notice](const Store::Failure& failed) {
                    if (!failed && notice->id != 0) calls_.committed(std::move(*notice));
                });
        });
}

}  // namespace gateway
