// The table of trust, cell by cell: what a mail proves × what was proven before × what it asks to change.

#include "gateway/model/trust.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <sstream>

namespace gateway::trust {
namespace {

using coi::openpgp::Signature;

const std::map<std::string, Proof> proof_names = {{"nothing", Proof::nothing},     {"other_key", Proof::other_key},
                                                  {"first_key", Proof::first_key}, {"server", Proof::server},
                                                  {"invite", Proof::invite},       {"key", Proof::key}};
const std::map<std::string, Change> change_names = {{"copy", Change::copy},
                                                    {"key", Change::key},
                                                    {"verified_key", Change::verified_key},
                                                    {"dialect", Change::dialect},
                                                    {"timer", Change::timer},
                                                    {"thread", Change::thread},
                                                    {"name", Change::name},
                                                    {"subject", Change::subject},
                                                    {"tunnel", Change::tunnel},
                                                    {"mark", Change::mark},
                                                    {"correction", Change::correction},
                                                    {"picture", Change::picture},
                                                    {"status", Change::status}};

struct Cell {
    Proof proof;
    State state;
    Change change;
    Answer expected;
    std::string name;
};

/// Change, proof, then the answers for: unproven, authenticated, encrypted, verified.
const std::string table = R"(
copy         nothing   yes yes yes yes
copy         other_key yes yes yes yes
copy         first_key yes yes yes yes
copy         server    yes yes yes yes
copy         invite    yes yes yes yes
copy         key       yes yes yes yes
key          nothing   yes ask ask ask
key          other_key yes ask ask ask
key          first_key yes ask yes ask
key          server    yes yes yes ask
key          invite    yes yes yes ask
key          key       yes yes yes yes
verified_key nothing   no  no  no  no
verified_key other_key yes ask ask ask
verified_key first_key yes ask yes ask
verified_key server    yes yes yes ask
verified_key invite    yes yes yes ask
verified_key key       yes yes yes yes
dialect      nothing   yes no  no  no
dialect      other_key yes no  no  no
dialect      first_key yes no  yes no
dialect      server    yes yes yes no
dialect      invite    yes yes yes no
dialect      key       yes yes yes yes
timer        nothing   yes no  no  no
timer        other_key yes no  no  no
timer        first_key yes no  yes no
timer        server    yes yes yes no
timer        invite    yes yes yes no
timer        key       yes yes yes yes
thread       nothing   yes no  no  no
thread       other_key yes no  no  no
thread       first_key yes no  yes no
thread       server    yes yes yes no
thread       invite    yes yes yes no
thread       key       yes yes yes yes
name         nothing   yes no  no  no
name         other_key yes no  no  no
name         first_key yes no  yes no
name         server    yes yes yes no
name         invite    yes yes yes no
name         key       yes yes yes yes
subject      nothing   yes no  no  no
subject      other_key yes no  no  no
subject      first_key yes no  yes no
subject      server    yes yes yes no
subject      invite    yes yes yes no
subject      key       yes yes yes yes
correction   nothing   yes no  no  no
correction   other_key yes no  no  no
correction   first_key yes no  yes no
correction   server    yes yes no  no
correction   invite    yes yes yes no
correction   key       yes yes yes yes
tunnel       nothing   no  no  no  no
tunnel       other_key no  no  no  no
tunnel       first_key yes no  yes no
tunnel       server    yes yes yes no
tunnel       invite    yes yes yes no
tunnel       key       yes yes yes yes
mark         nothing   no  no  no  no
mark         other_key no  no  no  no
mark         first_key yes no  yes no
mark         server    yes yes yes no
mark         invite    yes yes yes no
mark         key       yes yes yes yes
picture      nothing   no  no  no  no
picture      other_key no  no  no  no
picture      first_key yes no  yes no
picture      server    yes yes yes no
picture      invite    yes yes yes no
picture      key       yes yes yes yes
status       nothing   yes no  no  no
status       other_key yes no  no  no
status       first_key yes no  yes no
status       server    yes yes yes no
status       invite    yes yes yes no
status       key       yes yes yes yes
)";

std::vector<Cell> cells() {
    static const std::map<std::string, Answer> answers = {
        {"no", Answer::no}, {"ask", Answer::ask}, {"yes", Answer::yes}};
    static const std::array state_names{"unproven", "authenticated", "encrypted", "verified"};
    std::vector<Cell> all;
    std::istringstream lines(table);
    std::string change, proof, word;
    while (lines >> change >> proof) {
        for (int state = 0; state < states; ++state) {
            lines >> word;
            all.push_back({proof_names.at(proof), static_cast<State>(state), change_names.at(change), answers.at(word),
                           change + "_by_" + proof + "_where_" + state_names.at(static_cast<std::size_t>(state))});
        }
    }
    return all;
}

class TrustTable : public testing::TestWithParam<Cell> {};

TEST_P(TrustTable, says) {
    const Cell& cell = GetParam();
    EXPECT_EQ(answer(cell.proof, cell.state, cell.change), cell.expected);
    EXPECT_EQ(may(cell.proof, cell.state, cell.change), cell.expected == Answer::yes);
}

INSTANTIATE_TEST_SUITE_P(Cells, TrustTable, testing::ValuesIn(cells()),
                         [](const auto& cell) { return cell.param.name; });

TEST(Trust, EveryCellIsInTheTable) { EXPECT_EQ(cells().size(), static_cast<std::size_t>(proofs * states * changes)); }

TEST(Trust, UnprovenMailChangesNothingWhereSomethingWasProven) {
    for (const Proof proof : {Proof::nothing, Proof::other_key}) {
        for (const State state : {State::authenticated, State::encrypted, State::verified}) {
            for (int change = 1; change < changes; ++change)
                EXPECT_FALSE(may(proof, state, static_cast<Change>(change))) << change;
        }
    }
}

TEST(Trust, MoreProofNeverMayLess) {
    for (int change = 0; change < changes; ++change) {
        for (int state = 0; state < states; ++state) {
            for (int proof = static_cast<int>(Proof::server); proof + 1 < proofs; ++proof) {
                EXPECT_LE(
                    answer(static_cast<Proof>(proof), static_cast<State>(state), static_cast<Change>(change)),
                    answer(static_cast<Proof>(proof + 1), static_cast<State>(state), static_cast<Change>(change)));
            }
        }
    }
}

TEST(TrustProof, IsWhatTheMailBrings) {
    const Author clear{}, vouched{.by_server = true}, encrypted{.encrypted = true};
    const Author closed{true, Signature::good, "AAAA"}, open{false, Signature::good, "AAAA"};
    EXPECT_EQ(proof_of(clear, ""), Proof::nothing);
    EXPECT_EQ(proof_of(clear, "AAAA"), Proof::nothing);
    EXPECT_EQ(proof_of(encrypted, ""), Proof::nothing);
    EXPECT_EQ(proof_of(vouched, "AAAA"), Proof::server);
    EXPECT_EQ(proof_of(closed, "AAAA"), Proof::key);
    EXPECT_EQ(proof_of(closed, ""), Proof::first_key);
    EXPECT_EQ(proof_of(closed, "BBBB"), Proof::other_key);
    EXPECT_EQ(proof_of(open, "AAAA"), Proof::nothing) << "its header is outside of the signature";
    for (const Signature signature : {Signature::none, Signature::unknown, Signature::bad, Signature::others})
        EXPECT_EQ(proof_of({true, signature, "AAAA"}, "AAAA"), Proof::nothing);
    EXPECT_EQ(proof_of({true, Signature::none, "", true}, "AAAA"), Proof::nothing) << "the inside is anybody's";
    EXPECT_EQ(proof_of({true, Signature::good, "AAAA", true}, "BBBB"), Proof::server);
    EXPECT_EQ(proof_of({true, Signature::good, "AAAA", true}, "AAAA"), Proof::key);
}

TEST(TrustProof, ASignatureByAnotherKeyIsMarkedWhoeverVouches) {
    const Author closed{true, Signature::good, "AAAA"}, open{false, Signature::good, "AAAA"};
    const Author vouched{true, Signature::good, "AAAA", true};
    EXPECT_FALSE(is_other_key(closed, State::encrypted, "AAAA"));
    EXPECT_FALSE(is_other_key(open, State::encrypted, "AAAA"));
    EXPECT_FALSE(is_other_key(closed, State::unproven, "")) << "a first contact";
    EXPECT_FALSE(is_other_key({true, Signature::unknown, "AAAA"}, State::encrypted, "BBBB")) << "marked as unknown";
    for (const auto& author : {closed, open, vouched}) {
        for (int state = 0; state < states; ++state)
            EXPECT_TRUE(is_other_key(author, static_cast<State>(state), "BBBB"));
    }
    EXPECT_TRUE(is_other_key(closed, State::authenticated, "")) << "their mail system used to vouch for them";
    EXPECT_FALSE(is_other_key(vouched, State::authenticated, ""));
}

TEST(TrustState, IsTheMostThatWasProven) {
    Privacy privacy;
    EXPECT_EQ(state_of(privacy), State::unproven);
    privacy.has_key = privacy.came_protected = privacy.conflicting = true;
    EXPECT_EQ(state_of(privacy), State::unproven) << "anybody could have brought these";
    privacy.authenticated = true;
    EXPECT_EQ(state_of(privacy), State::authenticated);
    privacy.encrypted = true;
    EXPECT_EQ(state_of(privacy), State::encrypted);
    privacy.verified = true;
    EXPECT_EQ(state_of(privacy), State::verified);
}

TEST(TrustKeys, TheFlagsAreWhatTheKeysSayAndNothingElseChanges) {
    const auto flags = [](const coi::autocrypt::Peer& peer) {
        Privacy privacy;
        privacy.encrypted = privacy.has_key = privacy.verified = privacy.conflicting = true;
        note_keys(privacy, peer);
        EXPECT_TRUE(privacy.encrypted);
        return std::string(privacy.has_key ? "key " : "") + (privacy.verified ? "verified " : "") +
               (privacy.conflicting ? "other" : "");
    };
    coi::autocrypt::Peer none, gossiped, offered, verified;
    gossiped.gossip_key = "g";
    offered.offered = "AAAA";
    verified.verified = "BBBB";
    verified.verified_key = "v";
    EXPECT_EQ(flags(none), "");
    EXPECT_EQ(flags(gossiped), "key ");
    EXPECT_EQ(flags(offered), "other");
    EXPECT_EQ(flags(verified), "key verified ");
}

}  // namespace
}  // namespace gateway::trust
