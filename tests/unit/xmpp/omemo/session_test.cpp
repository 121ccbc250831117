// Sessions between two accounts: what is read, once; and what is refused, without a change.

#include "xmpp/omemo/session.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

namespace xmpp::omemo {
namespace {

/// A test failure shows as an exception of value().
class OmemoSession : public testing::Test {
  protected:
    Key say(const std::string& text) { return encrypt(alice, to_bob, bob.device(), text).value(); }
    Key answer(const std::string& text) { return encrypt(bob, to_alice, alice.device(), text).value(); }
    Decrypted read(const Key& key) {
        Decrypted decrypted = decrypt(bob, to_alice, key).value();
        if (decrypted.used_pre_key) bob.use(*decrypted.used_pre_key);
        return decrypted;
    }
    std::string text(const Key& key) { return std::string(read(key).key.bytes()); }
    /// Why Bob cannot read it; his session must not change.
    Failure failure(const Key& key) {
        const Session before = to_alice;
        const auto result = decrypt(bob, to_alice, key);
        EXPECT_EQ(to_alice, before);
        if (result) throw std::logic_error("it was decrypted");
        return result.error();
    }
    void meet() {
        to_bob = start(alice, bob.bundle()).value();
        read(say("hello"));
        EXPECT_EQ(decrypt(alice, to_bob, answer("hello")).value().key.bytes(), "hello");
    }

