// Chat-User-Avatar as Delta Chat writes it, and as it is written here.

#include "coi/mail/avatar.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "coi/mail/header.h"
#include "coi/message.h"

namespace coi {
namespace {

const std::string from = "From: Bob <bob@example.org>\r\nChat-Version: 1.0\r\n";

TEST(Avatar, IsFoldedAnywhere) {
    EXPECT_EQ(avatar::read(" base64:aGVsbG8="), "hello");
    EXPECT_EQ(avatar::read(" base64:aGV\r\n sbG8\r\n\t="), "hello");
    EXPECT_EQ(avatar::read("base64:aGVs bG8"), "hello") << "without padding";
}

TEST(Avatar, ZeroTakesItAway) { EXPECT_EQ(avatar::read(" 0 "), ""); }

TEST(Avatar, WhatIsNoneIsNone) {
    for (const char* value : {"", "base64:", "avatar.jpg", "base64:a", "base64:aGVs*bG8=", "base64:aGVs=bG8=", "00"})
        EXPECT_EQ(avatar::read(value), std::nullopt) << value;
}

TEST(Avatar, HasALimit) {
    std::string field;
    avatar::append_field(field, std::string(avatar::most_bytes, 'x'));
    const std::string value = field.substr(field.find(':') + 1);
    EXPECT_LE(value.size(), avatar::most_field_bytes);
    EXPECT_EQ(avatar::read(value)->size(), avatar::most_bytes);
    field.clear();
    avatar::append_field(field, std::string(avatar::most_bytes + 1, 'x'));
    EXPECT_EQ(avatar::read(field.substr(field.find(':') + 1)), std::nullopt);
}

TEST(Avatar, ItsFieldMayBeLongerThanOthers) {
    std::string field;
    avatar::append_field(field, std::string(60'000, 'x'));
    const auto mail = parse(from + field + "\r\nHi\r\n");
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->avatar, std::string(60'000, 'x'));
    EXPECT_FALSE(mail->headers.contains("chat-user-avatar"));
    const auto group = parse(from + "Chat-Group-Avatar:" + field.substr(field.find(':') + 1) + "\r\nHi\r\n");
    ASSERT_TRUE(group) << "a group's picture is left out, and its mail is read";
    EXPECT_EQ(group->avatar, std::nullopt);
    EXPECT_FALSE(parse(from + "X-Other:" + field.substr(field.find(':') + 1) + "\r\nHi\r\n"));
    EXPECT_FALSE(parse(from + "Chat-User-Avatar: " + std::string(150'000, 'x') + "\r\n\r\nHi\r\n"));
}

TEST(Avatar, StandsInTheHeaderOrHiddenInTheFirstPart) {
    EXPECT_EQ(parse(from + "Chat-User-Avatar: 0\r\n\r\nHi\r\n")->avatar, "");
    const std::string parts = from +
                              "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n"
                              "Chat-User-Avatar: base64:aGVs\r\n bG8=\r\n\r\nHi\r\n--b\r\nContent-Type: text/plain\r\n"
                              "Chat-User-Avatar: 0\r\n\r\nthere\r\n--b--\r\n";
    EXPECT_EQ(parse(parts)->avatar, "hello");
    EXPECT_EQ(parse(from + "\r\nHi\r\n")->avatar, std::nullopt);
}

TEST(Avatar, AnAttachmentsNameStaysAField) {
    const auto mail = parse(from + "Chat-User-Avatar: avatar.jpg\r\n\r\nHi\r\n");
    EXPECT_EQ(mail->avatar, std::nullopt);
    EXPECT_EQ(mail->header("chat-user-avatar"), "avatar.jpg");
}

TEST(Avatar, IsPrintedAsItIsRead) {
    Message mail = *parse(from + "\r\nHi\r\n");
    for (const std::string& picture : {std::string("\0\xff\x80", 3), std::string(), std::string(57, 'y')}) {
        mail.avatar = picture;
        const auto bytes = print(mail);
        ASSERT_TRUE(bytes);
        EXPECT_EQ(parse(*bytes)->avatar, picture);
        for (std::size_t at = 0; at < bytes->size();) {
            const auto end = std::min(bytes->find("\r\n", at), bytes->size());
            EXPECT_LE(end - at, 78u);
            at = end + 2;
        }
    }
    mail.avatar = std::string(avatar::most_bytes + 1, 'x');
    EXPECT_FALSE(print(mail));
}

}  // namespace
}  // namespace coi
