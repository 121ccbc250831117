// Corrections of chatmail: the new text without the quote and the pencil before it.

#include "gateway/translate/feature/correction.h"

#include <gtest/gtest.h>

namespace gateway::correction {
namespace {

/// The text that a mail with Chat-Edit leaves; "": the message is taken back.
std::string corrected(const std::string& body) {
    coi::Message mail;
    mail.from = {{"", "bob", "example.org"}};
    mail.headers = {{"chat-version", "1.0"}, {"chat-edit", "<1@localhost>"}};
    Event event;
    event.contents = {Text{body, ""}};
    feature.read_mail(mail, "", event);
    if (event.get<Retraction>() != nullptr) return "";
    EXPECT_NE(event.get<Correction>(), nullptr);
    return event.get<Text>()->body;
}

TEST(CorrectionFeature, WhatStandsBeforeThePencilIsAQuote) {
    EXPECT_EQ(corrected("✏️new"), "new");
    EXPECT_EQ(corrected("> old\n> lines\n\n✏️new\nlines"), "new\nlines");
    EXPECT_EQ(corrected("> ✏️ old\n\n✏️new"), "new");
    EXPECT_EQ(corrected("> old\n\n✏️"), "");
}

TEST(CorrectionFeature, APencilElsewhereIsText) {
    for (const std::string text : {"> ✏️", "> a\n> ✏️ b", "I use a ✏️", "new\n✏️", "> only\n> quotes", "\n\n"}) {
        EXPECT_EQ(corrected(text), text);
    }
    const std::string many = [] {
        std::string lines;
        for (int i = 0; i < 100'000; ++i) lines += "> ✏️\n";
        return lines;
    }();
    EXPECT_EQ(corrected(many), many);
}

TEST(CorrectionFeature, OnlyAChatProgramsFieldCorrects) {
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"chat-edit", "no id"},
                                      {"chat-content", "editrequests"},
                                      {"chat-content", "deleterequest"}}) {
        coi::Message mail;
        mail.from = {{"", "bob", "example.org"}};
        mail.headers = {{name, value}};
        mail.in_reply_to = {{"1@example.org"}};
        Event event;
        event.contents = {Text{"x", ""}};
        feature.read_mail(mail, "", event);
        EXPECT_EQ(event.get<Correction>(), nullptr) << name << ": " << value;
    }
}

}  // namespace
}  // namespace gateway::correction
