// The component stream, broken in every way at every step: each delivered stanza has one outcome, the reason is told
// once, and the next stream works [XEP-0114], [XEP-0199].

#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "tests/sessions/component_server.h"
#include "xmpp/component.h"

namespace sessions {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string refusal =
    "<message type='error' id='m1' from='alice@jabber.test' to='bob\\40mail.test@coi.test'><error type='cancel'>"
    "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>";
const std::string greeting =
    "<message from='alice@jabber.test/phone' to='bob\\40mail.test@coi.test'><body>hi</body></message>";

/// A session up to one of its steps.
struct Session {
    explicit Session(std::function<void(xmpp::Component::Settings&)> change = {})
        : client(io, server.port(), std::move(change)) {}
    bool until(const std::function<bool()>& true_now) { return server.until(true_now); }
    bool has_ended() const { return !client.offline.empty(); }

    boost::asio::io_context io;
    JabberServer server{io};
    Client client;
    std::string ping;
};

/// What the server says or waits for; `half`: it is in the middle of an element then.
struct Step {
    const char* name;
    bool half;
    std::function<void(Session&)> play;
};

const std::vector<Step> steps{
    {"connection", false, [](Session& s) { s.server.accept(); }},
    {"half a header", true, [](Session& s) { s.server.say(stream_header.substr(0, 80)); }},
    {"header", false,
     [](Session& s) {
         s.server.say(stream_header.substr(80));
         s.server.expect("</handshake>");
     }},
    {"half a handshake", true, [](Session& s) { s.server.say("<hand"); }},
    {"handshake", false,
     [](Session& s) {
         s.server.say("shake/>");
         EXPECT_TRUE(s.until([&] { return s.client.component->online() || s.has_ended(); }));
     }},
    {"half a stanza", true, [](Session& s) { s.server.say(greeting.substr(0, 90)); }},
    {"stanza", false,
     [](Session& s) {
         s.server.say(greeting.substr(90));
         EXPECT_TRUE(s.until([&] { return s.client.stanzas.size() == 1 || s.has_ended(); }));
     }},
    {"delivery", false,
     [](Session& s) {
         s.client.deliver("m1");
         s.client.deliver("m2");
         s.ping = s.server.expect_ping();
         s.client.deliver("m3");
         s.server.expect("hello m3");
     }},
    {"half an error", true, [](Session& s) { s.server.say(refusal.substr(0, 60)); }},
    {"error", false,
     [](Session& s) {
         s.server.say(refusal.substr(60));
         EXPECT_TRUE(s.until([&] { return s.client.outcomes.size() == 1 || s.has_ended(); }));
     }},
    {"half a pong", true, [](Session& s) { s.server.say("<iq type='result' from='jabber.test' to='coi.test' id='"); }},
    {"pong", false,
     [](Session& s) {
         s.server.say(s.ping + "'/>");
         s.ping = s.server.expect_ping();
         EXPECT_THAT(s.client.outcomes, SizeIs(2));
     }},
    {"half the last pong", true,
     [](Session& s) { s.server.say("<iq type='result' from='jabber.test' to='coi.test' id='" + s.ping); }},
    {"last pong", false,
     [](Session& s) {
         s.server.say("'/>");
         EXPECT_TRUE(s.until([&] { return s.client.outcomes.size() == 3 || s.has_ended(); }));
     }},
};

std::size_t step_of(const std::string& name) {
    const auto at = std::ranges::find_if(steps, [&](const Step& step) { return step.name == name; });
    return static_cast<std::size_t>(at - steps.begin());
}

/// What has become of the stanzas when the stream ends after this step.
std::map<std::string, std::string> fates_after(std::size_t step) {
    if (step < step_of("delivery")) return {};
    return {{"m1", step < step_of("error") ? "lost" : "refused cancel item-not-found"},
            {"m2", step < step_of("pong") ? "lost" : "taken"},
            {"m3", step < step_of("last pong") ? "lost" : "taken"}};
}

/// The outcomes as they were called: a second one of a stanza is a failure.
std::map<std::string, std::string> fates(const Client& client) {
    std::map<std::string, std::string> fates;
    for (const auto& outcome : client.outcomes) {
        const auto [id, fate] = std::pair(outcome.substr(0, outcome.find(' ')), outcome.substr(outcome.find(' ') + 1));
        EXPECT_TRUE(fates.try_emplace(id, fate).second) << id << " ended twice";
    }
    return fates;
}

/// A stream that was broken after `step` has ended once, with all of its stanzas, and the next one works.
void expect_one_end_and_a_new_stream(Session& s, std::size_t step, const std::string& why) {
    ASSERT_TRUE(s.until([&] { return s.has_ended(); })) << "the stream goes on";
    EXPECT_FALSE(s.client.component->online());
    ASSERT_THAT(s.client.offline, SizeIs(1));
    EXPECT_THAT(s.client.offline[0], HasSubstr("Jabber server 127.0.0.1:" + std::to_string(s.server.port())));
    EXPECT_THAT(s.client.offline[0], HasSubstr(why));
    auto expected = fates_after(step);
    EXPECT_EQ(fates(s.client), expected);
    s.client.deliver("between");
    expected["between"] = "unsent";
    const int online = s.client.online;
    s.server.handshake();
    ASSERT_TRUE(s.until([&] { return s.client.online == online + 1; }));
    s.client.deliver("after");
    s.server.pong(s.server.expect_ping());
    expected["after"] = "taken";
    EXPECT_TRUE(s.until([&] { return s.client.outcomes.size() >= expected.size(); }));
    s.server.settle();
    EXPECT_EQ(fates(s.client), expected);
    EXPECT_THAT(s.client.offline, SizeIs(1)) << "told once";
    EXPECT_THAT(s.client.stanzas, SizeIs(step < step_of("stanza") ? 0 : 1));
}

class EachStep : public testing::TestWithParam<std::size_t> {
  protected:
    /// Plays up to the step, then `fault`.
    void break_by(const std::function<void(Session&)>& fault, const std::string& why) {
        Session s;
        for (std::size_t at = 0; at <= GetParam(); ++at) steps[at].play(s);
        ASSERT_FALSE(HasFailure()) << "the session itself";
        fault(s);
        expect_one_end_and_a_new_stream(s, GetParam(), why);
    }
    /// Where the words cannot be read as what they are, in the middle of an element or before the header.
    std::string or_no_stream(const std::string& why) const {
        return steps[GetParam()].half || GetParam() < step_of("header") ? "sent what is not an XMPP stream" : why;
    }
};

TEST_P(EachStep, PeerHangsUp) {
    break_by([](Session& s) { s.server.hang_up(); }, "closed the connection");
}

TEST_P(EachStep, ConnectionIsReset) {
    break_by([](Session& s) { s.server.reset(); }, "(Connection reset by peer)");
}

TEST_P(EachStep, PeerSendsGarbage) {
    break_by([](Session& s) { s.server.say(std::string("<\xff\xfe\0>", 5)); }, "sent what is not an XMPP stream");
}

TEST_P(EachStep, PeerSendsADoctype) {  // [RFC 6120 §11.1]
    break_by([](Session& s) { s.server.say("<!DOCTYPE a [<!ENTITY b 'c'>]>"); }, "sent what is not an XMPP stream");
}

TEST_P(EachStep, PeerSendsAStreamError) {
    break_by(
        [](Session& s) {
            s.server.say(
                "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
                "</stream:stream>");
        },
        or_no_stream("ended the stream (system-shutdown)"));
}

TEST_P(EachStep, PeerClosesTheStream) {
    break_by([](Session& s) { s.server.say("</stream:stream>"); }, or_no_stream("closed the stream"));
}

/// The stream is given up after a while of silence: here a short one, and a longer one where this machine is so busy
/// that it did not come to the step in time.
TEST_P(EachStep, PeerStalls) {
    const bool idle = fates_after(GetParam()).empty() || GetParam() == step_of("last pong");
    if (idle && GetParam() > step_of("handshake")) return;  // as after the handshake: the next ping is not answered
    for (auto silence = 300ms;; silence *= 2) {
        Session s([&](auto& settings) {
            settings.ping_timeout = silence;
            if (idle) settings.ping_every = silence;
        });
        for (std::size_t at = 0; at <= GetParam() && !s.has_ended(); ++at) steps[at].play(s);
        if (s.has_ended() && silence < 2s) continue;
        ASSERT_FALSE(HasFailure());
        EXPECT_TRUE(s.server.peer_closed());
        const bool online = GetParam() >= step_of("handshake");
        return expect_one_end_and_a_new_stream(s, GetParam(),
                                               online ? "did not answer a ping" : "did not complete the handshake");
    }
}

/// What means nothing to us ends nothing, where it stands between two elements.
TEST_P(EachStep, PeerSaysWhatNobodyAskedFor) {
    if (steps[GetParam()].half || GetParam() < step_of("handshake")) return;
    Session s;
    for (std::size_t at = 0; at < steps.size(); ++at) {
        steps[at].play(s);
        if (at != GetParam()) continue;
        s.server.say(
            "  \n<handshake/><unknown xmlns='urn:example:1'/><message/>"
            "<iq type='result' id='no-such' to='coi.test'/><iq type='error' id='m2'/>");
        s.server.settle();
    }
    EXPECT_EQ(fates(s.client), fates_after(steps.size() - 1));
    EXPECT_THAT(s.client.offline, IsEmpty());
    EXPECT_EQ(s.client.online, 1);
}

/// The first who is told tries again at once, as the queue does.
TEST_P(EachStep, IsTriedAgainFromWithinTheOutcome) {
    if (GetParam() < step_of("delivery")) return;
    Session s;
    int again = 0;
    s.client.on_outcome = [&] {
        if (s.client.outcomes.back().ends_with(" lost")) s.client.deliver("again" + std::to_string(++again));
    };
    for (std::size_t at = 0; at <= GetParam(); ++at) steps[at].play(s);
    s.server.hang_up();
    auto expected = fates_after(GetParam());
    const auto lost = std::ranges::count_if(expected, [](const auto& each) { return each.second == "lost"; });
    for (int i = 1; i <= lost; ++i) expected["again" + std::to_string(i)] = "unsent";
    EXPECT_TRUE(s.until([&] { return s.has_ended() && s.client.outcomes.size() >= expected.size(); }));
    s.server.settle();
    EXPECT_EQ(fates(s.client), expected);
}

INSTANTIATE_TEST_SUITE_P(Component, EachStep, testing::Range<std::size_t>(0, steps.size()),
                         [](const testing::TestParamInfo<std::size_t>& step) {
                             std::string name = "After_" + std::string(steps[step.param].name);
                             std::ranges::replace(name, ' ', '_');
                             return name;
                         });

void deliver_final(Client& client, const std::string& id) {
    xmpp::Tag message("message");
    message.addAttribute("id", id);
    message.addAttribute("from", "bob\\40mail.test@coi.test");
    message.addAttribute("to", "alice@jabber.test");
    client.component->deliver(
        message,
        [&client, id](const xmpp::Outcome& outcome) {
            client.outcomes.push_back(id + (outcome.kind == xmpp::Outcome::Kind::taken ? " taken" : " else"));
        },
        true);
}

TEST(ComponentFaults, EndInTheGraceOfAFinalStanzaIsNoLoss) {  // the server has it: the pong said so
    Session s;
    s.server.handshake();
    ASSERT_TRUE(s.until([&] { return s.client.component->online(); }));
    deliver_final(s.client, "m1");
    s.server.pong(s.server.expect_ping());
    s.server.settle();  // the pong is read, and the grace has begun
    s.server.hang_up();
    ASSERT_TRUE(s.until([&] { return s.has_ended(); }));
    EXPECT_THAT(s.client.outcomes, testing::ElementsAre("m1 taken"));
    s.server.handshake();
    ASSERT_TRUE(s.until([&] { return s.client.online == 2; }));
    deliver_final(s.client, "m2");  // its grace ends after that of m1 would have
    s.server.pong(s.server.expect_ping());
    ASSERT_TRUE(s.until([&] { return s.client.outcomes.size() >= 2; }));
    EXPECT_THAT(s.client.outcomes, testing::ElementsAre("m1 taken", "m2 taken"));
}

TEST(ComponentFaults, PeerThatReadsNothingIsGivenUpWithAllThatWasSent) {
    Session s([](auto& settings) { settings.ping_timeout = 1s; });
    s.server.handshake();
    ASSERT_TRUE(s.until([&] { return s.client.component->online(); }));
    s.server.stop_reading();
    std::map<std::string, std::string> expected;
    const std::string words(200'000, 'x');  // together more than the kernel's buffers hold
    for (int i = 0; i < 100; ++i) {
        const std::string id = "m" + std::to_string(i);
        s.client.deliver(id, "alice@jabber.test", words);
        expected[id] = "lost";
    }
    s.server.settle();
    EXPECT_GT(s.client.component->unsent(), words.size());
    ASSERT_TRUE(s.until([&] { return s.has_ended(); }));
    EXPECT_THAT(s.client.offline[0], HasSubstr("did not answer a ping"));
    EXPECT_EQ(fates(s.client), expected);
    EXPECT_EQ(s.client.component->unsent(), 0u);
    s.server.handshake();
    EXPECT_TRUE(s.until([&] { return s.client.online == 2; }));
}

}  // namespace
}  // namespace sessions
