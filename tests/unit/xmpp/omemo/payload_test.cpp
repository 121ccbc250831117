// The text of a message, encrypted: the form that is written, and both that are read.

#include "xmpp/omemo/payload.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace xmpp::omemo {
namespace {

/// `text` of hexadecimal digits, as bytes.
std::string hex(const std::string& text) {
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); at += 2)
        bytes += static_cast<char>(std::stoi(text.substr(at, 2), nullptr, 16));
    return bytes;
}

TEST(OmemoPayload, IsOpenedByItsKey) {
    for (const std::string& text :
         {std::string("Grüße"), std::string(), std::string(max_text, 'x'), std::string("a\0b", 3)}) {
        const Sealed sealed = seal(text);
        EXPECT_EQ(sealed.iv.size(), 12U);
        EXPECT_EQ(sealed.payload.size(), text.size());
        EXPECT_EQ(sealed.key.bytes().size(), 32U);
        EXPECT_EQ(open(sealed.iv, sealed.payload, sealed.key.bytes()), text);
    }
    EXPECT_THROW(seal(std::string(max_text + 1, 'x')), std::length_error);
}

TEST(OmemoPayload, KeysAreNotRepeated) {
    const Sealed one = seal("text"), other = seal("text");
    EXPECT_NE(one.key.bytes(), other.key.bytes());
    EXPECT_NE(one.iv, other.iv);
    EXPECT_NE(one.payload, other.payload);
}

TEST(OmemoPayload, AnyChangedBitIsFound) {
    const Sealed sealed = seal("text");
    const auto changed = [](std::string_view bytes, std::size_t at) {
        std::string out(bytes);
        out[at] = static_cast<char>(out[at] ^ 1);
        return out;
    };
    for (std::size_t at = 0; at < 4; ++at)
        EXPECT_FALSE(open(sealed.iv, changed(sealed.payload, at), sealed.key.bytes()));
    for (std::size_t at = 0; at < 12; ++at)
        EXPECT_FALSE(open(changed(sealed.iv, at), sealed.payload, sealed.key.bytes()));
    for (std::size_t at = 0; at < 32; ++at)
        EXPECT_FALSE(open(sealed.iv, sealed.payload, changed(sealed.key.bytes(), at)));
}

/// Test case 3 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)": not made here.
TEST(OmemoPayload, OpensAKnownVectorInBothForms) {
    const std::string key = hex("feffe9928665731c6d6a8f9467308308"), iv = hex("cafebabefacedbaddecaf888");
    const std::string text =
        hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa"
            "0de657"
            "ba637b391aafd255");
    const std::string payload =
        hex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a"
            "0aac97"
            "3d58e091473f5985");
    const std::string tag = hex("4d5c2af327cd64a62cf35abd2ba6fab4");
    EXPECT_EQ(open(iv, payload, key + tag), text);
    EXPECT_EQ(open(iv, payload + tag, key), text) << "the tag at the payload's end";
    EXPECT_EQ(open(iv, payload, key), std::nullopt);
}

TEST(OmemoPayload, OldClientsHaveAnIvOf16Bytes) {
    // AES-128-GCM of the empty text: only the tag, made by another program (python3-cryptography).
    EXPECT_EQ(open(std::string(16, '\1'), "", std::string(16, '\2') + hex("2f96f030d46aaebfcfcaec44f65a34a7")), "");
}

TEST(OmemoPayload, OtherSizesAreRefused) {
    const Sealed sealed = seal("text");
    for (const std::size_t size : {0U, 11U, 13U, 15U, 17U})
        EXPECT_FALSE(open(std::string(size, 'x'), sealed.payload, sealed.key.bytes()));
    for (const std::size_t size : {0U, 1U, 15U, 17U, 31U, 33U, 48U})
        EXPECT_FALSE(open(sealed.iv, sealed.payload, std::string(size, 'x')));
    EXPECT_FALSE(open(sealed.iv, "short", sealed.key.bytes().substr(0, 16)));
    EXPECT_FALSE(open(sealed.iv, std::string(max_text + 17, 'x'), sealed.key.bytes()));
}

}  // namespace
}  // namespace xmpp::omemo
