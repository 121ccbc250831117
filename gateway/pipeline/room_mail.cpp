// See room_mail.h.

#include "gateway/pipeline/room_mail.h"

#include <algorithm>
#include <utility>

#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/duplicates.h"
#include "gateway/pipeline/interrupted.h"
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

constexpr std::size_t most_rooms = 500;  // of an account
constexpr std::size_t kept = 200;        // of what was said in a room
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

/// Whether there is anybody in it but its author and its reader.
bool is_of_several(const coi::Group& group, const std::string& author, const std::string& user) {
    return std::ranges::any_of(group.members, [&](const auto& each) {
        const std::string name = each.address.canonical();
        return name != author && name != user;
    });
}

bool has_same_members(const Room& room, const coi::Group& group, const coi::Address& author) {
    const auto is_named = [&](const RoomMember& member) {
        const std::string name = member.address.canonical();
        return name == author.canonical() ||
               std::ranges::any_of(group.members, [&](const auto& each) { return each.address.canonical() == name; });
    };
    const bool are_known =
        std::ranges::all_of(group.members, [&](const auto& each) { return room::has(room, each.address); });
    return are_known && room::has(room, author) &&
           std::ranges::all_of(room.others, [&](const auto& each) { return !each.is_in() || is_named(each); });
}

}  // namespace

/// By its id; of people by the answered message, else by members and name.
Task<std::optional<Room>> RoomMail::room_of(const IncomingMail& mail, const coi::Group& group) const {
    if (group.kind != coi::Group::Kind::people)
        co_return co_await answer_of<std::optional<Room>>(
            [&](auto done) { rooms::of_group(modules_.store, mail.account, group.kind, group.id, std::move(done)); });
    std::vector<coi::MessageId> named = mail.mail.in_reply_to;
    named.insert(named.end(), mail.mail.references.rbegin(), mail.mail.references.rend());
    auto answered = co_await answer_of<std::optional<Room>>(
        [&](auto done) { rooms::of_message(modules_.store, mail.account, std::move(named), std::move(done)); });
    if (answered) co_return answered;
    auto all = co_await answer_of<std::vector<Room>>(
        [&](auto done) { rooms::all(modules_.store, mail.account, std::move(done)); });
    for (Room& each : all) {
        if (each.kind == group.kind && each.name == group.name && has_same_members(each, group, mail.mail.from.front()))
            co_return std::move(each);
    }
    co_return std::nullopt;
}

/// Whether the mail may change what is known of the group.
bool RoomMail::is_believed(const IncomingMail& mail) const {
    const Contact* author = modules_.directory.contact(mail.account, mail.mail.from.front().canonical());
    const auto state = author ? trust::state_of(author->privacy) : trust::State::unproven;
    return trust::may(mail.proof(), state, trust::Change::thread);
}

Task<std::optional<DeliveryResult>> RoomMail::carry(IncomingMail& mail) {
    const auto group = coi::read_group(mail.mail);
    if (!group || !mail.user_exists || mail.is_history) co_return std::nullopt;
    const coi::Address author = mail.mail.from.front();
    const coi::Address user = account_of(modules_.directory, mail.account).address;
    auto known = co_await room_of(mail, *group);
    const bool is_new = !known;
    const bool is_of_two =
        group->kind == coi::Group::Kind::people && !is_of_several(*group, author.canonical(), user.canonical());
    if (!known && (group->removed || is_of_two)) co_return std::nullopt;
    Turn turn = co_await modules_.turns.next(mail.account, "\nrooms");  // two first mails of a group make one room
    if (is_new) known = co_await room_of(mail, *group);
    const auto sent = sent_at(mail, modules_.now());
    const bool is_made = !known;
    if (is_made) {
        const auto all = co_await answer_of<std::vector<Room>>(
            [&](auto done) { rooms::all(modules_.store, mail.account, std::move(done)); });
        if (all.size() >= most_rooms) co_return std::nullopt;
        known = room::begin(*group, author, user, sent);
        known->account = mail.account;
        known->local = occupant::mint_local();
        if (known->group.empty()) known->group = name_of(mail.mail, seal_).value;
    }
    Room room = std::move(*known);
    // An encrypted group is one of keys: a mail that proves nothing is no word in it.
    if (room.is_encrypted && !mail.protection.encrypted && room.kind == coi::Group::Kind::chatmail)
        co_return std::nullopt;
    if (room::is_aside(room, *group, author)) co_return std::nullopt;
    if (!is_made && !room::has(room, author)) co_return std::nullopt;
    const bool may_change = is_believed(mail);
    RoomChange change;
    if (!is_made && may_change) change = room::apply(room, *group, author, sent);
    if (may_change) room.is_encrypted = mail.protection.encrypted;
    auto event = co_await translate(mail);
    if (!event || event->contents.empty()) {
        if (change.is_none() || is_made) co_return std::nullopt;
        event.emplace();
    }
    if (event->about) co_await resolve(mail, room, may_change, *event);
    co_return co_await say(mail, std::move(room), is_made, std::move(change), std::move(*event), std::move(turn));
}

