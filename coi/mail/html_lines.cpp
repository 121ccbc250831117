// White space and breaks as CSS 2.1 §16.6.1 collapses them, as far as lines of text can show it.

#include "coi/mail/html_lines.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace coi {
namespace {

constexpr std::size_t deepest_quote = 8;    // marks shown; a line must not become all marks
constexpr std::size_t deepest_indent = 12;  // spaces
constexpr std::size_t longest_span = 500;   // octets
constexpr std::size_t longest_label = 60;   // octets, of a copied header

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/// Characters without width that newsletters fill their previews with.
constexpr std::array<std::string_view, 6> invisible{"\u200B", "\uFEFF", "\u00AD", "\u034F", "\u2060", "\u2007"};
constexpr std::string_view no_break_space = "\u00A0", joiner = "\u200C";

}  // namespace

void HtmlLines::end_line() {
    // "-- " keeps its space, by which a signature is known [RFC 3676 §4.3].
    const bool signature = std::string_view(out_).substr(line_start_) == "--" && space_;
    if (signature) out_ += ' ';
    while (!signature && out_.size() > line_start_ && out_.back() == ' ') out_.pop_back();
    out_ += '\n';
    line_start_ = out_.size();
}

void HtmlLines::begin_word() {
    if (breaks_ > 0 && in_line_) {
        end_line();
        if (breaks_ > 1) {
            out_.append(std::min({last_quotes_, quotes_, deepest_quote}), '>');
            end_line();
        }
        in_line_ = false;
    }
    breaks_ = 0;
    if (!in_line_) {
        const auto quotes = std::min(quotes_, deepest_quote);
        out_.append(quotes, '>');
        if (quotes > 0) out_ += ' ';
        out_.append(std::min(indent_, deepest_indent), ' ');
        last_quotes_ = quotes_;
        in_line_ = true;
    } else if (space_ || hard_space_) {
        out_ += ' ';
    }
    space_ = hard_space_ = false;
}

void HtmlLines::text(std::string_view utf8, bool as_is) {
    while (!utf8.empty()) {
        const char c = utf8[0];
        if (as_is && c == '\n') {
            line_break();
            utf8.remove_prefix(1);
            continue;
        }
        if (as_is && c == ' ') {
            begin_word();
            out_ += ' ';
            utf8.remove_prefix(1);
            continue;
        }
        if (is_space(c)) {
            space_ = true;
            utf8.remove_prefix(1);
            continue;
        }
        if (static_cast<unsigned char>(c) < 0x80) {
            const auto end = std::find_if(utf8.begin(), utf8.end(), [](char each) {
                return is_space(each) || static_cast<unsigned char>(each) >= 0x80;
            });
            if (std::isalnum(static_cast<unsigned char>(c)) != 0) take_back_style();
            begin_word();
            out_.append(utf8.begin(), end);
            utf8.remove_prefix(static_cast<std::size_t>(end - utf8.begin()));
            continue;
        }
        if (utf8.starts_with(no_break_space)) {
            hard_space_ = space_ = true;
            utf8.remove_prefix(no_break_space.size());
            continue;
        }
        const auto* unseen = std::ranges::find_if(invisible, [&](auto each) { return utf8.starts_with(each); });
        if (unseen != invisible.end()) {
            utf8.remove_prefix(unseen->size());
            continue;
        }
        if (utf8.starts_with(joiner) && (space_ || !in_line_)) {  // between letters it is spelling
            utf8.remove_prefix(joiner.size());
            continue;
        }
        take_back_style();
        begin_word();
        out_ += c;
        utf8.remove_prefix(1);
        while (!utf8.empty() && (static_cast<unsigned char>(utf8[0]) & 0xc0) == 0x80) {
            out_ += utf8[0];
            utf8.remove_prefix(1);
        }
    }
}

void HtmlLines::mark(std::string_view utf8) {
    begin_word();
    out_.append(utf8);
}

void HtmlLines::style(std::size_t from, char directive) {
    const std::string_view out = out_;
    if (from > out.size() || out.size() - from > 2 * longest_span) return;
    if (from < line_start_ && out.substr(from, line_start_ - from).find_first_not_of(" >\n") != out.npos) return;
    const auto start = out.find_first_not_of(from < line_start_ ? " >" : " ", std::max(from, line_start_));
    if (start == out.npos || out.size() - start > longest_span) return;
    const auto words = out.substr(start), before = out.substr(line_start_, start - line_start_);
    const bool stands_free = before.empty() || std::string_view(" *_~`").find(before.back()) != out.npos;
    // "From:" of a copied header, and what stands behind it, must stay readable as one (coi/mail/copied_header).
    if (!stands_free || words.back() == ':' || before.substr(0, longest_label).find(": ") != out.npos ||
        words.find(directive) != out.npos)
        return;
    out_.insert(start, 1, directive);
    out_ += directive;
    styled_from_ = start;
    styled_to_ = out_.size() - 1;
}

void HtmlLines::take_back_style() {
    const bool goes_on = styled_to_ != 0 && styled_to_ + 1 == out_.size() && !space_ && !hard_space_ && breaks_ == 0;
    if (goes_on) {
        out_.pop_back();
        out_.erase(styled_from_, 1);
    }
    styled_from_ = styled_to_ = 0;
}

void HtmlLines::block(std::size_t lines) {
    if (hard_space_ && at_line_start()) {  // a paragraph of &nbsp; alone is an empty line
        line_break();
    } else if (in_line_) {
        breaks_ = std::max(breaks_, lines);
    }
    hard_space_ = false;
    if (breaks_ > 0 && std::string_view(out_).substr(line_start_) != "--") space_ = false;
}

void HtmlLines::line_break() {
    if (!in_line_) return;
    breaks_ = std::min<std::size_t>(breaks_ + 1, 2);
    hard_space_ = false;
}

std::string HtmlLines::take() {
    if (in_line_) end_line();
    return std::move(out_);
}

}  // namespace coi
