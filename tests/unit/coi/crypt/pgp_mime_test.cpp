// PGP/MIME and header protection: closing, recognising, opening, and what forgers and old programs do.

#include "coi/crypt/pgp_mime.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "coi/crypt/protected_header.h"
#include "coi/mail/header.h"

namespace coi::pgp_mime {
namespace {

using openpgp::Signature;

const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
const Address gate{"Gate", "gate", "jabber.example"}, dora{"Dora", "dora", "example.org"};

struct Person {
    Address address;
    Secret secret = openpgp::generate(address, now).value();
    std::string key = openpgp::public_key(secret, address).value();
};
const Person& us() {
    static const Person person{gate};
    return person;
}
const Person& them() {
    static const Person person{dora};
    return person;
}

std::string file(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}
const std::filesystem::path samples = std::filesystem::path(TESTS_DIR) / "golden" / "encrypted";

Message example() {
    Message mail;
    mail.from = {gate};
    mail.to = {dora};
    mail.id = {"chat$1@jabber.example"};
    mail.date = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(12);
    mail.subject = "A café is open";
    mail.text = "Grüße";
    mail.references = {{"chat$0@jabber.example"}};
    mail.headers = {{"chat-version", "1.0"}, {"chat-disposition-notification-to", "gate@jabber.example"}};
    return mail;
}

Close how(bool chatmail) {
    Close close;
    close.signer = us().secret;
    close.to = {them().key};
    close.own = {gate, true, us().key};
    close.chatmail = chatmail;
    close.outer_autocrypt = !chatmail;
    close.date_offset = chatmail ? 3600 : 0;
    return close;
}

std::string closed(const Message& mail, const Close& close) {
    return pgp_mime::close(print(mail).value(), close).value();
}

Result<Opened> opened(const std::string& mail, const Person& reader = them(), const Person& writer = us()) {
    const auto found = find(mail).value();
    if (found.shape != Shape::encrypted) return malformed("not encrypted");
    return open(mail, found, reader.secret, {writer.key});
}

/// The outer header without what is random.
std::string outside(const std::string& mail) {
    const std::string header = mail.substr(0, mail.find("MIME-Version"));
    return header;
}

/// A mail with an encrypted inside that print would not write, from us to them.
std::string sealed(const std::string& outer, const std::string& inside) {
    const auto message = openpgp::encrypt(inside, {them().key}, us().secret, false).value();
    return outer +
           "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\r\n\r\n"
           "This is an OpenPGP/MIME encrypted message\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\n"
           "Version: 1\r\n\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n" +
           message + "\r\n--b--\r\n";
}

const std::string from_us = "From: Gate <gate@jabber.example>\r\nTo: dora@example.org\r\nMessage-ID: <1@x>\r\n";

TEST(PgpMime, OutsideOfChatmail) {
    EXPECT_EQ(outside(closed(example(), how(true))),
              "From: <gate@jabber.example>\r\n"
              "To: \"hidden-recipients\": ;\r\n"
              "Subject: [...]\r\n"
              "Date: Sat, 21 Nov 2026 11:00:00 +0000\r\n"
              "Message-ID: <chat$1@jabber.example>\r\n"
              "Chat-Version: 1.0\r\n");
}

TEST(PgpMime, OutsideOfOtherMail) {
    auto close = how(false);
    close.outer_autocrypt = false;
    EXPECT_EQ(outside(closed(example(), close)),
              "From: Gate <gate@jabber.example>\r\n"
              "To: Dora <dora@example.org>\r\n"
              "Subject: [...]\r\n"
              "Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
              "Message-ID: <chat$1@jabber.example>\r\n"
              "References: <chat$0@jabber.example>\r\n"
              "Chat-Version: 1.0\r\n");
    EXPECT_NE(outside(closed(example(), how(false))).find("\r\nAutocrypt: addr=gate@jabber.example"),
              std::string::npos);
}

TEST(PgpMime, InsideSaysWhatIsOutside) {
    const auto inside = close_header(print(example()).value(), how(true)).inside;
    EXPECT_NE(inside.find("HP-Outer: To: \"hidden-recipients\": ;\r\nHP-Outer: Subject: [...]\r\n"), std::string::npos);
    EXPECT_NE(inside.find("HP-Outer: Message-ID: <chat$1@jabber.example>\r\n"), std::string::npos);
    EXPECT_NE(inside.find("\r\n protected-headers=\"v1\"; hp=\"cipher\"\r\n\r\n"), std::string::npos);
    EXPECT_NE(inside.find("\r\nAutocrypt: addr=gate@jabber.example; prefer-encrypt=mutual; keydata="),
              std::string::npos);
    EXPECT_EQ(inside.find("MIME-Version"), std::string::npos);
}

TEST(PgpMime, ComesBack) {
    for (const bool chatmail : {false, true}) {
        auto close = how(chatmail);
        close.gossip = {{dora, false, them().key}};
        const auto mail = closed(example(), close);
        for (const auto* reader : {&them(), &us()}) {
            const auto back = opened(mail, *reader);
            ASSERT_TRUE(back) << back.error().text;
            auto read = back->mail;
            read.headers.erase("autocrypt");
            EXPECT_EQ(read, example());
            EXPECT_TRUE(back->protection.encrypted);
            EXPECT_EQ(back->protection.signature, Signature::good);
            EXPECT_EQ(back->protection.signer, openpgp::inspect(us().key, now)->fingerprint);
            ASSERT_EQ(back->protection.gossip.size(), 1U);
            EXPECT_EQ(back->protection.gossip[0].key, them().key);
            ASSERT_TRUE(back->autocrypt);
            EXPECT_EQ(back->autocrypt->key, us().key);
        }
    }
}

TEST(PgpMime, ReportsAndFilesComeBack) {
    auto mail = example();
    mail.mdn = Mdn{{"a@b.example"}, true};
    const auto report = opened(closed(mail, how(true)));
    ASSERT_TRUE(report);
    ASSERT_TRUE(report->mail.mdn);
    EXPECT_EQ(report->mail.mdn->original.value, "a@b.example");
    mail = example();
    mail.attachments.push_back({"image/png", "a.png", 3, "abc", false});
    EXPECT_EQ(opened(closed(mail, how(false)))->mail.attachments.size(), 1U);
}

TEST(PgpMime, WithoutAValidKey) {
    auto close = how(false);
    close.to = {"no key"};
    EXPECT_EQ(pgp_mime::close(print(example()).value(), close).error().kind, ErrorKind::malformed);
}

TEST(PgpMime, OfStrangersNothingIsGood) {
    const auto mail = closed(example(), how(false));
    const auto found = find(mail).value();
    const auto back = open(mail, found, them().secret, {}).value();
    EXPECT_EQ(back.protection.signature, Signature::unknown);
    EXPECT_TRUE(back.protection.gossip.empty());
    const Person other{{"", "eve", "example.net"}};
    EXPECT_EQ(open(mail, found, other.secret, {}).error().kind, ErrorKind::auth);
}

TEST(PgpMime, DeltaSamples) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(samples)) {
        const std::string mail = file(entry.path());
        const auto found = find(mail).value();
        if (entry.path().string().ends_with(".inner.eml")) {
            EXPECT_EQ(found.shape, Shape::clear) << entry.path();
            const openpgp::Opened inside{{Signature::good, "F", now}, mail};
            const auto author = mail.substr(0, mail.find('\n'));
            const auto back =
                read_inside(author + "\nSubject: [...]\nAuthentication-Results: x; y\n\n", {}, inside, {});
            ASSERT_TRUE(back) << entry.path() << back.error().text;
            EXPECT_NE(back->mail.subject, "[...]");
            EXPECT_NE(back->mail.subject, "");
            EXPECT_TRUE(back->mail.date);
            EXPECT_EQ(back->mail.header("authentication-results"), "x; y");
            ASSERT_TRUE(back->autocrypt) << entry.path();
            EXPECT_TRUE(openpgp::inspect(back->autocrypt->key, now)->can_encrypt);
            EXPECT_TRUE(openpgp::encrypt("x", {back->autocrypt->key}, us().secret, true));
            EXPECT_TRUE(openpgp::minimal(back->autocrypt->key, back->autocrypt->addr));
        } else {
            EXPECT_EQ(found.shape, Shape::encrypted) << entry.path();
            const auto back = open(mail, found, us().secret, {});
            const bool old_form = entry.path().filename() == "delta-to-gpg-key.eml";
            EXPECT_EQ(back.error().kind, old_form ? ErrorKind::auth : ErrorKind::unsupported) << entry.path();
        }
        ++count;
    }
    EXPECT_GT(count, 40);
}

