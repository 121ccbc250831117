// From mail to Jabber; see incoming.h.

#include "gateway/pipeline/incoming.h"

#include <algorithm>
#include <iterator>

#include "coi/crypt/securejoin.h"
#include "gateway/accounts/blocking.h"
#include "gateway/accounts/nick.h"
#include "gateway/encryption/otr_messages.h"
#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/duplicates.h"
#include "gateway/pipeline/history.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/pipeline/labels.h"
#include "gateway/pipeline/open_mail.h"
#include "gateway/pipeline/standing.h"
#include "gateway/store/mailbox_reading.h"
#include "gateway/store/resolve.h"
#include "gateway/translate/conversation.h"
#include "gateway/translate/feature/file.h"
#include "gateway/translate/feature/location.h"
#include "gateway/translate/feature/otr_message.h"
#include "gateway/translate/feature/retraction.h"
#include "gateway/translate/feature/security_label.h"
#include "gateway/translate/feature/text.h"
#include "gateway/translate/translate.h"
#include "gateway/transport/mail_reader.h"
#include "xmpp/jid.h"
#include "xmpp/otr/front.h"

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

/// One event for each stanza that a mail becomes.
std::vector<Event> stanzas_of(const Event& event) {
    std::vector<Event> all;
    for (Event& one : retraction::apart(event)) {
        for (Event& part : location::messages_of(std::move(one))) {
            for (Event& each : file::messages_of(std::move(part))) all.push_back(std::move(each));
        }
    }
    const auto* timer = event.get<DisappearsAfter>();
    for (Event& each : all) {
        if (timer != nullptr && (each.get<Files>() || each.get<Location>()) && !each.get<DisappearsAfter>())
            each.contents.emplace_back(*timer);
    }
    return all;
}

DeliveryResult declined(const char* why) { return {DeliveryResult::Kind::declined, why}; }

/// Refused in the dialogue, and not taken and dropped [RFC 5321 §6.2]: a person who was blocked by mistake learns that
/// nothing arrived. Nobody waits for what a program reports.
DeliveryResult of_blocked(const coi::Message& mail) {
    const bool is_report = mail.mdn || mail.dsn;
    return {is_report ? DeliveryResult::Kind::silent : DeliveryResult::Kind::declined, reason(Admission::blocked)};
}

}  // namespace

IncomingPipeline::IncomingPipeline(Modules modules, Seal seal, Settings settings)
    : modules_(std::move(modules)),
      seal_(std::move(seal)),
      settings_(std::move(settings)),
      attachments_(modules_.directory, modules_.store, modules_.workers, modules_.files, modules_.now),
      reports_({modules_.directory, modules_.store, modules_.now}, seal_, settings_),
      own_mail_({modules_.directory, modules_.store, modules_.workers, modules_.encryption, modules_.to_jabber,
                 attachments_, turns_, modules_.now},
                seal_, settings_),
      room_mail_({modules_.directory, modules_.store, modules_.workers, modules_.to_jabber, attachments_,
                  modules_.room_turns, modules_.rooms, modules_.now},
                 seal_, settings_) {}

void IncomingPipeline::reload(const Settings& settings) {
    settings_ = settings;
    reports_.reload(settings);
    own_mail_.reload(settings);
    room_mail_.reload(settings);
}

void IncomingPipeline::take(IncomingMail mail, std::function<void(DeliveryResult)> done) {
    start<DeliveryResult>(answered(std::move(mail)), std::move(done));
}

// --- the way of a mail
Task<DeliveryResult> IncomingPipeline::answered(IncomingMail mail) {
    try {
        co_return co_await carry(mail);
    } catch (const AccountGone&) {
        co_return DeliveryResult{DeliveryResult::Kind::declined, "the account is gone"};
    } catch (const StoreUnavailable&) {
        co_return DeliveryResult{DeliveryResult::Kind::busy, "the store is not available"};
    } catch (const StoreError& error) {
        co_return DeliveryResult{DeliveryResult::Kind::busy, error.what()};
    }
}

