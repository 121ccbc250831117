// See room_mail.h.

#include "gateway/pipeline/room_mail.h"

#include <algorithm>
#include <utility>

#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/duplicates.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/pipeline/labels.h"
#include "gateway/store/mailbox_reading.h"
#include "gateway/store/resolve.h"
#include "gateway/translate/feature/file.h"
#include "gateway/translate/feature/location.h"
#include "gateway/translate/occupant.h"
#include "gateway/translate/translate.h"
#include "gateway/transport/mail_reader.h"
#include "xmpp/xep/xep0045_muc.h"
#include "xmpp/xep/xep0249_invite.h"

namespace gateway {
namespace {

constexpr std::int64_t most_rooms = 500;  // of an account
constexpr std::size_t kept = 200;         // of what was said in a room
constexpr const char* stanza_id_ns = "urn:xmpp:sid:0";
constexpr const char* occupant_id_ns = "urn:xmpp:occupant-id:0";

std::chrono::sys_seconds sent_at(const IncomingMail& mail, Time now) {
    const auto latest = std::chrono::floor<std::chrono::seconds>(now);
    return mail.mail.date ? std::min(*mail.mail.date, latest) : latest;
}

std::vector<Event> stanzas_of(Event event) {
    std::vector<Event> all;
    for (Event& part : location::messages_of(std::move(event)))
        for (Event& each : file::messages_of(std::move(part))) all.push_back(std::move(each));
    return all;
}

}  // namespace

Task<std::optional<Room>> RoomMail::room_of(const IncomingMail& mail, const coi::Group& group) const {
    co_return co_await answer_of<std::optional<Room>>(
        [&](auto done) { rooms::of_group(modules_.store, mail.account, group.kind, group.id, std::move(done)); });
}

/// Whether the mail may change what is known of the group.
bool RoomMail::is_believed(const IncomingMail& mail, const Room& room) const {
    if (room.is_encrypted && mail.proof() == trust::Proof::nothing) return false;
    const Contact* author = modules_.directory.contact(mail.account, mail.mail.from.front().canonical());
    const auto state = author ? trust::state_of(author->privacy) : trust::State::unproven;
    return trust::may(mail.proof(), state, trust::Change::thread);
}

Task<std::optional<DeliveryResult>> RoomMail::carry(IncomingMail& mail, KeyUpdateResult& keys) {
    const auto group = settings_.has_rooms ? coi::read_group(mail.mail) : std::nullopt;
    if (!group || group->kind == coi::Group::Kind::people || !mail.user_exists || mail.is_history)
        co_return std::nullopt;
    Turn turn = co_await modules_.turns.next(mail.account, rooms_turn);  // two first mails of a group make one room
    const auto known = co_await room_of(mail, *group);
    if (!known && (group->removed || !co_await may_have_another(mail.account))) co_return std::nullopt;
    const coi::Address author = mail.mail.from.front();
    const auto sent = sent_at(mail, modules_.now());
    Room room =
        known ? *known : room::begin(*group, author, account_of(modules_.directory, mail.account).address, sent);
    if (!known) {
        room.account = mail.account;
        room.local = occupant::mint_local();
    }
    if (is_for_author_alone(mail, room, *group)) co_return std::nullopt;
    const bool may_change = is_believed(mail, room);
    if (known && !may_change) co_return std::nullopt;  // in the chat with its author it is labelled
    Outcome outcome;
    if (known) outcome.change = room::apply(room, *group, author, sent);
    if (!room.user.is_in() && !outcome.change.user_left) co_return std::nullopt;
    room::forget_tombstones(room, std::chrono::floor<std::chrono::seconds>(modules_.now()));
    room.is_encrypted = room.is_encrypted || mail.protection.encrypted;
    room = co_await named(std::move(room));
    outcome.is_invited = !known || outcome.change.user_joined;
    outcome.is_changed = !known || *known != room;
    auto event = co_await translate(mail);
    if (!event && !known) co_return std::nullopt;
    if (!event) event.emplace();
    if (event->about) co_await resolve(mail, room, *event);
    labels::add_protection(*event, mail, modules_.directory.known_or_new(mail.account, author),
                           account_of(modules_.directory, mail.account).lang);
    const bool is_nothing = event->contents.empty() && !outcome.is_changed && !mail.key_update;
    if (is_nothing) co_return skipped(mail, "nothing in it that a room can show");
    co_return co_await commit(mail, std::move(room), std::move(outcome), std::move(*event), std::move(turn), keys);
}

/// With nicks for all; those of many are found by a worker.
Task<Room> RoomMail::named(Room room) const {
    constexpr std::size_t few = 20;
    if (occupant::unnamed(room) <= few) {
        occupant::name_members(room);
        co_return room;
    }
    const AccountId account = room.account;
    const auto shared = std::make_shared<Room>(std::move(room));
    co_return co_await called_back<Room>([&](auto done) {
        modules_.workers.ask<Room>(
            Line(account),
            [shared] {
                occupant::name_members(*shared);
                return std::move(*shared);
            },
            std::move(done));
    });
}

/// Of many rooms nobody could keep track; then a group's mails are messages of their authors.
Task<bool> RoomMail::may_have_another(AccountId account) const {
    const auto all =
        co_await answer_of<std::vector<Room>>([&](auto done) { rooms::all(modules_.store, account, std::move(done)); });
    co_return all.size() < most_rooms;
}

/// Whether the mail is not said in the room: no word leaves or comes less protected than the user expects, and nobody
/// speaks who is no member.
bool RoomMail::is_for_author_alone(const IncomingMail& mail, const Room& room, const coi::Group& group) const {
    const coi::Address& author = mail.mail.from.front();
    const Contact* contact = modules_.directory.contact(mail.account, author.canonical());
    const bool has_spoken = contact != nullptr && contact->privacy.spoken != EndToEnd::none;  // they end in chats
    const bool is_readable = room.is_encrypted && !mail.protection.encrypted;
    const bool has_left = !room.user.is_in() && !group.has_times && !group.added;
    const bool is_foreign = room.user.is_in() && !room::has(room, author);
    return has_spoken || is_readable || has_left || is_foreign || room::is_aside(room, group, author);
}

DeliveryResult RoomMail::skipped(const IncomingMail& mail, const char* why) const {
    if (mail.cursor) mailbox_reading::passed(modules_.store, mail.account, *mail.cursor);
    return {DeliveryResult::Kind::silent, why};
}

Task<std::optional<Event>> RoomMail::translate(IncomingMail& mail) const {
    if (Attachments::has_files(mail.mail)) {
        mail.in_hand.reset();  // it is read; what follows may take long
        if (!co_await modules_.attachments.share(mail)) throw StoreUnavailable();
    }
    const Account& account = account_of(modules_.directory, mail.account);
    // Read as a mail to the user alone: in the room it goes without saying for whom it is.
    const coi::Message whole = mail.mail;
    const auto shared = std::make_shared<coi::Message>(std::move(mail.mail));
    shared->to = {account.address};
    shared->cc.clear();
    for (const char* field : {"chat-group-id", "chat-group-name"}) shared->headers.erase(field);
    auto event = co_await called_back<std::optional<Event>>([&](auto done) {
        mail_reader::event(modules_.workers, mail_reader::line_of(account.id, shared->from.front().domain, true),
                           shared, account.lang, std::move(done));
    });
    mail.mail = whole;
    if (!event) co_return std::nullopt;
    event->remove<DisappearsAfter>();
    event->remove<OtrMessage>();
    event->remove<Call>();
    co_return event;
}

/// Everybody may answer everybody; only its author changes a message or takes it back.
Task<> RoomMail::resolve(const IncomingMail& mail, const Room& room, Event& event) const {
    const RefersTo whose = refers_to(event);
    bool may = true;
    if (whose == RefersTo::own) {
        const auto author = co_await answer_of<std::string>(
            [&](auto done) { rooms::author_of(modules_.store, room, event.about->message, std::move(done)); });
        may = author == mail.mail.from.front().canonical();
    }
    if (auto* retraction = event.get<Retraction>()) retraction->further.clear();
    auto known = co_await answer_of<std::vector<std::optional<Reference>>>([&](auto done) {
        ids::resolve(modules_.store, mail.account, room.local, {event.about->message},
                     whose == RefersTo::own ? whose : RefersTo::any, std::move(done));
    });
    if (may && !known.empty() && known.front() && !known.front()->is_retracted) event.about = std::move(*known.front());
    const std::string lang = account_of(modules_.directory, mail.account).lang;
    resolved(event, {.found = !event.about->stanza.empty(), .to_user = true, .lang = lang});
}

/// The stanzas as they stand in the room, to nobody.
std::vector<rooms::Said> RoomMail::said_of(const Room& room, Event event, const coi::Address& author) const {
    const std::string jid = occupant::room_jid(room, settings_.component);
    const xmpp::JID from(jid + "/" + occupant::nick(room, author));
    std::vector<rooms::Said> all;
    for (Event& each : stanzas_of(std::move(event))) {
        if (!all.empty()) each.stanza = mint_stanza_id();
        each.wants_receipt = false;
        const auto stanza = write_stanza(each, from, xmpp::JID(jid));
        stanza->removeAttribute("to");
        stanza->removeAttribute("type");
        stanza->addAttribute("type", "groupchat");
        xmpp::Tag& id = xmpp::add(*stanza, "stanza-id", stanza_id_ns);
        id.addAttribute("id", each.stanza.value);
        id.addAttribute("by", jid);
        xmpp::add(*stanza, "occupant-id", occupant_id_ns)
            .addAttribute("id", seal_.keyed_hash(occupant::key(room, author)));
        all.push_back({0, modules_.now(), each.stanza, xmpp::print(*stanza)});
    }
    return all;
}

/// By the queue: it reaches the user also when no client is there.
queue::Entry RoomMail::invitation(const Room& room, const Account& account, const coi::Address& author) const {
    const std::string jid = occupant::room_jid(room, settings_.component), nick = occupant::nick(room, author);
    xmpp::Tag message("message");
    message.addAttribute("from", jid);
    message.addAttribute("to", account.jid);
    message.addAttribute("id", mint_stanza_id().value);
    xmpp::add(message, "body", {},
              gateway::say(account.lang, "{1} writes to you in the group “{2}”: {3}",
                           {nick, room.name, "xmpp:" + jid + "?join"}));
    const auto inviter = jid_of(author, settings_.component);
    xmpp::xep0045::add_invitation(message, {inviter ? inviter->bare() : jid, room.name});
    xmpp::xep0249::add_invitation(message, jid, room.name);
    queue::Entry entry;
    entry.direction = queue::Direction::jabber;
    entry.account = account.id;
    entry.contact = room.local;
    entry.name = xmpp::attribute(message, "id");
    entry.lang = account.lang;
    entry.from = jid;
    entry.to = account.jid;
    entry.payload = xmpp::print(message);
    entry.taken = entry.next = modules_.now();
    entry.expires = entry.taken + settings_.expire;
    return entry;
}

Task<DeliveryResult> RoomMail::commit(IncomingMail& mail, Room room, Outcome outcome, Event event, Turn turn,
                                      KeyUpdateResult& keys) {
    using Kind = DeliveryResult::Kind;
    const coi::Address author = mail.mail.from.front();
    const Account& account = account_of(modules_.directory, mail.account);
    mail.mail.id = name_of(mail.mail, seal_);
    event.user = account.jid;
    event.contact = author;
    event.stanza = mint_stanza_id();
    if (event.get<Text>() || event.get<Files>()) room.last = mail.mail.id;
    rooms::Take what;
    // The author stands in place of the proven sender: nobody is told of a failure.
    what.known = {account.id,         room.local, mail.mail.id, event.stanza,  false,
                  author.canonical(), "",         false,        modules_.now()};
    if (event.get<Correction>() != nullptr) what.known->corrects = event.about->message;
    what.proven = proven_name(mail, seal_);
    what.cursor = mail.cursor;
    what.key_update = mail.key_update;
    what.kept = kept;
    if (!event.contents.empty()) what.said = said_of(room, std::move(event), author);
    if (outcome.is_invited) what.entry = invitation(room, account, author);
    what.is_changed = outcome.is_changed;
    what.room = std::move(room);
    rooms::Taken taken = co_await answer_of<rooms::Taken>([&](auto done) {
        rooms::take(modules_.store, std::move(what), std::move(done));
        turn.reset();
    });
    mail.in_hand.reset();
    if (taken.is_duplicate) co_return DeliveryResult{Kind::duplicate, "it was taken before"};
    if (!modules_.directory.keeps(mail.account)) throw AccountGone();
    keys = std::move(taken.keys);
    modules_.audience.said(taken.room, taken.said);
    if (!outcome.change.is_none()) modules_.audience.changed(taken.room, outcome.change);
    if (taken.entry) modules_.to_jabber.committed(std::move(*taken.entry));
    co_return DeliveryResult{Kind::taken, ""};
}

}  // namespace gateway
