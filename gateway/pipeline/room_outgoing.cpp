// See room_outgoing.h.

#include "gateway/pipeline/room_outgoing.h"

#include <algorithm>
#include <utility>

#include "coi/mail/group.h"
#include "gateway/localization.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/store/resolve.h"
#include "gateway/translate/occupant.h"
#include "gateway/translate/translate.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0045_muc.h"

namespace gateway {
namespace {

using Kind = coi::Group::Kind;

constexpr std::size_t kept = 200;  // of what was said in a room
constexpr const char* stanza_id_ns = "urn:xmpp:sid:0";
constexpr const char* occupant_id_ns = "urn:xmpp:occupant-id:0";

Dialect dialect_of(Kind kind) {
    if (kind == Kind::coi) return Dialect::coi;
    return kind == Kind::chatmail ? Dialect::chatmail : Dialect::mail;
}

std::string domain_of(const coi::Address& address) {
    const std::string spec = address.addr_spec();
    return spec.substr(spec.rfind('@') + 1);
}

/// The group as the room knows it, for the members.
coi::Group group_of(const Room& room) {
    coi::Group group;
    group.kind = room.kind;
    group.id = room.group;
    group.name = room.name;
    if (room.named != std::chrono::sys_seconds()) group.named = room.named;
    group.has_times = true;
    for (const RoomMember& each : room.others)
        (each.is_in() ? group.members : group.past)
            .push_back({each.address, each.is_in() ? each.added : each.left, each.fingerprint});
    return group;
}

}  // namespace

void RoomOutgoing::take(const xmpp::Tag& message, const std::string& nick) {
    start(answered(std::shared_ptr<const xmpp::Tag>(message.clone()), nick));
}

Task<> RoomOutgoing::answered(std::shared_ptr<const xmpp::Tag> message, std::string nick) {
    std::optional<Refusal> refusal;
    const std::string lang = xmpp::attribute(*message, "xml:lang");
    try {
        co_await carry(*message, nick);
    } catch (const AccountGone&) {
        refusal = Refusal::busy(lang);
    } catch (const StoreUnavailable&) {
        refusal = Refusal::busy(lang);
    } catch (const StoreError&) {
        refusal = Refusal::busy(lang);
    } catch (const Refusal& thrown) {
        refusal = thrown;
    }
    if (!refusal) co_return;
    if (const auto error = xmpp::error_reply(*message, refusal->type, refusal->condition, refusal->text, lang))
        modules_.to_jabber.send(*error);
}

Task<Room> RoomOutgoing::room_of(const xmpp::Tag& message) const {
    const std::string& lang = xmpp::attribute(message, "xml:lang");
    auto room = co_await answer_of<std::optional<Room>>([&](auto done) {
        rooms::by_local(modules_.store, xmpp::read_jid(xmpp::attribute(message, "to")).username(), std::move(done));
    });
    if (!room) throw Refusal{"cancel", "item-not-found", say(lang, "There is no such room.")};
    const std::string user = xmpp::read_jid(xmpp::attribute(message, "from")).bare();
    if (account_of(modules_.directory, room->account).jid != user || !room->user.is_in())
        throw Refusal{"auth", "forbidden",
                      say(lang, "You are not in this group any more. A member can add you again.")};
    co_return std::move(*room);
}

Task<> RoomOutgoing::carry(const xmpp::Tag& message, const std::string& nick) {
    const std::string lang = xmpp::attribute(message, "xml:lang");
    const Room asked = co_await room_of(message);
    co_await load(modules_.directory, asked.account);
    Turn turn = co_await turns_.next(asked.account, asked.local);
    Room room = co_await room_of(message);  // as the messages before have left it
    xmpp::Stanza read_as(message.clone());
    read_as->removeAttribute("type");
    read_as->addAttribute("type", "chat");
    const xmpp::Tag* subject = xmpp::xep0045::subject_change(message);
    auto event = subject != nullptr ? std::optional<Event>(Event{}) : read(*read_as);
    if (!event && !says_something(*read_as)) co_return;  // chat states
    if (!event) throw Refusal::unreadable(*read_as, lang);
    if (event->get<Receipt>() != nullptr) co_return;
    const Account account = account_of(modules_.directory, room.account);
    event->user = account.jid;
    event->when = modules_.now();
    event->wants_receipt = false;
    event->message = room.kind == Kind::coi ? coi::mint_in_group(room.group, domain_of(account.address))
                                            : coi::mint(domain_of(account.address));
    co_await resolve(room, *event);
    coi::Group group = group_of(room);
    if (subject != nullptr) {
        if (room.kind == Kind::people)
            throw Refusal{"cancel", "not-acceptable", say(lang, "A conversation of mail keeps its subject.")};
        event->contents = {Text{say(account.lang, "The group is called “{1}” now.", {subject->cdata()}), {}}};
        group.former_name = room.name;
        group.name = room.name = subject->cdata();
        // Later than the name before: clocks differ, and programs date their changes ahead.
        room.named = std::max(std::chrono::floor<std::chrono::seconds>(modules_.now()),
                              std::chrono::sys_seconds(room.named + std::chrono::seconds(1)));
        group.named = room.named;
    }
    if (event->contents.empty()) throw Refusal::not_known(lang);
    rooms::Take what;
    coi::Message mail = mail_of(room, account, *event, group);
    what.entry = queue::Entry{};
    what.entry->payload = co_await bytes_of(account, room, std::move(mail), lang);
    // [XEP-0359 §3] The room's id of a message is the client's own: corrections name the one, answers the other.
    const StanzaId id = event->stanza.empty() ? mint_stanza_id() : event->stanza;
    queue::Entry& entry = *what.entry;
    entry.direction = queue::Direction::mail;
    entry.account = account.id;
    entry.contact = room.local;
    entry.name = event->message.value;
    entry.origin = xmpp::attribute(message, "from");
    entry.origin_id = event->stanza.value;
    entry.beside = xmpp::print(*xmpp::returnable(message));
    entry.lang = lang;
    entry.from = account.address.addr_spec();
    for (const RoomMember& each : room.others) {
        if (!each.is_in()) continue;
        if (entry.to.empty())
            entry.to = each.address.addr_spec();
        else
            entry.also.push_back(each.address.addr_spec());
    }
    if (entry.to.empty())
        throw Refusal{"cancel", "recipient-unavailable", say(lang, "There is nobody else in this group.")};
    entry.taken = entry.next = event->when;
    entry.expires = event->when + settings_.expire;
    what.known = ids::Known{account.id, room.local, event->message, id, true, entry.origin, lang, false, event->when};
    if (event->get<Correction>() != nullptr) what.known->corrects = event->about->message;
    RoomChange change;
    if (subject != nullptr)
        change.former_name = group.former_name;
    else
        what.said = {said_of(room, message, nick, id)};
    room.last = event->message;
    what.room = std::move(room);
    what.is_changed = subject != nullptr;
    what.kept = kept;
    rooms::Taken taken = co_await answer_of<rooms::Taken>([&](auto done) {
        rooms::take(modules_.store, std::move(what), std::move(done));
        turn.reset();
    });
    if (!modules_.directory.keeps(account.id)) throw AccountGone();
    modules_.audience.said(taken.room, taken.said);
    if (!change.is_none()) modules_.audience.changed(taken.room, change);
    modules_.to_mail.committed(std::move(*taken.entry));
}

Task<> RoomOutgoing::resolve(const Room& room, Event& event) const {
    if (!event.about) co_return;
    auto known = co_await answer_of<std::optional<Reference>>([&](auto done) {
        ids::resolve(modules_.store, room.account, room.local, event.about->stanza,
                     refers_to(event) == RefersTo::own ? RefersTo::own : RefersTo::any, std::move(done));
    });
    if (known && !known->is_retracted) event.about = std::move(*known);
    resolved(event, {.found = !event.about->message.empty(), .to_user = false, .lang = event.lang});
}

/// Threaded by what was said last.
coi::Message RoomOutgoing::mail_of(const Room& room, const Account& account, const Event& event,
                                   const coi::Group& group) const {
    Contact conversation;
    conversation.account = account.id;
    conversation.canonical = room.local;
    conversation.dialect = dialect_of(room.kind);
    conversation.subject = room.name;
    conversation.last_in = room.last;
    conversation.thread = room.last;
    coi::Message mail = write_mail(event, account.address, conversation);
    mail.to.clear();
    if (room.kind == Kind::people && mail.subject.empty()) mail.subject = room.name;
    coi::write_group(group, mail);
    // [COI-C "Group Messages"] programs that know no groups repeat the first id of the References.
    if (room.kind == Kind::coi && (mail.references.empty() || coi::group_id_of(mail.references.front()) != room.group))
        mail.references.insert(mail.references.begin(), coi::mint_in_group(room.group, domain_of(account.address)));
    return mail;
}

Task<std::string> RoomOutgoing::bytes_of(const Account& account, const Room& room, coi::Message mail,
                                         std::string lang) const {
    if (!room.is_encrypted && !modules_.encryption.must_encrypt(account)) {
        auto bytes = coi::print(mail);
        if (!bytes) throw Refusal{"modify", "not-acceptable", say(lang, "This message cannot be written as a mail.")};
        co_return std::move(*bytes);
    }
    auto closed = co_await called_back<GroupEncryption::Result>(
        [&](auto done) { modules_.encryption.encrypt(account, room, std::move(mail), std::move(done)); });
    if (!closed.without_key.empty())
        throw Refusal{"cancel", "not-acceptable",
                      say(lang, "This message was not sent: the group is encrypted, and no key of {1} is known.",
                          {closed.without_key.front().addr_spec()})};
    if (closed.is_elsewhere)
        throw Refusal{
            "cancel", "not-acceptable",
            say(lang, "This message was not sent: the group is encrypted, and another program holds your key.")};
    if (closed.error) throw Refusal::busy(lang);
    co_return std::move(closed.bytes);
}

/// As the client wrote it, from the occupant [XEP-0045 §7.4]. Ids that only the room gives are the room's.
rooms::Said RoomOutgoing::said_of(const Room& room, const xmpp::Tag& message, const std::string& nick,
                                  const StanzaId& id) const {
    const std::string jid = occupant::room_jid(room, settings_.component);
    xmpp::Stanza stanza(message.clone());
    for (const char* name : {"stanza-id", "occupant-id"}) {
        while (xmpp::Tag* forged = stanza->findChild(name)) {
            stanza->removeChild(forged);
            delete forged;
        }
    }
    for (const char* name : {"from", "to", "type"}) stanza->removeAttribute(name);
    stanza->addAttribute("type", "groupchat");
    stanza->addAttribute("from", jid + "/" + nick);
    xmpp::Tag& given = xmpp::add(*stanza, "stanza-id", stanza_id_ns);
    given.addAttribute("id", id.value);
    given.addAttribute("by", jid);
    xmpp::add(*stanza, "occupant-id", occupant_id_ns)
        .addAttribute("id", occupant::id(room, room.user.address, modules_.store.seal()));
    return {0, modules_.now(), id, xmpp::print(*stanza)};
}

}  // namespace gateway
