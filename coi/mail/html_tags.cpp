// Copies HTML's tags; see html_tags.h. Every step advances, and the end of a tag or comment that has none is searched
// only once.

#include "coi/mail/html_tags.h"

#include <algorithm>
#include <array>
#include <utility>

#include "coi/mail/charset.h"

namespace coi {
namespace {

constexpr auto none = std::string_view::npos;
constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_value = 4096;  // of an attribute
constexpr std::array<std::string_view, 11> read_attributes{"alt",  "border", "class", "hidden", "href", "id",
                                                           "name", "role",   "src",   "start",  "style"};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_char(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == ':' || c == '-' || c == '_' || c == '.';
}

class Copy {
  public:
    Copy(std::string_view html, std::size_t most, bool (*breaks_line)(std::string_view), std::size_t longest_image)
        : in_(html), most_(most), breaks_line_(breaks_line), longest_image_(longest_image) {
        out_.html.reserve(html.size() / 2);
    }

    HtmlTags all() {
        while (at_ < in_.size()) {
            const auto open = std::min(rest_is_text_ ? none : in_.find('<', at_), in_.size());
            text(in_.substr(at_, open - at_));
            at_ = open;
            if (at_ < in_.size() && !markup()) {
                text("<");
                ++at_;
            }
        }
        return std::move(out_);
    }

  private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }

    void text(std::string_view words) {
        if (words.empty()) return;
        after_break_ = false;
        for (auto mark = words.find('<'); mark != none; mark = words.find('<')) {
            out_.html.append(words.substr(0, mark)).append("&lt;");
            words.remove_prefix(mark + 1);
        }
        out_.html.append(words);
    }

    /// Parses the text from "<" on; false if that is only a character.
    bool markup() {
        if (tag_or_comment()) return true;
        // The beginning of a tag at the end of the input: the document was truncated there.
        if (at_ + 1 < in_.size() && !is_letter(peek(1)) && peek(1) != '/') return false;
        const auto end = in_.find_first_of("< \t\n\r\f", at_ + 1);
        if (end != none && (in_[end] == '<' || in_.find_first_not_of(" \t\n\r\f", end) != none)) return false;
        at_ = in_.size();
        return true;
    }

    bool tag_or_comment() {
        if (is_letter(peek(1))) return start_tag();
        if (peek(1) == '/' && is_letter(peek(2))) return end_tag();
        if (in_.substr(at_).starts_with("<!--") && comment()) return true;
        return (peek(1) == '!' || peek(1) == '?') && skip_to_end();
    }

    bool skip_to_end() {
        const auto end = in_.find('>', at_);
        if (end == none) return !(rest_is_text_ = true);
        at_ = end + 1;
        return true;
    }

    bool comment() {
        const auto rest = in_.substr(at_ + 4);
        if (rest.starts_with('>') || rest.starts_with("->")) return skip_to_end();
        if (comments_end_) return false;
        const auto end = in_.find("--", at_ + 4);
        for (auto dashes = end; dashes != none; dashes = in_.find("--", dashes + 1)) {
            const auto after = in_.substr(dashes + 2, 2);
            if (!after.starts_with('>') && after != "!>") continue;
            at_ = dashes + 2;
            return skip_to_end();
        }
        return !(comments_end_ = true);  // and is no comment
    }

    std::string name() {
        const auto from = at_;
        while (is_name_char(peek())) ++at_;
        return lower(in_.substr(from, std::min(at_ - from, longest_name)));
    }

    bool end_tag() {
        const auto begin = at_;
        at_ += 2;
        const std::string element = name();
        if (!skip_to_end()) {
            at_ = begin;
            return false;
        }
        write(element, "</" + element + ">");
        return true;
    }

    bool start_tag() {
        const auto begin = at_++;
        const std::string element = name();
        std::string tag = "<" + element;
        std::array<bool, read_attributes.size()> had{};
        while (at_ < in_.size() && peek() != '>') {
            if (is_blank(peek()) || peek() == '/') {
                ++at_;
            } else {
                attribute(tag, had);
            }
        }
        if (at_ == in_.size()) {  // it has no end, and so has no tag that begins inside it
            at_ = begin;
            return !(rest_is_text_ = true);
        }
        tag += in_[at_ - 1] == '/' && at_ > value_end_ ? "/>" : ">";
        ++at_;
        write(element, tag);
        if (element == "script" || element == "style") skip_raw(element);
        return true;
    }

    void attribute(std::string& tag, std::array<bool, read_attributes.size()>& had) {
        const auto from = at_++;
        while (at_ < in_.size() && !is_blank(peek()) && peek() != '/' && peek() != '>' && peek() != '=') ++at_;
        const auto name = in_.substr(from, at_ - from);
        const auto value = attribute_value();
        if (name.size() > longest_name) return;
        const auto known = std::ranges::find(read_attributes, lower(name));
        if (known == read_attributes.end()) return;
        const bool is_address = *known == "src";
        if (is_address && (value.size() > longest_image_ || !value.starts_with("data:"))) return;
        if (std::exchange(had[static_cast<std::size_t>(known - read_attributes.begin())], true)) return;
        tag.append(" ").append(*known).append("=\"");
        for (const char c : cut_utf8(value, is_address ? longest_image_ : longest_value))
            c == '"' ? tag.append("&quot;") : tag.append(1, c);
        tag += '"';
    }

    std::string_view attribute_value() {
        auto next = at_;
        while (next < in_.size() && is_blank(in_[next])) ++next;
        if (next == in_.size() || in_[next] != '=') return {};
        at_ = next + 1;
        while (is_blank(peek())) ++at_;
        if (const char quote = peek(); quote == '"' || quote == '\'') {
            bool& missing = quote == '"' ? no_double_ : no_single_;
            const auto end = missing ? none : in_.find(quote, at_ + 1);
            missing = end == none;
            if (!missing) {
                const auto value = in_.substr(at_ + 1, end - at_ - 1);
                value_end_ = at_ = end + 1;
                return value;
            }
        }
        const auto from = at_;
        while (at_ < in_.size() && !is_blank(peek()) && peek() != '>') ++at_;
        value_end_ = at_;
        return in_.substr(from, at_ - from);
    }

    /// Scripts and styles end with their own end tag only.
    void skip_raw(std::string_view element) {
        for (auto end = in_.find("</", at_); end != none; end = in_.find("</", end + 2)) {
            if (lower(in_.substr(end + 2, element.size())) != element) continue;
            at_ = end;
            return;
        }
        at_ = in_.size();
    }

    void write(std::string_view element, std::string_view tag) {
        if (out_.tags < most_) {
            ++out_.tags;
            out_.html.append(tag);
        } else if (breaks_line_(element) && !std::exchange(after_break_, true)) {
            out_.html.append("<br>");
        }
    }

    const std::string_view in_;
    const std::size_t most_;
    bool (*const breaks_line_)(std::string_view);
    const std::size_t longest_image_;
    HtmlTags out_;
    std::size_t at_ = 0, value_end_ = 0;
    bool rest_is_text_ = false, comments_end_ = false, no_double_ = false, no_single_ = false, after_break_ = false;
};

}  // namespace

HtmlTags copy_html(std::string_view html, std::size_t most, bool (*breaks_line)(std::string_view name),
                   std::size_t longest_image) {
    return Copy(html, most, breaks_line, longest_image).all();
}

}  // namespace coi
