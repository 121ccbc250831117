// The settings of a COI server: whether it is one, whether COI is enabled, its folders.
//
// [COI-S "Getting COI Namespace Configuration"]: METADATA entries below /private/vendor/vendor.dovecot/coi/config. The
// mailbox root is relative to the personal namespace and uses the server's separator, never a fixed "/".

#pragma once

#include <string>

#include "coi/net/imap_client.h"

namespace coi {

struct ServerSettings {
    bool coi = false;             // the server has the capability COI
    bool enabled = false;         // config/enabled is not NIL
    std::string filter = "none";  // none | active | seen
    std::string chats_folder;     // full name of ROOT + separator + "Chats", "" if there is none
};

net::awaitable<Result<ServerSettings>> read_server_settings(net::ImapClient&);
/// Enables COI with `filter`, or disables it with "".
net::awaitable<Result<void>> write_server_settings(net::ImapClient&, const std::string& filter);

}  // namespace coi