TEST(PgpMime, OldProgramsProtectNoHeader) {
    const auto back = opened(sealed(from_us + "Subject: ...\r\nIn-Reply-To: <0@x>\r\nSecure-Join: vc-request\r\n"
                                              "Chat-Delete: <2@x>\r\nChat-Version: 1.0\r\n",
                                    "Content-Type: text/plain; charset=utf-8\r\nSubject: inside\r\n\r\nhello\r\n"));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->mail.subject, "") << "neither the outer, which is none, nor the inner, which is not protected";
    EXPECT_EQ(back->mail.text, "hello");
    EXPECT_EQ(back->mail.in_reply_to.size(), 1U);
    EXPECT_EQ(back->mail.header("secure-join"), "");
    EXPECT_EQ(back->mail.header("chat-delete"), "");
    EXPECT_EQ(back->mail.header("chat-version"), "1.0");
    EXPECT_EQ(back->protection.signature, Signature::good);
}

TEST(PgpMime, OnlyTheInsideCounts) {
    const auto back =
        opened(sealed(from_us + "Subject: outside\r\nIn-Reply-To: <0@x>\r\nChat-Edit: <0@x>\r\n"
                                "Return-Path: <real@x>\r\nList-Id: <l.x>\r\n",
                      "Content-Type: text/plain; hp=\"cipher\"\r\nSubject: inside\r\nReturn-Path: <forged@x>\r\n"
                      "Authentication-Results: trusted; dmarc=pass\r\n\r\nhello\r\n"));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->mail.subject, "inside");
    EXPECT_TRUE(back->mail.in_reply_to.empty());
    EXPECT_EQ(back->mail.header("chat-edit"), "");
    EXPECT_EQ(back->mail.header("return-path"), "<real@x>");
    EXPECT_EQ(back->mail.header("authentication-results"), "");
    EXPECT_EQ(back->mail.header("list-id"), "<l.x>");
    EXPECT_EQ(back->mail.id.value, "1@x");
}

