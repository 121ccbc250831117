// Profiles in mail, as COI's specification writes them and as they are written here.

#include "coi/mail/h_card.h"

#include <gtest/gtest.h>

#include "coi/message.h"

namespace coi {
namespace {

const std::string header =
    "From: Alice <alice@example.com>\r\nTo: bob@recipientdomain.com\r\nChat-Version: 1.0\r\n"
    "Message-ID: <chat$238788.AB29702@sample.com>\r\nMIME-Version: 1.0\r\n";

std::string alternative(const std::string& content, const std::string& html) {
    return header +
           "Content-Type: multipart/alternative; boundary=\"SDKJK2233.23278827/sample.com\"\r\n\r\n"
           "--SDKJK2233.23278827/sample.com\r\nContent-Type: text/plain; charset=UTF-8; format=\"flowed\"\r\n"
           "Content-Disposition: inline\r\n\r\nHello my friend, this is my first COI message!\r\n\r\n"
           "--SDKJK2233.23278827/sample.com\r\nContent-Type: text/html; charset=UTF-8\r\n"
           "Content-Disposition: inline\r\nChat-Content: " +
           content + "\r\n\r\n" + html + "\r\n--SDKJK2233.23278827/sample.com--\r\n";
}

std::string card(const std::string& inside) {
    return "<html><body><p class=\"h-card\">" + inside + "</p></body></html>";
}

// [COI-C "User Profile Information Message Part"]
TEST(HCard, ExampleForAMessageWithAProfilePart) {
    const auto mail = parse(alternative("profile", R"(<html>
<body style="font-family: sans">
<p>Hello my friend, this is my first COI message!</p>
<hr>
<p class="h-card" style="white-space: nowrap">
<img class="u-photo" alt="" style="float: left" src="data:image/png;base64,
  iVBORw0KGgoAAAANSUhEUgAAACAAAAAgAQMAAABJtOi3AAAABlBMVEUAAAD///+l2Z/dAAAAOklE
  QVQI12P4DwQM6MQHeSDxgB9IHGAnSIDVgXWgmdLA/J/hHwPDf4Y/DAz1DD8YGOwhxAcGBnliCQCZ
  oU0qOMX4LwAAAABJRU5ErkJggg==">
<span class="p-name">Alice Angel</span><br>
Email: <span class="u-email">alice@example.com</span><br>
Birthday: <span class="dt-bday">--04-30</span><br>
<span class="x-coi-status">working from home...</span>
</p>
</body>
</html>)"));
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->text, "Hello my friend, this is my first COI message!");
    EXPECT_TRUE(mail->attachments.empty());
    ASSERT_TRUE(mail->card && mail->card->picture);
    EXPECT_EQ(mail->card->picture->substr(0, 8), "\x89PNG\r\n\x1a\n");
    EXPECT_EQ(mail->card->picture->size(), 133u);
    EXPECT_EQ(mail->card->status, "working from home...");
}

TEST(HCard, CountsWhereItIsMarkedOnly) {
    const std::string html = card("<span class='p-status'>Away</span>");
    EXPECT_EQ(parse(alternative("profile", html))->card, (Card{"", "Away"}));
    EXPECT_FALSE(parse(alternative("location", html))->card);
    EXPECT_FALSE(parse(alternative("profile; categories=work", html))->card) << "for some readers";
    EXPECT_FALSE(parse(alternative("profile", "<p>No card</p>"))->card);
}

TEST(HCard, APictureElsewhereIsNotKnown) {
    EXPECT_EQ(read_h_card(card("<img class=u-photo src='https://example.com/a.png'>"))->picture, std::nullopt);
    EXPECT_EQ(read_h_card(card("<img class=u-photo src='data:text/html;base64,aGVsbG8='>"))->picture, std::nullopt);
    EXPECT_EQ(read_h_card(card("<img class=u-photo src='data:image/png;base64,a*b'>"))->picture, std::nullopt);
    EXPECT_EQ(read_h_card(card("<img class=u-photo src='data:image/png;base64,aGVsbG8='>"))->picture, "hello");
    EXPECT_EQ(read_h_card(card("Alice"))->picture, "") << "there is none";
}

TEST(HCard, AStatusMayHaveEmphasis) {
    EXPECT_EQ(read_h_card(card("<b class=x-coi-status>Away <i>until</i> <b>noon</b></b>, then here"))->status,
              "Away until noon");
}

TEST(HCard, HasLimits) {
    const std::string large(200'000, 'A');
    EXPECT_EQ(read_h_card(card("<img class=u-photo src='data:image/png;base64," + large + "'>"))->picture,
              std::nullopt);
    EXPECT_LE(read_h_card(card("<b class=x-coi-status>" + large + "</b>"))->status.size(), 500u);
    EXPECT_EQ(read_h_card(card("<b class=x-coi-status>one\ntwo</b>"))->status, "one two");
}

TEST(HCard, PartsForOtherProgramsAreNotShown) {
    const auto mail =
        parse(header +
              "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHi\r\n"
              "--x\r\nContent-Type: text/plain\r\nChat-Content: ignore\r\n\r\nSent by a COI program\r\n--x--\r\n");
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->text, "Hi");
    const auto with_file = parse(header +
                                 "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHi\r\n"
                                 "--x\r\nContent-Type: text/plain\r\nChat-Content: ignore\r\n"
                                 "Content-Disposition: attachment; filename=a.txt\r\n\r\nA file\r\n--x--\r\n");
    ASSERT_EQ(with_file->attachments.size(), 1u) << "a file is not hidden";
    EXPECT_EQ(with_file->attachments[0].name, "a.txt");
}

TEST(HCard, APictureIsNamedByWhatItIs) {
    EXPECT_NE(print_h_card({"\xFF\xD8\xFF", ""}, "", "bob@example.org", "Hi").find("src=\"data:image/jpeg;base64,"),
              std::string::npos);
    EXPECT_NE(print_h_card({"\x89PNG\r\n", ""}, "", "bob@example.org", "Hi").find("src=\"data:image/png;base64,"),
              std::string::npos);
}

TEST(HCard, IsNotPrintedWithoutAText) {
    Message mail;
    mail.from = {{"Bob", "bob", "example.org"}};
    mail.card = Card{"a picture", ""};
    EXPECT_FALSE(print(mail));
    mail.text = "Hi <b>";
    EXPECT_EQ(parse(*print(mail))->card, mail.card);
    EXPECT_EQ(parse(*print(mail))->text, mail.text);
    mail.card->picture = std::string(200'000, 'x');
    EXPECT_FALSE(print(mail));
}

}  // namespace
}  // namespace coi