Task<DeliveryResult> IncomingPipeline::carry(IncomingMail& mail) {
    co_await load_contacts(mail.account);
    if (mail.mail.from.size() != 1) co_return skipped(mail, declined(reason(Admission::senderless)));
    if (!mail.is_history) note_own_key(mail);
    if (own_mail_.is_one(mail)) co_return co_await own_mail_.carry(mail);
    if (blocking::is_blocked(modules_.directory, mail.account, mail.mail.from.front().canonical()))
        co_return skipped(mail, of_blocked(mail.mail));
    co_await open_mail(modules_.encryption, modules_.directory, mail);
    if (blocking::is_blocked(modules_.directory, mail.account, mail.mail.from.front().canonical()))
        co_return skipped(mail, of_blocked(mail.mail));  // whose other address it came from
    if (mail.is_history) co_return co_await carry_history(mail);
    // A sender who is told at once can do something about it; in a mailbox the mail lies where it can be read.
    if (mail.wait_for_verdict && security_label::is_closed(mail.unread))
        co_return declined(security_label::reason(mail.unread));
    if (coi::securejoin::step_of(mail.mail)) co_return co_await carry_handshake(mail);
    const Admission admission = co_await admit_mail(mail);
    if (admission == Admission::message) {
        KeyUpdateResult keys;
        if (auto said = co_await room_mail_.carry(mail, keys)) {
            if (mail.key_update && said->kind == DeliveryResult::Kind::taken)
                note_keys(mail.account, *mail.key_update, keys);
            co_return *said;
        }
        co_return co_await carry_message(mail);
    }
    if (admission == Admission::report) co_return co_await carry_report(mail);
    co_return skipped(mail, declined(reason(admission)));
}

/// An old message: shown as a new one, without any consequence. What is about other messages has had its time.
Task<DeliveryResult> IncomingPipeline::carry_history(IncomingMail& mail) {
    mail.key_update.reset();
    if (coi::securejoin::step_of(mail.mail)) co_return declined("a handshake of the past");
    const Admission admission = co_await admit_mail(mail);
    if (admission != Admission::message) co_return declined(reason(admission));
    co_return co_await carry_message(mail);
}

Task<DeliveryResult> IncomingPipeline::carry_message(IncomingMail& mail) {
    if (!co_await is_in_order(mail))
        co_return DeliveryResult{DeliveryResult::Kind::early, "the message before this one is not here yet"};
    std::optional<Event> said = co_await translate(mail);
    if (Attachments::has_files(mail.mail)) {
        mail.in_hand.reset();  // it is read; what follows may take long, and would have ended no gateway
        if (!co_await attachments_.share(mail))
            co_return DeliveryResult{DeliveryResult::Kind::busy, "its files cannot be stored now"};
        said = co_await translate(mail);
    }
    if (said && mail.is_history && !history::strip(*said))
        co_return DeliveryResult{DeliveryResult::Kind::silent, "no message by itself"};
    if (auto verdict = co_await carry_event(mail, said, true)) co_return *verdict;
    co_return (co_await carry_event(mail, said, false)).value();
}

