// Header fields as text: splitting a block, decoding a value, and writing a field that every server accepts.
//
// [RFC 5322 §2.2] (folding), [RFC 2047] (encoded words), [RFC 6532] (raw UTF-8). GMime decodes; encoding is our own,
// because GMime does not encode the ASCII words between encoded ones and loses their spacing: what is written here is
// decoded exactly.

#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "coi/mail/address.h"

namespace coi {

struct Field {
    std::string name;   // lower case
    std::string value;  // unfolded, not decoded
    bool operator==(const Field&) const = default;
};

/// The fields of a header block (or of a group of fields in a report) up to its first empty line, at most `most`; other
/// lines are skipped.
std::vector<Field> split_fields(std::string_view block, std::size_t most = 1000);

/// The first field with this lower-case name, or "".
std::string_view field(const std::vector<Field>&, std::string_view lower_case_name);

/// The values of all fields with this lower-case name in the mail's own header, unfolded but otherwise raw, including
/// NULs and encoded words.
std::vector<std::string> raw_fields(std::string_view mail, std::string_view lower_case_name);

/// Removes the line ends of folding; the white space after them stays [RFC 5322 §2.2.3].
std::string unfold(std::string_view raw);

/// Rewrites base64 encoded words, and those in other charsets than UTF-8, as UTF-8 words, adjacent ones joined: GMime
/// loses text after the padding of a word, and supports fewer charsets.
std::string tidy_words(std::string_view value);

/// A raw value for a person: unfolded, encoded words decoded, 8-bit bytes as UTF-8 or windows-1252, on one line.
std::string decode_header(std::string_view raw);

/// "chat-group-id" → "Chat-Group-ID".
std::string canonical_name(std::string_view lower_case_name);

/// True if this can be a field name [RFC 5322 §3.6.8] short enough to leave room for a value.
bool is_field_name(std::string_view);

/// True if the value may be printed: UTF-8 without control characters, so that it cannot start a new line.
bool is_field_value(std::string_view);

/// `text` as encoded words; the first one follows `column` characters in its line; folded with CRLF.
std::string encoded_words(std::string_view text, std::size_t column);

/// Appends "Name: value" with CRLF, folded at spaces, in encoded words if it is not plain ASCII. Requires
/// is_field_value(value).
void append_field(std::string& out, std::string_view name, std::string_view value);

/// Appends "Name: a,\r\n b" from tokens that must not be split (ids, addresses, already encoded).
void append_tokens(std::string& out, std::string_view name, const std::vector<std::string>& tokens,
                   std::string_view separator);

/// A mailbox for a header: `"Zoë" <zoe@example.org>`, with the name quoted or in encoded words if needed.
std::string print_address(const Address&);

/// "Sat, 21 Nov 2026 21:07:19 +0000" [RFC 5322 §3.3], in any locale.
std::string print_date(std::chrono::sys_seconds);

}  // namespace coi
