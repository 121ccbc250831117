// Which message a correction or a reply is about, through both pipelines and the id map between them.

#include "gateway/store/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/pipeline/incoming.h"
#include "gateway/pipeline/outgoing.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/pipeline_peers.h"
#include "tests/support/store_loop.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0308_correction.h"
#include "xmpp/xep/xep0424_retraction.h"
#include "xmpp/xep/xep0428_fallback.h"
#include "xmpp/xep/xep0444_reactions.h"
#include "xmpp/xep/xep0461_reply.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct ResolveTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    Time time = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
    PendingVerdicts pending{store};
    std::vector<coi::Message> mails;    // that left
    std::vector<queue::Entry> entries;  // of these
    std::vector<xmpp::Stanza> stanzas;  // that left
    RelayAccounts relay_accounts{directory, {"jabber.example"}};
    Workers workers{1, loop.post()};
    PipelinePeers in, out;
    IncomingPipeline incoming{
        in.incoming(directory, store, pending, workers), Seal({Seal::Key{}}), {"coi.jabber.example"}};
    OutgoingPipeline outgoing{out.outgoing(directory, store, relay_accounts), {"coi.jabber.example", "jabber.example"}};

    ResolveTest() {
        in.on_committed = [this](const queue::Entry& entry) { stanzas.push_back(xmpp::parse_stanza(entry.payload)); };
        out.on_stanza = [](const xmpp::Tag& tag) { ADD_FAILURE() << xmpp::print(tag); };
        out.on_committed = [this](const queue::Entry& entry) {
            mails.push_back(coi::parse(entry.payload).value());
            entries.push_back(entry);
        };
        in.time = out.time = [this] { return time; };
    }
    std::int64_t queued() {
        std::int64_t count = 0;
        Transactions(store).now([&](Database& db) { count = queue::count(db, queue::Direction::mail); });
        return count;
    }
    void settle() {
        for (int i = 0; i < 6; ++i) loop.flush(store);
    }
    void say(const std::string& id, const std::string& children) {
        const auto stanza = xmpp::parse_stanza("<message type='chat' id='" + id +
                                               "' from='alice@jabber.example/phone' "
                                               "to='bob\\40example.net@coi.jabber.example'>" +
                                               children + "</message>");
        outgoing.take(*stanza);
    }
    void write(const std::string& id, const std::string& headers, const std::string& text,
               const std::string& from = "bob@example.net") {
        const auto mail = coi::parse("From: " + from + "\r\nTo: alice@jabber.example\r\nMessage-ID: <" + id + ">\r\n" +
                                     headers + "\r\n" + text + "\r\n");
        incoming.take({directory.relay_of("alice@jabber.example")->id, *mail, std::nullopt, {}, false, {}},
                      [](const DeliveryResult&) {});
        settle();
    }
    /// Alice writes first, and Bob answers with a chat program.
    void write_first(const std::string& id) {
        say("m1", "<body>Hi</body>");
        settle();
        write(id, "Chat-Version: 1.0\r\n", "Hi");
    }
    std::string said() const { return stanzas.back()->findChild("body")->cdata(); }
};

const std::string coi_chat = "Chat-Version: 1.0\r\n";
const std::string replace = "<replace xmlns='urn:xmpp:message-correct:0' id='m1'/>";

TEST_F(ResolveTest, a_correction_that_comes_at_once_after_its_message_finds_it) {
    say("m1", "<body>At fife?</body>");
    say("m2", "<body>At five?</body>" + replace);
    say("m3", "<body>Or six</body>");
    settle();
    ASSERT_EQ(mails.size(), 3u);
    EXPECT_THAT(mails[1].in_reply_to, ElementsAre(mails[0].id));
    EXPECT_THAT(mails[1].text, HasSubstr("At five?"));
    EXPECT_EQ(mails[2].text, "Or six");
}

