// Files that are announced first: the message with the place becomes the one of the file, as Dino sends it.

#include "gateway/pipeline/announced_files.h"

#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/pipeline/outgoing_play.h"
#include "xmpp/xep/xep0447_file_sharing.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct AnnouncedFilesTest : OutgoingPipelineTest {
    const std::string url = "https://files.example/1/a8f3.jpg", sfs = "xmlns='urn:xmpp:sfs:0'";

    std::string announcement(const std::string& id = "file-1", const std::string& name = "earth.jpg") {
        return "<file-sharing " + sfs + " id='" + id + "'><file xmlns='urn:xmpp:file:metadata:0'><name>" + name +
               "</name><media-type>image/jpeg</media-type><size>4</size><thumbnail xmlns='urn:xmpp:thumbs:1' "
               "uri='data:image/png;base64,AAAA'/></file></file-sharing><store xmlns='urn:xmpp:hints'/>";
    }
    /// What brings the file's place. Dino writes no fallback.
    std::string place(const std::string& id = "file-1", const std::string& of = "s1") {
        return sources(id, of) + "<body>" + url + "</body><x xmlns='jabber:x:oob'><url>" + url + "</url></x>";
    }
    std::string sources(const std::string& id = "file-1", const std::string& of = "s1") {
        return "<attach-to xmlns='urn:xmpp:message-attaching:1' id='" + of + "'/><sources " + sfs + " id='" + id +
               "'><url-data xmlns='http://jabber.org/protocol/url-data' target='" + url + "'/></sources>";
    }
    void take_as(const std::string& id, const std::string& children, const std::string& from = "alice@jabber.example") {
        const auto stanza =
            xmpp::parse_stanza("<message id='" + id + "' type='chat' from='" + from +
                               "/phone' to='bob\\40example.net@coi.jabber.example'>" + children + "</message>");
        ASSERT_TRUE(stanza);
        outgoing.take(*stanza);
        settle();
    }
    void timer_passes() {
        peers.timer.pass();
        settle();
    }
};

TEST_F(AnnouncedFilesTest, an_announcement_is_no_mail_and_no_error) {
    take_as("s1", announcement());
    EXPECT_THAT(committed, IsEmpty());
    EXPECT_THAT(sent, IsEmpty());
}

TEST_F(AnnouncedFilesTest, the_message_with_the_place_is_the_file_as_it_was_announced) {
    take_as("s1", announcement());
    take_as("s2", place());
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(mail(0).text, url);
    EXPECT_EQ(mail(0).subject, "Chat: Picture");
    EXPECT_EQ(committed[0].origin_id, "s1") << "clients show the file as the announcement";
    timer_passes();
    EXPECT_THAT(sent, IsEmpty()) << "it has come";
}

TEST_F(AnnouncedFilesTest, it_is_attached_with_the_name_that_was_announced) {
    peers.source.room = 1'000'000;
    peers.may_withdraw = true;
    take_as("s1", announcement());
    take_as("s2", place());
    EXPECT_THAT(peers.source.asked, ElementsAre(url));
    peers.source.gives("application/octet-stream", "JFIF");
    settle();
    std::optional<queue::Entry> waiting;
    Transactions(store).now([&](Database& db) { waiting = queue::find(db, committed.at(0).id); });
    ASSERT_TRUE(waiting);
    const auto sent_mail = coi::parse(waiting->payload).value();
    ASSERT_EQ(sent_mail.attachments.size(), 1u);
    EXPECT_EQ(sent_mail.attachments[0].name, "earth.jpg");
    EXPECT_EQ(sent_mail.attachments[0].content_type, "image/jpeg");
}

TEST_F(AnnouncedFilesTest, a_place_without_a_body_is_the_file_too) {
    take_as("s1", announcement());
    take_as("s2", sources());
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(mail(0).text, url);
}

TEST_F(AnnouncedFilesTest, of_a_place_alone_only_the_url_is_known) {
    take_as("s2", place("file-1", "lost"));
    take_as("s3", sources("file-1", "lost"));
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_EQ(committed[0].origin_id, "s2");
    EXPECT_EQ(mail(1).text, url) << "after a restart a file is not lost";
}

TEST_F(AnnouncedFilesTest, nobody_else_brings_the_place) {
    take_as("s1", announcement());
    take_as("s2", place(), "eve@jabber.example");
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(committed[0].origin_id, "s2");
    take_as("s3", place());
    EXPECT_EQ(committed.at(1).origin_id, "s1");
}

TEST_F(AnnouncedFilesTest, words_beside_an_announcement_leave_at_once) {
    take_as("s1", "<body>Look</body>" + announcement());
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(mail(0).text, "Look");
    take_as("s2", place());
    EXPECT_EQ(committed.at(1).origin_id, "s2") << "the announcement is the message of the words";
}

