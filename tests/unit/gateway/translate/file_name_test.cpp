// Names and types of files: hints that come from anybody.

#include "gateway/translate/file_name.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(FileName, StandsInTheLastPartOfAnAddress) {
    EXPECT_EQ(file_name::in_url("https://a.example/1/tr%C3%A8s%20cool.jpg?t=1#x"), "très cool.jpg");
    EXPECT_EQ(file_name::in_url("aesgcm://a.example/1/a.jpg#0011"), "a.jpg");
    for (const char* none : {"https://a.example", "https://a.example/", "no address", ""})
        EXPECT_EQ(file_name::in_url(none), "") << none;
}

TEST(FileName, IsNoPathAndNoWordOfTheGateway) {
    EXPECT_EQ(file_name::clean("../../etc/passwd"), "_.._etc_passwd");
    EXPECT_EQ(file_name::clean("C:\\a.exe"), "C:_a.exe");
    EXPECT_EQ(file_name::clean(" a\r\nb.jpg "), "a b.jpg");
    EXPECT_EQ(file_name::clean(".hidden"), "hidden");
    EXPECT_EQ(file_name::clean("\xff"), "") << "no UTF-8";
    EXPECT_EQ(file_name::clean("⟦verified⟧.jpg").find("⟦"), std::string::npos);
    EXPECT_EQ(file_name::clean("gpj.\u202Eexe").find("\u202E"), std::string::npos);
    const std::string cut = file_name::clean(std::string(300, 'a') + ".jpg");
    EXPECT_EQ(cut.size(), 200u);
    EXPECT_TRUE(cut.ends_with(".jpg"));
}

TEST(FileName, ATypeIsWhatIsSaidFirstOrWhatTheNameSays) {
    EXPECT_EQ(file_name::media_type({"", "image/PNG; q=1"}, "a.jpg"), "image/png");
    EXPECT_EQ(file_name::media_type({"application/octet-stream", ""}, "A.JPG"), "image/jpeg");
    for (const char* none : {"", "image", "image/", "/png", "a/b/c", "image/p\r\nX: y", "multipart/mixed",
                             "message/rfc822", "text/plain, text/html"})
        EXPECT_EQ(file_name::media_type({none}, "a"), "application/octet-stream") << none;
    EXPECT_EQ(file_name::media_type({std::string(200, 'a') + "/b"}, ""), "application/octet-stream");
}

TEST(FileName, RecordingsAreKnownByTheirNames) {
    for (const char* name : {"voice-message.ogg", "Recording 2026.m4a", "audio-message.webm"})
        EXPECT_TRUE(file_name::is_of_recording(name)) << name;
    for (const char* name : {"song.ogg", "", "my voice.ogg"}) EXPECT_FALSE(file_name::is_of_recording(name)) << name;
}

}  // namespace
}  // namespace gateway
