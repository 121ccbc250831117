// print(): a Message to bytes. A value that cannot be in a mail is refused before a byte is written.

#include <algorithm>
#include <array>

#include "coi/mail/avatar.h"
#include "coi/mail/charset.h"
#include "coi/mail/chat_data.h"
#include "coi/mail/header.h"
#include "coi/mail/mime_write.h"
#include "coi/message.h"

namespace coi {
namespace {

constexpr std::size_t most_ids = 20;  // of References: the first, which identifies the thread, and the latest

void append_addresses(std::string& out, std::string_view name, const std::vector<Address>& addresses) {
    if (addresses.empty()) return;
    std::vector<std::string> printed;
    std::ranges::transform(addresses, std::back_inserter(printed), print_address);
    append_tokens(out, name, printed, ",");
}

void append_ids(std::string& out, std::string_view name, const std::vector<MessageId>& ids) {
    if (ids.empty()) return;
    std::vector<std::string> printed;
    const std::size_t skipped = ids.size() > most_ids ? ids.size() - most_ids : 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i == 0 || i > skipped) printed.push_back('<' + ids[i].value + '>');
    }
    append_tokens(out, name, printed, "");
}

bool is_printable(const Address& address) {
    return !address.local.empty() && !address.domain.empty() && is_field_value(address.name) &&
           is_field_value(address.local) && is_field_value(address.domain) &&
           address.domain.find_first_of("@<>,;\" \\") == std::string::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c < 0x7f && std::string_view("()<>@,;:\\\"[]?=").find(c) == std::string_view::npos;
    });
}

bool is_content_type(std::string_view type) {
    const auto slash = type.find('/');
    return slash != std::string_view::npos && is_token(type.substr(0, slash)) && is_token(type.substr(slash + 1)) &&
           type.size() < 200 && !type.starts_with("multipart/");
}

/// True for fields that print writes itself, or that would change the meaning of the body.
bool is_ours(std::string_view name) {
    constexpr std::array<std::string_view, 12> ours{"bcc",         "cc",         "date",         "from",
                                                    "in-reply-to", "message-id", "mime-version", "references",
                                                    "reply-to",    "sender",     "subject",      "to"};
    return std::ranges::binary_search(ours, name) || (name.starts_with("content-") && name != "content-disposition");
}

Result<void> check(const Message& message) {
    if (message.from.empty()) return malformed("a mail needs a From");
    const auto printable = [](const Address& address) { return is_printable(address); };
    for (const auto* list : {&message.from, &message.reply_to, &message.to, &message.cc}) {
        if (!std::ranges::all_of(*list, printable)) return malformed("an address that can't stand in a mail");
    }
    if (message.sender && !is_printable(*message.sender)) return malformed("an address that can't stand in a mail");
    if (!is_field_value(message.subject)) return malformed("a line break or a broken character in the subject");
    const auto good_id = [](const MessageId& id) { return is_printable(id); };
    if ((!message.id.empty() && !is_printable(message.id)) || !std::ranges::all_of(message.in_reply_to, good_id) ||
        !std::ranges::all_of(message.references, good_id)) {
        return malformed("a Message-ID that can't stand in a mail");
    }
    for (const auto& [name, value] : message.headers) {
        if (!is_field_name(name) || is_ours(lower(name)) || !is_field_value(value))
            return malformed("a header field that can't stand in a mail");
    }
    if (!is_utf8(message.text)) return malformed("the text is not UTF-8");
    for (const auto& attachment : message.attachments) {
        if (!is_content_type(attachment.content_type) || !is_field_value(attachment.name)) {
            return malformed("an attachment whose type or name can't stand in a mail");
        }
        if (attachment.bytes.size() != attachment.size) return malformed("an attachment without its bytes");
    }
    if (message.card && (!message.card->picture || message.text.empty())) return malformed("a profile beside no text");
    if (message.card && message.card->picture->size() > avatar::most_bytes)
        return malformed("a picture that is too large");
    if (message.avatar && message.avatar->size() > avatar::most_bytes) return malformed("a picture that is too large");
    if (message.mdn && !is_printable(message.mdn->original)) return malformed("a notification for no message");
    if (message.mdn && !std::ranges::all_of(message.mdn->further, good_id))
        return malformed("a notification for a message without an id");
    // print_bounce writes bounces, coi/crypt encrypted mail.
    if (message.dsn || message.encrypted || !message.report_original.empty())
        return malformed("not a mail that print writes");
    return {};
}

