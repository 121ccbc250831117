// What a user is told of a mailbox that is not connected: in their language, naming the server; never a cause in
// English.

#include "gateway/transport/server_trouble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

const coi::net::Endpoint server{"imap.example.org", 993, coi::net::Security::tls};

TEST(TroubleWords, every_kind_of_trouble_has_words_of_its_own_language) {
    using enum coi::ErrorKind;
    for (const auto kind : {malformed, limit, refused, auth, not_found, unresolved, forbidden, unreachable, tls,
                            timeout, closed, unsupported}) {
        for (const bool permanent : {false, true}) {
            const coi::Error error{kind, permanent, "the peer's own words", 0, {}};
            const auto german = trouble_words("de", server, false, error);
            EXPECT_THAT(german, HasSubstr("imap.example.org"));
            EXPECT_THAT(german, Not(HasSubstr("the peer's own words")));
            EXPECT_NE(german, trouble_words("en", server, false, error)) << static_cast<int>(kind);
        }
    }
}

TEST(TroubleWords, tell_what_is_the_matter) {
    const auto words = [](coi::ErrorKind kind, bool permanent, bool oauth = false) {
        return trouble_words("en", server, oauth, {kind, permanent, "", 0, {}});
    };
    EXPECT_THAT(words(coi::ErrorKind::auth, true), HasSubstr("refuses the user name or the password"));
    EXPECT_THAT(words(coi::ErrorKind::auth, true, true), HasSubstr("refuses the user name or the OAuth token"));
    EXPECT_THAT(words(coi::ErrorKind::auth, false), HasSubstr("Try again later"));
    EXPECT_THAT(words(coi::ErrorKind::timeout, false), HasSubstr("does not answer on port 993"));
    EXPECT_THAT(words(coi::ErrorKind::closed, false), HasSubstr("has ended the connection"));
}

}  // namespace
}  // namespace gateway
