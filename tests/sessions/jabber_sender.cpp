// A stanza of the queue on its way to its user, against a scripted Jabber server: what each end means for the entry,
// and that it has one end.

#include "gateway/queue/jabber_sender.h"

#include "tests/sessions/component_server.h"
#include "tests/support/otr_room.h"

namespace sessions {
namespace {

using gateway::AccountId;
using gateway::AttemptResult;
using gateway::DeliveryResult;
using gateway::OtrRoom;
using gateway::Time;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Kind = AttemptResult::Kind;

std::string name_of(Kind kind) {
    switch (kind) {
        case Kind::done:
            return "done";
        case Kind::refused:
            return "refused";
        case Kind::later:
            return "later";
        case Kind::unreachable:
            return "unreachable";
        case Kind::blocked:
            return "blocked";
        case Kind::broken:
            return "broken";
        case Kind::lost:
            return "lost";
    }
    return "?";
}

/// "refused item-not-found 5.1.1 permanent"
std::string print(const AttemptResult& result) {
    if (result.kind == Kind::done) return "done";
    const auto& error = result.error;
    return name_of(result.kind) + " " + error.text + (error.enhanced.empty() ? "" : " " + error.enhanced) +
           (error.permanent ? " permanent" : "");
}

/// In OtrRoom's room, so that its user may speak OTR.
class JabberSenderSession : public OtrRoom {
  protected:
    void SetUp() override {
        OtrRoom::SetUp();
        directory.add(id, {"", "bob", "example.net"});
        client = std::make_unique<Client>(io, server.port(), [](auto& its) { its.component = "coi.jabber.example"; });
        sender = std::make_unique<gateway::JabberSender>(*client->component, directory, account_end, *omemo, *otr,
                                                         tunnel, verdicts, failures, privilege);
        server.handshake();
        ASSERT_TRUE(until([&] { return client->component->online(); }));
    }
    bool until(const std::function<bool()>& true_now) {
        return server.until([&] {
            loop.drain();
            return true_now();
        });
    }
    gateway::queue::Entry entry(const std::string& name, const std::string& words = "hello") {
        gateway::queue::Entry entry;
        entry.id = ++entries;
        entry.direction = gateway::queue::Direction::jabber;
        entry.account = id;
        entry.contact = bobs;
        entry.name = name;
        entry.from = bob;
        entry.to = user;
        entry.payload = "<message id='" + name + "' type='chat' from='" + bob + "' to='" + user + "'><body>" + words +
                        "</body></message>";
        return entry;
    }
    void send(const gateway::queue::Entry& entry) {
        sender->send(entry, [this, name = entry.name](const AttemptResult& result) {
            results.push_back(name + ": " + print(result));
        });
    }
    bool has_results(std::size_t count) {
        const bool came = until([&] { return results.size() >= count; });
        server.settle();
        loop.drain();
        return came && results.size() == count;
    }
    std::string error(const std::string& name, const std::string& type, const std::string& condition,
                      const std::string& from = user) {
        return "<message type='error' id='" + name + "' from='" + from + "' to='" + bob + "'><error type='" + type +
               "'><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>";
    }

