// The last stage from Jabber to mail: the entry, the ids, and what the message ends; see outgoing.h.

#include <iterator>

#include "coi/message.h"
#include "gateway/model/relays.h"
#include "gateway/pipeline/duplicates.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/pipeline/outgoing.h"
#include "gateway/store/ids.h"
#include "gateway/store/take_outgoing.h"

namespace gateway {

queue::Entry OutgoingPipeline::entry_of(const Account& account, const Contact& contact, const Head& head,
                                        const Draft& draft, std::string bytes) const {
    const bool is_automatic = draft.is_automatic();
    queue::Entry entry;
    entry.direction = queue::Direction::mail;
    entry.account = account.id;
    entry.contact = contact.canonical;
    entry.name = draft.event.message.value;
    entry.origin = is_automatic ? "" : xmpp::attribute(*head.tag, "from");
    entry.origin_id = draft.event.stanza.value;
    if (!is_automatic) entry.beside = xmpp::print(*head.tag);
    entry.lang = head.lang;
    const bool has_no_sender = draft.is_receipt() && account.kind == Account::Kind::relay;  // [RFC 8098 §3]
    entry.from = has_no_sender ? "" : account.address.addr_spec();
    entry.to = is_automatic ? contact.address.addr_spec() : draft.mail.to.front().addr_spec();
    if (draft.encrypted) {
        auto all = relays::recipients(contact, account.address);
        entry.to = std::move(all.front());
        entry.also.assign(std::next(all.begin()), all.end());
    }
    entry.payload = std::move(bytes);
    entry.taken = entry.next = draft.event.when;
    // call-ended is useless after ten minutes: a caller's program rings for two.
    entry.expires =
        draft.event.when + (draft.event.get<Call>() != nullptr ? std::chrono::minutes(10) : settings_.expire);
    return entry;
}

/// Takes back what nobody has of a message and its corrections. What may have left stays: the retraction follows it.
std::vector<queue::Entry> OutgoingPipeline::withdraw(std::vector<queue::Entry> waiting) {
    std::erase_if(waiting, [this](const queue::Entry& entry) {
        return !modules_.to_mail.is_kept(entry) || !modules_.to_mail.withdraw(entry);
    });
    return waiting;
}

/// A mail does not leave: what follows neither names it nor has its subject, nobody waits for it.
void OutgoingPipeline::forget_mail(AccountId id, const coi::Address& to, const coi::MessageId& mail) {
    if (modules_.directory.contact(id, to.canonical()) == nullptr) return;
    modules_.directory.change(id, to, [&mail](Contact& known) {
        if (known.thread == mail) {
            known.thread = {};
            known.subject.clear();
        }
        if (known.last_out == mail) known.last_out = {};
    });
}

/// The entry, the ids, and what the message ends: one commit. The next message of the conversation goes on when this
/// one is given to the store.
Task<> OutgoingPipeline::commit(AccountId id, const Head& head, const Draft& draft, std::string bytes, Turn turn) {
    const Event& event = draft.event;
    const Contact contact = modules_.directory.known_or_new(id, event.contact);
    TakeOutgoing what{entry_of(account_of(modules_.directory, id), contact, head, draft, std::move(bytes))};
    ids::Known known{id,        contact.canonical,   event.message, event.stanza, true, what.entry.origin,
                     head.lang, event.wants_receipt, event.when};
    const bool is_file = event.get<Files>() != nullptr;
    if (draft.is_message() || is_file)
        known.fingerprint = print_sent_here(draft.mail, contact.canonical, is_file, modules_.store.seal());
    what.keys = head.keys;
    std::vector<queue::Entry> replaced;
    if (event.get<Retraction>() != nullptr) {
        what.retracted = event.about->message;
        replaced = withdraw(draft.waiting);
        if (!replaced.empty() && replaced.front().name == what.retracted.value) {
            what.never_left = replaced.front().id;
            forget_mail(id, event.contact, what.retracted);  // before the next message has its turn
        }
    }
    if (event.get<Correction>() != nullptr) {
        known.corrects = event.about->message;
        const bool is_read_by_a_person = contact.dialect == Dialect::mail || contact.dialect == Dialect::unknown;
        const auto take_back = [this](const queue::Entry& waiting) { return modules_.to_mail.withdraw(waiting); };
        if (is_read_by_a_person) replaced = bursts_.hold(what.entry, known.corrects, take_back);
    }
    for (const auto& entry : replaced) what.replaced.push_back(entry.id);
    if (!modules_.files.to_fetch(event).empty()) what.entry.next = modules_.now() + OutgoingFiles::longest_wait;
    if (draft.is_message() || !what.retracted.empty())
        what.released = bursts_.end(id, contact.canonical, what.entry.taken);
    if (!draft.is_automatic()) what.known = known;
    const bool is_end = !what.released.empty();
    auto [failure, taken] = co_await called_back<Store::Failure, TakenOutgoing>([&](auto done) {
        take_outgoing(modules_.store, quota_, std::move(what), std::move(done));
        turn.reset();
    });
    if (failure || taken.too_many) {
        for (auto& entry : replaced) modules_.to_mail.committed(std::move(entry));
        forget_mail(id, draft.event.contact, draft.mail.id);
        throw failure ? Refusal::busy(head.lang) : Refusal::queue_full(head.lang);
    }
    if (!modules_.directory.keeps(id)) {
        queue::finish_later(modules_.store, taken.entry.id);
        throw AccountGone();
    }
    if (draft.picture && modules_.directory.contact(id, contact.canonical) != nullptr)
        modules_.directory.change(id, event.contact, [&](Contact& changed) { changed.profile.given = *draft.picture; });
    bursts_.committed(taken.entry, known.corrects);
    if (taken.entry.id != 0) send(head, draft, std::move(taken.entry));
    if (is_end) modules_.to_mail.unblock(id, contact.canonical);
}

/// A mail that waits for its files is due later.
void OutgoingPipeline::send(const Head& head, const Draft& draft, queue::Entry entry) {
    auto files = modules_.files.to_fetch(draft.event);
    const bool waits = !files.empty() && entry.next > modules_.now();
    queue::Entry held;
    if (waits) held = entry;
    modules_.to_mail.committed(std::move(entry));
    if (!waits) return;
    held.payload.clear();
    modules_.files.fetch({std::move(held), letter_of(head, draft), draft.encrypted, std::move(files),
                          xmpp::read_jid(xmpp::attribute(*head.tag, "to")).bare()});
}

}  // namespace gateway
