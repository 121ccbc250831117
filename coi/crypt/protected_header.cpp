// Fields inside and outside [RFC 9788 §2, §4.2, §5.2].

#include "coi/crypt/protected_header.h"

#include <algorithm>
#include <array>
#include <set>

#include "coi/mail/author.h"
#include "coi/mail/charset.h"
#include "coi/mail/gobject.h"

namespace coi::pgp_mime {
namespace {

bool is_content(std::string_view name) { return name.starts_with("content-") || name == "mime-version"; }

/// Fields that describe the delivery of the mail: the sender's values inside do not count.
bool is_trace(std::string_view name) {
    static constexpr std::array<std::string_view, 6> names{"arc-authentication-results",
                                                           "authentication-results",
                                                           "delivered-to",
                                                           "received",
                                                           "received-spf",
                                                           "return-path"};
    return std::ranges::binary_search(names, name);
}

/// Outer fields that count: added on the way by lists and automatic programs, or needed if the inside lacks them.
bool counts_from_outside(std::string_view name) {
    static constexpr std::array<std::string_view, 8> names{"auto-submitted", "chat-version", "feedback-id", "from",
                                                           "message-id",     "precedence",   "sender",      "x-loop"};
    return is_trace(name) || name.starts_with("list-") || name.starts_with("x-auto") ||
           std::ranges::binary_search(names, name);
}

/// Placeholders for a hidden Subject.
bool is_placeholder(std::string_view subject) {
    const std::string words = lower(trim(subject));
    return words == "..." || words == "[...]" || words == "encrypted message";
}

std::string parameter(std::string_view content_type, const char* name) {
    gmime_options();
    const Owned<GMimeContentType> type(g_mime_content_type_parse(gmime_options(), std::string(content_type).c_str()));
    const char* value = type ? g_mime_content_type_get_parameter(type.get(), name) : nullptr;
    return value == nullptr ? std::string() : std::string(value);
}

bool has_protection(const Headed& inside) {
    const auto type = std::ranges::find(inside.fields, "content-type", &RawField::name);
    if (type == inside.fields.end()) return false;
    const std::string value = type->value();
    return !parameter(value, "hp").empty() || !parameter(value, "protected-headers").empty();
}

std::vector<std::string> authors(const Headed& mail) {
    std::vector<std::string> all;
    for (const auto& field : mail.fields) {
        if (field.name != "from") continue;
        for (const auto& each : parse_address_list(field.value())) all.push_back(each.canonical());
    }
    std::ranges::sort(all);
    return all;
}

/// Without NULs, as append_line() leaves them.
std::vector<std::string> values_of(const Headed& mail, std::string_view name) {
    std::vector<std::string> all;
    for (const auto& field : mail.fields) {
        if (field.name != name) continue;
        all.push_back(field.value());
        std::erase(all.back(), '\0');
    }
    return all;
}

/// Without NULs, at which some header parsers stop and others do not.
void append_line(std::string& out, std::string_view text) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c != '\0'; });
    out.append("\r\n");
}

/// The outer form of a field, with only dates and addresses that strangers may see.
std::string outer_field(const RawField& field, const Close& how) {
    std::string out;
    if (field.name == "subject") return "Subject: [...]\r\n";
    if (how.chatmail && field.name == "to") return "To: \"hidden-recipients\": ;\r\n";
    if (how.chatmail && field.name == "from") {
        auto from = parse_address_list(field.value());
        std::vector<std::string> bare;
        for (const auto& each : from) bare.push_back('<' + each.addr_spec() + '>');
        append_tokens(out, "From", bare, ",");
        return out;
    }
    if (how.chatmail && field.name == "date") {
        GDateTime* date = g_mime_utils_header_decode_date(field.value().c_str());
        if (date == nullptr) return out;
        const std::chrono::sys_seconds when{std::chrono::seconds(g_date_time_to_unix(date) - how.date_offset)};
        g_date_time_unref(date);
        append_field(out, "Date", print_date(when));
        return out;
    }
    append_line(out, field.text);
    return out;
}

/// The outer fields that servers need; and, unless hidden, those for threads and recipients.
bool is_outside(std::string_view name, bool chatmail) {
    static constexpr std::array<std::string_view, 6> always{"chat-version", "date",    "from",
                                                            "message-id",   "subject", "to"};
    static constexpr std::array<std::string_view, 5> open{"auto-submitted", "cc", "in-reply-to", "references",
                                                          "sender"};
    return std::ranges::binary_search(always, name) || (!chatmail && std::ranges::binary_search(open, name));
}

/// "" for an invalid value.
std::string printed(std::string_view name, const std::string& value) {
    std::string out;
    if (!value.empty()) append_field(out, name, value);
    return out;
}

}  // namespace

