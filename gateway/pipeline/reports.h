// Reports that come back for what a user wrote: a DSN becomes the error of its message, an MDN its receipt.
//
// [RFC 3464], [RFC 8098]. Reports are committed as messages are, by the incoming pipeline, so that a copy of one says
// nothing again.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/model/event.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/store/ids.h"
#include "gateway/store/queue.h"
#include "gateway/store/seal.h"
#include "gateway/store/store.h"
#include "xmpp/stanza.h"

namespace gateway {

/// A report is remembered as a message is, so that a copy of it says nothing again.
ids::Known known_report(const IncomingMail&, Time now);

/// What a message's ENVID is: its Message-ID, behind a keyed hash that nobody can guess who knows the id.
std::string envelope_id(const coi::MessageId&, const Seal&);
/// The message whose ENVID that is; nullopt if the hash is not ours.
std::optional<coi::MessageId> message_of_envelope(const std::string& envelope_id, const Seal&);

class Reports {
  public:
    using Done = std::function<void(DeliveryResult)>;
    /// What the incoming pipeline does for it.
    struct Calls {
        std::function<void(std::vector<queue::Entry>, ids::Known, const IncomingMail&, Done)> commit;
        std::function<void(const IncomingMail&, DeliveryResult, const Done&)> skip;
        std::function<queue::Entry(const Event&, const Account&, const std::string& contact, const xmpp::JID& from)>
            entry_of;
        std::function<Time()> now;
        std::function<std::string()> component;
    };
    Reports(Directory&, Store&, Seal, Calls);
    /// `report` has a DSN or an MDN.
    void take(IncomingMail report, Done done);

    /// What can be told of a message, each once.
    enum class News { failed, delayed, displayed, arrived };

  private:
    void act_on_dsn(const IncomingMail&, const ids::Known&, const coi::Dsn::Recipient& news, Done done);
    void act_on_mdn(const IncomingMail&, const ids::Known&, Done done);
    bool is_from_contact(const IncomingMail&, const ids::Known&) const;
    ids::Known told(const ids::Known&, News) const;

    Directory& directory_;
    Store& store_;
    Seal seal_;
    Calls calls_;
};

}  // namespace gateway
