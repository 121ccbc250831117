// The subcommands and their options, parsed by CLI11; CliRequest runs those that need the gateway.

#include "gateway/daemon/cli.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <variant>

#include "coi/net/tls_server.h"
#include "config/config.h"
#include "config/files.h"
#include "gateway/daemon/cli_request.h"
#include "gateway/daemon/cli_table.h"

namespace gateway {
namespace {

int check(const CliArguments& arguments, const Terminal& terminal) {
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    const bool service = credentials != nullptr && *credentials != '\0';
    const auto loaded =
        config::load(arguments.config_file, service ? config::Depth::everything : config::Depth::no_credentials);
    if (const auto* problems = std::get_if<1>(&loaded)) {
        print_problems(terminal.err, *problems);
        return exit_config;
    }
    const auto& found = std::get<0>(loaded);
    const auto& files = found.files;
    try {
        if (!files.tls_key.empty() && !config::is_credential(files.tls_key))
            const coi::net::TlsServer fits(files.tls_certificate, files.tls_key);
    } catch (const std::runtime_error& error) {
        terminal.err << arguments.config_file << ": files.tls_key: " << error.what() << "\n";
        return exit_config;
    }
    terminal.out << arguments.config_file << " has no problems.\n";
    for (const auto& remark : found.remarks) terminal.out << "But: " << remark.print() << "\n";
    if (!service && (found.xmpp.secret.empty() || config::is_credential(found.store.key_file) ||
                     config::is_credential(files.tls_key))) {
        terminal.out
            << "The systemd credentials it names could not be looked at: they are there only inside the service.\n";
    }
    return exit_ok;
}

using Verb = void (CliRequest::*)();

// The subcommands and their options; each leaf sets `chosen_` when it is parsed.
class Commands {
  public:
    Commands(const Terminal& terminal, const std::function<int(const std::string&)>& serve) : terminal_(terminal) {
        app_.set_version_flag("--version", "coigate " COIGATE_VERSION);
        app_.require_subcommand(1);
        app_.footer(
            "Exit codes: 0 done, 1 refused by the gateway, 2 problems in the configuration, 64 wrong arguments,\n"
            "69 the gateway is not running. See also: coigate COMMAND --help");
        leaf(app_, "serve", "Run the gateway", [this, serve] { return serve(arguments_.config_file); });
        leaf(app_, "check", "Name all problems of the configuration", [this] { return check(arguments_, terminal_); });
        account_commands();
        queue_commands();
    }
    int run(int argc, const char* const* argv);

  private:
    CLI::App* leaf(CLI::App& parent, const std::string& name, const std::string& what, std::function<int()> run);
    CLI::App* request(CLI::App& parent, const std::string& name, const std::string& what, Verb verb);
    void account_commands();
    void queue_commands();

    const Terminal& terminal_;
    CliArguments arguments_;
    std::function<int()> chosen_;
    CLI::App app_{"coigate: Jabber users and mail users chat with each other", "coigate"};
};

CLI::App* Commands::leaf(CLI::App& parent, const std::string& name, const std::string& what, std::function<int()> run) {
    CLI::App* command = parent.add_subcommand(name, what);
    command->add_option("--config", arguments_.config_file, "The configuration")
        ->type_name("FILE")
        ->capture_default_str();
    command->callback([this, run = std::move(run)] { chosen_ = run; });
    return command;
}

CLI::App* Commands::request(CLI::App& parent, const std::string& name, const std::string& what, Verb verb) {
    CLI::App* command = leaf(parent, name, what, [this, verb] {
        CliRequest request(arguments_, terminal_);
        (request.*verb)();
        return int{exit_ok};
    });
    command->add_flag("--json", arguments_.as_json, "Print one JSON object a line");
    return command;
}

void Commands::account_commands() {
    const auto jid = [this](CLI::App* command) {
        command->add_option("JID", arguments_.jid, "The Jabber user, as alice@jabber.example")->required();
        return command;
    };
    CLI::App* account = app_.add_subcommand("account", "Look after the users' accounts")->require_subcommand(1);
    CLI::App* add = jid(
        request(*account, "add", "Link a mailbox to a Jabber user, after trying its login", &CliRequest::account_add));
    const CLI::IsMember security({"tls", "starttls"});
    add->add_option("ADDRESS", arguments_.address, "Their mail address")->required();
    add->add_option("--password-file", arguments_.password_file,
                    "The password, as a file's only line; else it is asked for")
        ->type_name("FILE");
    add->add_option("--username", arguments_.username, "The login, if it is not the address")->type_name("NAME");
    add->add_option("--imap-server", arguments_.imap_server, "Found by the address if it is not given")
        ->type_name("HOST:PORT");
    add->add_option("--imap-security", arguments_.imap_security, "tls or starttls")->check(security)->type_name("KIND");
    add->add_option("--smtp-server", arguments_.smtp_server, "Found by the address if it is not given")
        ->type_name("HOST:PORT");
    add->add_option("--smtp-security", arguments_.smtp_security, "tls or starttls")->check(security)->type_name("KIND");
    add->add_flag("--oauth", arguments_.oauth, "The password is an OAuth 2.0 access token");
    request(*account, "list", "All accounts and how they are doing", &CliRequest::account_list);
    jid(request(*account, "show", "What is known of a user's accounts", &CliRequest::account_show));
    jid(request(*account, "reread", "Try mails again that could not be read", &CliRequest::account_reread));
    jid(request(*account, "remove", "Unlink, and delete everything stored of it", &CliRequest::account_remove))
        ->add_option("--kind", arguments_.kind, "Only the mailbox, or only the relay account")
        ->check(CLI::IsMember({"mailbox", "relay"}))
        ->type_name("KIND");
}

void Commands::queue_commands() {
    CLI::App* queue = app_.add_subcommand("queue", "Look after messages that wait")->require_subcommand(1);
    request(*queue, "list", "What waits, oldest first", &CliRequest::queue_list)
        ->add_option("--jid", arguments_.jid, "Only of this Jabber user");
    request(*queue, "retry", "Try one message, or all that wait, now", &CliRequest::queue_retry)
        ->add_option("ID", arguments_.id, "As `queue list` names it; without it: all")
        ->check(CLI::PositiveNumber);
    request(*queue, "drop", "Give a message up; its sender gets an error", &CliRequest::queue_drop)
        ->add_option("ID", arguments_.id, "As `queue list` names it")
        ->check(CLI::PositiveNumber)
        ->required();
}

int Commands::run(int argc, const char* const* argv) {
    try {
        app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app_.exit(error, terminal_.out, terminal_.err) == 0 ? exit_ok : exit_usage;
    }
    try {
        return chosen_();
    } catch (const CliError& failed) {
        terminal_.err << "coigate: " << failed.what() << "\n";
        return failed.code;
    }
}

}  // namespace

int run_command_line(int argc, const char* const* argv, const Terminal& terminal,
                     const std::function<int(const std::string&)>& serve) {
    return Commands(terminal, serve).run(argc, argv);
}

}  // namespace gateway
