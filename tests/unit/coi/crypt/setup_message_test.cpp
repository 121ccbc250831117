// Autocrypt Setup Message: the mail is one, and the code opens it. The key was made and encrypted by gpg 2.2.

#include "coi/crypt/setup_message.h"

#include <gtest/gtest.h>

#include "coi/crypt/openpgp.h"
#include "tests/support/setup_message.h"

namespace coi::setup_message {
namespace {

const Address alice{"", "alice", "autocrypt.example"};
const Secret code(coi::test::setup_code);

using coi::test::armoured;

std::string mail(std::string_view file) {
    std::string out =
        "To: alice@autocrypt.example\r\nFrom: alice@autocrypt.example\r\nAutocrypt-Setup-Message: v1\r\n"
        "Subject: Autocrypt Setup Message\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nThis message holds your key.\r\n"
        "--b\r\nContent-Type: application/autocrypt-setup\r\n"
        "Content-Disposition: attachment; filename=\"autocrypt-setup-message.html\"\r\n\r\n";
    return out.append(file).append("\r\n--b--\r\n");
}

std::string html() { return "<html><body><p>The setup file.</p>\n<pre>\n" + armoured + "\n</pre></body></html>"; }

Message parsed(const std::string& bytes) { return parse(bytes, {}, {.keep_attachments = true}).value(); }

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    return text.replace(text.find(what), what.size(), by);
}

TEST(SetupMessage, IsFoundInItsHtml) {
    const auto found = read(parsed(mail(html())), alice);
    ASSERT_TRUE(found) << found.error().text;
    EXPECT_EQ(found->armoured, armoured);
    EXPECT_TRUE(found->is_numeric);
    EXPECT_EQ(found->begin, "17");
}

TEST(SetupMessage, AnotherVersionIsIgnored) {
    EXPECT_TRUE(is_setup_message(parsed(mail(html()))));
    EXPECT_FALSE(is_setup_message(parsed(replaced(mail(html()), "v1", "v2"))));
    EXPECT_FALSE(is_setup_message(parsed(replaced(mail(html()), "Autocrypt-Setup-Message", "X-Other"))));
}

TEST(SetupMessage, OneThatIsNotFromOneselfIsRefused) {
    const auto bytes = mail(html());
    EXPECT_TRUE(read(parsed(bytes), {"Alice", "Alice", "autocrypt.example"}));
    EXPECT_FALSE(read(parsed(bytes), {"", "bob", "autocrypt.example"}));
    EXPECT_FALSE(read(parsed(replaced(bytes, "From: alice", "From: eve")), alice));
    EXPECT_FALSE(read(parsed(replaced(bytes, "To: ", "To: bob@autocrypt.example, ")), alice));
    EXPECT_FALSE(read(parsed("Cc: bob@autocrypt.example\r\n" + bytes), alice));
}

TEST(SetupMessage, AMalformedOneIsRefused) {
    for (const auto& bytes :
         {mail("<html></html>"), mail("-----BEGIN PGP MESSAGE-----\r\n\r\nabc"),
          replaced(mail(html()), "application/autocrypt-setup", "application/other"),
          replaced(mail(html()), "--b\r\n", "--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b\r\n")}) {
        const auto found = read(parsed(bytes), alice);
        ASSERT_FALSE(found) << bytes;
        EXPECT_EQ(found.error().kind, ErrorKind::malformed);
    }
}

TEST(SetupMessage, TheCodeMayBeTypedInManyWays) {
    const Found numeric{"", true, ""}, free{"", false, ""};
    for (const char* typed :
         {"1742-0185-6197-1303-7016-8412-3581-4441-0597", " 174201856197130370168412358144410597\n",
          "1742 0185 6197\n1303 7016 8412\n3581 4441 0597", "1742-0185-6197-\n1303-7016-8412-\n3581-4441-0597"}) {
        EXPECT_EQ(setup_code(numeric, typed), code) << typed;
    }
    EXPECT_EQ(setup_code(free, " a b-c\n"), Secret("a b-c"));
    EXPECT_EQ(setup_code(numeric, "12"), Secret("12"));
}

TEST(SetupMessage, TheCodeOpensIt) {
    const auto found = read(parsed(mail(html())), alice);
    ASSERT_TRUE(found);
    const auto opened = open(*found, code);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_TRUE(opened->mutual);
    EXPECT_TRUE(opened->key.bytes().ends_with("-----END PGP PRIVATE KEY BLOCK-----"));
    const auto key = openpgp::import_key(opened->key.bytes(), Secret());
    ASSERT_TRUE(key) << key.error().text;
    const auto info = openpgp::inspect(key->bytes(), std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000)));
    ASSERT_TRUE(info) << info.error().text;
    EXPECT_EQ(info->fingerprint, "15EE7D975326E7B154C418D24E7F5AD05A5710E8");
    EXPECT_TRUE(info->is_secret && info->can_encrypt && info->can_sign);
}

TEST(SetupMessage, AWrongCodeDoesNot) {
    const auto found = read(parsed(mail(html())), alice);
    ASSERT_TRUE(found);
    for (const auto& wrong : {Secret("1742-0185-6197-1303-7016-8412-3581-4441-0598"), Secret("17"), Secret()}) {
        const auto opened = open(*found, wrong);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().kind, ErrorKind::auth);
    }
}

}  // namespace
}  // namespace coi::setup_message
