// See clients.h.

#include "gateway/accounts/clients.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "xmpp/xep/xep0030_disco.h"
#include "xmpp/xep/xep0084_avatar.h"
#include "xmpp/xep/xep0163_pep.h"
#include "xmpp/xep/xep0172_nick.h"
#include "xmpp/xep/xep0384_omemo.h"

namespace gateway {
namespace {

constexpr std::string_view question_id = "client";
constexpr std::size_t most_clients = 100'000;

/// Clients that show the words of a message's error without being asked: in the conversation, or in a window.
constexpr std::array show_errors = {"converse", "finch", "mcabber", "pidgin", "poezio", "profanity"};

/// Clients that show the condition of a form's error only.
constexpr std::array hide_form_errors = {"finch", "pidgin"};

/// Clients whose window of a form shows neither a note nor an error after it.
constexpr std::array hide_notes = {"psi", "psi+"};

template <std::size_t count>
bool is_one_of(const std::array<const char*, count>& clients, const xmpp::xep0030::Identity& identity) {
    std::string name = identity.name.substr(0, identity.name.find(' '));  // "profanity 0.13"
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return identity.category == "client" && std::ranges::find(clients, name) != clients.end();
}

}  // namespace

void Clients::heard_of(const std::string& client) {
    if (knows(client) || client.find('/') == client.npos) return;
    if (clients_.size() >= most_clients) clients_.clear();
    clients_[client];
    xmpp::Tag iq("iq");
    iq.addAttribute("type", "get");
    iq.addAttribute("id", std::string(question_id));
    iq.addAttribute("from", component_);
    iq.addAttribute("to", client);
    xmpp::add(iq, "query", xmpp::xep0030::ns_info);
    stream_.send(iq);
}

bool Clients::is_answer(const xmpp::Tag& iq) const {
    const std::string& type = xmpp::attribute(iq, "type");
    return (type == "result" || type == "error") && xmpp::attribute(iq, "id") == question_id;
}

std::optional<std::string> Clients::take_answer(const xmpp::Tag& iq) {
    const auto known = clients_.find(xmpp::attribute(iq, "from"));
    if (known == clients_.end() || known->second.has_answered) return std::nullopt;
    const auto info = xmpp::xep0030::info_of(iq);
    Client& client = known->second;
    client.has_answered = true;
    for (const auto& identity : info.identities) {
        client.shows_errors = client.shows_errors || is_one_of(show_errors, identity);
        client.hides_form_errors = client.hides_form_errors || is_one_of(hide_form_errors, identity);
        client.hides_notes = client.hides_notes || is_one_of(hide_notes, identity);
    }
    const auto wishes = [&](const char* node) {
        return std::ranges::find(info.features, xmpp::xep0163::wish(node)) != info.features.end();
    };
    client.reads_names = wishes(xmpp::xep0172::ns);
    client.reads_pictures = wishes(xmpp::xep0084::ns_metadata);
    client.reads_devices = wishes(xmpp::xep0384::devices_node);
    return known->first;
}

bool Clients::wants(const std::string& client, bool Client::* what) const {
    const auto known = clients_.find(client);
    return known != clients_.end() && known->second.*what;
}

bool Clients::shows_errors(const std::string& client) const {
    const auto known = clients_.find(client);
    return known != clients_.end() && known->second.shows_errors;
}

bool Clients::hides_form_errors(const std::string& client) const {
    const auto known = clients_.find(client);
    return known != clients_.end() && known->second.hides_form_errors;
}

bool Clients::hides_notes(const std::string& client) const {
    const auto known = clients_.find(client);
    return known != clients_.end() && known->second.hides_notes;
}

std::vector<std::string> Clients::wanting(const std::string& user, bool Client::* what) const {
    std::vector<std::string> reading;
    bool is_known = false;
    for (auto at = clients_.lower_bound(user + "/"); at != clients_.end() && at->first.starts_with(user + "/"); ++at) {
        is_known = true;
        if (at->second.*what) reading.push_back(at->first);
    }
    if (!is_known) reading.push_back(user);
    return reading;
}

}  // namespace gateway
