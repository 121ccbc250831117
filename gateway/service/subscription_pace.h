// Sends subscription requests and answers at the pace that the users' server lets through.
//
// COMPAT ejabberd: mod_pres_counter (on in Debian's configuration) silently drops subscription stanzas of a component
// above five, until the component has sent none for a minute. What waits goes in order of urgency; among what is as
// urgent, users take turns. The last word of a contact to a user replaces what it said before.

#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
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
    /// Sends it now or later, and `follows` after it: presence that the server forwards only then. Where too many wait,
    /// one is dropped: a server asks again with a probe.
    void send(xmpp::Stanza, xmpp::Stanza follows = nullptr);

  private:
    struct Change {
        xmpp::Stanza stanza, follows;
    };
    /// Changes that are equally urgent.
    struct Line {
        std::map<std::string, std::map<std::string, Change>> of_user;  // by bare JID, then by what they replace
        std::deque<std::string> turn;                                  // each of these users once
    };
    void wait(Change);
    bool make_room(std::size_t urgency);
    Change next();
    void send_some();

    JabberStream& stream_;
    std::string component_, server_;
    Timer after_;
    std::string question_;       // id of the query to the server
    bool is_counted_ = false;    // the server limits subscription stanzas
    int sent_ = 0;               // since the last pause
    std::uint64_t last_ = 0;     // number of the last one
    std::array<Line, 3> lines_;  // the most urgent first
    std::size_t waiting_ = 0;    // in all of them
};

}  // namespace gateway
