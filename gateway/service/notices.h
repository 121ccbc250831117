// Lines of the gateway itself to one of its users: they wait in the queue like any message.
//
// What a user is told without having asked: a mailbox in trouble, how a conversation is protected, a contact's new key.

#pragma once

#include <functional>
#include <string>

#include "coi/message.h"
#include "gateway/model/account.h"
#include "gateway/model/rate_limit.h"
#include "gateway/model/trust.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway {

class Notices {
  public:
    struct Settings {
        std::string component;  // our domain: who speaks
        std::chrono::milliseconds expire = std::chrono::days(5);
    };
    using Committed = std::function<void(queue::Entry)>;
    Notices(Store& store, Settings settings, Committed to_jabber, Committed to_mail)
        : store_(store), settings_(std::move(settings)), jabber_(std::move(to_jabber)), mail_(std::move(to_mail)) {}

    void say_to(const Account&, const std::string& text);
    /// A mail from a linked mailbox's address to itself, in the clear: a way that does not pass the Jabber server.
    /// `done`: false if the store is away.
    void mail_to(const Account&, const std::string& subject, const std::string& text, std::function<void(bool)> done);
    /// Once per contact: their conversation is encrypted, and by what.
    void encrypted(const Account&, const Contact&);
    /// A contact's key was replaced by another, or another waits for the user's word: said with both. The second only a
    /// few times a day of one contact: anybody can write such mail.
    void other_key(const Account&, const Contact&, const trust::KeyNews&);
    /// A contact's mail system answered by itself (a vacation notice), with its first words: once in some days of one
    /// contact.
    void away(const Account&, const Contact&, const coi::Message& answer);
    /// An invite was followed to its end, by whichever side.
    void verified(const Account&, const Contact&);
    /// A mail from the user's own address brought a key that is not ours.
    void foreign_key(const Account&, const coi::openpgp::Fingerprint&);
    void reload(Settings settings) { settings_ = std::move(settings); }

  private:
    Store& store_;
    Settings settings_;
    Committed jabber_, mail_;
    RateLimit aways_{1, std::chrono::days(4)}, all_aways_{20, std::chrono::days(1)};
    RateLimit offers_{3, std::chrono::days(1)}, all_offers_{20, std::chrono::days(1)};
};

}  // namespace gateway