TEST_F(ResolveTest, coi_is_told_the_last_correction_and_chatmail_the_first_message) {
    say("m0", "<body>Hi</body>");
    settle();
    write("chat$b1@example.net", coi_chat, "Hi");
    say("m1", "<body>At fife?</body>");
    say("m2", "<body>At fiwe?</body>" + replace);
    say("m3", "<body>At five?</body>" + replace);
    settle();
    ASSERT_EQ(mails.size(), 4u);
    EXPECT_EQ(mails[2].header("chat-content"), "editrequest");
    EXPECT_THAT(mails[2].in_reply_to, ElementsAre(mails[1].id));
    EXPECT_THAT(mails[3].in_reply_to, ElementsAre(mails[2].id));
    write("b2@localhost", coi_chat, "Hi");
    say("m4", "<body>At six?</body>" + replace);
    settle();
    EXPECT_EQ(mails.at(4).header("chat-edit"), "<" + mails[1].id.value + ">");
}

TEST_F(ResolveTest, quick_corrections_to_a_mail_program_are_one_mail) {
    using namespace std::chrono_literals;
    out.may_withdraw = true;
    say("m1", "<body>At fife?</body>");
    say("m2", "<body>At fiwe?</body>" + replace);
    settle();
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].next, time);
    EXPECT_EQ(entries[1].next, time + 15s);
    for (const auto step : {10s, 10s, 10s, 10s, 10s}) {
        time += step;
        say("m3", "<body>At five?</body>" + replace);
        settle();
    }
    EXPECT_EQ(queued(), 2) << "the message and its last correction";
    EXPECT_EQ(entries.back().next, time + 10s) << "a minute after the first one, at the latest";
    EXPECT_EQ(mails.back().text, "I have corrected an earlier message:\n\nAt five?");
    out.may_withdraw = false;  // on its way
    say("m4", "<body>At six?</body>" + replace);
    settle();
    EXPECT_EQ(queued(), 3);
    time += 2min;
    out.may_withdraw = true;
    say("m5", "<body>At seven?</body>" + replace);
    settle();
    EXPECT_EQ(queued(), 4) << "those before it are long gone, as far as anybody here knows";
}

TEST_F(ResolveTest, what_is_written_next_ends_the_wait_of_a_correction) {
    say("m1", "<body>At fife?</body>");
    say("m2", "<body>At five?</body>" + replace);
    settle();
    say("m3", "<body>Or six?</body>");
    settle();
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_GT(entries[1].next, time);
    queue::Entry held;
    Transactions(store).now([&](Database& db) { held = queue::find(db, entries[1].id).value(); });
    EXPECT_EQ(held.next, time);
    EXPECT_EQ(out.unblocked, 1);
}

TEST_F(ResolveTest, jabber_is_told_the_first_message_however_long_the_chain) {
    say("m0", "<body>Hi</body>");
    settle();
    write("chat$b1@example.net", coi_chat, "At fife?");
    const std::string original = xmpp::attribute(*stanzas.back(), "id");
    std::string last = "chat$b1@example.net";
    for (const std::string id : {"chat$b2@example.net", "chat$b3@example.net", "chat$b4@example.net"}) {
        write(id, coi_chat + "Chat-Content: editrequest\r\nIn-Reply-To: <" + last + ">\r\n", "At " + id);
        EXPECT_EQ(xmpp::xep0308::replaces(*stanzas.back()), original);
        last = id;
    }
    EXPECT_EQ(said(), "At chat$b4@example.net");
}

TEST_F(ResolveTest, nobody_corrects_what_others_wrote) {
    say("m1", "<body>Hi</body>");
    settle();
    write("b1@localhost", coi_chat, "Hello");
    const std::string edit = coi_chat + "Chat-Edit: <";
    for (const auto& [from, of] : {std::pair<std::string, std::string>{"mallory@example.net", "b1@localhost"},
                                   {"bob@example.net", mails[0].id.value},
                                   {"bob@example.net", "unknown@localhost"}}) {
        write(from[0] + of.substr(0, 2) + "x@localhost", edit + of + ">\r\n", "I hate you", from);
        EXPECT_EQ(xmpp::xep0308::replaces(*stanzas.back()), std::nullopt) << from << of;
        EXPECT_EQ(said(), "⟦This corrects an earlier message, which cannot be changed here.⟧\nI hate you");
    }
    say("m2", "<body>Bye</body><replace xmlns='urn:xmpp:message-correct:0' id='" +
                  xmpp::attribute(*stanzas.front(), "id") + "'/>");
    settle();
    EXPECT_EQ(mails.back().text, "Bye") << "a message of its own";
    EXPECT_EQ(mails.back().header("chat-edit"), "");
}

