// The files that the configuration names: secrets, keys, certificates, users; read or only looked at, and who else
// could read them.
//
// Each answers what is wrong as a Fault (the key's line and name are added by the caller). `credential:NAME` is
// $CREDENTIALS_DIRECTORY/NAME, as systemd hands it over [systemd.exec(5) LoadCredential=].

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace config {

/// What is wrong, and what to write or do instead.
struct Fault {
    std::string what, remedy;
};

bool is_credential(std::string_view name);
/// The path behind a name; a Fault if it is a credential and there are none here.
std::optional<Fault> resolve(std::string& name);

/// The file's one line, without its line end. Refuses what is empty and what has more lines.
std::optional<Fault> read_secret(const std::string& path, std::string& secret);
/// That every user of the machine may read (or write) a file that holds a secret; nullopt if they may not.
std::optional<Fault> open_to_others(const std::string& path);
/// A key file that is there must be ours alone and hold 32 bytes a key; one that is not is made at first start (not a
/// credential: those come from outside, `must_exist`).
std::optional<Fault> check_key_file(const std::string& path, bool must_exist);
std::optional<Fault> check_certificates(const std::string& path);
std::optional<Fault> check_private_key(const std::string& path);
/// One local part or bare JID a line, `#` begins a comment.
std::optional<Fault> check_users(const std::string& path);

}  // namespace config
