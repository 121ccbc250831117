// Keys that would cost their reader too much are refused by their sizes, and what nobody needs of a key is left out.

#include "coi/crypt/bounds.h"

#include <gtest/gtest.h>

#include <chrono>

#include "coi/crypt/openpgp.h"
#include "coi/crypt/packets.h"

namespace coi::openpgp {
namespace {

const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
const Address alice{"", "alice", "example.org"};

std::string octets(std::size_t value, std::size_t count) {
    std::string out;
    while (count-- > 0) out += static_cast<char>(value >> (8 * count) & 0xff);
    return out;
}

std::string packet(Tag tag, const std::string& body) {
    return std::string(1, static_cast<char>(0xC0 | static_cast<int>(tag))) + "\xff" + octets(body.size(), 4) + body;
}

/// A number of that size [RFC 9580 §3.2].
std::string mpi(std::size_t bits) {
    std::string value((bits + 7) / 8, '\x55');
    value[0] = static_cast<char>(1 << ((bits - 1) % 8));
    return octets(bits, 2) + value;
}

std::string key_body(int algorithm, const std::string& numbers, int version = 4) {
    return octets(static_cast<std::size_t>(version), 1) + octets(1'700'000'000, 4) +
           octets(static_cast<std::size_t>(algorithm), 1) + numbers;
}

std::string key(int algorithm, const std::string& numbers, int version = 4) {
    return packet(Tag::public_key, key_body(algorithm, numbers, version)) + packet(Tag::user_id, "<a@b.example>");
}

/// What is said of a key's bounds; "" if it is within them.
std::string said(const std::string& bytes) {
    const auto bounded = bounded_key(bytes);
    return bounded ? "" : bounded.error().text;
}

/// The public half of a key of Alice's.
const std::string& real() {
    static const std::string bytes = public_key(generate(alice, now).value(), alice).value();
    return bytes;
}

/// The packets of the real key, and some behind the one of that tag.
std::string with_after(Tag tag, const std::string& more) {
    std::string out;
    for (const auto& each : split_packets(real(), 100).value()) {
        out.append(each.whole);
        if (each.tag == tag) out += more;
    }
    return out;
}

/// A certification that names its issuer, or none.
std::string signature(const std::string& issuer, const char* unhashed_issuer = "") {
    const auto area = [](const std::string& key_id) {
        return key_id.empty() ? octets(0, 2) : octets(10, 2) + octets(9, 1) + octets(16, 1) + key_id;
    };
    return packet(Tag::signature, octets(0x04101608, 4) + area(issuer) + area(unhashed_issuer) + octets(0, 2) + mpi(8));
}

TEST(Bounds, RsaNumbersAndExponents) {
    EXPECT_EQ(said(key(1, mpi(8192) + mpi(17))), "");
    EXPECT_EQ(said(key(1, mpi(8193) + mpi(17))),
              "the OpenPGP key has RSA numbers of 8193 bits; at most 8192 are taken");
    EXPECT_EQ(said(key(1, mpi(16384) + mpi(16384))),
              "the OpenPGP key has RSA numbers of 16384 bits; at most 8192 are taken");
    EXPECT_EQ(said(key(1, mpi(4096) + mpi(64))), "");
    EXPECT_EQ(said(key(1, mpi(4096) + mpi(65))),
              "the OpenPGP key has an RSA exponent of 65 bits; at most 64 are taken");
}

TEST(Bounds, DsaElGamalAndCurves) {
    EXPECT_EQ(said(key(17, mpi(3072) + mpi(256) + mpi(3072) + mpi(3072))), "");
    EXPECT_NE(said(key(17, mpi(3073) + mpi(256) + mpi(3072) + mpi(3072))), "");
    EXPECT_NE(said(key(17, mpi(3072) + mpi(257) + mpi(3072) + mpi(3072))), "");
    EXPECT_NE(said(key(17, mpi(3072) + mpi(256) + mpi(16384) + mpi(3072))), "");
    EXPECT_NE(said(key(17, mpi(3072) + mpi(256) + mpi(3072) + mpi(16384))), "");
    EXPECT_EQ(said(key(16, mpi(4096) + mpi(3) + mpi(4096))), "");
    EXPECT_NE(said(key(16, mpi(4096) + mpi(3) + mpi(4097))), "");
    EXPECT_EQ(said(key(19, std::string("\x05\x2b\x81\x04\x00\x23", 6) + mpi(1059))), "");
    EXPECT_NE(said(key(19, std::string("\x05\x2b\x81\x04\x00\x23", 6) + mpi(16384))), "");
}

TEST(Bounds, NumbersThatArePromisedOnly) {
    EXPECT_EQ(said(key(1, octets(4096, 2) + "short")), "an OpenPGP key is cut short");
    EXPECT_EQ(said(key(22, "\xff")), "an OpenPGP key is cut short");
    EXPECT_EQ(said(key(1, "")), "an OpenPGP key is cut short");
}

TEST(Bounds, KindsThatAreNotKnown) {
    for (const int version : {2, 3, 5, 6})
        EXPECT_EQ(said(key(1, mpi(2048) + mpi(17), version)), "an OpenPGP key of a kind that is not known here");
    for (const int algorithm : {0, 20, 25, 99, 255})
        EXPECT_EQ(said(key(algorithm, mpi(2048))), "an OpenPGP key of a kind that is not known here");
    const std::string later = packet(Tag::public_subkey, key_body(25, mpi(256))) + signature("");
    EXPECT_EQ(bounded_key(real() + later).value(), real()) << "a subkey of tomorrow, with its signature";
}

TEST(Bounds, OversizeSubkeysAreNamed) {
    const std::string large = packet(Tag::public_subkey, key_body(1, mpi(16384) + mpi(17)));
    EXPECT_EQ(said(real() + large), "the OpenPGP key has RSA numbers of 16384 bits; at most 8192 are taken");
}

TEST(Bounds, ExactlyOneKey) {
    EXPECT_EQ(bounded_key(real()).value(), real());
    for (const auto& bytes : {std::string(), real() + real(), packet(Tag::user_id, "<a@b.example>"),
                              packet(Tag::marker, "PGP"), signature("")}) {
        const auto found = bounded_key(bytes);
        EXPECT_TRUE(!found || found->empty() || found->front() != real().front()) << bytes.size();
    }
    EXPECT_EQ(said(real() + real()), "not exactly one OpenPGP key");
    EXPECT_EQ(said(""), "not exactly one OpenPGP key");
}

TEST(Bounds, WhatOthersAddIsLeftOut) {
    const std::string others = signature("somebody");
    EXPECT_EQ(bounded_key(with_after(Tag::user_id, others + others)).value(), real());
    EXPECT_EQ(bounded_key(with_after(Tag::user_id, signature("", "somebody"))).value(), real());
    const std::string picture = packet(Tag::user_attribute, std::string(9000, 'x'));
    EXPECT_EQ(bounded_key(with_after(Tag::signature, picture + signature(""))).value().find("xxxx"), std::string::npos);
    const std::string long_id = packet(Tag::user_id, std::string(1025, 'x')) + signature("");
    EXPECT_EQ(bounded_key(real() + long_id).value(), real());
    EXPECT_EQ(bounded_key(real() + packet(Tag::padding, "xyz") + packet(Tag::marker, "PGP")).value(), real());
    // Who forges the outer issuer of a signature takes nothing away that names its issuer where it is signed.
    const std::string disguised = signature(std::string(8, 'k'), "somebody");
    EXPECT_EQ(bounded_key(with_after(Tag::user_id, disguised)).value(), real());
}

TEST(Bounds, NumbersOfPackets) {
    std::string many;
    for (int i = 0; i < 98; ++i) many += signature("");
    EXPECT_EQ(said(with_after(Tag::user_id, many)), "");
    EXPECT_EQ(said(with_after(Tag::user_id, many + signature(""))), "the OpenPGP key has too many signatures");
    std::string ids;
    for (int i = 0; i < 49; ++i) ids += packet(Tag::user_id, "<" + std::to_string(i) + "@b.example>");
    EXPECT_EQ(said(real() + ids), "");
    EXPECT_EQ(said(real() + ids + packet(Tag::user_id, "x")), "the OpenPGP key has too many user ids");
    std::string subkeys;
    for (int i = 0; i < 50; ++i) subkeys += packet(Tag::public_subkey, key_body(1, mpi(1024) + mpi(17)));
    EXPECT_EQ(said(real() + subkeys), "the OpenPGP key has too many subkeys");
    std::string others;
    for (int i = 0; i < 1000; ++i) others += signature("somebody");
    EXPECT_EQ(said(real() + others), "the OpenPGP data has too many packets");
}

TEST(Bounds, PacketsWithoutACertainLength) {
    const std::string to_the_end = "\x9b" + key_body(1, mpi(2048) + mpi(17));  // an old header without a length
    EXPECT_EQ(said(to_the_end), "an OpenPGP key with a packet of no certain length");
    std::string pieces = real();
    pieces +=
        "\xcd\xe1"
        "ab"
        "\x01"
        "c";  // a user id of two octets and one
    EXPECT_EQ(said(pieces), "an OpenPGP key with a packet of no certain length");
}

TEST(Bounds, SecretKeysGoTheSameWay) {
    const auto secret = generate(alice, now).value();
    EXPECT_EQ(bounded_key(secret.bytes()).value(), secret.bytes());
    const std::string bomb = packet(Tag::secret_key, key_body(1, mpi(16384) + mpi(16384)) + std::string(100, 'x'));
    EXPECT_EQ(import_key(bomb, Secret()).error().kind, ErrorKind::limit);
    EXPECT_EQ(inspect(bomb, now).error().kind, ErrorKind::limit);
    EXPECT_EQ(minimal(bomb, alice).error().kind, ErrorKind::limit);
    EXPECT_EQ(encrypt("x", {bomb}, secret, false).error().kind, ErrorKind::limit);
}

TEST(Bounds, DetachedSignatures) {
    EXPECT_TRUE(is_bounded_signature(signature("")));
    EXPECT_FALSE(is_bounded_signature(signature("") + packet(Tag::compressed, "\x01\x03\x00")));
    std::string many;
    for (int i = 0; i < 17; ++i) many += signature("");
    EXPECT_FALSE(is_bounded_signature(many));
    EXPECT_FALSE(is_bounded_signature("no packet"));
}

}  // namespace
}  // namespace coi::openpgp
