// Mail as it is found in the wild, one file per disease in tests/golden/wild (and what Delta Chat wrote, in
// tests/golden/delta): NAME.eml is parsed, and all that was understood must be what NAME.expect says, line by line.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "coi/mail/bulk.h"
#include "coi/mail/chat_data.h"
#include "coi/mail/quote.h"
#include "coi/message.h"

namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void say(std::ostream& out, std::string_view what, const std::vector<coi::Address>& addresses) {
    for (const auto& each : addresses)
        out << what << ": " << each.name << " <" << each.addr_spec() << "> " << each.canonical() << "\n";
}

void say(std::ostream& out, std::string_view what, const std::vector<coi::MessageId>& ids) {
    for (const auto& each : ids) out << what << ": " << each.value << "\n";
}

void say(std::ostream& out, const coi::Invitation& invitation) {
    out << "invitation: kind=" << static_cast<int>(invitation.kind) << " '" << invitation.summary << "' at '"
        << invitation.location << "'" << (invitation.repeats ? " repeats" : "") << "\n";
    for (const auto& when : {invitation.start, invitation.end}) {
        if (!when) continue;
        out << "when: " << when->time.time_since_epoch().count() << (when->has_time ? " " : " day ") << when->zone
            << "\n";
    }
}

void say_reports(std::ostream& out, const coi::Message& message) {
    if (message.mdn)
        out << "mdn: " << message.mdn->original.value << (message.mdn->displayed ? " displayed" : " not displayed")
            << "\n";
    if (!message.dsn) return;
    out << "dsn: " << message.dsn->original.value << " envelope=" << message.dsn->envelope_id << "\n";
    for (const auto& each : message.dsn->recipients) {
        out << "dsn recipient: " << each.address << " action=" << static_cast<int>(each.action) << " " << each.status
            << " " << each.diagnostic << "\n";
    }
}

/// All of the message, in the words of the .expect files; what a mail does not say is not said here either.
std::string described(const coi::Result<coi::Message>& parsed) {
    std::ostringstream out;
    if (!parsed) {
        out << "error: " << parsed.error().text << "\n";
        return out.str();
    }
    const auto& message = *parsed;
    say(out, "from", message.from);
    if (message.sender) say(out, "sender", {*message.sender});
    say(out, "reply-to", message.reply_to);
    say(out, "to", message.to);
    say(out, "cc", message.cc);
    if (!message.subject.empty()) out << "subject: " << message.subject << "\n";
    if (message.date) out << "date: " << message.date->time_since_epoch().count() << "\n";
    if (!message.id.empty()) out << "id: " << message.id.value << "\n";
    say(out, "in-reply-to", message.in_reply_to);
    say(out, "references", message.references);
    for (const auto& [name, value] : message.headers) {
        if (name != "autocrypt") out << "header " << name << ": " << value << "\n";
    }
    if (message.encrypted) out << "encrypted\n";
    if (message.text_was_html) out << "text was html\n";
    for (const auto& each : message.attachments) {
        out << "attachment: " << each.content_type << " '" << each.name << "' " << each.size
            << (each.is_inline ? " inline" : "") << "\n";
    }
    if (message.invitation) say(out, *message.invitation);
    if (const auto position = coi::position_of(message))
        out << "position: " << coi::print_decimal(position->latitude) << " " << coi::print_decimal(position->longitude)
            << (position->is_live ? " live\n" : "\n");
    say_reports(out, message);
    if (coi::bulk(message) != coi::Bulk::personal) out << "bulk: " << coi::bulk_sign(message) << "\n";
    out << "text:\n" << message.text << "\n";
    const std::string folded = coi::fold_quotes(message);
    if (folded != message.text) out << "folded:\n" << folded << "\n";
    return out.str();
}

class GoldenMail : public testing::TestWithParam<fs::path> {};

TEST_P(GoldenMail, IsUnderstood) {
    const auto parsed = coi::parse(contents(GetParam()));
    fs::path expectation = GetParam();
    expectation.replace_extension(".expect");
    EXPECT_EQ(contents(expectation), described(parsed));
}

std::vector<fs::path> mails(const char* folder) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(fs::path(TESTS_DIR) / "golden" / folder)) {
        if (entry.path().extension() == ".eml") found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string disease(const testing::TestParamInfo<fs::path>& info) {
    std::string name = info.param.stem().string();
    for (char& c : name) {
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    }
    return name;
}

INSTANTIATE_TEST_SUITE_P(Wild, GoldenMail, testing::ValuesIn(mails("wild")), disease);
INSTANTIATE_TEST_SUITE_P(Delta, GoldenMail, testing::ValuesIn(mails("delta")), disease);

}  // namespace
