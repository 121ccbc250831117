// Reports that come back for what a user wrote: a DSN becomes the error of its message, an MDN its receipt.
//
// [RFC 3464], [RFC 8098]. Reports are committed as messages are, by the incoming pipeline, so that a copy of one says
// nothing again.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/model/clock.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/pipeline/stanza_entry.h"
#include "gateway/store/ids.h"
#include "gateway/store/queue.h"
#include "gateway/store/seal.h"
#include "gateway/store/store.h"
#include "gateway/task.h"

namespace gateway {

/// A report is remembered as a message is, so that a copy of it says nothing again.
ids::Known known_report(const IncomingMail&, Time now);

/// What a message's ENVID is: its Message-ID, behind a keyed hash that nobody can guess who knows the id.
std::string envelope_id(const coi::MessageId&, const Seal&);
/// The message whose ENVID that is; nullopt if the hash is not ours.
std::optional<coi::MessageId> message_of_envelope(const std::string& envelope_id, const Seal&);

/// What a report brings.
struct ReportNews {
    std::vector<queue::Entry> notices{};  // for the user; none: `why` says why not
    ids::Known told{};                    // remembers what is told, so that it is told once
    DeliveryResult why{};
};

class Reports {
  public:
    struct Modules {
        Directory& directory;
        Store& store;
        Clock now;
    };
    Reports(Modules, Seal, StanzaSettings);
    /// `report` has a DSN or an MDN. Throws StoreUnavailable.
    Task<ReportNews> read_report(const IncomingMail& report);
    void reload(StanzaSettings settings) { settings_ = std::move(settings); }

  private:
    /// `failed`: how many recipients the report says have failed.
    ReportNews read_dsn(const ids::Known&, const coi::Dsn::Recipient& news, std::size_t failed) const;
    ReportNews read_success(const ids::Known&) const;
    ReportNews read_mdn(const IncomingMail&, const ids::Known&) const;
    void add_receipt(ReportNews&, Event, const Account&, const ids::Known&, const xmpp::JID& from, Receipt::Kind) const;
    bool is_from_contact(const IncomingMail&, const ids::Known&) const;
    ids::Known told(const ids::Known&, ids::News) const;

    Modules modules_;
    Seal seal_;
    StanzaSettings settings_;
};

}  // namespace gateway
