// Writing MIME parts [RFC 2045 §6]: the transfer encoding is chosen by the content, and every line end is CRLF.
// The encoders are GMime's; it would choose charsets by itself, so text never goes through its text parts.

#include "coi/mail/mime_write.h"

#include <algorithm>
#include <utility>

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

/// Appends what GMime made, with CRLF for its bare LF.
void append_lines(std::string& out, std::string_view encoded) {
    while (!encoded.empty()) {
        const auto line = encoded.substr(0, encoded.find('\n'));
        out.append(line);
        encoded.remove_prefix(line.size());
        if (encoded.empty()) return;
        out.append(out.ends_with('\r') ? "\n" : "\r\n");
        encoded.remove_prefix(1);
    }
}

/// Appends the encoded bytes, piece by piece.
void encode(std::string& out, std::string_view bytes, GMimeContentEncoding how) {
    constexpr std::size_t most = 64 * 1024;
    const std::size_t begin = out.size();
    GMimeEncoding encoding;
    g_mime_encoding_init_encode(&encoding, how);
    std::string piece;
    do {
        const auto next = bytes.substr(0, most);
        bytes.remove_prefix(next.size());
        piece.resize(g_mime_encoding_outlen(&encoding, next.size()) + 8);
        const auto run = bytes.empty() ? g_mime_encoding_flush : g_mime_encoding_step;
        piece.resize(run(&encoding, next.data(), next.size(), piece.data()));
        append_lines(out, piece);
    } while (!bytes.empty());
    if (out.size() > begin && !out.ends_with('\n')) out += "\r\n";
}

std::string encoded(std::string_view bytes, GMimeContentEncoding how) {
    std::string out;
    encode(out, bytes, how);
    return out;
}

/// The body in the encoding that reads best and carries it exactly; `lines` has LF.
Part encoded_lines(std::string header, std::string_view lines, bool exact_spaces) {
    const auto high = std::ranges::count_if(lines, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    if (high == 0 && !exact_spaces && !has_long_line(lines)) {
        return {header.append("Content-Transfer-Encoding: 7bit\r\n"), with_crlf(lines)};
    }
    if (static_cast<std::size_t>(high) * 3 > lines.size()) {
        return {header.append("Content-Transfer-Encoding: base64\r\n"),
                encoded(with_crlf(lines), GMIME_CONTENT_ENCODING_BASE64)};
    }
    // Quoted-printable takes LF as the line end of text; it is CRLF on the wire [RFC 2045 §6.7].
    return {header.append("Content-Transfer-Encoding: quoted-printable\r\n"),
            encoded(lines.ends_with('\n') || lines.empty() ? lines : std::string(lines) + '\n',
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
    part.file = attachment.bytes;
    return part;
}

Part multipart(std::string_view type, std::vector<Part> parts) {
    Part whole;
    // "=_" can't stand in base64 or quoted-printable, and the rest is random.
    whole.boundary = "=_" + random_token();
    whole.header = "Content-Type: " + std::string(type) + ";\r\n boundary=\"" + whole.boundary + "\"\r\n";
    whole.parts = std::move(parts);
    return whole;
}

void append(std::string& out, const Part& part) {
    out.append(part.header).append("\r\n").append(part.body);
    if (!part.file.empty()) encode(out, part.file, GMIME_CONTENT_ENCODING_BASE64);
    if (part.boundary.empty()) return;
    for (const auto& inside : part.parts) {
        out.append("--").append(part.boundary).append("\r\n");
        append(out, inside);
    }
    out.append("--").append(part.boundary).append("--\r\n");
}

std::size_t printed_size(const Part& part) {
    const std::size_t base64 = (part.file.size() + 2) / 3 * 4;
    std::size_t size = part.header.size() + 2 + part.body.size() + base64 + 2 * (base64 / 72 + 1);
    for (const auto& inside : part.parts) size += printed_size(inside) + part.boundary.size() + 4;
    return size + part.boundary.size() + 6;
}

}  // namespace coi