    OwnKeys alice = OwnKeys::generate({}), bob = OwnKeys::generate({});
    Session to_bob, to_alice;
};

TEST_F(OmemoSession, Talks) {
    to_bob = start(alice, bob.bundle()).value();
    EXPECT_EQ(to_bob.identity_key, bob.identity_key());
    const Key first = say("hello"), second = say("hello?");
    EXPECT_EQ(first.rid, bob.device());
    EXPECT_TRUE(first.is_prekey);
    EXPECT_TRUE(second.is_prekey) << "until an answer comes";
    const Decrypted got = read(first);
    EXPECT_EQ(got.key.bytes(), "hello");
    EXPECT_EQ(got.identity_key, alice.identity_key());
    EXPECT_EQ(to_alice.identity_key, alice.identity_key());
    EXPECT_TRUE(got.is_new_session);
    ASSERT_TRUE(got.used_pre_key);
    EXPECT_FALSE(bob.find_pre_key(*got.used_pre_key));
    const Decrypted again = read(second);
    EXPECT_EQ(again.key.bytes(), "hello?") << "although its prekey is gone";
    EXPECT_FALSE(again.is_new_session);
    EXPECT_FALSE(again.used_pre_key);
    EXPECT_EQ(decrypt(alice, to_bob, answer("yes")).value().key.bytes(), "yes");
    const Key third = say("good");
    EXPECT_FALSE(third.is_prekey);
    EXPECT_EQ(text(third), "good");
}

TEST_F(OmemoSession, SpeaksVersion3) {
    to_bob = start(alice, bob.bundle()).value();
    EXPECT_EQ(say("x").data.front(), 0x33);
    read(say("x"));
    EXPECT_EQ(answer("x").data.front(), 0x33);
}

TEST_F(OmemoSession, AMessageIsReadOnce) {
    to_bob = start(alice, bob.bundle()).value();
    const Key first = say("1");
    text(first);
    EXPECT_EQ(failure(first), Failure::repeated);
    meet();
    const Key second = say("2");
    text(second);
    text(say("3"));
    EXPECT_EQ(failure(second), Failure::repeated);
}

TEST_F(OmemoSession, MessagesMayBeMissingAndLate) {
    meet();
    std::vector<Key> keys;
    for (int i = 0; i < 30; ++i) keys.push_back(say(std::to_string(i)));
    for (const int i : {29, 3, 17, 0}) EXPECT_EQ(text(keys[static_cast<std::size_t>(i)]), std::to_string(i));
    EXPECT_EQ(failure(keys[17]), Failure::repeated);
    decrypt(alice, to_bob, answer("a new chain")).value();
    EXPECT_EQ(text(say("on")), "on");
    EXPECT_EQ(text(keys[5]), "5") << "of the former chain";
}

TEST_F(OmemoSession, TooManyMissingAreRefused) {
    meet();
    const Session before = to_bob;
    for (std::uint32_t i = 0; i < max_skipped; ++i) say("lost");
    const Key last = say("last");
    EXPECT_EQ(failure(say("one more")), Failure::too_far);
    EXPECT_EQ(text(last), "last");
    EXPECT_EQ(text(say("on")), "on");
    EXPECT_LE(to_alice.record.bytes().size(), max_record);
}

TEST_F(OmemoSession, ARecordHasALimitAndANewSessionHeals) {
    meet();
    std::string last = "read";
    for (int round = 0; round < 6 && last == "read"; ++round) {
        for (std::uint32_t i = 0; i < max_skipped; ++i) say("lost");
        const auto result = decrypt(bob, to_alice, say("read"));
        last = result ? result->key.bytes() : result.error() == Failure::too_far ? "too far" : "another failure";
        EXPECT_LE(to_alice.record.bytes().size(), max_record);
        if (result) decrypt(alice, to_bob, answer("a new chain")).value();
    }
    EXPECT_EQ(last, "too far");
    to_bob = start(alice, bob.bundle(), to_bob).value();
    EXPECT_EQ(text(say("new")), "new");
    EXPECT_LE(to_alice.record.bytes().size(), max_record);
    EXPECT_EQ(decrypt(alice, to_bob, answer("healed")).value().key.bytes(), "healed");
}

TEST_F(OmemoSession, WithoutASession) {
    meet();
    to_alice = {};
    EXPECT_EQ(failure(say("x")), Failure::no_session);
    EXPECT_EQ(encrypt(bob, to_alice, alice.device(), "x").error(), Failure::no_session);
    to_alice = start(bob, alice.bundle()).value();
    EXPECT_EQ(failure(say("x")), Failure::no_session) << "another one";
    EXPECT_EQ(decrypt(alice, to_bob, answer("lost yours")).value().key.bytes(), "lost yours");
    EXPECT_EQ(text(say("now")), "now");
}

TEST_F(OmemoSession, ANewSessionReplacesOneWhoseLateMessagesAreRead) {
    meet();
    const Key late = say("late");
    to_bob = start(alice, bob.bundle(), to_bob).value();
    const Decrypted got = read(say("new"));
    EXPECT_TRUE(got.is_new_session);
    EXPECT_EQ(text(late), "late");
    EXPECT_EQ(decrypt(alice, to_bob, answer("by the former one")).value().key.bytes(), "by the former one");
}

TEST_F(OmemoSession, BothStartAtOnce) {
    to_bob = start(alice, bob.bundle()).value();
    to_alice = start(bob, alice.bundle()).value();
    const Key from_alice = say("I start"), from_bob = answer("I start, too");
    EXPECT_EQ(text(from_alice), "I start");
    const auto read_by_alice = decrypt(alice, to_bob, from_bob).value();
    EXPECT_EQ(read_by_alice.key.bytes(), "I start, too");
    alice.use(*read_by_alice.used_pre_key);
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(text(say("a")), "a");
        EXPECT_EQ(decrypt(alice, to_bob, answer("b")).value().key.bytes(), "b");
    }
}

TEST_F(OmemoSession, FormerSessionsAreFew) {
    std::vector<Key> late;
    for (std::size_t i = 0; i < max_former + 3; ++i) {
        to_bob = start(alice, bob.bundle(), to_bob).value();
        read(say("x"));
        late.push_back(say("late"));
        EXPECT_LT(to_alice.record.bytes().size(), 6000U);
        EXPECT_LT(to_bob.record.bytes().size(), 6000U);
    }
    EXPECT_EQ(failure(late.front()), Failure::no_such_pre_key) << "forgotten";
    EXPECT_EQ(text(late[late.size() - 1 - max_former]), "late");
}

TEST_F(OmemoSession, ANewIdentityIsVisible) {
    meet();
    const OwnKeys other = OwnKeys::generate({});
    Session from_other = start(other, bob.bundle()).value();
    const Decrypted got = read(encrypt(other, from_other, bob.device(), "it is me").value());
    EXPECT_EQ(got.identity_key, other.identity_key());
    EXPECT_TRUE(got.is_new_session);
    const Decrypted late = read(say("no, me"));
    EXPECT_EQ(late.identity_key, alice.identity_key()) << "of the session that read it";
    EXPECT_EQ(to_alice.identity_key, alice.identity_key());
}

TEST_F(OmemoSession, APrekeyStartsOneSession) {
    Bundle one = bob.bundle();
    one.pre_keys.resize(1);
    const OwnKeys eve = OwnKeys::generate({});
    Session of_eve = start(eve, one).value(), to_eve;
    to_bob = start(alice, one).value();
    EXPECT_EQ(text(say("first")), "first");
    EXPECT_EQ(decrypt(bob, to_eve, encrypt(eve, of_eve, bob.device(), "second").value()).error(),
              Failure::no_such_pre_key);
    EXPECT_TRUE(to_eve.record.empty());
}

TEST_F(OmemoSession, TheFormerSignedPrekeyStillStartsOne) {
    to_bob = start(alice, bob.bundle()).value();
    bob.maintain(OwnKeys::Time{} + OwnKeys::signed_pre_key_age);
    EXPECT_EQ(text(say("x")), "x");
    to_bob = start(alice, bob.bundle()).value();
    bob.maintain(OwnKeys::Time{} + 2 * OwnKeys::signed_pre_key_age);
    bob.maintain(OwnKeys::Time{} + 2 * OwnKeys::signed_pre_key_age + OwnKeys::previous_age);
    EXPECT_EQ(failure(say("x")), Failure::no_such_pre_key);
}

TEST_F(OmemoSession, ABundleIsChecked) {
    Bundle bad = bob.bundle();
    bad.signature[10] = static_cast<char>(bad.signature[10] ^ 1);
    EXPECT_EQ(start(alice, bad).error(), Failure::bad_signature);
    bad = bob.bundle();
    bad.signature.clear();
    EXPECT_EQ(start(alice, bad).error(), Failure::bad_signature);
    bad = bob.bundle();
    bad.identity_key = alice.identity_key();
    EXPECT_EQ(start(alice, bad).error(), Failure::bad_signature);
    bad = bob.bundle();
    bad.signed_pre_key = bad.pre_keys.front().key;
    EXPECT_EQ(start(alice, bad).error(), Failure::bad_signature);
    bad = bob.bundle();
    bad.pre_keys.clear();
    EXPECT_EQ(start(alice, bad).error(), Failure::no_pre_keys);
    const std::string weak = '\5' + std::string(32, '\0');
    for (const auto key : {&Bundle::identity_key, &Bundle::signed_pre_key}) {
        bad = bob.bundle();
        bad.*key = weak;
        EXPECT_EQ(start(alice, bad).error(), Failure::weak_key);
        bad.*key = "short";
        EXPECT_EQ(start(alice, bad).error(), Failure::weak_key);
    }
    bad = bob.bundle();
    bad.pre_keys = {{1, weak}};
    EXPECT_EQ(start(alice, bad).error(), Failure::weak_key);
}

TEST_F(OmemoSession, BrokenMessagesChangeNothing) {
    to_bob = start(alice, bob.bundle()).value();
    const Key first = say("first");
    int unauthenticated = 0;
    for (std::size_t at = 0; at < first.data.size(); ++at) {
        Key bad = first;
        bad.data[at] = static_cast<char>(bad.data[at] ^ 0x10);
        Session session;
        // Left and right of the message itself stand things that nothing authenticates: the registration id.
        if (const auto result = decrypt(bob, session, bad)) {
            EXPECT_EQ(result->key.bytes(), "first") << at;
            ++unauthenticated;
        } else {
            EXPECT_TRUE(session.record.empty()) << at;
        }
    }
    EXPECT_LT(unauthenticated, 8);
    EXPECT_EQ(text(first), "first");
    meet();
    const Key key = say("x");
    for (std::size_t at = 0; at < key.data.size(); ++at) {
        Key bad = key;
        bad.data[at] = static_cast<char>(bad.data[at] ^ 0x10);
        failure(bad);
        bad.data.resize(at);
        failure(bad);
    }
    Key other = key;
    other.is_prekey = true;
    EXPECT_EQ(failure(other), Failure::malformed);
    other.is_prekey = false;
    other.data = std::string(xep0384::max_key_data + 1, 'x');
    EXPECT_EQ(failure(other), Failure::too_large);
    EXPECT_EQ(text(key), "x");
    EXPECT_EQ(encrypt(alice, to_bob, bob.device(), std::string(max_key + 1, 'x')).error(), Failure::too_large);
}

TEST_F(OmemoSession, SomebodyElseCannotReadIt) {
    meet();
    const OwnKeys eve = OwnKeys::generate({});
    Session of_eve = start(eve, bob.bundle()).value();
    EXPECT_FALSE(decrypt(eve, of_eve, say("x")));
    Session none;
    to_bob = start(alice, bob.bundle()).value();
    EXPECT_FALSE(decrypt(eve, none, say("x")));
}

TEST_F(OmemoSession, ADamagedRecordIsAFailure) {
    meet();
    const Key key = say("x");
    to_alice.record = Wiped(std::string("no record"));
    EXPECT_EQ(failure(key), Failure::failed);
    EXPECT_EQ(encrypt(bob, to_alice, alice.device(), "x").error(), Failure::failed);
    EXPECT_EQ(start(bob, alice.bundle(), to_alice).error(), Failure::failed);
}

}  // namespace
}  // namespace xmpp::omemo
