// The end of a Jabber account, as servers tell of it; what Prosody 0.12 and ejabberd 23.01 say was taken from them.

#include "gateway/accounts/account_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/fakes.h"
#include "tests/unit/gateway/store/test_store.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

const std::string alice = "alice@jabber.example", component = "coi.jabber.example";

class AccountEndTest : public testing::Test {
  protected:
    AccountId make(Account::Kind kind, bool vouched = true, const std::string& jid = alice) {
        Account account;
        account.kind = kind;
        account.jid = jid;
        account.address = {"", kind == Account::Kind::mailbox ? "carol" : "alice", "mail.example"};
        account.login.password = "secret";
        account.vouched = vouched;
        AccountId made{};
        directory.save(account, [&](Store::Failure, AccountId id) { made = id; });
        EXPECT_TRUE(loop.run_until([&] { return made != AccountId{}; }));
        return made;
    }
    /// Timers that are due within this time, with those they start.
    void pass(std::chrono::milliseconds length) {
        now += length;
        for (bool ran = true; ran;) {
            ran = false;
            for (std::size_t i = 0; i < timers.size() && !ran; ++i) {
                if (timers[i].first > now) continue;
                const auto call = timers[i].second;
                timers.erase(timers.begin() + static_cast<std::ptrdiff_t>(i));
                call();
                ran = true;
            }
        }
        settle();
    }
    void settle() {
        for (int i = 0; i < 2; ++i)
            Transactions(store).now([](Database&) {});  // what the first committed was given to the loop
        loop.drain();
    }
    std::string text_of_words() const {
        return stream.delivered.empty() ? "" : xmpp::child(*stream.delivered.back(), "body", "")->cdata();
    }
    void refuses_words(const std::string& condition) {
        stream.outcome = {xmpp::Outcome::Kind::refused, {"cancel", condition, ""}};
    }
    void answer(const std::string& condition) {
        const auto iq = std::find_if(sent.rbegin(), sent.rend(), [](const auto& tag) { return tag->name() == "iq"; });
        ASSERT_NE(iq, sent.rend());
        const std::string id = xmpp::attribute(**iq, "id");
        const std::string type = condition.empty() ? "result" : "error";
        const std::string inside = condition.empty() ? ""
                                                     : "<error type='cancel'><" + condition +
                                                           " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
        EXPECT_TRUE(end.take(*xmpp::parse_stanza("<iq type='" + type + "' id='" + id + "' from='" + alice + "' to='" +
                                                 component + "'>" + inside + "</iq>")));
    }
    std::vector<std::string> asked() {
        std::vector<std::string> lines;
        for (const auto& tag : sent) lines.push_back(tag->name() + " " + xmpp::attribute(*tag, "type"));
        return lines;
    }
    queue::Entry entry(queue::Direction direction, AccountId account) {
        queue::Entry made;
        made.direction = direction;
        made.account = account;
        made.contact = "bob@example.org";
        made.taken = now;
        return made;
    }

    using Lines = std::vector<std::string>;
    StoreLoop loop;
    Store store{"sqlite::memory:", test_seal(), loop.post()};
    Directory directory{store};
    Time now{std::chrono::hours(1)};
    std::vector<std::pair<Time, std::function<void()>>> timers;
    FakeStream stream;
    std::vector<xmpp::Stanza>& sent = stream.sent;
    FakeOutlet mail, jabber;
    AccountEnd end{directory,
                   stream,
                   mail,
                   jabber,
                   component,
                   [this] { return now; },
                   [this](std::chrono::milliseconds length, std::function<void()> call) {
                       timers.emplace_back(now + length, std::move(call));
                   },
                   AccountEnd::Patience{}};
};

TEST_F(AccountEndTest, a_mailbox_is_parked_at_once_and_its_login_is_gone) {
    const auto id = make(Account::Kind::mailbox);
    Transactions(store).now([&](Database& db) { queue::put(db, entry(queue::Direction::mail, id)); });
    end.cancelled(alice);
    EXPECT_EQ(directory.of_user(alice), nullptr);
    EXPECT_EQ(directory.find(id), nullptr);
    settle();
    pass(std::chrono::seconds(3));
    EXPECT_EQ(text_of_words().find("carol"), std::string::npos) << "somebody else may read it";
    EXPECT_NE(text_of_words().find("are kept until then"), std::string::npos);
    const Account* resting = directory.at_rest(alice, Account::Kind::mailbox);
    ASSERT_NE(resting, nullptr) << "its user is still there";
    EXPECT_TRUE(resting->parked);
    Transactions(store).now([&](Database& db) {
        EXPECT_EQ(accounts::all(db).at(0).login.password, "");
        EXPECT_TRUE(accounts::all(db).at(0).parked);
        EXPECT_EQ(queue::count(db, id), 1) << "what waits is nobody else's, and is not dropped";
    });
}

