// The decision how a message leaves: every line of the policy, and that nothing gets worse in silence.

#include "gateway/encryption/policy.h"

#include <gtest/gtest.h>

namespace gateway::policy {
namespace {

using coi::autocrypt::Recommendation;

constexpr Answer clear{Way::clear, Refusal::none}, encrypted{Way::encrypted, Refusal::none};
Answer refused(Refusal refusal) { return {Way::refused, refusal}; }

Question with_key() {
    Question question;
    question.privacy.has_key = true;
    question.recommendation = Recommendation::available;
    return question;
}

TEST(Policy, a_stranger_without_a_key_gets_clear_mail) { EXPECT_EQ(decide({}), clear); }

TEST(Policy, autocrypt_recommends) {
    auto question = with_key();
    EXPECT_EQ(decide(question), clear) << "available is not encrypt";
    question.recommendation = Recommendation::discourage;
    EXPECT_EQ(decide(question), clear);
    question.recommendation = Recommendation::encrypt;
    EXPECT_EQ(decide(question), encrypted);
}

TEST(Policy, chatmail_is_encrypted_wherever_there_is_a_key) {
    auto question = with_key();
    question.dialect = Dialect::chatmail;
    EXPECT_EQ(decide(question), encrypted);
}

TEST(Policy, what_was_encrypted_does_not_fall_back) {
    auto question = with_key();
    question.privacy.encrypted = true;
    EXPECT_EQ(decide(question), encrypted) << "though Autocrypt only finds it available";
    question.recommendation = Recommendation::discourage;
    EXPECT_EQ(decide(question), encrypted);
    question.privacy.has_key = false;
    EXPECT_EQ(decide(question), refused(Refusal::no_key));
    question.policy = Policy::off;
    EXPECT_EQ(decide(question), clear) << "the user's word";
}

TEST(Policy, require_is_kept) {
    auto question = with_key();
    question.policy = Policy::require;
    EXPECT_EQ(decide(question), encrypted);
    question.privacy.has_key = false;
    EXPECT_EQ(decide(question), refused(Refusal::no_key));
}

TEST(Policy, off_is_kept) {
    auto question = with_key();
    question.policy = Policy::off;
    question.recommendation = Recommendation::encrypt;
    question.dialect = Dialect::chatmail;
    EXPECT_EQ(decide(question), clear);
}

TEST(Policy, a_verified_contact_is_encrypted_to_whatever_key_is_offered) {
    auto question = with_key();
    question.privacy.verified = true;
    EXPECT_EQ(decide(question), encrypted);
    question.privacy.conflicting = true;
    EXPECT_EQ(decide(question), encrypted) << "a forged mail stops nothing";
}

TEST(Policy, what_came_by_otr_leaves_encrypted_or_not_at_all) {
    Question question;
    question.came_by = EndToEnd::otr;
    EXPECT_EQ(decide(question), refused(Refusal::otr));
    question.privacy.otr_clear = true;
    EXPECT_EQ(decide(question), clear) << "the user's word";
    question.privacy.has_key = true;
    EXPECT_EQ(decide(question), encrypted) << "allowed is not wished";
    for (const Policy policy : {Policy::prefer, Policy::off, Policy::require}) {
        question = with_key();
        question.came_by = EndToEnd::otr;
        question.policy = policy;
        EXPECT_EQ(decide(question), encrypted);
        question.privacy.has_key = false;
        EXPECT_EQ(decide(question).way, Way::refused);
    }
}

TEST(Policy, another_programs_key_is_respected) {
    auto question = with_key();
    question.recommendation = Recommendation::encrypt;
    question.holder = KeyHolder::elsewhere;
    EXPECT_EQ(decide(question), clear) << "preferred, and not possible";
    question.privacy.encrypted = true;
    EXPECT_EQ(decide(question), refused(Refusal::elsewhere));
    question.holder = KeyHolder::unknown;
    EXPECT_EQ(decide(question), refused(Refusal::not_looked_yet));
}

TEST(Policy, the_nearest_word_counts) {
    Account account;
    Contact contact;
    EXPECT_EQ(resolve(&contact, account, Policy::off), Policy::off);
    account.policy = Policy::require;
    EXPECT_EQ(resolve(&contact, account, Policy::off), Policy::require);
    EXPECT_EQ(resolve(nullptr, account, Policy::off), Policy::require);
    contact.privacy.policy = Policy::prefer;
    EXPECT_EQ(resolve(&contact, account, Policy::off), Policy::prefer);
}

TEST(Policy, every_refusal_says_what_to_do) {
    for (const Refusal refusal : {Refusal::no_key, Refusal::otr, Refusal::elsewhere, Refusal::not_looked_yet}) {
        EXPECT_FALSE(words(refusal, "bob@example.org", "en").empty());
        EXPECT_NE(words(refusal, "bob@example.org", "en"), words(refusal, "bob@example.org", "de"));
    }
}

}  // namespace
}  // namespace gateway::policy
