// Header fields as text: taking a block apart, decoding a value, and writing a field that every server takes.
//
// [RFC 5322 §2.2] (folding), [RFC 2047] (encoded words), [RFC 6532] (raw UTF-8). Decoding is GMime's; encoding is ours
// because GMime leaves the plain words between encoded ones plain and loses their spacing: what is written here is read
// back exactly.

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

/// The fields of a header block (or of a report's group of fields) up to its first empty line, at most `most`; lines
/// that are none are skipped.
std::vector<Field> split_fields(std::string_view block, std::size_t most = 1000);

/// The first field of that lower-case name, or "".
std::string_view field(const std::vector<Field>&, std::string_view lower_case_name);

/// The values of all fields of that lower-case name in the mail's own header, unfolded and else as they came, NULs and
/// encoded words included.
std::vector<std::string> raw_fields(std::string_view mail, std::string_view lower_case_name);

/// Without the line ends of folding; the white space after them stays [RFC 5322 §2.2.3].
std::string unfold(std::string_view raw);

/// The value with its base64 words, and those of other charsets than UTF-8, as UTF-8 words, neighbours made one: GMime
/// loses what follows the padding of a word, and knows fewer charsets.
std::string tidy_words(std::string_view value);

/// A raw value as a person reads it: unfolded, encoded words decoded, 8-bit read as UTF-8 or windows-1252, one line.
std::string decode_header(std::string_view raw);

/// "chat-group-id" → "Chat-Group-ID".
std::string canonical_name(std::string_view lower_case_name);

/// True if that may be a field name [RFC 5322 §3.6.8] of a length that leaves room for a value.
bool is_field_name(std::string_view);

/// True if the value may be printed: UTF-8 without a control character, so nothing in it can begin a line of its own.
bool is_field_value(std::string_view);

/// `text` as encoded words, the first of which follows `column` characters in its line; folded with CRLF.
std::string encoded_words(std::string_view text, std::size_t column);

/// Appends "Name: value" with CRLF, folded at spaces, in encoded words where it is not plain ASCII.
/// is_field_value(value).
void append_field(std::string& out, std::string_view name, std::string_view value);

/// Appends "Name: a,\r\n b" from tokens that must not be cut (ids, addresses, already encoded).
void append_tokens(std::string& out, std::string_view name, const std::vector<std::string>& tokens,
                   std::string_view separator);

/// A mailbox as it stands in a header: `"Zoë" <zoe@example.org>`, the name quoted or in encoded words where it needs
/// it.
std::string print_address(const Address&);

/// "Sat, 21 Nov 2026 21:07:19 +0000" [RFC 5322 §3.3], whatever the locale.
std::string print_date(std::chrono::sys_seconds);

}  // namespace coi