/// Nothing if it had to wait for a copy at the user's other account: then it is known whether that copy was taken.
Task<std::optional<DeliveryResult>> IncomingPipeline::carry_event(IncomingMail& mail, std::optional<Event> event,
                                                                  bool waits_for_copy) {
    // Only now: a mail that takes long to read delays no other mail with the same From, which anybody can write.
    const coi::Address writer = mail.mail.from.front();
    Turn turn = co_await turns_.next(mail.account, writer.canonical());
    if (event && event->about) co_await resolve(mail, *event);
    const auto* place = event ? event->get<Location>() : nullptr;
    if (place && is_too_soon(mail, *place)) event = location::without_place(std::move(*event));

    const Account& account = account_of(modules_.directory, mail.account);
    const Contact* met = modules_.directory.contact(account.id, writer.canonical());
    const auto from = jid_of(met, writer, settings_.component);
    if (event && event->contents.empty())
        co_return skipped(mail, {DeliveryResult::Kind::silent, "it changes a message that is not known"});
    if (from && !event && is_chat(mail.mail)) co_return skipped(mail, {DeliveryResult::Kind::silent, "a signal"});
    if (!from || !event) co_return skipped(mail, declined("nothing in it that chat can show"));

    mail.mail.id = name_of(mail.mail, seal_);
    std::erase_if(mail.mail.reply_to, [&](const auto& to) { return to.canonical() == account.address.canonical(); });
    const Contact before = modules_.directory.known_or_new(account.id, writer);
    Contact after = before;
    const Event whole = *event;
    Contact then = after;  // an old message changes nothing
    note_read(mail.mail, *event, mail.is_history ? then : after, {mail.proof(), mail.protection.encrypted});
    if (!mail.is_history) note_standing(mail, after.privacy);
    const auto* otr = event->get<OtrMessage>();
    if (const char* why = otr ? obstacle(after, mail, *otr) : nullptr) {
        refuse_tunnelled(after, mail);
        co_return skipped(mail, declined(why));
    }
    TakeIncoming what = message_commit(mail, std::move(*event), before, std::move(after), *from);
    what.waits_for_copy = waits_for_copy;
    TakenIncoming taken = co_await commit(mail, std::move(what), std::move(turn));
    if (taken.copy_open == 0) co_return co_await hand_over(mail, std::move(taken), mail.is_history ? nullptr : &whole);
    mail.in_hand.reset();  // it only waits
    co_await copy_is_settled(taken.copy_open);
    co_return std::nullopt;
}

Task<DeliveryResult> IncomingPipeline::carry_report(IncomingMail& mail) {
    // The mail is done with the commit of what it says last.
    if (mail.mail.mdn && !mail.mail.mdn->further.empty()) {
        IncomingMail one = mail;
        one.cursor.reset();
        one.key_update.reset();  // learnt once, with the last
        one.wait_for_verdict = false;
        for (auto& message : std::exchange(mail.mail.mdn->further, {})) {
            one.mail.mdn = coi::Mdn{std::move(message), mail.mail.mdn->displayed, {}};
            co_await carry_news(one);
        }
    }
    co_return co_await carry_news(mail);
}

Task<DeliveryResult> IncomingPipeline::carry_news(IncomingMail& mail) {
    ReportNews news = co_await reports_.read_report(mail);
    if (news.notices.empty()) co_return co_await carry_keys(mail, std::move(news.why));
    TakenIncoming taken = co_await commit(mail, {std::move(news.notices), std::move(news.told)}, {});
    co_return co_await hand_over(mail, std::move(taken), nullptr);
}

Task<DeliveryResult> IncomingPipeline::carry_handshake(const IncomingMail& mail) {
    const coi::Address& writer = mail.mail.from.front();
    const Privacy before = modules_.directory.known_or_new(mail.account, writer).privacy;
    DeliveryResult verdict = co_await called_back<DeliveryResult>([&](auto done) {
        modules_.handshakes.take(account_of(modules_.directory, mail.account), mail, std::move(done));
    });
    if (verdict.kind == DeliveryResult::Kind::busy) co_return verdict;
    if (verdict.kind == DeliveryResult::Kind::taken) learn_profile(mail, before);
    co_return skipped(mail, std::move(verdict));
}

// --- the stages
DeliveryResult IncomingPipeline::skipped(const IncomingMail& mail, DeliveryResult verdict) {
    if (mail.cursor) mailbox_reading::passed(modules_.store, mail.account, *mail.cursor);
    return verdict;
}

/// Those of the account, and of the one through which its user answers.
Task<> IncomingPipeline::load_contacts(AccountId id) {
    const Account* main = modules_.directory.of_user(account_of(modules_.directory, id).jid);
    const AccountId other = main == nullptr ? id : main->id;
    co_await load(modules_.directory, id);
    if (other != id) co_await load(modules_.directory, other);
    account_of(modules_.directory, id);
}

void IncomingPipeline::note_own_key(const IncomingMail& mail) {
    const Account& account = account_of(modules_.directory, mail.account);
    const std::string& field = mail.mail.header("autocrypt");
    if (field.empty() || mail.mail.from.front().canonical() != account.address.canonical()) return;
    modules_.own_keys.own_field(account.id, field, [this, id = account.id](const coi::openpgp::Fingerprint& key) {
        if (const Account* still = modules_.directory.find(id)) modules_.notices.foreign_key(*still, key);
    });
}

