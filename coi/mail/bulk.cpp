// The signs of mail by machines, strongest first [RFC 3834 §5]; the fields are those that parse() keeps.

#include "coi/mail/bulk.h"

#include <string>

#include "coi/mail/charset.h"

namespace coi {
namespace {

struct Finding {
    Bulk kind = Bulk::personal;
    std::string_view sign;
};

bool has(const Message& message, std::string_view name) { return !message.header(name).empty(); }

/// The keyword at the start of a value, without parameters and comments.
std::string keyword(const std::string& value) {
    return lower(trim(std::string_view(value).substr(0, value.find_first_of(";("))));
}

Finding find_auto_reply(const Message& message) {
    const std::string submitted = keyword(message.header("auto-submitted"));
    if (submitted == "auto-replied") return {Bulk::auto_reply, "Auto-Submitted: auto-replied"};
    for (const std::string_view name : {"x-autoreply", "x-autorespond", "x-autoresponder"}) {
        if (has(message, name) && keyword(message.header(name)) != "no") return {Bulk::auto_reply, "X-Autoreply"};
    }
    const std::string precedence = keyword(message.header("precedence"));
    if (precedence == "auto_reply" || precedence == "auto-reply") return {Bulk::auto_reply, "Precedence: auto_reply"};
    // "no" and nothing are a person; every other keyword, also one not yet known, is a program [RFC 3834 §5.2].
    if (!submitted.empty() && submitted != "no") return {Bulk::auto_generated, "Auto-Submitted"};
    return {};
}

Finding find(const Message& message) {
    if (auto reply = find_auto_reply(message); reply.kind != Bulk::personal) return reply;
    if (has(message, "list-id") || has(message, "list-post")) return {Bulk::mailing_list, "List-Id"};
    if (has(message, "list-unsubscribe")) return {Bulk::newsletter, "List-Unsubscribe"};
    if (has(message, "feedback-id")) return {Bulk::newsletter, "Feedback-ID"};
    const std::string precedence = keyword(message.header("precedence"));
    if (precedence == "list") return {Bulk::mailing_list, "Precedence: list"};
    if (precedence == "bulk" || precedence == "junk") return {Bulk::newsletter, "Precedence: bulk"};
    const std::string suppressed = lower(message.header("x-auto-response-suppress"));
    for (const std::string_view each : {"all", "oof", "autoreply"}) {
        if (suppressed.find(each) != std::string::npos) return {Bulk::auto_generated, "X-Auto-Response-Suppress"};
    }
    if (message.header("return-path") == "<>") return {Bulk::null_sender, "Return-Path: <>"};
    return {};
}

}  // namespace

Bulk bulk(const Message& message) { return find(message).kind; }

std::string_view bulk_sign(const Message& message) { return find(message).sign; }

}  // namespace coi
