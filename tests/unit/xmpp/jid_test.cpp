// Remembered JIDs are the ones that gloox would make.

#include "xmpp/jid.h"

#include <gtest/gtest.h>

namespace xmpp {
namespace {

TEST(ReadJid, is_the_constructor_of_jid_also_the_second_time) {
    for (const std::string text : {"Alice@Jabber.example/Phone", "bob\\40example.org@coi.jabber.example",
                                   "jabber.example", "", "@", "a@b@c", "straße@jabber.example", "a b@jabber.example"}) {
        for (int time = 0; time < 2; ++time) {
            const JID read = read_jid(text), made(text);
            EXPECT_EQ(read.full(), made.full()) << text;
            EXPECT_EQ(static_cast<bool>(read), static_cast<bool>(made)) << text;
        }
    }
}

TEST(ReadJid, many_of_them_are_all_right) {
    for (int number = 0; number < 3000; ++number) {
        const std::string text = "user" + std::to_string(number) + "@jabber.example";
        EXPECT_EQ(read_jid(text).username(), "user" + std::to_string(number));
    }
    const std::string longest(2000, 'x');
    EXPECT_EQ(read_jid(longest).full(), JID(longest).full());
}

}  // namespace
}  // namespace xmpp