    boost::asio::io_context io;
    JabberServer server{io, "coi.jabber.example"};
    std::unique_ptr<Client> client;
    gateway::OtrTunnel tunnel{directory, receiver, stream, notices};
    gateway::PendingVerdicts verdicts{store};
    gateway::Clock now = [] { return Time{}; };
    gateway::FakeTimer timer;
    gateway::FakeSender nobody;
    gateway::Scheduler mail_scheduler{gateway::queue::Direction::mail, store, nobody, now, [] {}};
    gateway::Scheduler jabber_scheduler{gateway::queue::Direction::jabber, store, nobody, now, [] {}};
    gateway::Clients clients{stream, "coi.jabber.example"};
    gateway::Failures failures{directory, clients, store, mail_scheduler, jabber_scheduler,
                               verdicts,  {},      now,   timer.timer()};
    gateway::AccountEnd account_end{directory,     stream, mail_scheduler, jabber_scheduler, "coi.jabber.example", now,
                                    timer.timer(), {}};
    gateway::MessagePrivilege privilege{"coi.jabber.example"};
    std::unique_ptr<gateway::JabberSender> sender;
    std::vector<std::string> results;
    std::int64_t entries = 0;
};

TEST_F(JabberSenderSession, WhatTheServerTookIsDone) {
    const auto one = entry("m1");
    send(one);
    server.expect(one.payload);
    const auto ping = server.expect_ping();
    EXPECT_THAT(results, IsEmpty()) << "only the pong proves it";
    server.pong(ping);
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("m1: done"));
}

TEST_F(JabberSenderSession, EachRefusalHasItsStatus) {  // [RFC 3463 §3.2, §3.8]
    const std::vector<std::array<const char*, 3>> cases{
        {"cancel", "item-not-found", "refused item-not-found 5.1.1 permanent"},
        {"cancel", "service-unavailable", "refused service-unavailable 5.1.1 permanent"},
        {"auth", "forbidden", "refused forbidden 5.7.1 permanent"},
        {"modify", "policy-violation", "refused policy-violation 5.7.1 permanent"},
        {"wait", "resource-constraint", "later resource-constraint 4.2.0"},
        {"wait", "recipient-unavailable", "later recipient-unavailable 4.2.0"},
    };
    for (const auto& [type, condition, result] : cases) {
        results.clear();
        send(entry("m1"));
        const auto ping = server.expect_ping();
        server.say(error("m1", type, condition) + server.pong_of(ping));
        EXPECT_TRUE(has_results(1));
        EXPECT_THAT(results, ElementsAre(std::string("m1: ") + result));
    }
}

TEST_F(JabberSenderSession, WhatAMailSystemWaitsForIsNotTriedLater) {  // it tries again by itself
    const auto one = entry("m1");
    verdicts.wait_for(one.id, Time{}, [](const DeliveryResult&) {});
    send(one);
    const auto ping = server.expect_ping();
    server.say(error("m1", "wait", "resource-constraint") + server.pong_of(ping));
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("m1: refused resource-constraint 4.2.0"));
}

TEST_F(JabberSenderSession, OnlyAMailSystemsVerdictWaitsForTheReadersSession) {
    const auto waited = entry("m1"), other = entry("m2");
    verdicts.wait_for(waited.id, Time{}, [](const DeliveryResult&) {});
    send(waited);
    send(other);
    server.expect("http://jabber.org/protocol/disco#info");
    const auto ping = server.expect_ping();
    server.say(server.pong_of(ping) + error("m1", "cancel", "item-not-found") +
               error("m2", "cancel", "item-not-found"));
    EXPECT_TRUE(has_results(2));
    EXPECT_THAT(results, ElementsAre("m2: done", "m1: refused item-not-found 5.1.1 permanent"));
    EXPECT_THAT(client->stanzas, SizeIs(1)) << "the other refusal is a late one";
}

TEST_F(JabberSenderSession, AnEndOfTheStreamIsSaidWithItsReason) {
    send(entry("m1"));
    send(entry("m2"));
    server.expect_ping();
    server.say(
        "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
    EXPECT_TRUE(has_results(2));
    for (const auto& result : results) EXPECT_THAT(result, HasSubstr(": lost Jabber server 127.0.0.1:"));
    EXPECT_THAT(results[0], HasSubstr("(system-shutdown)"));
    results.clear();
    send(entry("m3"));
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("m3: unreachable not connected to the Jabber server"));
}

TEST_F(JabberSenderSession, WhatIsOfAnAccountThatIsGoneIsNotSent) {  // another user may have its name now
    auto one = entry("m1");
    one.account = AccountId{99};
    send(one);
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("m1: refused the recipient's account was removed 5.1.1 permanent"));
    EXPECT_THAT(server.heard(), Not(HasSubstr("<message")));
}

TEST_F(JabberSenderSession, WaitsUntilItIsKnownWhomTheNameBelongsTo) {
    directory.note_vouched(id, true);
    account_end.online();
    send(entry("m1"));
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("m1: blocked waits for its account"));
    EXPECT_THAT(asked, ElementsAre(user)) << "by service discovery";
    EXPECT_THAT(server.heard(), Not(HasSubstr("<message")));
}

