// See account_end.h.

#include "gateway/accounts/account_end.h"

#include <algorithm>
#include <array>
#include <set>

#include "gateway/localization.h"
#include "gateway/log.h"
#include "gateway/model/stanza_id.h"
#include "xmpp/xep/xep0030_disco.h"

namespace gateway {

namespace {

constexpr std::size_t most_remembered = 10'000;

/// The conditions of a server's error for a user who does not exist, or does not let the gateway see their presence.
bool denies(const std::string& condition) {
    constexpr std::array<std::string_view, 5> known{"service-unavailable", "subscription-required", "item-not-found",
                                                    "gone", "forbidden"};
    return std::ranges::find(known, condition) != known.end();
}

bool says_nobody(const std::string& condition) {
    return condition == "service-unavailable" || condition == "item-not-found" || condition == "gone";
}

}  // namespace

AccountEnd::AccountEnd(Directory& directory, JabberStream& stream, queue::Outlet& mail, queue::Outlet& jabber,
                       std::string component, Clock now, Timer after, Patience patience)
    : directory_(directory),
      stream_(stream),
      mail_(mail),
      jabber_(jabber),
      component_(std::move(component)),
      now_(std::move(now)),
      after_(std::move(after)),
      patience_(patience) {}

bool AccountEnd::is_vouched(const std::string& jid) const {
    const auto is = [](const Account* account) { return account != nullptr && account->vouched; };
    return is(directory_.mailbox_of(jid)) || is(directory_.relay_of(jid));
}

void AccountEnd::set_vouched(const std::string& jid, bool vouched) {
    for (const Account* account : {directory_.mailbox_of(jid), directory_.relay_of(jid)}) {
        if (account) directory_.note_vouched(account->id, vouched);
    }
}

// --- checks

void AccountEnd::online() {
    since_ = now_();
    turn_.clear();
    for (const Account* account : directory_.all()) {
        if (account->vouched && account->works()) ask(account->jid, true);
    }
    for (auto& [jid, question] : questions_) {  // pending queries were lost with the stream
        question.id.clear();
        if (!question.at_start) turn_.push_back(jid);
    }
    go_on();
    if (!std::exchange(has_rounds_, true)) begin_round();
}

void AccountEnd::begin_round() {
    for (const Account* account : directory_.all()) {
        if (account->works()) round_.push_back(account->id);
    }
    check_next(patience_.round / static_cast<std::chrono::milliseconds::rep>(std::max(round_.size(), std::size_t{1})));
}

/// While nothing can be sent, the round stands still.
void AccountEnd::check_next(std::chrono::milliseconds pace) {
    after_(pace, [this, pace] {
        if (!round_.empty() && stream_.has_room()) {
            const Account* account = directory_.find(round_.back());
            round_.pop_back();
            if (account) ask(account->jid, false);
        }
        round_.empty() ? begin_round() : check_next(pace);
    });
}

void AccountEnd::ask(const std::string& jid, bool at_start) {
    auto& question = questions_[jid];
    if (!question.id.empty()) return;
    question.at_start = question.at_start || at_start;
    if (at_start) {
        turn_.push_back(jid);
    } else {
        ask_now(jid, question);
    }
}

void AccountEnd::ask_now(const std::string& jid, Question& question) {
    question.id = mint_stanza_id().value;
    xmpp::Tag iq("iq");
    iq.addAttribute("type", "get");
    iq.addAttribute("id", question.id);
    iq.addAttribute("from", component_);
    iq.addAttribute("to", jid);
    xmpp::add(iq, "query", xmpp::xep0030::ns_info);
    stream_.send(iq);
    // A missing answer means nothing.
    after_(patience_.answer, [this, jid, id = question.id] {
        const auto at = questions_.find(jid);
        if (at != questions_.end() && at->second.id == id && !at->second.requested) settle(jid);
    });
}

/// A few queries at a time, and only as many as the socket takes.
void AccountEnd::go_on() {
    for (std::size_t i = 0; i < patience_.at_once && !turn_.empty() && stream_.has_room(); ++i) {
        const std::string jid = std::move(turn_.front());
        turn_.pop_front();
        const auto at = questions_.find(jid);
        if (at != questions_.end() && at->second.id.empty()) ask_now(jid, at->second);
    }
    if (turn_.empty() || std::exchange(walking_, true)) return;
    after_(patience_.pace, [this] {
        walking_ = false;
        go_on();
    });
}

bool AccountEnd::take(const xmpp::Tag& iq) {
    const std::string& type = xmpp::attribute(iq, "type");
    if (type != "result" && type != "error") return false;
    const std::string jid = xmpp::attribute(iq, "from");  // the bare JID: only the server sends from it
    const auto at = questions_.find(jid);
    if (at == questions_.end() || at->second.id.empty() || at->second.id != xmpp::attribute(iq, "id")) return false;
    if (type == "result") {
        set_vouched(jid, true);
        settle(jid);
    } else if (const auto error = xmpp::error_of(iq); error && denies(error->condition) && is_vouched(jid)) {
        request(jid);
    } else {
        settle(jid);
    }
    return true;
}

/// A server that has the subscription answers a request for it by itself.
void AccountEnd::request(const std::string& jid) {
    auto& question = questions_[jid];
    question.requested = true;
    xmpp::Tag presence("presence");
    presence.addAttribute("type", "subscribe");
    presence.addAttribute("from", component_);
    presence.addAttribute("to", jid);
    stream_.send(presence);
    after_(patience_.approval, [this, jid, id = question.id] {
        const auto at = questions_.find(jid);
        if (at != questions_.end() && at->second.id == id) lost(jid);
    });
}

void AccountEnd::granted(const std::string& jid) {
    if (directory_.of_user(jid) == nullptr) return;
    const auto at = questions_.find(jid);
    if (at != questions_.end() && at->second.requested) return settle(jid);
    if (!is_vouched(jid)) ask(jid, false);
}

/// Ends the check of a user: the result is known, or cannot be known.
void AccountEnd::settle(const std::string& jid) {
    auto question = questions_.extract(jid);
    if (question.empty()) return;
    for (const auto& [direction, line] : question.mapped().held) {
        (direction == queue::Direction::mail ? mail_ : jabber_).unblock(line.first, line.second);
    }
}

bool AccountEnd::holds(const queue::Entry& entry) {
    if (questions_.empty() || entry.account == AccountId{}) return false;
    const Account* account = directory_.find(entry.account);
    const auto at = account ? questions_.find(account->jid) : questions_.end();
    if (at == questions_.end() || !at->second.at_start) return false;
    // Messages that the user wrote before the stream ended may still be sent.
    if (entry.direction == queue::Direction::mail && entry.taken < since_) return false;
    if (at->second.id.empty()) ask_now(account->jid, at->second);
    at->second.held.emplace_back(entry.direction, std::pair(entry.account, entry.contact));
    return true;
}

void AccountEnd::refused(const std::string& jid, const std::string& condition) {
    if (!says_nobody(condition) || !is_vouched(jid)) return;
    const Time now = now_();
    if (asked_.size() >= most_remembered) asked_.clear();
    auto& last = asked_[jid];
    if (last != Time{} && now - last < patience_.again) return;
    last = now;
    ask(jid, false);
}

// --- results

void AccountEnd::cancelled(const std::string& jid) {
    if (!is_vouched(jid)) return settle(jid);  // the user declined a subscription request of the gateway
    const Account* mailbox = directory_.mailbox_of(jid);
    set_vouched(jid, false);
    mailbox ? park(*mailbox) : unsubscribed(jid);
    settle(jid);
}

/// The user could not be seen after an absence of the gateway: somebody else may have the name now.
void AccountEnd::lost(const std::string& jid) {
    const Account* relay = directory_.relay_of(jid);
    if (relay) {
        log::info("account of {}: its user no longer lets the gateway see them; the relay account is deleted", jid);
        directory_.remove(relay->id, [this, jid](const Store::Failure& failure) {
            if (!failure) return settle(jid);
            after_(patience_.again, [this, jid] {  // until then its messages stay held
                const auto at = questions_.find(jid);
                if (at != questions_.end() && at->second.requested) lost(jid);
            });
        });
    }
    if (const Account* mailbox = directory_.mailbox_of(jid)) park(*mailbox);
    if (!relay) settle(jid);
}

void AccountEnd::park(const Account& mailbox) {
    const std::string jid = mailbox.jid, lang = mailbox.lang;
    log::info("account of {}: its user no longer lets the gateway see them; the mailbox is parked", jid);
    directory_.park(mailbox.id, [this, jid, lang](const Store::Failure&, std::int64_t waiting) {
        // The reader may be somebody else, who must not learn the mail address.
        std::string text = say(
            lang,
            "You no longer let me see you, so I cannot tell whether you are still the one who linked a mailbox here. I "
            "have forgotten its password, and neither read nor send any more. To go on, link it again: register, or "
            "use "
            "the command “link”. To delete everything stored of it, write: unlink");
        if (waiting > 0) text += "\n" + say(lang, "Messages that wait are kept until then.");
        to_say_[jid] = text;  // replaces a waiting one: ejabberd sends both cancellations, this one last
        say_and_see(jid);
    });
}

void AccountEnd::unsubscribed(const std::string& jid) {
    if (directory_.of_user(jid) == nullptr) return;
    if (to_say_.emplace(jid, words(jid)).second) say_and_see(jid);
}

/// The state of the account, for a user who removed a contact.
std::string AccountEnd::words(const std::string& jid) const {
    const Account& account = *directory_.of_user(jid);
    if (account.kind == Account::Kind::mailbox) {
        return say(account.lang, "Your mailbox {1} stays linked. To unlink it, write: unlink",
                   {account.address.addr_spec()});
    }
    return say(account.lang, "Mail users reach you at {1}.", {account.address.addr_spec()});
}

/// After a delay, so that a server that is removing an account can finish.
void AccountEnd::say_and_see(const std::string& jid) {
    after_(patience_.words, [this, jid] {
        const auto text = to_say_.extract(jid);
        if (text.empty()) return;
        xmpp::Tag message("message");
        message.addAttribute("type", "chat");
        message.addAttribute("id", mint_stanza_id().value);
        message.addAttribute("from", component_);
        message.addAttribute("to", jid);
        xmpp::add(message, "body", {}, xmpp::clean(text.mapped()));
        stream_.deliver(message, [this, jid](const xmpp::Outcome& outcome) {
            if (outcome.kind == xmpp::Outcome::Kind::refused && says_nobody(outcome.error.condition)) end(jid);
        });
    });
}

void AccountEnd::end(const std::string& jid) {
    std::set<AccountId> accounts;
    for (const Account* account :
         {directory_.mailbox_of(jid), directory_.relay_of(jid), directory_.at_rest(jid, Account::Kind::mailbox)}) {
        if (account) accounts.insert(account->id);
    }
    log::info("account of {}: its Jabber account has ended; everything stored of it is deleted", jid);
    for (const AccountId id : accounts) directory_.remove(id, {});
    settle(jid);
}

}  // namespace gateway
