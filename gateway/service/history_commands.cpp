// The command for old messages: history.

#include <algorithm>
#include <charconv>
#include <utility>

#include "gateway/localization.h"
#include "gateway/service/privacy_commands.h"
#include "gateway/transport/server_trouble.h"

namespace gateway {
namespace {

constexpr std::size_t usual = 20, most = 100;

/// How many mails; nullopt if it is no number.
std::optional<std::size_t> number_typed(const std::string& text) {
    if (text.empty()) return usual;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) return most;
    if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
    return std::min(number, most);
}

std::string ended(const Account& account, const std::string& who, const coi::Result<History>& history) {
    const std::string& lang = account.lang;
    if (!history) {
        return say(
            lang, "The history with {1} could not be fetched: {2}",
            {who, trouble_words(lang, account.login.imap, account.login.oauth, history.error(), NextAttempt::by_user)});
    }
    if (history->found == 0) return say(lang, "Your mail server has found no mail from or to {1}.", {who});
    return say(lang,
               "The history with {1} is here. Mails found: {2}; shown now: {3}. The others were here before, or are no "
               "chat.",
               {who, std::to_string(history->found), std::to_string(history->shown)});
}

}  // namespace

void PrivacyCommands::history(const Asker& asker, const std::string& contact, const std::string& number, Done done) {
    const auto wanted = number_typed(number);
    if (!wanted) return done(wrong(say(asker.lang, "Write: history CONTACT or history CONTACT 50")));
    const auto work = [self = shared_from_this(), asker, wanted = *wanted, done](const Account& account,
                                                                                 const Contact& met) {
        if (account.kind != Account::Kind::mailbox)
            return done(self->wrong(say(asker.lang, "Only a linked mailbox keeps old messages.")));
        if (met.canonical == account.address.canonical())
            return done(self->wrong(say(asker.lang, "This is your own address.")));
        if (!self->histories_.is_left(asker.jid, self->registrar_.now())) {
            return done(
                {say(asker.lang, "These were too many attempts. Please try again later."), "wait", "policy-violation"});
        }
        const std::string who = met.address.addr_spec();
        const HistoryStart start = self->registrar_.mailboxes().fetch_history(
            account.id, met.address, wanted, [self, id = account.id, who](const coi::Result<History>& history) {
                const Account* still = self->registrar_.directory().find(id);
                if (still) self->notices_.tell(*still, ended(*still, who, history));
            });
        if (start == HistoryStart::another_runs) {
            return done({say(asker.lang, "I am still fetching old messages. Please wait until they are here."), "wait",
                         "resource-constraint"});
        }
        if (start == HistoryStart::not_now) return done(self->trouble(asker.lang));
        self->histories_.take(asker.jid, self->registrar_.now());
        done({say(asker.lang, "I am looking for the last mails with {1} in your mailbox, at most {2}.",
                  {who, std::to_string(wanted)})});
    };
    with_contact(asker, contact, done, work);
}

}  // namespace gateway
