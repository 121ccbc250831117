// The command about a COI server: how it files chats, and to change that; see registrar.h.

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/localization.h"
#include "gateway/log.h"
#include "gateway/service/answer_lines.h"
#include "gateway/service/registrar.h"
#include "gateway/transport/server_trouble.h"

namespace gateway {
namespace {

/// The message filter that a word names, "" for off; nullopt: it names none.
std::optional<std::string> filter_named(const std::string& word) {
    if (word == "off" || word == "aus") return "";
    if (word == "on" || word == "an" || word == "ein") return "none";
    constexpr std::array filters{"none", "active", "seen"};
    return std::ranges::find(filters, word) == filters.end() ? std::nullopt : std::optional(word);
}

std::string state_words(const coi::ServerSettings& server, const std::string& lang) {
    if (!server.enabled) return say(lang, "Your mail server can file chats by itself (COI), which is off.");
    if (server.filter == "active")
        return say(lang, "Your mail server files chats in a folder of their own as they arrive (COI, filter active).");
    if (server.filter == "seen")
        return say(lang,
                   "Your mail server files chats in a folder of their own once they were read (COI, filter seen).");
    return say(lang, "Your mail server marks chats and leaves them in the inbox (COI, filter none).");
}

}  // namespace

void Registrar::file_chats(const std::string& jid, const std::string& wanted, const std::string& lang, Done done) {
    const auto refuse = [&done](const std::string& words) { done({words, "modify", "not-acceptable"}); };
    const std::string how = say(lang, "Write: coi none, coi active, coi seen or coi off.");
    std::optional<std::string> filter;
    if (!wanted.empty() && !(filter = filter_named(wanted))) return refuse(how);
    with_account(jid, lang, done, [filter, lang, how, done](Registrar& self, const Account& account) {
        if (account.kind != Account::Kind::mailbox)
            return done({say(lang, "You have not linked a mailbox. Write “link” to see how."), "auth",
                         "registration-required"});
        if (!self.questions_.take(account.jid, self.now()))
            return done({say(lang, "These were too many attempts. Please try again in ten minutes."), "wait",
                         "policy-violation"});
        self.mailboxes_.coi_server(
            account, filter, [account, lang, how, done](const coi::Result<coi::ServerSettings>& server) {
                if (!server) {
                    log::info("mailbox of {}: its COI settings: {}", account.jid, server.error().text);
                    return done({trouble_words(lang, account.login.imap, account.login.oauth, server.error(),
                                               NextAttempt::by_user),
                                 "cancel", "remote-server-not-found"});
                }
                if (!server->coi) {
                    return done({say(lang,
                                     "Your mail server is no COI server: it does not file chats by itself. "
                                     "Nothing is to be set; your chats work all the same.")});
                }
                done({state_words(*server, lang) + "\n" + how});
            });
    });
}

}  // namespace gateway