TEST_F(JabberSenderSession, ARefusalAsksWhetherTheUserStillExists) {
    directory.note_vouched(id, true);
    send(entry("m1"));
    const auto ping = server.expect_ping();
    server.say(error("m1", "cancel", "item-not-found") + server.pong_of(ping));
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(asked, ElementsAre(user));
}

/// An error for one client, with the message for its user's other clients beside it.
class ErrorForAClient : public JabberSenderSession {
  protected:
    gateway::queue::Entry failed(const std::string& name) {
        auto one = entry(name);
        one.to = phone;
        one.payload = "<message id='" + name + "' type='error' from='" + bob + "' to='" + phone + "'/>";
        one.beside = "<message id='beside-" + name + "' from='" + bob + "' to='" + user +
                     "'><body>did not arrive</body></message>";
        return one;
    }
    /// The server hears the question whether the client is there; its id.
    std::string expect_question() {
        const auto heard = server.expect("<ping xmlns='urn:xmpp:ping'/></iq>");
        EXPECT_THAT(heard, HasSubstr("to='" + phone + "'"));
        EXPECT_THAT(heard, Not(HasSubstr("<message"))) << "not before it is known";
        const auto id_at = heard.find(" id='there-") + 5;
        return heard.substr(id_at, heard.find('\'', id_at) - id_at);
    }
    std::string answer(const std::string& question, const std::string& condition) {
        return "<iq type='error' id='" + question + "' from='" + phone + "' to='" + bob + "'><error type='cancel'><" +
               condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>";
    }
    /// What is sent once the question is answered in this way.
    std::string sent_after(const std::string& said) {
        server.say(said);
        const auto heard = server.expect("<message") + server.expect("/iq>");
        const auto id_at = heard.find("id='fence-") + 4;
        server.pong(heard.substr(id_at, heard.find('\'', id_at) - id_at));
        EXPECT_TRUE(has_results(1));
        return heard;
    }
};

TEST_F(ErrorForAClient, GoesToTheClientThatIsThere) {
    for (const bool knows_pings : {true, false}) {
        results.clear();
        send(failed("e1"));
        const auto question = expect_question();
        const auto ping = server.expect_ping();
        const auto heard = sent_after(knows_pings ? server.pong_of(ping)
                                                  : answer(question, "feature-not-implemented") + server.pong_of(ping));
        EXPECT_THAT(heard, HasSubstr("<message id='e1' type='error'"));
        EXPECT_THAT(heard, Not(HasSubstr("beside")));
        EXPECT_THAT(results, ElementsAre("e1: done"));
    }
}

TEST_F(ErrorForAClient, IsAMessageToTheOthersWhereItHasGone) {  // [RFC 6121 §8.5.3.2.1]
    for (const char* condition : {"service-unavailable", "item-not-found", "recipient-unavailable"}) {
        results.clear();
        send(failed("e1"));
        const auto question = expect_question();
        const auto ping = server.expect_ping();
        const auto heard = sent_after(answer(question, condition) + server.pong_of(ping));
        EXPECT_THAT(heard, HasSubstr("<message id='beside-e1'")) << condition;
        EXPECT_THAT(heard, Not(HasSubstr("type='error'")));
        EXPECT_THAT(results, ElementsAre("e1: done"));
    }
}

TEST_F(ErrorForAClient, ARefusalOfWhatIsBesideIsTheEntrys) {
    send(failed("e1"));
    const auto question = expect_question();
    const auto ping = server.expect_ping();
    server.say(answer(question, "service-unavailable") + server.pong_of(ping));
    const auto next = server.expect_ping();
    server.say(error("beside-e1", "cancel", "item-not-found") + server.pong_of(next));
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("e1: refused item-not-found 5.1.1 permanent"));
}

