// Which server a mail of the queue goes to, and what becomes of a mail whose account may not send now.

#include "gateway/transport/mail_sender.h"

#include <gmock/gmock.h>

#include "tests/support/fakes.h"
#include "tests/unit/gateway/store/test_store.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using Kind = AttemptResult::Kind;
using queue::Direction;
using testing::SizeIs;

class MailSenderTest : public testing::Test {
  protected:
    AccountId save(Account::Kind kind) {
        Account account;
        account.kind = kind;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "chat.example"};
        account.vouched = true;
        AccountId id{};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
        return id;
    }
    queue::Entry entry(AccountId account) {
        queue::Entry entry;
        entry.account = account;
        entry.contact = entry.to = "bob@mail.example";
        entry.name = "m1@chat.example";
        entry.taken = now;
        return entry;
    }
    AttemptResult send(AccountId account) {
        std::vector<AttemptResult> results;
        sender.send(entry(account), [&](AttemptResult result) { results.push_back(std::move(result)); });
        EXPECT_THAT(results, SizeIs(1));
        return results.empty() ? AttemptResult{} : results.front();
    }
    struct Nobody : MailReceiver {
        void take(IncomingMail, std::function<void(DeliveryResult)>) override {}
    };

    boost::asio::io_context io;
    coi::net::TlsContext tls{""};
    StoreLoop loop;
    Store store{"sqlite::memory:", test_seal(), loop.post()};
    Directory directory{store};
    Workers workers{1, loop.post()};
    Time now{std::chrono::hours(1)};
    Clock clock = [this] { return now; };
    FakeTimer timer;
    FakeStream stream;
    Clients clients{stream, "coi.jabber.example"};
    FakeSender nowhere;
    FakeNotices notices;
    Nobody receiver;
    FakeRead read;
    PendingVerdicts verdicts{store};
    CrashGuard crash_guard{"", store, Time{}};
    Scheduler mail_queue{Direction::mail, store, nowhere, clock, [] {}};
    Scheduler jabber_queue{Direction::jabber, store, nowhere, clock, [] {}};
    Failures failures{directory, clients, store, mail_queue, jabber_queue, verdicts, {}, clock, timer.timer()};
    AccountEnd account_end{directory, stream, mail_queue, jabber_queue, "coi.jabber.example", clock, timer.timer(), {}};
    MailboxPool linked{io, tls, directory, store, workers, crash_guard, receiver, read, mail_queue, notices, {}};
    MailSender sender{directory,
                      account_end,
                      linked,
                      failures,
                      stream,
                      [](const coi::MessageId& id) { return id.value; },
                      MailSender::Delivered::accepted};
};

TEST_F(MailSenderTest, RelayAccountsShareADestinationAndALinkedMailboxHasItsOwn) {
    const AccountId relayed = save(Account::Kind::relay), mailbox = save(Account::Kind::mailbox);
    EXPECT_EQ(sender.destination(entry(relayed)), shared_destination);
    EXPECT_EQ(sender.destination(entry(mailbox)), static_cast<DestinationId>(mailbox));
    sender.start_relay(io, tls, {}, 4);
    EXPECT_EQ(sender.capacity(shared_destination), 4U);
    sender.reload(7, MailSender::Delivered::accepted);
    EXPECT_EQ(sender.capacity(shared_destination), 7U);
    EXPECT_EQ(sender.capacity(static_cast<DestinationId>(mailbox)), 1U) << "its server is the user's";
}

TEST_F(MailSenderTest, WithoutAServerTheDestinationIsUnreachable) {
    EXPECT_EQ(send(save(Account::Kind::relay)).kind, Kind::unreachable) << "there is no relay";
    EXPECT_EQ(send(save(Account::Kind::mailbox)).kind, Kind::unreachable) << "it was not started yet";
}

TEST_F(MailSenderTest, MailOfAnUnlinkedAccountIsDropped) { EXPECT_EQ(send(AccountId{7}).kind, Kind::done); }

TEST_F(MailSenderTest, MailOfAParkedAccountWaits) {
    const AccountId id = save(Account::Kind::mailbox);
    directory.park(id, [](const Store::Failure&, std::int64_t) {});
    loop.flush(store);
    EXPECT_EQ(send(id).kind, Kind::blocked);
}

TEST_F(MailSenderTest, MailWaitsUntilItIsKnownWhomTheJabberNameBelongsTo) {
    const AccountId id = save(Account::Kind::relay);
    account_end.online();
    EXPECT_EQ(send(id).kind, Kind::blocked);
    ASSERT_THAT(stream.sent, SizeIs(1)) << "the query of the user's server";
    EXPECT_TRUE(account_end.take(*xmpp::parse_stanza("<iq type='result' from='alice@jabber.example' id='" +
                                                     xmpp::attribute(*stream.sent[0], "id") + "'/>")));
    EXPECT_EQ(send(id).kind, Kind::unreachable) << "it may be sent now";
}

TEST_F(MailSenderTest, WhatTheMailServerTookCountsAsDelivered) {  // [XEP-0184 §4]
    queue::Entry mail = entry(save(Account::Kind::relay));
    mail.origin = "alice@jabber.example/phone";
    mail.origin_id = "s1";
    mail.beside =
        "<message from='alice@jabber.example/phone' to='bob\\40mail.example@coi.jabber.example' id='s1' type='chat'>"
        "<body>hi</body><request xmlns='urn:xmpp:receipts'/></message>";
    sender.done(mail);
    ASSERT_THAT(stream.sent, SizeIs(1));
    EXPECT_THAT(xmpp::print(*stream.sent.front()),
                testing::AllOf(testing::HasSubstr("<received xmlns='urn:xmpp:receipts' id='s1'/>"),
                               testing::HasSubstr("to='alice@jabber.example'"),
                               testing::HasSubstr("from='bob\\40mail.example@")));
    sender.reload(1, MailSender::Delivered::reported);
    sender.done(mail);
    EXPECT_THAT(stream.sent, SizeIs(1));
}

TEST_F(MailSenderTest, NobodyGetsAReceiptWhoAskedForNone) {
    queue::Entry mail = entry(save(Account::Kind::relay));
    mail.origin = "alice@jabber.example/phone";
    mail.origin_id = "s1";
    mail.beside = "<message id='s1' type='chat'><body>what is urn:xmpp:receipts?</body></message>";
    sender.done(mail);
    EXPECT_THAT(stream.sent, testing::IsEmpty());
}

}  // namespace
}  // namespace gateway