/// Which mail is a message. The id map is asked only where the answer depends on it.
Task<Admission> IncomingPipeline::admit_mail(const IncomingMail& mail) {
    Directory& directory = modules_.directory;
    const std::string writer = mail.mail.from.front().canonical();
    bool answers_known = false;
    if (depends_on_answer(mail.mail, account_of(directory, mail.account), directory.contact(mail.account, writer))) {
        answers_known = co_await answer_of<bool>([&](auto done) {
            ids::knows_any_of(modules_.store, mail.account, answered_by(mail.mail), std::move(done));
        });
    }
    const Account& account = account_of(directory, mail.account);
    const Contact* contact = directory.contact(account.id, writer);
    const Admission admission = admit(mail.mail, account, contact, answers_known);
    if (admission == Admission::bulk && !mail.is_history && is_automatic_answer(mail.mail, contact, answers_known))
        modules_.notices.away(account, *contact, mail.mail);
    co_return admission;
}

/// OTR reads its messages in their order only, and mail systems keep none.
Task<bool> IncomingPipeline::is_in_order(const IncomingMail& mail) {
    const auto* before = predecessor(mail.mail);
    if (!mail.may_wait || before == nullptr || !mail.mail.date) co_return true;
    const auto otr = otr_message::read(mail.mail);
    const auto age = modules_.now() - *mail.mail.date;
    const bool is_data = otr && xmpp::otr::look(otr->message).kind == xmpp::otr::Kind::data;
    if (!is_data || age > order_patience || age < -order_patience) co_return true;
    co_return co_await answer_of<bool>(
        [&](auto done) { ids::knows_any_of(modules_.store, mail.account, {*before}, std::move(done)); });
}

/// What the mail says to the user; off the loop where it is long.
Task<std::optional<Event>> IncomingPipeline::translate(IncomingMail& mail) {
    const Account& account = account_of(modules_.directory, mail.account);
    const coi::Address& from = mail.mail.from.front();
    const bool is_known = modules_.directory.contact(account.id, from.canonical()) != nullptr;
    const Line line = mail_reader::line_of(account.id, from.domain, is_known);
    const auto shared = std::make_shared<coi::Message>(std::move(mail.mail));
    auto event = co_await called_back<std::optional<Event>>(
        [&](auto done) { mail_reader::event(modules_.workers, line, shared, account.lang, std::move(done)); });
    mail.mail = std::move(*shared);
    co_return event;
}

/// Finds the messages that the event is about. What changes them must prove its author as well as the conversation
/// does: no label can stand there. What was taken back can be taken back again, because the first time may have failed.
Task<> IncomingPipeline::resolve(const IncomingMail& mail, Event& event) {
    const std::string writer = mail.mail.from.front().canonical();
    auto* retraction = event.get<Retraction>();
    std::vector<coi::MessageId> named{event.about->message};
    if (retraction) std::ranges::transform(retraction->further, std::back_inserter(named), &Reference::message);
    auto known = co_await answer_of<std::vector<std::optional<Reference>>>([&](auto done) {
        ids::resolve(modules_.store, mail.account, writer, std::move(named), refers_to(event), std::move(done));
    });
    const Account& account = account_of(modules_.directory, mail.account);
    const Contact* contact = modules_.directory.contact(account.id, writer);
    const auto state = contact ? trust::state_of(contact->privacy) : trust::State::unproven;
    const bool changes_it = event.get<Correction>() || event.get<Reaction>() || retraction;
    const bool may = !changes_it || trust::may(mail.proof(), state, trust::Change::correction);
    for (std::size_t i = 0; may && i < known.size(); ++i) {
        if (known[i] && (retraction || !known[i]->is_retracted))
            (i == 0 ? *event.about : retraction->further[i - 1]) = std::move(*known[i]);
    }
    resolved(event, {.found = !event.about->stanza.empty(), .to_user = true, .lang = account.lang});
}

