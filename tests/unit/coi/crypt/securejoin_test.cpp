// SecureJoin: invites as Delta Chat writes them, and the mails of the steps as it expects them.

#include "coi/crypt/securejoin.h"

#include <gtest/gtest.h>

namespace coi::securejoin {
namespace {

const Invite carol{"DB66969A61E3B74B3719E93D753207FED6C67EF0",
                   {"Carol", "user2", "mail.test"},
                   "7Vwb_mC9DDrBhCFjv_Z5FMtk",
                   "bXixmRa45MrlWj8cRdDbdOpa"};

const std::string uri =
    "OPENPGP4FPR:DB66969A61E3B74B3719E93D753207FED6C67EF0#a=user2%40mail.test&n=Carol"
    "&i=7Vwb_mC9DDrBhCFjv_Z5FMtk&s=bXixmRa45MrlWj8cRdDbdOpa";

std::string with_name(std::string_view name) {
    std::string text = uri;
    return text.replace(text.find("Carol"), 5, name);
}

TEST(SecureJoinInvite, ReadsTheLinkOfDeltaChat) {
    EXPECT_EQ(parse("https://i.delta.chat/#DB66969A61E3B74B3719E93D753207FED6C67EF0&v=3&i=7Vwb_mC9DDrBhCFjv_Z5FMtk"
                    "&s=bXixmRa45MrlWj8cRdDbdOpa&a=user2%40mail.test&n=Carol"),
              carol);
}

/// As core 2.62 writes it: the first address is not encoded as the others are.
TEST(SecureJoinInvite, NamesFurtherAddressesOfTheInviter) {
    const auto invite = parse(uri + "&r=user3@mail.test,user4%40mail.test");
    ASSERT_TRUE(invite);
    ASSERT_EQ(invite->relays.size(), 2u);
    EXPECT_EQ(parse(print_uri(*invite)), invite);
    EXPECT_EQ(parse(print_link(*invite)), invite);
    EXPECT_TRUE(names(*invite, {"", "User4", "mail.test"}));
    EXPECT_TRUE(names(*invite, carol.address));
    EXPECT_FALSE(names(*invite, {"", "user5", "mail.test"}));
}

TEST(SecureJoinInvite, ReadsTheUri) {
    EXPECT_EQ(parse(uri), carol);
    EXPECT_EQ(parse("\n  " + uri + " \r\n"), carol);
}

TEST(SecureJoinInvite, SchemeAndFingerprintMayBeOfAnyCase) {
    std::string text = uri;
    EXPECT_EQ(parse(text.replace(0, 11, "openpgp4fpr")), carol);
    EXPECT_EQ(parse(text.replace(12, 4, "db66")), carol);
    EXPECT_EQ(parse("HTTPS://I.Delta.Chat#" + uri.substr(12, 40) + '&' + uri.substr(53)), carol);
}

TEST(SecureJoinInvite, AnEncodedHashIsUnderstood) {
    std::string text = uri;
    EXPECT_EQ(parse(text.replace(text.find('#'), 1, "%23")), carol);
}

TEST(SecureJoinInvite, SpacesInNamesAreEncodedInEitherWay) {
    EXPECT_EQ(parse(with_name("Carol+%C3%84+X"))->address.name, "Carol Ä X");
    EXPECT_EQ(parse(with_name("Carol%20%C3%84%20X"))->address.name, "Carol Ä X");
    EXPECT_EQ(parse(with_name("a%2Bb"))->address.name, "a+b");
}

TEST(SecureJoinInvite, APlusInAnAddressIsAPlus) {
    std::string raw = uri, encoded = uri;
    EXPECT_EQ(parse(raw.replace(raw.find("user2"), 5, "user+2"))->address.local, "user+2");
    EXPECT_EQ(parse(encoded.replace(encoded.find("user2"), 5, "user%2B2"))->address.local, "user+2");
}

TEST(SecureJoinInvite, ABrokenNameIsNone) {
    EXPECT_EQ(parse(with_name("%zz"))->address.name, "");
    EXPECT_EQ(parse(with_name("%0d%0aBcc"))->address.name, "");
    EXPECT_EQ(parse(with_name("%ff"))->address.name, "");
}

TEST(SecureJoinInvite, GroupsChannelsAndOtherCodesAreNone) {
    EXPECT_FALSE(parse(uri + "&x=grpid-12345678&g=Group"));
    EXPECT_FALSE(parse(uri + "&x=grpid-12345678&b=Channel"));
    std::string channel = uri;
    EXPECT_FALSE(parse(channel.replace(channel.find("&i="), 3, "&j=")));
    for (const char* other :
         {"", "hello", "https://i.delta.chat/", "OPENPGP4FPR:DB66969A61E3B74B3719E93D753207FED6C67EF0",
          "DCACCOUNT:https://nine.testrun.org/new", "https://example.org/#a=b"}) {
        EXPECT_FALSE(parse(other)) << other;
    }
}

TEST(SecureJoinInvite, WhatIsMissingOrBrokenMakesItNone) {
    const auto without = [](std::string_view part) {
        std::string text = uri;
        return text.erase(text.find(part), part.size());
    };
    EXPECT_FALSE(parse(without("&i=7Vwb_mC9DDrBhCFjv_Z5FMtk")));
    EXPECT_FALSE(parse(without("&s=bXixmRa45MrlWj8cRdDbdOpa")));
    EXPECT_FALSE(parse(without("a=user2%40mail.test&")));
    EXPECT_FALSE(parse(without("%40mail.test")));
    EXPECT_FALSE(parse(without("DB66")));
    EXPECT_FALSE(parse(without("mC9DDrBhCFjv_Z5FMtk")));  // five characters are no secret
    EXPECT_FALSE(parse(uri + "%0d%0a"));
    EXPECT_FALSE(parse(uri + "&s=bXixmRa45MrlWj8cRdDbdOpb"));
    EXPECT_FALSE(parse(uri + " and more"));
    EXPECT_FALSE(parse(with_name(std::string(2000, 'x'))));
}

TEST(SecureJoinInvite, WhatIsPrintedIsReadBack) {
    EXPECT_EQ(print_uri(carol), uri);
    EXPECT_EQ(print_link(carol), "https://i.delta.chat/#DB66969A61E3B74B3719E93D753207FED6C67EF0&" + uri.substr(53));
    Invite odd = carol;
    odd.address = {"A & B = 100% +1 #ä", "a+b%c=d&e", "bücher.example"};
    EXPECT_EQ(parse(print_uri(odd)), odd);
    EXPECT_EQ(parse(print_link(odd)), odd);
}

TEST(SecureJoinInvite, OursHasFreshSecretsAndIsNotV3) {
    const Invite one = make(carol.fingerprint, carol.address), two = make(carol.fingerprint, carol.address);
    EXPECT_EQ(one.address, carol.address);
    EXPECT_EQ(parse(print_link(one)), one);
    for (const auto& other : {one.auth, two.auth, two.invite_number}) EXPECT_NE(one.invite_number, other);
    EXPECT_EQ(one.auth.size(), 22U);
    EXPECT_EQ(print_link(one).find("v=3"), std::string::npos);
}

TEST(SecureJoinInvite, ALongNameIsCutBetweenCharacters) {
    std::string name;
    for (int i = 0; i < 25; ++i) name += "ä";
    EXPECT_EQ(make(carol.fingerprint, {name, "a", "b.example"}).address.name, name);
    EXPECT_EQ(make(carol.fingerprint, {name + "ä", "a", "b.example"}).address.name, name.substr(0, 48) + '_');
}

TEST(SecureJoinStep, IsWhatTheFieldSays) {
    Message mail;
    EXPECT_FALSE(step_of(mail));
    mail.headers["secure-join"] = "vc-request";
    EXPECT_EQ(step_of(mail), Step::request);
    for (const char* other : {"vg-request", "vc-request-pubkey", "vc-pubkey", "vc-contact-confirm-received", "x"}) {
        mail.headers["secure-join"] = other;
        EXPECT_EQ(step_of(mail), Step::other) << other;
    }
}

TEST(SecureJoinStep, MailsCarryWhatTheStepNeeds) {
    using Headers = std::map<std::string, std::string>;
    EXPECT_EQ(request(carol).headers, (Headers{{"chat-version", "1.0"},
                                               {"secure-join", "vc-request"},
                                               {"secure-join-invitenumber", "7Vwb_mC9DDrBhCFjv_Z5FMtk"}}));
    EXPECT_EQ(request(carol).text, "Secure-Join: vc-request");
    EXPECT_EQ(auth_required().headers, (Headers{{"chat-version", "1.0"}, {"secure-join", "vc-auth-required"}}));
    EXPECT_EQ(request_with_auth(carol, "0245BB3B58D4EE38F078BBDC7D1F8F0E12BBA504").headers,
              (Headers{{"chat-version", "1.0"},
                       {"secure-join", "vc-request-with-auth"},
                       {"secure-join-auth", "bXixmRa45MrlWj8cRdDbdOpa"},
                       {"secure-join-fingerprint", "0245BB3B58D4EE38F078BBDC7D1F8F0E12BBA504"}}));
    EXPECT_EQ(contact_confirm().headers, (Headers{{"chat-version", "1.0"}, {"secure-join", "vc-contact-confirm"}}));
    EXPECT_EQ(step_of(auth_required()), Step::auth_required);
    EXPECT_EQ(step_of(request_with_auth(carol, "A")), Step::request_with_auth);
    EXPECT_EQ(step_of(contact_confirm()), Step::contact_confirm);
}

TEST(SecureJoinStep, TheRequestIsPrintedAsRelaysLetItPass) {
    Message mail = request(carol);
    mail.from = {{"", "gw", "jabber.test"}};
    mail.to = {carol.address};
    const std::string bytes = print(mail).value();
    EXPECT_NE(bytes.find("Content-Type: multipart/mixed"), std::string::npos);
    EXPECT_NE(bytes.find("\r\n\r\nSecure-Join: vc-request\r\n"), std::string::npos);
    EXPECT_NE(bytes.find("\r\nSecure-Join-Invitenumber: 7Vwb_mC9DDrBhCFjv_Z5FMtk\r\n"), std::string::npos);
    const Message back = coi::parse(bytes).value();
    EXPECT_EQ(back.text, "Secure-Join: vc-request");
    EXPECT_EQ(back.headers, mail.headers);
    EXPECT_TRUE(back.attachments.empty());
}

TEST(SecureJoinStep, DeltaChatsOwnMailsAreUnderstood) {
    const Message asked = coi::parse(
                              "From: <user11@mail.test>\r\nTo: <gw@jabber.test>\r\nMIME-Version: 1.0\r\n"
                              "Content-Type: multipart/mixed; \r\n\tboundary=\"b1\"\r\nChat-Version: 1.0\r\n"
                              "Secure-Join: vc-request\r\nSecure-Join-Invitenumber: inviteno12345\r\n\r\n\r\n"
                              "--b1\r\nContent-Type: text/plain; charset=\"utf-8\"\r\n"
                              "Content-Transfer-Encoding: 7bit\r\n\r\nSecure-Join: vc-request\r\n--b1--\r\n")
                              .value();
    EXPECT_EQ(step_of(asked), Step::request);
    EXPECT_EQ(asked.header("secure-join-invitenumber"), "inviteno12345");
    const Message answered =
        coi::parse(
            "From: \"Joiner 4\" <user4@mail.test>\r\nTo: \"Carol\" <user2@mail.test>\r\nChat-Version: 1.0\r\n"
            "Secure-Join: vc-request-with-auth\r\nSecure-Join-Auth: bXixmRa45MrlWj8cRdDbdOpa\r\n"
            "Secure-Join-Fingerprint: 0245BB3B58D4EE38F078BBDC7D1F8F0E12BBA504\r\nChat-User-Avatar: 0\r\n\r\n"
            "Secure-Join: vc-request-with-auth")
            .value();
    EXPECT_EQ(step_of(answered), Step::request_with_auth);
    EXPECT_EQ(answered.header("secure-join-auth"), carol.auth);
    EXPECT_EQ(answered.header("secure-join-fingerprint"), "0245BB3B58D4EE38F078BBDC7D1F8F0E12BBA504");
}

}  // namespace
}  // namespace coi::securejoin
