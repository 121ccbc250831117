// What load() makes of good and bad files; the example file, config.h and the table of keys say the same.

#include "config/config.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "config/keys.h"

using namespace config;
using namespace std::chrono_literals;

namespace {

class ConfigTest : public testing::Test {
  protected:
    ConfigTest() {
        char name[] = "/tmp/coigate-config-XXXXXX";
        folder_ = mkdtemp(name);
        secret_ = file("secret", "xyzzy\n", 0600);
    }
    ~ConfigTest() override { std::filesystem::remove_all(folder_); }

    std::string file(const std::string& name, const std::string& content, mode_t mode) const {
        const std::string path = folder_ + "/" + name;
        std::ofstream(path, std::ios::binary) << content;
        chmod(path.c_str(), mode);
        return path;
    }
    // The required keys, and `more` after them.
    std::string minimal(const std::string& more = {}) const {
        return "[xmpp]\ncomponent = \"coi.jabber.example\"\nsecret_file = \"" + secret_ + "\"\n" + more;
    }
    static Config good(const std::string& text, Depth depth = Depth::everything) {
        auto result = parse(text, "coigate.toml", depth);
        if (auto* problems = std::get_if<1>(&result)) {
            for (const auto& problem : *problems) ADD_FAILURE() << problem.print();
            return {};
        }
        return std::get<0>(result);
    }
    // The problems as lines, "12: what. remedy."
    static std::vector<std::string> bad(const std::string& text, Depth depth = Depth::everything) {
        auto result = parse(text, "coigate.toml", depth);
        if (std::holds_alternative<Config>(result)) {
            ADD_FAILURE() << "no problem in\n" << text;
            return {};
        }
        std::vector<std::string> lines;
        for (const auto& problem : std::get<1>(result)) lines.push_back(problem.print());
        return lines;
    }
    static void expect_problem(const std::string& text, const std::string& what) {
        const auto lines = bad(text);
        ASSERT_EQ(lines.size(), 1u) << testing::PrintToString(lines);
        EXPECT_NE(lines[0].find(what), std::string::npos) << lines[0];
    }

