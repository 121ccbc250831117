// What the users show of themselves: their picture, for contacts that can show it, and the name that they publish.
//
// Followed by events of their servers [XEP-0084 §3.3], [XEP-0172 §4.3], which come because the gateway's presence says
// that it wants them (service/disco), and by the hash in their presence [XEP-0153 §3.2], which counts only until an
// event has come: servers convert pictures, and then the hashes differ. A picture is fetched once for each change, one
// of a user at a time. It is kept as it is, or not at all (gateway/model/picture).

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "gateway/accounts/directory.h"
#include "gateway/model/rate_limit.h"
#include "gateway/model/stanza_sender.h"
#include "gateway/store/store.h"
#include "xmpp/stanza.h"

namespace gateway {

class UserProfiles {
  public:
    UserProfiles(Directory& directory, Store& store, StanzaSender& stream, std::string component,
                 RateLimit::Now now = RateLimit::Clock::now)
        : directory_(directory),
          store_(store),
          stream_(stream),
          component_(std::move(component)),
          now_(std::move(now)) {}

    /// A client of a user is available.
    void take_presence(const xmpp::Tag& presence);
    /// A notification of a user's server; false if the message is something else.
    bool take_event(const xmpp::Tag& message);
    /// The answer to a question of ours; false if it is something else.
    bool take_answer(const xmpp::Tag& iq);
    /// The stream is down: no answer comes.
    void offline() { asked_.clear(); }

    /// What this contact has not had yet of the user's picture: without bytes if there is none any more; nullopt:
    /// nothing, or it is not known now.
    void news_for(const Contact&, std::function<void(std::optional<Picture>)> done);

  private:
    /// Where a picture is: in a node of personal eventing, or in the vCard.
    struct Source {
        bool is_event = false;
        std::string id;  // as it was announced; "": there may be none
        bool operator==(const Source&) const = default;
    };
    struct Asked {
        Source source;
        RateLimit::Clock::time_point since;
        std::optional<Source> next{};  // announced meanwhile
    };
    void follow(const std::string& user, const Source&);
    void ask(const std::string& user, const Source&);
    void use(const std::string& user, Picture);
    void with_id(AccountId, std::function<void(const std::string&)> done);

    Directory& directory_;
    Store& store_;
    StanzaSender& stream_;
    std::string component_;
    RateLimit::Now now_;
    std::map<AccountId, std::string> ids_;     // of the users' pictures, as far as they were needed
    std::map<std::string, Source> announced_;  // by user: the last one
    std::set<std::string> publishing_;         // users of whom events come
    std::map<std::string, Asked> asked_;       // by user
    RateLimit fetched_{10, std::chrono::minutes(10)};
};

}  // namespace gateway
