// The command line: coigate serve | check | account … | queue …, by CLI11.
//
// Everything except `serve` runs here; `account` and `queue` send requests to the running gateway through its control
// socket (gateway/daemon/control.h) and open no files of it. A password is never an argument, because every user of the
// machine can read arguments.

#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "gateway/model/event.h"

namespace gateway {

/// What a subcommand needs from its environment.
struct Terminal {
    std::ostream& out;
    std::ostream& err;
    /// Asks for a password without echo; nullopt if there is no terminal.
    std::function<std::optional<std::string>(const std::string& prompt)> ask_password;
    std::function<Time()> now;
};

/// The real terminal: stdout, stderr, and /dev/tty for passwords.
Terminal terminal();

/// Exit codes of the program.
enum ExitCode : int {
    exit_ok = 0,
    exit_failed = 1,        // the gateway refused the request
    exit_config = 2,        // the configuration has problems; all of them were printed
    exit_usage = 64,        // sysexits' EX_USAGE
    exit_not_running = 69,  // EX_UNAVAILABLE: no gateway is running
};

/// Runs the subcommand; `serve` is called with the path of the configuration.
int run_command_line(int argc, const char* const* argv, const Terminal&,
                     const std::function<int(const std::string& config_file)>& serve);

}  // namespace gateway
