// Whether what a client writes under OTR is HTML, which nothing in OTR says [OTR v3 "Data Message"].
//
// Pidgin, Adium and Kopete write HTML, Psi plain text with HTML's escapes; profanity, mcabber and others write what
// their users typed, and those may write about HTML. So each client is asked for its name [XEP-0092]. While it is
// unknown, only what begins with a formatting program's own wrapping is read as HTML; and nothing that is not whole,
// as such a program writes it, ever is: a tag that is shown harms less than a word that is lost. Pure.

#pragma once

#include <map>
#include <string>

#include "xmpp/stanza.h"

namespace gateway {

class OtrMarkup {
  public:
    /// Asks a client (full JID) for its name.
    static xmpp::Stanza question(const std::string& from, const std::string& peer);
    static bool is_answer(const xmpp::Tag& iq);
    void answered(const xmpp::Tag& iq);
    /// What its user wrote.
    std::string readable(const std::string& peer, const std::string& text) const;

  private:
    enum class Writes { unknown, plain, html };
    std::map<std::string, Writes> clients_;  // by full JID
};

}  // namespace gateway