TEST_F(ErrorForAClient, IsLostWithTheStreamBeforeAndAfterTheAnswer) {
    for (const bool answered : {false, true}) {
        results.clear();
        send(failed("e1"));
        const auto question = expect_question();
        const auto ping = server.expect_ping();
        if (answered) {
            server.say(answer(question, "service-unavailable") + server.pong_of(ping));
            server.expect_ping();
        }
        server.hang_up();
        EXPECT_TRUE(has_results(1));
        EXPECT_THAT(results[0], HasSubstr("e1: lost Jabber server")) << answered;
        send(failed("e2"));
        EXPECT_TRUE(has_results(2));
        EXPECT_THAT(results[1], HasSubstr("e2: unreachable"));
        const int before = client->online;
        server.handshake();
        ASSERT_TRUE(until([&] { return client->online == before + 1; }));
    }
}

/// The user's clients speak OTR with the gateway.
class SenderUnderOtr : public JabberSenderSession {
  protected:
    /// The stanza that went to this resource, read by its client.
    std::optional<std::string> read(OtrClient& reader, const std::string& heard, const std::string& jid) {
        for (auto at = heard.find("<message"); at != heard.npos; at = heard.find("<message", at + 1)) {
            const auto end = heard.find("</message>", at) + 10;
            const auto stanza = xmpp::parse_stanza(heard.substr(at, end - at));
            if (stanza && xmpp::attribute(*stanza, "to") == jid)
                return reader.receives(xmpp::child(*stanza, "body", "")->cdata());
        }
        return std::nullopt;
    }
    /// What the server hears up to the fence's ping, whose id is kept.
    std::string heard_up_to_ping() {
        std::string heard;
        EXPECT_TRUE(until([&] { return server.heard().find("urn:xmpp:ping") != std::string::npos; }));
        heard = server.expect("</iq>");
        const auto at = heard.find("id='fence-") + 4;
        ping = heard.substr(at, heard.find('\'', at) - at);
        return heard;
    }

    OtrClient alice{gateway::otr_test_identity(1)}, at_desk{gateway::otr_test_identity(2)};
    std::string ping;
};

TEST_F(SenderUnderOtr, OneMessageIsAStanzaForEachResource) {
    start(alice);
    start(at_desk, desk);
    send(entry("m1", "a secret"));
    const auto heard = heard_up_to_ping();
    EXPECT_THAT(heard, Not(HasSubstr("a secret")));
    EXPECT_EQ(read(alice, heard, phone), "a secret");
    EXPECT_EQ(read(at_desk, heard, desk), "a secret");
    EXPECT_THAT(results, IsEmpty());
    server.pong(ping);
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("m1: done"));
}

TEST_F(SenderUnderOtr, OneResourceThatHasItIsEnoughAndTheOtherHasNoSessionAnyMore) {
    start(alice);
    start(at_desk, desk);
    send(entry("m1"));
    heard_up_to_ping();
    server.say(error("m1", "cancel", "service-unavailable", desk) + server.pong_of(ping));
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("m1: done"));
    settle();
    send(entry("m2"));
    const auto heard = heard_up_to_ping();
    EXPECT_THAT(heard, HasSubstr("to='" + phone + "'"));
    EXPECT_THAT(heard, Not(HasSubstr("to='" + desk + "'")));
}

TEST_F(SenderUnderOtr, IfNoResourceHasItItWaitsForASession) {
    start(alice);
    released.clear();
    send(entry("m1"));
    heard_up_to_ping();
    server.say(error("m1", "cancel", "service-unavailable", phone) + server.pong_of(ping));
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results[0], HasSubstr("m1: blocked"));
    settle();
    EXPECT_FALSE(otr->is_encrypted(id, bobs));
    send(entry("m2"));
    EXPECT_TRUE(has_results(2));
    EXPECT_EQ(results[1], "m2: blocked waits for OTR or OMEMO");
    EXPECT_THAT(server.heard(), Not(HasSubstr("<message"))) << "nothing leaves in the clear";
}

TEST_F(SenderUnderOtr, ThatTheUserSpeaksItIsKnownAlsoIfTheContactsAreNotInMemory) {
    directory.change(id, {"", "bob", "example.net"},
                     [](gateway::Contact& contact) { contact.privacy.spoken = gateway::EndToEnd::otr; });
    release_contacts();
    send(entry("m1", "a secret"));
    send(entry("m2", "another"));
    EXPECT_THAT(results, IsEmpty()) << "they are read first";
    EXPECT_TRUE(has_results(2));
    EXPECT_THAT(results, ElementsAre("m1: blocked waits for OTR or OMEMO", "m2: blocked waits for OTR or OMEMO"));
    EXPECT_THAT(server.heard(), Not(HasSubstr("<message"))) << "nothing leaves in the clear";
    settle();  // a session is being asked for
}

