// See upload_slots.h.

#include "gateway/transport/upload_slots.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/log.h"
#include "gateway/model/stanza_id.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0030_disco.h"
#include "xmpp/xep/xep0356_privilege.h"

namespace gateway {
namespace {

constexpr auto patience = std::chrono::seconds(20);
constexpr auto between_discoveries = std::chrono::minutes(10);
constexpr std::size_t most_items = 30;  // of the server that are looked at
constexpr std::size_t most_places = 30;

coi::Error unreachable(std::string why) { return {coi::ErrorKind::unreachable, false, std::move(why), 0, {}}; }

bool is_answer(const xmpp::Tag& iq) {
    const std::string& type = xmpp::attribute(iq, "type");
    return type == "result" || type == "error";
}

/// The service is not connected to the server.
bool is_away(const xmpp::StanzaError& error) {
    constexpr std::array away{"service-unavailable", "remote-server-not-found", "remote-server-timeout"};
    return std::ranges::find(away, error.condition) != away.end();
}

/// [XEP-0363 §6] an error of type wait may be over later; but a quota (`resource-constraint`) that is used up is over
/// in hours only, and each further attempt would use up more of it.
coi::Error refusal(const xmpp::Tag& iq) {
    const auto error = xmpp::error_of(iq);
    if (!error) return {coi::ErrorKind::malformed, true, "the file store's answer was not understood", 0, {}};
    const std::string words = "the file store answered " + error->condition;
    if (is_away(*error)) return unreachable(words);
    return {coi::ErrorKind::refused, error->type != "wait" || error->condition == "resource-constraint", words, 0, {}};
}

/// What else the same host serves is none of the store's.
std::string place_of(const HttpAddress& at) {
    return at.server.host + ":" + std::to_string(at.server.port) +
           at.target.substr(0, at.target.find_first_of("/?", 1));
}

}  // namespace

void UploadSlots::online() {
    is_online_ = true;
    ++streams_;
    discover_all();
}

/// Again from time to time: services come and go.
void UploadSlots::discover_all() {
    discover(settings_.server_domain, xmpp::xep0030::ns_info);
    discover(settings_.server_domain, xmpp::xep0030::ns_items);
    after_(between_discoveries, [this, stream = streams_] {
        if (is_online_ && stream == streams_) discover_all();
    });
}

void UploadSlots::offline() {
    is_online_ = may_ask_for_users_ = has_looked_ = false;
    service_.clear();
    discovering_.clear();
    for (auto asked = std::exchange(asked_, {}); auto& [id, one] : asked)
        one.done(unreachable("the Jabber server is not connected"));
}

void UploadSlots::take_grant(const xmpp::Tag& message) {
    if (xmpp::attribute(message, "from") != settings_.server_domain) return;
    if (const auto granted = xmpp::xep0356::grants_iq(message, xmpp::xep0363::ns, "get")) may_ask_for_users_ = *granted;
}

void UploadSlots::discover(const std::string& jid, const char* ns) {
    const std::string id = mint_stanza_id().value;
    xmpp::Tag iq("iq");
    iq.addAttribute("type", "get");
    iq.addAttribute("id", id);
    iq.addAttribute("from", settings_.component);
    iq.addAttribute("to", jid);
    xmpp::add(iq, "query", ns);
    discovering_[id] = jid;
    stream_.send(iq);
    after_(patience, [this, id] { end_discovery(id); });
}

void UploadSlots::end_discovery(const std::string& id) {
    if (discovering_.erase(id) > 0 && discovering_.empty()) has_looked_ = true;
}

bool UploadSlots::take_answer(const xmpp::Tag& iq) {
    if (!is_answer(iq)) return false;
    if (take_discovery(iq)) return true;
    const auto found = asked_.find(xmpp::attribute(iq, "id"));
    if (found == asked_.end()) return false;
    Asked& asked = found->second;
    if (xmpp::attribute(iq, "from") != (asked.on_behalf ? asked.user : service_)) return false;
    const xmpp::Tag* inner = asked.on_behalf ? xmpp::xep0356::answer(iq, "iq") : &iq;
    Asked done = std::move(asked);
    asked_.erase(found);
    if (auto slot = inner ? xmpp::xep0363::slot_of(*inner) : std::nullopt) {
        if (const auto lies = http_address(slot->get); lies && places_.size() < most_places)
            places_.insert(place_of(*lies));
        done.done(std::move(*slot));
    } else if (done.on_behalf && !inner) {  // the server does not pass it on for this user
        send(std::move(done), false);
    } else {
        done.done(refusal(*inner));
    }
    return true;
}

bool UploadSlots::take_discovery(const xmpp::Tag& iq) {
    const auto found = discovering_.find(xmpp::attribute(iq, "id"));
    if (found == discovering_.end() || xmpp::attribute(iq, "from") != found->second) return false;
    const std::string jid = found->second, id = found->first;
    for (const auto& item : xmpp::xep0030::jids_of_items(iq, most_items)) {
        if (item != settings_.component) discover(item, xmpp::xep0030::ns_info);
    }
    const auto bytes = xmpp::xep0363::largest(iq);
    if (bytes && (service_.empty() || *bytes > largest_)) {
        service_ = jid;
        largest_ = *bytes;
        log::info("files that come by mail are put on {}", jid);
    }
    end_discovery(id);
    return true;
}

/// Before the first slot: its JID's domain, or the server's own, and the paths of Prosody, ejabberd and Openfire.
bool UploadSlots::is_of_store(const HttpAddress& at) const {
    constexpr std::array<std::string_view, 3> paths{"/upload/", "/file_share/", "/httpfileupload/"};
    if (service_.empty()) return false;
    if (places_.contains(place_of(at))) return true;
    const bool is_usual = at.server.host == service_ || at.server.host == settings_.server_domain;
    return is_usual && std::ranges::any_of(paths, [&](auto path) { return at.target.starts_with(path); });
}

void UploadSlots::ask(const std::string& user, xmpp::xep0363::Request request, Done done) {
    const bool is_local = xmpp::read_jid(user).server() == settings_.server_domain;
    send({user, std::move(request), false, std::move(done)}, may_ask_for_users_ && is_local);
}

void UploadSlots::send(Asked asked, bool on_behalf) {
    const std::string id = mint_stanza_id().value;
    asked.on_behalf = on_behalf;
    xmpp::Stanza iq;
    if (asked.on_behalf) {
        auto wrapped = xmpp::xep0356::ask(settings_.component, asked.user, id, "get");
        wrapped.inner->addAttribute("to", service_);
        xmpp::xep0363::add_request(*wrapped.inner, asked.request);
        iq = std::move(wrapped.iq);
    } else {
        iq = std::make_unique<xmpp::Tag>("iq");
        iq->addAttribute("type", "get");
        iq->addAttribute("id", id);
        iq->addAttribute("from", settings_.component);
        iq->addAttribute("to", service_);
        xmpp::xep0363::add_request(*iq, asked.request);
    }
    const bool is_there = !service_.empty();
    asked_[id] = std::move(asked);
    if (is_there) stream_.send(*iq);
    after_(is_there ? patience : std::chrono::milliseconds(0), [this, id, is_there] {
        fail(id, unreachable(is_there ? "the file store does not answer" : "there is no file store"));
    });
}

void UploadSlots::fail(const std::string& id, coi::Error error) {
    auto found = asked_.extract(id);
    if (found) found.mapped().done(std::move(error));
}

}  // namespace gateway
