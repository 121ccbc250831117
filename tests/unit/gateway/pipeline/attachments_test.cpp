// Files of arriving mail: which are stored, as which messages they are shown, and what becomes of them when the store
// does not take them.

#include "gateway/pipeline/attachments.h"

#include "coi/crypt/sha256.h"
#include "gateway/store/resolve.h"
#include "tests/support/pictures.h"
#include "tests/unit/gateway/pipeline/incoming_play.h"
#include "xmpp/base64.h"
#include "xmpp/xep/xep0447_file_sharing.h"
#include "xmpp/xep/xep0454_media.h"

namespace gateway {
namespace {

struct AttachmentsTest : IncomingPlay {
    AttachmentsTest() { peers.files.room = 1000; }

    static std::string part(const std::string& headers, const std::string& bytes) {
        return "--b\r\n" + headers + "\r\n\r\n" + bytes + "\r\n";
    }
    static std::string picture(const std::string& name = "earth.jpg", const std::string& bytes = "JFIF") {
        return part("Content-Type: image/jpeg\r\nContent-Disposition: attachment; filename=" + name, bytes);
    }
    static std::string with_parts(const std::string& id, const std::string& text, const std::string& parts,
                                  const std::string& headers = "Chat-Version: 1.0\r\n") {
        return mail(id, headers + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n",
                    part("Content-Type: text/plain", text) + parts + "--b--");
    }
    IncomingMail arriving(const std::string& bytes, bool lmtp = false) {
        return {alice, coi::parse(bytes, {}, {.keep_attachments = true}).value(), std::nullopt, {}, lmtp, {}};
    }
    /// Bodies of what goes to alice, once the mail is taken.
    std::vector<std::string> shown(const std::string& bytes) {
        committed.clear();
        std::optional<DeliveryResult> verdict;
        incoming.take(arriving(bytes), [&](DeliveryResult given) { verdict = std::move(given); });
        loop.run_until([&] {  // a large file is hashed, a secret one encrypted by a worker
            loop.flush(store);
            return verdict.has_value();
        });
        loop.flush(store);
        EXPECT_TRUE(verdict && verdict->kind == Kind::taken);
        std::vector<std::string> bodies;
        for (const auto& entry : committed) bodies.push_back(body(entry));
        return bodies;
    }
    void make_contact(EndToEnd spoken = EndToEnd::none) {
        directory.change(alice, {"Bob", "bob", "example.net"}, [&](Contact& changed) {
            changed.written_to = true;
            changed.privacy.spoken = spoken;
        });
        loop.flush(store);
    }
    using Bodies = std::vector<std::string>;
};

TEST_F(AttachmentsTest, each_file_is_a_message_behind_the_text) {
    EXPECT_EQ(shown(with_parts("1@x", "Look", picture() + picture("moon.png", "PNG"))),
              (Bodies{"Look", "https://files.example/1/earth.jpg", "https://files.example/2/moon.png"}));
    EXPECT_EQ(peers.files.put_for, (Bodies{"alice@jabber.example", "alice@jabber.example"}));
    EXPECT_EQ(*peers.files.stored.front().bytes, "JFIF");
    EXPECT_EQ(peers.files.stored.front().type, "image/jpeg");
    EXPECT_NE(committed.at(1).name, committed.at(0).name) << "an id of its own";
    const auto stanza = xmpp::parse_stanza(committed.at(1).payload);
    ASSERT_TRUE(stanza);
    EXPECT_NE(xmpp::child(*stanza, "x", "jabber:x:oob"), nullptr);
    EXPECT_NE(xmpp::child(*stanza, "file-sharing", "urn:xmpp:sfs:0"), nullptr);
}

struct DescribedFileTest : AttachmentsTest {  // [XEP-0446 §2]
    /// What the message of the file says of it.
    xmpp::xep0446::Metadata described(const std::string& bytes) {
        peers.files.room = 1'000'000;
        committed.clear();
        incoming.take(arriving(with_parts("1@x", "",
                                          part("Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
                                               "Content-Disposition: attachment; filename=earth.png",
                                               xmpp::base64::encode(bytes)))),
                      [](const DeliveryResult&) {});
        loop.run_until([this] {
            loop.flush(store);
            return !committed.empty();
        });
        const auto stanza = xmpp::parse_stanza(committed.at(0).payload);
        const auto files = stanza ? xmpp::xep0447::files_of(*stanza) : std::vector<xmpp::xep0447::File>{};
        return files.empty() ? xmpp::xep0446::Metadata{} : files.front().metadata;
    }
};

TEST_F(DescribedFileTest, a_picture_has_its_hash_and_its_dimensions) {
    const auto said = described(png(640, 480));
    EXPECT_EQ(said.width, 640u);
    EXPECT_EQ(said.height, 480u);
    ASSERT_TRUE(said.hash);
    EXPECT_EQ(said.hash->algorithm, "sha-256");
    EXPECT_EQ(said.hash->digest, coi::sha256(png(640, 480)));
}

TEST_F(DescribedFileTest, a_large_file_is_hashed_by_a_worker) {
    const std::string bytes(300'000, 'x');
    const auto said = described(bytes);
    ASSERT_TRUE(said.hash);
    EXPECT_EQ(said.hash->digest, coi::sha256(bytes));
    EXPECT_EQ(said.width, 0u);
}

TEST_F(DescribedFileTest, dimensions_that_no_picture_has_are_not_passed_on) {
    EXPECT_EQ(described(png(65'536, 1)).width, 0u);
}

TEST_F(AttachmentsTest, a_mail_without_words_is_its_file) {
    EXPECT_EQ(shown(with_parts("1@x", "", picture())), Bodies{"https://files.example/1/earth.jpg"});
    EXPECT_TRUE(knows("1@x"));
}

TEST_F(AttachmentsTest, what_is_said_about_a_file_is_said_about_its_mail) {
    shown(with_parts("1@x", "Look", picture()));
    std::optional<Reference> about;
    ids::resolve(store, alice, "bob@example.net", StanzaId{committed.at(1).name}, RefersTo::others,
                 [&](const Store::Failure&, std::optional<Reference> found) { about = std::move(found); });
    loop.flush(store);
    ASSERT_TRUE(about);
    EXPECT_EQ(about->message.value, "1@x");
}

TEST_F(AttachmentsTest, a_message_that_is_taken_back_goes_with_its_files) {
    shown(with_parts("1@x", "Look", picture()));
    std::vector<std::string> wanted{committed.at(1).name, committed.at(0).name}, retracted;
    committed.clear();
    take(arriving(mail("2@x", "Chat-Version: 1.0\r\nChat-Delete: <1@x>\r\n", "Message taken back")));
    for (const auto& entry : committed) {
        const auto stanza = xmpp::parse_stanza(entry.payload);
        const auto* retract = stanza ? xmpp::child(*stanza, "retract", "urn:xmpp:message-retract:1") : nullptr;
        retracted.push_back(retract ? xmpp::attribute(*retract, "id") : "");
    }
    EXPECT_EQ(retracted, wanted);
}

TEST_F(AttachmentsTest, without_a_store_they_stand_in_words) {
    peers.files.room = 0;
    EXPECT_EQ(shown(with_parts("1@x", "Look", picture())), Bodies{"Look\n⟦image: earth.jpg, 4 bytes⟧"});
    EXPECT_TRUE(peers.files.stored.empty());
}

TEST_F(AttachmentsTest, what_is_too_large_or_too_much_stands_in_words) {
    std::string parts = picture("big.jpg", std::string(1001, 'a'));
    for (int i = 0; i < 11; ++i) parts += picture("a.jpg");
    const auto bodies = shown(with_parts("1@x", "Look", parts));
    EXPECT_EQ(bodies.size(), 11u);
    EXPECT_EQ(bodies.front(), "Look\n⟦image: big.jpg, 1 kB⟧\n⟦image: a.jpg, 4 bytes⟧");
}

TEST_F(AttachmentsTest, a_file_that_is_refused_stands_in_words) {
    peers.files.failure = coi::Error{coi::ErrorKind::refused, true, "forbidden", 0, {}};
    EXPECT_EQ(shown(with_parts("1@x", "Look", picture())), Bodies{"Look\n⟦image: earth.jpg, 4 bytes⟧"});
}

TEST_F(AttachmentsTest, a_mailbox_keeps_what_could_not_be_stored_now) {
    peers.files.failure = coi::Error{coi::ErrorKind::unreachable, false, "down", 0, {}};
    EXPECT_EQ(shown(with_parts("1@x", "Look", picture())), Bodies{"Look\n⟦image: earth.jpg, 4 bytes⟧"});
}

TEST_F(AttachmentsTest, mail_by_lmtp_waits_a_day_for_the_store) {
    peers.files.failure = coi::Error{coi::ErrorKind::unreachable, false, "down", 0, {}};
    const std::string dated = "Chat-Version: 1.0\r\nDate: Mon, 01 Jun 2026 00:00:00 +0000\r\n";
    const std::string bytes = with_parts("1@x", "Look", picture(), dated);
    const auto verdict = take(arriving(bytes, true));
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->kind, Kind::busy);
    EXPECT_FALSE(knows("1@x"));
    time += std::chrono::days(1);
    take(arriving(bytes, true));
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(body(committed.front()), "Look\n⟦image: earth.jpg, 4 bytes⟧");
}

TEST_F(AttachmentsTest, by_lmtp_the_files_follow_the_verdict_on_the_text) {
    std::optional<DeliveryResult> verdict;
    incoming.take(arriving(with_parts("1@x", "Look", picture()), true),
                  [&](DeliveryResult v) { verdict = std::move(v); });
    loop.flush(store);
    loop.flush(store);
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_TRUE(committed.front().tentative);
    EXPECT_EQ(queued(), 2) << "both are committed";
    pending.taken(committed.front());
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_FALSE(committed.back().tentative);
    EXPECT_EQ(verdict.value().kind, Kind::taken);
}

TEST_F(AttachmentsTest, by_lmtp_the_files_of_a_refused_text_go_with_it) {
    incoming.take(arriving(with_parts("1@x", "Look", picture()), true), [](const DeliveryResult&) {});
    loop.flush(store);
    loop.flush(store);
    ASSERT_EQ(committed.size(), 1u);
    pending.refused(committed.front(), {coi::ErrorKind::refused, true, "no such user", 0, {}});
    loop.flush(store);
    loop.flush(store);
    EXPECT_EQ(committed.size(), 1u);
    EXPECT_EQ(queued(), 0);
}

TEST_F(AttachmentsTest, under_otr_no_link_leaves) {
    make_contact(EndToEnd::otr);
    EXPECT_EQ(shown(with_parts("1@x", "Look", picture())), Bodies{"Look\n⟦image: earth.jpg, 4 bytes⟧"});
    EXPECT_TRUE(peers.files.stored.empty());
}

TEST_F(AttachmentsTest, under_omemo_a_file_is_encrypted_and_its_link_has_the_key) {
    make_contact(EndToEnd::omemo);
    const auto bodies = shown(with_parts("1@x", "Look", picture()));
    ASSERT_EQ(bodies.size(), 2u);
    const auto link = xmpp::xep0454::link(bodies[1]);
    ASSERT_TRUE(link) << bodies[1];
    const StoredFile& stored = peers.files.stored.at(0);
    EXPECT_EQ(link->url, "https://files.example/1/" + stored.name);
    EXPECT_EQ(stored.name.find("earth"), std::string::npos);
    EXPECT_TRUE(stored.name.ends_with(".jpg"));
    EXPECT_EQ(stored.type, "application/octet-stream");
    EXPECT_EQ(xmpp::xep0454::decrypt(*stored.bytes, *link), "JFIF");
}

TEST_F(AttachmentsTest, strangers_may_store_20_megabytes_a_day_and_contacts_more) {
    peers.files.room = 20'000'000;
    const std::string large(9'000'000, 'a');
    for (int i = 0; i < 3; ++i) shown(with_parts(std::to_string(i) + "@x", "", picture("a.jpg", large)));
    EXPECT_EQ(peers.files.stored.size(), 2u);
    make_contact();
    shown(with_parts("a@x", "", picture("a.jpg", large)));
    EXPECT_EQ(peers.files.stored.size(), 3u);
}

TEST_F(AttachmentsTest, nothing_is_stored_for_somebody_who_may_not_exist) {
    auto mail = arriving(with_parts("1@x", "Look", picture()));
    mail.user_exists = false;
    take(std::move(mail));
    EXPECT_TRUE(peers.files.stored.empty());
}

TEST_F(AttachmentsTest, relay_mail_waits_while_it_is_not_known_whether_there_is_a_store) {
    peers.files.room = 0;
    peers.files.unsure = true;
    const std::string dated = "Chat-Version: 1.0\r\nDate: Mon, 01 Jun 2026 00:00:00 +0000\r\n";
    const std::string bytes = with_parts("1@x", "Look", picture(), dated);
    EXPECT_EQ(take(arriving(bytes, true)).value().kind, Kind::busy);
    EXPECT_EQ(shown(bytes), Bodies{"Look\n⟦image: earth.jpg, 4 bytes⟧"}) << "a mailbox keeps it anyway";
}

TEST_F(AttachmentsTest, who_gets_relay_mail_is_told_that_a_file_is_gone) {
    peers.files.room = 0;
    alice = save(IncomingFilter::all, Account::Kind::relay);
    EXPECT_EQ(shown(with_parts("1@x", "Look", picture())),
              Bodies{"Look\n⟦image: earth.jpg, 4 bytes⟧\n⟦The rest has not been kept: please ask the sender for it.⟧"});
}

TEST_F(AttachmentsTest, a_voice_message_is_called_so) {
    const std::string voice =
        part("Content-Type: audio/aac\r\nContent-Disposition: attachment; filename=x1.aac", "AAC");
    shown(with_parts("1@x", "", voice, "Chat-Version: 1.0\r\nChat-Voice-Message: 1\r\n"));
    ASSERT_EQ(peers.files.stored.size(), 1u);
    EXPECT_EQ(peers.files.stored.front().name, "voice-message.aac");
}

TEST_F(AttachmentsTest, a_copy_stores_nothing_again) {
    shown(with_parts("1@x", "Look", picture()));
    EXPECT_EQ(take(arriving(with_parts("1@x", "Look", picture()))).value().kind, Kind::duplicate);
    EXPECT_EQ(peers.files.stored.size(), 1u);
}

TEST_F(AttachmentsTest, small_pictures_of_html_mail_and_invitations_stand_in_words) {
    const std::string logo = part(
        "Content-Type: image/png; name=logo.png\r\nContent-Disposition: inline; filename=logo.png\r\n"
        "Content-ID: <1>",
        "PNG");
    make_contact();
    EXPECT_EQ(shown(with_parts("1@x", "Look", logo, "Subject: Hi\r\n")).size(), 1u);
    EXPECT_TRUE(peers.files.stored.empty());
}

}  // namespace
}  // namespace gateway
