// The subcommands: CLI11 reads the arguments into Arguments, and one Asking asks the gateway and prints its answer.
//
// Lists are asked for in pages, so that no answer is large; see gateway/daemon/control.h for the verbs.

#include "gateway/daemon/cli.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <utility>
#include <variant>
#include <vector>

#include "config/config.h"
#include "config/files.h"
#include "gateway/daemon/cli_table.h"
#include "gateway/daemon/control.h"

namespace gateway {
namespace {

namespace json = boost::json;

// What the arguments said.
struct Arguments {
    std::string config_file = "/etc/coigate/coigate.toml";
    bool as_json = false;
    std::string jid, kind;
    std::string address, password_file, username, imap_server, imap_security, smtp_server, smtp_security;
    bool oauth = false;
    std::int64_t id = 0;
};

// A failure that ends the subcommand, with its exit code.
struct Failed : std::runtime_error {
    Failed(ExitCode with, const std::string& words) : std::runtime_error(words), code(with) {}
    ExitCode code;
};

std::string text(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || value->is_null()) return {};
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::int64_t number(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

// One run of a subcommand that asks the gateway.
class Asking {
  public:
    Asking(const Arguments& arguments, const Terminal& terminal) : arguments_(arguments), terminal_(terminal) {
        auto loaded = config::load(arguments.config_file, config::Depth::words_only);
        if (const auto* problems = std::get_if<1>(&loaded)) {
            print_problems(terminal.err, *problems);
            throw Failed(exit_config, "the configuration does not say where the gateway is to be asked");
        }
        socket_ = std::get<0>(loaded).control.socket;
    }

    void account_add();
    void account_list();
    void account_show();
    void account_reread();
    void account_remove();
    void queue_list();
    void queue_retry();
    void queue_drop();

  private:
    json::object ask(const std::string& verb, json::object in) const;
    std::vector<json::object> pages(const std::string& verb, const std::string& rows, json::object in) const;
    std::string password() const;
    void print_account(const json::object&) const;
    void print_json(const std::vector<json::object>&) const;
    void print_done(const json::object& out, const std::string& words) const;
    std::string when(std::int64_t time) const;

    const Arguments& arguments_;
    const Terminal& terminal_;
    std::string socket_;
};

json::object Asking::ask(const std::string& verb, json::object in) const {
    json::object out;
    try {
        out = gateway::ask(socket_, verb, std::move(in));
    } catch (const NotRunning& why) {
        throw Failed(exit_not_running, why.what());
    }
    if (out.contains("error")) throw Failed(exit_failed, text(out, "error"));
    return out;
}

// All rows of a list, asked for in pages so that no answer is large.
std::vector<json::object> Asking::pages(const std::string& verb, const std::string& rows, json::object in) const {
    std::vector<json::object> all;
    while (true) {
        json::object out = ask(verb, in);
        const auto* page = out.if_contains(rows);
        if (page == nullptr || !page->is_array()) throw Failed(exit_failed, "the gateway's answer has no " + rows);
        for (const auto& row : page->get_array()) {
            if (row.is_object()) all.push_back(row.get_object());
        }
        if (page->get_array().empty() || out["more"] != true) return all;
        in["after"] = all.back()["id"];
    }
}

void Asking::print_json(const std::vector<json::object>& rows) const {
    for (const auto& row : rows) terminal_.out << json::serialize(row) << "\n";
}

void Asking::print_done(const json::object& out, const std::string& words) const {
    terminal_.out << (arguments_.as_json ? json::serialize(out) : words) << "\n";
}

// "in 3 min", "5 h ago", "now".
std::string Asking::when(std::int64_t time) const {
    if (time == 0) return "-";
    const auto span = Time(std::chrono::milliseconds(time)) - terminal_.now();
    if (std::chrono::abs(span) < std::chrono::seconds(1)) return "now";
    return span.count() > 0 ? "in " + print_span(span) : print_span(span) + " ago";
}

std::string Asking::password() const {
    if (arguments_.password_file.empty()) {
        const std::string what = arguments_.oauth ? "OAuth 2.0 access token of " : "Password of ";
        auto given = terminal_.ask_password(what + arguments_.address + ": ");
        if (!given)
            throw Failed(exit_usage, "there is no terminal to ask for the password; name a file with --password-file");
        if (given->empty()) throw Failed(exit_usage, "no password was given");
        return *std::move(given);
    }
    std::string secret;
    auto fault = config::read_secret(arguments_.password_file, secret);
    if (!fault) fault = config::open_to_others(arguments_.password_file);
    if (fault) {
        throw Failed(exit_usage, fault->what + ". " + fault->remedy + ".");
    }
    return secret;
}

void Asking::account_add() {
    const auto& a = arguments_;
    json::object in{{"jid", a.jid}, {"address", a.address}, {"password", password()}};
    const std::pair<const char*, const std::string&> optional[] = {{"username", a.username},
                                                                   {"imap_server", a.imap_server},
                                                                   {"imap_security", a.imap_security},
                                                                   {"smtp_server", a.smtp_server},
                                                                   {"smtp_security", a.smtp_security}};
    for (const auto& [key, value] : optional) {
        if (!value.empty()) in[key] = value;
    }
    if (a.oauth) in["oauth"] = true;
    print_done(ask("account.add", std::move(in)), "Linked " + a.address + " to " + a.jid + ".");
}

void Asking::account_list() {
    const auto accounts = pages("account.list", "accounts", {});
    if (arguments_.as_json) return print_json(accounts);
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : accounts) {
        rows.push_back({text(row, "id"), text(row, "jid"), text(row, "kind"), text(row, "address"), text(row, "take"),
                        text(row, "health")});
    }
    if (rows.empty()) {
        terminal_.out << "There are no accounts.\n";
        return;
    }
    print_table(terminal_.out, {"ID", "JID", "KIND", "ADDRESS", "TAKES", "STATE"}, rows);
}

void Asking::print_account(const json::object& account) const {
    const std::pair<const char*, const char*> names[] = {{"jid", "Jabber user"},
                                                         {"kind", "Kind"},
                                                         {"address", "Mail address"},
                                                         {"health", "State"},
                                                         {"take", "Takes"},
                                                         {"username", "Login"},
                                                         {"imap_server", "IMAP"},
                                                         {"imap_security", "IMAP security"},
                                                         {"smtp_server", "SMTP"},
                                                         {"smtp_security", "SMTP security"},
                                                         {"sent_copy", "Copy in Sent"},
                                                         {"contacts", "Contacts"},
                                                         {"waiting", "Waiting messages"},
                                                         {"set_aside", "Set aside"}};
    std::vector<std::vector<std::string>> rows;
    for (const auto& [key, name] : names) {
        if (const std::string value = text(account, key); !value.empty()) rows.push_back({name, value});
    }
    print_table(terminal_.out, {"Account", text(account, "id")}, rows);
    const auto* stuck = account.if_contains("stuck");
    if (!stuck || !stuck->is_array() || stuck->as_array().empty()) return;
    terminal_.out << "\nMails that cannot be read:\n";
    rows.clear();
    for (const auto& value : stuck->as_array()) {
        if (!value.is_object()) continue;
        const auto& mail = value.as_object();
        const auto* aside = mail.if_contains("set_aside");
        rows.push_back({text(mail, "folder"), text(mail, "uid"), text(mail, "tries"),
                        aside && aside->is_bool() && aside->as_bool() ? "set aside" : "tried again",
                        text(mail, "error")});
    }
    print_table(terminal_.out, {"FOLDER", "UID", "TRIES", "NOW", "LAST ERROR"}, rows);
}

void Asking::account_show() {
    const auto accounts = pages("account.show", "accounts", {{"jid", arguments_.jid}});
    if (arguments_.as_json) return print_json(accounts);
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        if (i > 0) terminal_.out << "\n";
        print_account(accounts[i]);
    }
}

void Asking::account_reread() {
    const auto out = ask("account.reread", {{"jid", arguments_.jid}});
    print_done(out, "Mails of " + arguments_.jid + " that could not be read are tried again.");
}

void Asking::account_remove() {
    json::object in{{"jid", arguments_.jid}};
    if (!arguments_.kind.empty()) in["kind"] = arguments_.kind;
    const auto out = ask("account.remove", std::move(in));
    print_done(out, "Removed " + text(out, "removed") + (number(out, "removed") == 1 ? " account" : " accounts") +
                        " of " + arguments_.jid + " and everything stored of it.");
}

void Asking::queue_list() {
    json::object in;
    if (!arguments_.jid.empty()) in["jid"] = arguments_.jid;
    const auto entries = pages("queue.list", "entries", std::move(in));
    if (arguments_.as_json) return print_json(entries);
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : entries) {
        const auto* aside = row.if_contains("set_aside");
        const bool is_aside = aside && aside->is_bool() && aside->as_bool();
        const std::string leg = text(row, "leg");
        rows.push_back({text(row, "id"),
                        leg == "mail"     ? "to mail"
                        : leg == "jabber" ? "to Jabber"
                                          : "set aside",
                        text(row, "jid"), text(row, "contact"), when(number(row, "taken")),
                        text(row, "attempts") + (is_aside ? " (set aside)" : ""), when(number(row, "next")),
                        when(number(row, "expires")), text(row, "error")});
    }
    if (rows.empty()) {
        terminal_.out << "Nothing waits.\n";
        return;
    }
    print_table(terminal_.out, {"ID", "WAY", "JID", "CONTACT", "TAKEN", "TRIES", "NEXT TRY", "EXPIRES", "LAST ERROR"},
                rows);
}

