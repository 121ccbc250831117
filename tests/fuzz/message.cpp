// Any bytes as a mail: parse never throws and keeps its promises, and what it gives can be printed and read back.

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "coi/mail/bulk.h"
#include "coi/mail/charset.h"
#include "coi/mail/group.h"
#include "coi/mail/quote.h"
#include "coi/message.h"
#include "gateway/translate/feature/otr_message.h"
#include "gateway/translate/feature/retraction.h"

namespace {

void check(bool promise) {
    if (!promise) std::abort();
}

/// What a group says of itself is bounded, and of one member it says one thing.
void check_group(const coi::Message& message) {
    const auto group = coi::read_group(message);
    if (!group) return;
    check((group->kind == coi::Group::Kind::people) == group->id.empty());
    check(group->id.empty() || coi::is_group_id(group->id));
    check(group->members.size() <= coi::most_group_members && group->past.size() <= coi::most_group_members);
    check(group->name.find_first_of("\r\n") == std::string::npos);
    for (const auto* list : {&group->members, &group->past}) {
        std::set<std::string> once;
        for (const auto& each : *list)
            check(once.insert(each.address.canonical()).second && each.since.has_value() == group->has_times);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    coi::ParseOptions options;
    options.keep_attachments = true;
    auto parsed = coi::parse(bytes, {}, options);
    if (!parsed) return 0;
    auto& message = *parsed;
    check(!message.from.empty());
    check(coi::is_utf8(message.text) && coi::is_utf8(message.subject) && coi::is_utf8(message.report_original));
    check(message.subject.find_first_of("\r\n") == std::string::npos);
    check(message.text.find('\r') == std::string::npos);
    check(coi::folding_of(message).has_files || coi::fold_quotes(message).empty() == message.text.empty());
    coi::bulk(message);
    check_group(message);
    gateway::Event event;
    gateway::retraction::feature.read_mail(message, "", event);
    check(event.contents.empty() == !event.about.has_value());
    if (const auto otr = gateway::otr_message::read(message))
        check(gateway::otr_message::whole(otr->message) == otr->message && !message.attachments.empty());

    // The law of coi/message.h, for the mails that print writes.
    message.encrypted = message.is_signed = message.text_was_html = false;
    if (message.dsn) return 0;  // print writes none, and its text may be read as one
    message.report_original.clear();
    message.trace.clear();
    message.invitation.reset();
    message.attachments.clear();
    if (message.references.size() > 20) message.references.resize(20);
    if (message.in_reply_to.size() > 20) message.in_reply_to.resize(20);
    const auto printed = coi::print(message);
    if (!printed) return 0;
    const auto again = coi::parse(*printed, {}, options);
    // A printed text may grow beyond the limits and look like armor; everything else comes back.
    if (again && !again->encrypted && message.text.size() < 100000) check(*again == message);
    return 0;
}
