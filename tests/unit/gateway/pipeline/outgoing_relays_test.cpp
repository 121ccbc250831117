// What is written to a person with several addresses: encrypted to all of them, and from any of their JIDs.

#include "gateway/model/addresses.h"
#include "tests/unit/gateway/pipeline/outgoing_play.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct OutgoingRelaysTest : OutgoingPipelineTest {
    const coi::Address bob{"", "bob", "example.net"};
    bool is_encrypted = true;
    std::vector<std::string> words;

    OutgoingRelaysTest() {
        peers.on_closed = [this](EncryptResult letter, const auto& done) {
            letter.encrypted = is_encrypted;
            done(std::move(letter));
        };
        peers.on_words = [this](const std::string& said) { words.push_back(said); };
        take("<body>first</body>");
        settle();
        committed.clear();
        directory.change(account(), bob, [](Contact& changed) {
            changed.relays = {{{{"", "bob", "example.net"}}, {{"", "bob", "other.example"}, true}}, true};
        });
    }
    AccountId account() { return directory.of_user("alice@jabber.example")->id; }
};

TEST_F(OutgoingRelaysTest, encrypted_mail_goes_to_all_addresses_in_one_transaction) {
    take("<body>Hi</body>");
    settle();
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(committed.at(0).to, "bob@example.net");
    EXPECT_THAT(committed.at(0).also, ElementsAre("bob@other.example"));
    EXPECT_EQ(mail(0).to.size(), 1u);
}

TEST_F(OutgoingRelaysTest, clear_mail_goes_to_the_contact_alone) {
    is_encrypted = false;
    take("<body>Hi</body>");
    settle();
    EXPECT_EQ(committed.at(0).to, "bob@example.net");
    EXPECT_THAT(committed.at(0).also, IsEmpty());
}

TEST_F(OutgoingRelaysTest, the_addresses_survive_in_the_store) {
    take("<body>Hi</body>");
    settle();
    std::vector<queue::Entry> waiting;
    queue::next(store, queue::Direction::mail, account(), bob.canonical(), 0, 10,
                [&](const Store::Failure&, std::vector<queue::Entry> read) { waiting = std::move(read); });
    settle();
    ASSERT_EQ(waiting.size(), 2u);
    EXPECT_THAT(waiting.at(1).also, ElementsAre("bob@other.example"));
    EXPECT_EQ(waiting.at(1).beside, committed.at(0).beside);
    EXPECT_EQ(waiting.at(1).payload, committed.at(0).payload);
    EXPECT_THAT(waiting.at(0).also, IsEmpty());
}

TEST_F(OutgoingRelaysTest, what_is_written_to_the_other_address_goes_to_the_contact_and_is_said_once) {
    for (const char* text : {"one", "two"}) {
        take("<body>" + std::string(text) + "</body>", "type='chat'", "alice@jabber.example/phone",
             "bob\\40other.example@coi.jabber.example");
        settle();
    }
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_EQ(committed.at(1).contact, "bob@example.net");
    ASSERT_EQ(words.size(), 1u);
    EXPECT_THAT(words.at(0), HasSubstr("bob@other.example is another address of bob@example.net"));
    EXPECT_EQ(directory.contact(account(), "bob@other.example"), nullptr);
    EXPECT_THAT(directory.contact(account(), bob.canonical())->spellings, IsEmpty());
}

TEST_F(OutgoingRelaysTest, who_writes_encrypted_to_the_other_address_gets_no_answer_in_the_clear) {
    const auto original = xmpp::parse_stanza(
        "<message type='chat' id='s1' from='alice@jabber.example/phone' to='bob\\40other.example@coi.jabber.example'>"
        "<body>This message is encrypted</body></message>");
    const auto text = xmpp::parse_stanza(
        "<message type='chat' id='s1' from='alice@jabber.example/phone' to='bob\\40other.example@coi.jabber.example'>"
        "<body>Hi</body></message>");
    const Opened opened{EndToEnd::omemo, *original, {}};
    outgoing.take(*text, &opened);
    settle();
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(committed.at(0).contact, "bob@example.net") << "whose answers come from their own JID";
    EXPECT_EQ(directory.contact(account(), bob.canonical())->privacy.spoken, EndToEnd::omemo);
}

TEST_F(OutgoingRelaysTest, an_address_that_nobody_has_vouched_for_leads_nowhere) {
    directory.change(account(), bob, [](Contact& changed) { changed.relays.all.at(1).vouched = false; });
    take("<body>Hi</body>", "type='chat'", "alice@jabber.example/phone", "bob\\40other.example@coi.jabber.example");
    settle();
    EXPECT_EQ(committed.at(0).contact, "bob@other.example");
    EXPECT_THAT(words, IsEmpty());
}

}  // namespace
}  // namespace gateway
