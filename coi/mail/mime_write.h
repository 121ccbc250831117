// Bytes of MIME parts, ready for any server: transfer encodings, parameters, boundaries.
//
// [RFC 2045 §6], [RFC 2183], [RFC 2231] (by GMime), [RFC 3676]. Everything here is 7-bit with CRLF and lines of at most
// 998 octets [RFC 5322 §2.1.1].

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coi {

struct Attachment;

/// A part: header lines "Content-…" and the body, both with CRLF at their ends.
struct Part {
    std::string header;
    std::string body;
};

/// text/plain, UTF-8, format=flowed where that is exact; `text` has LF.
Part text_part(std::string_view text);
/// The attachment's bytes in base64 with its name and disposition.
Part attachment_part(const Attachment&);
/// A part of lines that are 7-bit already (message/disposition-notification …), or 8-bit in quoted-printable.
Part lines_part(std::string_view content_type, std::string_view lines);
/// All parts as one multipart; `type` is "multipart/mixed" or has more parameters after it.
Part multipart(std::string_view type, const std::vector<Part>& parts);

}  // namespace coi
