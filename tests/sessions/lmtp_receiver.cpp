// The relay's door: a mail system speaks LMTP over a socket, a scripted pipeline takes the mails, and each recipient
// gets the reply that is true for them [RFC 2033 §4.2].

#include "gateway/transport/lmtp_receiver.h"

#include <gmock/gmock.h>

#include <boost/asio/local/stream_protocol.hpp>

#include "coi/net/socket_stream.h"
#include "tests/support/scripted_stream.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using support::awaitable;
using support::run;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = DeliveryResult::Kind;

Time now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

/// The pipeline: what becomes of each mail is the test's to say.
class ScriptedReceiver : public MailReceiver {
  public:
    using Done = std::function<void(DeliveryResult)>;
    void take(IncomingMail mail, Done done) override {
        mails.push_back(std::move(mail));
        script(mails.back(), std::move(done));
    }
    void always(DeliveryResult result) {
        script = [result](const IncomingMail&, const Done& done) { done(result); };
    }

    std::vector<IncomingMail> mails;
    std::function<void(const IncomingMail&, Done)> script = [](const IncomingMail&, const Done& done) {
        done({Kind::taken, ""});
    };
};

class LmtpReceiverSession : public testing::Test {
  protected:
    LmtpReceiverSession() {
        settings.domain = "jabber.example";
        settings.listen = "unix:" + folder.file("lmtp");
        settings.host_name = "gw.example";
        settings.authserv_id = "mx.jabber.example";
        settings.patience = 20ms;
        settings.between_tries = 1ms;
    }
    void serve() {
        lmtp = std::make_unique<LmtpReceiver>(io, settings, directory, relay_accounts, receiver, verdicts, workers,
                                              *crash_guard);
        lmtp->start();
    }
    Store::Post post() {
        return [this](std::function<void()> call) { boost::asio::post(io, std::move(call)); };
    }
    /// Runs what is under way in the store.
    void flush() {
        bool through = false;
        store.flush([&](const Store::Failure&) { through = true; });
        while (!through) {
            io.restart();
            io.run_one_for(100ms);
        }
    }
    /// One reply, its last line.
    static awaitable<std::string> reply(coi::net::LineReader& reader) {
        for (;;) {
            auto line = co_await reader.line(10s);
            if (!line) co_return "error: " + line.error().text;
            if (line->size() < 4 || (*line)[3] == ' ') co_return *line;
        }
    }
    static awaitable<std::string> command(coi::net::Stream& stream, coi::net::LineReader& reader, std::string line) {
        if (auto written = co_await stream.write(line + "\r\n", 10s); !written) co_return written.error().text;
        co_return co_await reply(reader);
    }
    /// A whole session with one mail: the replies to its recipients, at RCPT where they are refused there.
    std::vector<std::string> deliver(std::vector<std::string> to, const std::string& mail = chat_mail,
                                     const std::string& from = "bob@mail.example") {
        coi::net::SocketStream::Socket socket(io);
        socket.connect(boost::asio::local::stream_protocol::endpoint(folder.file("lmtp")));
        coi::net::SocketStream stream(std::move(socket), nullptr);
        coi::net::LineReader reader(stream, 1000);
        std::vector<std::string> replies;
        const auto session = [&]() -> awaitable<void> {
            co_await reply(reader);
            co_await command(stream, reader, "LHLO mx.jabber.example");
            co_await command(stream, reader, "MAIL FROM:<" + from + ">");
            std::size_t taken = 0;
            for (const auto& recipient : to) {
                const auto said = co_await command(stream, reader, "RCPT TO:<" + recipient + ">");
                said.starts_with("250") ? void(++taken) : replies.push_back(said);
            }
            if (taken == 0) co_return;
            co_await command(stream, reader, "DATA");
            co_await stream.write(mail + ".\r\n", 10s);
            for (; taken > 0; --taken) replies.push_back(co_await reply(reader));
            co_await command(stream, reader, "QUIT");
        };
        run(io, session());
        return replies;
    }
    const Account* account(const std::string& user = "alice") { return directory.relay_of(user + "@jabber.example"); }
    /// Alice has an account, and perhaps a contact.
    AccountId make_account(bool written_to = false, bool subscribed = false) {
        std::optional<AccountId> id;
        relay_accounts.get("alice@jabber.example", "en", [&](const Account* made) { id = made->id; });
        flush();
        if (written_to || subscribed) {
            directory.change(*id, {"", "bob", "mail.example"}, [&](auto& contact) {
                contact.written_to = written_to;
                contact.subscribed = subscribed;
            });
        }
        return *id;
    }
    /// The receiver waits for the Jabber server, which never answers.
    void wait_for_ever() {
        receiver.script = [this](const IncomingMail&, ScriptedReceiver::Done done) {
            verdicts.wait_for(1, now(), std::move(done));
        };
    }

