// What of a stanza counts for a text that came encrypted: nothing that could change its words.

#include "xmpp/otr/stanza.h"

#include <gtest/gtest.h>

#include "xmpp/end_to_end.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0066_oob.h"
#include "xmpp/xep/xep0080_geoloc.h"
#include "xmpp/xep/xep0308_correction.h"
#include "xmpp/xep/xep0424_retraction.h"
#include "xmpp/xep/xep0428_fallback.h"
#include "xmpp/xep/xep0447_file_sharing.h"
#include "xmpp/xep/xep0461_reply.h"

namespace xmpp::otr::stanza {
namespace {

TEST(OtrStanza, WhatStandsBesideAnEncryptedTextDoesNotChangeIt) {
    const auto message = parse_stanza(
        "<message id='m2'><body>?OTR:AAMD</body><reply xmlns='urn:xmpp:reply:0' id='m1'/>"
        "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='2' end='9'/></fallback>"
        "<replace xmlns='urn:xmpp:message-correct:0' id='m0'/></message>");
    const auto opened = end_to_end::opened(*message, "I do not agree");
    EXPECT_EQ(body_of(*opened)->cdata(), "I do not agree");
    EXPECT_FALSE(xep0308::replaces(*opened));
    EXPECT_FALSE(xep0428::fallback(*opened, xep0461::ns, "I do not agree"));
    EXPECT_TRUE(xep0461::answers(*opened)) << "which message it answers may be said";
    EXPECT_TRUE(xep0308::replaces(*end_to_end::opened(*message, "I do not agree", true)));
    const auto clear = with_body(*message, "I do not agree");
    EXPECT_EQ(body_of(*clear)->cdata(), "I do not agree");
    EXPECT_TRUE(xep0308::replaces(*clear));
    EXPECT_TRUE(xep0428::fallback(*clear, xep0461::ns, "I do not agree"));
}

TEST(OtrStanza, NothingMakesARetractionOfAnEncryptedText) {
    for (const std::string beside : {"<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>",
                                     "<apply-to xmlns='urn:xmpp:fasten:0' id='m1'><retract "
                                     "xmlns='urn:xmpp:message-retract:0'/></apply-to>"}) {
        const auto message = parse_stanza("<message id='m2'><body>?OTR:AAMD</body>" + beside + "</message>");
        EXPECT_FALSE(xep0424::retracts(*end_to_end::opened(*message, "I do not agree")));
        EXPECT_TRUE(xep0424::retracts(*with_body(*message, "Taken back")));
    }
}

TEST(OtrStanza, NothingAddsAFileToAnEncryptedText) {
    const auto message = parse_stanza("<message id='m2'><body>?OTR:AAMD</body></message>");
    xep0066::add_link(*message, "https://files.example/1");
    xep0447::add_file(*message, {"https://files.example/1", {"a.jpg", "image/jpeg", 4}, true});
    const auto text = end_to_end::opened(*message, "Look");
    EXPECT_FALSE(xep0066::link(*text) || !xep0447::files_of(*text).empty());
    EXPECT_FALSE(xep0447::files_of(*with_body(*message, "Look")).empty());
}

TEST(OtrStanza, WhichMessageIsTakenBackMayBeSaid) {
    const auto message = parse_stanza(
        "<message id='m2'><body>Taken back</body><retract xmlns='urn:xmpp:message-retract:1' id='m1'/></message>");
    const auto stanzas = pieces(*message, "alice@jabber.example/phone", {"?OTR:AAMD."});
    ASSERT_EQ(stanzas.size(), 1u);
    EXPECT_EQ(xep0424::retracts(*stanzas[0]), "m1");
    EXPECT_EQ(body_of(*stanzas[0])->cdata(), "?OTR:AAMD.");
}

TEST(OtrStanza, ReactionsAreSaidInTheEncryptedTextOnly) {
    const auto message = parse_stanza(
        "<message id='m2'><body>\U0001F44D</body><reactions xmlns='urn:xmpp:reactions:0' id='m1'><reaction>"
        "\U0001F44D</reaction></reactions><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reactions:0'>"
        "<body start='0' end='1'/></fallback><reply xmlns='urn:xmpp:reply:0' id='m1'/></message>");
    const auto stanzas = pieces(*message, "alice@jabber.example/phone", {"?OTR:AAMD."});
    ASSERT_EQ(stanzas.size(), 1u);
    EXPECT_EQ(print(*stanzas[0]).find("\U0001F44D"), std::string::npos);
    EXPECT_FALSE(child(*stanzas[0], "fallback", xep0428::ns)) << "for its reader it is the message";
    EXPECT_TRUE(xep0461::answers(*stanzas[0]));
}

TEST(OtrStanza, LinksOfFilesAreSaidInTheEncryptedTextOnly) {
    const auto message = parse_stanza("<message id='m2'><body>https://files.example/1</body></message>");
    xep0066::add_link(*message, "https://files.example/1");
    xep0447::add_file(*message, {"https://files.example/1", {"a.jpg", "image/jpeg", 4}, true});
    xep0428::add_fallback(*message, xep0447::ns, "https://files.example/1", {0, 23});
    const auto stanzas = pieces(*message, "alice@jabber.example/phone", {"?OTR:AAMD."});
    ASSERT_EQ(stanzas.size(), 1u);
    EXPECT_EQ(print(*stanzas[0]).find("files.example"), std::string::npos);
    EXPECT_EQ(print(*stanzas[0]).find("a.jpg"), std::string::npos);
    EXPECT_FALSE(child(*stanzas[0], "fallback", xep0428::ns));
}

TEST(OtrStanza, APlaceIsSaidInTheEncryptedTextOnly) {
    const auto message = parse_stanza("<message id='m2'><body>geo:53.07516,8.80777</body></message>");
    xep0080::add_geoloc(*message, {"53.07516", "8.80777", "", "At the cafe"});
    const auto stanzas = pieces(*message, "alice@jabber.example/phone", {"?OTR:AAMD."});
    ASSERT_EQ(stanzas.size(), 1u);
    EXPECT_EQ(print(*stanzas[0]).find("53.0"), std::string::npos);
    EXPECT_EQ(print(*stanzas[0]).find("cafe"), std::string::npos);
}

TEST(OtrStanza, OnlyWhatAddsNothingStaysBesideAnEncryptedText) {
    const auto message = parse_stanza(
        "<message id='m2'><body>?OTR:AAMD</body><subject>Mine</subject><thread>t</thread>"
        "<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>"
        "<reply xmlns='urn:xmpp:reply:0' id='m1'/><geoloc xmlns='http://jabber.org/protocol/geoloc'><lat>1</lat>"
        "<lon>2</lon></geoloc><ephemeral xmlns='urn:xmpp:ephemeral:0' timer='1'/><propose "
        "xmlns='urn:xmpp:jingle-message:0' id='c'/><invite xmlns='urn:xmpp:call-invites:0' id='c'/>"
        "<x xmlns='urn:example:to-come'>words</x></message>");
    const auto text = end_to_end::opened(*message, "Look");
    EXPECT_EQ(print(*text),
              "<message id='m2'><thread>t</thread><request xmlns='urn:xmpp:receipts'/>"
              "<markable xmlns='urn:xmpp:chat-markers:0'/><reply xmlns='urn:xmpp:reply:0' id='m1'/>"
              "<body>Look</body></message>");
}

}  // namespace
}  // namespace xmpp::otr::stanza
