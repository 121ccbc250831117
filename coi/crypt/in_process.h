// The functions of coi/crypt/openpgp.h without a deadline; openpgp.h documents them.
//
// coi/crypt/deadlines calls them, in a confined process if there is one. Nothing else should.

#pragma once

#include "coi/crypt/openpgp.h"

namespace coi::openpgp::in_process {

Result<Secret> generate(const Address& own, std::chrono::sys_seconds now);
Result<KeyInfo> inspect(std::string_view key, std::chrono::sys_seconds now, const Limits&);
Result<std::string> public_key(const Secret& key, const Address& own);
Result<std::string> minimal(std::string_view public_key, const Address& owner);
Result<std::string> merge(std::string_view known, std::string_view seen);
Result<Secret> export_key(const Secret& key, const Secret& passphrase);
Result<Secret> import_key(std::string_view key, const Secret& passphrase);
Result<std::string> encrypt(std::string_view plain, const std::vector<std::string>& to, const Secret& signer,
                            bool hide_recipients);
Result<Opened> decrypt(std::string_view message, const Secret& own, const std::vector<std::string>& signers,
                       const Limits&);
Verdict verify(std::string_view signed_bytes, std::string_view signature, const std::vector<std::string>& signers,
               const std::optional<Fingerprint>& reader);
Result<Secret> decrypt_with_passphrase(std::string_view message, const Secret& passphrase, const Limits&);

}  // namespace coi::openpgp::in_process
