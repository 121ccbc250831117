// SecureJoin's answers: the handshake as a dialogue of two gateways, and every way in which it must not end verified.

#include "coi/crypt/securejoin_state.h"

#include <gtest/gtest.h>

#include <random>

namespace coi::securejoin {
namespace {

using std::chrono::days;
using std::chrono::sys_seconds;

const sys_seconds now{std::chrono::seconds(1'700'000'000)};
const std::string alice_key(40, 'A'), bob_key(40, 'B'), eve_key(40, 'E');
const Address alice{"Alice", "alice", "example.org"}, bob{"", "bob", "example.net"}, eve{"", "eve", "example.com"};

Offer offer() { return {make(alice_key, alice), now + days(7), {}}; }
Joining joining(const Offer& theirs) { return {theirs.invite, now + days(7), false}; }

/// A mail on its way, with what opening it would tell.
struct Sent {
    Message mail;
    pgp_mime::Protection protection;
    openpgp::Fingerprint sender_key;
    std::vector<openpgp::Fingerprint> gossiped;
    Arrival arrival() const { return {mail, protection, sender_key, gossiped}; }
};

Sent clear(Message mail, const Address& from, const std::string& key) {
    mail.from = {from};
    return {std::move(mail), {}, key, {}};
}

Sent sealed(Message mail, const Address& from, const std::string& key, const std::string& to) {
    mail.from = {from};
    pgp_mime::Protection protection;
    protection.encrypted = true;
    protection.signature = openpgp::Signature::good;
    protection.signer = key;
    return {std::move(mail), protection, key, {to}};
}

Sent secret(const Offer& ours) { return sealed(request_with_auth(ours.invite, bob_key), bob, bob_key, alice_key); }

Refused why(const Outcome& outcome) {
    EXPECT_TRUE(std::holds_alternative<Refused>(outcome)) << "outcome " << outcome.index();
    return std::holds_alternative<Refused>(outcome) ? std::get<Refused>(outcome) : Refused::out_of_order;
}

Refused at_inviter(const Offer& ours, const Sent& sent) { return why(inviter_step(ours, sent.arrival(), now)); }
Refused at_joiner(const Joining& theirs, const Sent& sent) {
    return why(joiner_step(theirs, sent.arrival(), bob_key, now));
}

TEST(SecureJoinState, TwoSidesEndVerified) {
    Offer ours = offer();
    Joining theirs = joining(ours);
    const auto asked = inviter_step(ours, clear(request(theirs.invite), bob, bob_key).arrival(), now);
    const auto required = sealed(std::get<Reply>(asked).mail, alice, alice_key, bob_key);
    const auto proven = std::get<Verified>(joiner_step(theirs, required.arrival(), bob_key, now));
    EXPECT_EQ(proven.fingerprint, alice_key);
    theirs.answered = true;
    const auto with_auth = sealed(proven.answer, bob, bob_key, alice_key);
    const auto verified = std::get<Verified>(inviter_step(ours, with_auth.arrival(), now));
    EXPECT_EQ(verified.fingerprint, bob_key);
    ours.used_by = bob_key;
    const auto confirmed = sealed(verified.answer, alice, alice_key, bob_key);
    EXPECT_TRUE(std::holds_alternative<Confirmed>(joiner_step(theirs, confirmed.arrival(), bob_key, now)));
}

TEST(SecureJoinState, AnArrivalNamesTheKeysOfItsFields) {
    const Secret secret_key = openpgp::generate(bob, now).value();
    const std::string key = openpgp::public_key(secret_key, bob).value();
    const std::string fingerprint = openpgp::inspect(key, now).value().fingerprint;
    Message mail = auth_required();
    mail.from = {bob};
    mail.headers["autocrypt"] = autocrypt::print({bob, true, key});
    pgp_mime::Protection protection;
    protection.gossip = {{alice, false, "rubbish"}, {alice, false, key}};
    const Arrival known = arrival(mail, protection, now);
    EXPECT_EQ(known.sender_key, fingerprint);
    EXPECT_EQ(known.gossiped, std::vector{fingerprint});
    mail.from = {eve};  // another's field
    EXPECT_EQ(arrival(mail, protection, now).sender_key, "");
}

TEST(SecureJoinState, AnOfferIsFoundByNumberAndBySecret) {
    const std::vector<Offer> offers{offer(), offer(), offer()};
    EXPECT_EQ(offer_of(offers, request(offers[1].invite)), &offers[1]);
    EXPECT_EQ(offer_of(offers, request_with_auth(offers[2].invite, bob_key)), &offers[2]);
    EXPECT_EQ(offer_of(offers, request(offer().invite)), nullptr);
    EXPECT_EQ(offer_of(offers, auth_required()), nullptr);
    const std::vector<Offer> empty{Offer{}};
    EXPECT_EQ(offer_of(empty, auth_required()), nullptr);
}

TEST(SecureJoinInviter, ARequestNeedsTheNumberAndAKey) {
    const Offer ours = offer();
    EXPECT_EQ(at_inviter(ours, clear(request(offer().invite), bob, bob_key)), Refused::unknown_invite);
    EXPECT_EQ(at_inviter(ours, clear(request(ours.invite), bob, "")), Refused::no_key);
    Message bare = request(ours.invite);
    bare.headers.erase("secure-join-invitenumber");
    EXPECT_EQ(at_inviter(ours, clear(bare, bob, bob_key)), Refused::unknown_invite);
}

TEST(SecureJoinInviter, TheSecretCountsOnlyEncryptedAndSigned) {
    const Offer ours = offer();
    EXPECT_EQ(at_inviter(ours, clear(request_with_auth(ours.invite, bob_key), bob, bob_key)), Refused::unprotected);
    for (const auto signature : {openpgp::Signature::none, openpgp::Signature::unknown, openpgp::Signature::bad}) {
        Sent sent = secret(ours);
        sent.protection.signature = signature;
        EXPECT_EQ(at_inviter(ours, sent), Refused::unprotected);
    }
    Sent in_the_clear = secret(ours);
    in_the_clear.protection.encrypted = false;
    EXPECT_EQ(at_inviter(ours, in_the_clear), Refused::unprotected);
}

TEST(SecureJoinInviter, TheSecretMustBeTheOffers) {
    const Offer ours = offer();
    EXPECT_EQ(at_inviter(ours, secret(offer())), Refused::unknown_invite);
    Sent none = secret(ours), longer = secret(ours), number = secret(ours);
    none.mail.headers.erase("secure-join-auth");
    longer.mail.headers["secure-join-auth"] += 'A';
    number.mail.headers["secure-join-auth"] = ours.invite.invite_number;
    for (const auto& sent : {none, longer, number}) EXPECT_EQ(at_inviter(ours, sent), Refused::unknown_invite);
    EXPECT_EQ(at_inviter({Invite{alice_key, alice, "", ""}, now + days(1), ""}, none), Refused::unknown_invite);
}

TEST(SecureJoinInviter, SignatureFieldAndSendersKeyMustBeOne) {
    const Offer ours = offer();
    Sent other_field = secret(ours), other_signer = secret(ours), other_key = secret(ours), no_field = secret(ours);
    other_field.mail.headers["secure-join-fingerprint"] = eve_key;
    other_signer.protection.signer = eve_key;
    other_key.sender_key = eve_key;
    no_field.mail.headers.erase("secure-join-fingerprint");
    for (const auto& sent : {other_field, other_signer, other_key, no_field})
        EXPECT_EQ(at_inviter(ours, sent), Refused::wrong_key);
    Sent spaced = secret(ours);
    spaced.mail.headers["secure-join-fingerprint"] = "bbbb bbbb bbbb bbbb bbbb  bbbb bbbb bbbb bbbb bbbb";
    EXPECT_TRUE(std::holds_alternative<Verified>(inviter_step(ours, spaced.arrival(), now)));
}

TEST(SecureJoinInviter, NoKeyAtAllIsNotTheSameKey) {
    const Offer ours = offer();
    EXPECT_EQ(at_inviter(ours, sealed(request_with_auth(ours.invite, ""), bob, "", alice_key)), Refused::unprotected);
}

TEST(SecureJoinState, TheSenderMustBeOneAddress) {
    const Offer ours = offer();
    Sent twice = secret(ours), by_two = sealed(auth_required(), alice, alice_key, bob_key), by_none = by_two;
    twice.mail.from.push_back(eve);
    by_two.mail.from.push_back(eve);
    by_none.mail.from.clear();
    EXPECT_EQ(at_inviter(ours, twice), Refused::wrong_sender);
    EXPECT_EQ(at_joiner(joining(ours), by_two), Refused::wrong_sender);
    EXPECT_EQ(at_joiner(joining(ours), by_none), Refused::wrong_sender);
}

TEST(SecureJoinInviter, AMailMeantForAnotherIsRefused) {
    const Offer ours = offer();
    EXPECT_EQ(at_inviter(ours, sealed(request_with_auth(ours.invite, bob_key), bob, bob_key, eve_key)),
              Refused::not_for_us);
}

TEST(SecureJoinInviter, AnExpiredOfferAnswersNothing) {
    Offer ours = offer();
    ours.expires = now;
    EXPECT_EQ(at_inviter(ours, clear(request(ours.invite), bob, bob_key)), Refused::expired);
    EXPECT_EQ(at_inviter(ours, secret(ours)), Refused::expired);
}

TEST(SecureJoinInviter, AnOfferVerifiesOneKeyOnce) {
    Offer ours = offer();
    ours.used_by = bob_key;
    EXPECT_EQ(at_inviter(ours, clear(request(ours.invite), eve, eve_key)), Refused::used);
    EXPECT_EQ(at_inviter(ours, sealed(request_with_auth(ours.invite, eve_key), eve, eve_key, alice_key)),
              Refused::used);
    // A replay, or a joiner whose confirmation was lost: the same answer, but nothing becomes verified by it.
    const auto again = inviter_step(ours, secret(ours).arrival(), now);
    ASSERT_TRUE(std::holds_alternative<Reply>(again));
    EXPECT_EQ(std::get<Reply>(again).mail, contact_confirm());
}

TEST(SecureJoinInviter, TheJoinersStepsAreNotForIt) {
    const Offer ours = offer();
    EXPECT_EQ(at_inviter(ours, sealed(auth_required(), bob, bob_key, alice_key)), Refused::out_of_order);
    EXPECT_EQ(at_inviter(ours, sealed(contact_confirm(), bob, bob_key, alice_key)), Refused::out_of_order);
    EXPECT_EQ(at_inviter(ours, sealed(Message{}, bob, bob_key, alice_key)), Refused::out_of_order);
}

TEST(SecureJoinJoiner, OnlyTheKeyOfTheInviteCounts) {
    const Joining theirs = joining(offer());
    EXPECT_EQ(at_joiner(theirs, clear(auth_required(), alice, alice_key)), Refused::unprotected);
    EXPECT_EQ(at_joiner(theirs, sealed(auth_required(), alice, eve_key, bob_key)), Refused::wrong_key);
    EXPECT_EQ(at_joiner(theirs, sealed(auth_required(), eve, alice_key, bob_key)), Refused::wrong_sender);
    Joining of_two = theirs;
    of_two.invite.relays = {eve};  // an address of the inviter's own, which the invite names
    const auto from_there = sealed(auth_required(), eve, alice_key, bob_key);
    EXPECT_TRUE(std::holds_alternative<Verified>(joiner_step(of_two, from_there.arrival(), bob_key, now)));
    EXPECT_EQ(at_joiner(theirs, sealed(auth_required(), alice, alice_key, eve_key)), Refused::not_for_us);
    Sent unsigned_mail = sealed(auth_required(), alice, alice_key, bob_key);
    unsigned_mail.protection.signature = openpgp::Signature::none;
    EXPECT_EQ(at_joiner(theirs, unsigned_mail), Refused::unprotected);
    Sent spelled = sealed(auth_required(), {"A", "Alice", "example.org"}, alice_key, bob_key);
    EXPECT_TRUE(std::holds_alternative<Verified>(joiner_step(theirs, spelled.arrival(), bob_key, now)));
}

TEST(SecureJoinJoiner, StepsComeInTheirOrderAndOnce) {
    Joining theirs = joining(offer());
    const auto required = sealed(auth_required(), alice, alice_key, bob_key);
    const auto confirm = sealed(contact_confirm(), alice, alice_key, bob_key);
    EXPECT_EQ(at_joiner(theirs, confirm), Refused::out_of_order);
    theirs.answered = true;
    EXPECT_EQ(at_joiner(theirs, required), Refused::out_of_order);
    EXPECT_EQ(at_joiner(theirs, sealed(contact_confirm(), alice, eve_key, bob_key)), Refused::wrong_key);
    EXPECT_EQ(at_joiner(theirs, sealed(request(theirs.invite), alice, alice_key, bob_key)), Refused::out_of_order);
    theirs.expires = now;
    EXPECT_EQ(at_joiner(theirs, confirm), Refused::expired);
}

/// Whatever mail comes: verified only by a good signature, the secret of a fresh offer, and from the one who signed.
TEST(SecureJoinState, NoPathToVerifiedButTheOne) {
    const std::string keys[] = {"", alice_key, bob_key, eve_key};
    const Address people[] = {alice, bob, eve};
    unsigned verified_by_inviter = 0, verified_by_joiner = 0;
    std::mt19937 random(1);
    const auto any = [&](auto& list) -> auto& { return list[random() % std::size(list)]; };
    // What is right, or one time in four anything.
    const auto mostly = [&](auto right, auto& list) { return random() % 4 == 0 ? any(list) : right; };
    for (int round = 0; round < 20'000; ++round) {
        const bool to_inviter = random() % 2 == 0;
        const sys_seconds ends[] = {now - days(1), now, now + days(1)};
        const Offer ours{offer().invite, mostly(now + days(1), ends), mostly(keys[0], keys)};
        const Joining theirs{ours.invite, mostly(now + days(1), ends), random() % 2 == 0};
        const Invite invites[] = {offer().invite, Invite{alice_key, alice, "", ""}};
        const Message mails[] = {request(ours.invite), auth_required(), contact_confirm(), Message{},
                                 request_with_auth(mostly(ours.invite, invites), mostly(bob_key, keys))};
        Sent sent =
            sealed(mostly(mails[to_inviter ? 4 : 1], mails), mostly(to_inviter ? bob : alice, people),
                   mostly(to_inviter ? bob_key : alice_key, keys), mostly(to_inviter ? alice_key : bob_key, keys));
        sent.protection.encrypted = random() % 4 != 0;
        if (random() % 4 == 0) sent.protection.signature = static_cast<openpgp::Signature>(random() % 4);
        if (random() % 4 == 0) sent.sender_key = any(keys);
        const bool good = sent.protection.encrypted && sent.protection.signature == openpgp::Signature::good;
        if (const auto out = inviter_step(ours, sent.arrival(), now); const auto* done = std::get_if<Verified>(&out)) {
            ++verified_by_inviter;
            ASSERT_TRUE(good && now < ours.expires && ours.used_by.empty());
            ASSERT_EQ(sent.mail.header("secure-join-auth"), ours.invite.auth);
            ASSERT_EQ(done->fingerprint, sent.protection.signer);
            ASSERT_EQ(done->fingerprint, sent.sender_key);
            ASSERT_FALSE(done->fingerprint.empty());
        }
        if (const auto out = joiner_step(theirs, sent.arrival(), bob_key, now);
            const auto* done = std::get_if<Verified>(&out)) {
            ++verified_by_joiner;
            ASSERT_TRUE(good && now < theirs.expires && !theirs.answered);
            ASSERT_EQ(done->fingerprint, theirs.invite.fingerprint);
            ASSERT_EQ(done->fingerprint, sent.protection.signer);
        }
    }
    EXPECT_GT(verified_by_inviter, 0U);
    EXPECT_GT(verified_by_joiner, 0U);
}

}  // namespace
}  // namespace coi::securejoin
