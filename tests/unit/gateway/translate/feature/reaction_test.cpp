// Reactions: what is one, and what the golden folders do not show.

#include "gateway/translate/feature/reaction.h"

#include <gtest/gtest.h>

#include "gateway/translate/translate.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using Emojis = std::vector<std::string>;

std::optional<Event> from_stanza(const std::string& children) {
    return read(*xmpp::parse_stanza("<message type='chat' from='a@b' to='c@d'>" + children + "</message>"));
}

std::optional<Event> from_mail(const std::string& header, const std::string& text) {
    return read(coi::parse("From: bob@example.org\r\nMessage-ID: <2@x>\r\n" + header + "\r\n" + text + "\r\n").value());
}

std::string reactions(const std::string& inside) {
    return "<reactions xmlns='urn:xmpp:reactions:0' id='m1'>" + inside + "</reactions>";
}

const std::string mark = "Content-Disposition: reaction\r\n", answer = "In-Reply-To: <1@x>\r\n";

TEST(ReactionFeature, WhatIsNoEmojiIsLeftOut) {  // [XEP-0444 §4]
    const auto event = from_stanza(reactions("<reaction>👍</reaction><reaction>lol</reaction>"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->get<Reaction>()->emojis, Emojis{"👍"});
    EXPECT_FALSE(from_stanza(reactions("<reaction>lol</reaction>"))) << "its user is told that it is not carried";
}

TEST(ReactionFeature, AFallbackBodyIsNotMailedAndATextIs) {
    const std::string fallback = "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reactions:0'/>";
    auto event = from_stanza("<body>&gt; Hi\n👍</body>" + fallback + reactions("<reaction>👍</reaction>"));
    ASSERT_TRUE(event);
    EXPECT_NE(event->get<Reaction>(), nullptr);
    EXPECT_EQ(event->get<Text>(), nullptr);
    event = from_stanza("<body>Well done</body>" + reactions("<reaction>👍</reaction>"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->get<Reaction>(), nullptr);
    EXPECT_EQ(event->get<Text>()->body, "Well done");
}

TEST(ReactionFeature, WordsOrNoMessageMakeATextOfIt) {
    EXPECT_NE(from_mail(mark + answer, "👍")->get<Reaction>(), nullptr);
    for (const auto& event :
         {from_mail(mark, "👍"), from_mail(answer, "👍"), from_mail(mark + answer, "👍 well done")}) {
        ASSERT_TRUE(event);
        EXPECT_EQ(event->get<Reaction>(), nullptr);
        EXPECT_NE(event->get<Text>(), nullptr);
    }
}

TEST(ReactionFeature, MailProgramsGetNoneAndTheUserIsTold) {
    const auto some = from_stanza(reactions("<reaction>👍</reaction>")), none = from_stanza(reactions(""));
    for (const auto dialect : {Dialect::mail, Dialect::unknown}) EXPECT_FALSE(carries(*some, dialect));
    EXPECT_TRUE(carries(*some, Dialect::coi) && carries(*some, Dialect::chatmail) && carries(*none, Dialect::chatmail));
    EXPECT_FALSE(carries(*none, Dialect::coi)) << "it would be shown as a blank message";
    EXPECT_NE(not_carried(*some, "en"), "");
}

TEST(ReactionFeature, TakenBackFromNothingSaysNothing) {
    auto event = from_mail(mark + answer, "");
    ASSERT_TRUE(event && event->get<Reaction>());
    resolved(*event, {.found = false, .to_user = true, .lang = "en"});
    EXPECT_TRUE(event->contents.empty());
}

}  // namespace
}  // namespace gateway
