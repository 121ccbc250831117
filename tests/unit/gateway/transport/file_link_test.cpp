// Links of the gateway's own file store: what is made, and what is understood of what visitors ask for.

#include "gateway/transport/file_link.h"

#include <gtest/gtest.h>

#include <set>

namespace gateway::file_link {
namespace {

const std::string token = "00112233445566778899aabbccddeeff00112233";

TEST(FileLink, ALinkIsRandomAndNamesItsFile) {
    std::set<std::string> tokens;
    for (int i = 0; i < 100; ++i) {
        const Link link = mint("earth.jpg", "image/jpeg");
        EXPECT_TRUE(is_token(link.token)) << link.token;
        EXPECT_EQ(in_target("/files/" + link.token + "/" + link.name, "/files/"), link);
        tokens.insert(link.token);
    }
    EXPECT_EQ(tokens.size(), 100u);
}

TEST(FileLink, NamesArePlain) {
    EXPECT_EQ(plain_name("../../Ä b.jpg", "image/jpeg"), "b.jpg");
    EXPECT_EQ(plain_name("画像.jpg", "image/jpeg"), "image.jpg");
    EXPECT_EQ(plain_name("Prüfung ä,ü.jpg", "image/jpeg"), "Pr_fung____.jpg") << "one for each letter";
    EXPECT_EQ(plain_name("", "image/png"), "image.png");
    EXPECT_EQ(plain_name("", "application/octet-stream"), "file");
    EXPECT_EQ(plain_name("a\r\nX: 1.html", "text/html"), "a__X__1.html");
    const std::string longest = plain_name(std::string(1000, 'a') + "." + std::string(1000, 'b'), "");
    EXPECT_TRUE(in_target("/" + token + "/" + longest, "/")) << longest.size();
}

TEST(FileLink, ATargetNamesAFileOrNone) {
    const Link link{token, "a.jpg"};
    for (const std::string& target :
         {"/files/" + token + "/a.jpg", "/files/" + token + "/a.jpg?download=1", "/files/" + token + "/a.jpg#x",
          "https://coi.jabber.example/files/" + token + "/a.jpg"})
        EXPECT_EQ(in_target(target, "/files/"), link) << target;
    for (const std::string& target :
         {std::string(), std::string("/"), std::string("*"), std::string("/files/"), "/files/" + token,
          "/files/" + token + "/", "/files/" + token + "/.a", "/files/" + token + "/../a.jpg",
          "/files/" + token + "/a/b", "/files/" + token + "/%2e%2e", "/files/" + token + "/a\\b",
          "/other/" + token + "/a.jpg", "/files/" + token.substr(1) + "/a.jpg", "/files/0" + token + "/a.jpg",
          "/files/Z" + token.substr(1) + "/a.jpg", "/files//" + token + "/a.jpg", std::string("https://"),
          "/files/" + token + "/" + std::string(200, 'a')})
        EXPECT_FALSE(in_target(target, "/files/")) << target;
}

using Answer = std::pair<Asked, Range>;

TEST(FileLink, ARangeIsAPartOfTheFile) {  // the examples of RFC 9110 §14.1.2, of a file of 10000 bytes
    EXPECT_EQ(range("bytes=0-499", 10000), Answer(Asked::part, {0, 500}));
    EXPECT_EQ(range("bytes=500-999", 10000), Answer(Asked::part, {500, 500}));
    EXPECT_EQ(range("bytes=-500", 10000), Answer(Asked::part, {9500, 500}));
    EXPECT_EQ(range("bytes=9500-", 10000), Answer(Asked::part, {9500, 500}));
    EXPECT_EQ(range("bytes=9999-99999", 10000), Answer(Asked::part, {9999, 1}));
    EXPECT_EQ(range("bytes=-99999", 10000), Answer(Asked::part, {0, 10000}));
    EXPECT_EQ(range("bytes=10000-", 10000).first, Asked::nothing);
    EXPECT_EQ(range("bytes=-0", 10000).first, Asked::nothing);
    EXPECT_EQ(range("bytes=0-", 0).first, Asked::nothing);
}

TEST(FileLink, WhatIsNotUnderstoodIsTheWholeFile) {
    for (const char* field : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,5-6", "lines=1-2",
                              "bytes=99999999999999999999-", "bytes= 1-2", "bytes=+1-2", "bytes=--1"})
        EXPECT_EQ(range(field, 10), Answer(Asked::all, {0, 10})) << field;
}

TEST(FileLink, OnlyWhatBrowsersDoNotRunIsShown) {
    EXPECT_EQ(served_type("a.jpg"), "image/jpeg");
    EXPECT_EQ(disposition("a.jpg"), "inline; filename=\"a.jpg\"");
    EXPECT_EQ(disposition("a.mp4"), "inline; filename=\"a.mp4\"");
    for (const char* name : {"a.html", "a.svg", "a.xhtml", "a.js", "a.txt", "a", "a.jpg.exe"}) {
        EXPECT_EQ(served_type(name), "application/octet-stream") << name;
        EXPECT_TRUE(disposition(name).starts_with("attachment;")) << name;
    }
    EXPECT_EQ(disposition("a.pdf"), "attachment; filename=\"a.pdf\"");
}

}  // namespace
}  // namespace gateway::file_link
