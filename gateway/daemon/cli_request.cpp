// The requests of `coigate account …` and `coigate queue …`; see cli_request.h.

#include "gateway/daemon/cli_request.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <utility>
#include <variant>

#include "config/config.h"
#include "config/files.h"
#include "gateway/daemon/cli_table.h"
#include "gateway/daemon/control.h"

namespace gateway {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || value->is_null()) return {};
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::int64_t number(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace

CliRequest::CliRequest(const CliArguments& arguments, const Terminal& terminal)
    : arguments_(arguments), terminal_(terminal) {
    auto loaded = config::load(arguments.config_file, config::Depth::words_only);
    if (const auto* problems = std::get_if<1>(&loaded)) {
        print_problems(terminal.err, *problems);
        throw CliError(exit_config, "the configuration does not say where the gateway is to be asked");
    }
    socket_ = std::get<0>(loaded).control.socket;
}

json::object CliRequest::ask(const std::string& verb, json::object in) const {
    json::object out;
    try {
        out = gateway::ask(socket_, verb, std::move(in));
    } catch (const NotRunning& why) {
        throw CliError(exit_not_running, why.what());
    }
    if (out.contains("error")) throw CliError(exit_failed, text(out, "error"));
    return out;
}

// All rows of a list, requested in pages so that no answer is large.
std::vector<json::object> CliRequest::pages(const std::string& verb, const std::string& rows, json::object in) const {
    std::vector<json::object> all;
    while (true) {
        json::object out = ask(verb, in);
        const auto* page = out.if_contains(rows);
        if (page == nullptr || !page->is_array()) throw CliError(exit_failed, "the gateway's answer has no " + rows);
        for (const auto& row : page->get_array()) {
            if (row.is_object()) all.push_back(row.get_object());
        }
        if (page->get_array().empty() || out["more"] != true) return all;
        in["after"] = all.back()["id"];
    }
}

void CliRequest::print_json(const std::vector<json::object>& rows) const {
    for (const auto& row : rows) terminal_.out << json::serialize(row) << "\n";
}

void CliRequest::print_done(const json::object& out, const std::string& words) const {
    terminal_.out << (arguments_.as_json ? json::serialize(out) : words) << "\n";
}

// "in 3 min", "5 h ago", "now".
std::string CliRequest::when(std::int64_t time) const {
    if (time == 0) return "-";
    const auto span = Time(std::chrono::milliseconds(time)) - terminal_.now();
    if (std::chrono::abs(span) < std::chrono::seconds(1)) return "now";
    return span.count() > 0 ? "in " + print_span(span) : print_span(span) + " ago";
}

std::string CliRequest::password() const {
    if (arguments_.password_file.empty()) {
        const std::string what = arguments_.oauth ? "OAuth 2.0 access token of " : "Password of ";
        auto given = terminal_.ask_password(what + arguments_.address + ": ");
        if (!given)
            throw CliError(exit_usage,
                           "there is no terminal to ask for the password; name a file with --password-file");
        if (given->empty()) throw CliError(exit_usage, "no password was given");
        return *std::move(given);
    }
    std::string secret;
    auto fault = config::read_secret(arguments_.password_file, secret);
    if (!fault) fault = config::open_to_others(arguments_.password_file);
    if (fault) {
        throw CliError(exit_usage, fault->what + ". " + fault->remedy + ".");
    }
    return secret;
}

void CliRequest::account_add() {
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

void CliRequest::account_list() {
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

void CliRequest::print_account(const json::object& account) const {
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

void CliRequest::account_show() {
    const auto accounts = pages("account.show", "accounts", {{"jid", arguments_.jid}});
    if (arguments_.as_json) return print_json(accounts);
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        if (i > 0) terminal_.out << "\n";
        print_account(accounts[i]);
    }
}

void CliRequest::account_reread() {
    const auto out = ask("account.reread", {{"jid", arguments_.jid}});
    print_done(out, "Mails of " + arguments_.jid + " that could not be read are tried again.");
}

void CliRequest::account_remove() {
    json::object in{{"jid", arguments_.jid}};
    if (!arguments_.kind.empty()) in["kind"] = arguments_.kind;
    const auto out = ask("account.remove", std::move(in));
    print_done(out, "Removed " + text(out, "removed") + (number(out, "removed") == 1 ? " account" : " accounts") +
                        " of " + arguments_.jid + " and everything stored of it.");
}

void CliRequest::queue_list() {
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

void CliRequest::queue_retry() {
    json::object in;
    if (arguments_.id != 0) in["id"] = arguments_.id;
    const auto out = ask("queue.retry", std::move(in));
    print_done(out,
               text(out, "retried") + (number(out, "retried") == 1 ? " message is" : " messages are") + " tried now.");
}

void CliRequest::queue_drop() {
    const auto out = ask("queue.drop", {{"id", arguments_.id}});
    print_done(out, "Message " + std::to_string(arguments_.id) + " is given up; its sender is told.");
}

}  // namespace gateway