TEST_F(ResolveTest, what_proves_less_corrects_nothing) {
    say("m1", "<body>Hi</body>");
    settle();
    const AccountId alice = directory.relay_of("alice@jabber.example")->id;
    directory.change(alice, {"", "bob", "example.net"}, [](Contact& bob) { bob.privacy.authenticated = true; });
    write("b1@localhost", coi_chat, "Hello");
    write("b2@localhost", coi_chat + "Chat-Edit: <b1@localhost>\r\n", "Pay me");
    EXPECT_EQ(xmpp::xep0308::replaces(*stanzas.back()), std::nullopt);
}

TEST_F(ResolveTest, a_correction_does_not_take_the_notice_of_where_answers_go) {
    say("m1", "<body>Hi</body>");
    settle();
    const std::string elsewhere = "Reply-To: mallory@example.net\r\n";
    write("b1@example.net", elsewhere, "Please answer");
    ASSERT_THAT(said(), HasSubstr("⟦Your answers go to mallory@example.net, as this mail asks.⟧"));
    write("b2@example.net", elsewhere + "Chat-Edit: <b1@example.net>\r\n", "Please answer soon");
    EXPECT_NE(xmpp::xep0308::replaces(*stanzas.back()), std::nullopt);
    EXPECT_THAT(said(), HasSubstr("⟦Your answers go to mallory@example.net, as this mail asks.⟧"));
}

TEST_F(ResolveTest, a_reply_names_its_message_in_both_networks) {
    say("m1", "<body>At five?</body>");
    say("m2", "<body>At six?</body>");
    settle();
    write("b1@example.net", "In-Reply-To: <" + mails[0].id.value + ">\r\n",
          "Yes!\r\n\r\nOn 2026-01-05 10:00, Alice wrote:\r\n> At five?");
    EXPECT_EQ(xmpp::xep0461::answers(*stanzas.back()), "m1");
    EXPECT_EQ(said(), "Yes!") << "its quote is not shown";
    say("m3",
        "<body>&gt; Yes!\nFine</body><reply xmlns='urn:xmpp:reply:0' id='" + xmpp::attribute(*stanzas.back(), "id") +
            "'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='7'/></fallback>");
    settle();
    EXPECT_THAT(mails.back().in_reply_to, ElementsAre(coi::MessageId{"b1@example.net"}));
    EXPECT_EQ(mails.back().text, "> Yes!\n\nFine");
}

TEST_F(ResolveTest, the_gateways_words_stand_before_a_quote) {
    say("m1", "<body>At five?</body>");
    settle();
    write("b1@example.net", "Reply-To: mallory@example.net\r\nIn-Reply-To: <" + mails[0].id.value + ">\r\n",
          "> At five?\r\n\r\nYes");
    const std::string notice = "⟦Your answers go to mallory@example.net, as this mail asks.⟧\n";
    EXPECT_EQ(said(), notice + "> At five?\nYes");
    EXPECT_EQ(xmpp::xep0428::fallback(*stanzas.back(), xmpp::xep0461::ns, said()),
              (xmpp::xep0428::Range{notice.size(), notice.size() + 11}));
}

TEST_F(ResolveTest, a_reply_to_a_correction_is_one_to_the_first_message) {
    say("m1", "<body>At fife?</body>");
    say("m2", "<body>At five?</body>" + replace);
    settle();
    write("b1@localhost", coi_chat + "In-Reply-To: <" + mails[1].id.value + ">\r\n", "> At five?\r\n\r\nYes");
    EXPECT_EQ(xmpp::xep0461::answers(*stanzas.back()), "m1");
    EXPECT_EQ(said(), "> At five?\nYes");
}

TEST_F(ResolveTest, a_reply_to_nothing_that_is_known_keeps_its_quote) {
    say("m1", "<body>Hi</body>");
    settle();
    write("b1@localhost", coi_chat + "In-Reply-To: <gone@localhost>\r\n", "> At five?\r\n\r\nYes");
    EXPECT_EQ(xmpp::xep0461::answers(*stanzas.back()), std::nullopt);
    EXPECT_EQ(said(), "> At five?\n\nYes");
}

const std::string reaction_mark = "Chat-Version: 1.0\r\nContent-Disposition: reaction\r\n";

