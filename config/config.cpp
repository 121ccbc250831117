// From text to Config: each key by its row, then what keys must be to each other, then defaults that depend on others.
//
// A syntax error ends the reading (TOML cannot be read past it); everything else is collected, so that one run of
// `coigate check` names all that is to be done.

#include "config/config.h"

#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "config/files.h"
#include "config/keys.h"
#include "config/value.h"

namespace config {
namespace {

constexpr std::size_t file_longest = 1024 * 1024;
constexpr std::string_view sqlite = "sqlite:";

// What load() collects while it goes through the file.
class Reading {
  public:
    Reading(std::string path, Depth depth) : path_(std::move(path)), depth_(depth) {}

    std::variant<Config, std::vector<Problem>> read(std::string_view text);

  private:
    void sections(const toml::table&);
    void section(const std::string& name, const toml::table&);
    void unknown_key(const std::string& section, const toml::key&);
    void complete();
    void contradictions();
    void named_files();
    void secret_file();
    void key_file();
    void relay_needs_domain();
    void own_files();
    void tls_key();

    bool given(const std::string& key) const { return lines_.contains(key); }
    bool sound(const std::string& key) const { return !broken_.contains(key); }
    // A problem of a key, at its line, or of the whole file where the key is not written.
    void problem(const std::string& key, const Fault&);
    void problem(int line, std::string what, std::string remedy);
    void remark(const std::string& key, const Fault&);

