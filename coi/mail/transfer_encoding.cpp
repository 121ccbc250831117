// Decoding; see transfer_encoding.h.

#include "coi/mail/transfer_encoding.h"

#include <algorithm>
#include <array>

namespace coi {
namespace {

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

/// GMime's decoder, begun anew after each padding of base64.
class Decoder {
  public:
    explicit Decoder(GMimeContentEncoding kind) : kind_(kind) { g_mime_encoding_init_decode(&state_, kind); }

    std::string step(std::string_view piece) {
        if (kind_ == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE) return run(breaks_.tidy(piece));
        return kind_ == GMIME_CONTENT_ENCODING_BASE64 ? step_base64(piece) : run(piece);
    }

    std::string flush() {
        std::string out = run(kind_ == GMIME_CONTENT_ENCODING_BASE64 ? group_end : std::string_view(breaks_.rest()));
        std::array<char, 64> last;
        out.append(last.data(), g_mime_encoding_flush(&state_, nullptr, 0, last.data()));
        return out;
    }

  private:
    /// Ends a group whose padding is missing or too short: GMime 3.2.15 keeps an open one back, 3.2.13 did not.
    static constexpr std::string_view group_end = "==";

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

    const GMimeContentEncoding kind_;
    GMimeEncoding state_;
    SoftBreaks breaks_;
    bool padded_ = false;
};

}  // namespace

void decode(GMimeDataWrapper* content, const std::function<bool(std::string_view)>& sink) {
    if (content == nullptr) return;
    auto* stream = g_mime_data_wrapper_get_stream(content);
    if (stream == nullptr || g_mime_stream_reset(stream) == -1) return;
    Decoder decoder(g_mime_data_wrapper_get_encoding(content));
    std::array<char, 16384> raw;
    while (true) {
        const auto read = g_mime_stream_read(stream, raw.data(), raw.size());
        if (read <= 0) break;
        if (!sink(decoder.step({raw.data(), static_cast<std::size_t>(read)}))) return;
    }
    sink(decoder.flush());
}

std::string decoded(GMimePart* part, std::size_t most) {
    std::string out;
    decode(g_mime_part_get_content(part), [&](std::string_view piece) {
        out.append(piece);
        return out.size() <= most;
    });
    return out;
}

}  // namespace coi
