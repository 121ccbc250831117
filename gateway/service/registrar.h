// The registrar: who may link a mailbox; linking and unlinking.
//
// [XEP-0100 §4.1-§4.3]. Independent of stanzas: registration, ad-hoc commands and chat commands call it and send its
// texts in their own form. Answers come after the login was checked and the account is committed. A user has few
// attempts, and one at a time.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "gateway/accounts/relay_accounts.h"
#include "gateway/model/rate_limit.h"
#include "gateway/service/account_forms.h"
#include "gateway/service/link_observer.h"
#include "gateway/service/registration.h"
#include "gateway/transport/linked_mailboxes.h"

namespace gateway {

/// The result of a command: a text for the user, and the stanza error if it failed.
struct CommandResult {
    std::string words;
    std::string type{}, condition{};  // of the stanza error; "": success
    bool good() const { return condition.empty(); }
    bool cancelled = false;  // by the user
};

class Registrar : public std::enable_shared_from_this<Registrar> {
  public:
    using Done = std::function<void(CommandResult)>;
    /// `now`: the clock of the rate limits.
    Registrar(Directory&, RelayAccounts&, LinkedMailboxes&, LinkObserver&, ServiceSettings, RateLimit::Now now);

    bool may_link(const std::string& jid) const;
    bool may_use(const std::string& jid) const;
    const Account* mailbox(const std::string& jid) const { return directory_.mailbox_of(jid); }
    /// The answer to a user who may not link.
    CommandResult not_allowed(const std::string& jid, const std::string& lang) const;
    /// The answer to a user whose account is damaged; nullopt if it is not.
    std::optional<CommandResult> damage(const std::string& jid, const std::string& lang) const;
    /// Whether this user may have a relay account, for which nothing is linked.
    bool is_relay_user(const std::string& jid) const;

    void link(const std::string& jid, const LinkForm&, const std::string& lang, Done);
    /// Cancels the check of this user's login: nothing is linked, and `done` is called at once. False if no check is
    /// running, or it is too late.
    bool cancel_link(const std::string& jid);
    /// Deletes everything stored of the user.
    void unlink(const std::string& jid, const std::string& lang, Done);
    /// Changes which mail the user takes. A relay user may do so before the first message.
    void change(const std::string& jid, const account_forms::MailSettings&, const std::string& lang, Done);
    /// How the mail server files chats [COI-S "Getting COI Namespace Configuration"]. `wanted`: none, active, seen, or
    /// off (or the German words); "" only says what holds.
    void file_chats(const std::string& jid, const std::string& wanted, const std::string& lang, Done);
    /// What is linked and its state; several lines.
    std::string status(const std::string& jid, const std::string& lang) const;
    /// Chooses the language in which the user is answered; "": that of the client.
    void choose_language(const std::string& jid, const std::string& chosen, const std::string& lang, Done);
    /// The user has used a command word of this language.
    void note_word_language(const std::string& jid, const std::string& lang);
    /// The settings and their present values.
    std::string settings_of(const std::string& jid, const std::string& lang) const;
    /// The language of the stanza, which is stored; without one, the stored language.
    std::string language(const xmpp::Tag& stanza, const std::string& jid);

    Directory& directory() const { return directory_; }
    LinkedMailboxes& mailboxes() const { return mailboxes_; }
    const ServiceSettings& settings() const { return settings_; }
    RateLimit::Clock::time_point now() const { return now_(); }
    void reload(ServiceSettings settings) { settings_ = std::move(settings); }

  private:
    std::optional<CommandResult> refusal(const std::string& jid, const std::string& lang);
    void store(const std::string& jid, const LinkRequest&, LinkOutcome, const std::string& lang, Done);
    void save(Account, std::vector<Cursor> start, bool fresh, const std::string& lang, Done);
    void change(const Account&, const account_forms::MailSettings&, const std::string& lang, Done);
    void remove(AccountId, std::function<void(Store::Failure, std::int64_t unsent)> done);
    void with_account(const std::string& jid, const std::string& lang, const Done&,
                      std::function<void(Registrar&, const Account&)> go_on);
    CommandResult store_trouble(const std::string& lang) const;

    Directory& directory_;
    RelayAccounts& relay_accounts_;
    LinkedMailboxes& mailboxes_;
    LinkObserver& observer_;
    ServiceSettings settings_;
    RateLimit::Now now_;
    RateLimit attempts_{5, std::chrono::minutes(10)}, questions_{10, std::chrono::minutes(10)};
    struct Check {
        std::string lang;
        Done done;
    };
    std::map<std::string, std::shared_ptr<Check>> busy_;  // by user: running checks of logins
};

}  // namespace gateway