TEST_F(AccountEndTest, both_ends_of_a_subscription_are_one_word) {
    make(Account::Kind::mailbox);
    end.unsubscribed(alice);  // ejabberd's order
    end.cancelled(alice);
    settle();
    pass(std::chrono::seconds(3));
    ASSERT_EQ(stream.delivered.size(), 1u);
    EXPECT_NE(text_of_words().find("link it again"), std::string::npos);
}

TEST_F(AccountEndTest, of_an_account_that_has_ended_nothing_is_left) {
    make(Account::Kind::mailbox);
    make(Account::Kind::relay);
    refuses_words("service-unavailable");
    end.cancelled(alice);
    settle();
    pass(std::chrono::seconds(3));
    EXPECT_TRUE(directory.all().empty());
    Transactions(store).now([&](Database& db) { EXPECT_TRUE(accounts::all(db).empty()); });
}

TEST_F(AccountEndTest, a_request_that_was_declined_ends_nothing) {
    make(Account::Kind::mailbox, false);
    end.cancelled(alice);
    pass(std::chrono::minutes(1));
    EXPECT_NE(directory.mailbox_of(alice), nullptr);
    EXPECT_TRUE(stream.delivered.empty());
}

TEST_F(AccountEndTest, who_gives_up_their_last_contact_is_told_that_all_stays) {
    make(Account::Kind::mailbox, false);
    end.unsubscribed(alice);
    end.unsubscribed(alice);
    pass(std::chrono::seconds(3));
    EXPECT_EQ(stream.delivered.size(), 1u);
    EXPECT_NE(directory.mailbox_of(alice), nullptr);
    refuses_words("service-unavailable");
    end.unsubscribed(alice);
    pass(std::chrono::seconds(3));
    EXPECT_TRUE(directory.all().empty());
}

TEST_F(AccountEndTest, a_server_vouches_by_an_answer_that_others_do_not_get) {
    const auto id = make(Account::Kind::mailbox, false);
    end.granted(alice);
    EXPECT_EQ(asked(), Lines{"iq get"});
    answer("");
    EXPECT_TRUE(directory.find(id)->vouched);
    sent.clear();
    end.granted(alice);
    EXPECT_TRUE(sent.empty());
}

TEST_F(AccountEndTest, a_server_that_gives_everybody_an_error_vouches_for_nobody) {
    const auto id = make(Account::Kind::mailbox, false);
    end.granted(alice);
    answer("service-unavailable");
    EXPECT_FALSE(directory.find(id)->vouched);
    pass(std::chrono::minutes(1));
    EXPECT_NE(directory.mailbox_of(alice), nullptr);
}

TEST_F(AccountEndTest, after_an_absence_nothing_is_handed_out_before_it_is_known_whose_it_is) {
    const auto id = make(Account::Kind::mailbox);
    now += std::chrono::seconds(1);
    end.online();
    EXPECT_TRUE(end.holds(entry(queue::Direction::jabber, id)));
    EXPECT_TRUE(end.holds(entry(queue::Direction::mail, id)));
    auto older = entry(queue::Direction::mail, id);
    older.taken = now - std::chrono::hours(1);
    EXPECT_FALSE(end.holds(older));
    answer("");
    EXPECT_EQ(mail.unblocked, Lines{"bob@example.org"});
    EXPECT_EQ(jabber.unblocked, Lines{"bob@example.org"});
    EXPECT_FALSE(end.holds(entry(queue::Direction::jabber, id)));
}

TEST_F(AccountEndTest, an_error_asks_for_the_subscription_and_its_silence_parks) {
    make(Account::Kind::mailbox);
    end.online();
    answer("subscription-required");
    EXPECT_EQ(asked(), (Lines{"iq get", "presence subscribe"}));
    EXPECT_NE(directory.mailbox_of(alice), nullptr);
    pass(std::chrono::seconds(11));
    EXPECT_EQ(directory.mailbox_of(alice), nullptr);
    EXPECT_NE(directory.at_rest(alice, Account::Kind::mailbox), nullptr);
}