void Asking::queue_retry() {
    json::object in;
    if (arguments_.id != 0) in["id"] = arguments_.id;
    const auto out = ask("queue.retry", std::move(in));
    print_done(out,
               text(out, "retried") + (number(out, "retried") == 1 ? " message is" : " messages are") + " tried now.");
}

void Asking::queue_drop() {
    const auto out = ask("queue.drop", {{"id", arguments_.id}});
    print_done(out, "Message " + std::to_string(arguments_.id) + " is given up; its sender is told.");
}

int check(const Arguments& arguments, const Terminal& terminal) {
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    const bool service = credentials != nullptr && *credentials != '\0';
    const auto loaded =
        config::load(arguments.config_file, service ? config::Depth::everything : config::Depth::no_credentials);
    if (const auto* problems = std::get_if<1>(&loaded)) {
        print_problems(terminal.err, *problems);
        return exit_config;
    }
    terminal.out << arguments.config_file << " has no problems.\n";
    const auto& found = std::get<0>(loaded);
    for (const auto& remark : found.remarks) terminal.out << "But: " << remark.print() << "\n";
    if (!service && (found.xmpp.secret.empty() || config::is_credential(found.store.key_file))) {
        terminal.out
            << "The systemd credentials it names could not be looked at: they are there only inside the service.\n";
    }
    return exit_ok;
}