TEST_F(ResolveTest, a_reaction_names_the_message_in_both_networks) {
    write_first("b1@localhost");
    say("m2", "<body>At five</body>");
    say("m3", "<body>At six</body><replace xmlns='urn:xmpp:message-correct:0' id='m2'/>");
    settle();
    write("b2@localhost", reaction_mark + "In-Reply-To: <" + mails.back().id.value + ">\r\n", "👍");
    const auto reacted = xmpp::xep0444::reactions(*stanzas.back());
    ASSERT_TRUE(reacted);
    EXPECT_EQ(reacted->id, "m2") << "the message, and not its correction";
    EXPECT_THAT(reacted->emojis, ElementsAre("👍"));

    const auto hers = xmpp::attribute(*stanzas.front(), "id");
    say("m4", "<reactions xmlns='urn:xmpp:reactions:0' id='" + hers + "'><reaction>🐢</reaction></reactions>");
    say("m5", "<body>Good</body>");
    settle();
    ASSERT_EQ(mails.size(), 5u);
    EXPECT_THAT(mails[3].in_reply_to, ElementsAre(coi::MessageId{"b1@localhost"}));
    EXPECT_EQ(mails[3].header("content-disposition"), "reaction");
    EXPECT_EQ(mails[3].text, "🐢");
    EXPECT_THAT(mails[4].references, testing::Not(testing::Contains(mails[3].id))) << "it is none that is continued";
}

TEST_F(ResolveTest, a_reaction_to_nothing_or_of_somebody_elses_is_text) {
    write_first("b1@localhost");
    write("b2@localhost", reaction_mark + "In-Reply-To: <nothing@x>\r\n", "👍");
    EXPECT_THAT(said(), HasSubstr("⟧ 👍"));
    write("e1@localhost", reaction_mark + "In-Reply-To: <b1@localhost>\r\n", "👎", "eve@example.net");
    EXPECT_THAT(said(), HasSubstr("⟧ 👎"));
    EXPECT_FALSE(xmpp::xep0444::reactions(*stanzas.back()));
    const auto before = stanzas.size();
    write("b3@localhost", reaction_mark + "In-Reply-To: <nothing@x>\r\n", "");
    EXPECT_EQ(stanzas.size(), before);
}

TEST_F(ResolveTest, a_forged_reaction_in_a_protected_conversation_is_a_marked_text) {
    write_first("b1@localhost");
    say("m2", "<body>At five</body>");
    settle();
    const auto* alice = directory.relay_of("alice@jabber.example");
    directory.change(alice->id, *coi::parse_addr_spec("bob@example.net"),
                     [](Contact& bob) { bob.privacy.encrypted = bob.privacy.has_key = true; });
    write("b2@localhost", reaction_mark + "In-Reply-To: <" + mails.back().id.value + ">\r\n", "👍");
    EXPECT_FALSE(xmpp::xep0444::reactions(*stanzas.back()));
    EXPECT_THAT(said(), HasSubstr("⟧"));
}

std::string retract(const std::string& id) {
    return "<retract xmlns='urn:xmpp:message-retract:1' id='" + id + "'/><body>/me retracted a message</body>";
}

TEST_F(ResolveTest, a_retraction_names_the_message_in_each_dialect) {
    say("m1", "<body>At fife?</body>");
    say("m2", "<body>At five?</body>" + replace);
    say("m3", "<body>Or six?</body>");
    settle();
    say("m4", retract("m3"));
    settle();
    EXPECT_EQ(mails.back().text, "I take back my message of 2026-06-01, 00:00 (UTC). Please ignore it.");
    EXPECT_THAT(mails.back().in_reply_to, ElementsAre(mails[2].id));
    write("chat$b1@example.net", coi_chat, "Hi");
    say("m5", retract("m2"));
    settle();
    EXPECT_EQ(mails.back().header("chat-content"), "deleterequest");
    EXPECT_THAT(mails.back().in_reply_to, ElementsAre(mails[1].id)) << "COI names the last correction";
    say("m6", "<body>Seven?</body>");
    settle();
    EXPECT_THAT(mails.back().references, testing::Not(testing::Contains(mails[4].id))) << "nothing continues it";
    write("b2@localhost", coi_chat, "Hi");
    say("m7", "<body>Eight?</body><replace xmlns='urn:xmpp:message-correct:0' id='m6'/>");
    say("m8", retract("m7"));
    settle();
    EXPECT_EQ(mails.back().header("chat-delete"), "<" + mails[5].id.value + ">") << "chatmail the first message";
    EXPECT_EQ(mails.back().text.find("retracted"), std::string::npos);
}

