// The sessions of ad-hoc commands, and the pictures that their forms name.
//
// A session belongs to one full JID and one command [XEP-0050 §3.3]; it ends after ten minutes. A user has few of them,
// and there is a limit for all users: the oldest session gives way to a new one, so that a client that starts commands
// and never continues them cannot lock its user out. Pure: time is an argument.

#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace gateway {

class AdHocSessions {
  public:
    using Time = std::chrono::steady_clock::time_point;
    struct Session {
        std::string jid, node;  // full JID; the command
        Time until{};
        bool checking = false;  // a login is being checked: the session does not give way to others
    };

    /// Starts a session; returns its id.
    std::string start(const std::string& jid, const std::string& node, Time now);
    /// The session, if it belongs to this JID and command; otherwise nullptr.
    Session* find(const std::string& id, const std::string& jid, const std::string& node);
    /// Starts the session's lifetime again.
    static void prolong(Session&, Time now);
    /// Notes whether a login is being checked for the session, if it still exists.
    void note_checking(const std::string& id, bool checking);
    void end(const std::string& id) { sessions_.erase(id); }
    /// Removes what is older than its lifetime.
    void forget_old(Time now);

    /// Keeps a picture (PNG) of a user's for as long as a session lives. False if there are too many.
    bool keep_image(const std::string& cid, const std::string& user, const std::string& png, Time now);
    /// The PNG; nullopt if this user's forms named no such picture.
    std::optional<std::string> image(const std::string& cid, const std::string& user) const;

    /// A random id.
    static std::string fresh_id();

  private:
    void make_room(const std::string& user);

    struct Image {
        std::string user, png;
        Time until{};
    };
    std::map<std::string, Session> sessions_;  // by id
    std::map<std::string, Image> images_;      // by cid
};

}  // namespace gateway
