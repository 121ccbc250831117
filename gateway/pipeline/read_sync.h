// What a user has read in one of their programs is read in the others: mail that Jabber has displayed is marked in the
// mailbox, and a message whose mail was marked there is displayed in Jabber.
//
// Of linked mailboxes. Jabber to mail: \Seen, and $MDNSent [RFC 3503] beside it, only where the user has allowed it
// (Account::marks_read); transport/mailbox_marks sets them later. Mail to Jabber: a displayed marker of the user's own
// [XEP-0333], which their server copies to their clients [XEP-0280]; without the privilege to send it [XEP-0356]
// nothing. Left out: [XEP-0490]. Its items name a message by the id that the user's archive gave it, which nobody tells
// the gateway, and its nodes are open to their owner alone.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/model/clock.h"
#include "gateway/model/read_observer.h"
#include "gateway/pipeline/stanza_entry.h"
#include "gateway/store/mail_places.h"
#include "gateway/store/outlet.h"
#include "gateway/store/store.h"
#include "gateway/task.h"

namespace gateway {

class ReadSync : public ReadObserver, public SeenReceiver {
  public:
    struct Modules {
        Directory& directory;
        Store& store;
        queue::Outlet& to_jabber;
        Clock now;
        std::function<void(AccountId)> mark;  // flags wait to be set in this mailbox
    };
    ReadSync(Modules modules, StanzaSettings settings) : modules_(std::move(modules)), settings_(std::move(settings)) {}
    void reload(const StanzaSettings& settings) { settings_ = settings; }

    void displayed(AccountId, const std::string& contact, const StanzaId&) override;
    void reported(AccountId, const std::string& contact, const std::vector<coi::MessageId>&) override;
    void seen(AccountId, const MailsOfFolder&) override;

  private:
    Task<> show(AccountId, MailsOfFolder);
    std::optional<queue::Entry> marker(const Account&, const mail_places::ReadUpTo&) const;
    std::function<void(const Store::Failure&, bool)> mark_if_any(AccountId) const;

    Modules modules_;
    StanzaSettings settings_;
};

}  // namespace gateway
