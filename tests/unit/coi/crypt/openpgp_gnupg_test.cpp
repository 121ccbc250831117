// OpenPGP with Debian's gpg: it reads what we write, we read what it writes, in each of its moods.

#include <gtest/gtest.h>

#include <thread>

#include "coi/crypt/openpgp.h"
#include "coi/crypt/packets.h"
#include "coi/crypt/pgp_mime.h"
#include "coi/crypt/rnp.h"
#include "tests/support/gnupg.h"

namespace coi::openpgp {
namespace {

using namespace std::chrono_literals;

const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
const Address ours{"", "gate", "jabber.example"}, theirs{"", "greta", "example.org"};

/// gpg with a key of its own and ours.
class Interop : public testing::Test {
  protected:
    Interop() {
        gpg.make_key("Greta <greta@example.org>");
        gpg.import(our_public);
        their_public = gpg.public_key("greta@example.org");
    }
    Result<Opened> read(std::string_view message) { return decrypt(message, our_secret, {their_public}); }
    /// What gpg makes with `options` for us.
    std::string written(const std::string& options) {
        return gpg.must(options + " -r gate@jabber.example --encrypt", "hello\n");
    }
    /// OpenPGP packets, whatever they are, encrypted for us as they are.
    std::string enclosed(std::string_view packets) {
        return gpg.must("--no-literal -z 0 -r gate@jabber.example --encrypt", packets);
    }
    std::string kind(std::string_view message) {
        const auto opened = read(message);
        if (opened) return "good";
        return opened.error().kind == ErrorKind::refused ? "refused"
               : opened.error().kind == ErrorKind::limit ? "limit"
                                                         : opened.error().text;
    }