const char* IncomingPipeline::obstacle(const Contact& contact, const IncomingMail& mail, const OtrMessage& otr) {
    if (contact.privacy.tunnel != Tunnel::on) return "its reader has not switched OTR end to end on for this sender";
    if (!contact.privacy.tunnel_offered) return "nothing proves that its sender has switched OTR end to end on";
    const Account& account = account_of(modules_.directory, mail.account);
    const bool pass = modules_.tunnel.may_pass(account, contact.canonical, mail.mail.id, otr);
    return pass ? nullptr : "OTR is started too often";
}

/// Its writer hears it from their mail system, or not at all: no answer of ours could be answered. The reader hears it
/// once, of somebody whom they know; in a mailbox the mail lies where it can be seen.
void IncomingPipeline::refuse_tunnelled(const Contact& contact, const IncomingMail& mail) {
    if (!contact.written_to && !contact.subscribed) return;
    if (!otr_message::stands(contact.privacy) && !contact.privacy.tunnel_refused) {
        const Account& account = account_of(modules_.directory, mail.account);
        const Contact& known = modules_.directory.change(
            account.id, contact.address, [](Contact& changed) { changed.privacy.tunnel_refused = true; });
        modules_.notices.tell(account, otr_messages::tunnel_refused(known, account.lang));
    }
    // What follows does not wait for it.
    ids::note(modules_.store, known_report(mail, modules_.now()));
}

/// The message as an entry, with the labels that the gateway adds, and all that is committed with it.
TakeIncoming IncomingPipeline::message_commit(const IncomingMail& mail, Event event, const Contact& before,
                                              Contact after, const xmpp::JID& from) {
    const Account& account = account_of(modules_.directory, mail.account);
    event.user = account.jid;
    event.contact = mail.mail.from.front();
    event.stanza = mint_stanza_id();
    auto* text = event.get<Text>();
    if (text && account.kind == Account::Kind::relay && Attachments::are_left_out(mail.mail)) text->is_cut = true;
    if (text) text::add_where_the_rest_is(*text, account.kind == Account::Kind::mailbox, account.lang);
    labels::add_protection(event, mail, before, account.lang);
    labels::add_answers_notice(event, mail, before, after, account.lang);
    labels::add_timer(event, mail, before, after, account.lang);

    const std::string name = before.last_in.empty() ? nick(modules_.directory, after) : "";
    TakeIncoming what;
    what.known = {account.id, after.canonical,     mail.mail.id,  event.stanza, false, mail.proven_sender,
                  "",         event.wants_receipt, modules_.now()};
    if (event.get<Correction>() != nullptr) what.known.corrects = event.about->message;
    const bool is_message = event.get<Text>() || event.get<Files>() || event.get<Location>();
    const bool is_markable = is_message && mail.place && !event.get<Retraction>() && !event.get<Reaction>();
    for (Event& each : stanzas_of(event)) {
        const bool is_first = what.entries.empty();  // its verdict is the mail's
        if (!is_first) each.stanza = mint_stanza_id();
        queue::Entry entry = stanza_entry(each, account, after.canonical, from, modules_.now(), settings_,
                                          is_first ? name : "", is_markable);
        if (is_first) entry.origin = mail.proven_sender;  // one mail, one report
        entry.origin_id = mail.mail.id.value;
        entry.lang = account.lang;
        entry.tentative = mail.wait_for_verdict && is_first;
        if (each.get<Retraction>() && (what.retracted.empty() || what.retracted.back() != each.about->message))
            what.retracted.push_back(each.about->message);
        if ((each.get<Files>() || each.get<Location>()) && !is_first) what.further.push_back(each.stanza);
        what.entries.push_back(std::move(entry));
    }
    // design.md "two-leg queue" 7: one message, by whichever of the user's accounts it comes.
    const Directory& directory = modules_.directory;
    const Account* other =
        account.kind == Account::Kind::mailbox ? directory.relay_of(account.jid) : directory.mailbox_of(account.jid);
    if (other) what.other = other->id;
    if (other) what.known.fingerprint = fingerprint_of(mail, seal_);
    // With the message itself: after a kill nothing goes to them in the clear, whether they were met before or not.
    if (after.privacy != before.privacy) what.contact = std::move(after);
    return what;
}

}  // namespace gateway
