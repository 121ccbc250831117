// gateway/translate/links: what has the form of a host is a link, with or without a scheme, in any script.

#include "gateway/translate/links.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(Links, AHostIsALinkInAnyForm) {
    for (const char* link : {"e.test",
                             "e.test?d",
                             "evil.example/x",
                             "evil.example:80",
                             "(evil.example)",
                             "x:evil.example#y",
                             "//e/a",
                             "www.e",
                             "192.0.2.4",
                             "192.0.2.4/c",
                             "[192.0.2.4]",
                             "2001:db8::1",
                             "bob@evil.example",
                             "bob@localhost",
                             "xmpp:bob",
                             "EVIL.EXAMPLE",
                             "evil．example",
                             "evil。example",
                             "evil｡example",
                             "ｅｖｉｌ.ｅｘ",
                             "пример.рф",
                             "e\u00advil.\u200bexample",
                             "a-b.xn--p1ai",
                             "mx-1.e_x.test!",
                             "हिन्दी.भारत",
                             "javascript:x"})
        EXPECT_TRUE(is_link(link)) << link;
}

TEST(Links, WhatServersSayOtherwiseIsNone) {
    for (const char* word :
         {"",         ".",    "550",  "5.1.1",    "550-5.7.26", "e.g.", "i.e", "and/or", "1/2",   "local/remote",
          "12:30:45", "[RFC", "4.92", "(#5.1.1)", "no.",        "...",  "@",   "user@",  "größe", "v2.0b"})
        EXPECT_FALSE(is_link(word)) << word;
}

TEST(Links, TheAddressItself) {
    for (const char* word : {"bob@x.test", "<Bob@X.test>:", "x.test,", "\"bob@x.test\"", "rfc822;bob@x.test"})
        EXPECT_TRUE(is_about(word, "bob@x.test")) << word;
    for (const char* word : {"", "<>", "x.test/a", "x.test?bob@x.test", "x.test:80", "e.test", "mx.x.test", "a@x.test"})
        EXPECT_FALSE(is_about(word, "bob@x.test")) << word;
    EXPECT_FALSE(is_about("e.test", ""));
}

}  // namespace
}  // namespace gateway
