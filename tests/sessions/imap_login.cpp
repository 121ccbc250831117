// How an IMAP session begins: TLS, STARTTLS, each way to log in, each way to be refused.

#include "tests/sessions/imap_dialogue.h"

namespace {

using coi::ErrorKind;
using coi::net::Security;
using dialogue::ends;
using dialogue::plays;
using dialogue::Session;

const Session tls;
const Session starttls{.server = {"imap.example", 143, Security::starttls}, .encrypted = false};
const Session clear{.server = {"127.0.0.1", 143, Security::none}, .encrypted = false};

TEST(ImapLogin, PlainWithInitialResponse) {
    plays(R"(
S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
C: c1 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==
S: c1 OK [CAPABILITY IMAP4rev1 IDLE COI] in
)",
          tls,
          [](auto& client) -> coi::net::awaitable<bool> { co_return client.can("COI") && !client.can("AUTH=PLAIN"); });
}

TEST(ImapLogin, CapabilitiesAreAskedWhereTheServerDoesNotSayThem) {
    plays(R"(
S: * OK ready
C: c1 CAPABILITY
S: * CAPABILITY IMAP4rev1 AUTH=PLAIN
S: c1 OK done
C: c2 AUTHENTICATE PLAIN
S: + 
C: AHJvbWVvAHNlY3JldA==
S: c2 OK in
C: c3 CAPABILITY
S: * CAPABILITY IMAP4rev1 COI
S: c3 OK done
)",
          tls, [](auto& client) -> coi::net::awaitable<bool> { co_return client.can("COI"); });
}

TEST(ImapLogin, StarttlsForgetsWhatWasSaidBefore) {
    plays(R"(
S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR LOGINDISABLED] ready
C: c1 STARTTLS
S: c1 OK go
T: imap.example
C: c2 CAPABILITY
S: * CAPABILITY IMAP4rev1 AUTH=PLAIN
S: c2 OK done
C: c3 AUTHENTICATE PLAIN
S: + 
C: AHJvbWVvAHNlY3JldA==
S: c3 OK [CAPABILITY IMAP4rev1] in
)",
          starttls, {});
}

TEST(ImapLogin, WhatIsSaidBetweenStarttlsAndTlsIsRefused) {
    support::Play play;
    play.gives("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n")
        .expects("c1 STARTTLS\r\n")
        .gives("c1 OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n");
    coi::net::ImapClient client(play.stream());
    auto opened = support::run(client.open(starttls.server, starttls.login));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::tls);
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(ImapLogin, WithoutStarttlsNothingIsSaid) {
    EXPECT_EQ(ends("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\n", starttls).kind, ErrorKind::tls);
    const auto refused = ends(R"(
S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready
C: c1 STARTTLS
S: c1 NO no certificate
)",
                              starttls);
    EXPECT_EQ(refused.kind, ErrorKind::tls);
    EXPECT_EQ(ends("S: * PREAUTH [CAPABILITY IMAP4rev1] come in\n", starttls).kind, ErrorKind::tls);
}

TEST(ImapLogin, NoPasswordIsSaidInTheClear) {
    ends("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN] ready\n", clear);
    support::Play play;  // the stream must be encrypted where TLS is demanded, whoever made it
    coi::net::ImapClient client(play.stream());
    auto opened = support::run(client.open(tls.server, tls.login));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::forbidden);
    EXPECT_TRUE(play.finished()) << play.complaint();
}

TEST(ImapLogin, LoginCommandWhereThereIsNoSasl) {
    Session odd = tls;
    odd.login = {"ro\"meo", "p\xc3\xa4ss", false};
    plays(R"(
S: * OK [CAPABILITY IMAP4rev1] ready
C: c1 LOGIN "ro\"meo" {5}
S: + go on
C: päss
S: c1 OK [CAPABILITY IMAP4rev1] in
)",
          odd, {});
    EXPECT_EQ(ends("S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready\n", tls).kind, ErrorKind::unsupported);
    odd.login.oauth = true;
    EXPECT_EQ(ends("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\n", odd).kind, ErrorKind::unsupported);
}

TEST(ImapLogin, AServerThatTalksWithoutEndIsLeft) {
    std::string talk = "S: * OK ready\nC: c1 CAPABILITY\n";
    for (int i = 0; i < 999; ++i) talk += "S: * OK still there\n";
    EXPECT_EQ(ends(talk, tls).kind, ErrorKind::limit);
}

TEST(ImapLogin, PreauthNeedsNoLogin) {
    plays(R"(
S: * PREAUTH ready
C: c1 CAPABILITY
S: * CAPABILITY IMAP4rev1
S: c1 OK done
)",
          tls, {});
}

TEST(ImapLogin, EnablesIntroducesAndIsServedWithout) {
    plays(R"(
S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
C: c1 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==
S: * CAPABILITY IMAP4rev1 IMAP4rev2 ENABLE CONDSTORE QRESYNC UTF8=ACCEPT ID
S: c1 OK in
C: c2 ENABLE QRESYNC UTF8=ACCEPT IMAP4rev2
S: * ENABLED QRESYNC UTF8=ACCEPT
s: c2 OK done
C: c3 ID ("name" "coigate" "version" ")" COIGATE_VERSION R"(")
s: * ID ("name" "Dovecot")
s: c3 OK done
)",
          tls,
          [](auto& client) -> coi::net::awaitable<bool> { co_return client.folder_name("Entwürfe") == "Entwürfe"; });
}

coi::Error refused_with(const std::string& answer) {
    return ends(R"(
S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
C: c1 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==
S: )" + answer + "\n",
                tls);
}