TEST_F(SenderUnderOtr, APieceThatIsRefusedLosesTheMessageForThatResource) {
    start(alice);
    send(entry("m1", std::string(190'000, 'x')));
    const auto heard = heard_up_to_ping();
    ASSERT_THAT(heard, HasSubstr("</message><message")) << "it came in pieces";
    server.say(error("m1", "cancel", "service-unavailable", phone) + server.pong_of(ping));  // the last of them
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results[0], HasSubstr("m1: blocked"));
}

TEST_F(SenderUnderOtr, AStreamThatEndsLosesItForAll) {
    start(alice);
    start(at_desk, desk);
    send(entry("m1"));
    heard_up_to_ping();
    server.hang_up();
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results[0], HasSubstr("m1: lost"));
}

TEST_F(SenderUnderOtr, WhatCannotBeReadIsRefused) {
    start(alice);
    auto one = entry("m1");
    one.payload = "<message";
    send(one);
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("m1: refused the stanza cannot be written 5.6.0 permanent"));
}

/// What the user wrote with another program.
class OwnMessageSession : public JabberSenderSession {
  protected:
    void is_granted(const std::string& version) {
        privilege.take_grant(*xmpp::parse_stanza("<message from='" + user.substr(user.find('@') + 1) +
                                                 "'><privilege xmlns='urn:xmpp:privilege:" + version +
                                                 "'><perm access='message' type='outgoing'/></privilege></message>"));
    }
    gateway::queue::Entry own(const std::string& name) {
        auto entry = this->entry(name, "You: hello");
        entry.beside = entry.payload;
        entry.payload =
            "<message id='" + name + "' type='chat' from='" + user + "' to='" + bob + "'><body>hello</body></message>";
        std::swap(entry.from, entry.to);
        return entry;
    }
    std::string refusal(const std::string& name, const std::string& condition) {
        return "<message type='error' id='" + name + "' from='" + user.substr(user.find('@') + 1) +
               "' to='coi.jabber.example'><error type='auth'><" + condition +
               " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>";
    }
};

TEST_F(OwnMessageSession, IsSentOnTheUsersBehalf) {
    is_granted("2");
    send(own("own-1"));
    const auto said = server.expect("</privilege></message>");
    EXPECT_THAT(said, HasSubstr("<privilege xmlns='urn:xmpp:privilege:2'>"));
    EXPECT_THAT(said, HasSubstr("<body>hello</body>"));
    EXPECT_THAT(said, Not(HasSubstr("You: hello")));
    server.pong(server.expect_ping());
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("own-1: done"));
}

TEST_F(OwnMessageSession, IsATextOfTheContactWhereNothingIsGrantedThatMakesCopies) {
    is_granted("1");
    send(own("own-1"));
    server.expect("You: hello");
    server.pong(server.expect_ping());
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("own-1: done"));
}

TEST_F(OwnMessageSession, IsATextOfTheContactWhereTheServerRefuses) {
    is_granted("2");
    send(own("own-1"));
    const auto ping = server.expect_ping();
    server.say(refusal("own-1", "forbidden") + server.pong_of(ping));
    server.expect("You: hello");
    server.pong(server.expect_ping());
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("own-1: done"));
}

TEST_F(OwnMessageSession, WhatIsNoTextIsLeftOutWhereNothingIsGranted) {
    auto one = own("own-1");
    one.beside.clear();
    send(one);
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre("own-1: done"));
}

TEST_F(OwnMessageSession, IsLostWithTheStreamAndTriedAgain) {
    is_granted("2");
    send(own("own-1"));
    server.expect_ping();
    server.hang_up();
    EXPECT_TRUE(has_results(1));
    EXPECT_THAT(results, ElementsAre(HasSubstr("own-1: lost")));
}

}  // namespace
}  // namespace sessions
