// Writes MIME parts: transfer encodings, parameters, boundaries.
//
// [RFC 2045 §6], [RFC 2183], [RFC 2231] (by GMime), [RFC 3676]. All output is 7-bit with CRLF and lines of at most 998
// octets [RFC 5322 §2.1.1].

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coi {

struct Attachment;

/// A part: header lines "Content-…" and what its body is made of, each with CRLF at its end.
struct Part {
    std::string header;
    std::string body{};
    std::string_view file{};    // the body is the base64 of these bytes, which must live until it is printed
    std::vector<Part> parts{};  // the body is these, each behind the boundary
    std::string boundary{};
};
/// Appends header, empty line and body: a large file is copied once, as its base64.
void append(std::string& out, const Part&);
/// About how many bytes that is; never fewer.
std::size_t printed_size(const Part&);

/// text/plain, UTF-8, format=flowed if that is exact; `text` has LF.
Part text_part(std::string_view text);
/// The attachment's bytes, which it only refers to, in base64 with its name and disposition.
Part attachment_part(const Attachment&);
/// A part of 7-bit lines (message/disposition-notification …), or of 8-bit ones in quoted-printable.
Part lines_part(std::string_view content_type, std::string_view lines);
/// All parts as one multipart; `type` is "multipart/mixed", perhaps with further parameters.
Part multipart(std::string_view type, std::vector<Part> parts);

}  // namespace coi
