// Parses replies of an SMTP server, and its EHLO extensions: pure functions from lines to values.
//
// [RFC 5321 §4.2], [RFC 2034], [RFC 3463] (enhanced codes), [RFC 1869 §4.3]. Left out: the meaning of codes beyond
// their first digit. Invariant: a reply stays within its limits for any input, and its text is clean UTF-8 on one line.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/result.h"

namespace coi::net {

struct SmtpReply {
    int code = 0;
    std::string enhanced;            // "5.1.1", of the first line that has one, "" if none
    std::vector<std::string> lines;  // without codes; control characters are spaces, broken UTF-8 is U+FFFD

    /// All lines as one, for a person.
    std::string text() const;
    bool positive() const { return code / 100 == 2; }
    bool intermediate() const { return code / 100 == 3; }
};

/// Joins the lines of one reply. A reader is used for one reply.
class SmtpReplyReader {
  public:
    static constexpr std::size_t most_lines = 128;
    static constexpr std::size_t most_bytes = 32 * 1024;
    static constexpr std::size_t longest_line =
        4096;  // more than the standard's 512, for long AUTH challenges [RFC 4954 §4]

    /// True if `line` (without CRLF) was the last one of the reply; ErrorKind::malformed or limit if it is no reply.
    Result<bool> take(std::string_view line);
    SmtpReply reply() && { return std::move(reply_); }

  private:
    SmtpReply reply_;
    std::size_t bytes_ = 0;
};

/// The extensions of a server after EHLO [RFC 5321 §4.1.1.1].
struct SmtpOffer {
    bool starttls = false, pipelining = false, eight_bit = false, utf8 = false, dsn = false, size = false;
    std::size_t most_bytes = 0;     // SIZE's number, 0: no fixed limit
    std::vector<std::string> auth;  // mechanisms, upper case
};
SmtpOffer parse_offer(const SmtpReply& ehlo);

/// "5.1.1" at the start of `text`, if it is an enhanced code of the class of `code` [RFC 2034 §4]; else "".
std::string_view enhanced_code(std::string_view text, int code);

}  // namespace coi::net
