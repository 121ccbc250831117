// The operator's words: one TOML file, every key with its unit, its default and its remedy.
//
// load() finds all errors at once. Sizes are bytes, times seconds (in the file: "10 MiB", "5 days" are understood too).
// config/coigate.toml is the commented example that is installed; a test finds every key of this file in it.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace config {

/// When a message to mail counts as delivered: the mail server accepted it, or a report says that it arrived.
enum class Delivered { accepted, reported };
enum class Encryption { require, prefer, off };
enum class Security { none, starttls, tls };

struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};

/// One thing wrong in the file: where, what, and what to write instead. `line` 0: the file as a whole.
struct Problem {
    std::string file;
    int line = 0;
    std::string what;
    std::string remedy;
    std::string print() const;  // "coigate.toml:12: what. remedy"
};

struct Config {
    struct Xmpp {
        std::string component;  // required: our domain at the Jabber server
        HostPort server{"127.0.0.1", 5347};
        std::string secret;  // content of secret_file, without its line end
        std::string domain;  // the Jabber server's own domain; default: component less its first label
        std::size_t max_stanza = 256 * 1024;
    } xmpp;
    struct Store {
        std::string url = "sqlite:/var/lib/coigate/coigate.db";
        std::string key_file;                                   // a path; default: "store.key" beside the database
        std::chrono::seconds keep_ids = std::chrono::days(60);  // how long the id map remembers
    } store;
    struct Mail {
        std::string ca_file;
        bool allow_private_servers = false;
        std::vector<std::string> register_domains;  // default: {xmpp.domain}
        HostPort dns_server;                        // an address; "": those of /etc/resolv.conf
        std::string ehlo_name;                      // default: the machine's FQDN, else [127.0.0.1]
        std::size_t max_size = 25 * 1024 * 1024;
        std::chrono::seconds expire = std::chrono::days(5);       // undeliverable after
        std::chrono::seconds warn_after = std::chrono::hours(4);  // sender hears "delayed"
        std::chrono::seconds poll = std::chrono::minutes(2);      // NOOP where the server has no IDLE
        Delivered delivered = Delivered::accepted;
        Encryption encryption = Encryption::prefer;  // of mail, where neither the user nor the contact's setting says
    } mail;
    struct Files {
        bool upload = true;  // to the Jabber server's file store
        bool fetch = true;   // what users' links lead to
        std::size_t fetch_largest = 15 * 1024 * 1024;
        std::string listen;           // of a file store of our own; "": there is none
        std::string url;              // where its files are found, with a slash at its end
        std::string tls_certificate;  // "": it speaks no TLS
        std::string tls_key;
        std::string folder;  // default: "files" beside the database
        std::chrono::seconds expire = std::chrono::days(30);
        std::size_t quota = 5ULL * 1024 * 1024 * 1024;  // of all files there
        std::size_t user_quota = 200 * 1024 * 1024;
    } files;
    struct Groups {
        bool rooms = false;  // groups of Delta Chat and COI are rooms
    } groups;
    struct Relay {
        std::string domain;                          // "" : no relay
        std::string lmtp_listen = "127.0.0.1:2424";  // or "unix:/run/coigate-lmtp/socket"
        HostPort smtp_server{"127.0.0.1", 25};
        Security smtp_security = Security::none;
        std::string users_file;        // one local part or JID a line; "" : the Jabber server's verdict decides
        std::string authserv_id;       // whose Authentication-Results prove a sender; "": nobody's
        std::size_t connections = 10;  // SMTP sessions to smtp_server at once
    } relay;
    struct Log {
        std::string level = "info";  // error | warn | info | debug
    } log;
    struct Control {
        std::string socket = "/run/coigate/control";
    } control;
    std::vector<Problem> remarks;  // what works and should still be put right; for the log and for `check`
};

/// How far load() goes beyond the file itself.
enum class Depth {
    everything,      // as `serve` needs it
    no_credentials,  // `check` outside the service: what a `credential:NAME` holds is not looked at
    words_only,      // the other subcommands: no named file is opened (they may not be ours to read)
};

/// Reads and checks the file and the files it names (secret_file, key_file, ca_file, users_file; `credential:NAME` is
/// $CREDENTIALS_DIRECTORY/NAME). Either a Config or every Problem, in the order of the lines.
std::variant<Config, std::vector<Problem>> load(const std::string& path, Depth depth = Depth::everything);

/// load() for a text already read; `path` is only for the problems' words.
std::variant<Config, std::vector<Problem>> parse(std::string_view text, const std::string& path, Depth depth);

/// What differs between two configs, as key names ("mail.expire"), split into what a running gateway can take over and
/// what needs a restart.
struct Difference {
    std::vector<std::string> reloadable, restart;
};
Difference compare(const Config& running, const Config& wanted);

}  // namespace config
