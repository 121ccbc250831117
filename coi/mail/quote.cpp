// Decides which lines of a mail are removed. Each line is read once; the number of lines that are analysed closely is
// limited.

#include "coi/mail/quote.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "coi/mail/attribution.h"
#include "coi/mail/charset.h"
#include "coi/mail/copied_header.h"
#include "coi/mail/quote_words.h"
#include "coi/mail/subject.h"

namespace coi {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::string_view cut_mark = "[…]";
constexpr std::size_t longest_signature = 24;  // lines
constexpr std::size_t most_blank = 3;          // lines between an attribution and its quote
constexpr int most_colons = 3000;              // lines that may begin a copied or forwarded mail
constexpr std::size_t pointing_lines = 12;     // at either end of an answer: "see my answers below"
constexpr std::size_t longest_pointing = 400;  // octets of such a line
constexpr int most_attributions = 50;          // lines that may be one

bool is_blank(std::string_view line) {
    constexpr std::string_view no_break_space = "\u00a0";
    while (!(line = trim(line)).empty()) {
        if (!line.starts_with(no_break_space)) return false;
        line.remove_prefix(no_break_space.size());
    }
    return true;
}

bool is_indented(std::string_view line) {
    return line.starts_with(' ') || line.starts_with('\t') || line.starts_with("\u00a0");
}

Lines split(std::string_view text) {
    Lines lines;
    while (true) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return lines;
        text.remove_prefix(end + 1);
    }
}

/// The text between the dashes of "----- Original Message -----", in lower case; "" for another line.
std::string between_dashes(std::string_view line) {
    constexpr std::size_t longest = 120;
    if (line.size() > longest) return {};
    line = trim(line);
    const auto first = line.find_first_not_of("-_ *\u00a0");
    if (first == line.npos || line.substr(0, first).find("--") == line.npos) return {};
    line = line.substr(first, line.find_last_not_of("-_ *:\u00a0") + 1 - first);
    return quote_words::lower_case(line);
}

bool is_rule(std::string_view line) {
    line = trim(line);
    return line.size() > 2 && line.find_first_not_of("-_*") == line.npos;
}

/// A cheap first look for lines with a label or dashes.
bool is_notable(std::string_view line) {
    return line.find(':') != line.npos || line.find("：") != line.npos || line.find("--") != line.npos;
}

/// "Begin forwarded message:", with dashes or without.
bool announces_forward(std::string_view line) {
    constexpr std::size_t longest = 120;
    if (line.size() > longest || is_blank(line)) return false;
    if (const std::string words = between_dashes(line); !words.empty()) {
        // mutt: "----- Forwarded message from Bob <bob@example.org> -----"
        return quote_words::announces_forward(words) || words.starts_with("forwarded message");
    }
    line = trim(line);
    if (!line.ends_with(':') && !line.ends_with("：")) return false;
    line.remove_suffix(line.ends_with(':') ? 1 : 3);
    return quote_words::announces_forward(quote_words::lower_case(trim(line)));
}

/// A line above which the signature ends.
bool begins_postscript(std::string_view line) {
    constexpr std::array<std::string_view, 8> marks{"ps:", "ps.", "p.s", "ps ", "p. s.", "pps", "p.p.s", "nb:"};
    const std::string start = lower(trim(line).substr(0, 6));
    return std::ranges::any_of(marks, [&](auto mark) { return start.starts_with(mark); });
}

/// Text that programs put into empty mails.
bool is_advertisement(std::string_view line) {
    constexpr std::array<std::string_view, 8> starts{"sent from my ", "get outlook for ",  "sent with ",
                                                     "sent via ",     "sent from outlook", "envoyé de mon ",
                                                     "von meinem ",   "gesendet mit "};
    const std::string start = lower(trim(line).substr(0, 24));
    return std::ranges::any_of(starts, [&](auto each) { return start.starts_with(each); });
}

