// A request of the command line to the running gateway, and how its answer is printed.
//
// Lists are requested in pages, so that no answer is large. See gateway/daemon/control.h for the verbs.

#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/daemon/cli.h"

namespace gateway {

/// The parsed arguments of all subcommands.
struct CliArguments {
    std::string config_file = "/etc/coigate/coigate.toml";
    bool as_json = false;
    std::string jid, kind;
    std::string address, password_file, username, imap_server, imap_security, smtp_server, smtp_security;
    bool oauth = false;
    std::int64_t id = 0;
};

/// A failure that ends the subcommand, with its exit code.
struct CliError : std::runtime_error {
    CliError(ExitCode with, const std::string& words) : std::runtime_error(words), code(with) {}
    ExitCode code;
};

/// One run of a subcommand: each member function sends its request and prints the answer. Throws CliError.
class CliRequest {
  public:
    /// Reads the control socket's path from the configuration.
    CliRequest(const CliArguments&, const Terminal&);

    void account_add();
    void account_list();
    void account_show();
    void account_reread();
    void account_remove();
    void queue_list();
    void queue_retry();
    void queue_drop();

  private:
    boost::json::object ask(const std::string& verb, boost::json::object in) const;
    std::vector<boost::json::object> pages(const std::string& verb, const std::string& rows,
                                           boost::json::object in) const;
    std::string password() const;
    void print_account(const boost::json::object&) const;
    void print_json(const std::vector<boost::json::object>&) const;
    void print_done(const boost::json::object& out, const std::string& words) const;
    std::string when(std::int64_t time) const;

    const CliArguments& arguments_;
    const Terminal& terminal_;
    std::string socket_;
};

}  // namespace gateway
