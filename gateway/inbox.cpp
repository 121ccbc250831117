// From mail to Jabber; see inbox.h.

#include "gateway/inbox.h"

#include <algorithm>

#include "gateway/bounce.h"
#include "gateway/conversation.h"
#include "gateway/identity.h"
#include "gateway/mint.h"
#include "gateway/store/accounts.h"

namespace gateway {

namespace {

/// A mail without a Message-ID still needs one name, the same on every route.
coi::MessageId name_of(const coi::Message& mail, const Seal& seal) {
    if (!mail.id.empty()) return mail.id;
    const std::string hash =
        seal.keyed_hash(mail.from.front().canonical() + "\n" + mail.subject + "\n" + mail.text + "\n" +
                        std::to_string(mail.date ? mail.date->time_since_epoch().count() : 0));
    std::string hex;
    constexpr char digits[] = "0123456789abcdef";
    for (const unsigned char c : hash) hex += {digits[c >> 4], digits[c & 15]};
    return {hex + "@unnamed.invalid"};
}

}  // namespace

Inbox::Inbox(Directory& directory, Store& store, Seal seal, Settings settings, Calls calls)
    : directory_(directory),
      store_(store),
      seal_(std::move(seal)),
      settings_(std::move(settings)),
      calls_(std::move(calls)) {}

void Inbox::take(Arrival arrival, Done done) {
    const Account* account = directory_.find(arrival.account);
    if (!account) return done({Verdict::Kind::declined, "the account is gone"});
    if (arrival.mail.from.size() != 1)
        return skip(arrival, {Verdict::Kind::declined, reason(Admission::senderless)}, done);
    const Contact* contact = directory_.contact(account->id, arrival.mail.from.front().canonical());
    if (!depends_on_answer(arrival.mail, *account, contact)) return decide(std::move(arrival), false, std::move(done));

    std::vector<coi::MessageId> asked = arrival.mail.in_reply_to;
    asked.insert(asked.end(), arrival.mail.references.begin(), arrival.mail.references.end());
    constexpr std::size_t most = 20;
    if (asked.size() > most)
        asked.erase(asked.begin() + most / 2, asked.end() - most / 2);  // the oldest and the newest
    store_.ask<bool>(
        [asked, id = account->id](Database& db) {
            for (const auto& message : asked) {
                if (ids::by_message(db, id, message)) return true;
            }
            return false;
        },
        [this, arrival = std::move(arrival), done = std::move(done)](const Store::Failure& failure,
                                                                     bool known) mutable {
            if (failure) return done({Verdict::Kind::busy, "the store is not available"});
            decide(std::move(arrival), known, std::move(done));
        });
}

void Inbox::decide(Arrival arrival, bool answers_known, Done done) {
    const Account* account = directory_.find(arrival.account);
    if (!account) return done({Verdict::Kind::declined, "the account is gone"});
    const Contact* contact = directory_.contact(account->id, arrival.mail.from.front().canonical());
    const Admission admission = admit(arrival.mail, *account, contact, answers_known);
    if (admission == Admission::message) return take_message(std::move(arrival), std::move(done));
    if (admission == Admission::report) return take_report(std::move(arrival), std::move(done));
    skip(arrival, {Verdict::Kind::declined, reason(admission)}, done);
}

void Inbox::skip(const Arrival& arrival, Verdict verdict, const Done& done) {
    if (arrival.cursor) {
        store_.later(
            [id = arrival.account, cursor = *arrival.cursor](Database& db) { accounts::save(db, id, cursor); });
    }
    done(std::move(verdict));
}

void Inbox::take_message(Arrival arrival, Done done) {
    const Account& account = *directory_.find(arrival.account);
    const coi::Address& writer = arrival.mail.from.front();
    const auto from = jid_of(writer, settings_.component);
    auto event = read(arrival.mail, account.lang);
    if (from && !event && is_chat(arrival.mail)) return skip(arrival, {Verdict::Kind::silent, "a signal"}, done);
    if (!from || !event) return skip(arrival, {Verdict::Kind::declined, "nothing in it that chat can show"}, done);

    Contact& contact = directory_.know(account.id, writer);
    arrival.mail.id = name_of(arrival.mail, seal_);
    event->user = account.jid;
    event->contact = writer;
    event->stanza = mint_stanza_id();
    note_read(arrival.mail, *event, contact);
    directory_.save(contact);

    const xmpp::JID to(account.jid);
    queue::Entry entry;
    entry.leg = queue::Leg::jabber;
    entry.account = account.id;
    entry.contact = contact.canonical;
    entry.name = event->stanza.value;
    entry.origin = arrival.proven_sender;
    entry.origin_id = arrival.mail.id.value;
    entry.lang = account.lang;
    entry.from = from->bare();
    entry.to = account.jid;
    entry.payload = xmpp::print(*write_stanza(*event, *from, to));
    entry.taken = entry.next = calls_.now();
    entry.expires = entry.taken + settings_.expire;
    entry.held = arrival.wait_for_verdict;
    ids::Known known{account.id, contact.canonical,    arrival.mail.id, event->stanza, false, "",
                     "",         event->wants_receipt, entry.taken};
    commit(std::move(entry), std::move(known), arrival, std::move(done));
}

void Inbox::commit(queue::Entry entry, std::optional<ids::Known> known, const Arrival& arrival, Done done) {
    struct Outcome {
        bool duplicate = false;
        std::int64_t open = 0;  // the entry of an earlier copy that still waits for its verdict
    };
    auto shared = std::make_shared<queue::Entry>(std::move(entry));
    auto outcome = std::make_shared<Outcome>();
    store_.commit(
        [shared, outcome, known = std::move(known), cursor = arrival.cursor](Database& db) {
            if (cursor) accounts::save(db, shared->account, *cursor);
            if (known) {
                if (!ids::remember(db, *known)) {
                    outcome->duplicate = true;
                    const auto first = ids::contact_message(db, known->account, known->contact, known->message);
                    const auto queued =
                        first ? queue::find_by_name(db, queue::Leg::jabber, first->stanza.value) : std::nullopt;
                    if (queued && queued->held) outcome->open = queued->id;
                    return;
                }
            }
            shared->id = queue::put(db, *shared);
        },
        [this, shared, outcome, wait = arrival.wait_for_verdict,
         done = std::move(done)](const Store::Failure& failure) {
            if (failure) return done({Verdict::Kind::busy, "the store is not available"});
            if (outcome->duplicate) {
                const auto still = waiting_.find(outcome->open);
                if (wait && still != waiting_.end()) return still->second.calls.push_back(done);
                return done({Verdict::Kind::duplicate, "it was taken before"});
            }
            if (wait) waiting_[shared->id] = {calls_.now(), {done}};
            calls_.committed(std::move(*shared));
            if (!wait) done({Verdict::Kind::taken, ""});
        });
}

void Inbox::take_report(Arrival arrival, Done done) {
    const coi::MessageId original = arrival.mail.dsn ? arrival.mail.dsn->original : arrival.mail.mdn->original;
    store_.ask<std::optional<ids::Known>>(
        [id = arrival.account, original](Database& db) { return ids::own_message(db, id, original); },
        [this, arrival = std::move(arrival), done = std::move(done)](const Store::Failure& failure,
                                                                     const std::optional<ids::Known>& known) {
            if (failure) return done({Verdict::Kind::busy, "the store is not available"});
            if (!known) {
                return skip(arrival, {Verdict::Kind::declined, "a report about no message of ours"}, done);
            }
            if (arrival.mail.dsn) return act_on_dsn(arrival, *known, done);
            act_on_mdn(arrival, *known, done);
        });
}

void Inbox::act_on_dsn(const Arrival& arrival, const ids::Known& known, Done done) {
    const auto& recipients = arrival.mail.dsn->recipients;
    const auto failed = std::find_if(recipients.begin(), recipients.end(), [](const auto& recipient) {
        return recipient.action == coi::Dsn::Action::failed;
    });
    if (failed == recipients.end()) return skip(arrival, {Verdict::Kind::taken, "a report that nothing failed"}, done);
    coi::Error error{coi::ErrorKind::refused, true, failed->diagnostic, 0, failed->status};
    const Contact* contact = directory_.contact(known.account, known.contact);
    const std::string address = contact ? contact->address.addr_spec() : known.contact;
    auto notices = bounce::to_jabber(
        {known.account, known.contact, address, known.jid, known.stanza.value, known.lang, known.when}, error,
        settings_.component, calls_.now());
    if (notices.empty()) return skip(arrival, {Verdict::Kind::taken, "nobody is to be told"}, done);
    while (notices.size() > 1) {
        commit(std::move(notices.back()), std::nullopt, arrival, [](const Verdict&) {});
        notices.pop_back();
    }
    Arrival unheld = arrival;
    unheld.wait_for_verdict = false;
    commit(std::move(notices.front()), std::nullopt, unheld, std::move(done));
}

void Inbox::act_on_mdn(const Arrival& arrival, const ids::Known& known, Done done) {
    auto event = read(arrival.mail);
    const Account* account = directory_.find(known.account);
    const auto from = jid_of(arrival.mail.from.front(), settings_.component);
    if (!event || !std::holds_alternative<Receipt>(event->what) || !known.wants_receipt || !account || !from ||
        arrival.mail.from.front().canonical() != known.contact) {
        return skip(arrival, {Verdict::Kind::taken, "nobody asked for this receipt"}, done);
    }
    event->user = account->jid;
    event->contact = arrival.mail.from.front();
    event->stanza = mint_stanza_id();
    std::get<Receipt>(event->what).of_stanza = known.stanza;
    queue::Entry entry;
    entry.leg = queue::Leg::jabber;
    entry.account = known.account;
    entry.contact = known.contact;
    entry.name = event->stanza.value;
    entry.from = from->bare();
    entry.to = account->jid;
    entry.payload = xmpp::print(*write_stanza(*event, *from, xmpp::JID(account->jid)));
    entry.taken = entry.next = calls_.now();
    entry.expires = entry.taken + settings_.expire;
    Arrival unheld = arrival;
    unheld.wait_for_verdict = false;
    commit(std::move(entry), std::nullopt, unheld, std::move(done));
}

void Inbox::entry_done(const queue::Entry& entry) {
    const auto at = waiting_.find(entry.id);
    if (at == waiting_.end()) return;
    for (const auto& done : std::exchange(at->second.calls, {})) done({Verdict::Kind::taken, ""});
    waiting_.erase(at);
}

bool Inbox::entry_refused(const queue::Entry& entry, const coi::Error& error) {
    const auto at = waiting_.find(entry.id);
    if (at == waiting_.end()) return false;
    const auto kind = error.permanent ? Verdict::Kind::refused : Verdict::Kind::busy;
    auto calls = std::exchange(at->second.calls, {});
    waiting_.erase(at);
    store_.commit(
        [entry](Database& db) {
            queue::done(db, entry.id);
            ids::forget(db, entry.account, entry.contact, {entry.origin_id}, false);
        },
        [calls = std::move(calls), kind, text = error.text](const Store::Failure& failure) {
            for (const auto& done : calls) {
                done(failure ? Verdict{Verdict::Kind::busy, "the store is not available"} : Verdict{kind, text});
            }
        });
    return true;
}

void Inbox::give_up_waiting(Time taken_before) {
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        if (at->second.since > taken_before) {
            ++at;
            continue;
        }
        auto calls = std::exchange(at->second.calls, {});
        at = waiting_.erase(at);
        for (const auto& done : calls) done({Verdict::Kind::open, "the Jabber server has not answered yet"});
    }
}

}  // namespace gateway