class Folder {
  public:
    Folder(std::string_view text, const Folding& folding)
        : folding_(folding), lines_(split(text)), kept_(lines_.size(), Fate::kept) {}

    std::string folded() {
        if (folding_.answers && !folding_.is_chat) {
            end_ = fold_copied_mail();
            fold_marked();
            if (end_ == lines_.size() && !folded_) fold_indented();
            if (!has_words(0, lines_.size())) kept_.assign(lines_.size(), Fate::kept);
        }
        fold_signature();
        return joined();
    }

    std::string signature() {
        fold_signature();
        std::string out;
        for (auto i = signature_.begin; i < signature_.end; ++i) out.append(lines_[i]).append("\n");
        return clean_text(out);
    }

  private:
    enum class Fate : char { kept, cut, gone };  // gone: removed without a mark

    struct Range {
        std::size_t begin, end;
    };

    std::span<const std::string_view> from(std::size_t line) const { return std::span(lines_).subspan(line); }

    void cut(std::size_t begin, std::size_t end) {
        std::fill(kept_.begin() + static_cast<std::ptrdiff_t>(begin), kept_.begin() + static_cast<std::ptrdiff_t>(end),
                  Fate::cut);
        folded_ = true;
    }

    /// A part that is no quote and stays.
    bool has_words(std::size_t begin, std::size_t end) const {
        for (auto i = begin; i < end; ++i) {
            if (kept_[i] == Fate::kept && !is_blank(lines_[i]) && !is_quote(lines_[i])) return true;
        }
        return false;
    }

    /// The words above a quote without marks are an answer to it. Below it nobody can tell who wrote what; so they must
    /// not be a greeting only, nor point there, nor introduce what follows.
    bool is_answer(std::size_t end) const {
        std::size_t count = 0;
        std::string_view last;
        for (std::size_t i = 0; i < end; ++i) {
            const auto line = lines_[i];
            if (line == "-- ") break;
            if (is_blank(line) || is_rule(line) || is_quote(line) || is_advertisement(line)) continue;
            const bool may_point =
                (count++ < pointing_lines || end - i <= pointing_lines) && line.size() < longest_pointing;
            if (may_point && quote_words::points_below(quote_words::lower_case(line))) return false;
            last = line;
        }
        constexpr std::array<std::string_view, 6> open_ends{",", "，", "、", "،", ":", "："};
        const auto is_open = [&](auto end) { return trim(last).ends_with(end); };
        if (count == 0 || std::ranges::any_of(open_ends, is_open)) return false;
        return count > 1 || !quote_words::greets(quote_words::lower_case(last.substr(0, longest_pointing)));
    }

    std::size_t skip_blank(std::size_t line) const {
        while (line < lines_.size() && is_blank(lines_[line])) ++line;
        return line;
    }

    /// The copied header, with or without "----- Original Message -----" above, at `line`: where the text below begins.
    std::optional<std::size_t> heading(std::size_t line) {
        const auto words = between_dashes(lines_[line]);
        const bool announced = !words.empty() && quote_words::announces_original(words);
        const auto start = announced ? skip_blank(line + 1) : line;
        if (start == lines_.size() || (!announced && !may_begin_header(lines_[start]))) return std::nullopt;
        const auto header = copied_header(from(start), announced, folding_.people);
        if (!header) return std::nullopt;
        if (folding_.may_forward && (header->languages & quote_words::bit_of("fi")) == 0) return std::nullopt;
        return start + header->length;
    }

