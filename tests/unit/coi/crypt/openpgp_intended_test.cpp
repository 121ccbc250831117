// Messages whose signer names the readers [RFC 9580 §5.2.3.36]: no program of Debian's writes them, so they are made by
// hand, by the key's own bytes.

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>

#include "coi/crypt/openpgp.h"
#include "coi/crypt/packets.h"
#include "tests/support/gnupg.h"

namespace coi::openpgp {
namespace {

const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
const Address writer{"", "dora", "example.org"}, reader{"", "gate", "jabber.example"};

std::string number(std::uint64_t value, int octets) {
    std::string out;
    for (int at = octets - 1; at >= 0; --at) out += static_cast<char>(value >> (8 * at));
    return out;
}
std::string octets(const Fingerprint& digits) {
    std::string out;
    for (std::size_t at = 0; at < digits.size(); at += 2)
        out += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
    return out;
}
std::string packet(Tag tag, const std::string& body) {
    return static_cast<char>(0xc0 | static_cast<int>(tag)) + ("\xff" + number(body.size(), 4)) + body;
}
std::string subpacket(int type, const std::string& body) {
    return static_cast<char>(body.size() + 1) + (static_cast<char>(type) + body);
}

/// Of a key that openpgp::generate made: version, time, algorithm, curve, point, then usage and secret number.
std::string seed_of(const Secret& key) {
    const auto packets = split_packets(key.bytes(), 20).value();
    const std::string_view body = packets.front().body;
    const std::size_t curve = 6, point = curve + 1 + static_cast<unsigned char>(body[curve]);
    const std::size_t secret = point + 2 + 33 + 1;
    const int bits = static_cast<unsigned char>(body[secret]) << 8 | static_cast<unsigned char>(body[secret + 1]);
    const std::size_t size = static_cast<std::size_t>(bits + 7) / 8;
    return std::string(32 - size, '\0') + std::string(body.substr(secret + 2, size));
}

std::string mpi(std::string_view value) {
    while (value.size() > 1 && value.front() == '\0') value.remove_prefix(1);
    std::size_t bits = 8 * value.size();
    for (auto first = static_cast<unsigned char>(value.front()); bits > 0 && (first & 0x80) == 0;
         first = static_cast<unsigned char>(first << 1))
        --bits;
    return number(bits, 2) + std::string(value);
}

std::string signed_by(const Secret& key, const std::string& words, const std::string& more_hashed,
                      const std::string& more = "") {
    const auto fingerprint = octets(inspect(key.bytes(), now)->fingerprint);
    const std::string hashed = subpacket(2, number(static_cast<std::uint64_t>(now.time_since_epoch().count()), 4)) +
                               subpacket(33, "\x04" + fingerprint) + more_hashed;
    const std::string head = std::string("\x04\x00\x16\x08", 4) + number(hashed.size(), 2) + hashed;
    const std::string all = words + head + "\x04\xff" + number(head.size(), 4);
    std::string hash(SHA256_DIGEST_LENGTH, '\0'), signature(64, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(),
           reinterpret_cast<unsigned char*>(hash.data()));
    const std::string seed = seed_of(key);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> private_key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(seed.data()),
                                     seed.size()),
        EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::size_t size = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, private_key.get());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(hash.data()), hash.size());
    const std::string unhashed = subpacket(16, fingerprint.substr(12)) + more;
    const std::string body = head + number(unhashed.size(), 2) + unhashed + hash.substr(0, 2) +
                             mpi(signature.substr(0, 32)) + mpi(signature.substr(32));
    return packet(Tag::signature, body) + packet(Tag{11}, std::string("b\0\0\0\0\0", 6) + words);
}

class Intended : public testing::Test {
  protected:
    Intended() { gpg.import(public_key(ours, reader).value()); }

    Result<Opened> decrypted(const std::string& more_hashed, const std::string& more) {
        const auto message = signed_by(theirs, "hello", more_hashed, more);
        const auto closed = gpg.must("--no-literal -z 0 -r gate@jabber.example --encrypt", message);
        return decrypt(closed, ours, {public_key(theirs, writer).value()});
    }
    Opened read(const std::string& more_hashed, const std::string& more = "") {
        return decrypted(more_hashed, more).value();
    }
    static std::string reader_is(const Fingerprint& key) { return subpacket(35, "\x04" + octets(key)); }
    Fingerprint fingerprint(const Secret& key) { return inspect(key.bytes(), now)->fingerprint; }

    tests::Gnupg gpg;
    Secret ours = generate(reader, now).value(), theirs = generate(writer, now).value();
};

TEST_F(Intended, ReadersAreRarelyNamed) {
    const auto opened = read("");
    EXPECT_EQ(opened.signature, Signature::good);
    EXPECT_EQ(opened.plain, "hello");
}

TEST_F(Intended, WeAreOneOfThem) {
    EXPECT_EQ(read(reader_is(fingerprint(ours))).signature, Signature::good);
    EXPECT_EQ(read(reader_is(fingerprint(theirs)) + reader_is(fingerprint(ours))).signature, Signature::good);
}

