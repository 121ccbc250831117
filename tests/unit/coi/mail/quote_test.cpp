// coi/mail/quote: quotes of many mailers go, and words of people stay.

#include "coi/mail/quote.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

TEST(FoldQuotes, RemovesTheQuoteBelowAnAnswerInManyLanguages) {
    for (const std::string_view attribution :
         {"On Sat, Nov 21, 2026 at 9:12 AM Bob <bob@example.org> wrote:", "Am 21.11.26 um 10:00 schrieb Bob:",
          "Am Sa., 21. Nov. 2026 um 09:12 Uhr schrieb Bob <\nbob@example.org>:",
          "Le sam. 21 nov. 2026 à 09:12, Bob <bob@example.org> a écrit :",
          "El sáb, 21 nov 2026 a las 9:12, Bob (<bob@example.org>) escribió:",
          "Il giorno sab 21 nov 2026 alle 09:12 Bob <bob@example.org> ha scritto:",
          "Op za 21 nov 2026 om 09:12 schreef Bob <bob@example.org>:", "Den 21.11.2026 09:12, skrev Bob:",
          "W dniu 21.11.2026 o 09:12, Bob pisze:", "21.11.2026 09:12, Bob пишет:", "Bob <bob@example.org> writes:",
          "On 21/11/2026 09:12, Bob Builder\nof the Building Company\nwrote:"}) {
        EXPECT_EQ("Yes!", fold_quotes("Yes!\n\n" + std::string(attribution) + "\n\n> Lunch?\n> Bob\n")) << attribution;
    }
}

TEST(FoldQuotes, AQuoteWithoutAttributionGoesToo) { EXPECT_EQ("Yes!", fold_quotes("Yes!\n\n> Lunch?")); }

TEST(FoldQuotes, AQuoteThatTheWriterIntroducesStays) {
    EXPECT_EQ("As the poet says:\n> to be", fold_quotes("As the poet says:\n> to be"));
}

TEST(FoldQuotes, OutlooksOriginalMessageGoes) {
    EXPECT_EQ(
        "Passt.",
        fold_quotes("Passt.\n\n-----Ursprüngliche Nachricht-----\nVon: Bob\nGesendet: heute\nAn: Ann\n\nMontag?"));
    EXPECT_EQ("Ok", fold_quotes("Ok\n----- Original Message -----\nFrom: Bob\n\nMonday?"));
    EXPECT_EQ("Ok", fold_quotes("Ok\n\n________________________________\nFrom: Bob <b@x.example>\nSent: Monday\nTo: "
                                "Ann\nSubject: x\n\nMonday?"));
    EXPECT_EQ("Ok", fold_quotes("Ok\n\n*Von:* Bob\n*Gesendet:* Montag\n*An:* Ann\n*Betreff:* x\n\nMontag?"));
}

TEST(FoldQuotes, UnmarkedQuotesNeedAStampToBeBelieved) {
    EXPECT_EQ("Ok", fold_quotes("Ok\n\nOn Saturday, November 21, 2026, Bob <b@x.example> wrote:\n\nMonday?"));
    EXPECT_EQ("Funny!\nOn Monday he wrote:\nno", fold_quotes("Funny!\nOn Monday he wrote:\nno"));
}

TEST(FoldQuotes, AnswersBetweenQuotesKeepTheirQuotes) {
    const std::string text = "On Friday, Bob wrote:\n> Red or blue?\nBlue.\n\n> How many?\nTwo.";
    EXPECT_EQ(text, fold_quotes(text));
    EXPECT_EQ(text, fold_quotes(text + "\n\n> rest\n> Bob\n"));
}

TEST(FoldQuotes, DeltaChatsLeadingQuoteStays) {
    EXPECT_EQ("> hello\n> second line\n\nan answer", fold_quotes("> hello\n> second line\n\nan answer"));
}

TEST(FoldQuotes, TheSignatureGoes) {
    EXPECT_EQ("Hi", fold_quotes("Hi\n-- \nAnn\nExample Inc."));
    EXPECT_EQ("Hi", fold_quotes("Hi\n\n--\nAnn"));
    EXPECT_EQ("Yes", fold_quotes("Yes\n\n-- \nAnn\n\nOn 2026-11-21 Bob <b@x.example> wrote:\n> Lunch?\n> -- \n> Bob"));
    EXPECT_EQ("Yes", fold_quotes("Yes\n\nOn 2026-11-21 Bob <b@x.example> wrote:\n> Lunch?\n\n-- \nAnn"));
}

TEST(FoldQuotes, DashesOfAPersonStay) {
    EXPECT_EQ("a\n---\nb", fold_quotes("a\n---\nb"));
    EXPECT_EQ("a -- b", fold_quotes("a -- b"));
    std::string long_text = "a\n--\n";
    for (int i = 0; i < 20; ++i) long_text += "line\n";
    EXPECT_NE(std::string::npos, fold_quotes(long_text).find("line"));
}

TEST(FoldQuotes, ForwardedMailStays) {
    const std::string gmail =
        "see below\n\n---------- Forwarded message ---------\nFrom: Carl <c@x.example>\nDate: today\nSubject: x\nTo: "
        "Ann\n\n> old\nMinutes";
    EXPECT_EQ(gmail, fold_quotes(gmail));
    const std::string outlook = "zur Info\n\nVon: Carl\nGesendet: heute\nAn: Ann\nBetreff: x\n\nText";
    EXPECT_EQ(outlook, fold_quotes(outlook, "WG: x"));
    EXPECT_EQ("zur Info", fold_quotes(outlook, "AW: x"));
    EXPECT_EQ("fyi\n\n---------- Forwarded message ---------\nMinutes",
              fold_quotes("fyi\n\n-- \nAnn\n---------- Forwarded message ---------\nMinutes"));
}

TEST(FoldQuotes, TextNeverBecomesNothing) {
    for (const std::string_view text :
         {"> all of it", "-- \nAnn", "-----Original Message-----\nFrom: x", "On 2026-11-21 Bob <b@x> wrote:\n> x",
          "From: Bob\nSent: x\nTo: y\nSubject: z\n\nbody"}) {
        EXPECT_EQ(text, fold_quotes(text));
    }
    EXPECT_EQ("", fold_quotes(""));
    EXPECT_EQ("", fold_quotes("\n \n"));
}

TEST(FoldQuotes, PeoplesLabelsAreNotAHeader) {
    const std::string text = "From: the beginning\nI told you so.\nTo: be or not";
    EXPECT_EQ(text, fold_quotes(text));
}

}  // namespace
}  // namespace coi