    /// Cuts a copied header and all below it, unless marks tell which lines below are the quote. Returns where what is
    /// to be looked at for marked quotes ends: there, or at a forwarded mail, which stays.
    std::size_t fold_copied_mail() {
        int left = most_colons;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (is_quote(lines_[i]) || !is_notable(lines_[i])) continue;
            if (announces_forward(lines_[i]) || left-- == 0) return i;
            const auto text = heading(i);
            if (!text) continue;
            auto begin = i;
            if (i > 0 && is_rule(lines_[i - 1])) --begin;
            const auto below = skip_blank(*text);
            if (below < lines_.size() && is_quote(lines_[below])) {
                headed_ = Range{begin, below};
                return lines_.size();
            }
            if (is_answer(begin)) cut(begin, lines_.size());
            return begin;
        }
        return lines_.size();
    }

    /// Runs of lines with ">", blank ones between them included.
    std::vector<Range> blocks() const {
        std::vector<Range> found;
        for (std::size_t i = 0; i < end_; ++i) {
            if (!is_quote(lines_[i])) continue;
            const bool joins = !found.empty() && skip_blank(found.back().end) >= i;
            if (joins)
                found.back().end = i + 1;
            else
                found.push_back({i, i + 1});
        }
        return found;
    }

    /// Where the attribution of a block begins; nullopt if it has none, so that a person may have written it.
    std::optional<std::size_t> attribution(const Range& block) {
        if (headed_ && headed_->end == block.begin) return headed_->begin;
        auto end = block.begin;
        while (end > 0 && block.begin - end < most_blank && is_blank(lines_[end - 1])) --end;
        if (const auto begin = attribution_before(lines_, end, folding_.people); begin < end) {
            const auto above =
                std::find_if_not(lines_.rend() - static_cast<std::ptrdiff_t>(begin), lines_.rend(), is_blank);
            const bool announced = above != lines_.rend() && quote_words::announces_original(between_dashes(*above));
            return announced ? static_cast<std::size_t>(lines_.rend() - above) - 1 : begin;
        }
        return is_headed(block) ? std::optional(block.begin) : std::nullopt;
    }

    /// Apple Mail and Mail.ru have the attribution inside of the quote, GMX and La Poste a copied header.
    bool is_headed(const Range& block) const {
        constexpr std::size_t most = 12;
        Lines start;
        for (auto i = block.begin; i < block.end && start.size() < most; ++i) {
            auto line = lines_[i];
            line.remove_prefix(std::min(line.find_first_not_of("> "), line.size()));
            if (!is_blank(line) || !start.empty()) start.push_back(line);
        }
        if (start.empty() || announces_forward(start[0])) return false;
        if (attribution_at_start(start, folding_.people) > 0) return true;
        const auto below = std::span(start).subspan(1);  // "Message du 05/01/26 10:00"
        return copied_header(start, false, folding_.people) || copied_header(below, false, folding_.people);
    }

    /// One quote, with the answer above it or below; or the last of several, if no answer follows. Others were answered
    /// piece by piece, and give sense to the answers.
    void fold_marked() {
        const auto found = blocks();
        if (found.empty()) return;
        const auto& last = found.back();
        const bool words_follow = has_words(last.end, lines_.size());
        if (found.size() > 1 && words_follow) return;
        if (const auto begin = attribution(last)) cut(*begin, last.end);
    }

    /// Yahoo and Zoho move the quote to the right, attribution and all.
    void fold_indented() {
        std::size_t start = lines_.size();
        const auto fits = [](std::string_view line) { return is_blank(line) || is_indented(line) || is_quote(line); };
        while (start > 0 && fits(lines_[start - 1])) --start;
        if (start > 0) --start;  // the attribution itself need not be indented
        int left = most_attributions;
        for (auto i = start; i < lines_.size() && left > 0; ++i) {
            const auto line = trim(lines_[i]);
            const bool ends = line.ends_with(':') || line.ends_with("：") || line.ends_with("--");
            if (!ends || is_quote(lines_[i])) continue;
            --left;
            const auto begin = attribution_before(lines_, i + 1, folding_.people);
            if (begin > i || !is_addressed(begin, i + 1)) continue;
            if (skip_blank(i + 1) < lines_.size() && is_answer(begin)) cut(begin, lines_.size());
            return;
        }
    }

    bool is_addressed(std::size_t begin, std::size_t end) const {
        return std::any_of(lines_.begin() + static_cast<std::ptrdiff_t>(begin),
                           lines_.begin() + static_cast<std::ptrdiff_t>(end), has_address);
    }

    /// From the last "-- " to the end [RFC 3676 §4.3], or to a quote, a forwarded mail or a postscript; not if it is
    /// too long to be a signature.
    void fold_signature() {
        std::size_t begin = lines_.size();
        while (begin > 0 && (lines_[begin - 1] != "-- " || kept_[begin - 1] != Fate::kept)) --begin;
        if (begin-- == 0) return;
        auto end = begin + 1;
        for (; end < lines_.size() && kept_[end] == Fate::kept && !stands_apart(end); ++end) {
            if (end - begin > longest_signature) return;
        }
        if (!folding_.has_files && !has_words(0, begin) && !has_words(end, lines_.size())) return;
        signature_ = {begin + 1, end};
        std::fill(kept_.begin() + static_cast<std::ptrdiff_t>(begin), kept_.begin() + static_cast<std::ptrdiff_t>(end),
                  Fate::gone);
    }

    bool stands_apart(std::size_t line) {
        return is_quote(lines_[line]) || announces_forward(lines_[line]) || begins_postscript(lines_[line]) ||
               quote_words::announces_original(between_dashes(lines_[line])) ||
               (may_begin_header(lines_[line]) && copied_header(from(line), false, {})) ||
               attribution_at_start(from(line), {}) > 0;
    }

    std::string joined() const {
        std::string out;
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (kept_[i] == Fate::kept) {
                out.append(lines_[i]).append("\n");
            } else if (kept_[i] == Fate::cut && (i == 0 || kept_[i - 1] != Fate::cut)) {
                while (out.ends_with("\n\n")) out.pop_back();
                out.append(cut_mark).append("\n");
            }
        }
        return clean_text(out);
    }

    const Folding& folding_;
    const Lines lines_;
    std::vector<Fate> kept_;
    std::size_t end_ = 0;          // what lies below is no place for marked quotes
    std::optional<Range> headed_;  // a copied header that stands above lines with marks
    Range signature_{};
    bool folded_ = false;
};

}  // namespace

