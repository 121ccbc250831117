// See own_mail.h.

#include "gateway/pipeline/own_mail.h"

#include <algorithm>
#include <array>
#include <utility>

#include "coi/crypt/securejoin.h"
#include "gateway/accounts/blocking.h"
#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/admission.h"
#include "gateway/pipeline/duplicates.h"
#include "gateway/pipeline/history.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/pipeline/open_mail.h"
#include "gateway/store/ids.h"
#include "gateway/store/mailbox_reading.h"
#include "gateway/store/resolve.h"
#include "gateway/translate/conversation.h"
#include "gateway/translate/feature/file.h"
#include "gateway/translate/feature/location.h"
#include "gateway/translate/feature/placeholder.h"
#include "gateway/translate/feature/text.h"
#include "gateway/translate/translate.h"
#include "gateway/transport/mail_reader.h"

namespace gateway {

namespace {

/// What is older is history: it comes to be read where a folder was numbered anew or filled from elsewhere, and the id
/// map may know no more of it.
constexpr auto longest_news = std::chrono::days(30);

bool is_proven(const IncomingMail& mail) { return mail.is_filed_as_sent || mail.is_own_key; }

/// Mail systems file mail to `alice+Sent@…` in that folder where they are set up so, whoever wrote it. What a program
/// files has none of these fields.
bool was_delivered(const coi::Message& mail) {
    return std::ranges::any_of(std::array{"delivered-to", "x-delivered-to", "envelope-to"},
                               [&](const char* name) { return !mail.header(name).empty(); });
}

/// The one person whom the mail is to; nullopt if they are several, or nobody. The writer is not among them.
std::optional<coi::Address> reader_of(const coi::Message& mail) {
    std::optional<coi::Address> reader;
    for (const auto* list : {&mail.to, &mail.cc}) {
        for (const auto& address : *list) {
            if (reader && reader->canonical() != address.canonical()) return std::nullopt;
            reader = address;
        }
    }
    return reader;
}

/// Which messages the event of a user may be about, in the words of an event of the contact.
RefersTo seen_by_contact(RefersTo by_user) {
    if (by_user == RefersTo::own) return RefersTo::others;
    return by_user == RefersTo::others ? RefersTo::own : by_user;
}

/// A message that could be answered, and that the next one continues.
bool is_message(const Event& event) {
    return event.get<Correction>() == nullptr && (event.get<Text>() || event.get<Files>() || event.get<Location>());
}

std::vector<Event> stanzas_of(Event event) {
    std::vector<Event> all;
    for (Event& part : location::messages_of(std::move(event))) {
        for (Event& each : file::messages_of(std::move(part))) all.push_back(std::move(each));
    }
    return all;
}

}  // namespace

bool OwnMail::is_one(const IncomingMail& mail) const {
    const Account& account = account_of(modules_.directory, mail.account);
    if (account.kind != Account::Kind::mailbox) return false;
    return mail.is_filed_as_sent || mail.mail.from.front().canonical() == account.address.canonical();
}

DeliveryResult OwnMail::skipped(const IncomingMail& mail, DeliveryResult::Kind kind, const char* why) const {
    if (mail.cursor) mailbox_reading::passed(modules_.store, mail.account, *mail.cursor);
    return {kind, why};
}

OwnMail::Names OwnMail::names_of(const IncomingMail& mail) const {
    const coi::MessageId name = name_of(mail.mail, seal_);
    return {name, {seal_.keyed_hash("own copy\n" + name.value) + "@copy.invalid"}};
}

Task<bool> OwnMail::is_shown(AccountId id, ids::Copies copies) const {
    co_return co_await answer_of<bool>(
        [&](auto done) { ids::knows_any_of(modules_.store, id, std::move(copies), std::move(done)); });
}

/// The stages; before the decryption it is asked whether the gateway itself sent the mail, of which a copy lies in the
/// folder of sent mail.
Task<DeliveryResult> OwnMail::carry(IncomingMail& mail) {
    using Kind = DeliveryResult::Kind;
    const std::string own = account_of(modules_.directory, mail.account).address.canonical();
    if (mail.mail.from.front().canonical() != own)
        co_return skipped(mail, Kind::declined, "sent under another address");
    if (was_delivered(mail.mail)) mail.is_filed_as_sent = false;
    const Names names = names_of(mail);
    if (co_await is_shown(mail.account, {{names.proven}, {}}))
        co_return skipped(mail, Kind::duplicate, "it was sent from here, or is shown already");
    if (mail.cursor && mail.mail.date && modules_.now() - *mail.mail.date > longest_news)
        co_return skipped(mail, Kind::declined, "the account's own mail, of long ago");
    co_await open_mail(modules_.encryption, modules_.directory, mail);
    for (auto* list : {&mail.mail.to, &mail.mail.cc})
        std::erase_if(*list, [&](const auto& address) { return address.canonical() == own; });
    const auto reader = reader_of(mail.mail);
    if (!reader) co_return skipped(mail, Kind::declined, "the account's own mail, to more or less than one person");
    if (const char* why = co_await obstacle(mail, *reader)) co_return skipped(mail, Kind::declined, why);
    auto event = co_await translate(mail, *reader);
    if (!event || (mail.is_history && !history::strip(*event))) co_return skipped(mail, Kind::silent, "a signal");
    co_return co_await show(mail, *reader, std::move(*event), names);
}

/// Why the mail is not shown; nullptr: it is. The same mail becomes chat as in the other direction.
Task<const char*> OwnMail::obstacle(const IncomingMail& mail, const coi::Address& reader) const {
    if (coi::securejoin::step_of(mail.mail)) co_return "the account's own handshake";
    if (mail.mail.dsn) co_return "the account's own report";
    if (placeholder::group(mail.mail, "")) co_return "the account's own mail to a group";
    std::vector<coi::MessageId> asked = answered_by(mail.mail);
    const bool answers_known = !asked.empty() && co_await is_shown(mail.account, {std::move(asked), {}});
    const Account& account = account_of(modules_.directory, mail.account);
    const Contact* contact = modules_.directory.contact(account.id, reader.canonical());
    if (!is_proven(mail) && blocking::is_blocked(modules_.directory, account.id, reader.canonical()))
        co_return reason(Admission::blocked);
    if (mail.mail.mdn) co_return contact ? nullptr : reason(Admission::stranger);
    const Admission admission = admit_to(mail.mail, account, contact, answers_known);
    co_return admission == Admission::message ? nullptr : reason(admission);
}

/// What the mail says, about messages that are known here; nullopt if nothing.
Task<std::optional<Event>> OwnMail::translate(IncomingMail& mail, const coi::Address& reader) const {
    const Contact contact = modules_.directory.known_or_new(mail.account, reader);
    // Under OTR a file's link would not be protected as the text is.
    const bool may_share = contact.privacy.spoken == EndToEnd::none && contact.privacy.tunnel != Tunnel::on;
    if (may_share && Attachments::has_files(mail.mail)) {
        mail.in_hand.reset();  // it is read; what follows may take long
        if (!co_await modules_.attachments.share(mail)) throw StoreUnavailable();
    }
    const Account& account = account_of(modules_.directory, mail.account);
    const auto shared = std::make_shared<coi::Message>(std::move(mail.mail));
    auto event = co_await called_back<std::optional<Event>>([&](auto done) {
        mail_reader::event(modules_.workers, mail_reader::line_of(account.id, reader.domain, true), shared,
                           account.lang, std::move(done));
    });
    mail.mail = std::move(*shared);
    if (!event) co_return std::nullopt;
    // A position that follows its user would be a message every few seconds, to those who know where they are.
    if (const auto* place = event->get<Location>(); place && place->is_live)
        event = location::without_place(std::move(*event));
    if (!event) co_return std::nullopt;
    event->remove<DisappearsAfter>();
    event->remove<OtrMessage>();
    event->remove<Call>();
    if (auto* text = event->get<Text>())
        text::add_where_the_rest_is(*text, true, account_of(modules_.directory, mail.account).lang);
    if (event->contents.empty()) co_return std::nullopt;
    event->contact = contact.address;
    co_return event;
}

/// Finds the message that the event is about, which must be known.
Task<> OwnMail::resolve(const IncomingMail& mail, const coi::Address& reader, Event& event) const {
    auto known = co_await answer_of<std::vector<std::optional<Reference>>>([&](auto done) {
        ids::resolve(modules_.store, mail.account, reader.canonical(), {event.about->message},
                     seen_by_contact(refers_to(event)), std::move(done));
    });
    if (!known.empty() && known.front() && !known.front()->is_retracted) event.about = std::move(*known.front());
    const bool is_found = !event.about->stanza.empty();
    const bool stands_alone = event.get<Text>() != nullptr && event.get<Retraction>() == nullptr;
    if (!is_found && !stands_alone) {
        event.contents.clear();
    } else {
        const std::string lang = account_of(modules_.directory, mail.account).lang;
        resolved(event, {.found = is_found, .to_user = true, .lang = lang});
    }
}

/// What is committed with the mail; `to`: the contact's JID.
TakeIncoming OwnMail::commit_of(const IncomingMail& mail, const coi::Address& reader, const xmpp::JID& to, Event event,
                                const Names& names) const {
    const Account& account = account_of(modules_.directory, mail.account);
    const bool proven = is_proven(mail);
    event.user = account.jid;
    event.message = names.proven;
    event.stanza = mint_own_id();
    TakeIncoming what;
    // Failure notices go to nobody: a client that knows the message did not send it.
    what.known = {account.id, reader.canonical(), proven ? names.proven : names.unproven, event.stanza,  true,
                  "",         account.lang,       proven && event.wants_receipt,          modules_.now()};
    if (is_message(event)) what.known.fingerprint = print_sent_elsewhere(mail.mail, reader.canonical(), proven, seal_);
    if (proven && event.get<Correction>() != nullptr) what.known.corrects = event.about->message;
    what.cursor = mail.cursor;
    for (Event& each : stanzas_of(std::move(event))) {
        if (!what.entries.empty()) each.stanza = mint_own_id();
        auto entry = own_entry(each, account, reader.canonical(), to, modules_.now(), settings_, proven);
        if (entry) what.entries.push_back(std::move(*entry));
    }
    return what;
}

/// In its turn: the copies of one mail come one after the other.
Task<DeliveryResult> OwnMail::show(IncomingMail& mail, const coi::Address& reader, Event event, const Names& names) {
    using Kind = DeliveryResult::Kind;
    Directory& directory = modules_.directory;
    Turn turn = co_await modules_.turns.next(mail.account, reader.canonical());
    ids::Copies proven{{names.proven}, {}}, unproven{{names.unproven}, {}};
    if (is_message(event)) {
        proven.prints = {print_sent_here(mail.mail, reader.canonical(), event.get<Files>() != nullptr, seal_),
                         print_sent_elsewhere(mail.mail, reader.canonical(), true, seal_)};
        unproven.prints = {print_sent_elsewhere(mail.mail, reader.canonical(), false, seal_)};
    }
    const bool is_shown_unproven = co_await is_shown(mail.account, std::move(unproven));
    if (co_await is_shown(mail.account, std::move(proven)) || (is_shown_unproven && !is_proven(mail)))
        co_return skipped(mail, Kind::duplicate, "it was sent from here, or is shown already");
    if (event.about) co_await resolve(mail, reader, event);
    if (event.contents.empty()) co_return skipped(mail, Kind::silent, "about a message that is not known");
    const Contact contact = directory.known_or_new(mail.account, reader);
    const auto to = jid_of(&contact, contact.address, settings_.component);
    if (!to) co_return skipped(mail, Kind::declined, "no JID is the contact's");
    if (auto* text = event.get<Text>()) {
        const std::string about = text::topic(text->subject);
        if (about == contact.subject || about.starts_with(text::chat_subject)) text->subject.clear();
    }
    const bool goes_on = is_proven(mail) && is_message(event) && !mail.is_history;
    TakeIncoming what = commit_of(mail, reader, *to, std::move(event), names);
    if (is_shown_unproven) what.entries.clear();
    const bool is_nothing = what.entries.empty() && !is_shown_unproven;
    if (is_nothing) co_return skipped(mail, Kind::silent, "nothing that can be shown without a proof");
    TakenIncoming taken = co_await answer_of<TakenIncoming>([&](auto done) {
        take_incoming(modules_.store, std::move(what), std::move(done));
        turn.reset();
    });
    mail.in_hand.reset();
    if (taken.is_duplicate) co_return DeliveryResult{Kind::duplicate, "it is shown already"};
    if (!directory.keeps(mail.account)) throw AccountGone();
    if (goes_on && directory.find(mail.account)) {
        const bool has_subject = !mail.protection.encrypted && !mail.mail.encrypted;
        directory.change(mail.account, contact.address, [&](Contact& known) {
            note_written(mail.mail, known, has_subject);
            known.last_out = names.proven;
        });
    }
    for (auto& entry : taken.entries) modules_.to_jabber.committed(std::move(entry));
    co_return DeliveryResult{Kind::taken, ""};
}

}  // namespace gateway