    inline static const std::string chat_mail =
        "From: Bob <bob@mail.example>\r\nTo: alice@jabber.example\r\nMessage-ID: <m1@mail.example>\r\n"
        "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nChat-Version: 1.0\r\n\r\nhello\r\n";
    inline static const std::string alice = "alice@jabber.example", carol = "carol@jabber.example";

    boost::asio::io_context io;
    TestFolder folder;
    Store store{"sqlite::memory:", test_seal(), post()};
    Workers workers{2, post()};
    Directory directory{store};
    RelayAccounts relay_accounts{directory, {"jabber.example"}};
    PendingVerdicts verdicts{store};
    std::unique_ptr<CrashGuard> crash_guard = std::make_unique<CrashGuard>("", store, now());
    ScriptedReceiver receiver;
    LmtpReceiver::Settings settings;
    std::unique_ptr<LmtpReceiver> lmtp;
};

TEST_F(LmtpReceiverSession, EachVerdictHasItsReply) {
    settings.tries = 1;
    serve();
    const std::vector<std::pair<DeliveryResult, std::string>> cases{
        {{Kind::taken, ""}, "250 2.0.0 delivered"},
        {{Kind::duplicate, ""}, "250 2.0.0 delivered before"},
        {{Kind::silent, ""}, "250 2.0.0 taken"},
        {{Kind::declined, "bulk mail"}, "550 5.7.1 not accepted: bulk mail"},
        {{Kind::refused, "item-not-found"}, "550 5.1.1 there is no such user here"},
        {{Kind::refused, "service-unavailable"}, "550 5.1.1 there is no such user here"},
        {{Kind::refused, ""}, "550 5.1.1 there is no such user here"},
        {{Kind::refused, "forbidden"}, "550 5.7.1 the user's Jabber server does not take it: forbidden"},
        {{Kind::early, "wait"}, "451 4.3.0 please try again: wait"},
        {{Kind::busy, "full"}, "452 4.3.1 cannot be taken now, please try again: full"},
    };
    for (const auto& [verdict, expected] : cases) {
        receiver.always(verdict);
        EXPECT_THAT(deliver({alice}), ElementsAre(expected));
        flush();
    }
}

TEST_F(LmtpReceiverSession, EachRecipientHasTheirOwnVerdict) {
    serve();
    receiver.script = [&](const IncomingMail& mail, const ScriptedReceiver::Done& done) {
        const bool is_alice = directory.find(mail.account)->jid == alice;
        done(is_alice ? DeliveryResult{Kind::taken, ""} : DeliveryResult{Kind::refused, "item-not-found"});
    };
    EXPECT_THAT(deliver({carol, alice}), ElementsAre("550 5.1.1 there is no such user here", "250 2.0.0 delivered"));
    EXPECT_THAT(receiver.mails, SizeIs(2));
}

TEST_F(LmtpReceiverSession, WhoIsNoUserIsRefusedBeforeTheMail) {
    serve();
    EXPECT_THAT(deliver({"alice@elsewhere.example"}), ElementsAre("550 5.1.1 there is no such user here"));
    EXPECT_THAT(deliver({carol}), ElementsAre("250 2.0.0 delivered")) << "the Jabber server's verdict decides";
    receiver.mails.clear();
    settings.users = {"alice@jabber.example"};
    lmtp->reload(settings);
    EXPECT_THAT(deliver({carol, "alice@elsewhere.example", alice}),
                ElementsAre("550 5.1.1 there is no such user here", "550 5.1.1 there is no such user here",
                            "250 2.0.0 delivered"));
    EXPECT_THAT(receiver.mails, SizeIs(1));
    settings.users = {"carol@jabber.example"};
    lmtp->reload(settings);
    EXPECT_THAT(deliver({alice}), ElementsAre("550 5.1.1 there is no such user here"));
    EXPECT_THAT(deliver({carol}), ElementsAre("250 2.0.0 delivered"));
}

