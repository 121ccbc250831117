// OpenPGP with itself: round trips, every kind of failure, tampering, keys.

#include "coi/crypt/openpgp.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "coi/crypt/packets.h"
#include "coi/crypt/rnp.h"

namespace coi::openpgp {
namespace {

using namespace std::chrono_literals;

const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
const Address alice{"Alice", "alice", "example.org"}, bob{"Bob", "bob", "example.org"};

const Secret& secret_of(const Address& who) {
    static std::map<std::string, Secret> keys;
    auto& key = keys[who.local];
    if (key.empty()) key = generate(who, now).value();
    return key;
}
std::string public_of(const Address& who) { return public_key(secret_of(who), who).value(); }

std::string to_bob(std::string_view plain, bool hide = false) {
    return encrypt(plain, {public_of(bob)}, secret_of(alice), hide).value();
}
Result<Opened> as_bob(std::string_view message, const Limits& limits = {}) {
    return decrypt(message, secret_of(bob), {public_of(alice)}, limits);
}

template <class T>
std::string kind(const Result<T>& result) {
    if (result) return "good";
    switch (result.error().kind) {
        case ErrorKind::auth:
            return "auth";
        case ErrorKind::refused:
            return "refused";
        case ErrorKind::limit:
            return "limit";
        case ErrorKind::malformed:
            return "malformed";
        case ErrorKind::unsupported:
            return "unsupported";
        default:
            return "other";
    }
}

TEST(OpenPgp, AKeyMadeAsASecondBeginsIsGoodAtOnce) {
    const auto second = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now());
    std::this_thread::sleep_until(second);
    const auto secret = generate(alice, second).value();
    EXPECT_TRUE(public_key(secret, alice));
    EXPECT_TRUE(encrypt("x", {public_key(secret, alice).value()}, secret, false));
}

/// Delta Chat writes armour like that, and mail programs cut its last line end off.
TEST(OpenPgp, ArmourNeedsNoChecksumAndNoLastLineEnd) {
    for (const char* padded : {"x", "xx", "xxx"}) {
        std::string message = to_bob(padded);
        const auto checksum = message.find("\r\n=");
        ASSERT_NE(checksum, std::string::npos);
        message.erase(checksum, message.find("-----END") - checksum - 2);
        while (message.ends_with('\n') || message.ends_with('\r')) message.pop_back();
        EXPECT_EQ(kind(as_bob(message)), "good") << message;
    }
}

TEST(OpenPgp, GoesThere) {
    for (const bool hide : {false, true}) {
        const auto opened = as_bob(to_bob("Grüße\r\n", hide));
        ASSERT_TRUE(opened) << opened.error().text;
        EXPECT_EQ(opened->plain, "Grüße\r\n");
        EXPECT_EQ(opened->signature, Signature::good);
        EXPECT_EQ(opened->signer, inspect(public_of(alice), now)->fingerprint);
        EXPECT_LE(std::chrono::abs(opened->signed_at - std::chrono::system_clock::now()), 1min);
    }
}

TEST(OpenPgp, EmptyAndLarge) { EXPECT_EQ(as_bob(to_bob(std::string(3'000'000, 'x')))->plain.size(), 3'000'000U); }

TEST(OpenPgp, HiddenRecipientsAreZero) {
    const auto bytes = rnp::binary(to_bob("x", true), 10'000).value();
    const auto sealed = take_apart(bytes, {}).value();
    ASSERT_EQ(sealed.session_keys.size(), 1U);
    EXPECT_TRUE(sealed.session_keys[0].is_hidden());
    EXPECT_EQ(sealed.session_keys[0].algorithm, 18);
}

TEST(OpenPgp, SeveralRecipientsEachReadsIt) {
    const Address carol{"", "carol", "example.org"};
    const auto message = encrypt("x", {public_of(carol), public_of(bob)}, secret_of(alice), true).value();
    EXPECT_EQ(as_bob(message)->plain, "x");
    EXPECT_EQ(decrypt(message, secret_of(carol), {public_of(alice)})->plain, "x");
    EXPECT_EQ(kind(decrypt(message, secret_of(alice), {})), "auth");
}

TEST(OpenPgp, SignatureOfSomebodyElseIsUnknown) {
    const auto opened = decrypt(to_bob("x"), secret_of(bob), {public_of(bob)});
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->signature, Signature::unknown);
    // The last 16 digits of a v4 fingerprint are the key id [RFC 9580 §5.5.4.2].
    EXPECT_TRUE(inspect(public_of(alice), now)->fingerprint.ends_with(opened->signer));
    EXPECT_EQ(opened->signer.size(), 16U);
}

TEST(OpenPgp, OwnSignatureCountsOnlyIfAskedFor) {
    const auto message = encrypt("x", {public_of(bob)}, secret_of(bob), false).value();
    EXPECT_EQ(decrypt(message, secret_of(bob), {public_of(alice)})->signature, Signature::unknown);
    EXPECT_EQ(decrypt(message, secret_of(bob), {public_of(bob)})->signature, Signature::good);
}

TEST(OpenPgp, NotForThisKey) {
    for (const bool hide : {false, true}) EXPECT_EQ(kind(decrypt(to_bob("x", hide), secret_of(alice), {})), "auth");
}

TEST(OpenPgp, TamperedIsNeverHandedOut) {
    const std::string bytes = rnp::binary(to_bob(std::string(300, 'x')), 10'000).value();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
        const auto opened = as_bob(damaged);
        ASSERT_FALSE(opened) << "at " << at;
        // The 8 octets of the key id say whom it is for; behind the session key all is protected.
        if (at >= bytes.size() - 300) EXPECT_EQ(kind(opened), "refused") << at;
    }
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, bytes.size() / 2, bytes.size() - 1})
        EXPECT_EQ(kind(as_bob(bytes.substr(0, length))), "malformed") << length;
    EXPECT_EQ(kind(as_bob(bytes + bytes)), "malformed");
}