    tests::Gnupg gpg;
    Secret our_secret = generate(ours, now).value();
    std::string our_public = public_key(our_secret, ours).value();
    std::string their_public;
};

TEST_F(Interop, GpgReadsAndVerifiesOurs) {
    for (const bool hide : {false, true}) {
        const auto message = encrypt("hello\r\n", {their_public, our_public}, our_secret, hide).value();
        const auto done = gpg.run("--decrypt", message);
        // It tries its key on each hidden recipient; since 2.4 the one that it does not fit makes it end with 2.
        if (!hide) EXPECT_EQ(done.status, 0) << done.err;
        EXPECT_EQ(done.out, "hello\r\n");
        EXPECT_NE(done.err.find("[GNUPG:] DECRYPTION_OKAY"), std::string::npos) << done.err;
        EXPECT_NE(done.err.find("[GNUPG:] GOODSIG"), std::string::npos) << done.err;
        EXPECT_NE(done.err.find("[GNUPG:] GOODMDC"), std::string::npos);
        EXPECT_EQ(done.err.find("anonymous") != std::string::npos, hide) << done.err;
        EXPECT_EQ(read(message)->plain, "hello\r\n");
    }
}

TEST_F(Interop, WeReadItsMoods) {
    for (const std::string mood :
         {"--armor", "", "--throw-keyids", "--rfc4880", "--armor --compress-algo zlib", "--compress-algo none",
          "--compress-algo bzip2", "--personal-cipher-preferences AES128", "--textmode", "--set-filename x"}) {
        const auto opened = read(written(mood + " --sign"));
        ASSERT_TRUE(opened) << mood << ": " << opened.error().text;
        EXPECT_EQ(opened->plain, mood == "--textmode" ? "hello\r\n" : "hello\n") << mood;
        EXPECT_EQ(opened->signature, Signature::good) << mood;
        EXPECT_EQ(opened->signer, inspect(their_public, now)->fingerprint);
    }
}

/// Greta's key with a second encryption subkey, the first of which she revokes; answers the second one's id.
std::string with_another_subkey(const tests::Gnupg& gpg, const std::string& fingerprint) {
    gpg.must("--quick-add-key " + fingerprint + " cv25519 encr 0");
    gpg.run("--no-batch --command-fd 0 --edit-key " + fingerprint, "key 1\nrevkey\ny\n1\nstolen\n\ny\nsave\n");
    const std::string rows = gpg.must("--with-colons --list-keys " + fingerprint);
    const auto at = rows.find("\nsub:u:255:18:");
    return at == std::string::npos ? "" : rows.substr(at + 14, 16);
}

// What was revoked once stays so, whichever copy comes later.
TEST_F(Interop, AnOlderCopyOfAKeyTakesNoRevocationBack) {
    const auto fingerprint = inspect(their_public, now)->fingerprint;
    const auto fresh = with_another_subkey(gpg, fingerprint);
    const auto renewed = gpg.public_key("greta@example.org");
    ASSERT_NE(renewed, their_public);
    for (const auto& merged : {merge(renewed, their_public), merge(their_public, renewed)}) {
        ASSERT_TRUE(merged) << merged.error().text;
        EXPECT_EQ(inspect(*merged, now)->fingerprint, fingerprint);
        EXPECT_TRUE(inspect(*merged, now + 1h)->can_encrypt) << "the other subkey is made after `now`";
        const auto message = encrypt("hello", {*merged}, our_secret, false).value();
        const auto packets = gpg.run("--list-only --decrypt", message).err;
        EXPECT_NE(packets.find(fresh), std::string::npos) << packets;
        EXPECT_EQ(packets.find("revoked"), std::string::npos) << packets;
        EXPECT_EQ(merge(*merged, their_public).value(), *merged) << "once more it brings nothing";
    }
    EXPECT_FALSE(merge(their_public, our_public)) << "two different keys";
    EXPECT_FALSE(merge(their_public, "nonsense"));
}

TEST_F(Interop, AMergedKeyStaysRevoked) {
    const auto fingerprint = inspect(their_public, now)->fingerprint;
    const auto certificate = gpg.read("openpgp-revocs.d/" + fingerprint + ".rev");
    std::string armour = certificate.substr(certificate.find(":-----BEGIN") + 1);
    gpg.import(armour);
    const auto revoked = gpg.public_key("greta@example.org");
    ASSERT_TRUE(inspect(revoked, now)->revoked);
    for (const auto& merged : {merge(revoked, their_public), merge(their_public, revoked)}) {
        ASSERT_TRUE(merged);
        EXPECT_TRUE(inspect(*merged, now)->revoked);
        EXPECT_FALSE(inspect(*merged, now)->can_encrypt);
    }
}

TEST_F(Interop, AnExpiredKeyIsRenewedByItsNewerCopy) {
    const auto fingerprint = inspect(their_public, now)->fingerprint;
    gpg.must("--quick-set-expire " + fingerprint + " 20d");
    gpg.must("--quick-set-expire " + fingerprint + " 20d '*'");
    const auto later = now + std::chrono::hours(24 * 30);
    const auto brief = gpg.public_key("greta@example.org");
    ASSERT_FALSE(inspect(brief, later)->can_encrypt);
    std::this_thread::sleep_for(1100ms);  // a self-signature is newer by its second
    gpg.must("--quick-set-expire " + fingerprint + " 90d");
    gpg.must("--quick-set-expire " + fingerprint + " 90d '*'");
    const auto renewed = gpg.public_key("greta@example.org");
    for (const auto& merged : {merge(brief, renewed), merge(renewed, brief)}) {
        ASSERT_TRUE(merged);
        EXPECT_TRUE(inspect(*merged, later)->can_encrypt);
    }
}

// A key does not grow by what strangers hang on it.
TEST_F(Interop, WhatOthersSignedIsLeftOut) {
    gpg.make_key("Mallory <mallory@example.org>");
    gpg.must("--yes --local-user mallory@example.org --quick-sign-key " + inspect(their_public, now)->fingerprint);
    const auto decorated = gpg.public_key("greta@example.org");
    ASSERT_GT(decorated.size(), their_public.size());
    EXPECT_EQ(merge(their_public, decorated).value().size(), their_public.size());
}

TEST_F(Interop, LargeMailComesInPieces) {
    const std::string large(300'000, 'x');
    const auto message = gpg.must("--compress-algo none -r gate@jabber.example --sign --encrypt", large);
    EXPECT_EQ(read(message)->plain, large);
}

TEST_F(Interop, Unsigned) {
    const auto opened = read(written(""));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->signature, Signature::none);
    EXPECT_EQ(opened->signer, "");
}

TEST_F(Interop, SignedBySomebodyElse) {
    gpg.make_key("Mallory <mallory@example.org>");
    const auto opened = read(written("--sign -u mallory@example.org"));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->signature, Signature::unknown);
    const auto both = read(written("--sign -u mallory@example.org -u greta@example.org"));
    EXPECT_EQ(both->signature, Signature::good);
}

TEST_F(Interop, WronglySigned) {
    // A signed message with other words put in, encrypted by a forger.
    const std::string message = gpg.must("-u greta@example.org --compress-algo none --sign", "hello\n");
    std::string forged = message;
    forged.replace(forged.find("hello"), 5, "jelly");
    const auto opened = read(enclosed(forged));
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_EQ(opened->plain, "jelly\n");
    EXPECT_EQ(opened->signature, Signature::bad);
}

TEST_F(Interop, NoIntegrityProtection) {
    const auto message = written("--rfc2440 --cipher-algo CAST5 --disable-mdc --compress-algo none");
    EXPECT_EQ(take_apart(message, {}).error().kind, ErrorKind::refused);
    EXPECT_EQ(kind(message), "refused");
}

TEST_F(Interop, CompressionBomb) {
    const std::string zeros(40'000'000, '\0');
    const auto message = gpg.must("--compress-algo zlib --compress-level 9 -r gate@jabber.example --encrypt", zeros);
    EXPECT_LT(message.size(), 200'000U);
    EXPECT_EQ(kind(message), "limit");
}

TEST_F(Interop, EncryptedTwice) {
    const auto inner = written("--sign --compress-algo none");
    EXPECT_EQ(kind(enclosed(inner)), "refused");
}

TEST_F(Interop, HundredsOfRecipients) {
    std::string message = rnp::binary(written("--throw-keyids"), 10'000).value();
    const auto parts = take_apart(message, {}).value();
    std::string stranger(parts.session_keys[0].whole);
    stranger[stranger.size() - 5] = static_cast<char>(stranger[stranger.size() - 5] ^ 1);
    std::string many;
    for (int i = 0; i < 150; ++i) many += stranger;
    EXPECT_EQ(kind(many + message), "good");
    for (int i = 0; i < 100; ++i) many += stranger;
    EXPECT_EQ(kind(many + message), "limit");
}

TEST_F(Interop, OurKeyImportsAndAnnouncesWhatWeRead) {
    const auto packets = gpg.must("--list-packets", our_public);
    EXPECT_EQ(packets.find("expires after"), std::string::npos) << packets;
    const auto features = packets.find("(features: ");
    if (features != std::string::npos) EXPECT_EQ(packets.substr(features + 11, 2), "01") << packets;
    const auto secret = export_key(our_secret, Secret("words")).value();
    tests::Gnupg other;
    EXPECT_EQ(other.run("--passphrase words --import", secret.bytes()).status, 0);
    const auto message = encrypt("x", {our_public}, our_secret, false).value();
    const auto read_there = other.run("--passphrase words --decrypt", message);
    EXPECT_EQ(read_there.out, "x") << read_there.err;
}

TEST_F(Interop, ItsSecretKeyIsTakenIn) {
    const auto taken = import_key(gpg.secret_key("greta@example.org"), Secret()).value();
    const auto message = encrypt("x", {their_public}, taken, false).value();
    const auto opened = decrypt(message, taken, {their_public});
    EXPECT_EQ(opened->signature, Signature::good);
    gpg.make_key("Rosa <rosa@example.org>", "0", "rsa2048");
    const auto rsa = import_key(gpg.secret_key("rosa@example.org"), Secret());
    EXPECT_FALSE(rsa) << "that key has no encryption subkey";
}

TEST_F(Interop, RsaKeysToo) {
    gpg.must("--quick-gen-key 'Rosa <rosa@example.org>' rsa2048 sign,cert 0");
    const auto line = gpg.must("--with-colons --list-keys rosa@example.org");
    const auto at = line.find("fpr:::::::::") + 12;
    gpg.must("--quick-add-key " + line.substr(at, 40) + " rsa2048 encr 0");
    const auto rosa = import_key(gpg.secret_key("rosa@example.org"), Secret()).value();
    for (const std::string options : {"", "--throw-keyids "}) {
        const auto message = gpg.must(options + "-r rosa@example.org -r greta@example.org --encrypt", "hello\n");
        EXPECT_EQ(decrypt(message, rosa, {})->plain, "hello\n");
    }
    EXPECT_EQ(decrypt(encrypt("x", {public_key(rosa, theirs).value()}, our_secret, true).value(), rosa, {our_public})
                  ->signature,
              Signature::good);
}

TEST_F(Interop, ExpiredKey) {
    gpg.must("--faked-system-time 20200101T000000 --quick-gen-key 'Old <old@example.org>' future-default default 1y");
    const auto key = gpg.public_key("old@example.org");
    const auto info = inspect(key, now).value();
    EXPECT_TRUE(info.expired);
    EXPECT_FALSE(info.can_encrypt || info.can_sign || info.revoked);
    EXPECT_TRUE(inspect(key, std::chrono::sys_days(std::chrono::year(2020) / 6 / 1))->can_encrypt);
    const auto refused = encrypt("x", {key}, our_secret, false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::refused);
    EXPECT_NE(refused.error().text.find(info.fingerprint), std::string::npos) << refused.error().text;
    EXPECT_FALSE(minimal(key, ours));
    // Signed when it was good, read today: good.
    const std::string sign = "--faked-system-time 20200601T000000 -u old@example.org -z 0 --sign";
    EXPECT_EQ(decrypt(enclosed(gpg.must(sign, "hello\n")), our_secret, {key})->signature, Signature::good);
    // The owner's own copy lives longer than the one we know: bad.
    gpg.must("--faked-system-time 20200601T000000 --quick-set-expire " + info.fingerprint + " 20y");
    const auto late = enclosed(gpg.must("-u old@example.org -z 0 --sign", "hello\n"));
    EXPECT_EQ(decrypt(late, our_secret, {key})->signature, Signature::bad);
}

TEST_F(Interop, RevokedKey) {
    const auto fingerprint = inspect(their_public, now)->fingerprint;
    // The revocation was made with the key; what was signed in the same second counts as signed before it.
    std::this_thread::sleep_until(inspect(their_public, now)->created + std::chrono::seconds(2));
    const auto message = written("--sign");
    std::string revocation = gpg.read("openpgp-revocs.d/" + fingerprint + ".rev");
    revocation.erase(0, revocation.find(":-----BEGIN") + 1);  // gpg guards it against mishap with a colon
    gpg.import(revocation);
    const auto key = gpg.public_key("greta@example.org");
    const auto info = inspect(key, now).value();
    EXPECT_TRUE(info.revoked);
    EXPECT_FALSE(info.can_encrypt || info.can_sign || info.expired);
    EXPECT_EQ(encrypt("x", {key}, our_secret, false).error().kind, ErrorKind::refused);
    EXPECT_EQ(decrypt(message, our_secret, {key})->signature, Signature::bad);
    EXPECT_EQ(read(message)->signature, Signature::good) << "we do not know yet";
}

TEST_F(Interop, SeveralUserIds) {
    gpg.must("--quick-add-uid greta@example.org 'Greta at work <greta@work.example>'");
    const auto key = gpg.public_key("greta@example.org");
    EXPECT_EQ(inspect(key, now)->user_ids.size(), 2U);
    const auto cut = minimal(key, Address{"", "greta", "work.example"}).value();
    EXPECT_EQ(inspect(cut, now)->user_ids, std::vector<std::string>{"Greta at work <greta@work.example>"});
    EXPECT_EQ(inspect(minimal(key, Address{"", "nobody", "example.net"}).value(), now)->user_ids.size(), 1U);
}

TEST_F(Interop, DetachedSignature) {
    const std::string words = "Content-Type: text/plain\r\n\r\nhello\r\n";
    const auto signature = gpg.must("-u greta@example.org --armor --detach-sign", words);
    EXPECT_EQ(verify(words, signature, {their_public}).signature, Signature::good);
    EXPECT_EQ(verify(words + "!", signature, {their_public}).signature, Signature::bad);
    EXPECT_EQ(verify(words, signature, {our_public}).signature, Signature::unknown);
    EXPECT_EQ(verify(words, "nothing", {their_public}).signature, Signature::none);
}

TEST_F(Interop, SignedFirstEncryptedThen) {
    const std::string words = "Content-Type: text/plain; hp=cipher\r\nSubject: s\r\n\r\nhello\r\n";
    const auto signature = gpg.must("-u greta@example.org --armor --detach-sign", words);
    const auto inside = [&](const std::string& payload) {
        return "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha512; boundary=s\n"
               "Subject: another\n\n--s\n" +
               payload + "\n--s\nContent-Type: application/pgp-signature\n\n" + signature + "\n--s--\n";
    };
    const std::string outer = "From: greta@example.org\n\n";
    const auto good = pgp_mime::read_inside(outer, {}, {{}, inside(words)}, {their_public}).value();
    EXPECT_EQ(good.protection.signature, Signature::good);
    EXPECT_EQ(good.mail.text, "hello");
    EXPECT_EQ(good.mail.subject, "s");
    const auto forged = pgp_mime::read_inside(outer, {}, {{}, inside(words + "!")}, {their_public}).value();
    EXPECT_EQ(forged.protection.signature, Signature::bad);
    EXPECT_EQ(pgp_mime::read_inside(outer, {}, {{}, inside(words)}, {})->protection.signature, Signature::unknown);
}

TEST_F(Interop, GpgReadsOurMail) {
    pgp_mime::Close how;
    how.signer = our_secret;
    how.to = {their_public};
    how.own = {ours, true, our_public};
    how.chatmail = true;
    const auto mail =
        pgp_mime::close("From: gate@jabber.example\r\nSubject: s\r\nContent-Type: text/plain\r\n\r\nhello\r\n", how);
    const auto done = gpg.run("--decrypt", mail->substr(mail->find("-----BEGIN")));
    EXPECT_NE(done.err.find("[GNUPG:] GOODSIG"), std::string::npos) << done.err;
    EXPECT_TRUE(done.out.starts_with("From: gate@jabber.example\r\nSubject: s\r\nAutocrypt: ")) << done.out;
    EXPECT_TRUE(done.out.ends_with("\r\n\r\nhello\r\n")) << done.out;
}

TEST_F(Interop, Passphrase) {
    gpg.write("words", "1234-5678");
    const std::string options = "--symmetric --cipher-algo AES128 --passphrase 1234-5678 --armor";
    const auto message = gpg.must(options, "secret\n");
    EXPECT_EQ(decrypt_with_passphrase(message, Secret("1234-5678"))->bytes(), "secret\n");
    EXPECT_EQ(decrypt_with_passphrase(message, Secret("0000")).error().kind, ErrorKind::auth);
    EXPECT_EQ(decrypt_with_passphrase(written(""), Secret("0000")).error().kind, ErrorKind::auth);
}

}  // namespace
}  // namespace coi::openpgp