TEST_F(LmtpReceiverSession, TheMailIsHandedOverWithWhatIsKnownOfIt) {
    serve();
    deliver({alice});
    ASSERT_THAT(receiver.mails, SizeIs(1));
    const IncomingMail& mail = receiver.mails[0];
    EXPECT_EQ(mail.account, account()->id);
    EXPECT_EQ(mail.mail.id.value, "m1@mail.example");
    EXPECT_EQ(mail.mail.text, "hello");
    EXPECT_EQ(mail.reverse_path, "bob@mail.example");
    EXPECT_TRUE(mail.wait_for_verdict && mail.may_wait);
    EXPECT_FALSE(mail.is_author_proven || mail.is_author_refuted || mail.cursor);
    EXPECT_EQ(mail.proven_sender, "");
    EXPECT_THAT(*mail.bytes, IsEmpty()) << "only what is encrypted or signed is needed as it came";
    deliver({alice}, chat_mail, "");
    EXPECT_EQ(receiver.mails[1].reverse_path, "") << "the null one is known";
}

TEST_F(LmtpReceiverSession, ASignedMailComesAsItIs) {
    serve();
    const std::string mail =
        "From: bob@mail.example\r\nMessage-ID: <m2@mail.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256; boundary=b\r\n\r\n"
        "--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n";
    deliver({alice}, mail);
    ASSERT_THAT(receiver.mails, SizeIs(1));
    EXPECT_EQ(*receiver.mails[0].bytes, mail);
}

TEST_F(LmtpReceiverSession, WhatTheMailSystemProvedIsHandedOver) {  // [RFC 8601 §5]
    serve();
    const auto proven = [&](const std::string& says) {
        deliver({alice}, "Authentication-Results: " + says + "\r\n" + chat_mail);
        const IncomingMail& mail = receiver.mails.back();
        return mail.proven_sender + (mail.is_author_proven ? " author" : "") +
               (mail.is_author_refuted ? " forged" : "");
    };
    EXPECT_EQ(proven("mx.jabber.example; spf=pass smtp.mailfrom=mail.example"), "bob@mail.example");
    EXPECT_EQ(proven("mx.jabber.example; dmarc=pass header.from=mail.example"), "bob@mail.example author");
    EXPECT_EQ(proven("mx.jabber.example; dmarc=fail header.from=mail.example"), " forged");
    EXPECT_EQ(proven("mx.evil.example; dmarc=pass header.from=mail.example"), "");
}

TEST_F(LmtpReceiverSession, AnAccountIsMadeForTheMailAndGoesWithIt) {
    serve();
    EXPECT_FALSE(account());
    for (const auto kind : {Kind::refused, Kind::declined, Kind::silent}) {
        receiver.always({kind, "x"});
        deliver({alice});
        ASSERT_TRUE(receiver.mails.size());
        flush();
        EXPECT_FALSE(account()) << static_cast<int>(kind);
    }
    for (const auto kind : {Kind::busy, Kind::open, Kind::taken}) {
        receiver.always({kind, "x"});
        deliver({alice});
        flush();
        EXPECT_TRUE(account()) << static_cast<int>(kind);
        directory.remove(account()->id, [](const Store::Failure&) {});
        flush();
    }
}

TEST_F(LmtpReceiverSession, AnAccountThatWasThereStays) {  // [XEP-0191 §3.3] a blocked sender's mail is refused so, too
    make_account();
    serve();
    for (const auto kind : {Kind::refused, Kind::declined}) {
        receiver.always({kind, "item-not-found"});
        deliver({alice});
        flush();
        EXPECT_TRUE(account());
    }
}

TEST_F(LmtpReceiverSession, AnAccountThatSomebodyUsesMeanwhileStays) {
    serve();
    for (const auto kind : {Kind::refused, Kind::declined}) {
        receiver.script = [&](const IncomingMail& mail, const ScriptedReceiver::Done& done) {
            directory.change(mail.account, {"", "carol", "mail.example"},
                             [](auto& contact) { contact.subscribed = true; });
            done({kind, "item-not-found"});
        };
        deliver({alice});
        flush();
        ASSERT_TRUE(account());
        directory.remove(account()->id, [](const Store::Failure&) {});
        flush();
    }
}