using Verb = void (Asking::*)();

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
    CLI::App* asking(CLI::App& parent, const std::string& name, const std::string& what, Verb verb);
    void account_commands();
    void queue_commands();

    const Terminal& terminal_;
    Arguments arguments_;
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

CLI::App* Commands::asking(CLI::App& parent, const std::string& name, const std::string& what, Verb verb) {
    CLI::App* command = leaf(parent, name, what, [this, verb] {
        Asking asking(arguments_, terminal_);
        (asking.*verb)();
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
    CLI::App* add =
        jid(asking(*account, "add", "Link a mailbox to a Jabber user, after trying its login", &Asking::account_add));
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
    asking(*account, "list", "All accounts and how they are doing", &Asking::account_list);
    jid(asking(*account, "show", "What is known of a user's accounts", &Asking::account_show));
    jid(asking(*account, "reread", "Try mails again that could not be read", &Asking::account_reread));
    jid(asking(*account, "remove", "Unlink, and delete everything stored of it", &Asking::account_remove))
        ->add_option("--kind", arguments_.kind, "Only the mailbox, or only the relay account")
        ->check(CLI::IsMember({"mailbox", "relay"}))
        ->type_name("KIND");
}

void Commands::queue_commands() {
    CLI::App* queue = app_.add_subcommand("queue", "Look after messages that wait")->require_subcommand(1);
    asking(*queue, "list", "What waits, oldest first", &Asking::queue_list)
        ->add_option("--jid", arguments_.jid, "Only of this Jabber user");
    asking(*queue, "retry", "Try one message, or all that wait, now", &Asking::queue_retry)
        ->add_option("ID", arguments_.id, "As `queue list` names it; without it: all")
        ->check(CLI::PositiveNumber);
    asking(*queue, "drop", "Give a message up; its sender gets an error", &Asking::queue_drop)
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
    } catch (const Failed& failed) {
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
