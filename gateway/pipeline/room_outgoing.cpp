// See room_outgoing.h.

#include "gateway/pipeline/room_outgoing.h"

#include <algorithm>
#include <utility>

#include "coi/mail/group.h"
#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/store/resolve.h"
#include "gateway/translate/feature/text.h"
#include "gateway/translate/occupant.h"
#include "gateway/translate/translate.h"
#include "xmpp/jid.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0045_muc.h"

namespace gateway {
namespace {

using Kind = coi::Group::Kind;

constexpr std::size_t kept = 200;          // of what was said in a room
constexpr std::size_t longest_name = 200;  // octets; Delta Chat ignores longer ones
constexpr std::size_t most_changes = 20;   // of members, in one stanza
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

/// [XEP-0454 §3] The link of a file that its client has encrypted.
bool is_key(const File& file) { return file.url.starts_with("aesgcm:"); }

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
    const auto whole = std::shared_ptr<const xmpp::Tag>(message.clone());
    start(answered(whole, carry(whole, nick)));
}

void RoomOutgoing::take_changes(const xmpp::Tag& stanza) {
    const auto whole = std::shared_ptr<const xmpp::Tag>(stanza.clone());
    start(answered(whole, carry_changes(whole)));
}

Task<> RoomOutgoing::answered(std::shared_ptr<const xmpp::Tag> stanza, Task<> way) {
    std::optional<Refusal> refusal;
    const std::string lang = xmpp::attribute(*stanza, "xml:lang");
    ++under_way_;
    try {
        co_await std::move(way);
    } catch (const AccountGone&) {
        refusal = Refusal::busy(lang);
    } catch (const StoreUnavailable&) {
        refusal = Refusal::busy(lang);
    } catch (const StoreError&) {
        refusal = Refusal::busy(lang);
    } catch (const Refusal& thrown) {
        refusal = thrown;
    }
    --under_way_;
    if (!refusal && stanza->name() == "iq") modules_.to_jabber.send(*xmpp::result_of(*stanza));
    if (!refusal) co_return;
    if (const auto error = xmpp::error_reply(*stanza, refusal->type, refusal->condition, refusal->text, lang))
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

Task<> RoomOutgoing::carry(std::shared_ptr<const xmpp::Tag> stanza, std::string nick) {
    const xmpp::Tag& message = *stanza;
    Post post = co_await begin(message);
    xmpp::Stanza read_as(message.clone());
    read_as->removeAttribute("type");
    read_as->addAttribute("type", "chat");
    const xmpp::Tag* subject = xmpp::xep0045::subject_change(message);
    auto event = subject != nullptr ? std::optional<Event>(Event{}) : read(*read_as);
    if (!event && !says_something(*read_as)) co_return;  // chat states
    if (!event) throw Refusal::unreadable(*read_as, post.lang);
    if (event->get<Receipt>() != nullptr) co_return;
    if (const auto* files = event->get<Files>(); files && std::ranges::any_of(files->all, is_key))
        throw Refusal{"cancel", "not-acceptable",
                      say(post.lang, "An encrypted file cannot be sent to a group: its link is its key.")};
    post.event = std::move(*event);
    if (subject != nullptr) {
        rename(post, subject->cdata());
    } else {
        co_await resolve(post.room, post.event);
        if (post.event.contents.empty()) throw Refusal::not_known(post.lang);
        // [XEP-0359 §3] The room's id of a message is the client's own: corrections name the one, answers the other.
        const StanzaId id = post.event.stanza.empty() ? mint_stanza_id() : post.event.stanza;
        post.said = said_of(post.room, message, nick, id);
    }
    co_await send(std::move(post), message);
}

/// [XEP-0045 §9.3, §9.4, §7.8.2] One after the other.
Task<> RoomOutgoing::carry_changes(std::shared_ptr<const xmpp::Tag> stanza) {
    struct Wanted {
        std::string jid;
        bool is_member;
    };
    std::vector<Wanted> all;
    for (const auto& item : xmpp::xep0045::admin_items(*stanza, most_changes))
        if (!item.jid.empty()) all.push_back({item.jid, item.affiliation != "none" && item.affiliation != "outcast"});
    for (const auto& invitation : xmpp::xep0045::invitations_of(*stanza, most_changes))
        all.push_back({invitation.jid, true});
    const std::string lang = xmpp::attribute(*stanza, "xml:lang");
    if (all.empty()) throw Refusal{"modify", "bad-request", say(lang, "This request was not understood.")};
    for (const auto& [jid, is_member] : all) {
        Post post = co_await begin(*stanza);
        const xmpp::JID whom = xmpp::read_jid(jid);
        const bool is_user = whom.bare() == account_of(modules_.directory, post.room.account).jid;
        const bool is_here = whom.server() == settings_.component;
        const auto address = is_user   ? std::optional(post.room.user.address)
                             : is_here ? address_of(whom)
                                       : relay_address_of(whom);
        if (!address) throw Refusal{"modify", "jid-malformed", say(lang, "“{1}” is no mail address.", {jid})};
        if (room::has(post.room, *address) == is_member) continue;
        is_member ? add(post, *address) : remove(post, *address);
        co_await send(std::move(post), *stanza);
    }
}

/// The room as the messages before have left it, and the turn of this one.
Task<RoomOutgoing::Post> RoomOutgoing::begin(const xmpp::Tag& stanza) {
    const Room asked = co_await room_of(stanza);
    co_await load(modules_.directory, asked.account);
    Post post;
    post.turn = co_await modules_.turns.next(asked.account, rooms_turn);
    post.room = co_await room_of(stanza);
    post.before = post.room;
    post.lang = xmpp::attribute(stanza, "xml:lang");
    co_return post;
}

/// Later than what was before: clocks differ, and programs date their changes ahead.
std::chrono::sys_seconds RoomOutgoing::after(std::chrono::sys_seconds before) const {
    return std::max(std::chrono::floor<std::chrono::seconds>(modules_.now()),
                    std::chrono::sys_seconds(before + std::chrono::seconds(1)));
}

void RoomOutgoing::rename(Post& post, const std::string& typed) {
    const std::string name = text::one_line(typed);
    if (name.empty() || name.size() > longest_name)
        throw Refusal{"modify", "not-acceptable", say(post.lang, "A group needs a name, and not a long one.")};
    const std::string& lang = account_of(modules_.directory, post.room.account).lang;
    post.event.contents = {Text{say(lang, "The group is called “{1}” now.", {name}), {}}};
    post.change.former_name = post.former_name = post.room.name;
    post.room.name = name;
    post.room.named = after(post.room.named);
}

void RoomOutgoing::add(Post& post, const coi::Address& address) {
    RoomMember* known = nullptr;
    for (RoomMember& each : post.room.others)
        if (each.address.canonical() == address.canonical()) known = &each;
    if (known == nullptr && post.room.others.size() >= coi::most_group_members)
        throw Refusal{"wait", "resource-constraint", say(post.lang, "The group has too many members.")};
    if (known == nullptr) known = &post.room.others.emplace_back(RoomMember{address, {}, {}, {}});
    known->added = after(std::max(known->added, known->left));
    occupant::name_members(post.room);
    post.added = coi::GroupMember{known->address, {}, known->fingerprint};
    post.change.joined = {known->address};
    const std::string& lang = account_of(modules_.directory, post.room.account).lang;
    post.event.contents = {Text{say(lang, "{1} is in the group now.", {address.addr_spec()}), {}}};
}

/// Also the user, who leaves it.
void RoomOutgoing::remove(Post& post, const coi::Address& address) {
    const std::string& lang = account_of(modules_.directory, post.room.account).lang;
    if (post.room.user.address.canonical() == address.canonical()) {
        post.room.user.left = after(std::max(post.room.user.added, post.room.user.left));
        post.change.user_left = true;
        post.removed = coi::GroupMember{address, {}, post.room.user.fingerprint};
        post.event.contents = {Text{say(lang, "I leave the group."), {}}};
        return;
    }
    for (RoomMember& each : post.room.others) {
        if (each.address.canonical() != address.canonical()) continue;
        each.left = after(std::max(each.added, each.left));
        post.change.left = {each.address};
        post.removed = coi::GroupMember{each.address, {}, each.fingerprint};
        post.also_to = each.address;  // who is removed is told so
    }
    post.event.contents = {Text{say(lang, "{1} is not in the group any more.", {address.addr_spec()}), {}}};
}

queue::Entry RoomOutgoing::entry_of(const Post& post, const Account& account, const xmpp::Tag& stanza,
                                    const std::vector<coi::Address>& readers) const {
    queue::Entry entry;
    entry.direction = queue::Direction::mail;
    entry.account = account.id;
    entry.contact = post.room.local;
    entry.name = post.event.message.value;
    entry.origin = xmpp::attribute(stanza, "from");
    entry.origin_id = post.event.stanza.value;
    if (stanza.name() == "message") entry.beside = xmpp::print(*xmpp::returnable(stanza));
    entry.lang = post.lang;
    entry.from = account.address.addr_spec();
    for (const coi::Address& each : readers) {
        if (entry.to.empty())
            entry.to = each.addr_spec();
        else
            entry.also.push_back(each.addr_spec());
    }
    entry.taken = entry.next = post.event.when;
    entry.expires = post.event.when + settings_.expire;
    return entry;
}

/// The mail and what stands in the room: one commit.
Task<> RoomOutgoing::send(Post post, const xmpp::Tag& stanza) {
    const Account account = account_of(modules_.directory, post.room.account);
    Room& room = post.room;
    Event& event = post.event;
    event.user = account.jid;
    event.when = modules_.now();
    event.wants_receipt = false;
    event.message = room.kind == Kind::coi ? coi::mint_in_group(room.group, domain_of(account.address))
                                           : coi::mint(domain_of(account.address));
    std::vector<coi::Address> readers;
    for (const RoomMember& each : room.others)
        if (each.is_in()) readers.push_back(each.address);
    if (post.also_to) readers.push_back(*post.also_to);
    if (readers.empty())
        throw Refusal{"cancel", "recipient-unavailable", say(post.lang, "There is nobody else in this group.")};
    rooms::Take what;
    coi::Message mail = mail_of(post, account);
    what.entry = entry_of(post, account, stanza, readers);
    what.entry->payload = co_await bytes_of(account, room, std::move(readers), std::move(mail), post.lang);
    const StanzaId id = post.said ? post.said->stanza : mint_stanza_id();
    what.known =
        ids::Known{account.id, room.local, event.message, id, true, what.entry->origin, post.lang, false, event.when};
    if (event.get<Correction>() != nullptr) what.known->corrects = event.about->message;
    if (post.said) what.said = {std::move(*post.said)};
    what.is_changed = room != post.before;
    room.last = event.message;
    what.room = std::move(room);
    what.kept = kept;
    rooms::Taken taken = co_await answer_of<rooms::Taken>([&](auto done) {
        rooms::take(modules_.store, std::move(what), std::move(done));
        post.turn.reset();
    });
    if (!modules_.directory.keeps(account.id)) throw AccountGone();
    modules_.audience.said(taken.room, taken.said);
    if (!post.change.is_none()) modules_.audience.changed(taken.room, post.change);
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
coi::Message RoomOutgoing::mail_of(const Post& post, const Account& account) const {
    const Room& room = post.room;
    Contact conversation;
    conversation.account = account.id;
    conversation.canonical = room.local;
    conversation.dialect = dialect_of(room.kind);
    conversation.subject = room.name;
    conversation.last_in = room.last;
    conversation.thread = room.last;
    coi::Message mail = write_mail(post.event, account.address, conversation);
    mail.to.clear();
    coi::Group group = group_of(room);
    group.former_name = post.former_name;
    group.added = post.added;
    group.removed = post.removed;
    // [chatmail] Who leaves does not say when others came: only so their own leaving is applied.
    if (post.change.user_left) {
        group.has_times = false;
        group.past.clear();
    }
    coi::write_group(group, mail);
    // [COI-C "Group Messages"] programs that know no groups repeat the first id of the References.
    if (room.kind == Kind::coi && (mail.references.empty() || coi::group_id_of(mail.references.front()) != room.group))
        mail.references.insert(mail.references.begin(), coi::mint_in_group(room.group, domain_of(account.address)));
    return mail;
}

Task<std::string> RoomOutgoing::bytes_of(const Account& account, const Room& room, std::vector<coi::Address> readers,
                                         coi::Message mail, std::string lang) const {
    if (!room.is_encrypted && !modules_.encryption.must_encrypt(account, readers)) {
        auto bytes = coi::print(mail);
        if (!bytes) throw Refusal{"modify", "not-acceptable", say(lang, "This message cannot be written as a mail.")};
        co_return std::move(*bytes);
    }
    auto closed = co_await called_back<GroupEncryption::Result>([&](auto done) {
        modules_.encryption.encrypt(account, room, std::move(readers), std::move(mail), std::move(done));
    });
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
        .addAttribute("id", modules_.store.seal().keyed_hash(occupant::key(room, room.user.address)));
    return {0, modules_.now(), id, xmpp::print(*stanza)};
}

}  // namespace gateway
