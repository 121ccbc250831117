// coi/mail/mdn: receipts [RFC 8098 §3] in the forms that clients write.

#include "coi/mail/mdn.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

Mdn parsed(std::string_view part) { return parse_mdn(part).value(); }

TEST(Mdn, DeltaChatsReportHasOnlyTwoFields) {
    EXPECT_EQ(
        (Mdn{{"chat$1@x"}, true}),
        parsed("Original-Message-ID: <chat$1@x>\nDisposition: manual-action/MDN-sent-automatically; displayed\n\n"));
}

TEST(Mdn, DeltaChatsReportNamesSeveralMessages) {
    const auto mdn = parse_mdn(
        "Original-Message-ID: <a@localhost>\nAdditional-Message-IDs: <b@localhost>\n <c@localhost>\n"
        "Disposition: manual-action/MDN-sent-automatically; displayed\n");
    ASSERT_TRUE(mdn);
    EXPECT_EQ(mdn->original.value, "a@localhost");
    EXPECT_EQ(mdn->further, (std::vector<MessageId>{{"b@localhost"}, {"c@localhost"}}));
}

TEST(Mdn, OtherDispositionsAreNotDisplayed) {
    for (const std::string_view type :
         {"deleted", "dispatched", "processed", "denied", "displayed/error", "displayednot"}) {
        EXPECT_FALSE(parsed("Original-Message-ID: <a@b>\nDisposition: automatic-action/MDN-sent-automatically; " +
                            std::string(type))
                         .displayed)
            << type;
    }
}

TEST(Mdn, CaseAndSpacingDoNotMatter) {
    EXPECT_TRUE(
        parsed("\r\nORIGINAL-MESSAGE-ID:<a@b>\r\nDISPOSITION:Manual-Action/mdn-sent-manually ;\r\n Displayed \r\n")
            .displayed);
}

TEST(Mdn, WithoutTheOriginalItIsAnError) {
    EXPECT_EQ(ErrorKind::malformed, parse_mdn("Disposition: manual-action/MDN-sent-manually; displayed").error().kind);
    EXPECT_FALSE(parse_mdn(""));
    EXPECT_FALSE(parse_mdn("Disposition: automatic-action/MDN-sent-automatically; processed/error"));
}

TEST(Mdn, WhatAReportAnswersIsWhatItIsAboutWhereItNamesNothing) {
    EXPECT_EQ(
        (Mdn{{"a@b"}, true}),
        parse_mdn("Final-recipient: RFC822; bob@x\r\nDisposition: automatic-action/MDN-sent-automatically; displayed",
                  {"a@b"})
            .value());
    EXPECT_EQ((Mdn{{"a@b"}, false}),
              parse_mdn("Disposition: automatic-action/MDN-sent-automatically; deleted", {"a@b"}).value());
    EXPECT_EQ(Mdn{}, parse_mdn("Disposition: automatic-action/MDN-sent-automatically; processed", {"a@b"}).value());
}

TEST(Mdn, WhatWasDeniedOrFailedSaysNothingOfTheMessage) {
    for (const std::string_view type : {"denied", "failed", "displayed/error", "processed/failure"}) {
        EXPECT_EQ(Mdn{}, parsed("Original-Message-ID: <a@b>\nDisposition: automatic-action/MDN-sent-automatically; " +
                                std::string(type)))
            << type;
    }
}

TEST(Mdn, AProgramsNewsAboutItselfIsAboutNoMessage) {
    EXPECT_EQ(Mdn{}, parsed("Disposition: automatic-action/MDN-sent-automatically; processed\r\n"));
}

}  // namespace
}  // namespace coi
