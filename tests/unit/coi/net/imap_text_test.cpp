// Words of IMAP: what a command looks like whatever it carries, and mailbox names in modified UTF-7.

#include "coi/net/imap_text.h"

#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace coi::net;

/// A command as it goes over the wire; "|" stands where the client waits for "+".
std::string wire(ImapCommand command) {
    std::string out;
    for (const auto& piece : std::move(command).finish()) {
        out += piece.text;
        if (piece.waits) out += '|';
        out += piece.literal;
    }
    return out;
}

ImapCommand examine(std::string_view folder, Literals literals = Literals::synchronising, bool utf8 = false) {
    ImapCommand command("EXAMINE", literals);
    command.string(folder, utf8);
    return command;
}

TEST(ImapCommand, QuotesWhatCanBeQuoted) {
    EXPECT_EQ(wire(examine("INBOX")), "EXAMINE \"INBOX\"\r\n");
    EXPECT_EQ(wire(examine("a \"b\" \\c")), "EXAMINE \"a \\\"b\\\" \\\\c\"\r\n");
    EXPECT_EQ(wire(examine("")), "EXAMINE \"\"\r\n");
}

TEST(ImapCommand, NothingInAStringCanEndTheCommand) {
    EXPECT_EQ(wire(examine("x\r\na2 DELETE y")), "EXAMINE {14}\r\n|x\r\na2 DELETE y\r\n");
    EXPECT_EQ(wire(examine("x\ny", Literals::any)), "EXAMINE {3+}\r\nx\ny\r\n");
    EXPECT_EQ(wire(examine("gr\xc3\xbc\xc3\x9f", Literals::small)), "EXAMINE {6+}\r\ngr\xc3\xbc\xc3\x9f\r\n");
    EXPECT_EQ(wire(examine("gr\xc3\xbc\xc3\x9f", Literals::small, true)), "EXAMINE \"gr\xc3\xbc\xc3\x9f\"\r\n");
    EXPECT_FALSE(examine(std::string_view("a\0b", 3)).sayable());
    EXPECT_TRUE(examine("ab").sayable());
}

TEST(ImapCommand, LiteralMinusWaitsAbove4096BytesRfc7888) {
    for (const auto& [literals, size, waits] : {std::tuple{Literals::small, 4096u, false},
                                                {Literals::small, 4097u, true},
                                                {Literals::any, 4097u, false},
                                                {Literals::synchronising, 1u, true}}) {
        const std::string mail(size, 'x');
        ImapCommand command("APPEND", literals);
        command.string("Sent").words("(\\Seen)").literal(mail);
        const auto pieces = std::move(command).finish();
        ASSERT_EQ(pieces.size(), 2u);
        EXPECT_EQ(pieces[0].waits, waits);
        EXPECT_EQ(pieces[0].text, "APPEND \"Sent\" (\\Seen) {" + std::to_string(size) + (waits ? "}\r\n" : "+}\r\n"));
        EXPECT_EQ(pieces[0].literal.data(), mail.data()) << "a mail is not copied";
    }
}

TEST(ImapMailboxName, ExamplesOfRfc3501Section5_1_3) {
    EXPECT_EQ(decode_mailbox("~peter/mail/&U,BTFw-/&ZeVnLIqe-"), "~peter/mail/台北/日本語");
    EXPECT_EQ(encode_mailbox("~peter/mail/台北/日本語"), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
    EXPECT_EQ(decode_mailbox("Entw&APw-rfe"), "Entwürfe");
    EXPECT_EQ(encode_mailbox("A & B"), "A &- B");
    EXPECT_EQ(decode_mailbox("A &- B"), "A & B");
    EXPECT_EQ(decode_mailbox("&Jjo!"), std::nullopt) << "the RFC's example of what is not allowed";
    EXPECT_EQ(encode_mailbox("\xff"), std::nullopt);
}

TEST(ImapWords, AreCleanedForALog) {
    EXPECT_EQ(clean_words("Falsches Passwort für \xf0\x9f\x98\x80"), "Falsches Passwort für \xf0\x9f\x98\x80");
    EXPECT_EQ(clean_words("a\x1b[31mb\r\nc\xff"), "a?[31mb??c?");
    EXPECT_EQ(clean_words(std::string(199, 'x') + "ü"), std::string(199, 'x'));
}

}  // namespace