Task<std::optional<Event>> RoomMail::translate(IncomingMail& mail) const {
    if (Attachments::has_files(mail.mail)) {
        mail.in_hand.reset();  // it is read; what follows may take long
        if (!co_await modules_.attachments.share(mail)) throw StoreUnavailable();
    }
    const Account& account = account_of(modules_.directory, mail.account);
    const auto shared = std::make_shared<coi::Message>(std::move(mail.mail));
    auto event = co_await called_back<std::optional<Event>>([&](auto done) {
        mail_reader::event(modules_.workers, mail_reader::line_of(account.id, shared->from.front().domain, true),
                           shared, account.lang, std::move(done));
    });
    mail.mail = std::move(*shared);
    if (!event) co_return std::nullopt;
    event->remove<DisappearsAfter>();
    event->remove<OtrMessage>();
    event->remove<Call>();
    co_return event;
}

Task<> RoomMail::resolve(const IncomingMail& mail, const Room& room, bool may_change, Event& event) const {
    auto known = co_await answer_of<std::vector<std::optional<Reference>>>([&](auto done) {
        ids::resolve(modules_.store, mail.account, room.local, {event.about->message}, refers_to(event),
                     std::move(done));
    });
    const bool changes_it = event.get<Correction>() || event.get<Reaction>() || event.get<Retraction>();
    if ((may_change || !changes_it) && !known.empty() && known.front() && !known.front()->is_retracted)
        event.about = std::move(*known.front());
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
        xmpp::add(*stanza, "occupant-id", occupant_id_ns).addAttribute("id", occupant::id(room, author, seal_));
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

Task<DeliveryResult> RoomMail::say(IncomingMail& mail, Room room, bool is_new, RoomChange change, Event event,
                                   Turn turn) {
    using Kind = DeliveryResult::Kind;
    const coi::Address author = mail.mail.from.front();
    const Account& account = account_of(modules_.directory, mail.account);
    mail.mail.id = name_of(mail.mail, seal_);
    event.user = account.jid;
    event.contact = author;
    event.stanza = mint_stanza_id();
    if (event.get<Text>() || event.get<Files>()) room.last = mail.mail.id;
    rooms::Take what;
    what.known = {account.id,         room.local, mail.mail.id,        event.stanza,  false,
                  mail.proven_sender, "",         event.wants_receipt, modules_.now()};
    if (event.get<Correction>() != nullptr) what.known->corrects = event.about->message;
    what.proven = proven_name(mail, seal_);
    what.cursor = mail.cursor;
    what.key_update = mail.key_update;
    what.kept = kept;
    if (!event.contents.empty()) what.said = said_of(room, std::move(event), author);
    if (is_new) what.entry = invitation(room, account, author);
    what.is_changed = true;
    what.room = std::move(room);
    rooms::Taken taken = co_await answer_of<rooms::Taken>([&](auto done) {
        rooms::take(modules_.store, std::move(what), std::move(done));
        turn.reset();
    });
    mail.in_hand.reset();
    if (taken.is_duplicate) co_return DeliveryResult{Kind::duplicate, "it was taken before"};
    if (!modules_.directory.keeps(mail.account)) throw AccountGone();
    if (!change.is_none()) modules_.audience.changed(taken.room, change);
    modules_.audience.said(taken.room, taken.said);
    if (taken.entry) modules_.to_jabber.committed(std::move(*taken.entry));
    co_return DeliveryResult{Kind::taken, ""};
}

}  // namespace gateway
