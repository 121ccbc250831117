// Plain words to the gateway: for clients without forms, and for people who just ask.
//
// help, status, link, unlink, cancel, contact, mail, settings, and those of gateway/service/privacy_commands; English
// and German. Every message gets one answer, but a talkative program soon gets errors instead: two robots must not keep
// each other busy. The message itself is never logged: it may hold a password.

#pragma once

#include <memory>
#include <string>

#include "gateway/service/privacy_commands.h"
#include "gateway/service/registrar.h"

namespace gateway {

class ChatCommands {
  public:
    ChatCommands(Registrar& registrar, std::shared_ptr<PrivacyCommands> privacy)
        : registrar_(registrar), privacy_(std::move(privacy)) {}
    void take(const xmpp::Tag& message, const std::string& user);

  private:
    struct Asked;
    void answer(const Asked&);
    void too_many(const xmpp::Tag& message, const Asked&);
    void link(const Asked&);
    void cancel(const Asked&);
    void contact(const Asked&);
    void mail(const Asked&);
    bool answer_privacy(const Asked&);
    void policy(const Asked&);
    void key(const Asked&);
    Registrar& registrar_;
    std::shared_ptr<PrivacyCommands> privacy_;
    RateLimit answers_{20, std::chrono::minutes(1)};
    RateLimit told_{1, std::chrono::minutes(1)};
};

}  // namespace gateway