TEST(PgpMime, WhatWasSignedIsKnownAgainUnderAnotherOutside) {
    const std::string inside = "Content-Type: text/plain\r\n\r\nhello\r\n";
    const std::string mail = sealed(from_us, inside);
    std::string again = mail;
    again.replace(again.find("<1@x>"), 5, "<2@x>");
    const auto first = opened(mail).value(), second = opened(again).value();
    EXPECT_EQ(second.mail.id.value, "2@x");
    EXPECT_EQ(first.protection.digest.size(), 32U);
    EXPECT_EQ(first.protection.digest, second.protection.digest);
    EXPECT_NE(first.protection.digest, opened(sealed(from_us, inside + "\r\n"))->protection.digest);
    EXPECT_EQ(opened(mail, them(), them())->protection.digest, "") << "nobody known has signed it";
}

TEST(PgpMime, WhoSendsTheInsideOnUnderAnotherReaderOrNameIsNotBelieved) {
    const std::string type = "Content-Type: text/plain; hp=\"cipher\"\r\n", to = "To: <bob@example.org>\r\n",
                      id = "Message-ID: <1@example.org>\r\n", text = "\r\nHi";
    EXPECT_TRUE(names_readers(to + id + type + text));
    EXPECT_FALSE(names_readers(id + type + text)) << "To is taken from the outside";
    EXPECT_FALSE(names_readers(to + type + text)) << "the Message-ID is taken from the outside";
    EXPECT_FALSE(names_readers(to + id + "Content-Type: text/plain\r\n" + text)) << "nothing inside is protected";
}

TEST(PgpMime, AReportWithoutAReadableAuthorInsideIsNone) {
    const std::string inside =
        "From: @<gate@jabber.example>\r\nContent-Type: multipart/report; report-type=disposition-notification; "
        "hp=cipher; boundary=b\r\n\r\n--b\r\n\r\nRead\r\n--b\r\nContent-Type: "
        "message/disposition-notification\r\n\r\nOriginal-Message-ID: <1@x>\r\nDisposition: "
        "manual-action/MDN-sent-automatically; displayed\r\n--b--\r\n";
    EXPECT_EQ(opened(sealed(from_us, inside)).error().kind, ErrorKind::malformed);
}

