// What stands in brackets, one kind a test.

#include "gateway/translate/feature/placeholder.h"

#include <gtest/gtest.h>

namespace gateway::placeholder {
namespace {

coi::Message chat(std::map<std::string, std::string> headers) {
    coi::Message message;
    message.from = {{"Bob", "bob", "example.org"}};
    message.to = {{"", "alice", "jabber.example"}};
    message.headers = std::move(headers);
    message.headers["chat-version"] = "1.0";
    return message;
}

coi::Message with(coi::Message message, const std::string& type, const std::string& name) {
    message.attachments = {{type, name, 16'044, "", false}};
    return message;
}

TEST(Notice, AVoiceMessageIsCalledSo) {
    const auto voice = with(chat({{"chat-voice-message", "1"}}), "audio/ogg", "voice-messsage_2026-11-21.ogg");
    EXPECT_EQ(attachments(voice, ""), "⟦voice message, 16 kB⟧");
    EXPECT_EQ(attachments(voice, "de"), "⟦Sprachnachricht, 16 kB⟧");
    EXPECT_EQ(attachments(with(chat({}), "audio/ogg", "song.ogg"), ""), "⟦audio: song.ogg, 16 kB⟧");
}

TEST(Notice, AStickerAndALocationHaveNoFileName) {
    EXPECT_EQ(attachments(with(chat({{"chat-content", "sticker"}}), "image/webp", "fox.webp"), ""), "⟦sticker⟧");
    EXPECT_EQ(attachments(with(chat({}), "application/vnd.google-earth.kml+xml", "message.kml"), ""), "⟦location⟧");
}

TEST(Notice, AGroupIsNamedByItsHeaderOrItsSubject) {
    EXPECT_EQ(group(chat({{"chat-group-name", "Sailing"}}), ""), "⟦group: Sailing⟧");
    auto coi = chat({});
    coi.subject = "Re: Sailing";
    EXPECT_EQ(group(coi, ""), std::nullopt) << "one reader";
    coi.to.push_back({"", "ALICE", "jabber.example"});
    EXPECT_EQ(group(coi, ""), std::nullopt) << "the same one";
    coi.cc = {{"", "dave", "example.org"}};
    EXPECT_EQ(group(coi, ""), "⟦group: Sailing⟧");
    coi.headers.clear();
    EXPECT_EQ(group(coi, ""), std::nullopt) << "a mail to several people is no chat";
}

}  // namespace
}  // namespace gateway::placeholder
