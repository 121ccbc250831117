// Autocrypt Level 1: the field, the rules of the peer's state, gossip, the recommendation.
// Named after [Autocrypt §"The Autocrypt Header", §"Updating Autocrypt Peer State", §"Provide a recommendation for
// message encryption"].

#include "coi/crypt/autocrypt.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "coi/message.h"

namespace coi::autocrypt {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_seconds;

const sys_seconds monday{seconds(1'700'000'000)};
const Address alice{"", "alice", "autocrypt.example"};

std::string field(std::string_view keydata) { return "addr=alice@autocrypt.example; keydata=" + std::string(keydata); }

openpgp::KeyInfo info(std::string fingerprint) {
    openpgp::KeyInfo out;
    out.fingerprint = std::move(fingerprint);
    out.can_encrypt = out.can_sign = true;
    return out;
}

Seen seen(sys_seconds date, const std::string& key, bool mutual = false) {
    return {date, Header{alice, mutual, key}, info("FPR-" + key), false};
}

Seen seen_without(sys_seconds date) { return {date, std::nullopt, std::nullopt, false}; }

TEST(Autocrypt, ReadsAddrPreferenceAndKeydata) {
    const auto header = parse("addr=alice@autocrypt.example; prefer-encrypt=mutual; keydata=AAEC");
    ASSERT_TRUE(header);
    EXPECT_EQ(header->addr, alice);
    EXPECT_TRUE(header->mutual);
    EXPECT_EQ(header->key, std::string("\0\1\2", 3));
}

TEST(Autocrypt, KeydataMayBeSplitAnywhereByWhiteSpace) {
    EXPECT_EQ(parse(field("\r\n aGVs\r\n\tbG8="))->key, "hello");
    EXPECT_EQ(parse(field("a G V s b G 8 ="))->key, "hello");
    EXPECT_EQ(parse(field("aGVsbG8=; "))->key, "hello");
}

TEST(Autocrypt, OtherPreferencesAreNone) {
    const auto header = parse("addr=alice@autocrypt.example; prefer-encrypt=reset; keydata=AAEC");
    ASSERT_TRUE(header);
    EXPECT_FALSE(header->mutual);
}

TEST(Autocrypt, NonCriticalAttributesAreIgnored) {
    EXPECT_TRUE(parse("addr=alice@autocrypt.example; _monkey=ignore; _flag; keydata=AAEC"));
}

TEST(Autocrypt, UnknownCriticalAttributesInvalidateTheField) {
    EXPECT_FALSE(parse("addr=alice@autocrypt.example; danger=do-not-ignore; keydata=AAEC"));
    EXPECT_FALSE(parse("addr=alice@autocrypt.example; type=1; keydata=AAEC"));
    EXPECT_FALSE(parse("addr=alice@autocrypt.example; danger; keydata=AAEC"));
    EXPECT_FALSE(parse("addr=alice@autocrypt.example; keydata=AAEC; danger=1"));
}

TEST(Autocrypt, WhatIsNoFieldIsNone) {
    for (const char* bad : {"", "addr=alice@autocrypt.example", "keydata=AAEC", "addr=alice; keydata=AAEC",
                            "addr=alice@autocrypt.example; keydata=", "addr=alice@autocrypt.example; keydata=AAE",
                            "addr=alice@autocrypt.example; keydata=A?EC", "addr=alice@autocrypt.example; keydata=A=EC",
                            "addr=alice@autocrypt.example; keydata====", "addr=alice@autocrypt.example; keydata=AAEC-",
                            "addr=a@autocrypt.example; addr=alice@autocrypt.example; keydata=AAEC",
                            "keydata=AAEC; addr=alice@a.example"}) {
        EXPECT_FALSE(parse(bad)) << bad;
    }
}

TEST(Autocrypt, FieldsAboveTenKibAreInvalid) {
    const std::string small(most_field_bytes - field("").size() - 2, 'A');
    EXPECT_TRUE(parse(field(small.substr(0, small.size() / 4 * 4))));
    EXPECT_FALSE(parse(field(std::string(most_field_bytes, 'A'))));
}

TEST(Autocrypt, WhatIsPrintedIsReadBack) {
    const Header header{alice, true, std::string(700, '\x99')};
    EXPECT_EQ(parse(print(header)), header);
    const Header quoted{{"", "a;b\"c", "autocrypt.example"}, false, "key"};
    EXPECT_EQ(parse(print(quoted)), quoted);
}

TEST(Autocrypt, TheFieldFoldsToShortLines) {
    std::string mail;
    append_field(mail, "Autocrypt", print({alice, true, std::string(700, '\x99')}));
    for (std::size_t at = 0; at < mail.size();) {
        const auto end = mail.find("\r\n", at);
        EXPECT_LE(end - at, 78U);
        at = end + 2;
    }
    EXPECT_EQ(parse(split_fields(mail).front().value)->key, std::string(700, '\x99'));
}

TEST(Autocrypt, DeltaChatsFieldHoldsAUsableKey) {
    std::ifstream file(TESTS_DIR "/fuzz/corpus/autocrypt/delta");
    const std::string value{std::istreambuf_iterator<char>(file), {}};
    const auto header = parse(value);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->addr.addr_spec(), "user11@mail.test");
    EXPECT_TRUE(header->mutual);
    const auto key = openpgp::inspect(header->key, sys_seconds(seconds(1'800'000'000)));
    ASSERT_TRUE(key) << key.error().text;
    EXPECT_EQ(key->fingerprint, "59EE9D700414131FA79E8395645A680153A6C6B0");
    EXPECT_TRUE(key->can_encrypt && key->can_sign && !key->is_secret);
}

TEST(Autocrypt, AMarkIsForWhoMadeIt) {
    const Header marked{alice, true, "abc", "0123ab"};
    EXPECT_EQ(print(marked), "addr=alice@autocrypt.example; prefer-encrypt=mutual; _coigate=0123ab; keydata= YWJj");
    EXPECT_EQ(parse(print(marked)), marked);
    EXPECT_EQ(parse("addr=alice@autocrypt.example; _coigate=x y; keydata=YWJj")->mark, "");
    EXPECT_TRUE(parse("addr=alice@autocrypt.example; _coigate; keydata=YWJj"));
}

TEST(Autocrypt, GossipHasNoPreference) {
    EXPECT_EQ(print_gossip({alice, true, "abc", "0123ab"}), "addr=alice@autocrypt.example; keydata= YWJj");
}

TEST(Autocrypt, AnAddressThatNeedsEncodedWordsHasNoField) {
    EXPECT_EQ(print({{"", "zoë", "autocrypt.example"}, true, "abc"}), "");
    EXPECT_EQ(print({{"", "a=?b", "autocrypt.example"}, true, "abc"}), "");
    EXPECT_EQ(print({{"", "?b", "autocrypt.example"}, true, "abc"}), "");
}

TEST(AutocryptOfSender, TakesTheOneValidField) {
    const std::vector<Field> fields{{"from", "x"},
                                    {"autocrypt", "addr=alice@autocrypt.example; future=1; keydata=AAEC"},
                                    {"autocrypt", field("AAEC")}};
    EXPECT_TRUE(of_sender(fields, {alice}));
}

TEST(AutocryptOfSender, SeveralValidFieldsAreNone) {
    EXPECT_FALSE(of_sender({{"autocrypt", field("AAEC")}, {"autocrypt", field("AAED")}}, {alice}));
}

TEST(AutocryptOfSender, AnotherAddressThanFromIsNone) {
    EXPECT_FALSE(of_sender({{"autocrypt", "addr=bob@autocrypt.example; keydata=AAEC"}}, {alice}));
    EXPECT_TRUE(
        of_sender({{"autocrypt", "addr=bob@autocrypt.example; keydata=AAEC"}, {"autocrypt", field("AAEC")}}, {alice}));
    EXPECT_TRUE(of_sender({{"autocrypt", field("AAEC")}}, {{"Alice", "Alice", "autocrypt.example"}}));
}

TEST(AutocryptOfSender, SeveralFromAddressesAreNone) {
    EXPECT_FALSE(of_sender({{"autocrypt", field("AAEC")}}, {alice, {"", "bob", "autocrypt.example"}}));
    EXPECT_FALSE(of_sender({{"autocrypt", field("AAEC")}}, {}));
}

TEST(AutocryptDate, TheFutureAndAMissingDateAreNow) {
    EXPECT_EQ(effective_date(monday + days(9), monday), monday);
    EXPECT_EQ(effective_date(std::nullopt, monday), monday);
    EXPECT_EQ(effective_date(monday - days(9), monday), monday - days(9));
}

TEST(AutocryptUpdate, TheFirstKeyIsLearned) {
    Peer peer;
    EXPECT_EQ(update(peer, seen(monday, "one", true)), Change::learned);
    EXPECT_EQ(peer.last_seen, monday);
    EXPECT_EQ(peer.autocrypt_timestamp, monday);
    EXPECT_EQ(key_of(peer), "one");
    EXPECT_EQ(fingerprint_of(peer), "FPR-one");
    EXPECT_TRUE(peer.mutual);
}

TEST(AutocryptUpdate, ANewerMailReplacesKeyAndPreference) {
    Peer peer;
    update(peer, seen(monday, "one", true));
    EXPECT_EQ(update(peer, seen(monday + days(1), "one")), Change::nothing);
    EXPECT_FALSE(peer.mutual);
    EXPECT_EQ(update(peer, seen(monday + days(2), "two")), Change::replaced);
    EXPECT_EQ(key_of(peer), "two");
}

TEST(AutocryptUpdate, AMailOlderThanTheKeyChangesNothing) {
    Peer peer;
    update(peer, seen(monday, "one", true));
    const Peer before = peer;
    EXPECT_EQ(update(peer, seen(monday - seconds(1), "two")), Change::nothing);
    EXPECT_EQ(update(peer, seen_without(monday - days(1))), Change::nothing);
    EXPECT_EQ(peer, before);
}

TEST(AutocryptUpdate, AMailOfTheSameSecondCounts) {
    Peer peer;
    update(peer, seen(monday, "one"));
    EXPECT_EQ(update(peer, seen(monday, "two")), Change::replaced);
}

TEST(AutocryptUpdate, WithoutAFieldOnlyLastSeenMoves) {
    Peer peer;
    update(peer, seen(monday, "one", true));
    Peer expected = peer;
    expected.last_seen = monday + days(3);
    EXPECT_EQ(update(peer, seen_without(monday + days(3))), Change::nothing);
    EXPECT_EQ(peer, expected);
    // A mail between key and last_seen has the newer key and does not turn last_seen back.
    update(peer, seen(monday + days(1), "two"));
    EXPECT_EQ(peer.last_seen, monday + days(3));
    EXPECT_EQ(peer.autocrypt_timestamp, monday + days(1));
}

TEST(AutocryptUpdate, AKeyThatIsNoneIsLikeNoField) {
    Peer peer;
    Seen broken = seen(monday, "rubbish");
    broken.info.reset();
    EXPECT_EQ(update(peer, broken), Change::nothing);
    EXPECT_EQ(peer.last_seen, monday);
    EXPECT_FALSE(peer.autocrypt_timestamp);
    EXPECT_EQ(key_of(peer), "");
}

TEST(AutocryptUpdate, AReportNeverUpdates) {
    Peer peer;
    Seen report = seen(monday, "one");
    report.is_report = true;
    EXPECT_EQ(update(peer, report), Change::nothing);
    EXPECT_EQ(peer, Peer{});
}

TEST(AutocryptGossip, ServesUntilTheOwnerWrites) {
    Peer peer;
    EXPECT_EQ(update_gossip(peer, {alice, false, "told"}, info("FPR-told"), monday), Change::learned);
    EXPECT_EQ(key_of(peer), "told");
    EXPECT_FALSE(peer.last_seen);
    EXPECT_EQ(update(peer, seen(monday - days(1), "told")), Change::nothing);
    EXPECT_EQ(update(peer, seen(monday, "own")), Change::replaced);
    EXPECT_EQ(key_of(peer), "own");
    EXPECT_EQ(update_gossip(peer, {alice, false, "other"}, info("FPR-other"), monday + days(1)), Change::nothing);
    EXPECT_EQ(key_of(peer), "own");
    EXPECT_EQ(peer.gossip_key, "other");
}

TEST(AutocryptGossip, OlderGossipChangesNothing) {
    Peer peer;
    update_gossip(peer, {alice, false, "new"}, info("FPR-new"), monday);
    const Peer before = peer;
    EXPECT_EQ(update_gossip(peer, {alice, false, "old"}, info("FPR-old"), monday - seconds(1)), Change::nothing);
    EXPECT_EQ(peer, before);
    EXPECT_EQ(update_gossip(peer, {alice, false, "newer"}, info("FPR-newer"), monday + days(1)), Change::replaced);
}

TEST(AutocryptGossip, IsTakenOnlyForRecipients) {
    const Address bob{"", "bob", "autocrypt.example"}, carol{"", "carol", "autocrypt.example"};
    const Address dave{"", "dave", "autocrypt.example"}, eve{"", "eve", "autocrypt.example"};
    Message mail;
    mail.from = {alice};
    mail.to = {{"Bob", "Bob", "autocrypt.example"}};
    mail.cc = {carol};
    mail.reply_to = {dave};
    std::vector<Header> gossip;
    for (const auto& each : {alice, bob, carol, dave, eve}) gossip.push_back({each, false, "key"});
    EXPECT_EQ(of_recipients(gossip, mail), (std::vector<Header>{gossip[1], gossip[2], gossip[3]}));
}

TEST(AutocryptVerified, OnlyThatKeyIsUsed) {
    Peer peer;
    EXPECT_FALSE(verify(peer, "FPR-one"));
    EXPECT_FALSE(verify(peer, ""));
    update(peer, seen(monday, "one"));
    EXPECT_FALSE(verify(peer, "FPR-two"));
    EXPECT_EQ(peer.verified, "");
    ASSERT_TRUE(verify(peer, "FPR-one"));
    EXPECT_FALSE(is_conflicting(peer));
    const Peer before = peer;
    EXPECT_EQ(update(peer, seen(monday + days(1), "two")), Change::nothing);
    EXPECT_EQ(peer, before);
    EXPECT_EQ(key_of(peer), "one");
    EXPECT_EQ(fingerprint_of(peer), "FPR-one");
    EXPECT_EQ(recommend(peer, false, false), Recommendation::encrypt);
    ASSERT_TRUE(verify(peer, "FPR-one"));
}

TEST(AutocryptOffered, WaitsUntilItIsAccepted) {
    Peer peer;
    update(peer, seen(monday, "one"));
    verify(peer, "FPR-one");
    EXPECT_EQ(offer(peer, "two", info("FPR-two")), Change::offered);
    EXPECT_EQ(offer(peer, "two", info("FPR-two")), Change::nothing) << "it was offered before";
    EXPECT_TRUE(is_conflicting(peer));
    EXPECT_EQ(key_of(peer), "one");
    EXPECT_EQ(counted(peer), "FPR-one");
    EXPECT_EQ(copy_of(peer, "FPR-two"), "two");
    EXPECT_FALSE(accept(peer, ""));
    EXPECT_FALSE(accept(peer, "FPR-three")) << "not the one that was seen";
    ASSERT_TRUE(accept(peer, "FPR-two"));
    EXPECT_FALSE(is_conflicting(peer));
    EXPECT_EQ(key_of(peer), "two");
    EXPECT_EQ(counted(peer), "FPR-two");
    EXPECT_EQ(peer.verified, "");
}

TEST(AutocryptOffered, EndsWhereTheKeyIsUsedAnyway) {
    Peer peer;
    update(peer, seen(monday, "one"));
    offer(peer, "two", info("FPR-two"));
    EXPECT_EQ(update(peer, seen(monday + days(1), "two")), Change::replaced);
    EXPECT_FALSE(is_conflicting(peer));
}

TEST(AutocryptRevoked, IsRememberedForEver) {
    Peer peer;
    update(peer, seen(monday, "one"));
    auto revoked = info("FPR-one");
    revoked.revoked = true;
    revoked.can_encrypt = false;
    renew(peer, "another copy", "one, revoked", revoked);
    EXPECT_FALSE(is_revoked(peer, "FPR-one")) << "it was merged with another copy than the one that is held";
    renew(peer, "one", "one, revoked", revoked);
    EXPECT_EQ(key_of(peer), "one, revoked");
    ASSERT_TRUE(is_revoked(peer, "FPR-one"));
    EXPECT_EQ(update(peer, seen(monday + days(1), "two")), Change::replaced);
    EXPECT_EQ(update(peer, seen(monday + days(2), "one")), Change::nothing) << "an old copy, after its key has gone";
    EXPECT_EQ(offer(peer, "one", info("FPR-one")), Change::nothing);
    EXPECT_EQ(key_of(peer), "two");
    EXPECT_FALSE(verify(peer, "FPR-one"));
}

TEST(AutocryptGossip, CountsForNobodysSignature) {
    Peer peer;
    update_gossip(peer, {alice, false, "told"}, info("FPR-told"), monday);
    EXPECT_EQ(key_of(peer), "told");
    EXPECT_EQ(counted(peer), "");
    EXPECT_EQ(counted_key(peer), "");
    EXPECT_EQ(copy_of(peer, "FPR-told"), "");
}

TEST(AutocryptVerified, AGossipedKeyCanBeVerified) {
    Peer peer;
    update_gossip(peer, {alice, false, "told"}, info("FPR-told"), monday);
    ASSERT_TRUE(verify(peer, "FPR-told"));
    EXPECT_EQ(key_of(peer), "told");
    EXPECT_FALSE(is_conflicting(peer));
}

TEST(AutocryptVerified, ItsOwnerMayRenewIt) {
    Peer peer;
    update(peer, seen(monday, "one"));
    verify(peer, "FPR-one");
    Seen renewed = seen(monday + days(1), "one, prolonged");
    renewed.info = info("FPR-one");
    EXPECT_EQ(update(peer, renewed), Change::nothing);
    EXPECT_EQ(key_of(peer), "one, prolonged");
    Seen crippled = seen(monday + days(2), "one, without its subkey");
    crippled.info = info("FPR-one");
    crippled.info->can_encrypt = false;
    update(peer, crippled);
    EXPECT_EQ(key_of(peer), "one, prolonged");
}

TEST(AutocryptUsable, ExpiredAndRevokedKeysAreNone) {
    Peer peer;
    update(peer, seen(monday, "one"));
    update_gossip(peer, {alice, false, "told"}, info("FPR-told"), monday);
    auto expired = info("FPR-one"), revoked = info("FPR-told");
    expired.expired = revoked.revoked = true;
    EXPECT_EQ(key_of(usable(peer, info("FPR-one"), revoked)), "one");
    EXPECT_EQ(key_of(usable(peer, expired, info("FPR-told"))), "told");
    EXPECT_EQ(recommend(usable(peer, expired, revoked), true, true), Recommendation::disable);
    EXPECT_EQ(recommend(usable(peer, std::nullopt, std::nullopt), true, true), Recommendation::disable);
    verify(peer, "FPR-one");
    EXPECT_EQ(key_of(usable(peer, expired, info("FPR-told"))), "one");
}

TEST(AutocryptRecommend, FollowsTheTable) {
    using enum Recommendation;
    Peer none, gossip, mutual, plain;
    update_gossip(gossip, {alice, false, "told"}, info("FPR-told"), monday);
    update(mutual, seen(monday, "one", true));
    update(plain, seen(monday, "one", false));
    Peer month = mutual, stale = mutual;
    update(month, seen_without(monday + days(35)));
    update(stale, seen_without(monday + days(35) + seconds(1)));
    struct Row {
        const char* name;
        const Peer& peer;
        Recommendation neutral, own_mutual, reply;
    };
    const Row table[] = {
        {"no key", none, disable, disable, disable},
        {"gossip only", gossip, discourage, discourage, encrypt},
        {"both mutual", mutual, available, encrypt, encrypt},
        {"no preference", plain, available, available, encrypt},
        {"35 days without a field", month, available, encrypt, encrypt},
        {"more than 35 days without", stale, discourage, discourage, encrypt},
    };
    for (const auto& row : table) {
        EXPECT_EQ(recommend(row.peer, false, false), row.neutral) << row.name;
        EXPECT_EQ(recommend(row.peer, true, false), row.own_mutual) << row.name;
        EXPECT_EQ(recommend(row.peer, false, true), row.reply) << row.name;
    }
}

TEST(AutocryptRecommend, OfSeveralRecipientsTheWeakestDecides) {
    using enum Recommendation;
    EXPECT_EQ(recommend({encrypt, disable, available}), disable);
    EXPECT_EQ(recommend({encrypt, encrypt}), encrypt);
    EXPECT_EQ(recommend({encrypt, discourage, available}), discourage);
    EXPECT_EQ(recommend({encrypt, available}), available);
    EXPECT_EQ(recommend(std::vector<Recommendation>{}), disable);
}

}  // namespace
}  // namespace coi::autocrypt