TEST_F(LmtpReceiverSession, AnAccountThatAnotherMailTookAwayIsAskedForAgain) {
    make_account();
    serve();
    receiver.script = [&](const IncomingMail& mail, const ScriptedReceiver::Done& done) {
        directory.remove(mail.account, [done](const Store::Failure&) { done({Kind::declined, "no account"}); });
    };
    EXPECT_THAT(deliver({alice}), ElementsAre("452 4.3.1 cannot be taken now, please try again"));
}

TEST_F(LmtpReceiverSession, WithoutAnAccountTheMailComesAgainLater) {
    relay_accounts.reload({""});
    serve();
    EXPECT_THAT(deliver({alice}), ElementsAre("452 4.3.1 cannot be taken now, please try again"));
    EXPECT_THAT(receiver.mails, IsEmpty());
}

TEST_F(LmtpReceiverSession, AnOpenVerdictIsTakenOnlyWhereSomebodyCouldBeToldOfALaterOne) {
    const std::string proof = "Authentication-Results: mx.jabber.example; spf=pass smtp.mailfrom=mail.example\r\n";
    const std::string again = "451 4.4.1 the Jabber server does not answer, please try again";
    serve();
    wait_for_ever();
    EXPECT_THAT(deliver({alice}), ElementsAre(again));
    EXPECT_THAT(deliver({alice}, proof + chat_mail), ElementsAre("250 2.0.0 queued")) << "the sender is proven";
    settings.users = {alice};
    lmtp->reload(settings);
    EXPECT_THAT(deliver({alice}), ElementsAre("250 2.0.0 queued")) << "the user is known to exist";
    settings.users.clear();
    lmtp->reload(settings);
    EXPECT_THAT(deliver({alice}), ElementsAre(again));
    receiver.always({Kind::taken, ""});
    deliver({alice});
    wait_for_ever();
    EXPECT_THAT(deliver({alice}), ElementsAre("250 2.0.0 queued")) << "the server took something for them";
}

TEST_F(LmtpReceiverSession, AUserWhoWroteThroughUsExists) {
    make_account(true);
    serve();
    wait_for_ever();
    EXPECT_THAT(deliver({alice}), ElementsAre("250 2.0.0 queued"));
}

TEST_F(LmtpReceiverSession, AUserWhoOnlySubscribedMayNotExistAnyMore) {
    make_account(false, true);
    serve();
    wait_for_ever();
    EXPECT_THAT(deliver({alice}), ElementsAre("451 4.4.1 the Jabber server does not answer, please try again"));
}

TEST_F(LmtpReceiverSession, AVerdictInTimeEndsTheWait) {
    settings.patience = 1h;
    serve();
    receiver.script = [&](const IncomingMail& mail, ScriptedReceiver::Done done) {
        verdicts.wait_for(1, now(), std::move(done));
        queue::Entry entry;
        entry.id = 1;
        entry.account = mail.account;
        boost::asio::post(io, [this, entry] { verdicts.taken(entry); });
    };
    EXPECT_THAT(deliver({alice}), ElementsAre("250 2.0.0 delivered"));
}

TEST_F(LmtpReceiverSession, AnOtrMessageWaitsForItsPredecessor) {
    serve();
    receiver.script = [&](const IncomingMail&, const ScriptedReceiver::Done& done) {
        done({receiver.mails.size() < 3 ? Kind::early : Kind::taken, "out of order"});
    };
    EXPECT_THAT(deliver({alice}), ElementsAre("250 2.0.0 delivered"));
    EXPECT_THAT(receiver.mails, SizeIs(3));
    receiver.mails.clear();
    receiver.always({Kind::early, "out of order"});
    EXPECT_THAT(deliver({alice}), ElementsAre("451 4.3.0 please try again: out of order"));
    EXPECT_THAT(receiver.mails, SizeIs(settings.tries));
}

