// Sends subscription requests and answers at the pace that the users' server lets through.
//
// COMPAT ejabberd: mod_pres_counter (on in Debian's configuration) silently drops subscription stanzas of a component
// above five, until the component has sent none for a minute.

#pragma once

#include <deque>
#include <string>

#include "gateway/model/jabber_stream.h"
#include "gateway/model/timer.h"
#include "xmpp/stanza.h"

namespace gateway {

class SubscriptionPace {
  public:
    /// `server`: the users'; "": its software is not asked for.
    SubscriptionPace(JabberStream&, std::string component, std::string server, Timer after);
    /// The stream is up: asks the server what it is.
    void online();
    /// Takes the answer; false if the iq is something else.
    bool take_answer(const xmpp::Tag& iq);
    /// Sends it now or later, and `follows` after it: presence that the server forwards only then.
    void send(xmpp::Stanza, xmpp::Stanza follows = nullptr);

  private:
    void send_some();

    JabberStream& stream_;
    std::string component_, server_;
    Timer after_;
    std::string question_;     // id of the query to the server
    bool is_counted_ = false;  // the server limits subscription stanzas
    int sent_ = 0;             // since the last pause
    std::uint64_t last_ = 0;   // number of the last one
    struct Change {
        xmpp::Stanza stanza, follows;
    };
    std::deque<Change> later_;  // the most urgent first
};

}  // namespace gateway