TEST_F(Intended, WeAreNoneOfThem) {
    const auto opened = read(reader_is(fingerprint(theirs)) + reader_is(std::string(40, 'A')));
    EXPECT_EQ(opened.signature, Signature::others);
    EXPECT_EQ(opened.signer, fingerprint(theirs));
    EXPECT_EQ(opened.plain, "hello");
}

TEST_F(Intended, WhatIsNotSignedNamesNobody) {
    EXPECT_EQ(read("", reader_is(std::string(40, 'A'))).signature, Signature::good);
    EXPECT_EQ(read(reader_is(std::string(40, 'A')), reader_is(fingerprint(ours))).signature, Signature::others);
}

// Who passes a message on may add to the unhashed area what they like: none of it makes us a reader.
TEST_F(Intended, NothingUnsignedMakesUsAReader) {
    const std::string carols = reader_is(std::string(40, 'A'));
    const auto notation = subpacket(20, std::string("\x80\0\0\0\0\x04\0\x02", 8) + "x@y\xff\xff\xff");
    for (const auto& [name, added] :
         {std::pair{"a user id that is not UTF-8", subpacket(28, "\xff\xfe\x80 dora")},
          std::pair{"a notation that is not UTF-8", notation},
          std::pair{"a policy that is not UTF-8", subpacket(26, "http://\xff")},
          std::pair{"our key", reader_is(fingerprint(ours))}, std::pair{"no key", subpacket(35, "")},
          std::pair{"a broken signature", subpacket(32, std::string("\x04\0\x16\x08\0\0", 6))},
          std::pair{"a quote and a brace", subpacket(26, "\"}],\"raw\":\"\\")},
          std::pair{"a lot of what nobody knows", subpacket(100, std::string(180, 'x'))}}) {
        const auto opened = decrypted(carols, added);
        // RNP takes some for damage: nothing is shown then.
        if (opened) EXPECT_EQ(opened->signature, Signature::others) << name;
        if (!opened) EXPECT_EQ(opened.error().kind, ErrorKind::refused) << name;
    }
}

TEST_F(Intended, ADetachedSignatureNamesReadersToo) {
    const auto message = signed_by(theirs, "hello", reader_is(fingerprint(theirs)));
    const auto signature = std::string(split_packets(message, 2)->front().whole);
    const std::vector<std::string> signers{public_key(theirs, writer).value()};
    EXPECT_EQ(verify("hello", signature, signers).signature, Signature::good) << "nobody reads";
    EXPECT_EQ(verify("hello", signature, signers, fingerprint(theirs)).signature, Signature::good);
    EXPECT_EQ(verify("hello", signature, signers, fingerprint(ours)).signature, Signature::others);
    EXPECT_EQ(verify("hello", signature, signers, "").signature, Signature::others) << "a reader without a key";
}

TEST(IntendedReaders, OnlyTheHashedAreaIsRead) {
    const auto body = [](const std::string& hashed, const std::string& unhashed = "") {
        return std::string("\x04\x00\x16\x08", 4) + number(hashed.size(), 2) + hashed + number(unhashed.size(), 2) +
               unhashed + "\x12\x34";
    };
    const std::string key(20, '\xab'), named = subpacket(35, "\x04" + key);
    const Fingerprint digits = [] {
        Fingerprint out;
        for (int i = 0; i < 20; ++i) out += "AB";
        return out;
    }();
    using Readers = std::vector<Fingerprint>;
    EXPECT_EQ(intended_readers(body("")), Readers());
    EXPECT_EQ(intended_readers(body(subpacket(2, "time"))), Readers());
    EXPECT_EQ(intended_readers(body(named)), Readers{digits});
    EXPECT_EQ(intended_readers(body(subpacket(2, "time") + named + named)), (Readers{digits, digits}));
    EXPECT_EQ(intended_readers(body("", named)), Readers());
    EXPECT_EQ(intended_readers(body(subpacket(35 | 0x80, "\x04" + key))), Readers{digits}) << "a critical one";
    EXPECT_EQ(intended_readers(body("\xff" + number(22, 4) + ("\x23\x04" + key))), Readers{digits}) << "five octets";
    const std::string large = std::string("\xc0\x10\x64", 3) + std::string(207, 'x');
    EXPECT_EQ(intended_readers(body(large + named)), Readers{digits}) << "two octets of length before it";
    EXPECT_EQ(intended_readers("\x03 of old"), Readers());
    for (const auto& broken : {std::string(), std::string("\x05"), std::string("\x04\0\x16\x08\0", 5),
                               std::string("\x04\0\x16\x08\0\x09", 6), body("\x09\x23"), body("\xc0"), body("\xff\0"),
                               body(std::string(1, '\0')), body(subpacket(35, "")), body(subpacket(35, "\x04")),
                               body(named.substr(0, 10))}) {
        EXPECT_EQ(intended_readers(broken), std::nullopt);
    }
}

}  // namespace
}  // namespace coi::openpgp
