// A key and a tag as bytes, fingerprints as text.

#include "xmpp/otr/identity.h"

#include <gmock/gmock.h>

#include "xmpp/otr/library.h"

namespace xmpp::otr {
namespace {

TEST(OtrIdentity, IsSavedAndLoaded) {
    const Identity made = Identity::generate();
    const auto loaded = Identity::load(made.save().bytes());
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->fingerprint(), made.fingerprint());
    EXPECT_EQ(loaded->instance_tag(), made.instance_tag());
    EXPECT_GE(made.instance_tag(), 0x100U);
    EXPECT_EQ(loaded->save(), made.save());
    EXPECT_NE(Identity::generate().fingerprint(), made.fingerprint());
    EXPECT_TRUE(new_user_state(*loaded));
}

TEST(OtrIdentity, WhatIsNoneIsNotLoaded) {
    const std::string good(Identity::generate().save().bytes());
    EXPECT_TRUE(Identity::load(good));
    const auto tag = good.find('\n') + 1;
    for (const std::string& bad : {std::string(), std::string("x"), good.substr(0, tag), good.substr(0, tag + 9),
                                   good.substr(0, good.size() / 2), good.substr(1), good + std::string(20'000, ' '),
                                   good.substr(0, tag) + "000000ff" + good.substr(tag + 8),
                                   good.substr(0, tag) + "notahexa" + good.substr(tag + 8)}) {
        EXPECT_FALSE(Identity::load(bad)) << bad.substr(0, 40);
    }
    std::string other_key = good;
    const auto secret = other_key.find("(x #") + 10;
    other_key[secret] = other_key[secret] == '0' ? '1' : '0';
    EXPECT_FALSE(Identity::load(other_key)) << "private and public part belong together";
}

TEST(OtrIdentity, FingerprintsAsPeopleSeeThem) {
    const std::string text = "01234567 89ABCDEF 01234567 89ABCDEF 01234567";
    const auto fingerprint = parse_fingerprint(text);
    ASSERT_TRUE(fingerprint);
    EXPECT_EQ(print(*fingerprint), text);
    EXPECT_EQ(parse_fingerprint("0123456789abcdef0123456789abcdef01234567"), fingerprint);
    for (const char* bad :
         {"", "0123", "01234567 89ABCDEF 01234567 89ABCDEF 0123456", "01234567 89ABCDEF 01234567 89ABCDEF 0123456G",
          "01234567 89ABCDEF 01234567 89ABCDEF 01234567 8"}) {
        EXPECT_FALSE(parse_fingerprint(bad)) << bad;
    }
}

TEST(Wiped, TheMemoryIsCleanAfterwards) {
    std::string bytes(100, 's');
    const char* where = bytes.data();
    Wiped::wipe(bytes);
    EXPECT_EQ(std::string_view(where, 100), std::string(100, '\0'));
    EXPECT_TRUE(bytes.empty());
    std::string small = "secret";
    const Wiped holder(std::move(small));
    EXPECT_EQ(holder.bytes(), "secret");
    EXPECT_EQ(Wiped(holder), holder);
}

TEST(MemoryFile, HoldsWhatItWasGiven) {
    MemoryFile file("hello");
    EXPECT_EQ(file.content().bytes(), "hello");
}

}  // namespace
}  // namespace xmpp::otr