TEST(PgpMime, AnotherAuthorInside) {
    const std::string inside = "From: eve@example.net\r\nContent-Type: text/plain; hp=cipher\r\n\r\nhello\r\n";
    EXPECT_EQ(opened(sealed(from_us, inside)).error().kind, ErrorKind::forbidden);
    const std::string two =
        "From: gate@jabber.example, eve@example.net\r\nContent-Type: text/plain; hp=cipher\r\n\r\nhello\r\n";
    EXPECT_EQ(opened(sealed(from_us, two)).error().kind, ErrorKind::forbidden);
    const std::string same =
        "From: \"G.\" <GATE@Jabber.Example>\r\nContent-Type: text/plain; hp=cipher\r\n\r\nhello\r\n";
    EXPECT_EQ(opened(sealed(from_us, same))->mail.from[0].name, "G.");
}

TEST(PgpMime, NobodyInsideIsTheAuthorOutside) {
    const auto back = opened(sealed(from_us, "From: nobody\r\nContent-Type: text/plain; hp=cipher\r\n\r\nhello\r\n"));
    ASSERT_TRUE(back) << back.error().text;
    ASSERT_EQ(back->mail.from.size(), 1U);
    EXPECT_EQ(back->mail.from[0].canonical(), "gate@jabber.example");
}

TEST(PgpMime, AnAuthorWithANullInsideIsTheAuthorOutside) {
    std::string report =
        "From: <gate@jabber?.example>\r\nContent-Type: multipart/report; report-type=disposition-notification; "
        "hp=cipher; boundary=r\r\n\r\n--r\r\nContent-Type: message/disposition-notification\r\n\r\n"
        "Original-Message-ID: <0@x>\r\nDisposition: a/b; displayed\r\n\r\n--r--\r\n";
    report[report.find('?')] = '\0';
    const auto back = opened(sealed(from_us, report));
    ASSERT_TRUE(back) << back.error().text;
    ASSERT_TRUE(back->mail.mdn);
    EXPECT_EQ(back->mail.from[0].canonical(), "gate@jabber.example") << "no MAILER-DAEMON of nowhere";
}

TEST(PgpMime, LegacyDisplayPartsAreLeftOut) {
    const std::string plain =
        "Content-Type: text/plain; hp=cipher; hp-legacy-display=\"1\"\r\nSubject: s\r\n\r\n"
        "Subject: s\r\n\r\nhello\r\n\r\nworld\r\n";
    EXPECT_EQ(opened(sealed(from_us, plain))->mail.text, "hello\n\nworld");
    const std::string html =
        "Content-Type: text/html; hp=cipher; hp-legacy-display=\"1\"\r\nSubject: s\r\n\r\n"
        "<html><body><div class=\"header-protection-legacy-display\"><pre>Subject: s</pre></div>"
        "<p>hello</p></body></html>\r\n";
    EXPECT_EQ(opened(sealed(from_us, html))->mail.text, "hello");
    const std::string enigmail =
        "Content-Type: multipart/mixed; boundary=i; protected-headers=\"v1\"\r\nSubject: s\r\n\r\n--i\r\n"
        "Content-Type: text/rfc822-headers; protected-headers=\"v1\"\r\nContent-Disposition: inline\r\n\r\nSubject: "
        "s\r\n\r\n"
        "--i\r\nContent-Type: text/plain\r\n\r\nhello\r\n--i--\r\n";
    const auto back = opened(sealed(from_us, enigmail)).value();
    EXPECT_EQ(back.mail.text, "hello");
    EXPECT_TRUE(back.mail.attachments.empty());
    EXPECT_EQ(back.mail.subject, "s");
}

TEST(PgpMime, EncryptedAgainInsideStaysClosed) {
    const std::string again = openpgp::encrypt("secret", {them().key}, us().secret, false).value();
    const auto back = opened(sealed(from_us, "Content-Type: text/plain; hp=cipher\r\n\r\n" + again)).value();
    EXPECT_TRUE(back.mail.encrypted);
    EXPECT_EQ(back.mail.text, "");
}

