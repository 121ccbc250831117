// See xep0045_muc.h.

#include "xmpp/xep/xep0045_muc.h"

#include <charconv>
#include <cstdint>

#include "xmpp/xep/xep0203_delay.h"

namespace xmpp::xep0045 {
namespace {

template <class Number>
std::optional<Number> number_of(const Tag& tag, const char* name) {
    const std::string& text = attribute(tag, name);
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

void set(Tag& tag, const char* name, const std::string& value) {
    if (!value.empty()) tag.addAttribute(name, value);
}

void add_item(Tag& parent, const Item& item) {
    Tag& tag = add(parent, "item");
    set(tag, "affiliation", item.affiliation);
    set(tag, "role", item.role);
    set(tag, "jid", item.jid);
    set(tag, "nick", item.nick);
    if (!item.reason.empty()) add(tag, "reason", {}, item.reason);
}

void add_statuses(Tag& x, const std::vector<Status>& statuses) {
    for (const Status each : statuses) add(x, "status").addAttribute("code", std::to_string(static_cast<int>(each)));
}

std::string reason_in(const Tag& tag) {
    const Tag* reason = child(tag, "reason", "");
    return reason ? reason->cdata() : std::string();
}

void add_passed_on(Tag& message, const char* what, const Invitation& one) {
    Tag& tag = add(add(message, "x", ns_user), what);
    tag.addAttribute("from", one.jid);
    if (!one.reason.empty()) add(tag, "reason", {}, one.reason);
}

}  // namespace

std::optional<HistoryRequest> join_of(const Tag& presence) {
    const Tag* x = child(presence, "x", ns);
    if (presence.name() != "presence" || !attribute(presence, "type").empty() || x == nullptr) return std::nullopt;
    HistoryRequest request;
    if (const Tag* history = child(*x, "history", "")) {
        request.most_characters = number_of<std::size_t>(*history, "maxchars");
        request.most_messages = number_of<std::size_t>(*history, "maxstanzas");
        if (const auto seconds = number_of<std::uint32_t>(*history, "seconds"))
            request.within = std::chrono::seconds(*seconds);
        request.since = xep0203::parse_stamp(attribute(*history, "since"));
    }
    return request;
}

void add_occupant(Tag& presence, const Item& item, const std::vector<Status>& statuses) {
    Tag& x = add(presence, "x", ns_user);
    add_item(x, item);
    add_statuses(x, statuses);
}

void add_status(Tag& message, const std::vector<Status>& statuses) {
    add_statuses(add(message, "x", ns_user), statuses);
}

std::vector<Invitation> invitations_of(const Tag& message, std::size_t most) {
    std::vector<Invitation> all;
    const Tag* x = child(message, "x", ns_user);
    if (message.name() != "message" || x == nullptr || attribute(message, "type") == "error") return all;
    for (const Tag* each : x->findChildren("invite")) {
        if (all.size() < most && !attribute(*each, "to").empty())
            all.push_back({attribute(*each, "to"), reason_in(*each)});
    }
    return all;
}

void add_invitation(Tag& message, const Invitation& one) { add_passed_on(message, "invite", one); }

void add_decline(Tag& message, const Invitation& one) { add_passed_on(message, "decline", one); }

std::vector<Item> admin_items(const Tag& iq, std::size_t most) {
    std::vector<Item> all;
    const Tag* query = child(iq, "query", ns_admin);
    if (query == nullptr) return all;
    for (const Tag* each : query->findChildren("item")) {
        if (all.size() == most) break;
        all.push_back({attribute(*each, "affiliation"), attribute(*each, "role"), attribute(*each, "jid"),
                       attribute(*each, "nick"), reason_in(*each)});
    }
    return all;
}

void add_admin_items(Tag& result, const std::vector<Item>& items) {
    Tag& query = add(result, "query", ns_admin);
    for (const Item& each : items) add_item(query, each);
}

const Tag* subject_change(const Tag& message) {
    const bool is_more = child(message, "body", "") != nullptr || child(message, "thread", "") != nullptr;
    return attribute(message, "type") == "groupchat" && !is_more ? default_of(message, "subject") : nullptr;
}

}  // namespace xmpp::xep0045
