// What everybody asks of a stanza: clean text, errors and their replies, printing.

#include "xmpp/stanza.h"

#include <gtest/gtest.h>

#include "xmpp/wire.h"

namespace xmpp {
namespace {

const std::string r = "\xEF\xBF\xBD";  // U+FFFD

TEST(Clean, LeavesValidTextAlone) {
    const std::string text =
        "Grüße, \xF0\x9F\x98\x80 tab\t line\n and a longer run of plain ASCII \x7F\xC2\x80\xEF\xBF\xBD\xF4\x8F\xBF\xBF";
    EXPECT_EQ(clean(text), text);
    EXPECT_EQ(clean(""), "");
}

TEST(Clean, ReplacesWhatXmlForbids) {
    EXPECT_EQ(clean(std::string("a\0b", 3)), "a" + r + "b");
    EXPECT_EQ(clean("\x01\x1F"), r + r);
    EXPECT_EQ(clean("\xEF\xBF\xBE|\xEF\xBF\xBF"), r + "|" + r) << "U+FFFE and U+FFFF are no characters";
    EXPECT_EQ(clean("bell\aat the end of sixteen bytes"), "bell" + r + "at the end of sixteen bytes");
}

TEST(Clean, ReplacesIllFormedUtf8) {
    EXPECT_EQ(clean("caf\xE9 au lait"), "caf" + r + " au lait") << "Latin-1";
    EXPECT_EQ(clean("\x80\xBF"), r + r) << "stray continuation";
    EXPECT_EQ(clean("\xC0\xAF"), r + r) << "overlong";
    EXPECT_EQ(clean("\xE0\x80\xAF"), r + r + r) << "overlong";
    EXPECT_EQ(clean("\xED\xA0\x80"), r + r + r) << "surrogate";
    EXPECT_EQ(clean("\xF4\x90\x80\x80"), r + r + r + r) << "beyond U+10FFFF";
    EXPECT_EQ(clean("\xF0\x9F\x98"), r) << "cut off: one replacement for the part that was there";
    EXPECT_EQ(clean("\xF0\x9F\x98z"), r + "z");
}

TEST(Clean, FindsABadByteAtEveryPlaceOfALongText) {
    for (std::size_t at = 0; at < 40; ++at) {
        std::string text(40, 'x');
        text[at] = '\x02';
        EXPECT_EQ(clean(text), text.substr(0, at) + r + text.substr(at + 1)) << at;
        text[at] = '\xFF';
        EXPECT_EQ(clean(text), text.substr(0, at) + r + text.substr(at + 1)) << at;
    }
}

TEST(Add, KeepsABodyThatGlooxWouldDrop) {
    Tag message("message");
    add(message, "body", "", "a\x02 \xFF");
    EXPECT_EQ(message.xml(), "<message><body>a" + r + " " + r + "</body></message>");
}

TEST(Print, RepairsWhatGlooxLetsThrough) {
    Tag message("message");
    auto* body = new Tag(&message, "body");
    ASSERT_TRUE(body->addCData("stray \x80"));
    EXPECT_EQ(print(message), "<message><body>stray " + r + "</body></message>");
}

TEST(Print, LeavesTheStreamsNamespaceOut) {
    Tag message("message");
    message.setXmlns("jabber:client");
    message.addAttribute("id", "1");
    add(message, "body", "", "x");
    EXPECT_EQ(print(message), "<message id='1'><body>x</body></message>");
    EXPECT_TRUE(message.hasAttribute("xmlns")) << "the caller's stays as it is";
}

TEST(Child, AsksForNameAndNamespace) {
    const auto message =
        parse_stanza("<message><x xmlns='jabber:x:oob'/><x xmlns='jabber:x:data'><field/></x><body>b</body></message>");
    ASSERT_TRUE(message);
    const Tag* form = child(*message, "x", "jabber:x:data");
    ASSERT_TRUE(form);
    EXPECT_TRUE(child(*form, "field", "")) << "inherited";
    EXPECT_TRUE(child(*form, "field", "jabber:x:data"));
    EXPECT_FALSE(child(*form, "field", "jabber:client"));
    EXPECT_TRUE(child(*message, "body", ""));
    EXPECT_TRUE(child(*message, "body", "jabber:client"));
    EXPECT_TRUE(child(*message, "body", "jabber:component:accept"));
    EXPECT_FALSE(child(*message, "x", ""));
    EXPECT_FALSE(child(*message, "x", "jabber:x:conference"));
}

TEST(Child, ElementWithoutNamespaceIsNotTheStanzas) {
    const auto message = parse_stanza("<message><body xmlns=''>other</body><body>own</body></message>");
    ASSERT_TRUE(message);
    const Tag* body = child(*message, "body", "");
    ASSERT_TRUE(body);
    EXPECT_EQ(body->cdata(), "own");
}

TEST(ErrorReply, TurnsTheAddressesRound) {  // [RFC 6120 §8.3.1]
    const auto request = parse_stanza("<message from='a@b/c' to='d@e' id='7'><body>x</body></message>");
    const auto reply = error_reply(*request, "cancel", "item-not-found", "No <such> user", "en");
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->xml(),
              "<message type='error' id='7' from='d@e' to='a@b/c'><body>x</body><error type='cancel'>"
              "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
              "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>No &lt;such&gt; "
              "user</text></error></message>");
    EXPECT_EQ(error_reply(*reply, "cancel", "item-not-found", "", ""), nullptr) << "no error for an error";
}

TEST(ErrorReply, ReturnsNoTextThatNobodyCanRead) {
    const auto returned = [](const std::string& body) {
        const auto request = parse_stanza("<message from='a@b/c' to='d@e' id='7'><body>" + body + "</body></message>");
        return body_of(*error_reply(*request, "cancel", "item-not-found", "", ""))->cdata();
    };
    EXPECT_EQ(returned("?OTR:AAMDJ."), "[OTR]");
    EXPECT_EQ(returned("?OTR|5a73a599|27e31597,00003,00003,Ys=.,"), "[OTR]");
    EXPECT_EQ(returned("What does ?OTRv23? mean"), "What does ?OTRv23? mean");
}

TEST(ErrorOf, ReadsBackWhatErrorReplyWrote) {
    const auto request = parse_stanza("<iq type='get' from='a@b/c' to='d@e' id='7'/>");
    const auto error = error_of(*error_reply(*request, "wait", "resource-constraint", "später", "de"));
    ASSERT_TRUE(error);
    EXPECT_EQ(error->type, "wait");
    EXPECT_EQ(error->condition, "resource-constraint");
    EXPECT_EQ(error->text, "später");
    EXPECT_FALSE(error_of(*request));
}

TEST(ErrorOf, ErrorWithoutWordsIsUndefinedAndFinal) {
    const auto error = error_of(*parse_stanza("<message type='error'/>"));
    ASSERT_TRUE(error);
    EXPECT_EQ(error->type, "cancel");
    EXPECT_EQ(error->condition, "undefined-condition");
}

TEST(ErrorOf, ApplicationConditionIsNotTheCondition) {  // [RFC 6120 §8.3.4]
    const auto error = error_of(*parse_stanza(
        "<iq type='error'><error type='modify'><unexpected-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
        "<too-many-parameters xmlns='http://example.org/ns'/></error></iq>"));
    ASSERT_TRUE(error);
    EXPECT_EQ(error->condition, "unexpected-request");
}

}  // namespace
}  // namespace xmpp