/// ">From" is what mailbox files make of a line that begins with "From"; ">:(" and the like are faces.
bool is_quote(std::string_view line) {
    constexpr std::string_view faces = ":;._<=(";
    return line.starts_with('>') && !line.starts_with(">From ") &&
           (line.size() == 1 || faces.find(line[1]) == line.npos);
}

std::size_t leading_quote(std::string_view text, std::size_t end) {
    std::size_t at = 0;
    while (at < std::min(end, text.size())) {
        const auto next = text.find('\n', at);
        if (!is_quote(text.substr(at, next - at))) break;
        if (next == text.npos) return text.size();
        at = next + 1;
    }
    return at;
}

Folding folding_of(const Message& mail) {
    Folding folding;
    folding.is_chat = !mail.header("chat-version").empty() || !mail.header("chat-content").empty() || is_chat(mail.id);
    folding.has_files = folding.is_chat && !mail.attachments.empty();
    const auto prefix = subject_prefix(mail.subject);
    const bool names_another = !mail.in_reply_to.empty() || !mail.references.empty();
    folding.may_forward = prefix && prefix->kind == SubjectPrefix::either;
    // A prefix that is not known may be some language's for a forward.
    folding.answers = prefix ? prefix->kind == SubjectPrefix::answer || folding.may_forward : names_another;
    for (const auto* list : {&mail.from, &mail.to, &mail.cc, &mail.reply_to}) {
        for (const auto& each : *list) {
            if (!each.local.empty()) folding.people.push_back(lower(each.addr_spec()));
        }
    }
    return folding;
}

std::string fold_quotes(std::string_view text, const Folding& folding) { return Folder(text, folding).folded(); }

std::string signature(std::string_view text, const Folding& folding) { return Folder(text, folding).signature(); }

}  // namespace coi
