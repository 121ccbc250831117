// The command line: coigate serve | check | account … | queue …, by CLI11.
//
// Everything but `serve` happens here; `account` and `queue` ask the running gateway through its control socket
// (gateway/daemon/control.h) and open nothing themselves. A password never comes from the arguments, where every user
// of the machine could read it.

#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "gateway/model/event.h"

namespace gateway {

/// What a subcommand needs of the world around it.
struct Terminal {
    std::ostream& out;
    std::ostream& err;
    /// Asks for a password without echo; nullopt if nobody can be asked.
    std::function<std::optional<std::string>(const std::string& prompt)> ask_password;
    std::function<Time()> now;
};

/// The real one: stdout, stderr, and /dev/tty for passwords.
Terminal terminal();

/// What the program ends with.
enum ExitCode : int {
    exit_ok = 0,
    exit_failed = 1,        // the gateway said no
    exit_config = 2,        // the configuration has problems; all of them were printed
    exit_usage = 64,        // sysexits' EX_USAGE
    exit_not_running = 69,  // EX_UNAVAILABLE: there is no gateway to ask
};

/// Does what the arguments say; `serve` is called with the configuration's path.
int run_command_line(int argc, const char* const* argv, const Terminal&,
                     const std::function<int(const std::string& config_file)>& serve);

}  // namespace gateway
