// The registrar: who may link a mailbox, and the linking and unlinking itself.
//
// [XEP-0100 §4.1-§4.3]. Knows nothing of stanzas: registration, commands and chat words ask it and put its words into
// their own shape. Answers come after the login was checked and the account is committed. Few attempts per user and one
// at a time.

#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "gateway/registration.h"

namespace gateway {

/// At most `most` times per key within `window`. Keys that were quiet are forgotten.
class Allowance {
  public:
    using Clock = std::chrono::steady_clock;
    Allowance(std::size_t most, Clock::duration window) : most_(most), window_(window) {}
    bool take(const std::string& key, Clock::time_point now);

  private:
    void forget_quiet(Clock::time_point now);
    std::size_t most_;
    Clock::duration window_;
    std::unordered_map<std::string, std::deque<Clock::time_point>> taken_;
};

/// How something ended: words for the user, and for an error its stanza condition.
struct Verdict {
    std::string words;
    std::string type{}, condition{};  // of the stanza error; "" : it worked
    bool good() const { return condition.empty(); }
};

class Registrar : public std::enable_shared_from_this<Registrar> {
  public:
    using Done = std::function<void(Verdict)>;
    Registrar(Directory&, ServiceSettings, ServiceCalls);

    bool may_link(const std::string& jid) const;
    bool may_use(const std::string& jid) const;
    const Account* mailbox(const std::string& jid) const { return directory_.mailbox_of(jid); }
    /// Why somebody may not link.
    Verdict not_allowed(const std::string& lang) const;

    void link(const std::string& jid, const LinkForm&, const std::string& lang, Done);
    /// Deletes everything stored of the user.
    void unlink(const std::string& jid, const std::string& lang, Done);
    void change(const std::string& jid, Take, bool sent_copy, const std::string& lang, Done);
    /// What is linked and how it is doing; several lines.
    std::string status(const std::string& jid, const std::string& lang) const;
    std::string help(const std::string& jid, const std::string& lang) const;
    /// The language of a stanza, which is remembered, or else the one its user spoke last.
    std::string language(const xmpp::Tag& stanza, const std::string& jid);

    Directory& directory() { return directory_; }
    const ServiceSettings& settings() const { return settings_; }
    const ServiceCalls& calls() const { return calls_; }
    void reload(ServiceSettings settings) { settings_ = std::move(settings); }

  private:
    std::optional<Verdict> refusal(const std::string& jid, const std::string& lang);
    void store(const std::string& jid, const LinkRequest&, MailboxLogin, const std::string& lang, Done);
    void save(Account, bool fresh, const std::string& lang, Done);
    Verdict store_trouble(const std::string& lang) const;

    Directory& directory_;
    ServiceSettings settings_;
    ServiceCalls calls_;
    Allowance attempts_{5, std::chrono::minutes(10)};
    std::set<std::string> busy_;  // users whose login is being checked
};

}  // namespace gateway
