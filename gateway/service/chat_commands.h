// Commands as chat messages to the gateway: for clients without forms.
//
// help, status, link, unlink, cancel, contact, mail, settings, and those of gateway/service/privacy_commands; in
// English and German. Every message gets one answer. Above a rate limit the answers are errors, so that two automatic
// programs cannot answer each other for ever. The message is never logged: it may contain a password.

#pragma once

#include <memory>
#include <string>

#include "gateway/service/invite_picture.h"
#include "gateway/service/privacy_commands.h"
#include "gateway/service/registrar.h"

namespace gateway {

class ChatCommands {
  public:
    ChatCommands(Registrar& registrar, std::shared_ptr<PrivacyCommands> privacy, StanzaSender& sender,
                 InvitePicture& invite_picture)
        : registrar_(registrar), privacy_(std::move(privacy)), sender_(sender), invite_picture_(invite_picture) {}
    void take(const xmpp::Tag& message, const std::string& user);

  private:
    struct Asked;
    void answer(const Asked&);
    void too_many(const xmpp::Tag& message, const Asked&);
    void link(const Asked&);
    void cancel(const Asked&);
    std::string help(const Asked&) const;
    void unlink(const Asked&);
    void language(const Asked&);
    void contact(const Asked&);
    void mail(const Asked&);
    void invite(const Asked&);
    bool answer_privacy(const Asked&);
    void policy(const Asked&);
    void key(const Asked&);
    Registrar& registrar_;
    std::shared_ptr<PrivacyCommands> privacy_;
    StanzaSender& sender_;
    InvitePicture& invite_picture_;
    RateLimit answers_{20, std::chrono::minutes(1)};
    RateLimit told_{1, std::chrono::minutes(1)};
};

}  // namespace gateway
