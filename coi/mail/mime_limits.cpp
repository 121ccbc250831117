// Counting before parsing: lines, boundaries [RFC 2046 §5.1.1], header fields. One pass, a stack of at most
// Limits::depth.

#include "coi/mail/mime_limits.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "coi/mail/avatar.h"
#include "coi/mail/boundary.h"
#include "coi/mail/charset.h"
#include "coi/mail/gobject.h"
#include "coi/mail/header.h"
#include "coi/message.h"

namespace coi {
namespace {

constexpr std::string_view type_letters = "abcdefghijklmnopqrstuvwxyz0123456789/+-.";
constexpr std::ptrdiff_t most_colons = 1000;  // in one address field: each could open a group inside the one before

bool is_address_field(std::string_view name) {
    constexpr std::array<std::string_view, 6> names{"from", "sender", "reply-to", "to", "cc", "bcc"};
    return std::ranges::find(names, lower(name)) != names.end();
}

std::string boundary_in(const std::string& content_type) {
    const Owned<GMimeContentType> parsed(g_mime_content_type_parse(gmime_options(), content_type.c_str()));
    const char* read = parsed ? g_mime_content_type_get_parameter(parsed.get(), "boundary") : nullptr;
    return read == nullptr ? "" : read;
}

class Skeleton {
  public:
    explicit Skeleton(const Limits& limits) : limits_(limits) {}

    Result<void> check(std::string_view mail) {
        if (mail.size() > limits_.mail_bytes) return over_limit("the mail is too large");
        mail_ = mail;
        while (at_ < mail.size()) {
            const auto line = mail.substr(at_, std::min(mail.find('\n', at_), mail.size() - 1) + 1 - at_);
            auto result = in_header_ ? header_line(line) : body_line(line);
            if (!result) return result;
            at_ += line.size();
        }
        auto end = in_header_ ? end_field() : Result<void>();
        if (in_header_) add_blank_line(is_part() && other_at_ != nowhere ? other_at_ : words_at_);
        return end;
    }

    std::vector<Repair> take_repairs() {
        std::ranges::sort(repairs_, {}, [](const Repair& each) { return std::tie(each.begin, each.end, each.field); });
        return std::move(repairs_);
    }

  private:
    struct Level {
        std::string boundary;  // "" for the level of a message/rfc822
        bool digest = false;
    };

    Result<void> header_line(std::string_view line) {
        block_bytes_ += line.size();
        if (block_bytes_ > limits_.header_block_bytes) return over_limit("the mail's header is too large");
        if (line.starts_with("--")) {
            auto field_end = end_field();
            if (!field_end) return field_end;
            const auto words_at = is_part() && other_at_ != nowhere ? other_at_ : words_at_;
            if (at_boundary(line)) {
                add_blank_line(words_at);
                return field_end;
            }
            if (is_first_boundary(line)) {
                add_blank_line(at_);
                auto ended = end_header();
                if (ended) at_boundary(line);
                return ended;
            }
        }
        if (trim(line).empty()) return end_header();
        if ((line[0] == ' ' || line[0] == '\t') && !field_.empty()) {
            field_.append(line);
        } else {
            auto field_end = end_field();
            if (!field_end) return field_end;
            field_.assign(line);
            field_at_ = at_;
            note_words(line);
        }
        if (field_.size() > limits_.header_bytes && !may_be_long())
            return over_limit("a header field of the mail is too large");
        return {};
    }

    /// A picture is no text of which anything else is read.
    bool may_be_long() const {
        return field_.size() <= avatar::most_field_bytes &&
               avatar::is_field(std::string_view(field_).substr(0, field_.find(':')));
    }

    Result<void> body_line(std::string_view line) {
        if (line.starts_with("--") && !levels_.empty()) at_boundary(line);
        return parts_ > limits_.parts ? Result<void>(over_limit("the mail has too many parts")) : Result<void>();
    }

    /// True if the line ends a part; innermost boundary first, as all parsers do.
    bool at_boundary(std::string_view line) {
        line = trim(line.substr(2));
        for (std::size_t i = levels_.size(); i-- > 0;) {
            const auto& boundary = levels_[i].boundary;
            if (boundary.empty() || !line.starts_with(boundary)) continue;
            const auto rest = line.substr(boundary.size());
            if (!rest.empty() && rest != "--") continue;
            levels_.resize(rest.empty() ? i + 1 : i);
            in_header_ = rest.empty();
            if (in_header_) start_header();
            return true;
        }
        return false;
    }

    bool is_part() const { return !levels_.empty() && !levels_.back().boundary.empty(); }

    /// Notes lines in a header that are no fields, and fields that no part has: if a blank line is missing they are the
    /// text.
    void note_words(std::string_view line) {
        const auto name = trim(line.substr(0, line.find(':')));
        const bool is_field = line.find(':') != line.npos && !name.empty() &&
                              std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
        const bool is_own = is_field && (!is_part() || lower(name.substr(0, 8)) == "content-");
        if (is_own) words_at_ = other_at_ = nowhere;
        if (is_own) return;
        if (!is_field && words_at_ == nowhere) words_at_ = at_;
        if (other_at_ == nowhere) other_at_ = at_;
    }

