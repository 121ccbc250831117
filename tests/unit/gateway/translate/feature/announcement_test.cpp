// Apps, pins, polls and what comes: no empty messages, no JSON.

#include "gateway/translate/feature/announcement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/translate/translate.h"

namespace gateway {
namespace {

using testing::HasSubstr;

std::optional<Event> from_mail(const std::string& headers, const std::string& body = "words",
                               const std::string& lang = "en") {
    return read(coi::parse("From: Bob <bob@example.org>\r\nMessage-ID: <9@x>\r\nChat-Version: 1.0\r\n" + headers +
                           "\r\n" + body)
                    .value(),
                lang);
}

std::string body_of(const std::optional<Event>& event) { return event ? event->get<Text>()->body : "(nothing)"; }

std::string mixed(const std::string& text, const std::string& type, const std::string& name,
                  const std::string& content) {
    return "--b\r\n\r\n" + text + "\r\n--b\r\nContent-Type: " + type +
           "\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\n\r\n" + content + "\r\n--b--\r\n";
}

const std::string several = "Content-Type: multipart/mixed; boundary=b\r\n";
const std::string report = "Content-Type: multipart/report; report-type=status-update; boundary=b\r\n";

TEST(Announcement, AnAppIsNamed) {
    EXPECT_EQ(body_of(from_mail(several, mixed("Let us play", "application/webxdc+zip", "chess.xdc", "PK"))),
              "⟦Bob shared the app “chess”. It runs in Delta Chat only.⟧\nLet us play");
    EXPECT_EQ(body_of(from_mail(several, mixed("", "application/webxdc+zip", "chess.xdc", "PK"), "de")),
              "⟦Bob hat die App „chess“ geteilt. Sie läuft nur in Delta Chat.⟧");
    EXPECT_EQ(body_of(from_mail(several, mixed("", "application/webxdc+zip", "", "PK"))),
              "⟦Bob shared an app. It runs in Delta Chat only.⟧");
}

TEST(Announcement, OfItsUpdatesOnlyWhatIsForPeople) {
    const auto update = [](const std::string& json, const std::string& header = report) {
        return from_mail(header,
                         mixed("> chess\r\n\r\nWebxdc Status Update", "application/json", "status-update.json", json));
    };
    EXPECT_FALSE(update(R"({"updates":[{"payload":{"move":"e4"}}]})"));
    EXPECT_FALSE(update("no JSON"));
    EXPECT_EQ(body_of(update(R"({"updates":[{"payload":1,"info":"Bob moved"},{"info":"⟦x⟧"}]})")),
              "⟦app: Bob moved⟧\n⟦app: [[x]]⟧");
    const auto shared = from_mail(
        several,
        "--b\r\n\r\nLet us play\r\n--b\r\nContent-Type: application/webxdc+zip\r\nContent-Disposition: "
        "attachment; filename=chess.xdc\r\n\r\nPK\r\n--b\r\nContent-Type: application/json\r\n"
        "Content-Disposition: attachment; filename=status-update.json\r\n\r\n{\"updates\":[{\"info\":\"old\"}]}"
        "\r\n--b--\r\n");
    EXPECT_EQ(body_of(shared), "⟦Bob shared the app “chess”. It runs in Delta Chat only.⟧\nLet us play");
}

TEST(Announcement, APinAnswersWhatIsPinned) {
    const auto event = from_mail("Chat-Content: message-pinned\r\nIn-Reply-To: <5@x>\r\n", "You pinned a message.");
    EXPECT_EQ(body_of(event), "⟦Bob pinned a message.⟧");
    ASSERT_TRUE(event->get<ReplyTo>() && event->about);
    EXPECT_EQ(event->about->message.value, "5@x");
    EXPECT_EQ(body_of(from_mail("Chat-Content: message-pinned\r\n")), "⟦Bob pinned a message.⟧");
    EXPECT_FALSE(from_mail("Chat-Content: message-unpinned\r\nIn-Reply-To: <5@x>\r\n", "Message unpinned."));
    EXPECT_EQ(body_of(from_mail("Content-Disposition: pinned; timeout=Tue, 5 Dec 2019 0:00:00 +0100\r\n", "Hello")),
              "Hello")
        << "[COI-C \"Pinned Messages\"] the message itself";
}

TEST(Announcement, APollIsItsText) {
    EXPECT_EQ(body_of(from_mail("Chat-Content: poll\r\n", "Tea or coffee?")),
              "⟦Bob has started a poll. Here you can only answer in words.⟧\nTea or coffee?");
    EXPECT_EQ(body_of(from_mail("Chat-Content: PollVote; x=y\r\n", "Tea")), "⟦Bob has voted:⟧\nTea");
    EXPECT_EQ(body_of(from_mail("Chat-Content: pollclose\r\n", "")), "⟦Bob has closed the poll:⟧");
    EXPECT_THAT(body_of(from_mail("Chat-Content: poll\r\nContent-Type: text/html\r\n",
                                  "<p>Tea or coffee?</p><ul><li class=\"p-poll-option\">Tea</li><li "
                                  "class=\"p-poll-option\">Coffee</li></ul>")),
                HasSubstr("Tea or coffee?\n\n- Tea\n- Coffee"));
}

TEST(Announcement, WhatNobodyKnowsIsItsText) {
    EXPECT_EQ(body_of(from_mail("Chat-Content: com.awesomeclient.MyCustomMessage\r\n", "What it says")),
              "What it says");
    EXPECT_FALSE(from_mail("Chat-Content: com.awesomeclient.MyCustomMessage\r\n", "")) << "a signal";
    EXPECT_FALSE(from_mail("Iroh-Node-Addr: {\"node_id\":\"x\"}\r\nIn-Reply-To: <5@x>\r\n", ""));
    EXPECT_EQ(body_of(from_mail("Chat-Content: protection-enabled\r\n", "Messages are encrypted.")),
              "Messages are encrypted.");
}

}  // namespace
}  // namespace gateway
