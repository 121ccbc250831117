// coi/mail/bulk: which mail machines sent [RFC 3834 §5].

#include "coi/mail/bulk.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

Bulk of(std::map<std::string, std::string> headers) {
    Message message;
    message.headers = std::move(headers);
    return bulk(message);
}

TEST(BulkMail, APersonsMailIsPersonal) {
    EXPECT_EQ(Bulk::personal, of({}));
    EXPECT_EQ(Bulk::personal,
              of({{"chat-version", "1.0"}, {"return-path", "<bob@example.org>"}, {"auto-submitted", "no"}}));
    EXPECT_EQ(Bulk::personal, of({{"auto-submitted", "No (really)"}, {"precedence", "normal"}}));
}

// [RFC 3834 §5.2]
TEST(BulkMail, AutoSubmittedIsBelieved) {
    EXPECT_EQ(Bulk::auto_reply, of({{"auto-submitted", "auto-replied; owner-email=\"x\""}}));
    EXPECT_EQ(Bulk::auto_generated, of({{"auto-submitted", "auto-generated (vacation)"}}));
    EXPECT_EQ(Bulk::auto_generated, of({{"auto-submitted", "auto-notified"}}));
    EXPECT_EQ(Bulk::auto_generated, of({{"auto-submitted", "something-new"}}));
}

TEST(BulkMail, ListsAndNewslettersAreToldApart) {
    EXPECT_EQ(Bulk::mailing_list, of({{"list-id", "<l.example.org>"}, {"list-unsubscribe", "<mailto:x@y>"}}));
    EXPECT_EQ(Bulk::mailing_list, of({{"precedence", "list"}}));
    EXPECT_EQ(Bulk::newsletter, of({{"list-unsubscribe", "<mailto:x@y>"}}));
    EXPECT_EQ(Bulk::newsletter, of({{"feedback-id", "1:2:3:x"}}));
    EXPECT_EQ(Bulk::newsletter, of({{"precedence", "BULK"}}));
}

TEST(BulkMail, OldSignsOfAnswersByMachines) {
    EXPECT_EQ(Bulk::auto_reply, of({{"x-autoreply", "yes"}}));
    EXPECT_EQ(Bulk::auto_reply, of({{"precedence", "auto_reply"}}));
    EXPECT_EQ(Bulk::auto_generated, of({{"x-auto-response-suppress", "DR, OOF, AutoReply"}}));
    EXPECT_EQ(Bulk::personal, of({{"x-auto-response-suppress", "DR, RN, NRN"}}));
}

TEST(BulkMail, ANullSenderIsAMachine) { EXPECT_EQ(Bulk::null_sender, of({{"return-path", "<>"}})); }

TEST(BulkMail, TheSignIsNamed) {
    Message message;
    EXPECT_EQ("", bulk_sign(message));
    message.headers["list-id"] = "<x>";
    EXPECT_EQ("List-Id", bulk_sign(message));
}

}  // namespace
}  // namespace coi
