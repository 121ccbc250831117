// Plain words to the gateway: for clients without forms, and for people who just ask.
//
// help, status, link, unlink, contact, mail; English and German. Every message gets one answer, but a talkative program
// gets few: two robots must not keep each other busy. The message itself is never logged: it may hold a password.

#pragma once

#include <string>

#include "gateway/registrar.h"

namespace gateway {

class ChatWords {
  public:
    explicit ChatWords(Registrar& registrar) : registrar_(registrar) {}
    void take(const xmpp::Tag& message, const std::string& user);

  private:
    struct Asked;
    void answer(const Asked&);
    void link(const Asked&);
    void contact(const Asked&);
    void mail(const Asked&);
    Registrar& registrar_;
    Allowance answers_{20, std::chrono::minutes(1)};
};

}  // namespace gateway
