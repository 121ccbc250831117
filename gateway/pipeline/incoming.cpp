// From mail to Jabber; see incoming.h.

#include "gateway/pipeline/incoming.h"

#include <algorithm>

#include "coi/crypt/securejoin.h"
#include "gateway/encryption/otr_messages.h"
#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/duplicates.h"
#include "gateway/pipeline/labels.h"
#include "gateway/pipeline/resolve.h"
#include "gateway/store/imap_cursors.h"
#include "gateway/translate/conversation.h"
#include "gateway/translate/feature/otr_message.h"
#include "gateway/translate/feature/security_label.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/jid.h"
#include "xmpp/otr/front.h"
#include "xmpp/xep/xep0203_delay.h"

namespace gateway {

namespace {

/// After this an OTR message no longer waits for the one before it, which is lost.
constexpr auto order_patience = std::chrono::hours(1);

/// What the writer sent before this mail, as gateway/translate/translate names it; nullptr if they sent nothing.
const coi::MessageId* predecessor(const coi::Message& mail) {
    const auto theirs = std::find_if(mail.references.rbegin(), mail.references.rend(), [&](const auto& id) {
        return coi::is_chat(id) && std::ranges::find(mail.in_reply_to, id) == mail.in_reply_to.end();
    });
    return theirs == mail.references.rend() ? nullptr : &*theirs;
}

/// Mail that was long on its way says when it was written. A date before there was Jabber is a broken clock's.
bool is_late(Time written, Time now) {
    using namespace std::chrono;
    return written < now - minutes(1) && written >= sys_days(year(2000) / January / 1);
}

/// What a conversation learns of a mail, beside its thread, subject and the like.
struct Standing {
    bool encrypted = false;         // the mail says by itself that it is so from now on
    std::optional<bool> announced;  // the tunnel is on, or off
};

/// Nobody switches anything in another's name.
Standing standing_of(const IncomingMail& arrival, const Privacy& privacy) {
    const auto may = [&arrival, state = trust::state_of(privacy)](trust::Change change) {
        return trust::may(arrival.proof(), state, change);
    };
    return {security_label::is_proven(arrival.protection) && may(trust::Change::mark),
            may(trust::Change::tunnel) ? otr_message::mark(arrival.mail) : std::nullopt};
}

/// Answers whether something has changed that has to be on disk with the message itself.
bool note_standing(const IncomingMail& arrival, Privacy& privacy) {
    const Privacy before = privacy;
    const auto [encrypted, announced] = standing_of(arrival, privacy);
    privacy.encrypted = privacy.encrypted || encrypted;
    privacy.authenticated = privacy.authenticated || arrival.author.by_server;
    if (announced) privacy.tunnel_offered = *announced;
    return privacy != before;
}

}  // namespace

IncomingPipeline::IncomingPipeline(Directory& directory, Store& store, PendingVerdicts& verdicts, Seal seal,
                                   Settings settings, Calls calls)
    : directory_(directory),
      store_(store),
      verdicts_(verdicts),
      seal_(std::move(seal)),
      settings_(std::move(settings)),
      calls_(std::move(calls)),
      reports_(directory, store, seal_, report_calls()) {}

Reports::Calls IncomingPipeline::report_calls() {
    return {[this](std::vector<queue::Entry> entries, ids::Known told, const IncomingMail& report, Done done) {
                commit(std::move(entries), std::move(told), report, {.done = std::move(done)});
            },
            [this](const IncomingMail& report, DeliveryResult verdict, const Done& done) {
                skip(report, std::move(verdict), done);
            },
            [this](const Event& event, const Account& account, const std::string& contact, const xmpp::JID& from) {
                return entry_of(event, account, contact, from);
            },
            [this] { return calls_.now(); }, [this] { return settings_.component; }};
}

void IncomingPipeline::take(IncomingMail arrival, Done done) {
    const Account* account = directory_.find(arrival.account);
    if (!account) return done({DeliveryResult::Kind::declined, "the account is gone"});
    if (arrival.mail.from.size() != 1)
        return skip(arrival, {DeliveryResult::Kind::declined, reason(Admission::senderless)}, done);
    const std::string& field = arrival.mail.header("autocrypt");
    const bool own = arrival.mail.from.front().canonical() == account->address.canonical();
    if (own && !field.empty() && calls_.own_field) calls_.own_field(*account, field);
    auto waiting = std::make_shared<IncomingMail>(std::move(arrival));
    calls_.open(*account, waiting->bytes, std::move(waiting->mail),
                [this, waiting, done = std::move(done)](Decrypted unfolded) mutable {
                    waiting->bytes.reset();
                    waiting->mail = std::move(unfolded.mail);
                    waiting->protection = std::move(unfolded.protection);
                    waiting->unread = unfolded.unread;
                    waiting->author = std::move(unfolded.author);
                    waiting->author.by_server = waiting->is_author_proven;
                    waiting->counted = std::move(unfolded.counted);
                    waiting->key_update = std::move(unfolded.key_update);
                    if (waiting->key_update) waiting->key_update->author = waiting->author;
                    take_open(std::move(*waiting), std::move(done));
                });
}

void IncomingPipeline::take_open(IncomingMail arrival, Done done) {
    const Account* account = directory_.find(arrival.account);
    if (!account) return done({DeliveryResult::Kind::declined, "the account is gone"});
    if (arrival.unread == DecryptFailure::busy) return done({DeliveryResult::Kind::busy, "the store is not available"});
    // A sender who is told at once can do something about it; in a mailbox the mail lies where it can be read.
    if (arrival.wait_for_verdict && security_label::is_closed(arrival.unread))
        return done({DeliveryResult::Kind::declined, security_label::reason(arrival.unread)});
    if (coi::securejoin::step_of(arrival.mail)) {
        auto shared = std::make_shared<IncomingMail>(std::move(arrival));
        return calls_.secure_join(*account, *shared, [this, shared, done = std::move(done)](DeliveryResult verdict) {
            if (verdict.kind == DeliveryResult::Kind::busy) return done(std::move(verdict));
            skip(*shared, std::move(verdict), done);
        });
    }
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
            if (failure) return done({DeliveryResult::Kind::busy, "the store is not available"});
            decide(std::move(arrival), known, std::move(done));
        });
}

