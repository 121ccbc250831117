// Mails whose MIME is broken in one way each: the words of the person who wrote them are shown, or a part is named that
// could not be read. Shapes are multiplied: what breaks a mail breaks each kind of multipart.

#include <glib.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coi/mail/mime_limits.h"
#include "coi/message.h"

namespace coi {
namespace {

const std::string words = "Zoe's words, łódź", plain = "Content-Type: text/plain; charset=utf-8\r\n";

std::string mail(const std::string& fields, const std::string& body) {
    return "From: zoe@example.org\r\nMessage-ID: <x@y>\r\nMIME-Version: 1.0\r\n" + fields + "\r\n" + body;
}

std::string base64(const std::string& bytes) {
    char* text = g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size());
    std::string out(text);
    g_free(text);
    for (std::size_t at = 76; at < out.size(); at += 78) out.insert(at, "\r\n");
    return out + "\r\n";
}

/// Of less than 45 octets: one line.
std::string uuencoded(const std::string& bytes) {
    const auto sign = [](unsigned value) { return static_cast<char>((value & 0x3f) == 0 ? '`' : (value & 0x3f) + 32); };
    std::string out(1, sign(static_cast<unsigned>(bytes.size())));
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        unsigned group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        for (const unsigned shift : {18U, 12U, 6U, 0U}) out += sign(group >> shift);
    }
    return "begin 644 words.txt\r\n" + out + "\r\n`\r\nend\r\n";
}

void expect_words(const std::string& shape, const std::string& bytes) {
    const auto message = parse(bytes);
    ASSERT_TRUE(message) << shape;
    EXPECT_NE(message->text.find(words), std::string::npos) << shape << ": " << message->text << "\n" << bytes;
}

const std::vector<std::string> multiparts{"mixed", "alternative", "related", "report", "digest", "parallel"};

TEST(Malformed, AMultipartWithoutPartsIsItsWords) {
    for (const auto& kind : multiparts) {
        const std::string type = "Content-Type: multipart/" + kind + "; boundary=b\r\n";
        const std::string part = "--b\r\n" + plain + "\r\n" + words + "\r\n--b--\r\n";
        expect_words(kind + ", ended before it begins", mail(type, words + "\r\n--b--\r\n"));
        expect_words(kind + ", words behind the end", mail(type, "--b--\r\n" + words + "\r\n"));
        expect_words(kind + ", no boundary at all", mail("Content-Type: multipart/" + kind + "\r\n", words));
        expect_words(kind + ", encoded as a whole", mail(type + "Content-Transfer-Encoding: base64\r\n", base64(part)));
        expect_words(kind + ", said to be encoded", mail(type + "Content-Transfer-Encoding: base64\r\n", part));
        expect_words(kind + ", no blank line above", "From: z@example.org\r\n" + type + part);
        expect_words(kind + ", inside", mail("Content-Type: multipart/mixed; boundary=o\r\n",
                                             "--o\r\n" + type + "\r\n" + words + "\r\n--o--\r\n"));
        expect_words(kind + ", inside without a blank line",
                     mail("Content-Type: multipart/mixed; boundary=o\r\n", "--o\r\n" + type + part + "--o--\r\n"));
    }
}

TEST(Malformed, WordsBesideThePartsAreShown) {
    const std::string type = "Content-Type: multipart/mixed; boundary=b\r\n";
    const std::string part = "--b\r\n\r\nother\r\n--b--\r\n";
    expect_words("before", mail(type, words + "\r\n" + part));
    expect_words("after", mail(type, part + words + "\r\n"));
    for (const std::string known :
         {"This is a multi-part message in MIME format.", "Dies ist eine mehrteilige Nachricht im MIME-Format."})
        EXPECT_EQ(parse(mail(type, known + "\r\n" + part))->text, "other");
    const auto sealed = parse(mail("Content-Type: multipart/signed; boundary=b\r\n", words + "\r\n" + part + words));
    EXPECT_EQ(sealed->text, "other") << "what is not signed";
}

TEST(Malformed, ThePartBeginsWhereItsHeaderEnds) {
    const std::string type = "Content-Type: multipart/mixed; boundary=b\r\n";
    for (const std::string& header : {plain, std::string(), plain + "Content-Disposition: inline\r\n"}) {
        for (const std::string& said : {words, "Hi Bob: " + words, "Note: " + words}) {
            for (const std::string end : {"\r\n--b--\r\n", "\r\n", "\r\n--b\r\n\r\nother\r\n--b--\r\n"})
                expect_words("no blank line", mail(type, "--b\r\n" + header + said + end));
        }
        expect_words("one in the text", mail(type, "--b\r\n" + header + words + "\r\n\r\nmore\r\n--b--\r\n"));
    }
    expect_words("of the mail", "From: zoe@example.org\r\nSubject: s\r\n" + words);
    expect_words("of the mail, and more", "From: zoe@example.org\r\nSubject: s\r\n" + words + "\r\n\r\nmore");
    const auto odd = parse("From: zoe@example.org\r\nno field\r\nSubject: s\r\n\r\n" + words);
    EXPECT_EQ(odd->subject, "s") << "a line inside of a header does not end it";
    EXPECT_EQ(odd->text, words);
}

