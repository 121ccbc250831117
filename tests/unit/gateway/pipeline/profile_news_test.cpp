// What a mail says of its author's picture and status, and what it may not say.

#include "gateway/pipeline/profile_news.h"

#include <gtest/gtest.h>

#include "tests/support/pictures.h"

namespace gateway {
namespace {

const std::string key = "0123456789ABCDEF";

/// A chat message of Bob's, encrypted and signed by the key that counts.
IncomingMail proven(const std::string& text = "Hi") {
    IncomingMail mail;
    mail.mail.from = {{"Bob", "bob", "example.org"}};
    mail.mail.headers["chat-version"] = "1.0";
    mail.mail.text = text;
    mail.mail.avatar = png(64, 64);
    mail.protection.encrypted = true;
    mail.author = {true, coi::openpgp::Signature::good, key, false};
    mail.counted = key;
    return mail;
}

std::string status_of(const IncomingMail& mail, const Privacy& before = {}) {
    return profile_news(mail, before).status.value_or("nothing");
}

TEST(ProfileNews, APictureOfAProvenMail) {
    const auto news = profile_news(proven(), {});
    ASSERT_TRUE(news.picture);
    EXPECT_EQ(news.picture->bytes, png(64, 64));
    IncomingMail without = proven();
    without.mail.avatar.reset();
    EXPECT_FALSE(profile_news(without, {}).picture);
    without.mail.avatar = "";
    EXPECT_EQ(profile_news(without, {}).picture, Picture{}) << "it is taken away";
}

TEST(ProfileNews, NoneOfAMailInTheClear) {
    IncomingMail mail = proven();
    mail.protection.encrypted = false;
    mail.author = {};
    EXPECT_FALSE(profile_news(mail, {}).picture);
    mail.author.by_server = true;
    EXPECT_FALSE(profile_news(mail, {}).picture) << "Delta Chat reads none there either";
    EXPECT_EQ(status_of(mail), "");
}

TEST(ProfileNews, NoneOfWhomNothingProves) {
    IncomingMail mail = proven();
    mail.author.signature = coi::openpgp::Signature::none;
    EXPECT_FALSE(profile_news(mail, {}).picture) << "encrypted by anybody";
    mail = proven();
    mail.author.signer = "ANOTHER";
    EXPECT_FALSE(profile_news(mail, {}).picture);
    mail.counted.clear();
    EXPECT_TRUE(profile_news(mail, {}).picture) << "the first key";
    Privacy verified;
    verified.verified = true;
    EXPECT_FALSE(profile_news(mail, verified).picture);
    EXPECT_EQ(status_of(mail, verified), "nothing");
    EXPECT_TRUE(profile_news(proven(), verified).picture);
}

TEST(ProfileNews, ABombIsNoNews) {
    IncomingMail mail = proven();
    for (const auto& bytes : {png(50'000, 50'000), std::string("<svg/>"), png(1, 1) + std::string(100'000, 'x')}) {
        mail.mail.avatar = bytes;
        EXPECT_FALSE(profile_news(mail, {}).picture);
    }
}

TEST(ProfileNews, TheStatusIsTheSignatureOfAChatMessage) {
    EXPECT_EQ(status_of(proven("Hi\n-- \nAt the sea\nuntil May")), "At the sea\nuntil May");
    EXPECT_EQ(status_of(proven("Hi")), "") << "none is none any more";
    IncomingMail mail = proven("Hi\n-- \nAt the sea");
    mail.mail.headers.clear();
    EXPECT_EQ(status_of(mail), "nothing") << "a mail program's signature is none";
    mail.mail.id = {"chat$abc.def@example.org"};
    EXPECT_EQ(status_of(mail), "At the sea");
}

TEST(ProfileNews, APictureWithoutWordsHasAStatusToo) {
    IncomingMail mail = proven("-- \nAt the sea");
    mail.mail.attachments.push_back({"image/jpeg", "sea.jpg", 10, "0123456789", false});
    EXPECT_EQ(status_of(mail), "At the sea");
}

TEST(ProfileNews, ThePictureAndStatusOfAnHCard) {
    IncomingMail mail = proven("Hi\n-- \nA signature");
    mail.mail.avatar.reset();
    mail.mail.card = coi::Card{png(64, 48), "At the sea ⟦verified⟧"};
    EXPECT_EQ(profile_news(mail, {}).picture->bytes, png(64, 48));
    EXPECT_TRUE(status_of(mail).starts_with("At the sea"));
    EXPECT_EQ(status_of(mail).find("⟦"), std::string::npos);
    mail.mail.card = coi::Card{std::nullopt, ""};
    EXPECT_FALSE(profile_news(mail, {}).picture) << "it lies elsewhere";
    EXPECT_EQ(status_of(mail), "A signature");
    mail.mail.card = coi::Card{png(64, 48), ""};
    mail.author.signer = "ANOTHER";
    EXPECT_FALSE(profile_news(mail, {}).picture);
}

TEST(ProfileNews, ARequestCountsOfAProvenMailOnly) {
    IncomingMail mail = proven();
    mail.mail.headers["chat-content"] = "profilerequest";
    EXPECT_TRUE(profile_news(mail, {}).asks);
    mail.author.signature = coi::openpgp::Signature::none;
    EXPECT_FALSE(profile_news(mail, {}).asks);
}

TEST(ProfileNews, WhatIsNoMessageSaysNothing) {
    for (const char* field : {"chat-edit", "chat-delete", "content-disposition"}) {
        IncomingMail mail = proven();
        mail.mail.headers[field] = "x";
        EXPECT_EQ(status_of(mail), "nothing") << field;
    }
    IncomingMail mail = proven("");
    EXPECT_EQ(status_of(mail), "nothing");
    mail = proven();
    mail.mail.mdn = coi::Mdn{};
    EXPECT_EQ(status_of(mail), "nothing");
}

TEST(ProfileNews, AStatusHasALimitAndSpeaksNotForTheGateway) {
    EXPECT_LE(status_of(proven("Hi\n-- \n" + std::string(10'000, 'x'))).size(), 500u);
    EXPECT_EQ(status_of(proven("Hi\n-- \n⟦verified⟧")).find("⟦"), std::string::npos);
}

}  // namespace
}  // namespace gateway
