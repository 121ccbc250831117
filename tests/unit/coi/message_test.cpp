// coi/message: print and parse [RFC 5322], refusal of injection, and every limit that is checked before GMime.

#include "coi/message.h"

#include <gtest/gtest.h>

#include "coi/mail/header.h"

namespace coi {
namespace {

Message sample() {
    Message message;
    message.id = {"chat$1@example.org"};
    message.from = {{"Ann", "ann", "example.org"}};
    message.to = {{"Bücher, Bob", "bob", "bücher.example"}};
    message.date = std::chrono::sys_seconds(std::chrono::seconds(1795295239));
    message.subject = "Grüße";
    message.in_reply_to = {{"chat$0@example.org"}};
    message.references = {{"chat$root@example.org"}, {"chat$0@example.org"}};
    message.headers = {{"chat-version", "1.0"}, {"chat-disposition-notification-to", "ann@example.org"}};
    message.text = "Hello";
    return message;
}

Message read_back(const Message& message) {
    ParseOptions options;
    options.keep_attachments = true;
    return parse(print(message).value(), {}, options).value();
}

std::string wrapped(std::string_view body_header, std::string_view body) {
    return "From: ann@example.org\r\nMessage-ID: <x@y>\r\nMIME-Version: 1.0\r\n" + std::string(body_header) +
           "\r\n\r\n" + std::string(body);
}

TEST(Print, IsTheMailAPersonWouldHaveWritten) {
    EXPECT_EQ(
        "From: Ann <ann@example.org>\r\n"
        "To: =?utf-8?B?QsO8Y2hlciwgQm9i?= <bob@xn--bcher-kva.example>\r\n"
        "Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n"
        "Date: Sat, 21 Nov 2026 21:07:19 +0000\r\n"
        "Message-ID: <chat$1@example.org>\r\n"
        "In-Reply-To: <chat$0@example.org>\r\n"
        "References: <chat$root@example.org> <chat$0@example.org>\r\n"
        "Chat-Disposition-Notification-To: ann@example.org\r\n"
        "Chat-Version: 1.0\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8; format=flowed\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "Hello\r\n",
        print(sample()).value());
}

TEST(Print, IsReadBackAsItWas) { EXPECT_EQ(sample(), read_back(sample())); }

TEST(Print, TextOfEveryShapeSurvives) {
    for (const std::string& text :
         {std::string(), std::string("one\n\n\ntwo"), std::string("From me\n>odd\n> quoted\n  indented"),
          std::string("trailing \nspaces  "), std::string(3000, 'x'), std::string("-- \nAnn"), std::string(".\n..\n."),
          std::string("\ttab"), std::string("日本語テキスト🙂"),
          std::string("mostly ascii with one ü in it = and an equals sign"), "> " + std::string(300, 'q') + " end"}) {
        auto message = sample();
        message.text = text;
        EXPECT_EQ(message, read_back(message)) << text;
    }
}

TEST(Print, AFileOfManyPiecesIsEncodedAsOne) {
    constexpr std::size_t piece = 64 * 1024;
    for (const std::size_t size : {std::size_t{0}, piece - 1, piece, piece + 1, piece + 2, 3 * piece}) {
        auto message = sample();
        std::string bytes(size, '\0');
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 % 256);
        message.attachments = {{"image/png", "a.png", size, bytes, false}};
        EXPECT_TRUE(message == read_back(message)) << size;
        const auto mail = print(message).value();
        std::size_t whole_lines = 0;  // [RFC 2045 §6.8]
        for (std::size_t at = 0, end = 0; (end = mail.find("\r\n", at)) != mail.npos; at = end + 2) {
            EXPECT_LE(end - at, 76u) << mail.substr(at, end - at);
            whole_lines += end - at == 76 && mail.substr(at, 76).find_first_of(" =:") == mail.npos ? 1 : 0;
        }
        EXPECT_GE(whole_lines + 1, size / 57);
    }
}

TEST(Print, IsSevenBitWithShortLinesAndCrlf) {
    auto message = sample();
    message.text = std::string(3000, 'x') + "\nüüü\n" + std::string(3000, 'y');
    message.attachments = {{"image/png", "Übersicht \"neu\" 2026 with a very long name that has to be continued.png", 3,
                            "\xFF\0\x01", false}};
    message.attachments[0].bytes.resize(3);
    const auto mail = print(message).value();
    std::size_t line = 0;
    for (std::size_t i = 0; i < mail.size(); ++i, ++line) {
        ASSERT_LT(static_cast<unsigned char>(mail[i]), 0x80);
        if (mail[i] == '\n') {
            ASSERT_EQ('\r', mail[i - 1]);
            line = 0;
        }
        if (mail[i] == '\r') {
            ASSERT_EQ('\n', mail[i + 1]);
        }
        ASSERT_LE(line, 998u);
    }
    EXPECT_EQ(message, read_back(message));
}

TEST(Print, AReceiptIsAReportWhoseSecondPartIsTheNotification) {
    auto message = sample();
    message.text = "The message was read.";
    message.mdn = Mdn{{"chat$0@example.org"}, true};
    const auto mail = print(message).value();
    EXPECT_NE(std::string::npos, mail.find("multipart/report; report-type=disposition-notification"));
    EXPECT_LT(mail.find("The message was read."), mail.find("Content-Type: message/disposition-notification"));
    EXPECT_EQ(message, read_back(message));
    message.mdn->displayed = false;
    EXPECT_EQ(message, read_back(message));
}

TEST(Print, ManyReferencesKeepTheFirstAndTheLatest) {
    auto message = sample();
    message.references.clear();
    for (int i = 0; i < 50; ++i) message.references.push_back({"id" + std::to_string(i) + "@example.org"});
    const auto references = read_back(message).references;
    ASSERT_EQ(20u, references.size());
    EXPECT_EQ("id0@example.org", references.front().value);
    EXPECT_EQ("id31@example.org", references[1].value);
    EXPECT_EQ("id49@example.org", references.back().value);
}

TEST(Print, HeaderInjectionIsRefused) {
    const auto refused = [](auto change) {
        auto message = sample();
        change(message);
        const auto printed = print(message);
        return !printed && printed.error().kind == ErrorKind::malformed;
    };
    EXPECT_TRUE(refused([](Message& m) { m.subject = "x\r\nBcc: all@example.org"; }));
    EXPECT_TRUE(refused([](Message& m) { m.subject = "x\nBcc: all@example.org"; }));
    EXPECT_TRUE(refused([](Message& m) { m.from[0].name = "x\r\ny"; }));
    EXPECT_TRUE(refused([](Message& m) { m.to[0].local = "x\r\ny"; }));
    EXPECT_TRUE(refused([](Message& m) { m.to[0].domain = "x.org>, <y@z.org"; }));
    EXPECT_TRUE(refused([](Message& m) { m.id = {"a@b>\r\nX: y"}; }));
    EXPECT_TRUE(refused([](Message& m) { m.references.push_back({"a b"}); }));
    EXPECT_TRUE(refused([](Message& m) { m.headers["chat-x"] = "a\nb"; }));
    EXPECT_TRUE(refused([](Message& m) { m.headers["chat-x\r\ny"] = "a"; }));
    EXPECT_TRUE(refused([](Message& m) { m.headers["from"] = "boss@example.org"; }));
    EXPECT_TRUE(refused([](Message& m) { m.headers["content-type"] = "text/html"; }));
    EXPECT_TRUE(refused([](Message& m) { m.text = "\xFF"; }));
    EXPECT_TRUE(refused([](Message& m) { m.attachments = {{"image/png\r\nX: y", "a", 0, "", false}}; }));
    EXPECT_TRUE(refused([](Message& m) { m.attachments = {{"image/png", "a", 5, "", false}}; }));
    EXPECT_TRUE(refused([](Message& m) { m.from.clear(); }));
}

TEST(Print, ALocalPartBeyondAsciiMakesARawHeader) {
    auto message = sample();
    message.to = {{"", "пеле", "пример.example"}};
    const auto mail = print(message).value();
    EXPECT_NE(std::string::npos, mail.find("To: пеле@xn--e1afmkfd.example\r\n"));
    EXPECT_EQ(message, read_back(message));
}

TEST(Parse, AMailWithoutFromIsRefused) {
    EXPECT_EQ(ErrorKind::malformed, parse("Subject: x\r\n\r\ny").error().kind);
    EXPECT_FALSE(parse(""));
    EXPECT_FALSE(parse("\r\n\r\n"));
    EXPECT_FALSE(parse(std::string(1000, '\0')));
}

TEST(Parse, TextBeyondTheLimitIsCutAndSaysSo) {
    Limits limits;
    limits.text_bytes = 100;
    const auto cut =
        parse(wrapped("Content-Type: text/plain; charset=utf-8", std::string(1000, 'x')), limits).value().text;
    EXPECT_EQ(std::string(100, 'x') + "\n[…]", cut);
}

std::string repeated(const char* text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += text;
    return out;
}

TEST(Parse, TheTextOfAllPartsIsBoundedInSum) {
    Limits limits;
    limits.text_bytes = 100;
    std::string mail = "From: a@b.c\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (int i = 0; i < 4; ++i) mail += "--b\r\n\r\n" + std::string(40, static_cast<char>('a' + i)) + "\r\n";
    mail += "--b\r\nContent-Type: text/html\r\n\r\n<p>" + std::string(40, 'e') + "\r\n--b--\r\n";
    const auto text = parse(mail, limits).value().text;
    EXPECT_EQ(std::string(40, 'a') + "\n\n" + std::string(40, 'b') + "\n\n" + std::string(16, 'c') + "\n[…]", text);
}

TEST(Parse, HtmlThatIsLongerThanATextMayBeSaysSo) {
    Limits limits;
    limits.text_bytes = 100;
    const auto cut = [&](const std::string& html) {
        return parse(wrapped("Content-Type: text/html", html), limits).value().text;
    };
    EXPECT_EQ("short", cut("<p>short"));
    EXPECT_TRUE(cut("<p>" + repeated("word ", 30)).ends_with("\n[…]"));  // of its words
    EXPECT_EQ("x\n[…]", cut("<p>x" + repeated("<b>", 400)));             // of its markup
}

struct LimitCase {
    const char* name;
    std::string mail;
};

class ParseLimits : public testing::TestWithParam<LimitCase> {};

TEST_P(ParseLimits, AreCheckedBeforeTheMailIsParsed) {
    const auto parsed = parse(GetParam().mail);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(ErrorKind::limit, parsed.error().kind) << parsed.error().text;
}

std::string nested(int depth) {
    std::string mail = "From: a@b.c\r\n";
    for (int i = 0; i < depth; ++i)
        mail += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" + std::to_string(i) +
                "\r\n";
    return mail + "\r\ndeep";
}

std::string forwarded(int depth) {
    std::string mail = "From: a@b.c\r\n";
    for (int i = 0; i < depth; ++i) mail += "Content-Type: message/rfc822\r\n\r\nFrom: a@b.c\r\n";
    return mail + "\r\ndeep";
}

std::string many_parts(int count) {
    std::string mail = "From: a@b.c\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (int i = 0; i < count; ++i) mail += "--b\r\n\r\nx\r\n";
    return mail;
}

INSTANTIATE_TEST_SUITE_P(
    All, ParseLimits,
    testing::Values(
        LimitCase{"MailSize", "From: a@b.c\r\n\r\n" + std::string(26 * 1024 * 1024, 'x')},
        LimitCase{"HeaderBlock", "From: a@b.c\r\n" + repeated("X-Y: zzzzzzzzzzzzzzzzzzzzzzzzzzz\r\n", 10000)},
        LimitCase{"HeaderField", "From: a@b.c\r\nX: " + std::string(40000, 'x') + "\r\n\r\n"},
        LimitCase{"FoldedHeaderField", "From: a@b.c\r\nX: y\r\n" + repeated(" folded line\r\n", 4000) + "\r\n"},
        LimitCase{"Depth", nested(25)}, LimitCase{"DepthOfForwards", forwarded(25)},
        LimitCase{"Parts", many_parts(250)},
        LimitCase{"AddressGroups", "From: a@b.c\r\nTo: " + repeated("a:", 5000) + "\r\n\r\n"},
        LimitCase{"AddressGroupsOfAForwardedMail",
                  "From: a@b.c\r\nContent-Type: message/rfc822\r\n\r\nTo: " + repeated("a:", 5000) + "\r\n\r\n"},
        LimitCase{"HeaderBlockOfAPart",
                  many_parts(1) + "--b\r\n" + repeated("X-Y: zzzzzzzzzzzzzzzzzzzzzzzzzzz\r\n", 10000)}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Parse, JustWithinTheLimitsIsFine) {
    EXPECT_TRUE(parse(nested(19)));
    EXPECT_TRUE(parse(many_parts(190)));
}

TEST(Parse, ATextFileAfterTheTextIsAnAttachment) {
    const auto message = parse(wrapped("Content-Type: multipart/mixed; boundary=b",
                                       "--b\r\n\r\nwords\r\n--b\r\nContent-Type: text/plain; name=notes.txt\r\n"
                                       "Content-Disposition: inline; filename=notes.txt\r\n\r\nnotes\r\n--b--\r\n"))
                             .value();
    EXPECT_EQ("words", message.text);
    ASSERT_EQ(1u, message.attachments.size());
    EXPECT_EQ("notes.txt", message.attachments[0].name);
    EXPECT_TRUE(message.attachments[0].bytes.empty());
    EXPECT_EQ(5u, message.attachments[0].size);
}

TEST(Parse, AnEmptyPlainPartDoesNotHideTheHtml) {
    const auto message = parse(wrapped("Content-Type: multipart/alternative; boundary=b",
                                       "--b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: "
                                       "text/html\r\n\r\n<p>words</p>\r\n--b--\r\n"))
                             .value();
    EXPECT_EQ("words", message.text);
    EXPECT_TRUE(message.text_was_html);
}

TEST(Parse, APlainPartThatOnlyNamesTheHtmlDoesNotHideIt) {
    const auto text = [](const std::string& plain, const std::string& html) {
        return parse(wrapped("Content-Type: multipart/alternative; boundary=b",
                             "--b\r\nContent-Type: text/plain\r\n\r\n" + plain +
                                 "\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>" + html + "</p>\r\n--b--\r\n"))
            .value()
            .text;
    };
    EXPECT_EQ("At five", text("Please view this email in an HTML capable client.", "At five"));
    EXPECT_EQ("At five", text("Ihr Programm kann kein HTML anzeigen.", "At five"));
    EXPECT_EQ("Do you write HTML?", text("Do you write HTML?", "Do you <b>write</b> HTML? Ann"));
    EXPECT_EQ("At five", text("At five", "<b>At five!</b>"));
}

TEST(Parse, AReportNamesTheMailInEachFormOfReturnedFields) {
    for (const char* type : {"text/rfc822-headers", "message/rfc822-headers", "message/rfc822"}) {
        const auto message =
            parse(wrapped("Content-Type: multipart/report; report-type=delivery-status; boundary=b",
                          "--b\r\n\r\nwords\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
                          "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; bob@mail.test\r\nAction: failed\r\n"
                          "Status: 5.1.1\r\n--b\r\nContent-Type: " +
                              std::string(type) + "\r\n\r\nMessage-ID: <ours@x.test>\r\n\r\n--b--\r\n"))
                .value();
        ASSERT_TRUE(message.dsn) << type;
        EXPECT_EQ("ours@x.test", message.dsn->original.value) << type;
    }
}

TEST(Parse, FileNamesAreNeverPaths) {
    const auto name = [](const std::string& given) {
        return parse(wrapped("Content-Type: image/png\r\nContent-Disposition: attachment; filename=\"" + given + "\"",
                             "x"))
            .value()
            .attachments.at(0)
            .name;
    };
    EXPECT_EQ("passwd", name("../../etc/passwd"));
    EXPECT_EQ("", name(".."));
    EXPECT_EQ("", name("dir/"));
}

TEST(Parse, PartsOfAForwardedMailAreNotThoseOfTheMail) {
    const auto message =
        parse(wrapped("Content-Type: multipart/mixed; boundary=b",
                      "--b\r\n\r\nsee\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: e@v.il\r\n"
                      "Content-Type: message/disposition-notification\r\n\r\nOriginal-Message-ID: <a@b>\r\n"
                      "Disposition: x; displayed\r\n--b--\r\n"))
            .value();
    EXPECT_FALSE(message.mdn);
    EXPECT_EQ("see", message.text);
}

}  // namespace
}  // namespace coi
