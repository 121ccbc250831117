// coi/mail/quote: quotes of many mail programs go, and words of people stay.

#include "coi/mail/quote.h"

#include <gtest/gtest.h>

#include <ctime>

#include "coi/mail/attribution.h"

namespace coi {
namespace {

const std::string on_monday = "On Mon, Jan 5, 2026 at 10:00 AM Ann <ann@example.org> wrote:";

/// An answer of Bob's to Ann.
std::string folded(std::string_view text, std::string subject = "Re: tea", std::string answered = "") {
    Message mail;
    mail.from = {{"Bob", "bob", "example.net"}};
    mail.to = {{"Ann", "Ann", "example.org"}};
    mail.subject = std::move(subject);
    if (!answered.empty()) mail.in_reply_to = {{std::move(answered)}};
    mail.text = text;
    return fold_quotes(mail);
}

TEST(FoldQuotes, TheQuoteBelowAnAnswerLeavesAMark) {
    EXPECT_EQ("Yes!\n[…]", folded("Yes!\n\n" + on_monday + "\n\n> Lunch?\n> Ann\n"));
}

TEST(FoldQuotes, OnlyAnAnswerIsFolded) {
    const std::string text = "Yes!\n\n" + on_monday + "\n> Lunch?";
    EXPECT_EQ(text, folded(text, "tea"));
    EXPECT_EQ("Yes!\n[…]", folded(text, "tea", "1@example.org"));
    EXPECT_EQ("Yes!\n[…]", folded(text, "Re[2]: tea"));
    EXPECT_EQ(text, folded(text, "Fwd: Re: tea", "1@example.org"));
    EXPECT_EQ(text, folded(text, "Przekaż: tea", "1@example.org")) << "an unknown prefix may be a forward";
    EXPECT_EQ("Yes!\n[…]", folded(text, "Re: Fwd: tea"));
}

TEST(FoldQuotes, ChatIsShownAsItIs) {
    Message mail;
    mail.headers["chat-version"] = "1.0";
    mail.in_reply_to = {{"1@example.org"}};
    mail.subject = "Re: tea";
    mail.text = "This works:\n\n" + on_monday + "\n> cat <<EOF\n> x";
    EXPECT_EQ(mail.text, fold_quotes(mail));
    mail.text += "\n-- \nStatus";
    EXPECT_EQ(mail.text.substr(0, mail.text.find("\n-- ")), fold_quotes(mail));
}

TEST(FoldQuotes, ASignatureCanBeAllThatStandsBesideAFile) {
    Message mail;
    mail.headers["chat-version"] = "1.0";
    mail.text = "-- \nStatus";
    EXPECT_EQ(mail.text, fold_quotes(mail));
    EXPECT_EQ("", signature(mail.text, folding_of(mail)));
    mail.attachments.push_back({"image/png", "a.png", 1, "x", false});
    EXPECT_EQ("", fold_quotes(mail));
    EXPECT_EQ("Status", signature(mail.text, folding_of(mail)));
    mail.text = "Look!\n-- \nStatus\nof two lines";
    EXPECT_EQ("Look!", fold_quotes(mail));
    EXPECT_EQ("Status\nof two lines", signature(mail.text, folding_of(mail)));
}

TEST(FoldQuotes, OnlyTheAttributionGoesAndNotTheLineAboveIt) {
    const std::string code = "The key is under the mat.\nThe code is 4711.\n";
    EXPECT_EQ(code + "[…]", folded(code + on_monday + "\n> Where is the key?"));
    EXPECT_EQ("4711\n[…]", folded("4711\nAnn <ann@example.org> wrote:\n> the code?"));
    EXPECT_EQ("10:00\n[…]", folded("10:00\nAnn <ann@example.org> writes:\n> when?"));
    EXPECT_EQ("Monday, 10:00\n[…]", folded("Monday, 10:00\nAnn <ann@example.org> wrote:\n> when?"));
    EXPECT_EQ("Good. " + on_monday + "\n> Where?", folded("Good. " + on_monday + "\n> Where?")) << "one line of both";
}

TEST(FoldQuotes, AQuoteWithoutAttributionMayBeAPersons) {
    for (const std::string& text : std::initializer_list<std::string>{
             "Yes!\n\n> Lunch?", "As the poet says:\n> to be", "I found this old note\n> milk\n> bread",
             "My brother called at 18:30 and said:\n> take the bus",
             "I just wrote ann@example.org:\n> the key is under the mat",
             "Carl wrote me this at 10:00 on Monday, January 5 2026, and I think he is right, so:\n> no"}) {
        EXPECT_EQ(text, folded(text));
    }
}

TEST(FoldQuotes, WhatSomebodyElseWroteStays) {
    const std::string marked =
        "Look:\n\nOn Mon, Jan 5, 2026 at 10:00 AM Carl <carl@example.com> wrote:\n> under the mat";
    EXPECT_EQ(marked, folded(marked));
    const std::string copied =
        "Look:\n\nFrom: Carl <carl@example.com>\nSent: Monday, January 5, 2026 10:00\nTo: Bob\nSubject: x\n\nno";
    EXPECT_EQ(copied, folded(copied));
}

TEST(FoldQuotes, ACopiedHeaderNeedsItsLabelsInARowAndAnAddress) {
    const std::string header =
        "From: Ann <ann@example.org>\nSent: Monday, January 5, 2026 10:00\nTo: Bob\nSubject: key\n";
    EXPECT_EQ("Ok\n[…]", folded("Ok\n\n" + header + "\nMonday?"));
    EXPECT_EQ("Ok\n[…]", folded("Ok\n\n________________________________\n" + header + "\nMonday?"));
    EXPECT_EQ("Ok\n[…]",
              folded("Ok\n\n*Von:* Ann <ann@example.org>\n*Gesendet:* 5.1. 10:00\n*An:* Bob\n*Betreff:* x\n\nMontag?"));
    for (const std::string& text : std::initializer_list<std::string>{
             "the trip:\n\nFrom: Berlin\nTo: Hamburg\nDate: Friday 5\n\nBuy two tickets.",
             "the trip:\n\nFrom: ann@example.org\nI told you so.\nSent: 5\nTo: be or not\n\nno",
             "the trip:\n\nFrom: ann@example.org\nGesendet: 5\nTo: x\nBetreff: y\n\nlabels of two languages",
             "Set it up like this:\n\nFrom: ann@example.org\nTo: bob@example.net\nDate: 5 Jan 2026 10:00\nSubject: "
             "x\n\nand press send",
             "Set it up so\n\nFrom: ann@example.org\nTo: bob@example.net\nDate: 2026-01-05\nSubject: x\n\nand press "
             "send",
             "From: the beginning\nI told you so.\nTo: be or not"}) {
        EXPECT_EQ(text, folded(text));
    }
}

TEST(FoldQuotes, AnAnnouncedMailNeedsNoAddress) {
    EXPECT_EQ("Passt.\n[…]",
              folded("Passt.\n\n-----Ursprüngliche Nachricht-----\nVon: Ann\nGesendet: heute\nAn: Bob\n\nMontag?"));
    EXPECT_EQ("Ok\n[…]", folded("Ok\n----- Original Message -----\nFrom: Ann\nDate: today\n\nMonday?"));
    const std::string alone = "Ok\n----- Original Message -----\nis the name of the song";
    EXPECT_EQ(alone, folded(alone));
}

TEST(FoldQuotes, AnswersInsideAQuoteWithoutMarksStay) {
    const std::string header =
        "\n\n-----Original Message-----\nFrom: Ann <ann@example.org>\nSent: Jan 5\nTo: Bob\n\nRed or blue?\nBlue.";
    for (const std::string& words : std::initializer_list<std::string>{
             "Hi Ann,", "Hallo Ann!", "Привет Аня", "Here is what we said:", "See my answers below.",
             "Antworten siehe unten", "", "Sent from my iPhone"}) {
        const std::string text = words + header;
        EXPECT_EQ(words.empty() ? text.substr(2) : text, folded(text)) << words;
    }
}

TEST(FoldQuotes, AnAnswerBelowOneWholeQuoteStandsAlone) {
    const std::string quote = "Am 05.01.26 um 10:00 schrieb Ann:\n> Where is the key?\n> And the tent?\n";
    EXPECT_EQ("[…]\n\nUnder the mat.", folded(quote + "\nUnder the mat."));
    EXPECT_EQ("Hi Ann,\n[…]\n\nUnder the mat.", folded("Hi Ann,\n\n" + quote + "\nUnder the mat."));
}

TEST(FoldQuotes, AnswersBetweenQuotesKeepTheirQuotes) {
    const std::string text = on_monday + "\n> Red or blue?\nBlue.\n\n> How many?\nTwo.";
    EXPECT_EQ(text, folded(text));
    EXPECT_EQ(text + "\n\n> rest\n> Ann", folded(text + "\n\n> rest\n> Ann\n")) << "who knows whose";
    const std::string note = "the note:\n> milk\n\n";
    EXPECT_EQ(note.substr(0, note.size() - 1) + "[…]", folded(note + on_monday + "\n> what?"));
}

TEST(FoldQuotes, YahooAndZohoIndentTheQuote) {
    EXPECT_EQ("Ok\n[…]", folded("Ok\n\n    " + on_monday + "  \n \n Monday?\n  "));
    EXPECT_EQ("Ok\n[…]",
              folded("Ok\n\n---- On Mon, 05 Jan 2026 10:00:00 +0100 Ann <ann@example.org> wrote ----\n\n Monday?"));
    const std::string flat = "Hi Ann,\n\n" + on_monday + "\n\nMonday?\n\nYes.";
    EXPECT_EQ(flat, folded(flat)) << "nobody can tell question and answer";
}

TEST(FoldQuotes, TheAttributionMayStandInsideTheQuote) {
    EXPECT_EQ("Ok\n[…]", folded("Ok\n\n> " + on_monday + "\n> \n> Monday?"));
    EXPECT_EQ("Ok\n[…]", folded("Ok\n\n> Message du 05/01/26 10:00\n> De : \"Ann\" <ann@example.org>\n> A : bob\n> "
                                "Date : 05/01/26 10:00\n> Objet : x\n> \n> Oui ?"));
}

TEST(FoldQuotes, AWrappedAttributionGoesWhole) {
    for (const std::string& attribution : std::initializer_list<std::string>{
             "On Mon, Jan 5, 2026 at 10:00 AM Ann Builder <\nann@example.org> wrote:",
             "On Monday, January 5, 2026 at 10:00 AM, Ann Builder of the Building\nCompany <ann@example.org> wrote:",
             "On Mon, 5 Jan 2026 10:00:00 +0100\nAnn <ann@example.org> wrote:",
             "Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Ann Müller-Lüdenscheidt <\nann@example.org>:"}) {
        EXPECT_EQ("Yes.\n[…]", folded("Yes.\n" + attribution + "\n> Lunch?"));
    }
}

TEST(FoldQuotes, FacesAndLinesOfMailboxFilesAreNoQuotes) {
    const std::string quote = on_monday + "\n> Where is the key?\n";
    EXPECT_EQ("[…]\n>:( I lost it", folded(quote + ">:( I lost it"));
    EXPECT_EQ("[…]\n>From the start I had none", folded(quote + ">From the start I had none"));
}

TEST(FoldQuotes, TheLastSignatureGoes) { EXPECT_EQ("Milk\n-- \nBread", folded("Milk\n-- \nBread\n-- \nBob")); }

TEST(FoldQuotes, TheSignatureGoes) {
    EXPECT_EQ("Hi", folded("Hi\n-- \nAnn\nExample Inc.", "tea"));
    EXPECT_EQ("Yes\n[…]", folded("Yes\n\n-- \nBob\n\n" + on_monday + "\n> Lunch?\n> -- \n> Ann"));
    EXPECT_EQ("Yes\n[…]", folded("Yes\n\n" + on_monday + "\n> Lunch?\n\n-- \nBob"));
    EXPECT_EQ("PS: the code is 4711", folded("Hi\n-- \nBob\n\nPS: the code is 4711", "tea").substr(3));
    const std::string below = "-- \nSent with K-9\n\n" + on_monday + "\n> Red?\nBlue.\n> Two?\nYes.";
    EXPECT_EQ(below.substr(below.find("On Mon")), folded(below)) << "answers below a signature";
}

TEST(FoldQuotes, DashesOfAPersonStay) {
    for (const std::string& text :
         std::initializer_list<std::string>{"a\n---\nb", "a -- b", "the poem:\n\n--\nRoses are red", "Hi\n\n--\nAnn"})
        EXPECT_EQ(text, folded(text));
    std::string long_text = "a\n-- \n";
    for (int i = 0; i < 30; ++i) long_text += "line\n";
    EXPECT_NE(std::string::npos, folded(long_text).find("line"));
}

TEST(FoldQuotes, ForwardedMailStays) {
    const std::string gmail =
        "see this\n\n---------- Forwarded message ---------\nFrom: Ann <ann@example.org>\nDate: 5 Jan 2026\nSubject: "
        "x\nTo: "
        "Bob\n\n> old\nMinutes";
    EXPECT_EQ(gmail, folded(gmail));
    const std::string outlook =
        "zur Info\n\nVon: Ann <ann@example.org>\nGesendet: 5.1.2026 10:00\nAn: Bob\nBetreff: x\n\nText";
    for (const char* subject : {"WG: x", "Fwd: x", "VB: x", "PD: x", "Tr: x", "TR : x", "RV: x", "I: x", "ENC: x",
                                "转发：x", "Továbbítás: x", "İLT: x", "ΠΡΘ: x", "VS: x", "VL: x"}) {
        EXPECT_EQ(outlook, folded(outlook, subject, "1@example.org")) << subject;
    }
    EXPECT_EQ("zur Info\n[…]", folded(outlook, "AW: x"));
    EXPECT_EQ("fyi\n\n---------- Forwarded message ---------\nMinutes",
              folded("fyi\n\n-- \nAnn\n---------- Forwarded message ---------\nMinutes"));
    EXPECT_EQ("fyi\n\nFrån: Carl <c@example.com>\nSkickat: 5 10:00\nTill: Bob\nÄmne: x\n\nMinutes",
              folded("fyi\n\n-- \nBob\nFrån: Carl <c@example.com>\nSkickat: 5 10:00\nTill: Bob\nÄmne: x\n\nMinutes",
                     "VB: x"));
}

TEST(FoldQuotes, FinnishAnswersHaveThePrefixOfDanishForwards) {
    EXPECT_EQ(
        "Joo\n[…]",
        folded("Joo\n\nLähettäjä: Ann <ann@example.org>\nLähetetty: 5.1.2026 10.00\nVastaanottaja: Bob\nAihe: x\n\nei",
               "VS: x"));
    const std::string danish = "Se\n\nFra: Ann <ann@example.org>\nSendt: 5.1.2026 10.00\nTil: Bob\nEmne: x\n\nnej";
    EXPECT_EQ(danish, folded(danish, "VS: x"));
}

TEST(FoldQuotes, TextNeverBecomesNothing) {
    for (const std::string& text : std::initializer_list<std::string>{
             "> all of it", "-- \nAnn", "-----Original Message-----\nFrom: Ann <ann@example.org>\nDate: 5", on_monday,
             on_monday + "\n> x", on_monday + "\n\n > x",
             std::string("From: Ann <ann@example.org>\nSent: 5\nTo: y\nSubject: z\n\nbody")}) {
        EXPECT_EQ(text, folded(text));
    }
    EXPECT_EQ("", folded(""));
    EXPECT_EQ("", folded("\n \n"));
}

// A megabyte each.
TEST(FoldQuotes, EvilLinesCostLittle) {
    const Folding folding{.answers = true, .people = {"ann@example.org"}};
    fold_quotes("Re", folding);
    for (const std::string& line : std::initializer_list<std::string>{
             "\n", ">\n", "a\n>\n", "a:\n", "À:\n", "--\n", "-- a --\n", "From: a@b\n", on_monday + "\n",
             on_monday + "\n>\n", " " + on_monday + "\n", "From: Ann <ann@example.org>\nSent: 5\n", "below ",
             "> " + on_monday + "\n", "-- \n"}) {
        std::string text = "words\n";
        while (text.size() < 1'000'000) text += line;
        const std::clock_t begin = std::clock();
        fold_quotes(text, folding);
        const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        EXPECT_LT(seconds, 3) << line;  // 20 ms where it is optimised; a quadratic search takes minutes
    }
}

}  // namespace
}  // namespace coi
