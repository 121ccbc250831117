// The COI settings of a linked mailbox's server, read and set on a session of their own.
//
// [COI-S "Getting COI Namespace Configuration"]. The session is short: it may set METADATA, and touches no mail.

#pragma once

#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

#include "coi/net/connect.h"
#include "coi/server_settings.h"
#include "gateway/model/account.h"

namespace gateway {

/// Sets the message filter `wanted` ("" disables COI), if that is there and the server has COI, and returns what holds
/// then. Ends within half a minute.
coi::net::awaitable<coi::Result<coi::ServerSettings>> ask_coi_server(boost::asio::io_context&, coi::net::TlsContext&,
                                                                     coi::net::HostPolicy reach, Account,
                                                                     std::optional<std::string> wanted);

}  // namespace gateway