TEST(ImapLogin, RefusalsOfRfc5530) {
    for (const char* code : {"[AUTHENTICATIONFAILED] ", "[EXPIRED] ", "[AUTHORIZATIONFAILED] ", "[PRIVACYREQUIRED] ",
                             "[CONTACTADMIN] ", "[ALERT] ", ""}) {
        const auto error = refused_with("c1 NO " + std::string(code) + "bad login");
        EXPECT_EQ(error.kind, ErrorKind::auth) << code;
        EXPECT_TRUE(error.permanent) << code;
    }
    for (const char* words :
         {"[UNAVAILABLE] busy", "[INUSE] locked", "[LIMIT] too many", "Temporary authentication failure",
          "[ALERT] Too many simultaneous connections. (Failure)",
          "[ALERT] Account exceeded command or bandwidth limits. (Failure)",
          "Maximum number of connections from user+IP exceeded", "Server Unavailable. 15"}) {
        const auto error = refused_with("c1 NO " + std::string(words));
        EXPECT_EQ(error.kind, ErrorKind::refused) << words;
        EXPECT_FALSE(error.permanent) << words;
    }
    const auto bye = refused_with("* BYE too many attempts");
    EXPECT_EQ(bye.kind, ErrorKind::closed);
    EXPECT_FALSE(bye.permanent);
}

TEST(ImapLogin, ErrorsNeverHoldThePassword) {
    for (const char* echo : {"c1 NO LOGIN romeo secret failed", "c1 NO AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA=="}) {
        const auto text = refused_with(echo).text;
        EXPECT_EQ(text.find("secret"), std::string::npos) << text;
        EXPECT_EQ(text.find("AHJvb"), std::string::npos) << text;
    }
    EXPECT_NE(refused_with("c1 NO wrong\x1b shoe size").text.find("wrong? shoe size"), std::string::npos);
}

TEST(ImapLogin, AnUnfitMechanismIsFollowedByOneOther) {
    plays(R"(
S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=LOGIN] ready
C: c1 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==
s: c1 BAD unknown mechanism
C: c2 AUTHENTICATE PLAIN
s: c2 BAD unknown mechanism
C: c3 AUTHENTICATE LOGIN
S: + VXNlcm5hbWU6
C: cm9tZW8=
S: + UGFzc3dvcmQ6
C: c2VjcmV0
S: c3 OK [CAPABILITY IMAP4rev1] in
)",
          tls, {});
}

TEST(ImapLogin, AnInitialResponseThatIsRefusedIsSaidWhenItIsAskedFor) {
    plays(R"(
S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
C: c1 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==
s: c1 BAD invalid command or parameters
C: c2 AUTHENTICATE PLAIN
S: + 
C: AHJvbWVvAHNlY3JldA==
S: c2 OK [CAPABILITY IMAP4rev1] in
)",
          tls, {});
}

TEST(ImapLogin, BadIsNoWordOfThePassword) {
    const std::string both = R"(
S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
C: c1 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==
S: c1 BAD what?
C: c2 AUTHENTICATE PLAIN
S: c2 BAD what?
C: c3 LOGIN "romeo" "secret"
)";
    EXPECT_EQ(ends(both + "S: c3 BAD what?\n", tls).kind, ErrorKind::unsupported);
    EXPECT_EQ(ends(both + "S: c3 NO wrong\n", tls).kind, ErrorKind::auth);
    EXPECT_EQ(refused_with("c1 BAD [AUTHENTICATIONFAILED] wrong").kind, ErrorKind::auth);
}

TEST(ImapLogin, ScramThatFailsIsFollowedByPlainOnlyIfTheServerRefusedIt) {
    support::Play play;
    play.encrypted()
        .gives("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-1 AUTH=PLAIN] ready\r\n")
        .answers([](const std::string& line) {
            EXPECT_TRUE(line.starts_with("c1 AUTHENTICATE SCRAM-SHA-256 ")) << line;
            return "c1 NO [AUTHENTICATIONFAILED] no SCRAM password for this user\r\n";
        })
        .expects("c2 AUTHENTICATE PLAIN AHJvbWVvAHNlY3JldA==\r\n")
        .gives("c2 OK [CAPABILITY IMAP4rev1] in\r\n");
    coi::net::ImapClient client(play.stream());
    EXPECT_TRUE(support::run(client.open(tls.server, tls.login)));
    EXPECT_TRUE(play.finished()) << play.complaint();

    support::Play impostor;  // says OK without a proof
    impostor.encrypted()
        .gives("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN] ready\r\n")
        .answers([](const std::string&) { return "c1 OK [CAPABILITY IMAP4rev1] in\r\n"; });
    coi::net::ImapClient careful(impostor.stream());
    auto opened = support::run(careful.open(tls.server, tls.login));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::auth);
    EXPECT_TRUE(impostor.finished()) << impostor.complaint();
}

TEST(ImapLogin, OtherProtocolsAreNotImap) {
    EXPECT_EQ(ends("S: 220 mx ESMTP\n", tls).kind, ErrorKind::malformed);
    EXPECT_EQ(ends("S: HTTP/1.1 400 Bad Request\n", tls).kind, ErrorKind::malformed);
    EXPECT_EQ(ends("S: * BYE too busy\n", tls).kind, ErrorKind::closed);
    EXPECT_EQ(ends("S: * OK ready\nC: c1 CAPABILITY\nS: * CAPABILITY IMAP2\nS: c1 OK\n", tls).kind,
              ErrorKind::unsupported);
}

}  // namespace