void IncomingPipeline::decide(IncomingMail arrival, bool answers_known, Done done) {
    const Account* account = directory_.find(arrival.account);
    if (!account) return done({DeliveryResult::Kind::declined, "the account is gone"});
    const Contact* contact = directory_.contact(account->id, arrival.mail.from.front().canonical());
    const Admission admission = admit(arrival.mail, *account, contact, answers_known);
    if (admission == Admission::message) return take_message(std::move(arrival), std::move(done));
    if (admission == Admission::report) return reports_.take(std::move(arrival), std::move(done));
    if (admission == Admission::bulk && is_automatic_answer(arrival.mail, contact, answers_known))
        calls_.away(*account, *contact, arrival.mail);
    skip(arrival, {DeliveryResult::Kind::declined, reason(admission)}, done);
}

void IncomingPipeline::skip(const IncomingMail& arrival, DeliveryResult verdict, const Done& done) {
    if (arrival.cursor) {
        store_.later(
            [id = arrival.account, cursor = *arrival.cursor](Database& db) { accounts::save(db, id, cursor); });
    }
    done(std::move(verdict));
}

bool IncomingPipeline::is_in_order(IncomingMail& arrival, Done& done) {
    const auto* before = predecessor(arrival.mail);
    if (!arrival.may_wait || before == nullptr || !arrival.mail.date) return true;
    const auto otr = otr_message::read(arrival.mail);
    const auto age = calls_.now() - *arrival.mail.date;
    if (!otr || xmpp::otr::look(otr->message).kind != xmpp::otr::Kind::data || age > order_patience ||
        age < -order_patience) {
        return true;
    }
    store_.ask<bool>(
        [id = arrival.account, before = *before](Database& db) { return ids::by_message(db, id, before).has_value(); },
        [this, arrival = std::move(arrival), done = std::move(done)](const Store::Failure& failure,
                                                                     bool is_here) mutable {
            if (failure) return done({DeliveryResult::Kind::busy, "the store is not available"});
            if (!is_here) return done({DeliveryResult::Kind::early, "the message before this one is not here yet"});
            arrival.may_wait = false;
            decide(std::move(arrival), true, std::move(done));
        });
    return false;
}

queue::Entry IncomingPipeline::entry_of(const Event& event, const Account& account, const std::string& contact,
                                        const xmpp::JID& from) const {
    queue::Entry entry;
    entry.direction = queue::Direction::jabber;
    entry.account = account.id;
    entry.contact = contact;
    entry.name = event.stanza.value;
    entry.from = from.bare();
    entry.to = account.jid;
    entry.taken = entry.next = calls_.now();
    entry.expires = entry.taken + settings_.expire;
    const auto stanza = write_stanza(event, from, xmpp::read_jid(account.jid));
    if (is_late(event.when, entry.taken)) xmpp::xep0203::add_delay(*stanza, event.when, settings_.component);
    entry.payload = xmpp::print(*stanza);
    return entry;
}

