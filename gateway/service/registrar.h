// The registrar: who may link a mailbox, and the linking and unlinking itself.
//
// [XEP-0100 §4.1-§4.3]. Knows nothing of stanzas: registration, commands and chat words ask it and put its words into
// their own shape. Answers come after the login was checked and the account is committed. Few attempts per user and one
// at a time.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "gateway/model/rate_limit.h"
#include "gateway/service/registration.h"

namespace gateway {

/// How something ended: words for the user, and for an error its stanza condition.
struct CommandResult {
    std::string words;
    std::string type{}, condition{};  // of the stanza error; "" : it worked
    bool good() const { return condition.empty(); }
    bool cancelled = false;  // by the user
};

class Registrar : public std::enable_shared_from_this<Registrar> {
  public:
    using Done = std::function<void(CommandResult)>;
    Registrar(Directory&, ServiceSettings, ServiceCalls);

    bool may_link(const std::string& jid) const;
    bool may_use(const std::string& jid) const;
    const Account* mailbox(const std::string& jid) const { return directory_.mailbox_of(jid); }
    /// Why somebody may not link.
    CommandResult not_allowed(const std::string& jid, const std::string& lang) const;
    /// What is to be said where the user's account is damaged.
    std::optional<CommandResult> damage(const std::string& jid, const std::string& lang) const;
    /// Whether an account of this user may be made without linking anything.
    bool is_relay_user(const std::string& jid) const;

    void link(const std::string& jid, const LinkForm&, const std::string& lang, Done);
    /// Gives up the login of this user that is being checked: nothing is linked, and `done` hears that at once. False:
    /// none is, or it is too late.
    bool cancel_link(const std::string& jid);
    /// Deletes everything stored of the user.
    void unlink(const std::string& jid, const std::string& lang, Done);
    /// A user of the relay may say what they take before their first message.
    void change(const std::string& jid, IncomingFilter, bool sent_copy, const std::string& lang, Done);
    /// What is linked and how it is doing; several lines.
    std::string status(const std::string& jid, const std::string& lang) const;
    /// What the user may change, and how it stands.
    std::string settings_of(const std::string& jid, const std::string& lang) const;
    std::string help(const std::string& jid, const std::string& lang) const;
    /// The language of a stanza, which is remembered, or else the one its user spoke last.
    std::string language(const xmpp::Tag& stanza, const std::string& jid);

    Directory& directory() { return directory_; }
    const ServiceSettings& settings() const { return settings_; }
    const ServiceCalls& calls() const { return calls_; }
    void reload(ServiceSettings settings) { settings_ = std::move(settings); }

  private:
    std::optional<CommandResult> refusal(const std::string& jid, const std::string& lang);
    void store(const std::string& jid, const LinkRequest&, LinkOutcome, const std::string& lang, Done);
    void save(Account, std::vector<Cursor> start, bool fresh, const std::string& lang, Done);
    void change(const Account&, IncomingFilter, bool sent_copy, const std::string& lang, Done);
    CommandResult store_trouble(const std::string& lang) const;

    Directory& directory_;
    ServiceSettings settings_;
    ServiceCalls calls_;
    RateLimit attempts_{5, std::chrono::minutes(10)};
    struct Check {
        std::string lang;
        Done done;
    };
    std::map<std::string, std::shared_ptr<Check>> busy_;  // by user: logins that are being checked
};

}  // namespace gateway
