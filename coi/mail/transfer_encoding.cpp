// Decoding; see transfer_encoding.h.

#include "coi/mail/transfer_encoding.h"

#include <algorithm>
#include <array>

namespace coi {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Holds the white space after an `=` back until the next character shows whether it ends the line.
class SoftBreaks {
  public:
    std::string tidy(std::string_view piece) {
        std::string out;
        out.reserve(piece.size() + held_.size());
        for (const char c : piece) {
            const bool is_space = c == ' ' || c == '\t';
            if (after_equals_ && is_space && held_.size() < longest) {
                held_ += c;
                continue;
            }
            if (after_equals_ && c != '\r' && c != '\n') out += held_;
            held_.clear();
            after_equals_ = c == '=';
            out += c;
        }
        return out;
    }
    const std::string& rest() const { return held_; }

  private:
    static constexpr std::size_t longest = 998;  // a line [RFC 5322 §2.1.1]
    bool after_equals_ = false;
    std::string held_;
};

/// A line of base64 has no space inside, nothing beyond ASCII, and does not end like a sentence.
bool is_words(std::string_view line) {
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.empty()) return false;
    return std::string_view(".,;:?").find(line.back()) != line.npos ||
           std::ranges::any_of(line, [](char c) { return is_blank(c) || static_cast<unsigned char>(c) >= 0x80; });
}

/// GMime's decoder, restarted after each padding of base64.
class Decoder {
  public:
    Decoder(GMimeContentEncoding kind, bool is_text) : kind_(kind), is_text_(is_text) {
        g_mime_encoding_init_decode(&state_, kind);
    }

    std::string step(std::string_view piece) {
        if (kind_ == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE) return run(breaks_.tidy(piece));
        if (kind_ == GMIME_CONTENT_ENCODING_UUENCODE || (kind_ == GMIME_CONTENT_ENCODING_BASE64 && is_text_))
            return step_lines(piece);
        return kind_ == GMIME_CONTENT_ENCODING_BASE64 ? step_base64(piece) : run(piece);
    }

    std::string flush() {
        std::string out = line_.empty() ? "" : step_line(line_);
        out.append(run(kind_ == GMIME_CONTENT_ENCODING_BASE64 ? group_end : std::string_view(breaks_.rest())));
        std::array<char, 64> last;
        out.append(last.data(), g_mime_encoding_flush(&state_, nullptr, 0, last.data()));
        return out;
    }

  private:
    /// Completes a group with missing or short padding: GMime 3.2.15 holds an incomplete one back, 3.2.13 did not.
    static constexpr std::string_view group_end = "==";

    std::string step_lines(std::string_view piece) {
        std::string out;
        while (!piece.empty()) {
            const auto end = std::min(piece.find('\n'), piece.size() - 1) + 1;
            line_.append(piece.substr(0, end));
            piece.remove_prefix(end);
            if (!line_.ends_with('\n') && line_.size() < longest_line) continue;
            out += step_line(line_);
            line_.clear();
        }
        return out;
    }

    std::string step_line(std::string_view line) {
        if (kind_ == GMIME_CONTENT_ENCODING_BASE64) {
            if (line.size() >= longest_line || !is_words(line)) return step_base64(line);
            std::string out = run(group_end);
            g_mime_encoding_reset(&state_);
            padded_ = false;
            return out.append("\n").append(line);
        }
        const bool begins = !inside_ && line.starts_with("begin ");
        const bool ends = inside_ && line.starts_with("end") && line.find_first_not_of("\r\n", 3) == line.npos;
        if (begins) g_mime_encoding_reset(&state_);
        if (begins || ends) inside_ = begins;
        return begins || ends ? "" : inside_ ? run(line) : std::string(line);
    }

    std::string step_base64(std::string_view piece) {
        constexpr std::string_view padding = "=\r\n\t ";
        std::string out;
        while (!piece.empty()) {
            const auto end = padded_ ? 0 : piece.find('=');
            if (end == piece.npos) return out + run(piece);
            const auto next = std::min(piece.find_first_not_of(padding, end), piece.size());
            out += run(piece.substr(0, next));
            piece.remove_prefix(next);
            padded_ = piece.empty();
            if (padded_) return out;
            out += run(group_end);
            g_mime_encoding_reset(&state_);
        }
        return out;
    }

    std::string run(std::string_view bytes) {
        std::string out(2 * bytes.size() + 64, '\0');
        out.resize(g_mime_encoding_step(&state_, bytes.data(), bytes.size(), out.data()));
        return out;
    }

    static constexpr std::size_t longest_line = 4096;
    const GMimeContentEncoding kind_;
    const bool is_text_;
    std::string line_;     // the beginning of one
    bool inside_ = false;  // of uuencode
    GMimeEncoding state_;
    SoftBreaks breaks_;
    bool padded_ = false;
};

}  // namespace

void decode(GMimeDataWrapper* content, bool is_text, const std::function<bool(std::string_view)>& sink) {
    if (content == nullptr) return;
    auto* stream = g_mime_data_wrapper_get_stream(content);
    if (stream == nullptr || g_mime_stream_reset(stream) == -1) return;
    Decoder decoder(g_mime_data_wrapper_get_encoding(content), is_text);
    std::array<char, 16384> raw;
    while (true) {
        const auto read = g_mime_stream_read(stream, raw.data(), raw.size());
        if (read <= 0) break;
        if (!sink(decoder.step({raw.data(), static_cast<std::size_t>(read)}))) return;
    }
    sink(decoder.flush());
}

std::size_t decoded_size(GMimeDataWrapper* content) {
    auto* stream = content == nullptr ? nullptr : g_mime_data_wrapper_get_stream(content);
    const auto length = stream == nullptr ? -1 : g_mime_stream_length(stream);
    if (length <= 0) return 0;
    const auto size = static_cast<std::size_t>(length);
    return g_mime_data_wrapper_get_encoding(content) == GMIME_CONTENT_ENCODING_BASE64 ? size / 4 * 3 + 3 : size;
}

std::string decoded(GMimePart* part, std::size_t most) {
    std::string out;
    auto* type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    const bool is_text = type == nullptr || g_mime_content_type_is_type(type, "text", "*");
    decode(g_mime_part_get_content(part), is_text, [&](std::string_view piece) {
        out.append(piece);
        return out.size() <= most;
    });
    return out;
}

std::string decoded(std::string_view bytes, GMimeContentEncoding kind) {
    Decoder decoder(kind, false);
    std::string out = decoder.step(bytes);
    return out.append(decoder.flush());
}

}  // namespace coi