    std::string folder_, secret_;
};

std::string source(const std::string& name) {
    std::ifstream file(std::string(SOURCE_DIR) + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(ConfigTest, NeedsTwoKeysAndDerivesTheRest) {
    const Config c = good(minimal());
    EXPECT_EQ(c.xmpp.component, "coi.jabber.example");
    EXPECT_EQ(c.xmpp.secret, "xyzzy");
    EXPECT_EQ(c.xmpp.domain, "jabber.example");
    EXPECT_EQ(c.xmpp.server.host, "127.0.0.1");
    EXPECT_EQ(c.xmpp.server.port, 5347);
    EXPECT_EQ(c.store.key_file, "/var/lib/coigate/store.key");
    EXPECT_EQ(c.mail.register_domains, std::vector<std::string>{"jabber.example"});
    EXPECT_FALSE(c.mail.ehlo_name.empty());
    EXPECT_EQ(c.mail.expire, 5 * 24h);
    EXPECT_EQ(c.relay.domain, "");
}

TEST_F(ConfigTest, UnderstandsUnitsAddressesAndLists) {
    const Config c = good(minimal(R"(
server = "[::1]:5348"
domain = "Jabber.Example."
max_stanza = "64 KiB"
[store]
url = "sqlite:/tmp/a/b.db"
keep_ids = "90 days"
[mail]
allow_private_servers = true
register_domains = ["One.example", "two.example", "one.example"]
dns_server = "[::1]:5353"
ehlo_name = "[192.0.2.1]"
max_size = "10 MB"
expire = "2 days"
warn_after = "90 min"
delivered = "reported"
poll = 30
[relay]
domain = "jabber.example"
lmtp_listen = "unix:/run/coigate/lmtp"
smtp_server = "smtp.example"
smtp_security = "starttls"
connections = 3
[log]
level = "debug"
[control]
socket = "/tmp/c"
)"));
    EXPECT_EQ(c.xmpp.server.host, "::1");
    EXPECT_EQ(c.xmpp.server.port, 5348);
    EXPECT_EQ(c.xmpp.domain, "jabber.example");
    EXPECT_EQ(c.xmpp.max_stanza, 65536u);
    EXPECT_EQ(c.store.key_file, "/tmp/a/store.key");
    EXPECT_EQ(c.store.keep_ids, 90 * 24h);
    EXPECT_TRUE(c.mail.allow_private_servers);
    EXPECT_EQ(c.mail.register_domains, (std::vector<std::string>{"one.example", "two.example"}));
    EXPECT_EQ(c.mail.dns_server.host, "::1");
    EXPECT_EQ(c.mail.dns_server.port, 5353);
    EXPECT_EQ(c.mail.ehlo_name, "[192.0.2.1]");
    EXPECT_EQ(c.mail.max_size, 10'000'000u);
    EXPECT_EQ(c.mail.expire, 48h);
    EXPECT_EQ(c.mail.warn_after, 90min);
    EXPECT_EQ(c.mail.delivered, Delivered::reported);
    EXPECT_EQ(c.mail.poll, 30s);
    EXPECT_EQ(c.relay.lmtp_listen, "unix:/run/coigate/lmtp");
    EXPECT_EQ(c.relay.smtp_server.host, "smtp.example");
    EXPECT_EQ(c.relay.smtp_server.port, 25);
    EXPECT_EQ(c.relay.smtp_security, Security::starttls);
    EXPECT_EQ(c.relay.connections, 3u);
    EXPECT_EQ(c.log.level, "debug");
    EXPECT_EQ(c.control.socket, "/tmp/c");
}

TEST_F(ConfigTest, NamesAllProblemsAtOnceInTheOrderOfTheLines) {
    const auto lines =
        bad("[xmpp]\ncomponent = 5\nsecrets_file = \"x\"\nserver = \"a:b\"\n[mial]\n[log]\nlevel = \"loud\"\n");
    ASSERT_EQ(lines.size(), 6u) << testing::PrintToString(lines);
    EXPECT_EQ(lines[0].find("coigate.toml: xmpp.secret_file is missing. Write below [xmpp]: secret_file = "), 0u)
        << lines[0];
    EXPECT_EQ(lines[1], "coigate.toml:2: xmpp.component must be text, not a number. Write \"coi.jabber.example\".");
    EXPECT_EQ(lines[2], "coigate.toml:3: there is no key xmpp.secrets_file. Did you mean secret_file?");
    EXPECT_EQ(lines[3],
              "coigate.toml:4: xmpp.server \"a:b\" is not host:port. Write \"127.0.0.1:5347\" (an IPv6 address in "
              "brackets).");
    EXPECT_EQ(lines[4], "coigate.toml:5: there is no section [mial]. Did you mean [mail]?");
    EXPECT_EQ(
        lines[5],
        "coigate.toml:7: log.level \"loud\" is unknown here. Write one of \"error\", \"warn\", \"info\", \"debug\".");
}

TEST_F(ConfigTest, AnEmptyFileMissesBothRequiredKeys) {
    const auto lines = bad("");
    ASSERT_EQ(lines.size(), 2u) << testing::PrintToString(lines);
    EXPECT_NE(lines[0].find("xmpp.component is missing"), std::string::npos);
    EXPECT_NE(lines[1].find("xmpp.secret_file is missing"), std::string::npos);
}

TEST_F(ConfigTest, ASyntaxErrorHasItsLine) {
    const auto lines = bad("[xmpp]\ncomponent = \"a.b\nserver = 1\n");
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].find("coigate.toml:2: this is not TOML: "), 0u) << lines[0];
}

TEST_F(ConfigTest, SaysWhereAMisplacedKeyBelongs) {
    expect_problem(minimal("expire = \"1 day\"\n"),
                   "coigate.toml:4: there is no key xmpp.expire. It belongs into [mail].");
    expect_problem("smtp_server = \"a\"\n" + minimal(),
                   "coigate.toml:1: the key smtp_server stands outside of a section. Write it below [relay].");
    expect_problem("log = \"info\"\n" + minimal(), "log must be a section. Write [log]");
}

TEST_F(ConfigTest, RefusesValuesOutOfRange) {
    expect_problem(minimal("max_stanza = 100\n"), "xmpp.max_stanza is 100 bytes, outside of 10000 to 16777216");
    expect_problem(minimal("[mail]\nexpire = \"3 months\"\n"),
                   "mail.expire is not a time. Write a number of seconds, or \"5 days\"");
    expect_problem(minimal("[mail]\nexpire = -5\n"), "mail.expire is not a time");
    expect_problem(minimal("[mail]\nmax_size = 25.5\n"), "mail.max_size is not a size");
    expect_problem(minimal("[mail]\nallow_private_servers = \"yes\"\n"), "must be true or false, not text");
    expect_problem(minimal("[mail]\nregister_domains = \"a.example\"\n"), "must be a list of domains, not text");
    expect_problem(minimal("[mail]\nregister_domains = [\"a b\"]\n"), "\"a b\" is not a domain");
    expect_problem(minimal("[mail]\ndns_server = \"ns.example\"\n"),
                   "\"ns.example\" is not an address of a name server");
    expect_problem(minimal("[relay]\ndomain = \"j.example\"\nconnections = 0\n"),
                   "relay.connections is outside of 1 to 1000");
    expect_problem(minimal("[relay]\ndomain = \"j.example\"\nlmtp_listen = \"localhost:24\"\n"),
                   "is not an address to listen on");
    expect_problem(minimal("[relay]\ndomain = \"j.example\"\nlmtp_listen = \"unix:lmtp\"\n"),
                   "is not an absolute path");
    expect_problem(minimal("[store]\nurl = \"postgresql://db\"\n"), "PostgreSQL is not supported by this version");
    expect_problem(minimal("[store]\nurl = \"sqlite::memory:\"\n"), "would lose every message");
    expect_problem(minimal("[store]\nurl = \"/var/lib/x.db\"\n"), "is not a store. Write sqlite: and a path");
    expect_problem(minimal("[control]\nsocket = \"/" + std::string(107, 'x') + "\"\n"), "of at most 107 bytes");
    expect_problem(minimal("server = \"example.org:70000\"\n"), "is not host:port");
}

TEST_F(ConfigTest, RefusesSettingsThatContradictEachOther) {
    expect_problem(minimal("domain = \"coi.jabber.example\"\n"), "xmpp.domain is the same domain as xmpp.component");
    expect_problem(minimal("[relay]\nlmtp_listen = \"127.0.0.1:24\"\nconnections = 5\n"),
                   "relay.connections is set, but there is no relay without relay.domain");
    expect_problem(minimal("[relay]\ndomain = \"COI.jabber.example\"\n"),
                   "relay.domain is the same domain as xmpp.component");
    expect_problem(minimal("[mail]\nexpire = \"1 hour\"\n"), "mail.expire makes senders hear of a delay only after");
    expect_problem(minimal("[store]\nkeep_ids = \"1 day\"\n"), "store.keep_ids makes ids be forgotten");
    expect_problem(
        minimal("[relay]\ndomain = \"j.example\"\nlmtp_listen = \"unix:/run/c\"\n[control]\nsocket = \"/run/c\"\n"),
        "relay.lmtp_listen is the control socket");
    expect_problem("[xmpp]\ncomponent = \"coi\"\nsecret_file = \"" + secret_ + "\"\n", "xmpp.domain is missing");
}

TEST_F(ConfigTest, AnOwnFileStoreIsWholeOrNotThere) {
    const std::string listen = "[files]\nlisten = \"127.0.0.1:8281\"\n",
                      url = "url = \"https://coi.jabber.example/files/\"\n";
    const Config c = good(minimal(listen + url + "quota = \"1 GiB\"\nexpire = \"1 day\"\n"));
    EXPECT_EQ(c.files.folder, "/var/lib/coigate/files");
    EXPECT_EQ(c.files.quota, 1024u * 1024 * 1024);
    EXPECT_EQ(c.files.expire, 24h);
    EXPECT_TRUE(c.remarks.empty());
    EXPECT_EQ(good(minimal("[files]\nupload = false\n")).files.listen, "");
    expect_problem(minimal(listen), "files.url is missing");
    expect_problem(minimal("[files]\n" + url),
                   "files.url is set, but the gateway has no file store of its own without files.listen");
    expect_problem(minimal(listen + url + "quota = \"100 MiB\"\n"),
                   "files.quota lets one user have more room than there is");
    expect_problem(minimal("[files]\nlisten = \"coi.jabber.example:80\"\n" + url), "is not an address to listen on");
    expect_problem(minimal("[files]\nlisten = \"unix:/run/files\"\n" + url), "is not an address to listen on");
    const auto open = good(minimal("[files]\nlisten = \"0.0.0.0:8281\"\n" + url));
    ASSERT_EQ(open.remarks.size(), 1u);
    EXPECT_NE(open.remarks[0].print().find("speaks no TLS"), std::string::npos);
}

TEST_F(ConfigTest, TheUrlOfAFileStoreIsOneUnderWhichFilesAreFound) {
    const auto with_url = [](const std::string& url) {
        return "[files]\nlisten = \"127.0.0.1:8281\"\nurl = \"" + url + "\"\n";
    };
    for (const char* url : {"https://coi.jabber.example/", "https://coi.jabber.example:8443/a/b_c/",
                            "https://[2001:db8::1]/files/", "http://127.0.0.1:8281/files/", "http://localhost/"})
        good(minimal(with_url(url)));
    for (const char* url :
         {"coi.jabber.example/files/", "https://coi.jabber.example", "https://coi.jabber.example/files",
          "https:///files/", "https://a b/files/", "https://a.example/files/?x=/", "ftp://a.example/",
          "https://a.example//files/", "https://u:p@a.example/files/"})
        expect_problem(minimal(with_url(url)), "is no address under which files are found");
    expect_problem(minimal(with_url("http://coi.jabber.example/files/")), "would send files unencrypted");
}

TEST_F(ConfigTest, TheCertificateOfAFileStoreComesWithItsKey) {
    const std::string start = "[files]\nlisten = \"0.0.0.0:443\"\nurl = \"https://coi.jabber.example/files/\"\n";
    const std::string certificate =
        "tls_certificate = \"" + file("tls.pem", "-----BEGIN CERTIFICATE-----\n", 0644) + "\"\n";
    const auto key = [this](const std::string& content, mode_t mode = 0600) {
        return "tls_key = \"" + file("tls.key", content, mode) + "\"\n";
    };
    const std::string good_key = "-----BEGIN PRIVATE KEY-----\n";
    EXPECT_TRUE(good(minimal(start + certificate + key(good_key))).remarks.empty());
    EXPECT_EQ(good(minimal(start + certificate + key(good_key, 0604))).remarks.size(), 1u);
    expect_problem(minimal(start + certificate), "files.tls_certificate stands without files.tls_key");
    expect_problem(minimal(start + certificate + key("-----BEGIN CERTIFICATE-----\n")), "holds no key in PEM form");
    expect_problem(minimal(start + certificate + "tls_key = \"" + folder_ + "/none\"\n"), "does not exist");
}

TEST_F(ConfigTest, LooksAtTheFilesItNames) {
    const auto with_secret = [](const std::string& path) {
        return "[xmpp]\ncomponent = \"coi.jabber.example\"\nsecret_file = \"" + path + "\"\n";
    };
    expect_problem(with_secret(folder_ + "/none"),
                   "coigate.toml:3: xmpp.secret_file cannot be used: " + folder_ + "/none does not exist");
    expect_problem(with_secret(folder_), "is not a file");
    const auto open = good(with_secret(file("open", "xyzzy\n", 0604)));
    ASSERT_EQ(open.remarks.size(), 1u) << "it works, and should still be put right";
    EXPECT_NE(open.remarks[0].print().find("is open to every user of this machine. Run: chmod o= "), std::string::npos);
    expect_problem(with_secret(file("empty", "\n", 0600)), "is empty");
    expect_problem(with_secret(file("two", "a\nb\n", 0600)), "holds more than one line");
    EXPECT_EQ(good(with_secret(file("group", "a b\r\n", 0640))).xmpp.secret, "a b");

    const std::string store = "[store]\nkey_file = \"";
    EXPECT_EQ(good(minimal(store + folder_ + "/new\"\n")).store.key_file, folder_ + "/new");
    good(minimal(store + file("key", std::string(64, 'k'), 0600) + "\"\n"));
    expect_problem(minimal(store + file("key", std::string(32, 'k'), 0644) + "\"\n"),
                   "store.key_file cannot be used: ");
    expect_problem(minimal(store + file("short", std::string(31, 'k'), 0600) + "\"\n"),
                   "holds 31 bytes, and a key has 32");

    const std::string ca = "[mail]\nca_file = \"";
    good(minimal(ca + file("ca", "-----BEGIN CERTIFICATE-----\n", 0644) + "\"\n"));
    expect_problem(minimal(ca + file("notca", "hello", 0644) + "\"\n"), "holds no certificate in PEM form");

    const std::string users = "[relay]\ndomain = \"jabber.example\"\nusers_file = \"";
    good(minimal(users + file("users", "# ours\nalice\n\n bob@jabber.example # him\n", 0644) + "\"\n"));
    expect_problem(minimal(users + file("users", "alice\nbob smith\n", 0644) + "\"\n"),
                   "/users:2 is neither a user name nor a Jabber address");
    expect_problem(minimal(users + file("users", "# nobody yet\n\n", 0644) + "\"\n"), "/users names no user");
    expect_problem(minimal(users + file("users", "@jabber.example\n", 0644) + "\"\n"), "/users:1 is neither");
}

TEST_F(ConfigTest, TakesSystemdCredentials) {
    const std::string text =
        "[xmpp]\ncomponent = \"coi.jabber.example\"\nsecret_file = \"credential:coigate.secret\"\n"
        "[store]\nkey_file = \"credential:coigate.store-key\"\n";
    unsetenv("CREDENTIALS_DIRECTORY");
    const auto lines = bad(text);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_NE(lines[0].find("xmpp.secret_file cannot be used: there are no systemd credentials here"),
              std::string::npos)
        << lines[0];
    EXPECT_NE(lines[0].find("LoadCredential=coigate.secret"), std::string::npos) << lines[0];
    good(text, Depth::no_credentials);

    setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
    EXPECT_EQ(bad(text).size(), 2u);  // a key that comes from outside is never made
    file("coigate.secret", "plugh", 0400);
    file("coigate.store-key", std::string(32, 'k'), 0400);
    const Config c = good(text);
    EXPECT_EQ(c.xmpp.secret, "plugh");
    EXPECT_EQ(c.store.key_file, folder_ + "/coigate.store-key");
    expect_problem("[xmpp]\ncomponent = \"coi.jabber.example\"\nsecret_file = \"credential:../secret\"\n",
                   "names no credential");
    unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_F(ConfigTest, OpensNoNamedFileForTheOtherSubcommands) {
    const Config c =
        good("[xmpp]\ncomponent = \"coi.jabber.example\"\nsecret_file = \"/nonexistent\"\n", Depth::words_only);
    EXPECT_EQ(c.xmpp.secret, "");
    EXPECT_EQ(c.control.socket, "/run/coigate/control");
}

TEST_F(ConfigTest, AFileThatIsNotThereIsAProblem) {
    for (const std::string& path : {folder_ + "/none.toml", folder_}) {
        const auto result = load(path);
        ASSERT_TRUE(std::holds_alternative<std::vector<Problem>>(result));
        EXPECT_EQ(std::get<1>(result)[0].print(),
                  path + ": the file cannot be read. Name the configuration with --config FILE and make it readable.");
    }
    const auto result = load(file("good.toml", minimal(), 0644));
    EXPECT_TRUE(std::holds_alternative<Config>(result));
}

TEST_F(ConfigTest, ComparesKeyByKey) {
    const Config running = good(minimal());
    Config wanted = running;
    EXPECT_TRUE(compare(running, wanted).reloadable.empty() && compare(running, wanted).restart.empty());
    wanted.log.level = "debug";
    wanted.mail.expire = 1h;
    wanted.xmpp.secret = "other";
    wanted.relay.lmtp_listen = "127.0.0.1:1";
    EXPECT_EQ(compare(running, wanted).reloadable, (std::vector<std::string>{"mail.expire", "log.level"}));
    EXPECT_EQ(compare(running, wanted).restart, (std::vector<std::string>{"xmpp.secret_file", "relay.lmtp_listen"}));
}

// Every member of Config has a row in the table of keys, in config.h's order.
TEST_F(ConfigTest, TheTableHasEveryMemberOfConfig) {
    std::vector<std::string> members, rows;
    std::istringstream header(source("config/config.h"));
    const std::regex opens(R"(^    struct (\w+) \{)"), closes(R"(^    \} (\w+);)"),
        member(R"(^        [\w:<>]+ (\w+)(\{| =|;))");
    std::string line;
    std::vector<std::string> words;
    for (std::smatch match; std::getline(header, line);) {
        if (std::regex_search(line, match, opens)) words.clear();
        if (std::regex_search(line, match, member))
            words.push_back(match[1] == "secret" ? "secret_file" : match[1].str());
        if (std::regex_search(line, match, closes)) {
            for (const auto& word : words) members.push_back(match[1].str() + "." + word);
        }
    }
    for (const auto& key : keys()) rows.emplace_back(key.name);
    EXPECT_EQ(members, rows);
    EXPECT_GT(rows.size(), 20u);
}

// The example's commented-out keys count: uncommented they must load, and each must be its default.
TEST_F(ConfigTest, TheExampleHasEveryKeyWithItsDefaultAndLoads) {
    const std::string example = source("config/coigate.toml");
    const Config c =
        good(std::regex_replace(example, std::regex("\"credential:coigate.secret\""), "\"" + secret_ + "\""));
    EXPECT_EQ(c.xmpp.domain, "jabber.example");

    const std::string uncommented = std::regex_replace(example, std::regex("\n#(\\w+ = )"), "\n$1");
    std::set<std::string> found;
    std::string section;
    std::istringstream lines(uncommented);
    const std::regex head(R"(^\[(\w+)\]$)"), key(R"(^(\w+) = )");
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_search(line, match, head)) section = match[1];
        if (std::regex_search(line, match, key)) found.insert(section + "." + match[1].str());
    }
    std::set<std::string> wanted;
    for (const auto& one : keys()) wanted.emplace(one.name);
    EXPECT_EQ(found, wanted);

    const Config full = good(uncommented, Depth::words_only);
    const std::vector<std::string> examples_only{
        "files.listen",    "files.tls_certificate", "files.tls_key",     "files.url",    "mail.ca_file",
        "mail.dns_server", "mail.ehlo_name",        "relay.authserv_id", "relay.domain", "relay.users_file"};
    auto [reloadable, restart] = compare(good(example, Depth::words_only), full);
    restart.insert(restart.end(), reloadable.begin(), reloadable.end());
    std::sort(restart.begin(), restart.end());
    EXPECT_EQ(restart, examples_only);
}

// "(reload)" in the example and the table's flag are the same promise.
TEST_F(ConfigTest, TheExampleMarksWhatAReloadTakesOver) {
    std::istringstream lines(source("config/coigate.toml"));
    const std::regex head(R"(^\[(\w+)\]$)"), key(R"(^#?(\w+) = )");
    std::string section, line;
    bool marked = false;
    for (std::smatch match; std::getline(lines, line);) {
        if (line.empty()) marked = false;
        if (line.ends_with("(reload)")) marked = true;
        if (std::regex_search(line, match, head)) section = match[1];
        if (!std::regex_search(line, match, key)) continue;
        const std::string name = section + "." + match[1].str();
        for (const auto& row : keys()) {
            if (row.name == name) EXPECT_EQ(row.reloadable, marked) << name;
        }
    }
}

}  // namespace
