// Finds the Jabber server's file store, and asks it for places for files.
//
// [XEP-0363 §3, §4]. Where the server allows it, a slot is asked for on the user's behalf [XEP-0356 §6]: the file then
// counts in the user's own quota. Elsewhere the gateway asks for itself.

#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "coi/result.h"
#include "gateway/model/stanza_sender.h"
#include "gateway/model/timer.h"
#include "gateway/transport/http.h"
#include "xmpp/xep/xep0363_upload.h"

namespace gateway {

class UploadSlots {
  public:
    using Done = std::function<void(coi::Result<xmpp::xep0363::Slot>)>;
    struct Settings {
        std::string component;      // our domain
        std::string server_domain;  // of the Jabber server, whose services are used
    };
    UploadSlots(StanzaSender& stream, Timer after, Settings settings)
        : stream_(stream), after_(std::move(after)), settings_(std::move(settings)) {}

    void online();
    void offline();
    /// Notes whether the server lets us ask for its users.
    void take_grant(const xmpp::Tag& message);
    /// False if the iq is no answer to us.
    bool take_answer(const xmpp::Tag& iq);

    /// The largest file of the service, in bytes; 0: there is no service.
    std::size_t largest() const { return service_.empty() ? 0 : largest_; }
    /// Whether the server may have one that is not known now.
    bool is_unsure() const { return !is_online_ || (service_.empty() && !has_looked_); }
    /// Whether files of the store lie there, as far as the server has said so.
    bool is_of_store(const HttpAddress&) const;
    /// `user`: bare JID. Not called back before this function returns.
    void ask(const std::string& user, xmpp::xep0363::Request, Done);

  private:
    struct Asked {
        std::string user;
        xmpp::xep0363::Request request;
        bool on_behalf = false;  // of the user
        Done done;
    };
    void discover_all();
    void discover(const std::string& jid, const char* ns);
    bool take_discovery(const xmpp::Tag& iq);
    void end_discovery(const std::string& id);
    void send(Asked, bool on_behalf);
    void fail(const std::string& id, coi::Error);

    StanzaSender& stream_;
    Timer after_;
    Settings settings_;
    bool is_online_ = false, may_ask_for_users_ = false;
    bool has_looked_ = false;  // all that was asked since the stream is up has answered, or does not
    std::size_t streams_ = 0;  // how many there were
    std::string service_;      // its JID; "": none
    std::size_t largest_ = 0;
    std::set<std::string> places_;  // of the addresses of slots: host, port and first step of the path
    std::map<std::string, std::string> discovering_;  // JID by the id of the question
    std::map<std::string, Asked> asked_;              // by id
};

}  // namespace gateway
