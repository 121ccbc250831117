// What the clients of our users want to hear, and what they show: each is asked once, when it is first heard of.
//
// [XEP-0030 §3.1], directly and not by the hash of its presence [XEP-0115]: a hash could be anybody's, and clients
// write to us that send us no presence.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/model/stanza_sender.h"
#include "xmpp/stanza.h"

namespace gateway {

class Clients {
  public:
    Clients(StanzaSender& stream, std::string component) : stream_(stream), component_(std::move(component)) {}

    bool knows(const std::string& client) const { return clients_.contains(client); }
    /// A client (full JID) that is not known has sent something: asks it.
    void heard_of(const std::string& client);
    void unavailable(const std::string& client) { clients_.erase(client); }
    /// The stream is down: who leaves now is not heard of.
    void offline() { clients_.clear(); }
    /// An answer to our question, or nothing of ours.
    bool is_answer(const xmpp::Tag& iq) const;
    /// The client that has answered. Counts once for each question.
    std::optional<std::string> take_answer(const xmpp::Tag& iq);

    /// Whether it shows the words of an error where its user reads. False as long as nothing is known.
    bool shows_errors(const std::string& client) const;
    /// Whether it leaves out the words of an error about a form, as far as is known.
    bool hides_form_errors(const std::string& client) const;
    /// Whether it leaves out what is said at the end of a command that had a form, as far as is known.
    bool hides_notes(const std::string& client) const;
    /// Whether it wants the names, the pictures, the OMEMO devices of contacts as events [XEP-0163 §4.2]. False as long
    /// as nothing is known.
    bool reads_names(const std::string& client) const { return wants(client, &Client::reads_names); }
    bool reads_pictures(const std::string& client) const { return wants(client, &Client::reads_pictures); }
    bool reads_devices(const std::string& client) const { return wants(client, &Client::reads_devices); }
    /// Those of the user's clients that want names, pictures. The bare JID if no client is known: a headline reaches
    /// all that are there, and who does not want it does not show it.
    std::vector<std::string> reading_names(const std::string& user) const {
        return wanting(user, &Client::reads_names);
    }
    std::vector<std::string> reading_pictures(const std::string& user) const {
        return wanting(user, &Client::reads_pictures);
    }

  private:
    struct Client {
        bool has_answered = false, reads_names = false, reads_pictures = false, reads_devices = false;
        bool shows_errors = false, hides_form_errors = false;
        bool hides_notes = false;
    };
    bool wants(const std::string& client, bool Client::* what) const;
    std::vector<std::string> wanting(const std::string& user, bool Client::* what) const;

    StanzaSender& stream_;
    std::string component_;
    std::map<std::string, Client> clients_;  // by full JID
};

}  // namespace gateway
