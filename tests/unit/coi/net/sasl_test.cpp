// SASL messages: the RFCs' own examples, and a real SCRAM server (libgsasl's) on the other side.

#include "coi/net/sasl.h"

#include <gsasl.h>
#include <gtest/gtest.h>

namespace {

using coi::ErrorKind;
using coi::net::Login;
using coi::net::Sasl;

coi::Result<Sasl> choose(const std::vector<std::string>& offered, const Login& login, bool encrypted = true) {
    return Sasl::choose(offered, login, encrypted, "server.example.com", 143);
}

std::string encoded(std::string_view bytes) {
    char* out = nullptr;
    std::size_t size = 0;
    gsasl_base64_to(bytes.data(), bytes.size(), &out, &size);
    std::string text(out, size);
    gsasl_free(out);
    return text;
}

TEST(Sasl, TakesTheStrongestThatIsOffered) {
    const Login login{"alice", "secret", false};
    EXPECT_EQ(choose({"LOGIN", "PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2"}, login)->mechanism(),
              "SCRAM-SHA-256");
    EXPECT_EQ(choose({"LOGIN", "PLAIN", "SCRAM-SHA-1"}, login)->mechanism(), "SCRAM-SHA-1");
    EXPECT_EQ(choose({"LOGIN", "PLAIN"}, login)->mechanism(), "PLAIN");
    EXPECT_EQ(choose({"LOGIN"}, login)->mechanism(), "LOGIN");
    EXPECT_EQ(choose({"PLAIN", "XOAUTH2", "OAUTHBEARER"}, {"alice", "token", true})->mechanism(), "OAUTHBEARER");
    EXPECT_EQ(choose({"PLAIN", "XOAUTH2"}, {"alice", "token", true})->mechanism(), "XOAUTH2");
    EXPECT_EQ(choose({"GSSAPI"}, login).error().kind, ErrorKind::unsupported);
    EXPECT_EQ(choose({"PLAIN"}, {"alice", "token", true}).error().kind, ErrorKind::unsupported);
}

TEST(Sasl, ShowsNoPasswordWithoutEncryption) {
    const Login login{"alice", "secret", false};
    EXPECT_EQ(choose({"PLAIN", "LOGIN"}, login, false).error().kind, ErrorKind::forbidden);
    EXPECT_EQ(choose({"OAUTHBEARER"}, {"alice", "token", true}, false).error().kind, ErrorKind::forbidden);
    EXPECT_EQ(choose({"PLAIN", "SCRAM-SHA-1"}, login, false)->mechanism(), "SCRAM-SHA-1");
}

TEST(Sasl, LetsNoControlCharacterShiftTheFields) {
    EXPECT_EQ(choose({"PLAIN"}, {std::string("a\0b", 3), "x", false}).error().kind, ErrorKind::auth);
    EXPECT_EQ(choose({"XOAUTH2"}, {"a",
                                   "x\x01"
                                   "auth=y",
                                   true})
                  .error()
                  .kind,
              ErrorKind::auth);
}

TEST(Sasl, PlainAsInTheExampleOfRfc4616Section4) {
    auto sasl = choose({"PLAIN"}, {"tim", "tanstaaftanstaaf", false});
    EXPECT_EQ(sasl->initial(), encoded(std::string("\0tim\0tanstaaftanstaaf", 21)));
    EXPECT_TRUE(sasl->complete());
}

TEST(Sasl, MakesLogin) {
    auto sasl = choose({"LOGIN"}, {"tim", "secret", false});
    EXPECT_EQ(sasl->initial(), "");
    EXPECT_EQ(*sasl->step(encoded("Username:")), encoded("tim"));
    EXPECT_FALSE(sasl->complete());
    EXPECT_EQ(*sasl->step(encoded("Password:")), encoded("secret"));
    EXPECT_TRUE(sasl->complete());
    EXPECT_FALSE(sasl->step(encoded("Again:")));
}

TEST(Sasl, OauthbearerAsInTheExamplesOfRfc7628Section4) {
    auto sasl = choose({"OAUTHBEARER"}, {"user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", true});
    EXPECT_EQ(sasl->initial(),
              "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRj"
              "Mk52YjNSbGNrQmhiSFJo"
              "ZG1semRHRXVZMjl0Q2c9PQEB");
    EXPECT_EQ(*sasl->step(encoded("{\"status\":\"invalid_token\"}")), "AQ==");  // [RFC 7628 §4.3]
    EXPECT_FALSE(sasl->complete());
    EXPECT_EQ(choose({"OAUTHBEARER"}, {"a=b,c", "t", true})->initial().substr(0, 20),
              encoded("n,a=a=3Db=2Cc,\x01").substr(0, 20));
}

TEST(Sasl, MakesXoauth2) {
    auto sasl = choose({"XOAUTH2"}, {"someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg", true});
    EXPECT_EQ(sasl->initial(),
              "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZ"
              "Mjl0Q2cBAQ==");
    EXPECT_EQ(*sasl->step(encoded("{}")), "");
}

/// A SCRAM server that knows `password` for everybody.
struct ScramServer {
    Gsasl* context = nullptr;
    Gsasl_session* session = nullptr;
    std::string password;
    ScramServer(const std::string& mechanism, std::string with) : password(std::move(with)) {
        gsasl_init(&context);
        gsasl_callback_hook_set(context, this);
        gsasl_callback_set(context, [](Gsasl* c, Gsasl_session* s, Gsasl_property what) -> int {
            if (what != GSASL_PASSWORD) return GSASL_NO_CALLBACK;
            gsasl_property_set(s, GSASL_PASSWORD,
                               static_cast<ScramServer*>(gsasl_callback_hook_get(c))->password.c_str());
            return GSASL_OK;
        });
        gsasl_server_start(context, mechanism.c_str(), &session);
    }
    ~ScramServer() {
        gsasl_finish(session);
        gsasl_done(context);
    }
    int step(const std::string& in, std::string& out) {
        char* text = nullptr;
        const int result = gsasl_step64(session, in.c_str(), &text);
        out = text ? text : "";
        gsasl_free(text);
        return result;
    }
};

TEST(Sasl, ProvesItselfByScramAndBelievesOnlyAServerThatDoesToo) {  // [RFC 5802], [RFC 7677]
    for (const char* mechanism : {"SCRAM-SHA-256", "SCRAM-SHA-1"}) {
        ScramServer server(mechanism, "pencil");
        auto sasl = choose({mechanism}, {"user,=name", "pencil", false}, false);
        std::string challenge;
        EXPECT_EQ(server.step(sasl->initial(), challenge), GSASL_NEEDS_MORE);
        EXPECT_FALSE(sasl->complete());
        auto proof = sasl->step(challenge);
        ASSERT_TRUE(proof) << proof.error().text;
        EXPECT_FALSE(sasl->complete());  // a success now would come from a server that proved nothing
        EXPECT_EQ(server.step(*proof, challenge), GSASL_OK);
        EXPECT_EQ(*sasl->step(challenge), "");
        EXPECT_TRUE(sasl->complete());
    }
}

TEST(Sasl, TellsAServerThatDoesNotKnowThePassword) {
    ScramServer server("SCRAM-SHA-256", "pencil");
    auto sasl = choose({"SCRAM-SHA-256"}, {"user", "pencil", false});
    std::string challenge;
    server.step(sasl->initial(), challenge);
    ASSERT_TRUE(sasl->step(challenge));
    auto end = sasl->step(encoded("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="));
    EXPECT_EQ(end.error().kind, ErrorKind::auth);
    EXPECT_FALSE(sasl->complete());
}

TEST(Sasl, SpendsNoHoursOnHashing) {
    for (const char* rounds : {"2000000000", "40001", "0", "x", "99999999999999999999999"}) {
        auto sasl = choose({"SCRAM-SHA-1"}, {"user", "pencil", false});
        sasl->initial();
        auto step = sasl->step(encoded(std::string("r=abc,s=QSXCR+Q6sek8bf92,i=") + rounds));
        EXPECT_EQ(step.error().kind, ErrorKind::auth) << rounds;
    }
}

TEST(Sasl, RefusesChallengesThatAreNone) {
    auto sasl = choose({"LOGIN"}, {"tim", "secret", false});
    EXPECT_EQ(sasl->step("***").error().kind, ErrorKind::malformed);
    EXPECT_EQ(sasl->step(std::string(10'000, 'A')).error().kind, ErrorKind::limit);
}

}  // namespace