Part words_part(const Message& message) {
    const bool is_marked = message.quote_is_typed && message.text.starts_with('>');
    return text_part((is_marked ? "\n" : "") + message.text);
}

std::string further_messages(const Mdn& mdn) {
    std::string field;
    for (const auto& id : mdn.further)
        field += (field.empty() ? "\nAdditional-Message-IDs:" : "\n") + (" <" + id.value + ">");
    return field;
}

/// [RFC 8098 §3]: a text for people, then the report; Delta Chat accepts the report only in second place.
Part print_mdn(const Message& message) {
    const std::string disposition = message.mdn->displayed ? "displayed" : "processed";
    const std::string report = "Reporting-UA: coigate\nFinal-Recipient: rfc822; " + message.from.front().addr_spec() +
                               "\nOriginal-Message-ID: <" + message.mdn->original.value + ">" +
                               further_messages(*message.mdn) +
                               "\nDisposition: manual-action/MDN-sent-automatically; " + disposition + "\n";
    return multipart("multipart/report; report-type=disposition-notification",
                     {words_part(message), lines_part("message/disposition-notification", report)});
}

/// [COI-C "Location Messages", "User Profile Information Message Part"] the text, and what says more to programs.
Part text_part(const Message& message) {
    const auto h_geo = std::ranges::find_if(message.attachments, is_h_geo);
    std::vector<Part> forms{words_part(message)};
    const auto add = [&forms](const std::string& html, const char* content) {
        forms.push_back(lines_part("text/html; charset=utf-8", html));
        append_field(forms.back().header, "Chat-Content", content);
    };
    if (h_geo != message.attachments.end()) add(h_geo->bytes, "location");
    if (message.card) {
        const Address& author = message.from.front();
        add(print_h_card(*message.card, author.name, author.addr_spec(), message.text), "profile");
    }
    return forms.size() == 1 ? std::move(forms.front()) : multipart("multipart/alternative", std::move(forms));
}

Part print_body(const Message& message) {
    Part text = message.mdn ? print_mdn(message) : text_part(message);
    // COMPAT: chatmail relays accept this mail in the clear, but only as multipart/mixed.
    bool wrapped = message.header("secure-join") == "vc-request";
    // COMPAT: Delta Chat takes this field of a mail in the clear from its first part only.
    if (const auto edit = message.headers.find("chat-edit"); edit != message.headers.end()) {
        append_field(text.header, "Chat-Edit", edit->second);
        wrapped = true;
    }
    std::vector<Part> parts;
    parts.push_back(std::move(text));
    for (const auto& attachment : message.attachments) {
        if (!is_h_geo(attachment)) parts.push_back(attachment_part(attachment));
    }
    if (parts.size() == 1 && !wrapped) return std::move(parts.front());
    return multipart("multipart/mixed", std::move(parts));
}

}  // namespace

Result<std::string> print(const Message& message) {
    auto good = check(message);
    if (!good) return good.error();
    const Part body = print_body(message);
    std::string out;
    out.reserve(printed_size(body) + 1024);
    append_addresses(out, "From", message.from);
    if (message.sender) append_addresses(out, "Sender", {*message.sender});
    append_addresses(out, "Reply-To", message.reply_to);
    append_addresses(out, "To", message.to);
    append_addresses(out, "Cc", message.cc);
    if (!message.subject.empty()) append_field(out, "Subject", message.subject);
    if (message.date) append_field(out, "Date", print_date(*message.date));
    if (!message.id.empty()) append_ids(out, "Message-ID", {message.id});
    append_ids(out, "In-Reply-To", message.in_reply_to);
    append_ids(out, "References", message.references);
    for (const auto& [name, value] : message.headers) append_field(out, canonical_name(name), value);
    if (message.avatar) avatar::append_field(out, *message.avatar);
    append(out.append("MIME-Version: 1.0\r\n"), body);
    return out;
}

}  // namespace coi