TEST(PgpMime, InlineMessage) {
    const std::string message = openpgp::encrypt("Grüße\n", {them().key}, us().secret, false).value();
    const std::string mail = from_us + "Subject: hi\r\nContent-Type: text/plain\r\n\r\n" + message;
    const auto found = find(mail).value();
    EXPECT_EQ(found.shape, Shape::encrypted);
    EXPECT_TRUE(found.is_inline);
    const auto back = opened(mail).value();
    EXPECT_EQ(back.mail.text, "Grüße");
    EXPECT_EQ(back.mail.subject, "hi");
    EXPECT_EQ(back.protection.signature, Signature::good);
}

std::string shape(const std::string& content) {
    switch (find("From: a@b.example\r\n" + content)->shape) {
        case Shape::clear:
            return "clear";
        case Shape::encrypted:
            return "encrypted";
        case Shape::mixed:
            return "mixed";
        case Shape::foreign:
            return "foreign";
    }
    return "?";
}

const std::string armour = "-----BEGIN PGP MESSAGE-----\r\n\r\nxyz\r\n-----END PGP MESSAGE-----\r\n";
const std::string control = "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n";
const std::string data = "Content-Type: application/octet-stream\r\n\r\n" + armour;
const std::string words = "Content-Type: text/plain\r\n\r\nhello\r\n";
const std::string nothing = "Content-Type: text/plain\r\n\r\n\r\n";
std::string parts(const std::string& type, const std::vector<std::string>& all) {
    std::string out = "Content-Type: multipart/" + type + "; boundary=b" + std::to_string(all[0].size()) + "\r\n\r\n";
    for (const auto& each : all) out += "--b" + std::to_string(all[0].size()) + "\r\n" + each + "\r\n";
    return out + "--b" + std::to_string(all[0].size()) + "--\r\n";
}

TEST(PgpMime, WhatIsEncryptedAndWhatOnlyHoldsIt) {
    EXPECT_EQ(shape("\r\nhello\r\n"), "clear");
    EXPECT_EQ(shape(parts("encrypted", {control, data})), "encrypted");
    EXPECT_EQ(shape("\r\n" + armour), "encrypted");
    EXPECT_EQ(shape(parts("mixed", {control, data})), "encrypted") << "as some Exchange servers make it";
    EXPECT_EQ(shape(parts("mixed", {nothing, control, data})), "encrypted");
    EXPECT_EQ(shape(parts("mixed", {"Content-Type: text/plain\r\n\r\nEmpty Message\r\n", control, data})), "encrypted")
        << "Proton's bridge";
    for (const auto& mangled : {parts("mixed", {control, data}), parts("mixed", {nothing, control, data})})
        EXPECT_TRUE(parse("From: bob@example.org\r\n" + mangled)->encrypted) << "so that it is opened at all";

    EXPECT_EQ(shape("\r\nlook:\r\n" + armour), "mixed");
    EXPECT_EQ(shape("\r\n" + armour + "a footer\r\n"), "mixed");
    EXPECT_EQ(shape("\r\n" + armour + armour), "mixed");
    EXPECT_EQ(shape(parts("mixed", {words, control, data})), "mixed");
    EXPECT_EQ(shape(parts("mixed", {control, data, words})), "mixed");
    EXPECT_EQ(shape(parts("mixed", {parts("encrypted", {control, data}), words})), "mixed") << "a list's footer";
    EXPECT_EQ(shape(parts("mixed", {"Content-Type: text/plain\r\n\r\n" + armour, words})), "mixed");
    EXPECT_EQ(shape(parts("alternative", {"Content-Type: text/plain\r\n\r\n" + armour, words})), "mixed");

    EXPECT_EQ(shape(parts("encrypted", {control, data, words})), "foreign");
    EXPECT_EQ(shape(parts("encrypted", {words, data})), "foreign");
    EXPECT_EQ(shape(parts("encrypted; protocol=\"application/x\"", {control, data})), "foreign");
    EXPECT_EQ(shape("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nx\r\n"), "foreign");
    EXPECT_EQ(shape("Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\nx\r\n"), "clear");
    EXPECT_EQ(shape("\r\n> " + armour), "clear") << "a quoted line is only a line";
}

}  // namespace
}  // namespace coi::pgp_mime