void IncomingPipeline::take_message(IncomingMail arrival, Done done) {
    if (!is_in_order(arrival, done)) return;
    const Account& account = *directory_.find(arrival.account);
    const auto mail = std::make_shared<coi::Message>(std::move(arrival.mail));
    auto shared = std::make_shared<IncomingMail>(std::move(arrival));
    calls_.read(account, mail, [this, mail, shared, done = std::move(done)](std::optional<Event> event) mutable {
        shared->mail = std::move(*mail);
        // Only now: a mail that takes long to read delays no other mail with the same From, which anybody can write.
        turns_.take(shared->account, shared->mail.from.front().canonical(),
                    [this, shared, event = std::move(event), done = std::move(done)](const Turn& turn) mutable {
                        resolve(std::move(*shared), std::move(event), std::move(done), turn);
                    });
    });
}

/// Finds the message that the event is about. A correction must prove its author as well as the conversation does.
void IncomingPipeline::resolve(IncomingMail arrival, std::optional<Event> event, Done done, const Turn& turn) {
    if (!event || !event->about) return take_event(std::move(arrival), std::move(event), std::move(done));
    store_.ask<std::optional<Reference>>(
        [id = arrival.account, contact = arrival.mail.from.front().canonical(), message = event->about->message,
         from = refers_to(*event)](Database& db) { return resolve_mail(db, id, contact, message, from); },
        [this, turn, arrival = std::move(arrival), event = std::move(event), done = std::move(done)](
            const Store::Failure& failure, std::optional<Reference> about) mutable {
            if (failure) return done({DeliveryResult::Kind::busy, "the store is not available"});
            const Account* account = directory_.find(arrival.account);
            if (!account) return done({DeliveryResult::Kind::declined, "the account is gone"});
            const Contact* contact = directory_.contact(account->id, arrival.mail.from.front().canonical());
            const auto state = contact ? trust::state_of(contact->privacy) : trust::State::unproven;
            const bool may =
                event->get<Correction>() == nullptr || trust::may(arrival.proof(), state, trust::Change::correction);
            if (may && about) event->about = std::move(about);
            resolved(*event, {.found = !event->about->stanza.empty(), .to_user = true, .lang = account->lang});
            take_event(std::move(arrival), std::move(event), std::move(done));
        });
}

void IncomingPipeline::take_event(IncomingMail arrival, std::optional<Event> event, Done done) {
    if (!directory_.find(arrival.account)) return done({DeliveryResult::Kind::declined, "the account is gone"});
    const Account& account = *directory_.find(arrival.account);
    const coi::Address& writer = arrival.mail.from.front();
    const Contact* met = directory_.contact(account.id, writer.canonical());
    const auto from = jid_of(met, writer, settings_.component);
    if (from && !event && is_chat(arrival.mail)) return skip(arrival, {DeliveryResult::Kind::silent, "a signal"}, done);
    if (!from || !event)
        return skip(arrival, {DeliveryResult::Kind::declined, "nothing in it that chat can show"}, done);

    Contact contact = directory_.known_or_new(account.id, writer);
    arrival.mail.id = name_of(arrival.mail, seal_);
    std::erase_if(arrival.mail.reply_to, [&](const auto& to) { return to.canonical() == account.address.canonical(); });
    const Contact before = contact;
    const Event whole = *event;
    note_read(arrival.mail, *event, contact, {arrival.proof(), arrival.protection.encrypted});
    const bool is_to_be_kept = note_standing(arrival, contact.privacy);
    if (const auto* otr = event->get<OtrMessage>()) {
        if (const char* why = obstacle(account, contact, arrival, *otr))
            return refuse_tunnelled(account, contact, arrival, why, done);
    }
    event->user = account.jid;
    event->contact = writer;
    event->stanza = mint_stanza_id();
    CommitExtras extras = extras_of(arrival, whole, std::move(done));
    if (auto* text = event->get<Text>())
        text::add_where_the_rest_is(*text, account.kind == Account::Kind::mailbox, account.lang);
    labels::add_protection(*event, arrival, before, account.lang);
    labels::add_answers_notice(*event, arrival, before, contact, account.lang);

    queue::Entry entry = entry_of(*event, account, contact.canonical, *from);
    entry.origin = arrival.proven_sender;
    entry.origin_id = arrival.mail.id.value;
    entry.lang = account.lang;
    entry.tentative = arrival.wait_for_verdict;
    ids::Known known{account.id, contact.canonical,    arrival.mail.id, event->stanza, false, arrival.proven_sender,
                     "",         event->wants_receipt, entry.taken};
    if (event->get<Correction>() != nullptr) known.corrects = event->about->message;
    // design.md "two-leg queue" 7: one message, by whichever of the user's accounts it comes.
    const Account* other =
        account.kind == Account::Kind::mailbox ? directory_.relay_of(account.jid) : directory_.mailbox_of(account.jid);
    if (other) extras.other = other->id;
    if (other) known.fingerprint = fingerprint_of(arrival, seal_);
    // With the message itself: after a kill nothing goes to them in the clear, whether they were met before or not.
    if (is_to_be_kept) extras.contact = std::move(contact);
    commit({std::move(entry)}, std::move(known), arrival, std::move(extras));
}