TEST_F(LmtpReceiverSession, AMailThatGoesInCirclesIsGivenBack) {  // [RFC 5321 §6.3]
    serve();
    std::string hops;
    for (int i = 0; i < 50; ++i) hops += (i % 2 ? "Received: from a by b\r\n" : "RECEIVED: from b by a\r\n");
    EXPECT_THAT(deliver({alice}, hops + chat_mail), ElementsAre("250 2.0.0 delivered"));
    const std::string loop = "554 5.4.6 mail loop: too many hops";
    EXPECT_THAT(deliver({alice, carol}, "received: from a by b\r\n" + hops + chat_mail), ElementsAre(loop, loop));
    EXPECT_THAT(receiver.mails, SizeIs(1));
    EXPECT_THAT(deliver({alice}, chat_mail + hops + hops), ElementsAre("250 2.0.0 delivered")) << "that is its text";
}

TEST_F(LmtpReceiverSession, AMailThatCannotBeReadIsGivenBack) {
    settings.limits.header_block_bytes = 2000;
    serve();
    const auto replies = deliver({alice, carol}, "X-Long: " + std::string(3000, 'x') + "\r\n" + chat_mail);
    ASSERT_THAT(replies, SizeIs(2));
    for (const auto& reply : replies) EXPECT_THAT(reply, testing::StartsWith("552 5.3.4 "));
    EXPECT_THAT(receiver.mails, IsEmpty());
}

TEST_F(LmtpReceiverSession, ALargeMailIsReadByTheWorkers) {
    serve();
    std::string mail = chat_mail;
    for (int i = 0; i < 1000; ++i) mail += "a line of a long mail, number " + std::to_string(i) + "\r\n";
    EXPECT_THAT(deliver({alice}, mail), ElementsAre("250 2.0.0 delivered"));
    ASSERT_THAT(receiver.mails, SizeIs(1));
    EXPECT_THAT(receiver.mails[0].mail.text, testing::EndsWith("number 999"));
}

TEST_F(LmtpReceiverSession, AMailOverWhichTheGatewayEndedThreeTimesIsGivenBack) {
    const std::string file = folder.file("in-hand");
    std::vector<InHand::Hold> held;
    std::vector<std::unique_ptr<CrashGuard>> before;
    for (int end = 0; end < CrashGuard::most; ++end) {  // each ends without letting go
        before.push_back(std::make_unique<CrashGuard>(file, store, now()));
        held.push_back(before.back()->take(CrashGuard::mail(chat_mail)));
    }
    crash_guard = std::make_unique<CrashGuard>(file, store, now());
    serve();
    EXPECT_THAT(deliver({alice}), ElementsAre("554 5.3.0 this mail cannot be worked on here"));
    EXPECT_THAT(receiver.mails, IsEmpty());
    EXPECT_THAT(deliver({alice}, chat_mail + "another\r\n"), ElementsAre("250 2.0.0 delivered"));
}

TEST_F(LmtpReceiverSession, AMailThatWasWorkedThroughOnceIsNotCountedAnyMore) {
    const std::string file = folder.file("in-hand");
    std::vector<InHand::Hold> held;
    std::vector<std::unique_ptr<CrashGuard>> before;
    for (int end = 0; end < CrashGuard::most - 1; ++end) {
        before.push_back(std::make_unique<CrashGuard>(file, store, now()));
        held.push_back(before.back()->take(CrashGuard::mail(chat_mail)));
    }
    crash_guard = std::make_unique<CrashGuard>(file, store, now());
    serve();
    EXPECT_THAT(deliver({alice}), ElementsAre("250 2.0.0 delivered"));
    flush();
    held.push_back(crash_guard->take(CrashGuard::mail(chat_mail)));
    const CrashGuard after(file, store, now());
    EXPECT_TRUE(after.may(CrashGuard::mail(chat_mail))) << "that was the first end again";
}

TEST_F(LmtpReceiverSession, AfterTheReplyNothingIsLeftToWaitFor) {
    serve();
    EXPECT_THAT(deliver({alice}), ElementsAre("250 2.0.0 delivered"));
    flush();
    lmtp->stop();
    lmtp.reset();
    io.restart();
    io.run_for(5s);  // returns at once
    EXPECT_TRUE(io.stopped());
}

TEST_F(LmtpReceiverSession, WhoListensIsToldByItsAddress) {
    settings.listen = "unix:" + folder.file("no/such/folder");
    EXPECT_THROW(serve(), std::runtime_error);
}

}  // namespace
}  // namespace gateway
