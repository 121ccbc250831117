// Timers of disappearing messages in both pipelines: what is kept, what is told, and who may set one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/gateway/pipeline/incoming_play.h"
#include "tests/unit/gateway/pipeline/outgoing_play.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct IncomingTimerTest : IncomingPlay {
    static std::string timed(const std::string& id, const std::string& seconds, const std::string& more = "") {
        return mail(id,
                    "Chat-Version: 1.0\r\n" + more + (seconds.empty() ? "" : "Ephemeral-Timer: " + seconds + "\r\n"));
    }
    const Contact& bob() { return directory.add(alice, {"", "bob", "example.net"}); }
};

TEST_F(IncomingTimerTest, a_timer_that_no_mail_has_told_of_is_told_once) {
    take(timed("1@x", "3600"));
    take(timed("2@x", "3600"));
    take(timed("3@x", ""));
    take(timed("4@x", "60", "Chat-Content: ephemeral-timer-changed\r\n"));
    ASSERT_THAT(committed, SizeIs(4));
    EXPECT_THAT(body(committed[0]),
                HasSubstr("deleted after 1 hour: by your contact's program, and by yours if it can.⟧\nHi"));
    EXPECT_THAT(committed[0].payload, HasSubstr("<ephemeral xmlns='urn:xmpp:ephemeral:0' timer='3600'/>"));
    EXPECT_EQ(body(committed[1]), "Hi");
    EXPECT_THAT(committed[1].payload, HasSubstr("timer='3600'"));
    EXPECT_EQ(body(committed[2]), "⟦The messages of this chat are no longer deleted.⟧\nHi");
    EXPECT_THAT(committed[2].payload, Not(HasSubstr("ephemeral")));
    EXPECT_EQ(body(committed[3]),
              "⟦The messages of this chat are now deleted after 1 minute: by your contact's program, and by yours if "
              "it can.⟧");
    EXPECT_EQ(bob().timer, 60u);
}

TEST_F(IncomingTimerTest, nobody_sets_the_timer_of_a_proven_conversation_in_the_clear) {
    directory.change(alice, {"", "bob", "example.net"}, [](Contact& contact) { contact.privacy.encrypted = true; });
    take(timed("1@x", "60"));
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_EQ(bob().timer, 0u);
    EXPECT_THAT(committed[0].payload, Not(HasSubstr("ephemeral")));
    EXPECT_THAT(body(committed[0]), Not(HasSubstr("deleted")));
}

TEST_F(IncomingTimerTest, files_and_places_disappear_with_their_message) {
    take(mail("1@x",
              "Chat-Version: 1.0\r\nEphemeral-Timer: 60\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
              "boundary=b\r\n",
              "--b\r\n\r\nHi\r\n--b\r\nContent-Type: application/vnd.google-earth.kml+xml\r\nContent-Disposition: "
              "attachment; filename=message.kml\r\n\r\n<kml><Placemark><coordinates>2,1</coordinates></Placemark></kml>"
              "\r\n--b--"));
    ASSERT_THAT(committed, SizeIs(2));
    EXPECT_EQ(body(committed[1]), "geo:1,2");
    for (const auto& entry : committed) EXPECT_THAT(entry.payload, HasSubstr("timer='60'"));
}

struct OutgoingTimerTest : OutgoingPipelineTest {
    std::vector<std::string> told;
    OutgoingTimerTest() {
        peers.on_words = [this](const std::string& text) { told.push_back(text); };
    }
    void writes(const std::string& timer) {
        take("<body>Hi</body><ephemeral xmlns='urn:xmpp:ephemeral:0' timer='" + timer + "'/>");
        settle();
    }
    const Contact& bob(Dialect dialect) {
        return directory.change(directory.of_user("alice@jabber.example")->id, {"", "bob", "example.net"},
                                [dialect](Contact& contact) { contact.dialect = dialect; });
    }
};

TEST_F(OutgoingTimerTest, the_user_hears_once_where_nothing_is_deleted) {
    take("<body>Hi</body>");
    settle();
    bob(Dialect::mail);
    writes("60");
    EXPECT_THAT(told, ElementsAre(HasSubstr("deletes no messages by itself")));
    writes("60");
    EXPECT_THAT(told, SizeIs(1));
    writes("0");
    EXPECT_THAT(told, SizeIs(1));
    EXPECT_THAT(committed, SizeIs(4));
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(mail(i).header("ephemeral-timer"), "");
}

TEST_F(OutgoingTimerTest, what_a_client_sets_holds_for_the_whole_conversation) {
    take("<body>Hi</body>");
    settle();
    bob(Dialect::chatmail);
    writes("60");
    EXPECT_EQ(mail(1).header("ephemeral-timer"), "60");
    take("<body>by another client of hers</body>");
    settle();
    EXPECT_EQ(mail(2).header("ephemeral-timer"), "60");
    take("<ephemeral xmlns='urn:xmpp:ephemeral:0' timer='0'/><store xmlns='urn:xmpp:hints'/>");
    settle();
    EXPECT_EQ(mail(3).header("chat-content"), "ephemeral-timer-changed");
    EXPECT_EQ(mail(3).header("ephemeral-timer"), "");
    EXPECT_EQ(bob(Dialect::chatmail).timer, 0u);
    EXPECT_THAT(told, IsEmpty());
    EXPECT_THAT(sent, IsEmpty());
    bob(Dialect::mail);
    take("<ephemeral xmlns='urn:xmpp:ephemeral:0' timer='60'/><store xmlns='urn:xmpp:hints'/>");
    settle();
    ASSERT_THAT(sent, SizeIs(2)) << "an error, and its words";
    EXPECT_EQ(xmpp::error_of(*sent[0])->condition, "not-acceptable");
    for (const char* again : {"60", "0", "0"}) {
        take("<ephemeral xmlns='urn:xmpp:ephemeral:0' timer='" + std::string(again) +
             "'/><store xmlns='urn:xmpp:hints'/>");
        settle();
    }
    EXPECT_THAT(sent, SizeIs(2)) << "the user has heard of it, and nothing is left to delete";
    writes("0");
    EXPECT_THAT(told, IsEmpty());
}

}  // namespace
}  // namespace gateway
