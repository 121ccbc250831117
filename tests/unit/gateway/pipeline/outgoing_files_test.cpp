// A user's file: its mail waits, and leaves with the file, or else with its link.

#include "gateway/pipeline/outgoing_files.h"

#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/pictures.h"
#include "tests/unit/gateway/pipeline/outgoing_play.h"
#include "xmpp/base64.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct OutgoingFilesTest : OutgoingPipelineTest {
    const std::string url = "https://files.example/1/earth.jpg";
    std::vector<std::string> told;

    OutgoingFilesTest() {
        peers.source.room = 1'000'000;
        peers.may_withdraw = true;  // what waits is kept
        peers.post = loop.post();
        peers.on_words = [this](const std::string& words) { told.push_back(words); };
    }
    void take_file(const std::string& address, const std::string& beside = "") {
        take("<body>" + address + "</body><x xmlns='jabber:x:oob'><url>" + address + "</url></x>" + beside);
        settle();
        ASSERT_EQ(committed.size(), 1u);
    }
    /// The entry in the queue, as it would leave now.
    queue::Entry in_queue() {
        settle();
        std::optional<queue::Entry> found;
        Transactions(store).now([&](Database& db) { found = queue::find(db, committed.at(0).id); });
        EXPECT_TRUE(found);
        return found.value_or(queue::Entry{});
    }
    coi::Message mail_in_queue() { return coi::parse(in_queue().payload, {}, {.keep_attachments = true}).value(); }
    bool is_due() { return in_queue().next <= time; }
};

TEST_F(OutgoingFilesTest, a_file_is_committed_as_its_link_and_leaves_as_an_attachment) {
    take_file(url);
    EXPECT_EQ(committed[0].next, time + OutgoingFiles::longest_wait) << "nothing else ends the wait of a lost fetch";
    EXPECT_EQ(mail(0).text, url);
    EXPECT_THAT(peers.source.asked, ElementsAre(url));
    EXPECT_FALSE(is_due());
    peers.source.gives("image/jpeg", "JFIF");
    const auto sent = mail_in_queue();
    EXPECT_TRUE(is_due());
    EXPECT_EQ(peers.unblocked, 1);
    EXPECT_EQ(sent.id, mail(0).id);
    EXPECT_EQ(sent.text, "");
    ASSERT_EQ(sent.attachments.size(), 1u);
    EXPECT_EQ(sent.attachments[0].name, "earth.jpg");
    EXPECT_EQ(sent.attachments[0].content_type, "image/jpeg");
    EXPECT_EQ(sent.attachments[0].bytes, "JFIF");
    EXPECT_THAT(told, IsEmpty());
    EXPECT_EQ(in_queue().beside, committed[0].beside) << "it can still come back with an error";
}

TEST_F(OutgoingFilesTest, what_cannot_be_fetched_leaves_as_its_link) {
    take_file(url);
    peers.source.fails({coi::ErrorKind::unreachable, false, "no answer", 0, {}});
    EXPECT_EQ(mail_in_queue().text, url);
    EXPECT_TRUE(is_due());
    EXPECT_EQ(peers.unblocked, 1);
    EXPECT_THAT(told, IsEmpty()) << "its contact may have more luck";
}

TEST_F(OutgoingFilesTest, of_what_is_too_large_the_user_is_told) {
    take_file(url);
    peers.source.fails(coi::over_limit("too large"));
    EXPECT_EQ(mail_in_queue().text, url);
    EXPECT_THAT(told, ElementsAre(HasSubstr("larger than 1 MB")));
}

TEST_F(OutgoingFilesTest, what_says_that_it_is_too_large_is_not_even_fetched) {
    take(
        "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><size>1000001</size></file>"
        "<sources><url-data xmlns='http://jabber.org/protocol/url-data' target='" +
        url + "'/></sources></file-sharing>");
    settle();
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_THAT(peers.source.asked, IsEmpty());
    EXPECT_EQ(mail_in_queue().text, url);
    EXPECT_TRUE(is_due());
    EXPECT_EQ(told.size(), 1u);
}

