// The words about OMEMO: what may leave readable, and which devices are trusted.

#include <gmock/gmock.h>

#include "gateway/store/sqlite/omemo_keys.h"
#include "gateway/store/sqlite/transactions.h"
#include "tests/unit/gateway/service/service_play.h"

namespace gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class OmemoCommandsTest : public ServicePlay {
  protected:
    OmemoCommandsTest() { account = link(Account::Kind::relay); }
    std::string ask_words(const std::string& words, const std::string& lang = "") {
        say(words, lang);
        return reply();
    }
    const coi::Address bobs{"", "bob", "example.org"};
    const Contact& bob() { return directory.add(account, bobs); }
    void bob(const std::function<void(Contact&)>& change) { directory.change(account, bobs, change); }

    AccountId account{};
};

TEST_F(OmemoCommandsTest, omemo_may_leave_readable_by_the_users_word_only) {
    EXPECT_THAT(ask_words("omemo bob@example.org clear"), HasSubstr("readable"));
    EXPECT_TRUE(bob().privacy.omemo_clear);
    EXPECT_THAT(ask_words("omemo bob@example.org verschlüsselt"), HasSubstr("encrypted mail only"));
    EXPECT_FALSE(bob().privacy.omemo_clear);
    bob([](Contact& contact) { contact.privacy.spoken = EndToEnd::omemo; });
    EXPECT_THAT(ask_words("status bob@example.org"), HasSubstr("From you to me: OMEMO."));
    EXPECT_THAT(ask_words("omemo Bob@Example.org off"), HasSubstr("without OMEMO from now on"));
    EXPECT_EQ(bob().privacy.spoken, EndToEnd::none);
    EXPECT_THAT(ask_words("omemo bob@example.org"), StartsWith("Write: omemo"));
}

TEST_F(OmemoCommandsTest, the_users_devices_are_shown_and_trusted_by_their_number) {
    const std::string key = "\x05" + std::string(32, '\xAB'), shown = "abababab abababab";
    Transactions(store).now(
        [&](Database& db) { keys::save(db, keys::OmemoChange{account, "", {}, {{7, key, {}}, {8, key, {}}}, {}}); });
    EXPECT_THAT(ask_words("omemo devices"), HasSubstr("device 7 (" + shown));
    EXPECT_THAT(ask_words("omemo distrust 7"), HasSubstr("not trusted"));
    EXPECT_THAT(ask_words("omemo vertrauen 8"), HasSubstr("verified"));
    EXPECT_THAT(ask_words("omemo geräte"), HasSubstr("not trusted"));
    EXPECT_THAT(ask_words("omemo trust 9"), StartsWith("There is no such device"));
    EXPECT_THAT(ask_words("omemo trust x"), StartsWith("There is no such device"));
}

TEST_F(OmemoCommandsTest, without_omemo_there_are_no_devices) {
    EXPECT_THAT(ask_words("omemo devices"), HasSubstr("None of your programs"));
}

}  // namespace
}  // namespace gateway
