// Messages from the gateway to one of its users; they wait in the queue like any message.
//
// The gateway sends them unasked: a mailbox in trouble, how a conversation is protected, a new key of a contact.

#pragma once

#include <functional>
#include <string>

#include "gateway/model/rate_limit.h"
#include "gateway/model/user_notices.h"
#include "gateway/store/outlet.h"
#include "gateway/store/store.h"

namespace gateway {

class Notices : public UserNotices {
  public:
    struct Settings {
        std::string component;  // the gateway's domain: the sender
        std::chrono::milliseconds expire = std::chrono::days(5);
    };
    Notices(Store& store, queue::Outlet& jabber, queue::Outlet& mail, Settings settings)
        : store_(store), jabber_(jabber), mail_(mail), settings_(std::move(settings)) {}

    void tell(const Account&, const std::string& text) override;
    void tell_in(const Account&, const std::string& contact_jid, const std::string& text) override;
    void tell_end_to_end(const Account&, const std::string& contact, const std::string& contact_jid,
                         const std::string& text) override;
    /// A mail from a linked mailbox's address to itself, unencrypted: a way that does not pass the Jabber server.
    /// `done`: false if the store is not available.
    void mail_to(const Account&, const std::string& subject, const std::string& text, std::function<void(bool)> done);
    /// Tells the user, once per contact, that the conversation is encrypted, and by what.
    void encrypted(const Account&, const Contact&) override;
    /// Tells the user that a contact's key was replaced, or that another key waits for the user to accept it; with both
    /// fingerprints. The latter at most a few times a day per contact, because anybody can cause it by a mail.
    void other_key(const Account&, const Contact&, const trust::KeyNews&) override;
    /// Tells the user of an automatic reply of a contact (a vacation notice), with its first words: once in a few days
    /// per contact.
    void away(const Account&, const Contact&, const coi::Message& answer) override;
    /// Tells the user that a SecureJoin handshake is complete, on either side.
    void verified(const Account&, const Contact&) override;
    /// Tells the user of a mail from their own address with a key of another program.
    void foreign_key(const Account&, const coi::openpgp::Fingerprint&) override;
    void reload(Settings settings) { settings_ = std::move(settings); }

  private:
    void put(const Account&, const std::string& from, const std::string& text, const std::string& contact = "");

    Store& store_;
    queue::Outlet& jabber_;
    queue::Outlet& mail_;
    Settings settings_;
    RateLimit aways_{1, std::chrono::days(4)}, all_aways_{20, std::chrono::days(1)};
    RateLimit offers_{3, std::chrono::days(1)}, all_offers_{20, std::chrono::days(1)};
};

}  // namespace gateway
