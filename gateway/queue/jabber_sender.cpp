// See jabber_sender.h.

#include "gateway/queue/jabber_sender.h"

#include <algorithm>
#include <map>
#include <memory>

#include "gateway/model/stanza_id.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0199_ping.h"

namespace gateway {

namespace {

constexpr std::size_t in_flight_most = 1000;
constexpr std::size_t unsent_most = 1024 * 1024;  // bytes waiting for the socket above which one is sent at a time

AttemptResult fate_of_lost(const std::string& why) {
    return {AttemptResult::Kind::lost,
            {coi::ErrorKind::closed, false, why.empty() ? "the Jabber stream ended" : why, 0, {}}};
}

AttemptResult fate_of_unsent() {
    return {AttemptResult::Kind::unreachable,
            {coi::ErrorKind::closed, false, "not connected to the Jabber server", 0, {}}};
}

/// [RFC 3463 §3.2, §3.8] A server gives the same error for a blocked sender as for a user who does not exist [XEP-0191
/// §3.3].
const char* status_of(const std::string& condition) {
    return condition == "item-not-found" || condition == "service-unavailable" ? "5.1.1" : "5.7.1";
}

/// A ping that tells whether the resource is online: for an offline one the server answers with an error before it
/// answers the fence's ping; an online client answers itself, at any time [XEP-0199 §4.5].
xmpp::Stanza ping(const queue::Entry& entry) {
    auto iq = std::make_unique<xmpp::Tag>("iq");
    iq->addAttribute("type", "get");
    iq->addAttribute("id", "there-" + mint_stanza_id().value);
    iq->addAttribute("from", entry.from);
    iq->addAttribute("to", entry.to);
    xmpp::add(*iq, "ping", xmpp::xep0199::ns);
    return iq;
}

}  // namespace

void JabberSender::send(const queue::Entry& entry, std::function<void(AttemptResult)> finished) {
    const bool of_nobody = entry.account != AccountId{} && !directory_.find(entry.account);
    if (account_end_.holds(entry) || (of_nobody && directory_.rests(entry.account))) {
        return finished(
            {AttemptResult::Kind::blocked, {coi::ErrorKind::refused, false, "waits for its account", 0, {}}});
    }
    if (of_nobody) {  // removed meanwhile: a later owner of the name must not get it, and who waits for its verdict is
                      // told
        return finished({AttemptResult::Kind::refused,
                         {coi::ErrorKind::refused, true, "the recipient's account was removed", 0, "5.1.1"}});
    }
    if (entry.contact.empty() || directory_.is_loaded(entry.account)) return send_known(entry, std::move(finished));
    directory_.load(entry.account, [this, entry, finished = std::move(finished)](const Store::Failure& failure) {
        if (failure)
            return finished({AttemptResult::Kind::later, {coi::ErrorKind::refused, false, failure->what(), 0, {}}});
        send_known(entry, finished);
    });
}

void JabberSender::send_known(const queue::Entry& entry, std::function<void(AttemptResult)> finished) {
    send_of_account(entry, [this, id = entry.account, finished = std::move(finished)](const AttemptResult& fate) {
        const Account* account = fate.kind == AttemptResult::Kind::refused ? directory_.find(id) : nullptr;
        if (account) account_end_.refused(account->jid, fate.error.text);
        finished(fate);
    });
}

void JabberSender::done(const queue::Entry& entry) { verdicts_.taken(entry); }

void JabberSender::refused(const queue::Entry& entry, const coi::Error& error) {
    failures_.stanza_refused(entry, error);
}

std::size_t JabberSender::capacity(DestinationId) const {
    return component_.unsent() > unsent_most ? 1 : in_flight_most;
}

void JabberSender::send_of_account(const queue::Entry& entry, std::function<void(AttemptResult)> finished) {
    const Account* account = directory_.find(entry.account);
    if (account && entry.from == account->jid) return send_own(entry, std::move(finished));
    if (entry.beside.empty()) return send_as_it_is(entry, std::move(finished));
    component_.deliver(*ping(entry), [this, entry, finished = std::move(finished)](const xmpp::Outcome& outcome) {
        if (outcome.kind == xmpp::Outcome::Kind::unsent) return finished(fate_of_unsent());
        if (outcome.kind == xmpp::Outcome::Kind::lost) return finished(fate_of_lost(outcome.error.text));
        queue::Entry one = entry;
        one.beside.clear();
        const auto line = xmpp::parse_stanza(entry.beside);
        // A client that does not support XEP-0199 returns this error itself: it is online.
        const bool has_gone =
            outcome.kind == xmpp::Outcome::Kind::refused && outcome.error.condition != "feature-not-implemented";
        if (has_gone && line) {
            one.name = xmpp::attribute(*line, "id");
            one.to = xmpp::attribute(*line, "to");
            one.payload = entry.beside;
        }
        send_as_it_is(one, finished);
    });
}

void JabberSender::send_own(const queue::Entry& entry, std::function<void(AttemptResult)> finished) {
    queue::Entry told = entry;
    std::swap(told.from, told.to);
    told.payload = std::exchange(told.beside, {});
    const auto tell = [this, told, finished] {
        if (told.payload.empty()) return finished(AttemptResult{});  // it is no text: the user learns it elsewhere
        send_as_it_is(told, finished);
    };
    // Where the user encrypts, nothing of the conversation goes to their server in the clear.
    const auto message = omemo_.concerns(told) || otr_.concerns(told) ? nullptr : xmpp::parse_stanza(entry.payload);
    const auto stanza = message ? privilege_.on_behalf(*message) : nullptr;
    if (!stanza) return tell();
    component_.deliver(*stanza, [this, id = entry.id, tell, finished](const xmpp::Outcome& outcome) {
        if (outcome.kind == xmpp::Outcome::Kind::refused) return tell();
        settled(id, finished)(outcome);
    });
}

void JabberSender::send_as_it_is(const queue::Entry& entry, std::function<void(AttemptResult)> finished) {
    const bool by_omemo = omemo_.concerns(entry);
    if (!by_omemo && !otr_.concerns(entry)) {
        return component_.deliver({entry.name, entry.from, entry.to}, entry.payload,
                                  settled(entry.id, std::move(finished)), verdicts_.waits_for(entry.id));
    }
    const std::shared_ptr<xmpp::Tag> stanza = xmpp::parse_stanza(entry.payload);
    if (!stanza) {
        return finished(AttemptResult{AttemptResult::Kind::refused,
                                      {coi::ErrorKind::malformed, true, "the stanza cannot be written", 0, "5.6.0"}});
    }
    const auto route = tunnel_.route(entry, *stanza);
    if (route.closed) {
        return finished(
            AttemptResult{AttemptResult::Kind::refused,
                          {coi::ErrorKind::refused, true, "its reader has switched OTR end to end off", 0, "5.7.1"}});
    }
    if (!route.to.empty()) stanza->addAttribute("to", route.to);
    const auto send = [this, id = entry.id, stanza, finished = std::move(finished)](const Outgoing& out) {
        send_encrypted(id, stanza, out, finished);
    };
    by_omemo ? omemo_.send(entry, *stanza, send) : otr_.send(entry, *stanza, send);
}

void JabberSender::send_encrypted(std::int64_t id, const std::shared_ptr<xmpp::Tag>& stanza, const Outgoing& out,
                                  std::function<void(AttemptResult)> finished) {
    switch (out.kind) {
        case Outgoing::Kind::held:
            return finished(
                {AttemptResult::Kind::blocked, {coi::ErrorKind::refused, false, "waits for OTR or OMEMO", 0, {}}});
        case Outgoing::Kind::as_is:
            return component_.deliver(*stanza, settled(id, finished), verdicts_.waits_for(id));
        case Outgoing::Kind::encrypted_for_all:
            return component_.deliver(*out.stanzas.front(), settled(id, finished), verdicts_.waits_for(id));
        case Outgoing::Kind::encrypted:
            return deliver_all(id, out.stanzas, std::move(finished));
    }
}

std::function<void(const xmpp::Outcome&)> JabberSender::settled(std::int64_t id,
                                                                std::function<void(AttemptResult)> finished) {
    return [this, id, finished = std::move(finished)](const xmpp::Outcome& outcome) {
        if (outcome.kind == xmpp::Outcome::Kind::taken) return finished(AttemptResult{});
        if (outcome.kind == xmpp::Outcome::Kind::lost) return finished(fate_of_lost(outcome.error.text));
        if (outcome.kind == xmpp::Outcome::Kind::unsent) return finished(fate_of_unsent());
        const bool wait = outcome.error.type == "wait";
        coi::Error error{coi::ErrorKind::refused, !wait, outcome.error.condition, 0,
                         wait ? "4.2.0" : status_of(outcome.error.condition)};
        finished(
            AttemptResult{wait && !verdicts_.waits_for(id) ? AttemptResult::Kind::later : AttemptResult::Kind::refused,
                          std::move(error)});
    };
}

void JabberSender::deliver_all(std::int64_t id, const std::vector<xmpp::Stanza>& stanzas,
                               std::function<void(AttemptResult)> finished) {
    struct Joined {
        std::size_t open;
        std::optional<AttemptResult> lost;
        std::map<std::string, bool> whole;  // by resource: all of its stanzas were taken
    };
    auto joined = std::make_shared<Joined>();
    joined->open = stanzas.size();
    for (const auto& stanza : stanzas) {
        const std::string peer = xmpp::attribute(*stanza, "to");
        joined->whole[peer] = true;
        const auto one = [this, joined, peer, finished](const AttemptResult& fate) {
            if (fate.kind != AttemptResult::Kind::done) joined->whole[peer] = false;
            if (fate.kind == AttemptResult::Kind::unreachable || fate.kind == AttemptResult::Kind::lost)
                joined->lost = fate;
            if (fate.kind == AttemptResult::Kind::refused) otr_.unavailable(peer);
            if (--joined->open > 0) return;
            if (joined->lost) return finished(*joined->lost);
            const bool some = std::ranges::any_of(joined->whole, [](const auto& each) { return each.second; });
            finished(some ? AttemptResult{} : AttemptResult{AttemptResult::Kind::blocked, fate.error});
        };
        component_.deliver(*stanza, settled(id, one), verdicts_.waits_for(id));
    }
}

}  // namespace gateway
