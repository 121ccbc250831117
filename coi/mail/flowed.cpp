// format=flowed [RFC 3676 §4]: wrapping, space-stuffing, quote depth, the signature separator, DelSp.
// We never write DelSp: lines break at spaces only.

#include "coi/mail/flowed.h"

#include <algorithm>

namespace coi {
namespace {

constexpr std::size_t line_width = 72;              // without quote marks and stuffing
constexpr std::string_view signature_mark = "-- ";  // not flowed although it ends in a space [RFC 3676 §4.3]

std::string_view take_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

std::size_t quote_depth(std::string_view line) { return std::min(line.find_first_not_of('>'), line.size()); }

/// True if the line is a quote that decode_flowed would write in exactly this form.
bool is_regular_quote(std::string_view line) {
    const auto depth = quote_depth(line);
    return depth > 0 && (depth == line.size() || (line[depth] == ' ' && line.size() > depth + 1));
}

/// The length of `content` for one line: up to the last run of spaces that fits.
std::size_t piece_length(std::string_view content) {
    std::size_t characters = 0, best = 0;
    for (std::size_t i = 0; i < content.size(); ++i) {
        if ((static_cast<unsigned char>(content[i]) & 0xc0) != 0x80) ++characters;
        if (characters > line_width && best > 0) return best;
        const bool run_ends = content[i] == ' ' && i + 1 < content.size() && content[i + 1] != ' ';
        if (run_ends && content.substr(0, i + 1) != signature_mark) best = i + 1;
    }
    return content.size();
}

void encode_line(std::string_view line, std::string& out) {
    std::string prefix;
    if (is_regular_quote(line)) {
        const auto depth = quote_depth(line);
        prefix.assign(depth, '>');
        line.remove_prefix(depth);
        if (line.empty()) {
            out.append(prefix).append("\n");
            return;
        }
        line.remove_prefix(1);
        prefix += ' ';
    }
    do {
        const auto piece = line.substr(0, piece_length(line));
        // Space-stuffing [RFC 3676 §4.4]: a quoted line always has its space.
        const bool stuff =
            prefix.empty() && (piece.starts_with(' ') || piece.starts_with('>') || piece.starts_with("From "));
        out.append(stuff ? " " : "").append(prefix).append(piece).append("\n");
        line.remove_prefix(piece.size());
    } while (!line.empty());
}

}  // namespace

std::optional<std::string> encode_flowed(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 16 + 16);
    const bool line_end = text.ends_with('\n');
    while (!text.empty()) {
        const auto line = take_line(text);
        if (line.ends_with(' ') && line != signature_mark) return std::nullopt;
        encode_line(line, out);
    }
    if (!line_end && !out.empty()) out.pop_back();
    return out;
}

std::string decode_flowed(std::string_view lines, bool delsp) {
    std::string out;
    out.reserve(lines.size());
    bool open = false;  // the last line was flowed: the next one of its depth belongs to it
    bool first = true;
    std::size_t depth = 0;
    const bool line_end = lines.ends_with('\n');
    while (!lines.empty()) {
        auto line = take_line(lines);
        const auto line_depth = quote_depth(line);
        line.remove_prefix(line_depth);
        if (line.starts_with(' ')) line.remove_prefix(1);
        const bool fixed = line == signature_mark || !line.ends_with(' ');
        if (!fixed && delsp) line.remove_suffix(1);
        if (!open || line_depth != depth || line == signature_mark) {
            if (open && out.ends_with(' ')) out.pop_back();  // a flowed line without a following one [RFC 3676 §4.5]
            if (!first) out += '\n';
            out.append(line_depth, '>');
            if (line_depth > 0 && !line.empty()) out += ' ';
        }
        out.append(line);
        open = !fixed;
        depth = line_depth;
        first = false;
    }
    if (open && out.ends_with(' ')) out.pop_back();
    if (line_end) out += '\n';
    return out;
}

}  // namespace coi
