// Mail that is only signed, by Debian's gpg [RFC 3156 §5]: what its signature is worth, and which words it covers.

#include <gtest/gtest.h>

#include "coi/crypt/pgp_mime.h"
#include "tests/support/gnupg.h"

namespace coi::pgp_mime {
namespace {

using openpgp::Signature;

const std::string outside =
    "Authentication-Results: trusted; dmarc=pass\r\nFrom: greta@example.org\r\nTo: gate@jabber.example\r\n"
    "Subject: outside\r\nMessage-ID: <1@x>\r\nChat-Version: 1.0\r\nChat-Content: x\r\n";

class Signed : public testing::Test {
  protected:
    Signed() { gpg.make_key("greta@example.org"); }

    std::string wrapped(const std::string& entity, const std::string& signature) {
        return outside +
               "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha512; "
               "boundary=b\r\n\r\nfor old programs\r\n--b\r\n" +
               entity + "\r\n--b\r\nContent-Type: application/pgp-signature; name=s.asc\r\n\r\n" + signature +
               "\r\n--b--\r\n";
    }
    std::string made(const std::string& entity) {
        return wrapped(entity, gpg.must("-u greta@example.org --armor --detach-sign", entity));
    }
    Opened check(const std::string& mail, const std::vector<std::string>& signers) {
        auto read = parse(mail).value();
        EXPECT_TRUE(read.is_signed);
        return check_signed(mail, std::move(read), signers, "");
    }
    Opened check(const std::string& mail) { return check(mail, {gpg.public_key("greta@example.org")}); }

    tests::Gnupg gpg;
};

const std::string words = "Content-Type: text/plain; charset=utf-8\r\n\r\nI wrote this";

TEST_F(Signed, ByAKnownKey) {
    const auto checked = check(made(words));
    EXPECT_EQ(checked.protection.signature, Signature::good);
    EXPECT_FALSE(checked.protection.encrypted);
    EXPECT_EQ(checked.mail.text, "I wrote this");
    EXPECT_EQ(checked.mail.subject, "outside");
    EXPECT_EQ(checked.mail.header("chat-content"), "x") << "clear mail may say so";
    EXPECT_TRUE(checked.mail.attachments.empty());
}

TEST_F(Signed, ByAnUnknownKey) {
    const auto checked = check(made(words), {});
    EXPECT_EQ(checked.protection.signature, Signature::unknown);
    EXPECT_EQ(checked.mail.text, "I wrote this");
}

TEST_F(Signed, OtherWords) {
    std::string mail = made(words);
    mail.replace(mail.find("I wrote"), 7, "I never");
    EXPECT_EQ(check(mail).protection.signature, Signature::bad);
    EXPECT_EQ(check(mail).mail.text, "I never this");
}

TEST_F(Signed, NoSignatureIsAWrongOne) {
    EXPECT_EQ(check(wrapped(words, "nothing")).protection.signature, Signature::bad);
    std::string third = made(words);
    third.replace(third.find("\r\n--b--"), 7, "\r\n--b\r\n\r\nI add this\r\n--b--");
    EXPECT_EQ(check(third).protection.signature, Signature::bad);
}

TEST_F(Signed, LineEndsOfTheWay) {
    std::string mail = made(words + "\r\n\r\nIn two lines");
    std::erase(mail, '\r');
    EXPECT_EQ(check(mail).protection.signature, Signature::good);
}

TEST_F(Signed, ProtectedHeaderCounts) {
    const std::string entity =
        "From: Greta <greta@example.org>\r\nSubject: inside\r\nMessage-ID: <2@x>\r\nReceived-SPF: pass\r\n"
        "Authentication-Results: trusted; dmarc=fail\r\nContent-Type: text/plain; hp=\"clear\"\r\n\r\nI wrote this";
    const auto checked = check(made(entity));
    EXPECT_EQ(checked.protection.signature, Signature::good);
    EXPECT_EQ(checked.mail.subject, "inside");
    EXPECT_EQ(checked.mail.id.value, "2@x");
    EXPECT_EQ(checked.mail.from[0].name, "Greta");
    EXPECT_EQ(checked.mail.header("chat-content"), "") << "not signed";
    EXPECT_EQ(checked.mail.header("authentication-results"), "trusted; dmarc=pass");

    std::string changed = made(entity);
    changed.replace(changed.find("I wrote"), 7, "I never");
    EXPECT_EQ(check(changed).mail.subject, "outside") << "nobody has signed it";
    EXPECT_EQ(check(made(entity), {}).mail.subject, "outside");
}

TEST_F(Signed, AnotherAuthorInside) {
    const std::string entity = "From: eve@example.net\r\nContent-Type: text/plain; hp=clear\r\n\r\nI wrote this";
    const auto checked = check(made(entity));
    EXPECT_EQ(checked.protection.signature, Signature::bad);
    EXPECT_EQ(checked.mail.from[0].canonical(), "greta@example.org");
}

TEST_F(Signed, OnlyTheWholeMail) {
    const std::string mail = made(words);
    const auto type = mail.find("Content-Type"), body = mail.find("\r\n\r\nfor old") + 4;
    const std::string footer = mail.substr(0, type) + "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n" +
                               mail.substr(type, body - type) + mail.substr(body) +
                               "\r\n--m\r\n\r\na list's footer\r\n--m--\r\n";
    EXPECT_FALSE(parse(footer)->is_signed);
    std::string smime = mail;
    for (auto at = smime.find("pgp-sig"); at != std::string::npos; at = smime.find("pgp-sig"))
        smime.replace(at, 7, "pkcs7-sig");
    EXPECT_FALSE(parse(smime)->is_signed);
    EXPECT_FALSE(parse(outside + "\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n")->is_signed);
}

}  // namespace
}  // namespace coi::pgp_mime