/// The conversation knows of a mail before its stanza leaves: a quick answer comes before the server's proof that it
/// took the stanza. A mail that is not taken taught nothing: tried again, it says all that it said before.
IncomingPipeline::CommitExtras IncomingPipeline::extras_of(const IncomingMail& arrival, const Event& event, Done done) {
    struct ContactChange {
        bool met = false;
        std::optional<Contact> before, after;
    };
    const auto change = std::make_shared<ContactChange>();
    CommitExtras extras;
    extras.committed = [this, change, arrival, told = event](bool met) mutable {
        const auto id = arrival.account;
        const auto& mail = arrival.mail;
        if (!directory_.find(id)) return;
        change->met = met;
        change->before = directory_.known_or_new(id, mail.from.front());
        change->after = directory_.change(id, mail.from.front(), [&](Contact& known) {
            note_read(mail, told, known, {arrival.proof(), arrival.protection.encrypted});
            note_standing(arrival, known.privacy);
        });
    };
    extras.done = [this, change, id = arrival.account, done = std::move(done)](const DeliveryResult& verdict) {
        const Contact* known = change->after ? directory_.contact(id, change->after->canonical) : nullptr;
        if (!known) return done(verdict);
        const auto &before = *change->before, &after = *change->after;
        if (verdict.kind == DeliveryResult::Kind::taken || verdict.kind == DeliveryResult::Kind::open) {
            const Account& account = *directory_.find(id);
            if (after.privacy.encrypted && !before.privacy.encrypted) calls_.encrypted(account, *known);
            if (after.privacy.tunnel_offered != before.privacy.tunnel_offered) tell_tunnel(account, *known);
        } else if (*known == after) {
            if (change->met) directory_.change(id, before.address, [&](Contact& changed) { changed = before; });
            if (!change->met) directory_.remove_contact(id, before.canonical);
        }
        done(verdict);
    };
    return extras;
}

const char* IncomingPipeline::obstacle(const Account& account, const Contact& contact, const IncomingMail& arrival,
                                       const OtrMessage& otr) {
    if (contact.privacy.tunnel != Tunnel::on) return "its reader has not switched OTR end to end on for this sender";
    if (!contact.privacy.tunnel_offered) return "nothing proves that its sender has switched OTR end to end on";
    const bool pass = calls_.may_pass(account, contact.canonical, arrival.mail.id, otr);
    return pass ? nullptr : "OTR is started too often";
}

/// What a contact's switch means here.
void IncomingPipeline::tell_tunnel(const Account& account, const Contact& contact) {
    if (const auto words = otr_messages::tunnel_offered(contact, account.lang)) calls_.say(account, *words);
}

/// Its writer hears it from their mail system, or not at all: no answer of ours could be answered. The reader hears it
/// once, of somebody whom they know; in a mailbox the mail lies where it can be seen.
void IncomingPipeline::refuse_tunnelled(const Account& account, const Contact& contact, const IncomingMail& arrival,
                                        const char* why, const Done& done) {
    const bool met = contact.written_to || contact.subscribed;
    if (met && !otr_message::stands(contact.privacy) && !contact.privacy.tunnel_refused) {
        const Contact& known = directory_.change(account.id, contact.address,
                                                 [](Contact& changed) { changed.privacy.tunnel_refused = true; });
        calls_.say(account, otr_messages::tunnel_refused(known, account.lang));
    }
    // What follows does not wait for it.
    if (met) store_.later([known = known_report(arrival, calls_.now())](Database& db) { ids::remember(db, known); });
    skip(arrival, {DeliveryResult::Kind::declined, why}, done);
}

}  // namespace gateway
