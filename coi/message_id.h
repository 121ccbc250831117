// Message-IDs as a type of their own, and COI's chat$ form.
//
// [RFC 5322 §3.6.4], [COI-C "COI-specific Message Header Fields"]. A MessageId is stored without its angle brackets.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coi {

struct MessageId {
    std::string value;  // "chat$Ab3.x@example.org", without < and >
    bool empty() const { return value.empty(); }
    auto operator<=>(const MessageId&) const = default;
};

/// 22 characters of [A-Za-z0-9_-] with 128 random bits from OpenSSL; throws std::runtime_error if it fails.
std::string random_token();

/// A fresh `chat$TIMERANDOM@domain` [COI-C "COI-specific Message Header Fields"]: 7 characters by which ids sort as
/// they were minted (to the millisecond), and 128 random bits; `domain` is an A-label host name.
MessageId mint(std::string_view domain);

/// True for ids that COI defines for chat ("chat$…", case-sensitive).
bool is_chat(const MessageId&);

/// True if the id may be written between < and > in a header: visible ASCII that fits a line.
bool is_printable(const MessageId&);

/// All ids of a References, In-Reply-To or Message-ID field, at most `most`, in order. Other text between them, and ids
/// that is_printable refuses, are skipped. Ids without brackets are accepted only if the whole field has no bracket.
std::vector<MessageId> parse_message_ids(std::string_view field, std::size_t most = 100);

}  // namespace coi
