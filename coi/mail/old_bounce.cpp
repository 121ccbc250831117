// Bounces as plain text; see old_bounce.h.

#include "coi/mail/old_bounce.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "coi/mail/charset.h"
#include "coi/mail/header.h"

namespace coi {
namespace {

constexpr std::size_t most_recipients = 50, longest_diagnostic = 500;

/// Removes the first line and returns it without its end.
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

/// A mail system's own name [RFC 5321 §4.5.1, §6.1], and what systems use instead.
bool is_from_system(const Message& mail) {
    static constexpr std::array<std::string_view, 7> names{"mailer-daemon", "mail-daemon", "mailerdaemon", "mdaemon",
                                                           "postmaster",    "postmast",    "maildaemon"};
    if (mail.from.size() != 1) return false;
    return std::ranges::find(names, lower(mail.from.front().local)) != names.end();
}

bool has_any(const std::string& text, std::span<const std::string_view> phrases) {
    return std::ranges::any_of(phrases, [&](std::string_view phrase) { return text.find(phrase) != text.npos; });
}

/// Subjects of failures, in lower case where the script has one.
bool says_failure(const std::string& subject) {
    static constexpr std::array<std::string_view, 32> phrases{
        "undeliver",
        "failure notice",
        "delivery fail",
        "delivery status notification (failure)",
        "returned mail",
        "returning message",
        "returned to sender",
        "could not be delivered",
        "not delivered",
        "delivery problem",
        "delivery error",
        "unable to deliver",
        "mail failure",
        "mail system error",
        "message rejected",
        "unzustellbar",
        "nicht zustellbar",
        "zustellung fehl",
        "nicht zugestellt",
        "non remis",
        "échec de la",
        "mancato recapito",
        "non recapitabile",
        "no se puede entregar",
        "no entregado",
        "não entregue",
        "onbestelbaar",
        "niedostarcz",
        "недоставлен",
        "не доставлен",
        "退信",
        "配信",
    };
    return has_any(subject, phrases);
}

bool says_delay(const std::string& subject) {
    static constexpr std::array<std::string_view, 6> phrases{
        "delay", "still being retried", "warning: could not send", "warning: message", "verzöger", "retard"};
    return has_any(subject, phrases);
}

/// Where the copy of the header begins that holds a Message-ID, and that id.
struct Copy {
    std::size_t begin = std::string_view::npos;
    MessageId id;
};

Copy find_copy(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        auto line = text.substr(at, end - at);
        while (line.starts_with('>') || line.starts_with(' ')) line.remove_prefix(1);
        if (lower(line.substr(0, 11)) == "message-id:") {
            // The value may be folded.
            auto ids = parse_message_ids(text.substr(at, std::min<std::size_t>(text.size() - at, 500)), 1);
            if (!ids.empty()) return {at, std::move(ids.front())};
        }
        at = end + 1;
    }
    return {};
}

/// Lines with a reply code or a status explain the failure.
bool has_reply(std::string_view line) {
    if (!status_in(line).empty()) return true;
    for (std::size_t at = 0; at + 3 <= line.size(); ++at) {
        const auto digit = [&](std::size_t i) { return line[i] >= '0' && line[i] <= '9'; };
        const bool begins = at == 0 || line[at - 1] == ' ' || line[at - 1] == ':' || line[at - 1] == '(';
        if (begins && (line[at] == '4' || line[at] == '5') && digit(at + 1) && line[at + 1] < '6' && digit(at + 2) &&
            (at + 3 == line.size() || line[at + 3] == ' ' || line[at + 3] == '-' || line[at + 3] == ':'))
            return true;
    }
    return false;
}

/// The addr-specs in a line, as they stand between blanks and brackets.
std::vector<std::string> addresses_in(std::string_view line) {
    std::vector<std::string> found;
    constexpr std::string_view around = " \t<>()[],;:\"'";
    for (auto at = line.find('@'); at != line.npos; at = line.find('@', at + 1)) {
        const auto before = at == 0 ? line.npos : line.find_last_of(around, at - 1);
        const auto begin = before == line.npos ? 0 : before + 1;
        auto spec = line.substr(begin, std::min(line.find_first_of(around, at), line.size()) - begin);
        while (spec.ends_with('.')) spec.remove_suffix(1);
        if (const auto address = parse_addr_spec(spec)) found.push_back(address->addr_spec());
    }
    return found;
}

/// The addresses before the copy, each with the first line from there on that has a reply code.
std::vector<Dsn::Recipient> read_any(std::string_view text, Dsn::Action action) {
    std::vector<Dsn::Recipient> recipients;
    std::size_t unexplained = 0;  // the first that still has no reason
    const auto explain = [&](const std::string& words) {
        for (; unexplained < recipients.size(); ++unexplained) {
            auto& each = recipients[unexplained];
            each.diagnostic = std::string(cut_utf8(decode_header(words), longest_diagnostic));
            each.status = status_in(words);
        }
    };
    std::string words;
    while (!text.empty()) {
        const auto line = trim(take_line(text));
        if (line.starts_with("---")) break;  // a copy follows
        for (auto& spec : addresses_in(line)) {
            const auto same = [&](const Dsn::Recipient& each) { return each.address == spec; };
            if (recipients.size() < most_recipients && std::ranges::none_of(recipients, same))
                recipients.push_back({std::move(spec), action, "", ""});
        }
        if (!has_reply(line)) continue;
        words = line;
        explain(words);
    }
    if (!words.empty()) explain(words);
    return recipients;
}

/// By the common features of all bounces.
std::optional<Dsn> read_common(const Message& mail) {
    const std::string subject = lower(mail.subject);
    const bool failure = says_failure(subject), delay = !failure && says_delay(subject);
    const bool null_path = mail.header("return-path") == "<>";
    const bool system = is_from_system(mail);
    const std::string_view text = mail.text;
    const Copy copy = find_copy(text);
    const std::string_view words = text.substr(0, std::min(copy.begin, text.size()));
    const bool explained = has_reply(words.substr(0, 10'000));
    const bool bounce = (failure || delay) && (system || null_path);
    if (!bounce && !(system && explained)) return std::nullopt;
    Dsn dsn;
    dsn.original = copy.id;
    if (dsn.original.empty()) {
        auto ids = parse_message_ids(field(split_fields(mail.report_original), "message-id"), 1);
        if (!ids.empty()) dsn.original = std::move(ids.front());
    }
    if (dsn.original.empty() && !mail.in_reply_to.empty()) dsn.original = mail.in_reply_to.front();
    if (dsn.original.empty() && !mail.references.empty()) dsn.original = mail.references.back();
    if (dsn.original.empty()) return std::nullopt;
    dsn.recipients = read_any(words.substr(0, 10'000), delay ? Dsn::Action::delayed : Dsn::Action::failed);
    if (dsn.recipients.empty())
        dsn.recipients.push_back({"", delay ? Dsn::Action::delayed : Dsn::Action::failed, "", ""});
    return dsn;
}

}  // namespace

std::optional<Dsn> read_old_bounce(const Message& mail) {
    Dsn dsn;
    std::string_view text = mail.text;
    const std::string& failed_recipients = mail.header("x-failed-recipients");
    if (text.starts_with("Hi. This is the ")) {
        dsn.recipients = read_qmail(text);
    } else if (!failed_recipients.empty()) {
        dsn.recipients = read_exim(failed_recipients, text);
    }
    text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
    auto ids = parse_message_ids(field(split_fields(text), "message-id"), 1);
    if (dsn.recipients.empty() || ids.empty()) return read_common(mail);
    dsn.original = std::move(ids.front());
    return dsn;
}

}  // namespace coi
