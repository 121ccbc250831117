// Catching up from the users' archives; see archive_recovery.h.

#include "gateway/pipeline/archive_recovery.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "gateway/log.h"
#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "gateway/store/clean_shutdown.h"
#include "gateway/store/ids.h"
#include "gateway/translate/translate.h"
#include "xmpp/jid.h"
#include "xmpp/otr/front.h"
#include "xmpp/xep/xep0313_mam.h"
#include "xmpp/xep/xep0356_privilege.h"
#include "xmpp/xep/xep0384_omemo.h"

namespace gateway {

namespace {

using namespace std::chrono_literals;

constexpr auto lately = std::chrono::days(30);
constexpr std::size_t most_active = 5000, page_size = 50;
constexpr auto before_alive = 2min;  // for clocks that differ, and for what waited to be committed
constexpr auto commit_slack = 2min;  // how much earlier a message may seem to be committed than archived

/// The contact (canonical) if this is a message of `jid` to one, with text that can be taken, also by OMEMO, or that of
/// a session of OTR: the session is lost, but whoever wrote it must hear that it was not read.
std::optional<std::string> contact_of(const xmpp::Tag& message, const std::string& jid) {
    if (is_own_message(message)) return std::nullopt;
    const xmpp::Tag* body = xmpp::body_of(message);
    const auto address = address_of(xmpp::read_jid(xmpp::attribute(message, "to")));
    const auto by_omemo = xmpp::xep0384::encrypted_of(message);
    const bool has_text = by_omemo ? by_omemo->payload.has_value() : body != nullptr;
    if (!has_text || !address || bare(xmpp::attribute(message, "from")) != jid) return std::nullopt;
    if (is_end_to_end_encrypted(message) && !by_omemo && xmpp::otr::look(body->cdata()).kind != xmpp::otr::Kind::data)
        return std::nullopt;
    return address->canonical();
}

}  // namespace

ArchiveRecovery::ArchiveRecovery(Modules modules, Settings settings)
    : modules_(std::move(modules)), settings_(std::move(settings)) {
    if (auto unclean = clean_shutdown::start(modules_.store, modules_.now(), lately, most_active)) {
        last_alive_ = unclean->last_alive;
        active_ = std::move(unclean->active);
    }
}

void ArchiveRecovery::online() {
    if (!pending()) return;
    granted_ = false;
    grant_deadline_ = modules_.now() + settings_.grant_patience;
    modules_.missed.deadline_changed();
}

void ArchiveRecovery::offline() {
    grant_deadline_.reset();
    for (auto readings = std::exchange(readings_, {}); auto& [jid, reading] : readings) release(std::move(reading));
}

void ArchiveRecovery::release(Reading reading) {
    for (const auto& message : reading.held) modules_.missed.take_missed(*message.stanza);
}

bool ArchiveRecovery::take(xmpp::Stanza& stanza) {
    if (!pending()) return false;
    if (stanza->name() == "iq") return take_end(*stanza);
    if (stanza->name() != "message") return false;
    if (take_result(*stanza)) return true;
    if (const auto grant = xmpp::xep0356::grants_iq(*stanza, xmpp::xep0313::ns, "set")) {
        const xmpp::JID server(xmpp::attribute(*stanza, "from"));
        if (*grant && grant_deadline_ && server.username().empty()) granted(server.server());
        return true;
    }
    return hold(stanza);
}

/// A server speaks for its own users.
void ArchiveRecovery::granted(const std::string& domain) {
    granted_ = true;
    for (const AccountId id : active_) {
        const Account* account = modules_.directory.find(id);
        if (account && xmpp::JID(account->jid).server() == domain) readings_[account->jid].account = id;
    }
    for (auto& [jid, reading] : readings_) reading.account = modules_.directory.of_user(jid)->id;
    ask_next();
}

bool ArchiveRecovery::hold(xmpp::Stanza& message) {
    const std::string& type = xmpp::attribute(*message, "type");
    const auto sender = bare(xmpp::attribute(*message, "from"));
    const auto at = sender && type != "error" ? readings_.find(*sender) : readings_.end();
    const auto contact = address_of(xmpp::read_jid(xmpp::attribute(*message, "to")));
    if (at == readings_.end() || !contact) return false;
    at->second.held.push_back({std::move(message), contact->canonical()});
    if (at->second.held.size() >= settings_.held) give_up(*sender, "too many new messages came meanwhile");
    return true;
}

void ArchiveRecovery::ask_next() {
    std::size_t under_way = 0;
    for (const auto& [jid, reading] : readings_) under_way += reading.request.empty() ? 0 : 1;
    for (auto& [jid, reading] : readings_) {
        if (under_way >= settings_.parallel) break;
        if (!reading.request.empty()) continue;
        ask(jid, reading);
        ++under_way;
        ++asked_;
    }
    if (readings_.empty() && asked_ > 0) return conclude();
    modules_.missed.deadline_changed();
}

void ArchiveRecovery::ask(const std::string& jid, Reading& reading) {
    reading.request = mint_stanza_id().value;
    reading.deadline = modules_.now() + settings_.patience;
    ++reading.pages;
    const auto request = xmpp::xep0356::ask(settings_.component, jid, reading.request, "set");
    xmpp::xep0313::add_query(*request.inner, {reading.request, *last_alive_ - before_alive, page_size, reading.after});
    modules_.to_jabber.send(*request.iq);
}

bool ArchiveRecovery::take_result(const xmpp::Tag& message) {
    const xmpp::Tag* passed_on = xmpp::xep0356::answer(message, "message");
    if (!passed_on) return false;
    const std::string& jid = xmpp::attribute(message, "from");  // the bare one: only the server speaks as that
    const auto at = readings_.find(jid);
    const auto result = xmpp::xep0313::result(*passed_on);
    if (at == readings_.end() || !result || result->query != at->second.request) return true;
    const xmpp::Tag& sent = *result->message;
    Reading& reading = at->second;
    reading.bytes += xmpp::print(sent).size();
    if (++reading.results > reading.pages * page_size || reading.bytes > settings_.bytes) {
        give_up(jid, "it answers with more than was asked for, or than can be kept");
        return true;
    }
    if (xmpp::attribute(sent, "type") == "error") {
        const auto contact = address_of(xmpp::read_jid(xmpp::attribute(sent, "from")));
        if (contact) reading.failed.push_back({xmpp::Stanza(sent.clone()), contact->canonical()});
    } else if (xmpp::JID(xmpp::attribute(sent, "to")).server() == settings_.component) {
        const auto contact = contact_of(sent, jid);
        if (contact) reading.found.push_back({xmpp::Stanza(sent.clone()), *contact});
    }
    return true;
}

bool ArchiveRecovery::take_end(const xmpp::Tag& iq) {
    const std::string& jid = xmpp::attribute(iq, "from");
    const auto at = readings_.find(jid);
    if (at == readings_.end() || at->second.request.empty() || xmpp::attribute(iq, "id") != at->second.request)
        return false;
    const std::string& type = xmpp::attribute(iq, "type");
    if (type != "result" && type != "error") return false;
    Reading& reading = at->second;
    const xmpp::Tag* answer = xmpp::xep0356::answer(iq, "iq");
    const auto end = answer ? xmpp::xep0313::end(*answer) : std::nullopt;
    if (!end) {
        const auto error = xmpp::error_of(answer ? *answer : iq);
        give_up(jid, error ? "the server answered " + error->condition : "the server's answer was not understood");
    } else if (end->complete || end->last.empty()) {
        compare(jid, reading);
    } else if (reading.pages >= settings_.pages) {
        log::warn("the archive of {} holds more than can be compared; its latest messages were not", jid);
        compare(jid, reading);
    } else {
        reading.after = end->last;
        ask(jid, reading);
        modules_.missed.deadline_changed();
    }
    return true;
}

/// What of the archive was missed, in order, then what was held.
void ArchiveRecovery::compare(const std::string& jid, Reading& reading) {
    reading.deadline.reset();
    const auto key = [](const Message& message, const char* client) {
        return ids::Sent(xmpp::attribute(*message.stanza, client), message.contact,
                         xmpp::attribute(*message.stanza, "id"));
    };
    for (const auto& held : reading.held) {  // archived before it came to us: the last of its copies
        const auto copy = std::find_if(reading.found.rbegin(), reading.found.rend(), [&](const Message& message) {
            return key(message, "from") == key(held, "from");
        });
        if (copy != reading.found.rend()) reading.found.erase(std::next(copy).base());
    }
    std::map<ids::Sent, std::int64_t> done;  // how many were answered with an error or committed
    for (const auto& message : reading.found) done[key(message, "from")] = 0;
    for (const auto& message : reading.failed) ++done[key(message, "to")];
    const Time since = *last_alive_ - before_alive - commit_slack;
    ids::count_sent(modules_.store, reading.account, std::move(done), since,
                    [this, jid, request = reading.request, key](const Store::Failure& failure,
                                                                std::map<ids::Sent, std::int64_t> committed) {
                        const auto at = readings_.find(jid);
                        if (at == readings_.end() || at->second.request != request)
                            return;  // the stream ended meanwhile
                        if (failure) return give_up(jid, "the store is not available");
                        Reading read = std::move(at->second);
                        readings_.erase(at);
                        for (const auto& message : read.found) {  // the first were committed first
                            if (--committed[key(message, "from")] >= 0) continue;
                            ++missed_;
                            modules_.missed.take_missed(*message.stanza);
                        }
                        release(std::move(read));
                        ask_next();
                    });
}

void ArchiveRecovery::give_up(const std::string& jid, const std::string& why) {
    log::warn("the archive of {} could not be asked for what was missed: {}", jid, why);
    ++given_up_;
    auto reading = readings_.extract(jid);
    release(std::move(reading.mapped()));
    ask_next();
}

std::optional<Time> ArchiveRecovery::deadline() const {
    if (!pending()) return std::nullopt;
    std::optional<Time> first;
    if (readings_.empty()) first = grant_deadline_;
    for (const auto& [jid, reading] : readings_) {
        if (reading.deadline && (!first || *reading.deadline < *first)) first = reading.deadline;
    }
    return first;
}

void ArchiveRecovery::tick(Time now) {
    if (!pending()) return;
    std::vector<std::string> late;
    for (const auto& [jid, reading] : readings_) {
        if (reading.deadline && *reading.deadline <= now) late.push_back(jid);
    }
    for (const auto& jid : late) {
        if (readings_.contains(jid)) give_up(jid, "no answer came");
    }
    if (grant_deadline_ && *grant_deadline_ <= now && readings_.empty()) conclude();
}

void ArchiveRecovery::conclude() {
    if (granted_) {
        log::info(
            "after an unclean stop the archives of {} users were asked: {} messages were missed and are taken now, {} "
            "archives gave no answer",
            asked_, missed_, given_up_);
    } else {
        log::info(
            "the last stop was unclean, and the Jabber server does not let its archives be asked: what was in the "
            "connection to it then is lost (docs/admin.md tells how to allow it)");
    }
    last_alive_.reset();
    grant_deadline_.reset();
    clean_shutdown::alive(modules_.store, modules_.now());
}

}  // namespace gateway