TEST_F(ResolveTest, one_mail_takes_several_messages_back) {
    write_first("b1@localhost");
    write("b2@localhost", coi_chat + "Chat-Edit: <b1@localhost>\r\n", "Hello");
    write("b3@localhost", coi_chat, "At five?");
    const auto before = stanzas.size();
    write("b4@localhost", coi_chat + "Chat-Delete: <b3@localhost gone@localhost b1@localhost b2@localhost>\r\n", "🚮");
    ASSERT_EQ(stanzas.size(), before + 3);
    const auto id = [this](std::size_t at) { return xmpp::attribute(*stanzas.at(at), "id"); };
    EXPECT_EQ(xmpp::xep0424::retracts(*stanzas[before]), id(2));
    EXPECT_EQ(xmpp::xep0424::retracts(*stanzas[before + 1]), id(0));
    EXPECT_NE(id(before), id(before + 1));
    EXPECT_EQ(said(), "⟦An earlier message, which cannot be removed here, was taken back.⟧");
    write("b4@localhost", coi_chat + "Chat-Delete: <b3@localhost>\r\n", "🚮");
    EXPECT_EQ(stanzas.size(), before + 3) << "the same mail again";
}

TEST_F(ResolveTest, of_several_retractions_the_first_one_has_the_mails_verdict) {
    write_first("b1@localhost");
    write("b2@localhost", coi_chat, "At five?");
    std::vector<queue::Entry> committed;
    in.on_committed = [&](queue::Entry entry) { committed.push_back(std::move(entry)); };
    const auto mail = coi::parse(
        "From: bob@example.net\r\nMessage-ID: <b3@localhost>\r\nChat-Version: 1.0\r\nChat-Delete: <b1@localhost "
        "b2@localhost>\r\n\r\nGone\r\n");
    incoming.take({directory.relay_of("alice@jabber.example")->id, *mail, std::nullopt, {}, true, {}},
                  [](const DeliveryResult&) {});
    settle();
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_TRUE(committed.front().tentative);
    pending.taken(committed.front());
    ASSERT_EQ(committed.size(), 2u) << "the next one follows the verdict";
    EXPECT_FALSE(committed.back().tentative);
}

TEST_F(ResolveTest, nobody_takes_back_what_others_wrote) {
    say("m1", "<body>Hi</body>");
    settle();
    write("b1@localhost", coi_chat, "Hello");
    const auto hers = mails[0].id.value;
    for (const auto& [id, of, from] : {std::tuple<std::string, std::string, std::string>{"e1", "b1@localhost", "eve"},
                                       {"b2", hers, "bob"},
                                       {"b3", "unknown@localhost", "bob"}}) {
        for (const auto& [form, field] : {std::pair<std::string, std::string>{"d", "Chat-Delete: <" + of + ">"},
                                          {"c", "Chat-Content: deleterequest\r\nIn-Reply-To: <" + of + ">"}}) {
            write(id + form + "@localhost", coi_chat + field + "\r\n", "🚮", from + "@example.net");
            EXPECT_EQ(xmpp::xep0424::retracts(*stanzas.back()), std::nullopt) << from << of;
            EXPECT_EQ(said(), "⟦An earlier message, which cannot be removed here, was taken back.⟧");
        }
    }
    std::vector<std::string> errors;
    out.on_stanza = [&](const xmpp::Tag& tag) {
        if (xmpp::attribute(tag, "type") == "error") errors.push_back(xmpp::print(tag));
    };
    const auto before = mails.size();
    for (const auto& id : {xmpp::attribute(*stanzas.front(), "id"), std::string("unknown")}) say("m2", retract(id));
    settle();
    EXPECT_EQ(mails.size(), before);
    ASSERT_EQ(errors.size(), 2u);
    for (const auto& error : errors) EXPECT_THAT(error, HasSubstr("item-not-found"));
}