TEST_F(AccountEndTest, nobody_inherits_a_relay_accounts_keys_and_contacts) {
    make(Account::Kind::relay);
    end.online();
    answer("service-unavailable");
    pass(std::chrono::seconds(11));
    EXPECT_TRUE(directory.all().empty());
}

TEST_F(AccountEndTest, a_relay_account_stays_with_a_user_who_is_seen_to_be_there) {
    const auto id = make(Account::Kind::relay);
    end.cancelled(alice);
    pass(std::chrono::seconds(3));
    EXPECT_EQ(stream.delivered.size(), 1u);
    EXPECT_NE(directory.find(id), nullptr);
    EXPECT_FALSE(directory.find(id)->vouched);
}

TEST_F(AccountEndTest, a_change_that_was_under_way_brings_no_parked_mailbox_back) {
    const auto id = make(Account::Kind::mailbox);
    auto changed = *directory.find(id);
    changed.lang = "de";
    bool saved = false;
    directory.save(changed, [&](Store::Failure, AccountId) { saved = true; });
    end.cancelled(alice);
    ASSERT_TRUE(loop.run_until([&] { return saved; }));
    settle();
    EXPECT_EQ(directory.mailbox_of(alice), nullptr);
    Transactions(store).now([](Database& db) { EXPECT_TRUE(accounts::all(db).at(0).parked); });
}

TEST_F(AccountEndTest, a_change_that_was_under_way_does_not_forget_who_was_vouched_for) {
    const auto id = make(Account::Kind::mailbox, false);
    auto changed = *directory.find(id);
    changed.lang = "de";
    bool saved = false;
    directory.save(changed, [&](Store::Failure, AccountId) { saved = true; });
    end.granted(alice);
    answer("");
    ASSERT_TRUE(loop.run_until([&] { return saved; }));
    settle();
    EXPECT_TRUE(directory.find(id)->vouched);
    Transactions(store).now([](Database& db) { EXPECT_TRUE(accounts::all(db).at(0).vouched); });
}

TEST_F(AccountEndTest, a_server_that_still_has_the_subscription_says_so) {
    const auto id = make(Account::Kind::mailbox);
    end.online();
    EXPECT_TRUE(end.holds(entry(queue::Direction::jabber, id)));
    answer("service-unavailable");
    end.granted(alice);
    EXPECT_EQ(jabber.unblocked, Lines{"bob@example.org"});
    pass(std::chrono::minutes(1));
    EXPECT_NE(directory.mailbox_of(alice), nullptr);
}

TEST_F(AccountEndTest, errors_of_the_way_and_silence_say_nothing) {
    const auto id = make(Account::Kind::mailbox);
    end.online();
    answer("remote-server-timeout");
    EXPECT_FALSE(end.holds(entry(queue::Direction::jabber, id)));
    end.online();
    EXPECT_TRUE(end.holds(entry(queue::Direction::jabber, id)));
    pass(std::chrono::minutes(1));
    EXPECT_FALSE(end.holds(entry(queue::Direction::jabber, id)));
    EXPECT_NE(directory.mailbox_of(alice), nullptr);
}

TEST_F(AccountEndTest, a_refused_message_is_a_reason_to_ask_once_a_minute) {
    const auto id = make(Account::Kind::mailbox);
    for (int i = 0; i < 5; ++i) end.refused(alice, "service-unavailable");
    EXPECT_EQ(asked(), Lines{"iq get"});
    EXPECT_FALSE(end.holds(entry(queue::Direction::jabber, id)));
    answer("");
    end.refused(alice, "policy-violation");
    pass(std::chrono::minutes(2));
    end.refused(alice, "service-unavailable");
    EXPECT_EQ(asked().size(), 2u);
}

TEST_F(AccountEndTest, EveryUserIsCheckedOnceADayEvenlySpread) {
    constexpr int users = 50;
    for (int i = 0; i < users; ++i) make(Account::Kind::relay, true, "u" + std::to_string(i) + "@jabber.example");
    make(Account::Kind::relay, false, "not.seen.yet@jabber.example");
    end.online();
    pass(std::chrono::minutes(1));
    std::map<std::string, int> checks;
    for (int day = 0; day < 2; ++day) {
        for (int minute = 0; minute < 24 * 60; ++minute) {
            sent.clear();
            pass(std::chrono::minutes(1));
            ASSERT_LE(sent.size(), 1U) << "no storm";
            for (const auto& iq : sent) ++checks[xmpp::attribute(*iq, "to")];
        }
    }
    EXPECT_EQ(checks.size(), users + 1);
    for (const auto& [jid, times] : checks) EXPECT_THAT(times, testing::AllOf(testing::Ge(1), testing::Le(3))) << jid;
    end.online();  // starts no second round
    pass(std::chrono::minutes(1));
    sent.clear();
    for (int minute = 0; minute < 24 * 60; ++minute) pass(std::chrono::minutes(1));
    EXPECT_LE(sent.size(), users + 2);
}

