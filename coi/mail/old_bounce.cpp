// Bounces as plain text; see old_bounce.h.

#include "coi/mail/old_bounce.h"

#include <algorithm>
#include <cctype>

#include "coi/mail/charset.h"
#include "coi/mail/header.h"

namespace coi {
namespace {

constexpr std::size_t most_recipients = 50, longest_diagnostic = 500;

/// Takes the first line off, without its end.
std::string_view take_line(std::string_view& text) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

/// The lines up to the next empty one; empty lines before them are skipped.
std::string_view take_paragraph(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
    const auto paragraph = text.substr(0, text.find("\n\n"));
    text.remove_prefix(paragraph.size());
    return paragraph;
}

/// The first enhanced status of a permanent failure in the words [RFC 3463 §2].
std::string status_in(std::string_view words) {
    for (auto at = words.find("5."); at != words.npos; at = words.find("5.", at + 1)) {
        const auto before = at == 0 ? ' ' : words[at - 1];
        auto status = words.substr(at);
        status = status.substr(0, std::min(status.find_first_not_of("0123456789."), status.size()));
        const bool alone = std::isalnum(static_cast<unsigned char>(before)) == 0 && before != '.';
        if (status.ends_with('.')) status.remove_suffix(1);
        if (alone && std::count(status.begin(), status.end(), '.') == 2 && status.size() >= 5 && status.size() <= 11)
            return std::string(status);
    }
    return {};
}

Dsn::Recipient failed(std::string_view address, std::string words) {
    std::replace(words.begin(), words.end(), '\n', ' ');
    return {clean_line(address), Dsn::Action::failed, status_in(words),
            std::string(cut_utf8(decode_header(words), longest_diagnostic))};
}

/// The paragraphs "<nobody@example.org>:\nSorry …" before the line of dashes.
std::vector<Dsn::Recipient> read_qmail(std::string_view& text) {
    std::vector<Dsn::Recipient> recipients;
    take_paragraph(text);  // "Hi. This is the …"
    while (!text.empty()) {
        auto paragraph = take_paragraph(text);
        if (paragraph.starts_with("---")) return recipients;
        const auto end = paragraph.find(">:\n");
        if (!paragraph.starts_with('<') || end == paragraph.npos || recipients.size() >= most_recipients) continue;
        recipients.push_back(failed(paragraph.substr(1, end - 1), std::string(paragraph.substr(end + 3))));
    }
    return {};
}

/// The addresses of the field; their reasons stand indented under "  nobody@example.org" before the line of dashes.
std::vector<Dsn::Recipient> read_exim(std::string_view failed_recipients, std::string_view& text) {
    const std::string_view before = text;
    for (bool found = false; !found;) {
        if (text.empty()) return {};
        const auto line = take_line(text);
        found = line.starts_with("------") && line.find("copy of") != line.npos;
    }
    std::vector<Dsn::Recipient> recipients;
    for (const auto& each : parse_address_list(failed_recipients, most_recipients)) {
        const auto at = before.find("  " + each.addr_spec() + "\n");
        auto rest = at == before.npos ? std::string_view() : before.substr(at);
        take_line(rest);
        std::string words;
        while (rest.starts_with("    ")) {
            const auto line = take_line(rest);
            words.append(words.empty() ? "" : " ")
                .append(line.substr(std::min(line.find_first_not_of(' '), line.size())));
        }
        recipients.push_back(failed(each.addr_spec(), words));
    }
    return recipients;
}

}  // namespace

std::optional<Dsn> read_old_bounce(std::string_view failed_recipients, std::string_view text) {
    Dsn dsn;
    if (text.starts_with("Hi. This is the ")) {
        dsn.recipients = read_qmail(text);
    } else if (!failed_recipients.empty()) {
        dsn.recipients = read_exim(failed_recipients, text);
    }
    text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
    auto ids = parse_message_ids(field(split_fields(text), "message-id"), 1);
    if (dsn.recipients.empty() || ids.empty()) return std::nullopt;
    dsn.original = std::move(ids.front());
    return dsn;
}

}  // namespace coi
