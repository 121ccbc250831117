// What a DSN or an MDN says, told to the user; see reports.h.

#include "gateway/reports.h"

#include <algorithm>

#include "gateway/bounce.h"
#include "gateway/identity.h"
#include "gateway/mint.h"
#include "gateway/translate.h"

namespace gateway {

ids::Known known_report(const Arrival& arrival, Time now) {
    return {arrival.account, arrival.mail.from.front().canonical(), arrival.mail.id, {}, false, "", "", false, now};
}

Reports::Reports(Directory& directory, Store& store, Calls calls)
    : directory_(directory), store_(store), calls_(std::move(calls)) {}

void Reports::take(Arrival arrival, Done done) {
    const coi::MessageId original = arrival.mail.dsn ? arrival.mail.dsn->original : arrival.mail.mdn->original;
    if (!arrival.mail.dsn && original.empty())
        return calls_.skip(arrival, {Verdict::Kind::silent, "a program's news about itself"}, done);
    store_.ask<std::optional<ids::Known>>(
        [id = arrival.account, original](Database& db) { return ids::own_message(db, id, original); },
        [this, arrival = std::move(arrival), done = std::move(done)](const Store::Failure& failure,
                                                                     const std::optional<ids::Known>& known) {
            if (failure) return done({Verdict::Kind::busy, "the store is not available"});
            if (!known) {
                return calls_.skip(arrival, {Verdict::Kind::declined, "a report about no message of ours"}, done);
            }
            if (arrival.mail.dsn) return act_on_dsn(arrival, *known, done);
            act_on_mdn(arrival, *known, done);
        });
}

void Reports::act_on_dsn(const Arrival& arrival, const ids::Known& known, Done done) {
    const auto& recipients = arrival.mail.dsn->recipients;
    const auto failed = std::find_if(recipients.begin(), recipients.end(), [](const auto& recipient) {
        return recipient.action == coi::Dsn::Action::failed;
    });
    if (failed == recipients.end())
        return calls_.skip(arrival, {Verdict::Kind::taken, "a report that nothing failed"}, done);
    coi::Error error{coi::ErrorKind::refused, true, failed->diagnostic, 0, failed->status};
    const Contact* contact = directory_.contact(known.account, known.contact);
    const std::string address = contact ? contact->address.addr_spec() : known.contact;
    auto notices = bounce::to_jabber(
        {known.account, known.contact, address, known.jid, known.stanza.value, known.lang, known.when}, error,
        calls_.component(), calls_.now());
    if (notices.empty()) return calls_.skip(arrival, {Verdict::Kind::taken, "nobody is to be told"}, done);
    calls_.commit(std::move(notices), arrival, std::move(done));
}

void Reports::act_on_mdn(const Arrival& arrival, const ids::Known& known, Done done) {
    auto event = read(arrival.mail);
    const Account* account = directory_.find(known.account);
    const auto from = jid_of(arrival.mail.from.front(), calls_.component());
    if (!event || !std::holds_alternative<Receipt>(event->what) || !known.wants_receipt || !account || !from ||
        arrival.mail.from.front().canonical() != known.contact) {
        return calls_.skip(arrival, {Verdict::Kind::taken, "nobody asked for this receipt"}, done);
    }
    event->user = account->jid;
    event->contact = arrival.mail.from.front();
    event->stanza = mint_stanza_id();
    std::get<Receipt>(event->what).of_stanza = known.stanza;
    event->when = {};  // of a receipt nobody asks
    calls_.commit({calls_.entry_of(*event, *account, known.contact, *from)}, arrival, std::move(done));
}

}  // namespace gateway
