// The gateway's ad-hoc commands: link, unlink, status, settings, help, and the commands about keys and invites.
//
// [XEP-0050 §2.4]. A command with a form has a session (gateway/service/adhoc_sessions). Invariant: every iq is
// answered once.

#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/clients.h"
#include "gateway/service/invite_picture.h"
#include "gateway/service/privacy_commands.h"
#include "gateway/service/registrar.h"
#include "xmpp/xep/xep0030_disco.h"
#include "xmpp/xep/xep0050_commands.h"
#include "xmpp/xep/xep0231_bob.h"

namespace gateway {

class AdHocCommands {
  public:
    AdHocCommands(Registrar&, std::shared_ptr<PrivacyCommands>, const Clients&, StanzaSender&, InvitePicture&);
    ~AdHocCommands();
    void take(const xmpp::Tag& iq, const std::string& user);
    /// The commands that this user may use, for disco#items [XEP-0050 §2.2].
    std::vector<xmpp::xep0030::Item> items(const std::string& user, const std::string& lang) const;
    /// Whether this user may register with the gateway.
    bool may_register(const std::string& user) const;
    /// The display name of a command's node; "" if this user has no such command.
    std::string name(const std::string& node, const std::string& user, const std::string& lang) const;

    /// A picture that one of this user's forms refers to [XEP-0231 §2.2].
    std::optional<xmpp::xep0231::Data> data(const std::string& cid, const std::string& user) const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
