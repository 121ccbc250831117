// Limits the cost of a key before RNP reads it.
//
// RNP checks every signature of a key that it reads, with numbers as large as the key has: a key of 16,384 bits with an
// exponent of that size costs 2.4 s per signature, and RNP has no limit to set. So a transferable key [RFC 9580 §10.1]
// is parsed here, sizes are checked, and only the parts that coigate uses are kept: the primary key, its user ids and
// subkeys, and its own signatures. Certifications by others and user attributes (pictures) are left out. Invariant: the
// cost of reading the result is bounded for any input. Every key goes this way (rnp::Ring::add).

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "coi/result.h"

namespace coi::openpgp {

struct KeyBounds {
    std::size_t packets = 1000;          // of the received key
    std::size_t subkeys = 50;            // the same limit for user ids
    std::size_t signatures = 100;        // by the key itself
    std::size_t user_id_octets = 1024;   // a longer one is left out
    std::size_t rsa_bits = 8192;         // 4096 is usual
    std::size_t rsa_exponent_bits = 64;  // 17 is usual; OpenSSL has the same limit
    std::size_t dsa_bits = 3072;         // the largest of FIPS 186-4
    std::size_t dsa_group_bits = 256;    // likewise
    std::size_t elgamal_bits = 4096;
    std::size_t curve_point_bits = 1064;  // of the largest curve, P-521
};

/// The used parts of a binary transferable key, public or secret. Fails with ErrorKind::limit, naming what is too
/// large; with ErrorKind::malformed if it is not exactly one key; with ErrorKind::unsupported for a primary key of
/// another version than 4 or an unknown algorithm. Such subkeys are left out.
Result<std::string> bounded_key(std::string_view key, const KeyBounds& = {});

/// True if a detached signature (binary) consists of a few signature packets and nothing else, so that nothing in it is
/// unpacked.
bool is_bounded_signature(std::string_view signature);

}  // namespace coi::openpgp
