// What becomes of entries that failed or are late: the notice to their sender and their own end, in one commit.

#include "gateway/queue/failures.h"

#include <gmock/gmock.h>

#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/support/fakes.h"
#include "tests/unit/gateway/store/faulty_disk.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using queue::Direction;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class FailuresTest : public testing::Test {
  protected:
    void SetUp() override {
        Account account;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "chat.example"};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { alice = saved; });
        loop.flush(store);
    }
    queue::Entry put(queue::Entry entry) {
        entry.account = alice;
        entry.contact = "bob@mail.example";
        entry.taken = now - 2h;
        entry.next = now;
        entry.expires = now + 24h;
        Transactions(store).now([&](Database& db) { entry.id = queue::put(db, entry); });
        return entry;
    }
    queue::Entry mail() {
        queue::Entry entry;
        entry.name = "m1@chat.example";
        entry.origin = "alice@jabber.example/phone";
        entry.origin_id = "s1";
        entry.lang = "en";
        entry.from = "alice@chat.example";
        entry.to = "bob@mail.example";
        entry.payload = "Subject: hi\r\n\r\nhello\r\n";
        return put(entry);
    }
    queue::Entry stanza(const std::string& proven_sender, bool tentative = false) {
        queue::Entry entry;
        entry.direction = Direction::jabber;
        entry.name = "s2";
        entry.origin = proven_sender;
        entry.origin_id = "m2@mail.example";
        entry.lang = "en";
        entry.from = "bob\\40mail.example@coi.jabber.example";
        entry.to = "alice@jabber.example";
        entry.payload = "<message id='s2'><body>hello</body></message>";
        entry.tentative = tentative;
        ids::Known known;
        known.account = alice;
        known.contact = "bob@mail.example";
        known.message = {"m2@mail.example"};
        known.stanza = {"s2"};
        Transactions(store).now([&](Database& db) { ids::remember(db, known); });
        return put(entry);
    }
    std::vector<std::string> waiting() {
        std::vector<std::string> names;
        Transactions(store).now([&](Database& db) {
            for (const auto& entry : queue::list(db, 0, 99)) names.push_back(entry.name);
        });
        return names;
    }
    bool is_known(const std::string& stanza_id) {
        bool is_known = false;
        Transactions(store).now(
            [&](Database& db) { is_known = ids::by_stanza(db, alice, "bob@mail.example", {stanza_id}).has_value(); });
        return is_known;
    }
    static coi::Error no_such_user() {
        return {coi::ErrorKind::refused, true, "the mail server refuses the recipient", 550, "5.1.1"};
    }

    FaultyDisk disk;
    TestFolder folder;
    StoreLoop loop;
    Store store{"sqlite:" + folder.file("coigate.db"), test_seal(), loop.post()};
    Directory directory{store};
    PendingVerdicts verdicts{store};
    Time now{std::chrono::hours(24 * 20'000)};
    FakeSender to_mail, to_jabber;  // what was sent each way
    Clock clock = [this] { return now; };
    Scheduler mail_scheduler{Direction::mail, store, to_mail, clock, [] {}};
    Scheduler jabber_scheduler{Direction::jabber, store, to_jabber, clock, [] {}};
    FakeTimer timer;
    FakeStream stream;
    Clients clients{stream, "coi.jabber.example"};
    Failures failures{directory,
                      clients,
                      store,
                      mail_scheduler,
                      jabber_scheduler,
                      verdicts,
                      {"coi.jabber.example", "chat.example"},
                      clock,
                      timer.timer()};
    AccountId alice{};
};

TEST_F(FailuresTest, OfARefusedMailItsWriterHearsOnTheStanzasId) {
    failures.mail_refused(mail(), no_such_user());
    loop.flush(store);
    ASSERT_THAT(to_jabber.sent, SizeIs(testing::Ge(1)));
    const auto& error = to_jabber.sent.front();
    EXPECT_EQ(error.to, "alice@jabber.example/phone");
    EXPECT_THAT(error.payload, HasSubstr("id='s1'"));
    EXPECT_THAT(error.payload, HasSubstr("type='error'"));
    EXPECT_THAT(waiting(), testing::Not(testing::Contains("m1@chat.example")));
    EXPECT_THAT(waiting(), SizeIs(2)) << "after two hours a plain message goes behind the error";
}

TEST_F(FailuresTest, OfAMemberWhoGotNoCopyTheWriterHearsByName) {
    queue::Entry entry = mail();
    entry.contact = "group.1";
    entry.to = "bob@mail.example";
    entry.also = {"carol@mail.example"};
    failures.left_out(entry, {{"carol@mail.example", no_such_user()}});
    loop.flush(store);
    loop.flush(store);
    ASSERT_THAT(to_jabber.sent, SizeIs(1));
    const auto& line = to_jabber.sent.front();
    EXPECT_EQ(line.to, "alice@jabber.example");
    EXPECT_EQ(line.from, "carol\\40mail.example@coi.jabber.example");
    EXPECT_THAT(line.payload, HasSubstr("carol@mail.example"));
    EXPECT_THAT(line.payload, HasSubstr("The other members of the group have got it."));
    EXPECT_THAT(line.payload, testing::Not(HasSubstr("type='error'"))) << "the message has not failed";
    EXPECT_THAT(waiting(), testing::Contains("m1@chat.example")) << "it goes its way";
}

TEST_F(FailuresTest, WhatWasDeliveredMeanwhileHasNoNotice) {
    const auto entry = mail();
    Transactions(store).now([&](Database& db) { queue::done(db, entry.id); });
    failures.mail_refused(entry, no_such_user());
    failures.give_up(entry);
    loop.flush(store);
    EXPECT_THAT(to_jabber.sent, IsEmpty());
    EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(FailuresTest, ARefusedStanzaIsReportedToAProvenSender) {  // [RFC 3464]
    failures.stanza_refused(stanza("bob@mail.example"), {coi::ErrorKind::refused, true, "forbidden", 0, "5.7.1"});
    loop.flush(store);
    ASSERT_THAT(to_mail.sent, SizeIs(1));
    EXPECT_EQ(to_mail.sent[0].from, "") << "the null sender";
    EXPECT_EQ(to_mail.sent[0].to, "bob@mail.example");
    EXPECT_THAT(to_mail.sent[0].payload, HasSubstr("message/delivery-status"));
    EXPECT_TRUE(is_known("s2")) << "it was answered for: the same mail again is a repeat";
}

TEST_F(FailuresTest, NobodyElseIsWrittenTo) {  // no backscatter
    failures.stanza_refused(stanza(""), no_such_user());
    loop.flush(store);
    EXPECT_THAT(to_mail.sent, IsEmpty());
    EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(FailuresTest, WhatNobodyAnsweredForIsForgottenSoThatItMayComeAgain) {
    failures.stanza_refused(stanza("", true), no_such_user());
    loop.flush(store);
    EXPECT_FALSE(is_known("s2"));
}

TEST_F(FailuresTest, WhoWaitsForTheVerdictTellsTheSender) {
    const auto entry = stanza("bob@mail.example", true);
    std::vector<std::string> told;
    verdicts.wait_for(entry.id, now, [&](const DeliveryResult& result) { told.push_back(result.reason); });
    failures.stanza_refused(entry, {coi::ErrorKind::refused, true, "item-not-found", 0, "5.1.1"});
    loop.flush(store);
    EXPECT_THAT(told, ElementsAre("item-not-found"));
    EXPECT_THAT(to_mail.sent, IsEmpty()) << "not twice";
}

TEST_F(FailuresTest, AnAccountThatWasMadeForTheMailAloneGoesWithIt) {
    failures.stanza_refused(stanza("", true), no_such_user());
    loop.flush(store);
    loop.flush(store);
    EXPECT_FALSE(directory.find(alice));
}

TEST_F(FailuresTest, WhoseMailWaitsForAnAccountThatIsRemovedIsTold) {  // [RFC 3463 §3.2] X.1.6
    directory.notify_senders_by(failures);
    constexpr int mails = 150;  // more than one page
    for (int i = 0; i < mails; ++i) stanza("bob@mail.example");
    stanza("");  // no backscatter
    mail();
    std::vector<std::string> told;
    for (const char* proven : {"carol@mail.example", ""}) {  // their LMTP clients wait, whoever sends
        const auto asked = stanza(proven, true);
        verdicts.wait_for(asked.id, now, [&](const DeliveryResult& result) { told.push_back(result.reason); });
    }
    bool is_removed = false;
    directory.remove(alice, [&](const Store::Failure& failure) { is_removed = !failure; });
    ASSERT_TRUE(loop.run_until([&] { return is_removed; }));
    EXPECT_FALSE(directory.find(alice));
    EXPECT_THAT(told, SizeIs(2));
    Transactions(store).now([&](Database& db) {
        EXPECT_EQ(queue::count(db, Direction::mail), mails) << "the reports, and nothing of the account";
        EXPECT_EQ(queue::count(db, Direction::jabber), 0);
    });
    ASSERT_FALSE(to_mail.sent.empty());
    for (const auto& report : to_mail.sent) {
        EXPECT_EQ(report.account, AccountId{});
        EXPECT_EQ(report.from, "");
        EXPECT_EQ(report.to, "bob@mail.example");
        EXPECT_THAT(report.payload, HasSubstr("5.1.6"));
        EXPECT_THAT(report.payload, HasSubstr("no longer used"));
    }
}

TEST_F(FailuresTest, AMailThatIsGivenBackCanBeSentAgain) {
    directory.notify_senders_by(failures);
    const auto asked = stanza("bob@mail.example", true);  // its LMTP client has gone
    const coi::MessageId id{asked.origin_id};
    Transactions(store).now([&](Database& db) {
        ids::remember(db, {alice, asked.contact, id, {asked.name}, false, "", "", false, {}});
        EXPECT_TRUE(ids::contact_message(db, alice, asked.contact, id));
    });
    bool has_ended = false;
    failures.give_back(*directory.find(alice), [&](const Store::Failure& failure) { has_ended = !failure; });
    ASSERT_TRUE(loop.run_until([&] { return has_ended; }));
    Transactions(store).now([&](Database& db) {
        EXPECT_FALSE(ids::contact_message(db, alice, asked.contact, id)) << "else the copy would be a duplicate";
    });
}

TEST_F(FailuresTest, AnAccountStaysIfItsSendersCannotBeTold) {
    directory.notify_senders_by(failures);
    stanza("bob@mail.example");
    disk.fail(FaultyDisk::Fault::full);
    Store::Failure failure;
    bool has_ended = false;
    directory.remove(alice, [&](Store::Failure why) {
        failure = std::move(why);
        has_ended = true;
    });
    ASSERT_TRUE(loop.run_until([&] { return has_ended; }));
    EXPECT_TRUE(failure);
    EXPECT_TRUE(directory.find(alice));
    EXPECT_TRUE(directory.keeps(alice)) << "it is used again";
    EXPECT_THAT(to_mail.sent, IsEmpty());
}

TEST_F(FailuresTest, WhatIsTooOldIsGivenUpWithTheLastReason) {
    const auto entry = mail();
    Transactions(store).now([&](Database& db) { queue::retry(db, entry.id, now, 5, "450 4.2.1 greylisted", false); });
    now += 25h;
    failures.sweep(now - 1000h);
    loop.flush(store);
    loop.flush(store);
    EXPECT_THAT(waiting(), testing::Not(testing::Contains("m1@chat.example")));
    ASSERT_FALSE(to_jabber.sent.empty());
    EXPECT_THAT(to_jabber.sent[0].payload, HasSubstr("type='error'"));
}

TEST_F(FailuresTest, WhatIsInFlightIsNotGivenUp) {
    const auto entry = mail();
    mail_scheduler.committed(entry);
    ASSERT_THAT(to_mail.sent, SizeIs(1));
    now += 25h;
    failures.sweep(now - 1000h);
    loop.flush(store);
    loop.flush(store);
    EXPECT_THAT(waiting(), ElementsAre("m1@chat.example"));
    EXPECT_THAT(to_jabber.sent, IsEmpty());
}

TEST_F(FailuresTest, ALateMailIsToldOnce) {
    mail();
    for (int sweeps = 0; sweeps < 3; ++sweeps) {
        failures.sweep(now - 1h);
        loop.flush(store);
        loop.flush(store);
    }
    ASSERT_THAT(to_jabber.sent, SizeIs(1));
    EXPECT_EQ(to_jabber.sent[0].to, "alice@jabber.example");
    EXPECT_THAT(to_jabber.sent[0].payload, testing::Not(HasSubstr("type='error'")));
    EXPECT_THAT(waiting(), testing::Contains("m1@chat.example")) << "it is still tried";
    EXPECT_THAT(waiting(), SizeIs(2)) << "with one notice";
}

TEST_F(FailuresTest, AYoungMailIsNotLate) {
    mail();
    failures.sweep(now - 3h);
    loop.flush(store);
    EXPECT_THAT(to_jabber.sent, IsEmpty());
}

TEST_F(FailuresTest, ANoticeThatTheStoreCannotKeepIsTriedAgain) {
    const auto entry = mail();
    bool is_well = true;
    store.on_health([&](bool well, const std::string&) { is_well = well; });
    disk.fail(FaultyDisk::Fault::full);
    failures.mail_refused(entry, no_such_user());
    ASSERT_TRUE(loop.run_until([&] { return timer.calls.size() == 1 && !is_well; }));
    EXPECT_THAT(to_jabber.sent, IsEmpty()) << "nothing is said of what is not on disk";
    disk.heal();
    ASSERT_TRUE(loop.run_until([&] { return is_well; }));
    EXPECT_THAT(waiting(), ElementsAre("m1@chat.example"));
    timer.calls[0]();
    loop.flush(store);
    EXPECT_THAT(to_jabber.sent, SizeIs(testing::Ge(1)));
    EXPECT_THAT(waiting(), testing::Not(testing::Contains("m1@chat.example")));
}

}  // namespace
}  // namespace gateway
