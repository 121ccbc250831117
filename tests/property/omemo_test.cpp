// Two accounts talk by OMEMO over a bad line: messages get lost, come late, in another order and more than once,
// sessions are started anew, and keys are renewed. Each message that can be decrypted is decrypted exactly once, as it
// was written.

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "xmpp/omemo/session.h"

namespace xmpp::omemo {
namespace {

struct Side {
    OwnKeys own = OwnKeys::generate({});
    Session session{};
    std::set<std::string> read{};
};
struct Flying {
    Key key;
    std::string text;
};

class OmemoLine : public testing::TestWithParam<unsigned> {
  protected:
    bool one_in(unsigned n) { return random() % n == 0; }

    void write(std::size_t from) {
        Side& side = sides[from];
        const Side& other = sides[1 - from];
        if (side.session.record.empty() || one_in(40)) {
            side.session = start(side.own, other.own.bundle(), side.session).value();
            ++starts;
        }
        const std::string text = std::to_string(from) + " says " + std::to_string(++number);
        const auto key = encrypt(side.own, side.session, other.own.device(), text);
        ASSERT_TRUE(key);
        if (one_in(20)) return;  // lost
        flying[1 - from].push_back({*key, text});
        if (one_in(10)) flying[1 - from].push_back({*key, text});  // repeated
    }

    void arrive(std::size_t at) {
        auto& queue = flying[at];
        if (queue.empty()) return;
        // Mostly in order.
        const std::size_t which = one_in(4) ? random() % queue.size() : 0;
        const Flying message = queue[which];
        queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(which));
        Side& side = sides[at];
        const bool was_read = side.read.contains(message.text);
        const Session before = side.session;
        const auto result = decrypt(side.own, side.session, message.key);
        if (!result) {
            EXPECT_EQ(side.session, before);
            was_read ? ++repeats : ++failures[result.error()];
            return;
        }
        EXPECT_FALSE(was_read) << message.text;
        EXPECT_EQ(result->key.bytes(), message.text);
        EXPECT_EQ(result->identity_key, sides[1 - at].own.identity_key());
        side.read.insert(message.text);
        if (result->used_pre_key) {
            side.own.use(*result->used_pre_key);
            if (one_in(2)) side.own.maintain({});
        }
        if (one_in(5)) side.own = OwnKeys::load(side.own.save().bytes()).value();
    }

    std::mt19937 random{GetParam()};
    std::array<Side, 2> sides{};
    std::array<std::vector<Flying>, 2> flying{};
    std::map<Failure, int> failures;
    int number = 0, starts = 0, repeats = 0;
};

TEST_P(OmemoLine, EachMessageIsReadOnce) {
    for (int step = 0; step < 600; ++step) {
        const std::size_t who = random() % 2;
        one_in(2) ? write(who) : arrive(who);
    }
    for (const std::size_t at : {0U, 1U})
        while (!flying[at].empty()) arrive(at);
    const std::size_t read = sides[0].read.size() + sides[1].read.size();
    EXPECT_GT(starts, 2);
    EXPECT_GT(repeats, 5);
    EXPECT_GT(read * 10, static_cast<std::size_t>(number) * 8);
    // What is not read was sent in a session, or a chain of one, that is no longer kept.
    for (const auto& [failure, count] : failures)
        EXPECT_TRUE(failure == Failure::no_session || failure == Failure::no_such_pre_key)
            << count << " of " << static_cast<int>(failure);
}

INSTANTIATE_TEST_SUITE_P(Seeds, OmemoLine, testing::Range(1U, 7U));

}  // namespace
}  // namespace xmpp::omemo