TEST_F(ResolveTest, what_proves_less_takes_nothing_back) {
    write_first("b1@localhost");
    const AccountId alice = directory.relay_of("alice@jabber.example")->id;
    directory.change(alice, {"", "bob", "example.net"}, [](Contact& bob) { bob.privacy.encrypted = true; });
    write("b2@localhost", coi_chat + "Chat-Delete: <b1@localhost>\r\n", "🚮");
    EXPECT_EQ(xmpp::xep0424::retracts(*stanzas.back()), std::nullopt);
    EXPECT_EQ(said(), "⟦not encrypted⟧\n⟦An earlier message, which cannot be removed here, was taken back.⟧");
}

TEST_F(ResolveTest, what_was_taken_back_is_changed_no_more) {
    write_first("b1@localhost");
    write("b2@localhost", coi_chat + "Chat-Delete: <b1@localhost>\r\n", "🚮");
    const std::string original = xmpp::attribute(*stanzas.front(), "id");
    EXPECT_EQ(xmpp::xep0424::retracts(*stanzas.back()), original);
    write("b3@localhost", coi_chat + "Chat-Delete: <b1@localhost>\r\n", "🚮");
    EXPECT_EQ(xmpp::xep0424::retracts(*stanzas.back()), original) << "the first one may have failed";
    write("b4@localhost", coi_chat + "Chat-Edit: <b1@localhost>\r\n", "Hello");
    EXPECT_EQ(xmpp::xep0308::replaces(*stanzas.back()), std::nullopt);
    EXPECT_THAT(said(), HasSubstr("Hello"));
    say("m2", "<body>At five?</body>");
    say("m3", retract("m2"));
    settle();
    write("b5@localhost", reaction_mark + "In-Reply-To: <" + mails[1].id.value + ">\r\n", "👍");
    EXPECT_FALSE(xmpp::xep0444::reactions(*stanzas.back()));
    EXPECT_THAT(said(), HasSubstr("⟧ 👍"));
    int errors = 0;
    out.on_stanza = [&](const xmpp::Tag& tag) { errors += xmpp::attribute(tag, "type") == "error"; };
    const auto before = mails.size();
    say("m4", retract("m2"));
    say("m5", "<reactions xmlns='urn:xmpp:reactions:0' id='" + original + "'><reaction>👍</reaction></reactions>");
    settle();
    EXPECT_EQ(mails.size(), before);
    EXPECT_EQ(errors, 2);
}

TEST_F(ResolveTest, what_has_not_left_is_taken_out_of_the_queue) {
    out.may_withdraw = true;
    say("m1", "<body>At fife?</body>");
    say("m2", "<body>At five?</body>" + replace);
    say("m3", "<body>Or six?</body>");
    settle();
    EXPECT_EQ(queued(), 3);
    say("m4", retract("m1"));
    settle();
    EXPECT_EQ(queued(), 1) << "neither the message nor its correction, nor the retraction";
    EXPECT_EQ(mails.size(), 3u);
    out.may_withdraw = false;  // on its way
    say("m5", retract("m3"));
    settle();
    EXPECT_EQ(queued(), 2);
    ASSERT_EQ(mails.size(), 4u);
    EXPECT_THAT(mails.back().text, HasSubstr("I take back"));
}

TEST_F(ResolveTest, nothing_that_follows_says_a_word_of_what_has_not_left) {
    out.may_withdraw = true;
    say("m1", "<body>My secret</body>");
    say("m2", retract("m1"));
    say("m3", "<body>Hello</body>");
    settle();
    ASSERT_EQ(mails.size(), 2u);
    EXPECT_THAT(mails[0].subject, HasSubstr("secret"));
    EXPECT_EQ(mails[1].subject, "Chat: Hello");
    EXPECT_THAT(mails[1].references, testing::IsEmpty());
    EXPECT_THAT(mails[1].in_reply_to, testing::IsEmpty());
}

TEST_F(ResolveTest, a_retraction_waits_for_no_correction_of_another_message) {
    say("m1", "<body>At fife?</body>");
    say("m2", "<body>At five?</body>" + replace);
    say("m3", "<body>Or six?</body>");
    say("m4", "<body>Or seven?</body><replace xmlns='urn:xmpp:message-correct:0' id='m3'/>");
    say("m5", retract("m1"));
    settle();
    queue::Entry held;
    Transactions(store).now([&](Database& db) { held = queue::find(db, entries.at(3).id).value(); });
    EXPECT_EQ(held.next, time);
}

}  // namespace
}  // namespace gateway
