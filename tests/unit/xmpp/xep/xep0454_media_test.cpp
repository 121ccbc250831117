// aesgcm: links: the examples of XEP-0454, and a file that was encrypted with the example's key.

#include "xmpp/xep/xep0454_media.h"

#include <gtest/gtest.h>

namespace xmpp {
namespace {

const std::string place = "download.montague.tld/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/tr%C3%A8s%20cool.jpg";
const std::string iv = "8c3d050e9386ec173861778f";
const std::string key = "68e9af38a97aaf82faa4063b4d0878a61261534410c8a84331eaac851759f587";
const std::string uri = "aesgcm://" + place + "#" + iv + key;

std::string bytes_of(const std::string& hex) {
    std::string bytes;
    for (std::size_t at = 0; at < hex.size(); at += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
    return bytes;
}

TEST(Xep0454Media, Example1TheLink) {
    const auto link = xep0454::link(uri);
    ASSERT_TRUE(link);
    EXPECT_EQ(link->url, "https://" + place);
    EXPECT_EQ(link->uri, uri);
    EXPECT_EQ(link->iv, bytes_of(iv));
    EXPECT_EQ(link->key, bytes_of(key));
}

TEST(Xep0454Media, Example2AThumbnailStandsBelow) {
    const auto link = xep0454::link(uri + "\ndata:image/jpeg,/9j/4AAQSkZJRgABAQEBLAEsAAD");
    ASSERT_TRUE(link);
    EXPECT_EQ(link->uri, uri);
}

TEST(Xep0454Media, NothingElseIsALink) {
    for (const std::string& text :
         {std::string(), "https://" + place + "#" + iv + key, uri + " and words", uri + "\nwords", "See " + uri,
          "aesgcm://" + place, "aesgcm://" + place + "#" + iv, "aesgcm://" + place + "#" + key + key, uri + "0",
          "aesgcm://" + place + "#" + iv.substr(1) + "x" + key, "aesgcm://" + std::string(5000, 'a') + "#" + iv + key})
        EXPECT_FALSE(xep0454::link(text)) << text;
}

TEST(Xep0454Media, OnlyTheKeyOpensTheFile) {
    const auto link = xep0454::link(uri);
    ASSERT_TRUE(link);
    std::string encrypted = bytes_of("16bef6ae8f809aa0ab0a9f6e4248ec9004f7a6ba");
    EXPECT_EQ(xep0454::decrypt(encrypted, *link), "JFIF");
    EXPECT_FALSE(xep0454::decrypt(encrypted.substr(1), *link));
    EXPECT_FALSE(xep0454::decrypt("", *link));
    encrypted[0] ^= 1;
    EXPECT_FALSE(xep0454::decrypt(encrypted, *link));
}

TEST(Xep0454Media, WhatWasEncryptedIsOpenedByItsLink) {
    for (const std::string& file : {std::string(), std::string("JFIF"), std::string(100'000, 'x')}) {
        const auto sealed = xep0454::encrypt(file);
        ASSERT_TRUE(sealed);
        EXPECT_EQ(sealed->bytes.size(), file.size() + xep0454::tag_size);
        const auto link = xep0454::link(xep0454::link_to("https://" + place, *sealed).value_or(""));
        ASSERT_TRUE(link);
        EXPECT_EQ(link->url, "https://" + place);
        EXPECT_EQ(xep0454::decrypt(sealed->bytes, *link), file);
        EXPECT_NE(xep0454::encrypt(file)->key, sealed->key);
        EXPECT_FALSE(xep0454::link_to("http://" + place, *sealed)) << "the scheme stands for https";
        EXPECT_FALSE(xep0454::link_to("https://" + place + "#a", *sealed));
    }
}

TEST(Xep0454Media, OlderClientsWroteSixteenBytes) {
    const auto link = xep0454::link("aesgcm://" + place + "#" + iv + "00010203" + key);
    ASSERT_TRUE(link);
    EXPECT_EQ(xep0454::decrypt(bytes_of("a00c2d1ab935734f66dced42e7de811ef2c2b7b0"), *link), "JFIF");
}

}  // namespace
}  // namespace xmpp
