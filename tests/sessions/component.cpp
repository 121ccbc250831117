// The component stream against a scripted server: every way it can begin, break and end [XEP-0114], [XEP-0199].

#include "xmpp/component.h"

#include <gmock/gmock.h>

#include "tests/sessions/component_server.h"

namespace sessions {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::string refused =
    "<message type='error' id='m1' from='alice@jabber.test' to='bob\\40mail.test@coi.test'><error type='cancel'>"
    "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>";

class ComponentSession : public testing::Test {
  protected:
    /// A client that is online.
    Client& online(std::function<void(xmpp::Component::Settings&)> change = {}) {
        client = std::make_unique<Client>(io, server.port(), std::move(change));
        server.handshake();
        EXPECT_TRUE(server.until([&] { return client->component->online(); }));
        return *client;
    }
    bool offline_times(std::size_t times) {
        return server.until([&] { return client->offline.size() >= times; });
    }

    boost::asio::io_context io;
    JabberServer server{io};
    std::unique_ptr<Client> client;
};

TEST_F(ComponentSession, HandshakeThenStanzasBothWays) {
    Client& gateway = online();
    EXPECT_EQ(gateway.online, 1);
    server.say("<message from='alice@jabber.test/phone' to='bob\\40mail.test@coi.test'><body>hi</body></message>");
    ASSERT_TRUE(server.until([&] { return gateway.stanzas.size() == 1; }));
    EXPECT_THAT(gateway.stanzas[0], HasSubstr("<body>hi</body>"));
    xmpp::Tag presence("presence");
    presence.addAttribute("from", "bob\\40mail.test@coi.test");
    presence.addAttribute("to", "alice@jabber.test");
    gateway.component->send(presence);
    server.expect("<presence from='bob\\40mail.test@coi.test' to='alice@jabber.test'/>");
    EXPECT_THAT(gateway.offline, IsEmpty());
}

TEST_F(ComponentSession, IqsAreNeverAnsweredBehindOurBack) {
    Client& gateway = online();
    server.say(
        "<iq type='get' id='1' from='alice@jabber.test' to='coi.test'><ping xmlns='urn:xmpp:ping'/></iq>"
        "<iq type='get' id='2' from='alice@jabber.test' to='coi.test'><query "
        "xmlns='http://jabber.org/protocol/disco#info'/></iq>");
    ASSERT_TRUE(server.until([&] { return gateway.stanzas.size() == 2; }));
    server.settle();
    EXPECT_EQ(server.heard(), "");
}

TEST_F(ComponentSession, RefusalOfTheReadersSessionComesAfterThePong) {  // ejabberd
    Client& gateway = online();
    std::vector<xmpp::Outcome::Kind> outcomes;
    const auto deliver = [&](const std::string& id) {
        const auto stanza =
            xmpp::parse_stanza("<message id='" + id + "' from='bob\\40mail.test@coi.test' to='alice@jabber.test'/>");
        gateway.component->deliver(
            *stanza, [&](const xmpp::Outcome& outcome) { outcomes.push_back(outcome.kind); }, true);
    };
    deliver("m1");
    server.expect("http://jabber.org/protocol/disco#info");
    server.say(server.pong_of(server.expect_ping()) + refused);
    ASSERT_TRUE(server.until([&] { return outcomes.size() == 1; }));
    EXPECT_EQ(outcomes[0], xmpp::Outcome::Kind::refused) << "nobody was told at the pong that it was delivered";
    deliver("m2");
    server.pong(server.expect_ping());
    ASSERT_TRUE(server.until([&] { return outcomes.size() == 2; }));
    EXPECT_EQ(outcomes[1], xmpp::Outcome::Kind::taken);
}

TEST_F(ComponentSession, WrongSecretIsSaidAsSuchAndTriedAgain) {
    client = std::make_unique<Client>(io, server.port());
    server.accept();
    server.say(stream_header);
    server.expect("</handshake>");
    server.say(
        "<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
        "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>no match</text></stream:error></stream:stream>");
    ASSERT_TRUE(offline_times(1));
    EXPECT_THAT(client->offline[0],
                HasSubstr("127.0.0.1:" + std::to_string(server.port()) + ": wrong secret for coi.test"));
    EXPECT_THAT(client->offline[0], testing::Not(HasSubstr("secret secret")));
    server.handshake();
    EXPECT_TRUE(server.until([&] { return client->online == 1; }));
}

TEST_F(ComponentSession, RefusalsOfTheServerAreSaidInPlainWords) {
    client = std::make_unique<Client>(io, server.port());
    const auto after = [&](const std::string& said) {
        const auto before = client->offline.size();
        server.accept();
        server.expect("<stream:stream");
        server.say(said);
        EXPECT_TRUE(offline_times(before + 1));
        return client->offline.back();
    };
    const auto error = [](const std::string& condition) {
        return "<stream:error><" + condition +
               " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>";
    };
    std::string without_id = stream_header;
    without_id.replace(without_id.find("stream-1"), 8, "");
    EXPECT_THAT(after(without_id + error("host-unknown")), HasSubstr(" has no component coi.test (host-unknown)"));
    EXPECT_THAT(after(stream_header + error("conflict")),
                HasSubstr("another process is connected as coi.test (conflict)"));
    EXPECT_THAT(after(stream_header + error("invalid-namespace")),
                HasSubstr("(invalid-namespace): is this its component port?"));
    EXPECT_THAT(after("SSH-2.0-OpenSSH\r\n"),
                HasSubstr("not an XMPP stream (XML error: syntax error): is this its component port?"));
}

TEST_F(ComponentSession, StreamEndsAtEachStepOfTheHandshake) {
    client = std::make_unique<Client>(io, server.port());
    const std::vector<std::string> script{"",
                                          "<?xml version='1.0'?>",
                                          stream_header.substr(0, 80),
                                          stream_header,
                                          stream_header + "<handsh",
                                          stream_header + "<stream:error>",
                                          "HTTP/1.1 400 Bad Request\r\n\r\n"};
    std::size_t ends = 0;
    for (const auto& said : script) {
        server.accept();
        server.expect("<stream:stream");
        server.say(said);
        server.settle();
        server.hang_up();
        ASSERT_TRUE(offline_times(++ends)) << said;
        EXPECT_EQ(client->offline.size(), ends) << said;
        EXPECT_FALSE(client->component->online());
    }
    server.handshake();
    EXPECT_TRUE(server.until([&] { return client->online == 1; }));
}

TEST_F(ComponentSession, ServerThatIsNotThereAndComesBack) {
    server.stop_listening();
    client = std::make_unique<Client>(io, server.port());
    ASSERT_TRUE(offline_times(3));
    EXPECT_THAT(client->offline[0], HasSubstr("cannot connect (Connection refused)"));
    server.listen();
    server.handshake();
    EXPECT_TRUE(server.until([&] { return client->online == 1; }));
}

TEST_F(ComponentSession, NameThatDoesNotExist) {
    client = std::make_unique<Client>(io, server.port(), [](auto& settings) { settings.host = "jabber.invalid"; });
    ASSERT_TRUE(offline_times(1));
    EXPECT_THAT(client->offline[0], HasSubstr("jabber.invalid:" + std::to_string(server.port()) + ": name not found"));
}

TEST_F(ComponentSession, HandshakeThatIsNeverAnswered) {
    client = std::make_unique<Client>(io, server.port(), [](auto& settings) { settings.ping_timeout = 30ms; });
    server.accept();
    server.say(stream_header);
    ASSERT_TRUE(offline_times(1));
    EXPECT_THAT(client->offline[0], HasSubstr("did not complete the handshake"));
    EXPECT_TRUE(server.peer_closed());
}

TEST_F(ComponentSession, PongProvesWhatWasSentBeforeIt) {
    Client& gateway = online();
    gateway.deliver("m1");
    gateway.deliver("m2");
    const auto ping = server.expect_ping();
    gateway.deliver("m3");
    server.settle();
    EXPECT_THAT(gateway.outcomes, IsEmpty());
    server.pong(ping);
    ASSERT_TRUE(server.until([&] { return gateway.outcomes.size() == 2; }));
    EXPECT_THAT(gateway.outcomes, ElementsAre("m1 taken", "m2 taken"));
    server.pong(server.expect_ping());
    ASSERT_TRUE(server.until([&] { return gateway.outcomes.size() == 3; }));
    EXPECT_EQ(gateway.outcomes[2], "m3 taken");
    EXPECT_THAT(gateway.stanzas, IsEmpty()) << "the fence's own answers are not the application's";
}

TEST_F(ComponentSession, ErrorBeforePongRefuses) {
    Client& gateway = online();
    gateway.deliver("m1");
    gateway.deliver("m2");
    const auto ping = server.expect_ping();
    server.say(refused);
    server.pong(ping);
    ASSERT_TRUE(server.until([&] { return gateway.outcomes.size() == 2; }));
    EXPECT_THAT(gateway.outcomes, ElementsAre("m1 refused cancel item-not-found", "m2 taken"));
    EXPECT_THAT(gateway.stanzas, IsEmpty());
}

TEST_F(ComponentSession, ErrorAfterPongIsTheApplications) {
    Client& gateway = online();
    gateway.deliver("m1");
    server.pong(server.expect_ping());
    server.say(refused);
    ASSERT_TRUE(server.until([&] { return gateway.stanzas.size() == 1; }));
    EXPECT_THAT(gateway.outcomes, ElementsAre("m1 taken"));
    EXPECT_THAT(gateway.stanzas[0], HasSubstr("item-not-found"));
}

TEST_F(ComponentSession, EndBeforePongIsLossAndTheStanzaIsSentAgainAfterReconnect) {
    Client& gateway = online();
    gateway.deliver("m1");
    gateway.deliver("m2");
    server.expect_ping();
    server.hang_up();
    ASSERT_TRUE(server.until([&] { return gateway.outcomes.size() == 2; }));
    EXPECT_THAT(gateway.outcomes, ElementsAre("m1 lost", "m2 lost"));
    gateway.deliver("m3");
    EXPECT_THAT(gateway.outcomes, SizeIs(2)) << "never from within deliver";
    ASSERT_TRUE(server.until([&] { return gateway.outcomes.size() == 3; }));
    EXPECT_EQ(gateway.outcomes[2], "m3 unsent");
    EXPECT_THAT(gateway.offline, SizeIs(1));
    server.handshake();
    ASSERT_TRUE(server.until([&] { return gateway.online == 2; }));
    gateway.deliver("m1");
    const auto ping = server.expect_ping();
    server.pong(ping);
    ASSERT_TRUE(server.until([&] { return gateway.outcomes.size() == 4; }));
    EXPECT_EQ(gateway.outcomes[3], "m1 taken");
}

TEST_F(ComponentSession, BrokenAtEachStepEveryStanzaHasOneOutcome) {
    Client& gateway = online();
    for (int step = 0; step < 6; ++step) {
        gateway.outcomes.clear();
        gateway.deliver("m1");
        gateway.deliver("m2");
        const auto ping = server.expect_ping();
        gateway.deliver("m3");
        if (step == 1) server.say(refused.substr(0, 60));
        if (step >= 2) server.say(refused);
        if (step == 3) server.say("<iq type='result' id='" + ping);
        if (step >= 4) server.pong(ping);
        if (step == 5) server.pong(server.expect_ping());
        server.settle();
        server.hang_up();
        ASSERT_TRUE(offline_times(static_cast<std::size_t>(step) + 1)) << step;
        EXPECT_THAT(gateway.outcomes,
                    UnorderedElementsAre(step >= 2 ? "m1 refused cancel item-not-found" : "m1 lost",
                                         step >= 4 ? "m2 taken" : "m2 lost", step >= 5 ? "m3 taken" : "m3 lost"))
            << step;
        server.handshake();
        ASSERT_TRUE(server.until([&] { return gateway.component->online(); })) << step;
    }
    EXPECT_THAT(gateway.stanzas, IsEmpty());
}

TEST_F(ComponentSession, PongsOfOthersProveNothing) {
    Client& gateway = online();
    gateway.deliver("m1");
    const auto ping = server.expect_ping();
    server.say("<iq type='result' id='" + ping + "' from='mallory@jabber.test' to='coi.test'/>");
    ASSERT_TRUE(server.until([&] { return gateway.stanzas.size() == 1; }));
    EXPECT_THAT(gateway.outcomes, IsEmpty());
}

TEST_F(ComponentSession, SilenceIsPinged) {
    Client& gateway = online([](auto& settings) { settings.ping_every = 20ms; });
    server.pong(server.expect_ping());
    server.pong(server.expect_ping());
    EXPECT_THAT(gateway.offline, IsEmpty());
}

TEST_F(ComponentSession, CleanEndByTheServerIsAnsweredAndReconnected) {
    Client& gateway = online();
    server.say(
        "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
    server.expect("</stream:stream>");
    ASSERT_TRUE(offline_times(1));
    EXPECT_THAT(gateway.offline[0], HasSubstr("ended the stream (system-shutdown)"));
    server.handshake();
    EXPECT_TRUE(server.until([&] { return gateway.online == 2; }));
}

TEST_F(ComponentSession, OversizeStanzaIsAnsweredAndTheStreamGoesOn) {
    Client& gateway = online([](auto& settings) { settings.limits.stanza_bytes = 1000; });
    server.say("<message id='big' from='alice@jabber.test/phone' to='bob\\40mail.test@coi.test'><body>" +
               std::string(200'000, 'x') +
               "</body></message><message id='next' from='alice@jabber.test/phone' "
               "to='bob\\40mail.test@coi.test'><body>y</body></message>");
    const auto reply = server.expect("</message>");
    EXPECT_THAT(reply, HasSubstr("id='big'"));
    EXPECT_THAT(reply, HasSubstr("to='alice@jabber.test/phone'"));
    EXPECT_THAT(reply, HasSubstr("<policy-violation"));
    ASSERT_TRUE(server.until([&] { return gateway.stanzas.size() == 1; }));
    EXPECT_THAT(gateway.stanzas[0], HasSubstr("id='next'"));
    EXPECT_TRUE(gateway.component->online());
}

TEST_F(ComponentSession, WhatWouldCloseTheStreamIsRefusedHere) {
    Client& gateway = online([](auto& settings) { settings.limits.stanza_bytes = 300; });
    gateway.deliver("no-address", "@");
    gateway.deliver(std::string(400, 'i'));
    xmpp::Tag foreign("presence");
    foreign.addAttribute("from", "bob@elsewhere.test");
    foreign.addAttribute("to", "alice@jabber.test");
    gateway.component->send(foreign);
    ASSERT_TRUE(server.until([&] { return gateway.outcomes.size() == 2; }));
    EXPECT_EQ(gateway.outcomes[0], "no-address refused cancel jid-malformed");
    EXPECT_THAT(gateway.outcomes[1], HasSubstr("policy-violation"));
    server.settle();
    EXPECT_EQ(server.heard(), "");
}

TEST_F(ComponentSession, CloseReadsUntilTheServerCloses) {
    Client& gateway = online();
    gateway.deliver("m1");
    bool closed = false;
    gateway.component->close(5s, [&] { closed = true; });
    EXPECT_FALSE(gateway.component->online());
    const auto ping = server.expect_ping();
    server.settle();
    EXPECT_EQ(server.heard(), "") << "no goodbye before the proof";
    server.pong(ping);
    server.expect("</stream:stream>");
    EXPECT_THAT(gateway.outcomes, ElementsAre("m1 taken"));
    server.say("<message from='alice@jabber.test' to='bob\\40mail.test@coi.test'><body>late</body></message>");
    ASSERT_TRUE(server.until([&] { return gateway.stanzas.size() == 1; }));
    gateway.deliver("m2");
    ASSERT_TRUE(server.until([&] { return gateway.outcomes.size() == 2; }));
    EXPECT_EQ(gateway.outcomes[1], "m2 unsent");
    EXPECT_FALSE(closed);
    server.say("</stream:stream>");
    ASSERT_TRUE(server.until([&] { return closed; }));
    EXPECT_TRUE(server.peer_closed());
    EXPECT_EQ(server.heard(), "") << "one goodbye is enough";
    EXPECT_THAT(gateway.offline, IsEmpty());
}

TEST_F(ComponentSession, CloseEndsWhenPatienceEnds) {
    Client& gateway = online();
    bool closed = false;
    gateway.component->close(20ms, [&] { closed = true; });
    server.expect("</stream:stream>");
    EXPECT_TRUE(server.until([&] { return closed; }));
    EXPECT_TRUE(server.peer_closed());
}

TEST_F(ComponentSession, CloseProvesWhatWasSentAfterThePingUnderWayToo) {
    Client& gateway = online();
    gateway.deliver("m1");
    const auto first = server.expect_ping();
    gateway.deliver("m2");
    bool closed = false;
    gateway.component->close(5s, [&] { closed = true; });
    server.pong(first);
    const auto second = server.expect_ping();
    server.pong(second);
    server.expect("</stream:stream>");
    EXPECT_THAT(gateway.outcomes, ElementsAre("m1 taken", "m2 taken"));
    server.hang_up();
    EXPECT_TRUE(server.until([&] { return closed; }));
}

TEST_F(ComponentSession, CloseWithoutProofIsLossWhenPatienceEnds) {
    Client& gateway = online();
    gateway.deliver("m1");
    server.expect_ping();
    bool closed = false;
    gateway.component->close(20ms, [&] { closed = true; });
    EXPECT_TRUE(server.until([&] { return closed; }));
    EXPECT_THAT(gateway.outcomes, ElementsAre("m1 lost"));
    server.expect("</stream:stream>");
    EXPECT_TRUE(server.peer_closed());
}

TEST_F(ComponentSession, CloseWhileOfflineEndsTheAttempts) {
    server.stop_listening();
    client = std::make_unique<Client>(io, server.port());
    ASSERT_TRUE(offline_times(1));
    bool closed = false;
    client->component->close(5s, [&] { closed = true; });
    EXPECT_TRUE(server.until([&] { return closed; }));
    io.restart();
    io.run_for(5s);  // returns at once: nothing is left to wait for
    EXPECT_TRUE(io.stopped());
}

TEST_F(ComponentSession, PausedReadingLeavesBytesToTheKernelAndIsNoHalfOpenStream) {
    Client& gateway = online([](auto& settings) { settings.ping_timeout = 200ms; });
    gateway.deliver("m1");
    const auto ping = server.expect_ping();
    gateway.component->pause_reading(true);
    server.pong(ping);
    server.say("<message from='alice@jabber.test' to='coi.test'><body>wait</body></message>");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(server.until([&] { return std::chrono::steady_clock::now() - begin > 500ms; }));
    EXPECT_THAT(gateway.stanzas, IsEmpty());
    EXPECT_THAT(gateway.offline, IsEmpty());
    gateway.component->pause_reading(false);
    EXPECT_TRUE(server.until([&] { return gateway.stanzas.size() == 1; }));
    EXPECT_THAT(gateway.outcomes, ElementsAre("m1 taken"));
}

TEST_F(ComponentSession, MayBeDestroyedFromItsOwnCalls) {
    Client& gateway = online();
    gateway.on_stanza = [&] { gateway.component.reset(); };
    const std::string stanza = "<message from='alice@jabber.test' to='coi.test'/>";
    server.say(stanza + stanza);
    EXPECT_TRUE(server.until([&] { return !gateway.component; }));
    EXPECT_TRUE(server.peer_closed());
    EXPECT_THAT(gateway.stanzas, SizeIs(1)) << "nothing is called after the end";
}

TEST_F(ComponentSession, MayBeDestroyedFromAnOutcome) {
    Client& gateway = online();
    gateway.on_outcome = [&] { gateway.component.reset(); };
    gateway.deliver("m1");
    gateway.deliver("m2");
    server.expect_ping();
    server.hang_up();
    EXPECT_TRUE(server.until([&] { return !gateway.component; }));
    server.settle();
    EXPECT_THAT(gateway.outcomes, ElementsAre("m1 lost"));
    EXPECT_THAT(gateway.offline, IsEmpty());
}

}  // namespace
}  // namespace sessions