struct HashedFilesTest : OutgoingFilesTest {  // [XEP-0447 §7]
    void take_hashed(const std::string& algorithm, const std::string& digest) {
        take(
            "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><hash "
            "xmlns='urn:xmpp:hashes:2' algo='" +
            algorithm + "'>" + digest +
            "</hash></file><sources><url-data xmlns='http://jabber.org/protocol/url-data' target='" + url +
            "'/></sources></file-sharing>");
        settle();
        ASSERT_EQ(committed.size(), 1u);
        peers.source.gives("image/jpeg", "JFIF");
        loop.run_until([this] { return peers.unblocked == 1; });
        EXPECT_TRUE(is_due());
    }
};

TEST_F(HashedFilesTest, a_file_that_has_its_hash_is_attached) {
    take_hashed("sha-256", "lj64GPIYbKrScLhXX58qK8LjeY1xmS88DWg1Im5WiMI=");
    EXPECT_EQ(mail_in_queue().attachments.size(), 1u);
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(HashedFilesTest, another_file_stays_a_link_and_the_user_is_told) {
    take_hashed("sha-256", "2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=");
    EXPECT_THAT(mail_in_queue().attachments, IsEmpty());
    EXPECT_EQ(mail_in_queue().text, url);
    EXPECT_THAT(told, ElementsAre(HasSubstr("not the file that your client announced")));
}

TEST_F(HashedFilesTest, a_hash_of_an_unknown_function_says_nothing) {
    take_hashed("sha-1", "2AfMGH8O7UNPTvUVAM9aK13mpCY=");
    EXPECT_EQ(mail_in_queue().attachments.size(), 1u);
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(OutgoingFilesTest, what_has_left_or_was_taken_back_does_not_change) {
    take_file(url);
    peers.may_withdraw = false;
    peers.source.gives("image/jpeg", "JFIF");
    EXPECT_EQ(mail_in_queue().text, url);
    EXPECT_EQ(peers.unblocked, 0);
}

TEST_F(OutgoingFilesTest, what_is_due_by_then_does_not_change) {
    take_file(url);
    time += OutgoingFiles::longest_wait;
    peers.source.gives("image/jpeg", "JFIF");
    EXPECT_EQ(mail_in_queue().text, url);
}

TEST_F(OutgoingFilesTest, a_page_to_read_stays_a_link) {
    take_file("https://news.example/today");
    peers.source.gives("text/html; charset=utf-8", "<html>");
    EXPECT_EQ(mail_in_queue().text, "https://news.example/today");
    EXPECT_TRUE(is_due());
}

TEST_F(OutgoingFilesTest, switched_off_a_file_is_its_link_at_once) {
    peers.source.room = 0;
    take_file(url);
    EXPECT_EQ(committed[0].next, time);
    EXPECT_THAT(peers.source.asked, IsEmpty());
}

TEST_F(OutgoingFilesTest, a_mail_that_would_be_less_protected_keeps_its_link) {
    take_file(url);
    peers.on_closed = [](EncryptResult letter, const auto& done) {
        letter.encrypted = true;
        done(std::move(letter));
    };
    peers.source.gives("image/jpeg", "JFIF");
    EXPECT_EQ(mail_in_queue().text, url) << "what is in the queue was in the clear";
    EXPECT_TRUE(is_due());
}

struct SeveralFilesTest : OutgoingFilesTest {  // [XEP-0447 §4.2]
    const std::string other = "https://files.example/2/moon.jpg";

    static std::string sharing(const std::string& address, std::size_t size) {
        return "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'><size>" +
               std::to_string(size) +
               "</size></file><sources><url-data xmlns='http://jabber.org/protocol/url-data' target='" + address +
               "'/></sources></file-sharing>";
    }
    void take_files(std::size_t first = 4, std::size_t second = 4) {
        take("<body>Look\n" + url + "\n" + other + "</body>" + sharing(url, first) + sharing(other, second));
        settle();
        ASSERT_EQ(committed.size(), 1u);
    }
    std::vector<std::string> names_in_queue() {
        std::vector<std::string> names;
        for (const auto& attachment : mail_in_queue().attachments) names.push_back(attachment.name);
        return names;
    }
};

TEST_F(SeveralFilesTest, all_files_of_a_message_leave_in_one_mail) {
    take_files();
    EXPECT_EQ(mail(0).text, "Look\n" + url + "\n" + other);
    EXPECT_THAT(peers.source.asked, ElementsAre(url, other)) << "at the same time";
    peers.source.gives("image/jpeg", "JFIF");
    EXPECT_FALSE(is_due());
    peers.source.gives("image/jpeg", "MOON");
    EXPECT_TRUE(is_due());
    EXPECT_EQ(peers.unblocked, 1);
    EXPECT_EQ(mail_in_queue().text, "Look");
    EXPECT_THAT(names_in_queue(), ElementsAre("earth.jpg", "moon.jpg"));
    EXPECT_EQ(mail_in_queue().attachments[1].bytes, "MOON");
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(SeveralFilesTest, what_cannot_be_fetched_stays_a_link_beside_the_others) {
    take_files();
    peers.source.fails({coi::ErrorKind::unreachable, false, "no answer", 0, {}});
    peers.source.gives("image/jpeg", "MOON");
    EXPECT_EQ(mail_in_queue().text, "Look\n" + url);
    EXPECT_THAT(names_in_queue(), ElementsAre("moon.jpg"));
}

TEST_F(SeveralFilesTest, together_they_are_no_larger_than_one_may_be) {
    take_files(600'000, 400'001);
    EXPECT_THAT(peers.source.asked, ElementsAre(url));
    peers.source.gives("image/jpeg", "JFIF");
    EXPECT_EQ(mail_in_queue().text, "Look\n" + other);
    EXPECT_THAT(told, ElementsAre(HasSubstr("larger than 1 MB together")));
}

TEST_F(SeveralFilesTest, what_was_announced_as_small_is_no_larger_either) {
    take_files();
    peers.source.gives("image/jpeg", std::string(600'000, 'a'));
    peers.source.gives("image/jpeg", std::string(400'001, 'a'));
    EXPECT_THAT(names_in_queue(), ElementsAre("earth.jpg"));
    EXPECT_EQ(told.size(), 1u);
}

struct PicturesInTextsTest : OutgoingFilesTest {  // [XEP-0231 §2]
    const std::string cid = "sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org";

    static std::string image(const std::string& of) { return "<img alt='A spot' src='cid:" + of + "'/>"; }
    static std::string markup(const std::string& images) {
        return "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p>" +
               images + "</p></body></html>";
    }
    static std::string data(const std::string& of, const std::string& bytes) {
        return "<data xmlns='urn:xmpp:bob' cid='" + of + "' type='image/png'>" + xmpp::base64::encode(bytes) +
               "</data>";
    }
    void take_message(const std::string& children) {
        take(children);
        settle();
        ASSERT_EQ(committed.size(), 1u);
    }
};

TEST_F(PicturesInTextsTest, a_picture_beside_its_text_leaves_at_once) {
    take_message("<body>Yet here's a spot. \xEF\xBF\xBC</body>" + markup(image(cid)) + data(cid, png(10, 10)));
    EXPECT_EQ(committed[0].next, time);
    EXPECT_THAT(peers.pictures.asked, IsEmpty());
    const auto sent = mail_in_queue();
    EXPECT_EQ(sent.text, "Yet here's a spot.");
    ASSERT_EQ(sent.attachments.size(), 1u);
    EXPECT_EQ(sent.attachments[0].bytes, png(10, 10));
    EXPECT_EQ(sent.attachments[0].content_type, "image/png");
    EXPECT_EQ(sent.attachments[0].name, "picture.png");
}

TEST_F(PicturesInTextsTest, a_picture_that_lies_with_the_client_is_asked_for) {
    peers.source.room = 0;  // of links alone
    take_message("<body>Yet here's a spot.</body>" + markup(image(cid)));
    EXPECT_THAT(peers.pictures.asked,
                ElementsAre("alice@jabber.example/phone bob\\40example.net@coi.jabber.example " + cid));
    EXPECT_EQ(mail_in_queue().text, "Yet here's a spot.\n[A picture could not be sent.]") << "after a kill";
    EXPECT_FALSE(is_due());
    peers.pictures.gives(0, png(10, 10));
    EXPECT_TRUE(is_due());
    const auto sent = mail_in_queue();
    EXPECT_EQ(sent.text, "Yet here's a spot.");
    ASSERT_EQ(sent.attachments.size(), 1u);
    EXPECT_EQ(sent.attachments[0].bytes, png(10, 10));
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(PicturesInTextsTest, without_its_picture_the_message_leaves_and_says_so) {
    take_message("<body>Yet here's a spot.</body>" + markup(image(cid)));
    peers.pictures.fails(0);
    EXPECT_TRUE(is_due());
    EXPECT_EQ(mail_in_queue().text, "Yet here's a spot.\n[A picture could not be sent.]");
    EXPECT_THAT(told, ElementsAre(HasSubstr("could not be fetched from your client")));
}

TEST_F(PicturesInTextsTest, what_is_no_picture_is_not_sent) {
    take_message(markup(image(cid)) + data(cid, "<svg onload='alert(1)'/>"));
    peers.pictures.gives(0, "MZ");
    EXPECT_THAT(mail_in_queue().attachments, IsEmpty());
    EXPECT_EQ(told.size(), 1u);
}

TEST_F(PicturesInTextsTest, several_and_a_link_are_one_mail) {
    take_message("<body>" + url + "</body><x xmlns='jabber:x:oob'><url>" + url + "</url></x>" +
                 markup(image("a") + image("b")) + data("a", gif(1, 1)));
    peers.source.gives("image/jpeg", "JFIF");
    EXPECT_FALSE(is_due());
    peers.pictures.gives(0, png(10, 10));
    const auto sent = mail_in_queue();
    EXPECT_EQ(sent.text, "");
    ASSERT_EQ(sent.attachments.size(), 3u);
    EXPECT_EQ(sent.attachments[0].content_type, "image/gif") << "it stood beside the text";
}

TEST_F(PicturesInTextsTest, there_are_no_more_than_ten) {
    std::string images;
    for (int i = 0; i < 12; ++i) images += image(std::to_string(i));
    take_message("<body>Look</body>" + markup(images));
    EXPECT_EQ(peers.pictures.asked.size(), 10u);
}

struct EncryptedFilesTest : OutgoingFilesTest {  // [XEP-0454 §3]
    const std::string place = "files.example/1/earth.jpg";
    const std::string uri = "aesgcm://" + place +
                            "#8c3d050e9386ec173861778f68e9af38a97aaf82faa4063b4d0878a61261534410c8a84331eaac851759f587";
    const std::string encrypted{"\x16\xbe\xf6\xae\x8f\x80\x9a\xa0\xab\x0a\x9f\x6e\x42\x48\xec\x90\x04\xf7\xa6\xba", 20};

    void take_encrypted() {
        take("<body>" + uri + "</body>");
        settle();
        ASSERT_EQ(committed.size(), 1u);
        EXPECT_THAT(peers.source.asked, ElementsAre("https://" + place)) << "the key is nobody else's";
    }
};

TEST_F(EncryptedFilesTest, a_file_is_opened_with_its_key) {
    take_encrypted();
    peers.source.gives("application/octet-stream", encrypted);
    loop.run_until([this] { return peers.unblocked == 1; });
    const auto sent = mail_in_queue();
    EXPECT_EQ(sent.text, "");
    ASSERT_EQ(sent.attachments.size(), 1u);
    EXPECT_EQ(sent.attachments[0].bytes, "JFIF");
    EXPECT_EQ(sent.attachments[0].content_type, "image/jpeg") << "as its name says";
}

TEST_F(EncryptedFilesTest, of_what_cannot_be_opened_the_user_is_told) {
    take_encrypted();
    peers.source.gives("application/octet-stream", "something else, of some length");
    loop.run_until([this] { return peers.unblocked == 1; });
    EXPECT_EQ(mail_in_queue().text, uri);
    EXPECT_THAT(told, ElementsAre(HasSubstr("could not be fetched")));
}

}  // namespace
}  // namespace gateway
