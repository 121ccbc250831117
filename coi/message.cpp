// parse(): bytes to a Message. Limits first (coi/mail/skeleton), then GMime, then the header here and the tree in
// coi/mail/parts. [RFC 5322 §3.6]; printing is coi/message_print.cpp.

#include "coi/message.h"

#include <algorithm>
#include <array>

#include "coi/mail/charset.h"
#include "coi/mail/gobject.h"
#include "coi/mail/header.h"
#include "coi/mail/old_bounce.h"
#include "coi/mail/parts.h"
#include "coi/mail/skeleton.h"

namespace coi {
namespace {

const std::string nothing;

bool is_kept(std::string_view name) {
    static constexpr std::array<std::string_view, 24> kept{
        "authentication-results",
        "auto-submitted",
        "autocrypt",
        "autocrypt-setup-message",
        "delivered-to",
        "disposition-notification-to",
        "ephemeral-timer",
        "feedback-id",
        "list-help",
        "list-id",
        "list-owner",
        "list-post",
        "list-subscribe",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "precedence",
        "return-path",
        "secure-join",
        "x-auto-response-suppress",
        "x-autoreply",
        "x-autorespond",
        "x-autoresponder",
        "x-failed-recipients",
        "x-loop",
    };
    return name.starts_with("chat-") || name.starts_with("secure-join-") || std::ranges::binary_search(kept, name);
}

std::optional<std::chrono::sys_seconds> read_date(const std::string& value) {
    GDateTime* date = g_mime_utils_header_decode_date(value.c_str());
    if (date == nullptr) return std::nullopt;
    const auto seconds = g_date_time_to_unix(date);
    g_date_time_unref(date);
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

void append(std::vector<Address>& to, std::string_view value) {
    constexpr std::size_t most = 500;  // of all fields of one name
    for (auto& each : parse_address_list(value, most - to.size())) to.push_back(std::move(each));
}

/// Takes one header field; `value` is raw, as it stood in the mail.
void read_field(const std::string& name, std::string_view value, Message& message) {
    if (name == "from") {
        append(message.from, value);
    } else if (name == "to") {
        append(message.to, value);
    } else if (name == "cc") {
        append(message.cc, value);
    } else if (name == "reply-to") {
        append(message.reply_to, value);
    } else if (name == "sender") {
        auto senders = parse_address_list(value, 1);
        if (!message.sender && !senders.empty()) message.sender = std::move(senders.front());
    } else if (name == "subject") {
        if (message.subject.empty()) message.subject = decode_header(value);
    } else if (name == "date") {
        if (!message.date) message.date = read_date(unfold(value));
    } else if (name == "message-id") {
        auto ids = parse_message_ids(value, 1);
        if (message.id.empty() && !ids.empty()) message.id = std::move(ids.front());
    } else if (name == "in-reply-to") {
        if (message.in_reply_to.empty()) message.in_reply_to = parse_message_ids(value);
    } else if (name == "references") {
        if (message.references.empty()) message.references = parse_message_ids(value);
    } else if (is_kept(name)) {
        const auto [kept, first] = message.headers.try_emplace(name, decode_header(value));
        if (!first && name == "autocrypt") kept->second += '\n' + decode_header(value);
    } else if (name == "content-disposition" && lower(unfold(value)) == "reaction") {
        message.headers.try_emplace(name, "reaction");  // [RFC 9078 §2]
    }
}

void read_header(GMimeObject* top, Message& message) {
    auto* fields = g_mime_object_get_header_list(top);
    const int count = g_mime_header_list_get_count(fields);
    for (int i = 0; i < count; ++i) {
        auto* field = g_mime_header_list_get_header_at(fields, i);
        const char* raw = g_mime_header_get_raw_value(field);
        if (raw != nullptr) read_field(lower(g_mime_header_get_name(field)), raw, message);
    }
}

}  // namespace

const std::string& Message::header(std::string_view lower_case_name) const {
    const auto found = headers.find(std::string(lower_case_name));
    return found == headers.end() ? nothing : found->second;
}

Result<Message> parse(std::string_view mail, const Limits& limits, const ParseOptions& options) {
    auto within = check_limits(mail, limits);
    if (!within) return within.error();

    const std::string mended = within->empty() ? std::string() : repaired(mail, *within);
    const auto top = parse_mime(within->empty() ? mail : mended);
    if (!top) return malformed("not a mail");

    Message message;
    read_header(top.get(), message);
    auto read = read_parts(top.get(), limits, options, message);
    if (!read) return read.error();
    if (message.dsn && !message.report_original.empty()) {
        auto ids = parse_message_ids(field(split_fields(message.report_original), "message-id"), 1);
        if (!ids.empty()) message.dsn->original = std::move(ids.front());
    }
    if (!message.dsn && !message.mdn && !message.encrypted)
        message.dsn = read_old_bounce(message.header("x-failed-recipients"), message.text);
    if (message.from.empty()) {
        // Reports may come from `<>` or from a bare name; they are known by what they report.
        if (!message.dsn && !message.mdn) return malformed("a mail without a From address");
        message.from.push_back({"", "MAILER-DAEMON", ""});
    }
    return message;
}

}  // namespace coi
