// What a key may cost, judged before RNP sees it.
//
// RNP checks every signature of a key that it reads, with numbers as large as the key says: a key of 16,384 bits with
// an exponent of that size costs 2.4 s for each, and RNP has no limit to set. So a transferable key [RFC 9580 §10.1] is
// walked here, sizes are compared, and only what coigate uses is kept: the primary key, its user ids and subkeys, and
// the signatures that the key made itself. Certifications by others and user attributes (pictures) are left out.
// Invariant: the cost of reading what comes out is bounded, whatever came in. Every key goes this way (rnp::Ring::add).

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "coi/result.h"

namespace coi::openpgp {

struct KeyBounds {
    std::size_t packets = 1000;          // of the key as it comes
    std::size_t subkeys = 50;            // and user ids, each
    std::size_t signatures = 100;        // by the key itself
    std::size_t user_id_octets = 1024;   // a longer one is left out
    std::size_t rsa_bits = 8192;         // 4096 is usual
    std::size_t rsa_exponent_bits = 64;  // 17 is usual; OpenSSL has the same limit
    std::size_t dsa_bits = 3072;         // the largest of FIPS 186-4
    std::size_t dsa_group_bits = 256;    // likewise
    std::size_t elgamal_bits = 4096;
    std::size_t curve_point_bits = 1064;  // of the largest curve, P-521
};

/// What is used of a binary transferable key, public or secret. Fails with ErrorKind::limit, naming what is too large,
/// with ErrorKind::malformed if it is not exactly one key, and with ErrorKind::unsupported for a primary key of another
/// version than 4 or of an algorithm that is not known. Subkeys of that kind are left out.
Result<std::string> bounded_key(std::string_view key, const KeyBounds& = {});

/// True if a detached signature (binary) is made of few signature packets and nothing else: nothing of it is unpacked.
bool is_bounded_signature(std::string_view signature);

}  // namespace coi::openpgp
