// The last stage of an arriving mail: one commit with all that belongs to it, and what follows; see incoming.h.

#include <algorithm>
#include <optional>
#include <utility>

#include "coi/mail/chat_data.h"
#include "gateway/accounts/contact_weight.h"
#include "gateway/encryption/otr_messages.h"
#include "gateway/log.h"
#include "gateway/pipeline/duplicates.h"
#include "gateway/pipeline/incoming.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/pipeline/profile_news.h"
#include "gateway/pipeline/standing.h"
#include "gateway/translate/conversation.h"

namespace gateway {
namespace {

/// Where the mail is the conversation's last one.
void note_heard(const coi::Message& mail, Contact& known, Time now) {
    if (mail.id.empty() || known.last_in != mail.id) return;
    known.heard = mail.date ? std::min<Time>(*mail.date, now) : now;
}

bool is_kept(const DeliveryResult& verdict) {
    return verdict.kind == DeliveryResult::Kind::taken || verdict.kind == DeliveryResult::Kind::open;
}

}  // namespace

/// Completes what is committed with what every mail brings.
Task<TakenIncoming> IncomingPipeline::commit(const IncomingMail& mail, TakeIncoming what, Turn turn) {
    const bool is_report = what.known.message != mail.mail.id;  // what it tells is told once, whoever tells it
    if (!is_report) {
        what.proven = proven_name(mail, seal_);
        what.place = mail.place;
    }
    if (what.other != AccountId{}) what.copies = copies_of(mail, seal_);
    what.cursor = mail.cursor;
    what.key_update = mail.key_update;
    co_return co_await answer_of<TakenIncoming>([&](auto done) {
        take_incoming(modules_.store, std::move(what), std::move(done));
        turn.reset();  // the next message of the conversation finds this one in the store
    });
}

/// Waits for the verdict on the copy that the user's other account got, as long as an LMTP client waits for it.
Task<> IncomingPipeline::copy_is_settled(std::int64_t entry) {
    if (!modules_.verdicts.waits_for(entry)) co_return;
    co_await called_back<DeliveryResult>(
        [&](auto done) { modules_.verdicts.wait_for(entry, modules_.now(), std::move(done)); });
}

/// Gives the committed entries to the scheduler. `message`: what the mail says, if it is a message.
Task<DeliveryResult> IncomingPipeline::hand_over(IncomingMail& mail, TakenIncoming taken, const Event* message) {
    const bool wait = taken.entries.front().tentative;
    mail.in_hand.reset();  // nothing of it is worked on any more
    if (taken.is_replay) {
        log::info("an encrypted mail of {} came again under another Message-ID", mail.mail.from.front().canonical());
    }
    if (taken.is_duplicate && wait && taken.open != 0) {
        // The first copy's session may be long gone: its verdict is still this one's.
        co_return co_await called_back<DeliveryResult>(
            [&](auto done) { modules_.verdicts.wait_for(taken.open, modules_.now(), std::move(done)); });
    }
    if (taken.is_duplicate) co_return DeliveryResult{DeliveryResult::Kind::duplicate, "it was taken before"};

    if (!modules_.directory.keeps(mail.account)) {  // removed while this was committed: nobody has got it
        for (const auto& entry : taken.entries) queue::refuse_delivery(modules_.store, entry, [](const auto&) {});
        co_return DeliveryResult{DeliveryResult::Kind::busy, "the account was removed meanwhile"};
    }
    // The conversation knows of a mail before its stanza leaves: a quick answer comes before the server's proof that
    // it took the stanza.
    const bool is_met = modules_.directory.contact(mail.account, mail.mail.from.front().canonical()) != nullptr;
    if (mail.key_update) note_keys(mail.account, *mail.key_update, taken.keys);
    const auto change = message ? note_message(mail, *message, is_met) : std::nullopt;
    DeliveryResult verdict;
    if (taken.is_elsewhere) {
        verdict.reason = "it came by another way";
    } else if (wait) {
        verdict = co_await called_back<DeliveryResult>([&](auto done) {
            modules_.verdicts.wait_for(taken.entries.front().id, modules_.now(), std::move(done));
            modules_.to_jabber.committed(std::move(taken.entries.front()));
        });
        taken.entries.erase(taken.entries.begin());
        for (auto& entry : taken.entries) {  // its files
            if (is_kept(verdict))
                modules_.to_jabber.committed(std::move(entry));
            else
                queue::refuse_delivery(modules_.store, entry, [](const auto&) {});
        }
    } else {
        for (auto& entry : taken.entries) modules_.to_jabber.committed(std::move(entry));
    }
    if (change) conclude(mail, *change, verdict);
    if (message && message->get<Call>() && is_kept(verdict) && !taken.is_elsewhere) end_call(mail);
    if (const auto* place = message ? message->get<Location>() : nullptr; place && place->is_live && is_kept(verdict))
        live_positions_.take(conversation_of(mail), RateLimit::Clock::now());
    co_return verdict;
}

std::optional<IncomingPipeline::ContactChange> IncomingPipeline::note_message(const IncomingMail& mail,
                                                                              const Event& message, bool is_met) {
    Directory& directory = modules_.directory;
    const coi::Address& writer = mail.mail.from.front();
    if (directory.find(mail.account) == nullptr) return std::nullopt;
    ContactChange change;
    change.met = is_met;
    change.before = directory.known_or_new(mail.account, writer);
    // A user with a mailbox and a relay address writes from one of them: answers continue what came to either.
    const Account* main = directory.of_user(directory.find(mail.account)->jid);
    if (main != nullptr && main->id != mail.account) {
        Event read = message;
        directory.change(main->id, writer, [&](Contact& known) {
            note_read(mail.mail, read, known, {mail.proof(), mail.protection.encrypted});
            note_heard(mail.mail, known, modules_.now());
        });
    }
    Event read = message;
    change.after = directory.change(mail.account, writer, [&](Contact& known) {
        note_read(mail.mail, read, known, {mail.proof(), mail.protection.encrypted});
        note_standing(mail, known.privacy);
        note_heard(mail.mail, known, modules_.now());
    });
    if (!is_met || change.before.address.name != change.after.address.name) modules_.names.changed(change.after);
    return change;
}

/// A mail that is not taken taught nothing: tried again, it says all that it said before.
void IncomingPipeline::conclude(const IncomingMail& mail, const ContactChange& change, const DeliveryResult& verdict) {
    Directory& directory = modules_.directory;
    const auto& [met, before, after] = change;
    const Contact* known = directory.contact(mail.account, after.canonical);
    if (known == nullptr || directory.find(mail.account) == nullptr) return;
    if (is_kept(verdict)) {
        const Account& account = *directory.find(mail.account);
        learn_profile(mail, before.privacy);
        if (after.privacy.encrypted && !before.privacy.encrypted) modules_.notices.encrypted(account, *known);
        if (after.privacy.tunnel_offered == before.privacy.tunnel_offered) return;
        if (const auto words = otr_messages::tunnel_offered(*known, account.lang))
            modules_.notices.tell(account, *words);
    } else if (*known == after && met) {
        directory.change(mail.account, before.address, [&](Contact& changed) { changed = before; });
    } else if (*known == after) {
        directory.remove_contact(mail.account, before.canonical);
    }
}

/// A user with a mailbox and a relay address sees the contact through one of them. Where the user encrypts, nothing of
/// the mail goes to their server in the clear, and presence does.
void IncomingPipeline::learn_profile(const IncomingMail& mail, const Privacy& before) {
    Directory& directory = modules_.directory;
    const Account* account = directory.find(mail.account);
    if (account == nullptr) return;
    const std::string writer = mail.mail.from.front().canonical();
    const Account* main = directory.of_user(account->jid);
    const Contact* other = main && main->id != mail.account ? directory.contact(main->id, writer) : nullptr;
    if (before.spoken != EndToEnd::none || (other && other->privacy.spoken != EndToEnd::none)) return;
    const ProfileNews news = profile_news(mail, before);
    if (news == ProfileNews{}) return;
    modules_.profiles.learn(mail.account, writer, news);
    if (other) modules_.profiles.learn(main->id, writer, profile_news(mail, other->privacy));
}

/// Key of the rate limits: user, author, strength of proof. A forged From uses up nothing of its owner's.
std::string IncomingPipeline::conversation_of(const IncomingMail& mail) const {
    const Account* account = modules_.directory.find(mail.account);
    return (account ? account->jid : "") + "\n" + mail.mail.from.front().canonical() + "\n" +
           std::to_string(static_cast<int>(mail.proof()));
}

/// Where somebody is just now comes each minute while they move: their reader sees it now and then.
bool IncomingPipeline::is_too_soon(const IncomingMail& mail, const Location& place) const {
    return place.is_live && !live_positions_.is_left(conversation_of(mail), RateLimit::Clock::now());
}

/// A caller's program rings for two minutes. Nothing goes to those who prove nothing, nor to strangers with a key that
/// nobody knows: anybody can write their From.
void IncomingPipeline::end_call(const IncomingMail& mail) {
    constexpr auto patience = std::chrono::minutes(10);  // clocks differ
    const coi::Address& caller = mail.mail.from.front();
    const Account* account = modules_.directory.find(mail.account);
    const Contact* contact = modules_.directory.contact(mail.account, caller.canonical());
    if (account == nullptr || contact == nullptr || !mail.mail.date) return;
    const bool is_over = modules_.now() - *mail.mail.date > patience;
    const bool is_proven = mail.proof() >= trust::Proof::server ||
                           (mail.proof() == trust::Proof::first_key && weight(*contact) >= Weight::written_to);
    if (is_over || !is_proven || !trust::may(mail.proof(), trust::state_of(contact->privacy), trust::Change::mark))
        return;
    if (ended_calls_.take(conversation_of(mail), RateLimit::Clock::now()))
        modules_.calls.end_call(mail.account, caller, mail.mail.id);
}

}  // namespace gateway