TEST(Malformed, AnEncodingThatIsOddlySaidOrNotThere) {
    const auto encoded = [](const std::string& encoding, const std::string& body) {
        return mail(plain + "Content-Transfer-Encoding: " + encoding + "\r\n", body);
    };
    for (const std::string name : {"base64", "base64;", "\"base64\"", "base64 (of course)", "BASE64"})
        expect_words(name, encoded(name, base64(words)));
    expect_words("not encoded", encoded("base64", words));
    expect_words("words behind it", encoded("base64", base64("other") + "\r\n" + words + "\r\n"));
    for (const std::string name : {"uuencode", "x-uuencode", "x-uue"}) {
        expect_words(name, encoded(name, uuencoded(words)));
        expect_words(name + ", words before", encoded(name, words + "\r\n" + uuencoded("other")));
        expect_words(name + ", words behind", encoded(name, uuencoded("other\n") + words));
        expect_words(name + ", not encoded", encoded(name, words));
    }
    expect_words("unknown", encoded("x-odd", words));
}

TEST(Malformed, ACharsetWithAComment) {
    EXPECT_EQ(parse(mail("Content-Type: text/plain; charset=iso-8859-2 (Latin 2)\r\n", "\xb3\xf3\x64\xbc"))->text,
              "łódź");
}

TEST(Malformed, FormsOfATextThatAreNoneAreShownOrNamed) {
    const std::string type = "Content-Type: multipart/alternative; boundary=b\r\n";
    expect_words("two plain parts",
                 mail(type, "--b\r\n" + plain + "\r\nother\r\n--b\r\n" + plain + "\r\n" + words + "\r\n--b--"));
    EXPECT_EQ(parse(mail(type, "--b\r\n\r\nsame\r\n--b\r\n\r\nsame\r\n--b--"))->text, "same");
    for (const std::string odd : {"text/rtf", "text/x-amp-html", "text/csv"}) {
        const auto only = parse(mail(type, "--b\r\nContent-Type: " + odd + "\r\n\r\n" + words + "\r\n--b--"));
        ASSERT_EQ(only->attachments.size(), 1U) << odd;
        EXPECT_EQ(only->attachments[0].content_type, odd);
    }
}

TEST(Malformed, AReportThatCannotBeReadIsAFile) {
    for (const std::string type : {"message/delivery-status", "message/disposition-notification"}) {
        const auto message = parse(mail("Content-Type: " + type + "\r\n", words));
        ASSERT_EQ(message->attachments.size(), 1U) << type;
    }
}

// What is mended of a mail is no more than the mail, however its fields are folded or repeated.
TEST(Malformed, MendingCopiesNothingTwice) {
    const std::string type = "Content-Type: multipart/mixed; boundary=b\r\n";
    for (const std::string field :
         {" Content-Transfer-Encoding: base64;\r\n", "Content-Transfer-Encoding\r\n : base64;\r\n",
          "--x\r\n Content-Transfer-Encoding: base64;\r\n", "\tContent-Type: multipart/mixed\r\n --b\r\n"}) {
        std::string body;
        for (int i = 0; i < 100; ++i) body += "--b\r\n" + field + "\r\naGk=\r\n";
        for (const std::string& bytes : {mail(type, body), mail(field, words), field + mail(type, body)}) {
            const auto repairs = check_limits(bytes, {});
            ASSERT_TRUE(repairs) << field;
            EXPECT_LT(repaired(bytes, *repairs).size(), bytes.size() + 110 * 64) << field;
        }
    }
}

TEST(Malformed, WhatIsEncodedOnceMoreInsideOfItselfHasABudget) {
    std::string inside = "words " + std::string(9000, 'x');
    for (int i = 0; i < 5; ++i) {
        for (std::size_t at = 0; (at = inside.find('=', at)) != inside.npos; at += 3) inside.replace(at, 1, "=3D");
        const std::string b = "b" + std::to_string(i);
        inside = "Content-Type: multipart/mixed; boundary=" + b +
                 "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=2D-" + b + "\r\n" + inside + "\r\n=2D-" + b +
                 "--\r\n";
    }
    const std::string bytes = "From: zoe@example.org\r\n" + inside;
    Limits limits;
    EXPECT_TRUE(parse(bytes, limits));
    limits.mail_bytes = 20'000;
    EXPECT_FALSE(parse(bytes, limits)) << "each of the five is a copy of what is inside of it";
}

}  // namespace
}  // namespace coi