TEST_F(AnnouncedFilesTest, several_files_of_an_announcement_come_one_by_one) {
    take_as("s1", announcement("1", "earth.jpg") + announcement("2", "moon.jpg"));
    take_as("s2", place("2"));
    take_as("s3", place("1"));
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_EQ(committed[0].origin_id, "s2");
    EXPECT_EQ(committed[1].origin_id, "s3");
}

TEST_F(AnnouncedFilesTest, of_a_file_that_does_not_come_the_user_is_told) {
    take_as("s1", announcement());
    timer_passes();
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_EQ(xmpp::attribute(*sent[0], "id"), "s1");
    const auto error = xmpp::error_of(*sent[0]);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->condition, "item-not-found");
    EXPECT_THAT(error->text, HasSubstr("earth.jpg"));
    EXPECT_THAT(xmpp::body_of(*sent[1])->cdata(), HasSubstr("earth.jpg"));
}

TEST_F(AnnouncedFilesTest, words_that_have_left_are_no_error) {
    take_as("s1", "<body>Look</body>" + announcement());
    timer_passes();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_FALSE(xmpp::error_of(*sent[0]));
    EXPECT_THAT(xmpp::body_of(*sent[0])->cdata(), HasSubstr("earth.jpg"));
}

TEST_F(AnnouncedFilesTest, what_was_refused_is_not_missed_later) {
    take_as("s1", announcement(), "eve@elsewhere.example");
    EXPECT_EQ(sent.size(), 2u) << "she has no account";
    timer_passes();
    EXPECT_EQ(sent.size(), 2u);
}

struct AnnouncedFilesAlone : testing::Test {
    FakeTimer timer;
    AnnouncedFiles files{timer.timer()};
    int missed = 0;

    static xmpp::Stanza message(const std::string& id, const std::string& children, const std::string& user = "alice") {
        auto stanza =
            xmpp::parse_stanza("<message id='" + id + "' from='" + user +
                               "@jabber.example/phone' to='bob@coi.jabber.example'>" + children + "</message>");
        EXPECT_TRUE(stanza);
        return stanza;
    }
    void announce(const std::string& id, const std::string& name, const std::string& user = "alice") {
        files.note(*message(id,
                            "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><name>" +
                                name + "</name></file></file-sharing>",
                            user),
                   [this](const std::string&) { ++missed; });
    }
    /// The name of the file whose place comes.
    std::string place(const std::string& of, const std::string& user = "alice") {
        const auto whole = files.completed(
            *message("later",
                     "<attach-to xmlns='urn:xmpp:message-attaching:1' id='" + of +
                         "'/><sources xmlns='urn:xmpp:sfs:0'><url-data xmlns='http://jabber.org/protocol/url-data' "
                         "target='https://files.example/1'/></sources>",
                     user));
        const auto shared = xmpp::xep0447::files_of(*whole);
        return shared.size() == 1 ? shared[0].metadata.name : "no file";
    }
};

TEST_F(AnnouncedFilesAlone, a_user_has_room_for_twenty) {
    for (int i = 0; i < 25; ++i) announce(std::to_string(i), "n" + std::to_string(i));
    announce("1", "other", "carol");
    EXPECT_EQ(place("19"), "n19");
    EXPECT_EQ(place("20"), "") << "its place is a file without this";
    EXPECT_EQ(place("1", "carol"), "other");
    announce("30", "n30");
    EXPECT_EQ(place("30"), "n30") << "there is room again";
}

TEST_F(AnnouncedFilesAlone, what_is_too_long_is_not_kept) {
    announce("1", std::string(64 * 1024, 'x'));
    EXPECT_EQ(place("1"), "");
}

TEST_F(AnnouncedFilesAlone, all_together_have_their_room) {
    for (int i = 0; i < 100; ++i) announce("1", std::string(60 * 1024, 'x'), "user" + std::to_string(i));
    EXPECT_EQ(place("1", "user0").size(), 60u * 1024);
    EXPECT_EQ(place("1", "user99"), "");
}

TEST_F(AnnouncedFilesAlone, an_id_that_is_used_again_is_another_announcement) {
    announce("1", "first");
    EXPECT_EQ(place("1"), "first");
    announce("1", "second");
    timer.pass();
    EXPECT_EQ(missed, 1) << "the second one, by its own time";
    EXPECT_EQ(place("1"), "");
}

TEST_F(AnnouncedFilesAlone, a_group_announces_nothing_here) {
    EXPECT_FALSE(AnnouncedFiles::are_all_of(
        *xmpp::parse_stanza("<message type='groupchat'><file-sharing xmlns='urn:xmpp:sfs:0'/></message>")));
}

}  // namespace
}  // namespace gateway
