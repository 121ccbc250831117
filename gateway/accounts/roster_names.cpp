// See roster_names.h.

#include "gateway/accounts/roster_names.h"

#include "gateway/accounts/nick.h"
#include "gateway/localization.h"
#include "gateway/log.h"
#include "gateway/model/addresses.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0356_privilege.h"

namespace gateway {

namespace {

constexpr const char* question_id = "roster";
constexpr const char* change_id = "roster-name";
constexpr std::size_t most_changes = 200;  // of one list at a time
constexpr std::size_t most_servers = 100;

}  // namespace

bool RosterNames::take_grant(const xmpp::Tag& message) {
    const std::string& from = xmpp::attribute(message, "from");
    if (from.find('@') != from.npos) return false;  // not a server
    const auto granted = xmpp::xep0356::grants_roster(message);
    if (!granted) return false;
    // Any server may say so, of its own users.
    if (*granted && servers_.size() < most_servers) servers_.insert(xmpp::read_jid(from).server());
    return true;
}

void RosterNames::offline() {
    servers_.clear();
    asked_.clear();
}

void RosterNames::update(const std::string& user) {
    if (!servers_.contains(xmpp::read_jid(user).server())) return;
    if (!updates_.take(user, RateLimit::Clock::now()) || !asked_.insert(user).second) return;
    stream_.send(*xmpp::roster::question(component_, user, question_id));
}

bool RosterNames::take_answer(const xmpp::Tag& iq) {
    const std::string &type = xmpp::attribute(iq, "type"), &id = xmpp::attribute(iq, "id");
    if ((type != "result" && type != "error") || (id != question_id && id != change_id)) return false;
    const std::string& user = xmpp::attribute(iq, "from");  // bare: nobody but the server speaks as that
    if (type == "error") log::info("the contact list of {} could not be read or changed", user);
    if (id == change_id) return true;
    const auto items = asked_.erase(user) > 0 ? xmpp::roster::items(iq) : std::nullopt;
    std::size_t changes = 0;
    for (auto item : items.value_or(std::vector<xmpp::roster::Item>{})) {
        const std::string name = wanted(user, item);
        if (name.empty() || name == item.name || ++changes > most_changes) continue;
        item.name = name;
        stream_.send(*xmpp::roster::change(component_, user, change_id, item));
    }
    return true;
}

/// The name that the item should have; "" if it is not ours to name.
std::string RosterNames::wanted(const std::string& user, const xmpp::roster::Item& item) const {
    if (!item.jid.ends_with(component_)) return "";  // before the cost of reading a JID
    const xmpp::JID jid = xmpp::read_jid(item.jid);
    if (jid.server() != component_) return "";
    if (is_gateway(jid)) return item.name.empty() ? say(directory_.language(user, ""), "Mail gateway") : "";
    const auto address = address_of(jid);
    if (!address) return "";
    // What a client made of the JID, or we of the address, is no name that the user has given.
    const bool is_given = !item.name.empty() && item.name != jid.bare() && item.name != jid.username() &&
                          item.name != address->local && item.name != address->addr_spec();
    const Account* account = directory_.of_user(user);
    const Contact* contact = account ? directory_.contact(account->id, address->canonical()) : nullptr;
    return is_given ? "" : contact ? shown_name(directory_, *contact) : address->addr_spec();
}

}  // namespace gateway