TEST_F(AccountEndTest, TheRoundFindsWhomTheServerVouchesForNow) {
    const auto id = make(Account::Kind::relay, false);
    end.online();
    for (int hour = 0; hour < 24 && sent.empty(); ++hour) pass(std::chrono::hours(1));
    answer("service-unavailable");
    EXPECT_EQ(asked(), Lines{"iq get"}) << "who was never seen may be there all the same";
    EXPECT_NE(directory.find(id), nullptr);
    sent.clear();
    for (int hour = 0; hour < 24 && sent.empty(); ++hour) pass(std::chrono::hours(1));
    answer("");
    EXPECT_TRUE(directory.find(id)->vouched);
}

TEST_F(AccountEndTest, AnAccountThatItsServerRemovedSilentlyIsNoticedWithinADay) {  // prosodyctl deluser
    make(Account::Kind::relay);
    make(Account::Kind::mailbox);
    end.online();
    answer("");
    sent.clear();
    for (int hour = 0; hour < 24 && sent.empty(); ++hour) pass(std::chrono::hours(1));
    ASSERT_EQ(asked(), Lines{"iq get"});
    answer("item-not-found");
    EXPECT_EQ(asked(), (Lines{"iq get", "presence subscribe"}));
    pass(std::chrono::seconds(11));
    EXPECT_EQ(directory.of_user(alice), nullptr) << "the relay account is removed, the mailbox parked";
}

TEST_F(AccountEndTest, NothingIsHandedOutBeforeTheRemovalOfARelayAccount) {
    struct Senders : WaitingSenders {
        void give_back(const Account&, std::function<void(Store::Failure)> done) override {
            calls.push_back(std::move(done));
        }
        std::vector<std::function<void(Store::Failure)>> calls;
    } senders;
    directory.notify_senders_by(senders);
    const auto id = make(Account::Kind::relay);
    auto waiting = entry(queue::Direction::jabber, id);
    waiting.origin = "bob@example.org";
    Transactions(store).now([&](Database& db) { waiting.id = queue::put(db, waiting); });
    end.online();
    EXPECT_TRUE(end.holds(waiting));
    answer("service-unavailable");
    pass(std::chrono::seconds(11));
    ASSERT_EQ(senders.calls.size(), 1U);
    EXPECT_FALSE(directory.keeps(id)) << "nothing new is taken for it";
    Account successor = *directory.find(id);
    successor.id = {};
    bool is_made = true;
    directory.save(successor, [&](const Store::Failure& failure, AccountId) { is_made = !failure; });
    EXPECT_FALSE(is_made) << "it would go with the one before";
    EXPECT_TRUE(end.holds(waiting)) << "the name may be somebody else's by now";
    EXPECT_TRUE(jabber.unblocked.empty());
    senders.calls[0](StoreError("disk full"));
    EXPECT_TRUE(directory.keeps(id));
    EXPECT_TRUE(end.holds(waiting));
    pass(std::chrono::minutes(1));
    ASSERT_EQ(senders.calls.size(), 2U) << "tried again";
    Transactions(store).now([&](Database& db) { queue::done(db, waiting.id); });
    senders.calls[1]({});
    settle();
    EXPECT_TRUE(directory.all().empty());
    EXPECT_FALSE(jabber.unblocked.empty());
}

TEST_F(AccountEndTest, an_answer_of_somebody_else_is_none) {
    make(Account::Kind::mailbox);
    end.online();
    EXPECT_FALSE(end.take(*xmpp::parse_stanza("<iq type='result' id='guessed' from='" + alice + "'/>")));
    const std::string id = xmpp::attribute(*sent.back(), "id");
    EXPECT_FALSE(end.take(*xmpp::parse_stanza("<iq type='result' id='" + id + "' from='" + alice + "/x'/>")));
}

}  // namespace
}  // namespace gateway
