// The accounts' OMEMO keys: made once, kept, renewed.

#include "gateway/encryption/omemo_own_keys.h"

#include <gtest/gtest.h>

#include "gateway/accounts/directory.h"
#include "gateway/store/omemo_keys.h"
#include "tests/support/store_loop.h"

namespace gateway {
namespace {

struct OmemoOwnKeysTest : testing::Test {
    StoreLoop loop;
    Store store{"sqlite::memory:", Seal({Seal::Key{}}), loop.post()};
    Directory directory{store};
    Workers workers{1, loop.post()};
    Time now{std::chrono::seconds(1'700'000'000)};
    AccountId id{};
    std::shared_ptr<OmemoOwnKeys> own = make();

    std::shared_ptr<OmemoOwnKeys> make() {
        return std::make_shared<OmemoOwnKeys>(store, workers, [this] { return now; });
    }
    void SetUp() override {
        Account account;
        account.jid = "alice@jabber.example";
        account.address = {"", "alice", "jabber.example"};
        directory.save(account, [&](const Store::Failure&, AccountId saved) { id = saved; });
        loop.flush(store);
    }
    void settle() {
        for (int i = 0; i < 4; ++i) {
            loop.flush(store);
            loop.run_until([this] { return workers.waiting() == 0; });
        }
    }
    OmemoOwnKeys::Keys keys() {
        OmemoOwnKeys::Keys found;
        own->with(id, [&](const OmemoOwnKeys::Keys& each) { found = each; });
        settle();
        EXPECT_TRUE(found);
        return found;
    }
};

TEST_F(OmemoOwnKeysTest, AreMadeOnceForAllWhoAskAndKept) {
    std::vector<OmemoOwnKeys::Keys> found;
    for (int i = 0; i < 3; ++i) own->with(id, [&](const OmemoOwnKeys::Keys& each) { found.push_back(each); });
    settle();
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0], found[2]);
    own = make();
    EXPECT_EQ(*keys(), *found[0]) << "after a restart";
}

TEST_F(OmemoOwnKeysTest, AUsedPreKeyIsReplacedAndStaysGone) {
    const auto before = keys()->bundle();
    const auto used = before.pre_keys.front().id;
    own->use(id, used);
    own->use(id, before.pre_keys.back().id);
    settle();
    for (const bool restarted : {false, true}) {
        if (restarted) own = make();
        EXPECT_EQ(keys()->bundle().pre_keys.size(), xmpp::omemo::OwnKeys::pre_keys);
        EXPECT_FALSE(keys()->find_pre_key(used));
        EXPECT_FALSE(keys()->find_pre_key(before.pre_keys.back().id));
        EXPECT_EQ(keys()->identity_key(), before.identity_key);
    }
}

TEST_F(OmemoOwnKeysTest, TheSignedPreKeyIsRenewedAfterAWeekWithoutARestart) {
    const auto before = keys()->bundle();
    now += std::chrono::days(6);
    keys();
    EXPECT_EQ(keys()->bundle().signed_pre_key_id, before.signed_pre_key_id);
    now += std::chrono::days(2);
    keys();
    EXPECT_NE(keys()->bundle().signed_pre_key_id, before.signed_pre_key_id);
    EXPECT_TRUE(keys()->find_signed_pre_key(before.signed_pre_key_id)) << "for what was sent before";
}

}  // namespace
}  // namespace gateway