    void add_blank_line(std::size_t at) {
        if (at != nowhere) repairs_.push_back({at, at, "\r\n"});
    }

    /// The boundary of the multipart with this header; parsed once, even with many such lines.
    bool is_first_boundary(std::string_view line) {
        if (lower(std::string_view(content_type_).substr(0, 10)) != "multipart/") return false;
        if (!first_boundary_) first_boundary_ = boundary_in(content_type_);
        return !first_boundary_->empty() && trim(line.substr(2)) == *first_boundary_;
    }

    void start_header() {
        words_at_ = other_at_ = nowhere;
        first_boundary_.reset();
        ++parts_;
        block_bytes_ = 0;
        field_.clear();
        content_type_.clear();
        last_content_type_.clear();
        encoded_ = false;
    }

    Result<void> end_field() {
        const auto colon = field_.find(':');
        if (colon != std::string::npos) {
            const std::string name = lower(trim(std::string_view(field_).substr(0, colon)));
            const auto value = std::string_view(field_).substr(colon + 1);
            if (is_address_field(name) && std::ranges::count(value, ':') > most_colons) {
                return over_limit("the mail's address groups are too deep");
            }
            if (name == "content-type") {
                // Of two, GMime goes by the first's type and the last's boundary.
                if (content_type_.empty()) content_type_ = unfold(value);
                last_content_type_ = unfold(value);
                content_type_at_ = {field_at_, field_at_ + field_.size()};
            }
            if (name == "content-transfer-encoding") {
                const std::string encoding = lower(trim(value));
                encoded_ = encoding != "7bit" && encoding != "8bit" && encoding != "binary";
                mend_encoding(encoding);
            }
        }
        field_.clear();
        return {};
    }

    /// COMPAT: "base64;", and in quotes
    void mend_encoding(const std::string& given) {
        constexpr std::array<std::string_view, 3> names{"base64", "quoted-printable", "uuencode"};
        if (given.find('(') != given.npos || given == "x-uuencode") return;
        for (const auto name : names) {
            if (given == name || given.find(name) == given.npos) continue;
            repairs_.push_back(
                {field_at_, field_at_ + field_.size(), "Content-Transfer-Encoding: " + std::string(name) + "\r\n"});
            return;
        }
    }

    Result<void> end_header() {
        auto field_end = end_field();
        if (!field_end) return field_end;
        add_blank_line(words_at_);
        in_header_ = false;
        const std::string type = lower(std::string_view(content_type_).substr(0, content_type_.find_first_of(";, \t")));
        const bool in_digest = !levels_.empty() && levels_.back().digest;
        if (type.starts_with("multipart/")) {
            std::string boundary = boundary_in(last_content_type_);
            const auto body = mail_.substr(at_);
            if (auto better = better_boundary(boundary, last_content_type_, body)) {
                boundary = std::move(*better);
                repairs_.push_back({content_type_at_.first, content_type_at_.second,
                                    "Content-Type: " + type.substr(0, type.find_first_not_of(type_letters)) +
                                        ";\r\n boundary=\"" + boundary + "\"\r\n"});
            }
            if (!boundary.empty()) levels_.push_back({boundary, type == "multipart/digest"});
        } else if (!encoded_ && (type == "message/rfc822" || type == "message/global" || type == "message/news" ||
                                 (type.empty() && in_digest))) {
            levels_.push_back({"", false});
            in_header_ = true;
            start_header();
        }
        if (levels_.size() > limits_.depth) return over_limit("the mail's parts are nested too deep");
        return parts_ > limits_.parts ? Result<void>(over_limit("the mail has too many parts")) : Result<void>();
    }

    const Limits& limits_;
    std::string_view mail_;
    static constexpr auto nowhere = std::string_view::npos;
    std::size_t words_at_ = nowhere, other_at_ = nowhere;  // in a header: what may be its part's text
    std::size_t at_ = 0, field_at_ = 0;                    // the line, and the field, that is looked at
    std::pair<std::size_t, std::size_t> content_type_at_;
    std::vector<Repair> repairs_;
    std::vector<Level> levels_;
    std::string field_, content_type_, last_content_type_;
    std::optional<std::string> first_boundary_;
    std::size_t block_bytes_ = 0, parts_ = 1;
    bool in_header_ = true, encoded_ = false;
};

}  // namespace

Result<std::vector<Repair>> check_limits(std::string_view mail, const Limits& limits) {
    gmime_options();
    Skeleton skeleton(limits);
    auto within = skeleton.check(mail);
    if (!within) return within.error();
    return skeleton.take_repairs();
}

std::string repaired(std::string_view mail, const std::vector<Repair>& repairs) {
    std::string out;
    std::size_t at = 0;
    for (const auto& each : repairs) {
        if (each.begin < at) continue;  // within one that is mended already
        out.append(mail.substr(at, each.begin - at)).append(each.field);
        at = each.end;
    }
    return out.append(mail.substr(at));
}

}  // namespace coi
