// Autocrypt Setup Message: a secret key that the owner's other mail program left in the mailbox, protected by a setup
// code.
//
// [Autocrypt §"Autocrypt Setup Message"]. Reading only: coigate exports keys by openpgp::export_key.

#pragma once

#include <string>
#include <string_view>

#include "coi/crypt/secret.h"
#include "coi/mail/address.h"
#include "coi/message.h"
#include "coi/result.h"

namespace coi::setup_message {

struct Found {
    std::string armoured;     // the OpenPGP message
    bool is_numeric = false;  // Passphrase-Format: numeric9x4: the code is nine groups of four digits
    std::string begin;        // the first digits, to distinguish codes; "" if not given
};

/// True if the mail declares itself one, in the supported version; others must be ignored.
bool is_setup_message(const Message&);

/// The content of such a mail; parse it with ParseOptions::keep_attachments. Fails with ErrorKind::malformed if it is
/// not from `own` to `own` alone, or not a text and one setup file: then the owner is told, and nothing is imported.
Result<Found> read(const Message&, const Address& own);

/// Normalises a typed code; the groups of a numeric one may be separated by any non-digits, or not at all.
Secret setup_code(const Found&, std::string_view typed);

struct Opened {
    Secret key;           // armoured, for openpgp::import_key
    bool mutual = false;  // Autocrypt-Prefer-Encrypt
};
/// Fails with ErrorKind::auth if the code is wrong, with ErrorKind::malformed if there is no secret key inside, and as
/// openpgp::decrypt_with_passphrase does. For a worker thread.
Result<Opened> open(const Found&, const Secret& setup_code);

}  // namespace coi::setup_message
