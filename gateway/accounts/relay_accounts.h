// The relay accounts of users: each is made once, when it is first needed.
//
// A user on the relay's domain can write and receive mail without linking a mailbox.

#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"

namespace gateway {

class RelayAccounts {
  public:
    struct Settings {
        std::string domain;                         // "": no relay
        IncomingFilter take = IncomingFilter::all;  // of a new account
    };
    RelayAccounts(Directory& directory, Settings settings) : directory_(directory), settings_(std::move(settings)) {}
    /// The relay account of a user (bare JID), made if there is none yet. `ready` gets nullptr if the user is not on
    /// the relay's domain, the account is damaged or being removed, or the store failed.
    void get(const std::string& jid, const std::string& lang, std::function<void(const Account*)> ready);
    void reload(Settings settings) { settings_ = std::move(settings); }

  private:
    Directory& directory_;
    Settings settings_;
    std::map<std::string, std::vector<std::function<void(const Account*)>>> being_made_;  // by JID
};

}  // namespace gateway
