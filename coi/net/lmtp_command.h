// Parses commands of an LMTP client: one line into a value, or the reply that refuses it.
//
// [RFC 2033 §4], [RFC 5321 §4.1.1, §4.1.2], [RFC 1870], [RFC 6152], [RFC 6531 §3.4], [RFC 3030 §2]. Left out on
// purpose: DSN, AUTH and BINARYMIME parameters (not offered), the meaning of addresses. Invariant: a parsed address has
// no control character and no line end, and is valid UTF-8.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "coi/result.h"

namespace coi::net {

struct LmtpCommand {
    enum class Verb { lhlo, mail, rcpt, data, bdat, rset, noop, quit, vrfy };
    Verb verb{};
    std::string address;                // MAIL, RCPT: the text between < and >, without a source route
    std::optional<std::uint64_t> size;  // MAIL SIZE=, BDAT's chunk size
    bool utf8 = false;                  // MAIL SMTPUTF8
    bool last = false;                  // BDAT LAST
};

/// `line` is without CRLF. Code, enhanced code and text of the Error are the reply.
Result<LmtpCommand> parse_lmtp_command(std::string_view line);

}  // namespace coi::net
