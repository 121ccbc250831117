// What the gateway tells of its chat commands: at most eight lines, and only of what this user can do.

#pragma once

#include <string>

#include "gateway/service/registrar.h"

namespace gateway::help {

std::string commands(const Registrar&, const std::string& jid, const std::string& lang);
/// The words about keys and the protection of conversations.
std::string encryption(const Registrar&, const std::string& jid, const std::string& lang);
/// What the user loses by unlinking; "" if there is nothing stored of them.
std::string losses(const Registrar&, const std::string& jid, const std::string& lang);

}  // namespace gateway::help
