// Decides whether a client's OTR text is HTML, which the OTR message does not say [OTR v3 "Data Message"].
//
// Pidgin, Adium and Kopete send HTML; Psi sends plain text with HTML escapes; profanity, mcabber and others send what
// their users typed, which may be text about HTML. So each client is asked for its name [XEP-0092]. While the name is
// unknown, only text with the typical wrapping of such a program is read as HTML. Markup that is not complete, as these
// programs write it, is never removed: a visible tag is better than a lost word. Pure.

#pragma once

#include <map>
#include <string>

#include "xmpp/stanza.h"

namespace gateway {

class OtrMarkup {
  public:
    /// The query for the name of a client (full JID).
    static xmpp::Stanza question(const std::string& from, const std::string& peer);
    static bool is_answer(const xmpp::Tag& iq);
    void answered(const xmpp::Tag& iq);
    /// The text that the user wrote.
    std::string readable(const std::string& peer, const std::string& text) const;

  private:
    enum class Writes { unknown, plain, html };
    std::map<std::string, Writes> clients_;  // by full JID
};

}  // namespace gateway