std::string RawField::value() const { return unfold(text.substr(text.find(':') + 1)); }

Headed split_header(std::string_view mail) {
    Headed headed;
    bool in_field = false;
    while (!mail.empty()) {
        const auto end = std::min(mail.find('\n'), mail.size() - 1) + 1;
        const auto line = mail.substr(0, end);
        mail.remove_prefix(end);
        if (line == "\n" || line == "\r\n") break;
        if (line[0] == ' ' || line[0] == '\t') {
            if (in_field) {
                auto& text = headed.fields.back().text;
                text = std::string_view(text.data(), text.size() + line.size());
            }
            continue;
        }
        const auto colon = line.find(':');
        const auto name = colon == std::string_view::npos ? std::string_view() : trim(line.substr(0, colon));
        in_field = is_field_name(name);
        if (in_field) headed.fields.push_back({lower(name), line});
    }
    headed.body = mail;
    return headed;
}

Closed close_header(std::string_view mail, const Close& how) {
    const auto headed = split_header(mail);
    Closed closed;
    std::string outer_lines;
    std::string content_type = "Content-Type: text/plain; charset=us-ascii";
    bool has_subject = false, has_to = false;
    const auto put_outside = [&](const std::string& line) {
        closed.outside += line;
        if (!line.empty()) outer_lines.append("HP-Outer: ").append(line);
    };
    for (const auto& field : headed.fields) {
        if (field.name == "mime-version") continue;
        if (field.name == "content-type") {
            content_type = field.text;
            continue;
        }
        append_line(closed.inside, field.text);
        has_subject = has_subject || field.name == "subject";
        has_to = has_to || field.name == "to";
        if (is_outside(field.name, how.chatmail)) put_outside(outer_field(field, how));
    }
    // All encrypted mail looks the same from outside [RFC 9788 §3.2].
    if (how.chatmail && !has_to) put_outside("To: \"hidden-recipients\": ;\r\n");
    if (!has_subject) put_outside("Subject: [...]\r\n");
    const std::string own = printed("Autocrypt", autocrypt::print(how.own));
    closed.inside += own;
    for (const auto& each : how.gossip) closed.inside += printed("Autocrypt-Gossip", autocrypt::print_gossip(each));
    if (how.outer_autocrypt) put_outside(own);
    closed.inside += outer_lines;
    while (content_type.ends_with('\n') || content_type.ends_with('\r')) content_type.pop_back();
    closed.inside.append(content_type).append(";\r\n protected-headers=\"v1\"; hp=\"cipher\"\r\n\r\n");
    closed.inside.append(headed.body);
    return closed;
}

Result<std::string> joined(std::string_view mail, std::string_view inside, bool encrypted) {
    const auto outer = split_header(mail), inner = split_header(inside);
    const bool is_protected = has_protection(inner);
    const auto inner_authors = is_protected ? authors(inner) : std::vector<std::string>();
    if (!inner_authors.empty() && inner_authors != authors(outer))
        return Error{ErrorKind::forbidden, true, "the author inside is not the one outside", 0, {}};
    // A report without a readable author would pass for one of the mail system.
    if (auto readable = read_authors(values_of(inner, "from")); !inner_authors.empty() && !readable)
        return readable.error();
    std::string whole;
    std::set<std::string, std::less<>> said;
    for (const auto& field : inner.fields) {
        if (field.name == "hp-outer" || is_trace(field.name)) continue;
        if (!is_protected && !is_content(field.name)) continue;
        if (field.name == "from" && inner_authors.empty()) continue;  // without an author
        append_line(whole, field.text);
        said.insert(field.name);
    }
    for (const auto& field : outer.fields) {
        if (is_content(field.name) || said.contains(field.name)) continue;
        if (is_protected && !counts_from_outside(field.name)) continue;
        if (!is_protected && !encrypted) {
            append_line(whole, field.text);
            continue;
        }
        // The outer fields, which anybody could write, do not change the request inside.
        if (field.name.starts_with("secure-join")) continue;
        if (field.name.starts_with("chat-") && field.name != "chat-version") continue;
        if (field.name == "ephemeral-timer") continue;
        if (field.name == "subject" && is_placeholder(decode_header(field.value()))) continue;
        append_line(whole, field.text);
    }
    return whole.append("\r\n").append(inner.body);
}

bool names_readers(std::string_view inside) {
    const auto inner = split_header(inside);
    const auto has = [&inner](const char* name) {
        return std::ranges::find(inner.fields, name, &RawField::name) != inner.fields.end();
    };
    return has_protection(inner) && has("to") && has("message-id");
}

}  // namespace coi::pgp_mime
