// Writing MIME parts [RFC 2045 §6]: the transfer encoding is chosen by the content, and every line end is CRLF.
// The encoders are GMime's; it would choose charsets by itself, so text never goes through its text parts.

#include "coi/mail/mime_write.h"

#include <algorithm>

#include "coi/mail/charset.h"
#include "coi/mail/flowed.h"
#include "coi/mail/gobject.h"
#include "coi/message.h"

namespace coi {
namespace {

constexpr std::size_t longest_line = 990;  // [RFC 5322 §2.1.1] allows 998

std::string with_crlf(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 32 + 4);
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        out.append(line).append("\r\n");
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    return out;
}

bool has_long_line(std::string_view text) {
    while (text.size() > longest_line) {
        const auto end = text.substr(0, longest_line + 1).rfind('\n');
        if (end == std::string_view::npos) return true;
        text.remove_prefix(end + 1);
    }
    return false;
}

std::string encode(std::string_view bytes, GMimeContentEncoding how) {
    GMimeEncoding encoding;
    g_mime_encoding_init_encode(&encoding, how);
    std::string out(g_mime_encoding_outlen(&encoding, bytes.size()) + 8, '\0');
    out.resize(g_mime_encoding_flush(&encoding, bytes.data(), bytes.size(), out.data()));
    // GMime ends its own lines with a bare LF.
    std::string lines;
    lines.reserve(out.size() + out.size() / 64 + 2);
    for (const char c : out) {
        if (c == '\n' && !lines.ends_with('\r')) lines += '\r';
        lines += c;
    }
    if (!lines.empty() && !lines.ends_with('\n')) lines += "\r\n";
    return lines;
}

/// The body in the encoding that reads best and carries it exactly; `lines` has LF.
Part encoded_lines(std::string header, std::string_view lines, bool exact_spaces) {
    const auto high = std::ranges::count_if(lines, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    if (high == 0 && !exact_spaces && !has_long_line(lines)) {
        return {header.append("Content-Transfer-Encoding: 7bit\r\n"), with_crlf(lines)};
    }
    if (static_cast<std::size_t>(high) * 3 > lines.size()) {
        return {header.append("Content-Transfer-Encoding: base64\r\n"),
                encode(with_crlf(lines), GMIME_CONTENT_ENCODING_BASE64)};
    }
    // Quoted-printable takes LF as the line end of text; it is CRLF on the wire [RFC 2045 §6.7].
    return {header.append("Content-Transfer-Encoding: quoted-printable\r\n"),
            encode(lines.ends_with('\n') || lines.empty() ? lines : std::string(lines) + '\n',
                   GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)};
}

}  // namespace

Part text_part(std::string_view text) {
    const auto flowed = encode_flowed(text);
    if (flowed) return encoded_lines("Content-Type: text/plain; charset=utf-8; format=flowed\r\n", *flowed, false);
    return encoded_lines("Content-Type: text/plain; charset=utf-8\r\n", text, true);
}

Part lines_part(std::string_view content_type, std::string_view lines) {
    return encoded_lines("Content-Type: " + std::string(content_type) + "\r\n", lines, false);
}

Part attachment_part(const Attachment& attachment) {
    gmime_options();
    Part part;
    part.header = "Content-Type: " + attachment.content_type + "\r\n";
    const Owned<GMimeContentDisposition> disposition(g_mime_content_disposition_new());
    g_mime_content_disposition_set_disposition(disposition.get(), attachment.is_inline ? "inline" : "attachment");
    if (!attachment.name.empty()) {
        g_mime_content_disposition_set_parameter(disposition.get(), "filename", attachment.name.c_str());
    }
    const std::string size = std::to_string(attachment.bytes.size());
    g_mime_content_disposition_set_parameter(disposition.get(), "size", size.c_str());  // [RFC 2183 §2.7]
    const OwnedText encoded(g_mime_content_disposition_encode(disposition.get(), nullptr));
    part.header += "Content-Disposition: ";
    for (const std::string_view value = trim(encoded.get()); const char c : value) {
        if (c == '\n') part.header += '\r';
        part.header += c;
    }
    part.header += "\r\nContent-Transfer-Encoding: base64\r\n";
    part.body = encode(attachment.bytes, GMIME_CONTENT_ENCODING_BASE64);
    return part;
}

Part multipart(std::string_view type, const std::vector<Part>& parts) {
    // "=_" can't stand in base64 or quoted-printable, and the rest is random.
    const std::string boundary = "=_" + random_token();
    Part whole;
    whole.header = "Content-Type: " + std::string(type) + ";\r\n boundary=\"" + boundary + "\"\r\n";
    for (const auto& part : parts) {
        whole.body.append("--").append(boundary).append("\r\n").append(part.header).append("\r\n").append(part.body);
    }
    whole.body.append("--").append(boundary).append("--\r\n");
    return whole;
}

}  // namespace coi
