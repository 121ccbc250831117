// SecureJoin from the first mail to the last as bytes on the wire, with real keys: two of our own, one in each role.

#include <gtest/gtest.h>

#include "coi/crypt/pgp_mime.h"
#include "coi/crypt/securejoin_state.h"

namespace coi::securejoin {
namespace {

// In the past: RNP's own clock is the machine's.
const std::chrono::sys_seconds now{std::chrono::seconds(1'700'000'000)};

struct Person {
    Address address;
    Secret secret = openpgp::generate(address, now - std::chrono::days(1)).value();
    std::string key = openpgp::public_key(secret, address).value();
    openpgp::Fingerprint fingerprint = openpgp::inspect(key, now).value().fingerprint;
    autocrypt::Peer other{};  // what is known of the one on the other side

    autocrypt::Header header() const { return {address, true, key}; }
};

Message addressed(Message mail, const Person& from, const Person& to) {
    mail.from = {from.address};
    mail.to = {to.address};
    mail.date = now;
    mail.id = mint("example.org");
    return mail;
}

std::string in_the_clear(const Message& step, const Person& from, const Person& to) {
    Message mail = addressed(step, from, to);
    mail.headers["autocrypt"] = autocrypt::print(from.header());
    return print(mail).value();
}

std::string sealed(const Message& step, const Person& from, const Person& to) {
    pgp_mime::Close how;
    how.signer = from.secret;
    how.to = {autocrypt::key_of(from.other)};
    how.own = from.header();
    how.gossip = {{to.address, false, autocrypt::key_of(from.other)}};
    how.chatmail = true;
    how.outer_autocrypt = false;
    return pgp_mime::close(print(addressed(step, from, to)).value(), how).value();
}

struct Read {
    Message mail;
    pgp_mime::Protection protection;
};

/// As the gateway reads a mail: the key that signed it may come inside it.
Read read(const std::string& bytes, Person& to) {
    const auto found = pgp_mime::find(bytes).value();
    Read out;
    if (found.shape == pgp_mime::Shape::clear) {
        out.mail = coi::parse(bytes).value();
    } else {
        auto opened = pgp_mime::open(bytes, found, to.secret, {autocrypt::key_of(to.other)}).value();
        if (opened.protection.signature == openpgp::Signature::unknown && opened.autocrypt)
            opened = pgp_mime::open(bytes, found, to.secret, {opened.autocrypt->key}).value();
        out = {std::move(opened.mail), std::move(opened.protection)};
    }
    const auto header = autocrypt::of_sender({{"autocrypt", out.mail.header("autocrypt")}}, out.mail.from);
    const auto info = header ? openpgp::inspect(header->key, now) : Result<openpgp::KeyInfo>(malformed("none"));
    autocrypt::update(to.other, {autocrypt::effective_date(out.mail.date, now), header,
                                 info ? std::optional(*info) : std::nullopt, false});
    return out;
}

TEST(SecureJoinHandshake, EndsWithBothKeysVerified) {
    Person alice{{"Alice", "alice", "example.org"}}, bob{{"", "bob", "example.net"}};
    const Offer offer{make(alice.fingerprint, alice.address), now + std::chrono::days(7), ""};
    Joining joining{*parse(print_link(offer.invite)), now + std::chrono::days(7), false};

    const auto asked = read(in_the_clear(request(joining.invite), bob, alice), alice);
    const auto required = inviter_step(offer, arrival(asked.mail, asked.protection, now), now);
    ASSERT_TRUE(std::holds_alternative<Reply>(required));

    const auto proof = read(sealed(std::get<Reply>(required).mail, alice, bob), bob);
    const auto theirs = joiner_step(joining, arrival(proof.mail, proof.protection, now), bob.fingerprint, now);
    ASSERT_TRUE(std::holds_alternative<Verified>(theirs));
    joining.answered = true;
    EXPECT_TRUE(autocrypt::verify(bob.other, std::get<Verified>(theirs).fingerprint));

    const std::string with_auth = sealed(std::get<Verified>(theirs).answer, bob, alice);
    EXPECT_EQ(with_auth.find("Secure-Join"), std::string::npos);  // all of it is inside
    const auto told = read(with_auth, alice);
    const auto ours = inviter_step(offer, arrival(told.mail, told.protection, now), now);
    ASSERT_TRUE(std::holds_alternative<Verified>(ours));
    EXPECT_TRUE(autocrypt::verify(alice.other, std::get<Verified>(ours).fingerprint));

    const auto last = read(sealed(std::get<Verified>(ours).answer, alice, bob), bob);
    const auto end = joiner_step(joining, arrival(last.mail, last.protection, now), bob.fingerprint, now);
    EXPECT_TRUE(std::holds_alternative<Confirmed>(end));
    EXPECT_EQ(alice.other.verified, bob.fingerprint);
    EXPECT_EQ(bob.other.verified, alice.fingerprint);
}

TEST(SecureJoinHandshake, SomebodyInTheMiddleIsNotVerified) {
    Person alice{{"", "alice", "example.org"}}, bob{{"", "bob", "example.net"}};
    Person eve{{"", "alice", "example.org"}};  // answers in Alice's name
    const Joining joining{make(alice.fingerprint, alice.address), now + std::chrono::days(7), false};
    read(in_the_clear(request(joining.invite), bob, eve), eve);
    const auto forged = read(sealed(auth_required(), eve, bob), bob);
    EXPECT_EQ(forged.protection.signature, openpgp::Signature::good);  // by her own key
    const auto outcome = joiner_step(joining, arrival(forged.mail, forged.protection, now), bob.fingerprint, now);
    ASSERT_TRUE(std::holds_alternative<Refused>(outcome));
    EXPECT_EQ(std::get<Refused>(outcome), Refused::wrong_key);
}

}  // namespace
}  // namespace coi::securejoin
