// The settings of a COI server: is it one, is COI enabled, where are its folders.
//
// [COI-S "Configuration"]: METADATA entries below /private/vendor/vendor.dovecot/coi/config. The mailbox root is relative to
// the personal namespace and its separator is the server's, never a hard-coded "/".

#pragma once

#include <string>

#include "coi/net/imap_client.h"

namespace coi {

struct ServerSettings {
    bool coi = false;              // the capability COI is there
    bool enabled = false;          // config/enabled is not NIL
    std::string filter = "none";   // none | active | seen
    std::string chats_folder;      // full name of ROOT + separator + "Chats", "" where there is none
};

net::awaitable<Result<ServerSettings>> read_server_settings(net::ImapClient&);

}  // namespace coi