    std::string path_;
    Depth depth_;
    Draft draft_;
    std::map<std::string, int> lines_;  // of the keys that the file gives
    std::set<std::string> broken_;      // keys with a problem: what hangs on them is not judged
    std::vector<Problem> problems_;
};

void Reading::problem(int line, std::string what, std::string remedy) {
    problems_.push_back({path_, line, std::move(what), std::move(remedy)});
}

void Reading::problem(const std::string& key, const Fault& fault) {
    broken_.insert(key);
    const auto line = lines_.find(key);
    problem(line == lines_.end() ? 0 : line->second, key + " " + fault.what, fault.remedy);
}

void Reading::remark(const std::string& key, const Fault& fault) {
    const auto line = lines_.find(key);
    draft_.config.remarks.push_back(
        {path_, line == lines_.end() ? 0 : line->second, key + ": " + fault.what, fault.remedy});
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

int line_of(const toml::source_region& source) { return static_cast<int>(source.begin.line); }

void Reading::unknown_key(const std::string& section, const toml::key& word) {
    const std::string full = section + "." + std::string(word.str());
    const int line = line_of(word.source());
    std::vector<std::string_view> here, elsewhere;
    for (const auto& key : keys()) {
        if (key.section() == section) here.push_back(key.word());
        if (key.section() != section && key.word() == word.str()) elsewhere.push_back(key.section());
    }
    if (const auto near = nearest(lower(word.str()), here)) {
        problem(line, "there is no key " + full, "Did you mean " + *near + "?");
    } else if (!elsewhere.empty()) {
        problem(line, "there is no key " + full, "It belongs into [" + std::string(elsewhere[0]) + "]");
    } else {
        problem(line, "there is no key " + full, "Remove it; the example coigate.toml shows all keys");
    }
}

void Reading::section(const std::string& name, const toml::table& table) {
    for (const auto& [word, node] : table) {
        const std::string full = name + "." + std::string(word.str());
        const auto key = std::find_if(keys().begin(), keys().end(), [&](const Key& k) { return k.name == full; });
        if (key == keys().end()) {
            unknown_key(name, word);
            continue;
        }
        lines_[full] = line_of(word.source());
        if (const auto fault = key->read(node, draft_)) problem(full, *fault);
    }
}

void Reading::sections(const toml::table& root) {
    std::vector<std::string_view> names;
    for (const auto& key : keys()) {
        if (names.empty() || names.back() != key.section()) names.push_back(key.section());
    }
    for (const auto& [word, node] : root) {
        const std::string name(word.str());
        const int line = line_of(word.source());
        if (std::find(names.begin(), names.end(), name) != names.end()) {
            if (const auto* table = node.as_table()) {
                section(name, *table);
            } else {
                problem(line, name + " must be a section", "Write [" + name + "] and its keys below it");
            }
            continue;
        }
        const auto owner =
            std::find_if(keys().begin(), keys().end(), [&](const Key& key) { return key.word() == name; });
        const auto near = nearest(lower(name), names);
        if (!node.is_table() && owner != keys().end()) {
            problem(line, "the key " + name + " stands outside of a section",
                    "Write it below [" + std::string(owner->section()) + "]");
        } else {
            problem(line, "there is no section [" + name + "]",
                    near ? "Did you mean [" + *near + "]?"
                         : std::string("Remove it; the example coigate.toml shows all sections"));
        }
    }
}

// The name other machines know this one by; asked of the system only where no name is configured.
std::string machine_name() {
    char name[256] = {};
    if (gethostname(name, sizeof name - 1) != 0) return "[127.0.0.1]";
    std::string result = name;
    if (result.find('.') == std::string::npos) {
        addrinfo hints{}, *found = nullptr;
        hints.ai_flags = AI_CANONNAME;
        if (getaddrinfo(name, nullptr, &hints, &found) == 0) {
            if (found->ai_canonname != nullptr) result = found->ai_canonname;
            freeaddrinfo(found);
        }
    }
    const bool useful =
        result.find('.') != std::string::npos && is_domain(result) && !lower(result).starts_with("localhost");
    return useful ? lower(result) : "[127.0.0.1]";
}

// Keys without which nothing works, and defaults that depend on other keys.
void Reading::complete() {
    auto& c = draft_.config;
    if (!given("xmpp.component")) {
        problem("xmpp.component",
                {"is missing",
                 "Write below [xmpp]: component = \"coi.jabber.example\", the domain that your Jabber "
                 "server has set up for coigate"});
    }
    if (!given("xmpp.secret_file")) {
        problem("xmpp.secret_file", {"is missing",
                                     "Write below [xmpp]: secret_file = \"/etc/coigate/secret\", a file that holds the "
                                     "secret the Jabber server knows"});
    }
    if (!given("xmpp.domain") && sound("xmpp.component")) {
        const auto dot = c.xmpp.component.find('.');
        if (dot == std::string::npos) {
            problem("xmpp.domain", {"is missing, and component = \"" + c.xmpp.component + "\" does not tell it",
                                    "Write below [xmpp]: domain = \"jabber.example\", the Jabber server's own domain"});
        } else {
            c.xmpp.domain = c.xmpp.component.substr(dot + 1);
        }
    }
    if (!given("mail.register_domains") && !c.xmpp.domain.empty()) c.mail.register_domains = {c.xmpp.domain};
    if (!given("mail.ehlo_name")) c.mail.ehlo_name = machine_name();
    if (!sound("store.url")) return;
    const std::string database = c.store.url.substr(sqlite.size());
    const auto slash = database.rfind('/');
    const std::string beside = slash == std::string::npos ? "" : database.substr(0, slash + 1);
    if (!given("store.key_file")) c.store.key_file = beside + "store.key";
    if (!given("files.folder")) c.files.folder = beside + "files";
}

void Reading::relay_needs_domain() {
    for (const auto& [key, line] : lines_) {
        if (!key.starts_with("relay.") || key == "relay.domain") continue;
        problem(line, key + " is set, but there is no relay without relay.domain",
                "Write below [relay]: domain = \"jabber.example\", or remove the section's keys");
        return;  // one word about the section is enough
    }
}

/// A file store of our own has to be found, and nothing of it stands there without it.
void Reading::own_files() {
    const auto& c = draft_.config.files;
    if (!given("files.listen")) {
        for (const char* key : {"files.url", "files.tls_certificate", "files.tls_key", "files.folder", "files.expire",
                                "files.quota", "files.user_quota"}) {
            if (!given(key)) continue;
            return problem(key, {"is set, but the gateway has no file store of its own without files.listen",
                                 "Write below [files]: listen = \"127.0.0.1:8281\", or remove the key"});
        }
        return;
    }
    if (!given("files.url"))
        problem("files.url", {"is missing, so nobody finds the files of the store that files.listen opens",
                              "Write below [files]: url = \"https://coi.jabber.example/files/\""});
    for (const auto& [one, other] :
         {std::pair{"files.tls_certificate", "files.tls_key"}, std::pair{"files.tls_key", "files.tls_certificate"}}) {
        if (given(one) && !given(other))
            problem(one, {std::string("stands without ") + other, "Name both files, or neither"});
    }
    if (sound("files.quota") && sound("files.user_quota") && c.user_quota > c.quota)
        problem(given("files.user_quota") ? "files.user_quota" : "files.quota",
                {"lets one user have more room than there is", "Keep user_quota smaller than quota"});
    const bool is_here = c.listen.starts_with("127.") || c.listen.starts_with("[::1]");
    if (sound("files.listen") && !is_here && !given("files.tls_certificate"))
        remark("files.listen", {"can be reached from other machines, and speaks no TLS",
                                "Name tls_certificate and tls_key, or listen on 127.0.0.1 behind a reverse proxy"});
}

void Reading::contradictions() {
    const auto& c = draft_.config;
    own_files();
    if (sound("xmpp.component") && sound("xmpp.domain") && c.xmpp.component == c.xmpp.domain) {
        problem(given("xmpp.domain") ? "xmpp.domain" : "xmpp.component",
                {"is the same domain as " + std::string(given("xmpp.domain") ? "xmpp.component" : "xmpp.domain"),
                 "Give coigate a domain of its own, such as \"coi." + c.xmpp.domain + "\""});
    }
    if (!given("relay.domain")) relay_needs_domain();
    if (given("relay.domain") && sound("relay.domain") && c.relay.domain == c.xmpp.component) {
        problem("relay.domain", {"is the same domain as xmpp.component, where the JIDs of mail contacts live",
                                 "Write the domain of your Jabber users: \"" + c.xmpp.domain + "\""});
    }
    if (sound("mail.expire") && sound("mail.warn_after") && c.mail.warn_after >= c.mail.expire &&
        (given("mail.expire") || given("mail.warn_after"))) {
        problem(given("mail.warn_after") ? "mail.warn_after" : "mail.expire",
                {"makes senders hear of a delay only after their message has expired",
                 "Keep warn_after shorter than expire"});
    }
    if (sound("mail.expire") && sound("store.keep_ids") && c.store.keep_ids < c.mail.expire) {
        problem(
            given("store.keep_ids") ? "store.keep_ids" : "mail.expire",
            {"makes ids be forgotten while their messages still wait", "Keep store.keep_ids longer than mail.expire"});
    }
    if (sound("relay.lmtp_listen") && sound("control.socket") && c.relay.lmtp_listen == "unix:" + c.control.socket) {
        problem("relay.lmtp_listen",
                {"is the control socket", "Give LMTP a path of its own: \"unix:/run/coigate-lmtp/socket\""});
    } else if (sound("relay.lmtp_listen") && sound("control.socket") && c.relay.lmtp_listen.starts_with("unix:") &&
               folder_of(c.relay.lmtp_listen.substr(5)) == folder_of(c.control.socket)) {
        remark(
            "relay.lmtp_listen",
            {"is in the folder of the control socket, so who may deliver mail comes near to what administers coigate",
             "Give it a folder and a group of its own: \"unix:/run/coigate-lmtp/socket\""});
    }
}

void Reading::secret_file() {
    if (!given("xmpp.secret_file") || !sound("xmpp.secret_file")) return;
    std::string name = draft_.secret_file;
    if (depth_ == Depth::no_credentials && is_credential(name)) return;
    auto fault = resolve(name);
    if (!fault) fault = read_secret(name, draft_.config.xmpp.secret);
    if (fault) return problem("xmpp.secret_file", {"cannot be used: " + fault->what, fault->remedy});
    if (const auto open = open_to_others(name)) remark("xmpp.secret_file", *open);
}

void Reading::key_file() {
    if (!sound("store.key_file") || draft_.config.store.key_file.empty()) return;
    std::string& name = draft_.config.store.key_file;
    const bool credential = is_credential(name);
    if (depth_ == Depth::no_credentials && credential) return;
    auto fault = resolve(name);
    if (!fault) fault = check_key_file(name, credential);
    if (fault) problem("store.key_file", {"cannot be used: " + fault->what, fault->remedy});
}

void Reading::tls_key() {
    if (!given("files.tls_key") || !sound("files.tls_key")) return;
    std::string& name = draft_.config.files.tls_key;
    if (depth_ == Depth::no_credentials && is_credential(name)) return;
    auto fault = resolve(name);
    if (!fault) fault = check_private_key(name);
    if (fault) return problem("files.tls_key", {"cannot be used: " + fault->what, fault->remedy});
    if (const auto open = open_to_others(name)) remark("files.tls_key", *open);
}

void Reading::named_files() {
    const auto& c = draft_.config;
    secret_file();
    key_file();
    tls_key();
    const auto look = [&](const std::string& key, const std::string& path, auto check) {
        if (!given(key) || !sound(key)) return;
        if (const auto fault = check(path)) problem(key, {"cannot be used: " + fault->what, fault->remedy});
    };
    look("mail.ca_file", c.mail.ca_file, check_certificates);
    look("relay.users_file", c.relay.users_file, check_users);
    look("files.tls_certificate", c.files.tls_certificate, check_certificates);
}

std::variant<Config, std::vector<Problem>> Reading::read(std::string_view text) {
    try {
        sections(toml::parse(text));
        complete();
        contradictions();
        if (depth_ != Depth::words_only) named_files();
    } catch (const toml::parse_error& error) {
        problem(line_of(error.source()), "this is not TOML: " + std::string(error.description()),
                "Correct the line; texts stand in \"quotes\", sections in [brackets]");
    }
    if (problems_.empty()) return std::move(draft_.config);
    std::sort(problems_.begin(), problems_.end(),
              [](const Problem& a, const Problem& b) { return std::tie(a.line, a.what) < std::tie(b.line, b.what); });
    return std::move(problems_);
}

}  // namespace

std::string Problem::print() const {
    return file + (line > 0 ? ":" + std::to_string(line) : "") + ": " + what + ". " + remedy +
           (remedy.ends_with('?') ? "" : ".");
}

std::variant<Config, std::vector<Problem>> parse(std::string_view text, const std::string& path, Depth depth) {
    return Reading(path, depth).read(text);
}

std::variant<Config, std::vector<Problem>> load(const std::string& path, Depth depth) {
    std::ifstream file(path, std::ios::binary);
    std::string text(file_longest + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file && !file.eof()) {
        return std::vector{Problem{path, 0, "the file cannot be read",
                                   "Name the configuration with --config FILE and make it readable"}};
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > file_longest)
        return std::vector{Problem{path, 0, "the file is larger than 1 MiB", "Name the right file"}};
    return parse(text, path, depth);
}

Difference compare(const Config& running, const Config& wanted) {
    Difference difference;
    for (const auto& key : keys()) {
        if (key.same(running, wanted)) continue;
        (key.reloadable ? difference.reloadable : difference.restart).emplace_back(key.name);
    }
    return difference;
}

}  // namespace config
