// print_bounce(): the report to a sender about the fate of a mail.
//
// [RFC 3464 §2], [RFC 6522 §3] (text, report, returned header), [RFC 3834 §5] (Auto-Submitted). The caller must set the
// null envelope sender [RFC 3464 §2].

#include <algorithm>
#include <utility>

#include "coi/mail/charset.h"
#include "coi/mail/dsn.h"
#include "coi/mail/header.h"
#include "coi/mail/mime_write.h"

namespace coi {
namespace {

std::string_view word(Dsn::Action action) {
    switch (action) {
        case Dsn::Action::failed:
            return "failed";
        case Dsn::Action::delayed:
            return "delayed";
        case Dsn::Action::delivered:
            return "delivered";
        case Dsn::Action::relayed:
            return "relayed";
        case Dsn::Action::expanded:
            return "expanded";
    }
    return "failed";
}

std::string_view subject(const Dsn& dsn) {
    const auto is = [&](Dsn::Action action) {
        return std::ranges::any_of(dsn.recipients, [&](auto& each) { return each.action == action; });
    };
    if (is(Dsn::Action::failed)) return "Undelivered Mail Returned to Sender";
    return is(Dsn::Action::delayed) ? "Delayed Mail (still being retried)" : "Successful Mail Delivery Report";
}

/// xtext [RFC 3461 §4].
std::string encode_xtext(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte > 0x20 && byte < 0x7f && c != '+' && c != '=') {
            out += c;
        } else {
            out.append("+").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
        }
    }
    return out;
}

/// The fields of message/delivery-status [RFC 3464 §2.2, §2.3], LF.
std::string print_report(const Dsn& dsn, const std::string& reporter) {
    std::string out;
    append_field(out, "Reporting-MTA", "dns; " + reporter);
    if (!dsn.envelope_id.empty()) append_field(out, "Original-Envelope-Id", encode_xtext(dsn.envelope_id));
    for (const auto& recipient : dsn.recipients) {
        out += "\r\n";
        append_field(out, "Final-Recipient",
                     (is_ascii(recipient.address) ? "rfc822; " : "utf-8; ") + recipient.address);
        append_field(out, "Action", word(recipient.action));
        append_field(out, "Status", recipient.status.empty() ? "5.0.0" : recipient.status);
        if (!recipient.diagnostic.empty()) append_field(out, "Diagnostic-Code", "smtp; " + recipient.diagnostic);
    }
    std::erase(out, '\r');
    return out;
}

bool is_good(const Bounce& bounce) {
    const bool values = std::ranges::all_of(bounce.dsn.recipients, [](const auto& each) {
        return is_field_value(each.address) && is_field_value(each.status) && is_field_value(each.diagnostic) &&
               !each.address.empty();
    });
    const bool addresses =
        std::ranges::all_of(std::initializer_list<const Address*>{&bounce.reporter, &bounce.sender}, [](auto* each) {
            return !each->local.empty() && !each->domain.empty() && is_field_value(each->name) &&
                   is_field_value(each->addr_spec());
        });
    return values && addresses && !bounce.dsn.recipients.empty() && is_utf8(bounce.explanation);
}

}  // namespace

Result<std::string> print_bounce(const Bounce& bounce, const MessageId& id) {
    if (!is_good(bounce) || !is_printable(id)) return malformed("a bounce whose fields can't stand in a mail");
    std::string reporter = bounce.reporter.addr_spec();
    reporter.erase(0, reporter.rfind('@') + 1);
    std::vector<Part> parts{text_part(bounce.explanation),
                            lines_part("message/delivery-status", print_report(bounce.dsn, reporter))};
    if (!bounce.original_headers.empty()) {
        std::string block = to_utf8(bounce.original_headers, "utf-8");
        std::erase(block, '\r');
        parts.push_back(lines_part("text/rfc822-headers", block));
    }
    const Part body = multipart("multipart/report; report-type=delivery-status", std::move(parts));
    std::string out;
    append_tokens(out, "From", {print_address(bounce.reporter)}, ",");
    append_tokens(out, "To", {print_address(bounce.sender)}, ",");
    append_field(out, "Subject", subject(bounce.dsn));
    append_field(out, "Date", print_date(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())));
    append_field(out, "Message-ID", '<' + id.value + '>');
    if (is_printable(bounce.dsn.original)) {
        append_field(out, "In-Reply-To", '<' + bounce.dsn.original.value + '>');
        append_field(out, "References", '<' + bounce.dsn.original.value + '>');
    }
    append_field(out, "Auto-Submitted", "auto-replied");
    append(out.append("MIME-Version: 1.0\r\n"), body);
    return out;
}

}  // namespace coi
