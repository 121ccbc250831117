// Reading what config/files.h names: bounded, regular files only, and closed to other users where a secret stands in
// them.
//
// Invariant: a key or secret is looked at, never printed, and wiped where it is not kept.

#include "config/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "config/value.h"

namespace config {
namespace {

constexpr std::string_view credential_prefix = "credential:";
constexpr std::size_t secret_longest = 4096;
constexpr std::size_t list_longest = 16 * 1024 * 1024;

// Closes itself; -1 if the file could not be opened.
class Descriptor {
  public:
    explicit Descriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    operator int() const { return fd_; }

  private:
    int fd_;
};

Fault cannot_read(const std::string& path, int error) {
    if (error == ENOENT) return {path + " does not exist", "Make the file, or correct the path"};
    if (error == EACCES)
        return {path + " may not be read by this user", "Give the user coigate runs as the right to read it"};
    return {path + " cannot be read: " + std::strerror(error), "Correct the path"};
}

std::optional<Fault> read(const std::string& path, std::size_t longest, std::string& content, struct stat& status) {
    const Descriptor file(path);
    if (file < 0) return cannot_read(path, errno);
    if (fstat(file, &status) != 0) return cannot_read(path, errno);
    if (!S_ISREG(status.st_mode)) return Fault{path + " is not a file", "Name a file"};
    content.clear();
    char buffer[8192];
    while (true) {
        const ssize_t got = ::read(file, buffer, sizeof buffer);
        if (got < 0) return cannot_read(path, errno);
        if (got == 0) return std::nullopt;
        content.append(buffer, static_cast<std::size_t>(got));
        if (content.size() > longest) {
            return Fault{path + " is larger than " + std::to_string(longest) + " bytes", "Name the right file"};
        }
    }
}

std::optional<Fault> open_to_others(const std::string& path, const struct stat& status) {
    if ((status.st_mode & S_IRWXO) == 0) return std::nullopt;
    return Fault{path + " is open to every user of this machine", "Run: chmod o= " + path};
}

}  // namespace

bool is_credential(std::string_view name) { return name.starts_with(credential_prefix); }

std::optional<Fault> resolve(std::string& name) {
    if (!is_credential(name)) return std::nullopt;
    const std::string credential = name.substr(credential_prefix.size());
    if (credential.empty() || credential.find('/') != std::string::npos || credential == "." || credential == "..") {
        return Fault{"\"" + name + "\" names no credential",
                     "Write credential:NAME with the NAME of a LoadCredential= line"};
    }
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (directory == nullptr || *directory == '\0') {
        return Fault{"there are no systemd credentials here, so " + name + " cannot be read",
                     "Start coigate as a systemd service with LoadCredential=" + credential + ", or name a file"};
    }
    name = std::string(directory) + "/" + credential;
    return std::nullopt;
}

std::optional<Fault> open_to_others(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return cannot_read(path, errno);
    return open_to_others(path, status);
}

std::optional<Fault> read_secret(const std::string& path, std::string& secret) {
    struct stat status{};
    if (auto fault = read(path, secret_longest, secret, status)) return fault;
    if (secret.ends_with('\n')) secret.pop_back();
    if (secret.ends_with('\r')) secret.pop_back();
    if (secret.empty()) return Fault{path + " is empty", "Write the secret of the component as its only line"};
    if (std::any_of(secret.begin(), secret.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
        return Fault{path + " holds more than one line, or control characters",
                     "Leave only the secret in it, as one line"};
    }
    return std::nullopt;
}

std::optional<Fault> check_key_file(const std::string& path, bool must_exist) {
    constexpr std::size_t key_bytes = 32;
    std::string content;
    struct stat status{};
    if (!must_exist && ::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return std::nullopt;
    auto fault = read(path, key_bytes * 1000, content, status);
    if (!fault) fault = open_to_others(path, status);
    if (!fault && (content.empty() || content.size() % key_bytes != 0)) {
        fault = Fault{path + " holds " + std::to_string(content.size()) + " bytes, and a key has 32",
                      "Make one with: head -c 32 /dev/urandom > FILE (several keys, newest first, stand without "
                      "anything between)"};
    }
    ::explicit_bzero(content.data(), content.size());
    return fault;
}

std::optional<Fault> check_certificates(const std::string& path) {
    std::string content;
    struct stat status{};
    if (auto fault = read(path, list_longest, content, status)) return fault;
    if (content.find("-----BEGIN ") == std::string::npos) {
        return Fault{path + " holds no certificate in PEM form", "Name a file with -----BEGIN CERTIFICATE----- lines"};
    }
    return std::nullopt;
}

std::optional<Fault> check_private_key(const std::string& path) {
    std::string content;
    struct stat status{};
    auto fault = read(path, list_longest, content, status);
    if (!fault && content.find("PRIVATE KEY-----") == std::string::npos)
        fault = Fault{path + " holds no key in PEM form", "Name a file with a -----BEGIN PRIVATE KEY----- line"};
    ::explicit_bzero(content.data(), content.size());
    return fault;
}

std::optional<Fault> check_users(const std::string& path) {
    std::string content;
    struct stat status{};
    if (auto fault = read(path, list_longest, content, status)) return fault;
    std::size_t number = 0, begin = 0;
    bool any = false;
    while (begin < content.size()) {
        const std::size_t end = std::min(content.find('\n', begin), content.size());
        std::string_view line(content.data() + begin, end - begin);
        begin = end + 1;
        ++number;
        line = line.substr(0, line.find('#'));
        while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
            line.remove_suffix(1);
        while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
        any = any || !line.empty();
        const auto at = line.find('@');
        const bool local_ok = line.find_first_of(" \t\"&'/:<>") == std::string_view::npos;  // [RFC 7622 §3.3.1]
        const bool domain_ok = at == std::string_view::npos || (at > 0 && is_domain(line.substr(at + 1)));
        if (!local_ok || !domain_ok) {
            return Fault{path + ":" + std::to_string(number) + " is neither a user name nor a Jabber address",
                         "Write one name (alice) or address (alice@jabber.example) a line"};
        }
    }
    if (!any)
        return Fault{path + " names no user",
                     "Write one name a line, or leave the key out: then the Jabber server decides"};
    return std::nullopt;
}

}  // namespace config