TEST(OpenPgp, BrokenArmour) {
    std::string armoured = to_bob("x");
    armoured[armoured.size() / 2] = armoured[armoured.size() / 2] == 'A' ? 'B' : 'A';
    EXPECT_EQ(kind(as_bob(armoured)), "refused") << "the checksum alone is no reason [RFC 9580 §6.1]";
    EXPECT_EQ(kind(as_bob("-----BEGIN PGP MESSAGE-----\n\nnothing")), "malformed");
    EXPECT_EQ(kind(as_bob("hello")), "malformed");
    EXPECT_EQ(kind(as_bob("")), "malformed");
    EXPECT_EQ(kind(as_bob(public_of(alice))), "malformed");
}

TEST(OpenPgp, LimitsOfMessages) {
    Limits limits;
    limits.plain_bytes = 1000;
    EXPECT_EQ(kind(as_bob(to_bob(std::string(2000, 'x')), limits)), "limit");
    EXPECT_EQ(kind(as_bob(to_bob(std::string(900, 'x')), limits)), "good");
    limits = {};
    limits.message_bytes = 1000;
    EXPECT_EQ(kind(as_bob(to_bob(std::string(20'000, 'x')), limits)), "limit");
    limits = {};
    limits.recipients = 2;
    const auto three = encrypt("x", {public_of(bob), public_of(bob), public_of(bob)}, secret_of(alice), true).value();
    EXPECT_EQ(kind(as_bob(three, limits)), "limit");
    EXPECT_EQ(kind(as_bob(three)), "good");
}

TEST(OpenPgp, KeyIsWhatAutocryptWants) {
    const auto info = inspect(public_of(alice), now).value();
    EXPECT_EQ(info.fingerprint.size(), 40U);
    EXPECT_EQ(info.user_ids, std::vector<std::string>{"<alice@example.org>"});
    EXPECT_EQ(info.created, now);
    EXPECT_FALSE(info.is_secret);
    EXPECT_TRUE(info.can_encrypt && info.can_sign);
    EXPECT_FALSE(info.expired || info.revoked);
    EXPECT_TRUE(inspect(public_of(alice), now + 24h * 365 * 20)->can_encrypt) << "it never ends";
    const auto whole = inspect(secret_of(alice).bytes(), now).value();
    EXPECT_TRUE(whole.is_secret);
    EXPECT_EQ(whole.fingerprint, info.fingerprint);
    // Key, user id, signature, subkey, signature.
    EXPECT_EQ(split_packets(public_of(alice), 10)->size(), 5U);
}

TEST(OpenPgp, WhatIsNoKey) {
    EXPECT_EQ(kind(inspect("", now)), "malformed");
    EXPECT_EQ(kind(inspect("hello", now)), "malformed");
    EXPECT_EQ(kind(inspect(public_of(alice) + public_of(bob), now)), "malformed");
    EXPECT_EQ(kind(inspect(std::string(70'000, '\xc6'), now)), "limit");
    const auto key = public_of(alice);
    for (std::size_t length = 1; length < key.size(); length += 7) {
        const auto info = inspect(key.substr(0, length), now);
        if (info) EXPECT_FALSE(info->can_encrypt) << length;
    }
    EXPECT_EQ(kind(encrypt("x", {"no key"}, secret_of(alice), false)), "malformed");
    EXPECT_EQ(kind(encrypt("x", {}, secret_of(alice), false)), "malformed");
    EXPECT_EQ(kind(decrypt(to_bob("x"), Secret("no key"), {})), "malformed");
    EXPECT_EQ(as_bob(to_bob("x"))->plain, decrypt(to_bob("x"), secret_of(bob), {"no key"})->plain);
}

TEST(OpenPgp, ExportAndImport) {
    const Secret words("correct horse"), wrong("wrong");
    const auto out = export_key(secret_of(alice), words).value();
    EXPECT_TRUE(out.bytes().starts_with("-----BEGIN PGP PRIVATE KEY BLOCK-----"));
    EXPECT_EQ(kind(import_key(out.bytes(), wrong)), "auth");
    EXPECT_EQ(kind(import_key(out.bytes(), Secret())), "auth");
    const auto in = import_key(out.bytes(), words).value();
    EXPECT_EQ(decrypt(encrypt("x", {public_of(alice)}, in, false).value(), in, {public_of(alice)})->signature,
              Signature::good);
    EXPECT_TRUE(import_key(export_key(secret_of(alice), Secret())->bytes(), Secret()));
    EXPECT_EQ(kind(import_key(public_of(alice), Secret())), "malformed");
}

TEST(OpenPgp, StrangersWriteNothingIntoOurLog) {
    const auto message = to_bob("x", true);
    testing::internal::CaptureStderr();
    EXPECT_EQ(kind(decrypt(message, secret_of(alice), {})), "auth");
    EXPECT_EQ(kind(as_bob("-----BEGIN PGP MESSAGE-----\n\nnothing")), "malformed");
    EXPECT_EQ(kind(inspect("\xc6\x06\x04"
                           "ello\x01",
                           now)),
              "malformed");
    std::fputs("ours\n", stderr);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "ours\n");
}

TEST(OpenPgp, Grouped) { EXPECT_EQ(grouped("0123456789AB"), "0123 4567 89AB"); }

TEST(OpenPgp, NewerFormsAreTold) {
    const std::string seipd_v2("\xd2\x05\x02\x07\x02\x06x", 7), unprotected("\xc9\x03xyz", 5);
    EXPECT_EQ(kind(as_bob(seipd_v2)), "unsupported");
    EXPECT_EQ(kind(as_bob(unprotected)), "refused");
}

}  // namespace
}  // namespace coi::openpgp
