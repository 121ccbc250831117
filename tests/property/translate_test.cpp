// The law of the seam: what was written reads as what was said, in both directions and all dialects, up to what the
// dialect imposes: white space at the ends goes, a chat mail's subject is not shown, and a plain mail's subject stands
// before its text in Jabber.

#include "gateway/translate/translate.h"
#include "gateway/translate/feature/location.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "xmpp/wire.h"

namespace gateway {
namespace {

using Random = std::mt19937;

std::string pick(Random& random, const std::vector<std::string>& pieces, int least, int most) {
    std::string out;
    for (int left = std::uniform_int_distribution(least, most)(random); left > 0; --left) {
        out += pieces[std::uniform_int_distribution<std::size_t>(0, pieces.size() - 1)(random)];
    }
    return out;
}

const std::vector<std::string> words = {"word",     " ",
                                        "  ",       "\n",
                                        "\n\n",     "From ",
                                        "\nFrom x", ".",
                                        "\n.",      "<a>",
                                        "&amp;",    "\"'",
                                        "ü",        "日本",
                                        "😀",       "\t",
                                        "-",        "=20",
                                        "=",        "?=",
                                        "\\",       "{1}",
                                        "]]>",      "http://x.example/a?b=c&d",
                                        "long ",    std::string(200, 'x')};

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\n");
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

Event some_event(Random& random) {
    Event event;
    event.user = "alice@jabber.example";
    event.contact = {"", "bob", "example.org"};
    event.message = {"chat$1@jabber.example"};
    event.stanza = {"s1"};
    event.when = Time{std::chrono::seconds(1'700'000'000)};
    event.wants_receipt = random() % 2 == 0;
    event.contents = {Text{"T" + pick(random, words, 0, 30) + "x", ""}};
    return event;
}

class Seam : public testing::TestWithParam<Dialect> {};

TEST_P(Seam, AMailReadsAsWhatWasSaid) {
    Random random(3);
    for (int turn = 0; turn < 300; ++turn) {
        const Event event = some_event(random);
        Contact contact;
        contact.dialect = GetParam();
        contact.subject = turn % 2 ? "Tea" : "";
        const auto bytes = coi::print(write_mail(event, {"Alice", "alice", "jabber.example"}, contact));
        ASSERT_TRUE(bytes) << bytes.error().text;
        const auto mail = coi::parse(*bytes);
        ASSERT_TRUE(mail) << mail.error().text;
        const auto back = read(*mail);
        ASSERT_TRUE(back);
        EXPECT_EQ(back->contact.addr_spec(), "alice@jabber.example");
        EXPECT_EQ(back->message, event.message);
        EXPECT_EQ(back->when, event.when);
        EXPECT_EQ(back->wants_receipt, GetParam() != Dialect::mail);
        EXPECT_EQ(*back->get<Text>(), (Text{trimmed(event.get<Text>()->body), ""})) << *bytes;
    }
}

TEST_P(Seam, AnOtrMessageReadsAsWhatWasSaid) {
    Random random(7);
    for (int turn = 0; turn < 100; ++turn) {
        Event event = some_event(random);
        event.wants_receipt = false;
        const std::string message = "?OTR:AAMDAAABAQAAAgIA" + pick(random, {"AAAA", "b+/9", "OTRx"}, 1, 2000) + ".";
        event.contents = {OtrMessage{message, "Words"}};
        Contact contact;
        contact.dialect = GetParam();
        contact.subject = "Tea";
        const auto mail = coi::parse(*coi::print(write_mail(event, {"Alice", "alice", "jabber.example"}, contact)));
        ASSERT_TRUE(mail) << mail.error().text;
        EXPECT_EQ(mail->text, "Words");
        EXPECT_EQ(read(*mail)->contents, event.contents);
        const auto stanza = write_stanza(event, xmpp::JID("alice@jabber.example"), xmpp::JID("x.example"));
        const auto parsed = xmpp::parse_stanza(xmpp::print(*stanza));
        ASSERT_TRUE(parsed);
        EXPECT_FALSE(read(*parsed)) << "no other way but the tunnel's";
        EXPECT_EQ(read_tunnelled(*parsed)->get<OtrMessage>()->message, message);
    }
}

INSTANTIATE_TEST_SUITE_P(Dialects, Seam,
                         testing::Values(Dialect::unknown, Dialect::coi, Dialect::chatmail, Dialect::mail));

TEST(SeamProperty, AStanzaReadsAsWhatWasSaid) {
    Random random(5);
    for (int turn = 0; turn < 500; ++turn) {
        Event event = some_event(random);
        const auto stanza = write_stanza(event, xmpp::JID("alice@jabber.example"), xmpp::JID("x.example"));
        const auto parsed = xmpp::parse_stanza(xmpp::print(*stanza));
        ASSERT_TRUE(parsed) << xmpp::print(*stanza);
        auto back = read(*parsed);
        ASSERT_TRUE(back);
        back->contact = event.contact;
        back->message = event.message;
        back->when = event.when;
        EXPECT_EQ(*back, event) << xmpp::print(*stanza);
    }
}

TEST(SeamProperty, AReceiptReadsAsWhatWasSaid) {
    for (const auto kind : {Receipt::Kind::delivered, Receipt::Kind::displayed}) {
        Event event;
        event.contact = {"", "bob", "example.org"};
        event.stanza = {"s1"};
        event.contents = {Receipt{kind}};
        event.about = Reference{.message = {"5@example.org"}, .stanza = {"m1"}};
        const auto parsed = xmpp::parse_stanza(xmpp::print(*write_stanza(event, xmpp::JID("a@b"), xmpp::JID("c@d"))));
        ASSERT_TRUE(parsed);
        EXPECT_EQ(read(*parsed)->contents, event.contents);
        EXPECT_EQ(read(*parsed)->about, Reference{.stanza = {"m1"}});
        const auto mail = coi::parse(*coi::print(write_mail(event, {"", "alice", "jabber.example"}, Contact{})));
        ASSERT_TRUE(mail);
        EXPECT_EQ(read(*mail)->contents, event.contents);
        EXPECT_EQ(read(*mail)->about, Reference{.message = {"5@example.org"}});
    }
}

TEST(SeamProperty, AReactionReadsAsWhatWasSaid) {
    Random random(9);
    for (int turn = 0; turn < 100; ++turn) {
        Event event = some_event(random);
        Reaction reaction;
        for (const char* emoji : {"👍", "❤️", "🇩🇪", "👩‍👩‍👧‍👦", "1️⃣"}) {
            if (random() % 2 == 0) reaction.emojis.emplace_back(emoji);
        }
        event.contents = {reaction};
        event.about = Reference{.message = {"5@example.org"}, .stanza = {"m1"}};
        const auto stanza = write_stanza(event, xmpp::JID("a@b"), xmpp::JID("c@d"));
        const auto parsed = xmpp::parse_stanza(xmpp::print(*stanza));
        ASSERT_TRUE(parsed);
        EXPECT_EQ(read(*parsed)->contents, event.contents) << "its body is a fallback";
        EXPECT_EQ(read(*parsed)->about, Reference{.stanza = {"m1"}});
        Contact contact;
        contact.dialect = Dialect::chatmail;
        const auto mail = coi::parse(*coi::print(write_mail(event, {"", "alice", "jabber.example"}, contact)));
        ASSERT_TRUE(mail);
        EXPECT_EQ(read(*mail)->contents, event.contents);
        EXPECT_EQ(read(*mail)->about, Reference{.message = {"5@example.org"}});
    }
}

TEST_P(Seam, ARetractionReadsAsWhatWasSaid) {
    Random random(11);
    for (int turn = 0; turn < 50; ++turn) {
        Event event = some_event(random);
        event.lang = turn % 2 ? "de" : "en";
        event.contents = {Retraction{}};
        event.about = Reference{.message = {"chat$0@jabber.example"}, .stanza = {"m1"}};
        if (turn % 3 > 0) event.about->when = event.when - std::chrono::minutes(random() % 100'000);
        if (turn % 5 > 2) event.about->latest = {"chat$01@jabber.example"};
        Contact contact;
        contact.dialect = GetParam();
        contact.subject = turn % 2 ? "Tea" : "";
        const auto mail = coi::parse(*coi::print(write_mail(event, {"", "alice", "jabber.example"}, contact)));
        ASSERT_TRUE(mail) << mail.error().text;
        const auto back = read(*mail);
        ASSERT_TRUE(back);
        if (GetParam() == Dialect::mail) {
            ASSERT_EQ(back->contents.size(), 1u);
            EXPECT_EQ(back->get<Text>()->body, mail->text) << "words for a person, and no others";
            continue;
        }
        EXPECT_EQ(back->contents, event.contents);
        const bool names_latest = GetParam() != Dialect::chatmail && !event.about->latest.empty();
        EXPECT_EQ(back->about->message, names_latest ? event.about->latest : event.about->message);
        const auto stanza = write_stanza(event, xmpp::JID("a@b"), xmpp::JID("c@d"));
        const auto parsed = xmpp::parse_stanza(xmpp::print(*stanza));
        ASSERT_TRUE(parsed);
        EXPECT_EQ(read(*parsed)->contents, event.contents) << "its body is a fallback";
        EXPECT_EQ(read(*parsed)->about, Reference{.stanza = {"m1"}});
    }
}

TEST_P(Seam, APlaceReadsAsWhatWasSaid) {
    Random random(13);
    const auto some = [&random](int most) { return std::uniform_int_distribution(-most, most)(random); };
    for (int turn = 0; turn < 100; ++turn) {
        Event event = some_event(random);
        if (turn % 2) event.get<Text>()->body = "";
        Location place{some(900'000'000) / 1e7, some(1'800'000'000) / 1e7, {}, ""};
        if (turn % 3) place.accuracy = (some(1000) + 1001) / 8.0;
        if (turn % 5 > 1) place.name = "At " + trimmed(pick(random, {"the ", "Café, ", "1: ", "<2>", "–"}, 0, 3)) + ".";
        event.contents.emplace_back(place);
        Contact contact;
        contact.dialect = GetParam();
        const auto bytes = coi::print(write_mail(event, {"", "alice", "jabber.example"}, contact));
        ASSERT_TRUE(bytes) << bytes.error().text;
        const auto back = read(coi::parse(*bytes).value());
        ASSERT_TRUE(back && back->get<Text>()) << *bytes;
        const bool is_for_people = GetParam() == Dialect::mail || GetParam() == Dialect::unknown;
        EXPECT_EQ(back->get<Location>() == nullptr, is_for_people) << *bytes;
        const auto all = location::messages_of(event);
        const auto parsed = xmpp::parse_stanza(
            xmpp::print(*write_stanza(all.back(), xmpp::JID("alice@jabber.example"), xmpp::JID("x.example"))));
        ASSERT_TRUE(parsed);
        EXPECT_EQ(*read(*parsed)->get<Location>(), place);
        EXPECT_EQ(all.size(), turn % 2 ? 1u : 2u);
        if (is_for_people) continue;
        EXPECT_EQ(back->get<Text>()->body, trimmed(event.get<Text>()->body)) << *bytes;
        if (GetParam() == Dialect::coi) place.accuracy.reset();
        EXPECT_EQ(*back->get<Location>(), place) << *bytes;
    }
}

File some_file(Random& random) {
    File file;
    file.url = "https://files.example/" + std::to_string(random()) + "/1";
    file.name = "n" + pick(random, {"ü", "日本", " x", "\"", "%", ";", "'", std::string(30, 'y')}, 0, 4) + ".jpg";
    file.type = random() % 2 ? "image/jpeg" : "application/x-thing";
    file.size = random() % 1000;
    return file;
}

TEST_P(Seam, AFileReadsAsWhatWasSent) {
    Random random(13);
    for (int turn = 0; turn < 100; ++turn) {
        Event event = some_event(random);
        const File file = some_file(random);
        const std::string caption = turn % 2 ? trimmed(event.get<Text>()->body) : "";
        File fetched = file;
        fetched.bytes = std::make_shared<const std::string>(pick(random, {"\n", std::string(1, '\0'), "\xff"}, 0, 9));
        fetched.size = fetched.bytes->size();
        event.contents = {Text{caption, ""}, Files{{fetched}}};
        Contact contact;
        contact.dialect = GetParam();
        const auto bytes = coi::print(write_mail(event, {"", "alice", "jabber.example"}, contact));
        ASSERT_TRUE(bytes) << bytes.error().text;
        auto mail = coi::parse(*bytes, {}, {.keep_attachments = true});
        ASSERT_TRUE(mail) << mail.error().text;
        ASSERT_EQ(mail->attachments.size(), 1u);
        EXPECT_EQ(mail->attachments[0].bytes, *fetched.bytes);
        mail->attachments[0].url = file.url;
        const auto back = read(*mail);
        ASSERT_TRUE(back && back->get<Files>());
        fetched.bytes.reset();
        EXPECT_EQ(back->get<Files>()->all, std::vector<File>{fetched});
        if (GetParam() != Dialect::mail || !caption.empty()) EXPECT_EQ(back->get<Text>()->body, caption) << *bytes;
    }
}

TEST(SeamProperty, AFileIsReadFromWhatItsStanzaSays) {
    Random random(17);
    for (int turn = 0; turn < 100; ++turn) {
        Event event = some_event(random);
        File file = some_file(random);
        if (turn % 2) file.hash = {"sha-256", pick(random, {"x", std::string(1, '\0'), "\xff"}, 32, 32)};
        if (turn % 3) file.width = file.height = static_cast<std::uint32_t>(random() % 65'535 + 1);
        event.contents = {Files{{file}}};
        const auto parsed = xmpp::parse_stanza(xmpp::print(*write_stanza(event, xmpp::JID("a@b"), xmpp::JID("c@d"))));
        ASSERT_TRUE(parsed);
        const auto back = read(*parsed);
        ASSERT_TRUE(back && back->get<Files>());
        EXPECT_EQ(*back->get<Files>(), *event.get<Files>());
        EXPECT_EQ(*back->get<Text>(), Text{}) << "its body is a fallback";
    }
}

}  // namespace
}  // namespace gateway
