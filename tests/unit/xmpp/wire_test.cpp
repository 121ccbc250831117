// Bytes to stanzas: whatever a server or its users write, under limits and without losing the stream.

#include "xmpp/wire.h"

#include <vector>

#include <gmock/gmock.h>

namespace xmpp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string header =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
    "xmlns:stream='http://etherx.jabber.org/streams' "
    "id='s1' from='coi.test'>";

/// A Wire that writes down what it says.
struct Heard {
    explicit Heard(Limits limits = {})
        : wire(limits,
               {.opened = [this](const std::string& id,
                                 const std::string& from) { events.push_back("opened " + id + " " + from); },
                .stanza = [this](Stanza stanza) { events.push_back(stanza->xml()); },
                .oversize = [this](Stanza head,
                                   const std::string& why) { events.push_back("oversize " + head->xml() + " " + why); },
                .closed = [this] { events.push_back("closed"); }}) {}
    std::vector<std::string> events;
    Wire wire;
};

/// The stanza as the application sees it, printed; "" if the wire did not take it.
std::string normal(const std::string& xml) {
    Heard heard;
    if (!heard.wire.read(header + xml) || heard.events.size() != 2) return "";
    return heard.events[1];
}

TEST(Wire, ReadsAStreamFromItsHeaderToItsEnd) {  // [XEP-0114 §3]
    Heard heard;
    EXPECT_TRUE(
        heard.wire.read(header + "<handshake/> \n<message id='1'><body>a</body></message></stream:stream>ignored"));
    EXPECT_THAT(heard.events, ElementsAre("opened s1 coi.test", "<handshake/>",
                                          "<message id='1'><body>a</body></message>", "closed"));
}

TEST(Wire, ReadsByteByByteWhatItReadsAtOnce) {
    const std::string bytes =
        header +
        "<message id='1'><body>a &amp; \xF0\x9F\x98\x80 &#x1F600;</body><x xmlns='y' z='&quot;'/></message> <iq/>"
        "</stream:stream>";
    Heard whole, slow;
    EXPECT_TRUE(whole.wire.read(bytes));
    for (const char byte : bytes) EXPECT_TRUE(slow.wire.read({&byte, 1}));
    EXPECT_EQ(whole.events, slow.events);
    EXPECT_THAT(whole.events, SizeIs(4));
}

TEST(Wire, StreamErrorKeepsItsNamespaces) {
    EXPECT_EQ(normal("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"),
              "<error xmlns='http://etherx.jabber.org/streams'><conflict "
              "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>");
}

// What gloox's own parser loses or dies of.

TEST(Wire, ExplicitNamespaceOfTheStreamIsLeftOut) {
    EXPECT_EQ(normal("<message xmlns='jabber:component:accept' id='1'><body>a</body></message>"),
              "<message id='1'><body>a</body></message>");
    EXPECT_EQ(normal("<message xmlns='jabber:client'><body>a</body></message>"), "<message><body>a</body></message>");
    EXPECT_EQ(normal("<message><body xmlns='jabber:client'>a</body></message>"), "<message><body>a</body></message>");
}

TEST(Wire, PrefixesAreResolved) {
    EXPECT_EQ(normal("<message xmlns:a='urn:a'><a:x><a:y/><z/></a:x></message>"),
              "<message><x xmlns='urn:a'><y/><z xmlns='jabber:client'/></x></message>");
    EXPECT_EQ(normal("<message xmlns:a='urn:a'><a:x><a:x xmlns:a='urn:b'/><a:x/></a:x></message>"),
              "<message><x xmlns='urn:a'><x xmlns='urn:b'/><x/></x></message>")
        << "a prefix bound anew";
    EXPECT_EQ(normal("<s:message xmlns:s='jabber:component:accept'><s:body>a</s:body></s:message>"),
              "<message><body>a</body></message>");
}

TEST(Wire, NestedDefaultNamespacesSurvive) {
    const std::string forwarded =
        "<message><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' id='2'><body>a</body></message>"
        "</forwarded></message>";
    EXPECT_EQ(normal(forwarded), forwarded);
    const std::string none = "<message><x xmlns='urn:a'><y xmlns=''><z/></y></x></message>";
    EXPECT_EQ(normal(none), none);
}

TEST(Wire, AttributeWithANamespaceIsNotThePlainOne) {
    EXPECT_EQ(normal("<message x:from='mallory@x' from='alice@x' xmlns:x='urn:x' xml:lang='de'/>"),
              "<message xmlns:x='urn:x' x:from='mallory@x' from='alice@x' xml:lang='de'/>");
    const auto stanza = parse_stanza("<message xmlns:x='urn:x' x:from='mallory@x' xml:lang='de'/>");
    ASSERT_TRUE(stanza);
    EXPECT_EQ(attribute(*stanza, "from"), "");
    EXPECT_EQ(attribute(*stanza, "xml:lang"), "de");
}

// What servers write although it breaks Namespaces in XML: any user can make them, so the stream may not end over it.

TEST(WireNamespaces, ReservedOnes) {  // Prosody 0.12 writes <xml:a/> as the first
    EXPECT_EQ(normal("<message><a xmlns='http://www.w3.org/XML/1998/namespace'/></message>"),
              "<message><xml:a/></message>");
    EXPECT_EQ(normal("<message><xml:a/><x xmlns='urn:x'><xml:b><c/></xml:b></x></message>"),
              "<message><xml:a/><x xmlns='urn:x'><xml:b><c/></xml:b></x></message>");
    EXPECT_EQ(normal("<message xmlns:p='http://www.w3.org/XML/1998/namespace' p:lang='de'/>"),
              "<message xml:lang='de'/>");
    EXPECT_EQ(normal("<message><a xmlns='http://www.w3.org/2000/xmlns/'/></message>"),
              "<message><a xmlns=''/></message>");
    EXPECT_EQ(normal("<message xmlns:xmlns='urn:a' xmlns:xml='urn:b' xml:a='c'/>"), "<message xml:a='c'/>");
}

TEST(WireNamespaces, UnboundPrefixes) {  // ejabberd 23.01 drops xmlns:x from a stanza that has x:from
    EXPECT_EQ(normal("<message from='alice@x' x:from='mallory@x'><body>a</body></message>"),
              "<message from='alice@x'><body>a</body></message>");
    EXPECT_EQ(normal("<message><x:body>a</x:body></message>"), "<message><body xmlns=''>a</body></message>");
    EXPECT_EQ(normal("<message xmlns:x=''><x:a x:b='c'/></message>"), "<message><a xmlns=''/></message>");
}

TEST(WireNamespaces, NamesThatAreNone) {
    EXPECT_EQ(normal("<message xmlns:a='urn:a'><a:b:c a:d:e='f' :g='h' a:='i'/><:j/><k:/></message>"),
              "<message><_b_c xmlns='urn:a'/><j/><_ xmlns=''/></message>");
    EXPECT_EQ(normal("<message xmlns:a='urn:a'><a:4x a:5y='z' a:-='z'/></message>"),
              "<message><_4x xmlns='urn:a'/></message>");
}

TEST(Wire, EmptyAttributesAndMixedContentStay) {
    const std::string mixed = "<message id=''><html xmlns='urn:h'>a<b>c</b>d</html></message>";
    EXPECT_EQ(normal(mixed), mixed);
}

TEST(Wire, QuotesCharacterReferencesAndCdata) {
    EXPECT_EQ(normal("<message a='say \"x\"'><body>&#x1F600;<![CDATA[<b>&]]></body></message>"),
              "<message a='say &quot;x&quot;'><body>\xF0\x9F\x98\x80&lt;b&gt;&amp;</body></message>");
}

// Limits: the stanza is skipped, its sender can be told, the stream goes on.

std::vector<std::string> skipped(const Limits& limits, const std::string& xml) {
    Heard heard(limits);
    EXPECT_TRUE(heard.wire.read(header + xml + "<iq id='next'/>")) << heard.wire.why();
    EXPECT_THAT(heard.events, SizeIs(3));
    EXPECT_EQ(heard.events.back(), "<iq id='next'/>");
    return heard.events;
}

const std::string from_alice = "<message id='1' from='alice@x/y' to='bob@coi' type='chat' xml:lang='de' other='z'>";
const std::string head = "<message id='1' from='alice@x/y' to='bob@coi' type='chat' xml:lang='de'/>";

TEST(WireLimits, Bytes) {
    Limits limits;
    limits.stanza_bytes = 1000;
    const auto message = [](std::size_t size) {
        return from_alice + "<body>" + std::string(size, 'x') + "</body></message>";
    };
    EXPECT_THAT(skipped(limits, message(1000))[1], HasSubstr("oversize " + head + " more than 1000 bytes"));
    EXPECT_THAT(skipped(limits, message(3'000'000))[1], HasSubstr("oversize " + head));
    const std::size_t frame = message(0).size();
    EXPECT_THAT(skipped(limits, message(1000 - frame))[1], HasSubstr("xxx</body>")) << "exactly at the limit";
    EXPECT_THAT(skipped(limits, message(1001 - frame))[1], HasSubstr("oversize"));
}

TEST(WireLimits, BytesOfOneAttribute) {
    Limits limits;
    limits.stanza_bytes = 1000;
    EXPECT_EQ(skipped(limits, "<message id='1' a='" + std::string(2'000'000, 'x') + "' from='a@b'/>")[1],
              "oversize <message id='1' from='a@b'/> more than 1000 bytes");
    EXPECT_EQ(skipped(limits, "<message id='" + std::string(5000, 'x') + "' from='a@b'/>")[1],
              "oversize <message from='a@b'/> more than 1000 bytes")
        << "what is told is short as well";
}

TEST(WireLimits, Depth) {
    std::string deep;
    for (int i = 0; i < 70'000; ++i) deep += "<a>";
    for (int i = 0; i < 70'000; ++i) deep += "</a>";
    Limits limits;
    limits.stanza_bytes = 10'000'000;
    EXPECT_THAT(skipped(limits, from_alice + deep + "</message>")[1],
                HasSubstr("oversize " + head + " more than 32 elements in each other"));
    limits.depth = 3;
    EXPECT_THAT(skipped(limits, "<message><a><b/></a><a><b/></a></message>")[1], HasSubstr("<message><a><b/>"));
    EXPECT_THAT(skipped(limits, "<message><a><b><c/></b></a></message>")[1], HasSubstr("oversize <message/>"));
}

TEST(WireLimits, Elements) {
    std::string many;
    for (int i = 0; i < 2000; ++i) many += "<a/>";
    EXPECT_THAT(skipped({}, from_alice + many + "</message>")[1],
                HasSubstr("oversize " + head + " more than 2000 elements"));
}

TEST(WireLimits, Attributes) {
    std::string many;
    for (int i = 0; i < 64; ++i) many += " a" + std::to_string(i) + "=''";
    EXPECT_THAT(skipped({}, "<message id='1'><x" + many + "/></message>")[1], HasSubstr("<message id='1'><x a0=''"));
    EXPECT_EQ(skipped({}, "<message id='1'" + many + "/>")[1], "oversize <message id='1'/> more than 64 attributes");
}

TEST(WireLimits, LongNamespaceBehindAShortPrefixIsCountedAsOftenAsItIsRepeated) {
    std::string bomb = "<message id='1' xmlns:p='" + std::string(10'000, 'u') + "'>";
    for (int i = 0; i < 1000; ++i) bomb += "<p:a/><b/>";
    EXPECT_THAT(skipped({}, bomb + "</message>")[1], HasSubstr("oversize <message id='1'/> more than"));
}

TEST(WireLimits, TagThatNeverEndsEndsTheStream) {
    Heard heard;
    EXPECT_TRUE(heard.wire.read(header));
    const std::string megabyte(1024 * 1024, 'x');
    bool fine = heard.wire.read("<message a='");
    int megabytes = 0;
    while (fine && megabytes < 20) {
        fine = heard.wire.read(megabyte);
        ++megabytes;
    }
    EXPECT_FALSE(fine);
    EXPECT_LT(megabytes, 6);
    EXPECT_THAT(heard.wire.why(), HasSubstr("bytes of one tag"));
}

TEST(WireLimits, StanzaThatNeverEndsEndsTheStream) {
    Heard heard;
    EXPECT_TRUE(heard.wire.read(header + "<message>"));
    std::string many;
    for (int i = 0; i < 100'000; ++i) many += "<a/>";
    int times = 0;
    while (times < 20 && heard.wire.read(many)) ++times;
    EXPECT_EQ(times, 9);
    EXPECT_THAT(heard.wire.why(), HasSubstr("more than 1000000 elements in one stanza"));
    EXPECT_THAT(heard.events, SizeIs(1));
}

// Restricted XML [RFC 6120 §11.1].

std::string refusal(const std::string& xml) {
    Heard heard;
    EXPECT_FALSE(heard.wire.read(xml));
    EXPECT_FALSE(heard.wire.read("<iq/>")) << "no way back";
    return heard.wire.why();
}

TEST(WireRestrictions, NoDoctypeAndSoNoBillionLaughs) {
    EXPECT_EQ(refusal("<?xml version='1.0'?><!DOCTYPE s [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><s>&b;</s>"),
              "a document type declaration");
    EXPECT_EQ(parse_stanza("<!DOCTYPE s [<!ENTITY a 'ha'>]><s>&a;</s>"), nullptr);
    EXPECT_EQ(parse_stanza("<!DOCTYPE s SYSTEM 'file:///etc/passwd'><s/>"), nullptr);
}

TEST(WireRestrictions, NoCommentsInstructionsOrEntities) {
    EXPECT_EQ(refusal(header + "<message><!-- x --></message>"), "an XML comment");
    EXPECT_EQ(refusal(header + "<?php x ?>"), "an XML processing instruction");
    EXPECT_THAT(refusal(header + "<message>&nbsp;</message>"), HasSubstr("undefined entity"));
}

TEST(WireRestrictions, OnlyWellFormedStreams) {
    EXPECT_THAT(refusal(header + "<message></iq>"), HasSubstr("mismatched tag"));
    EXPECT_THAT(refusal(header + "<message>\xFF</message>"), HasSubstr("XML error"));
    EXPECT_THAT(refusal("HTTP/1.1 400 Bad Request\r\n"), HasSubstr("XML error"));
    EXPECT_EQ(refusal(header + "<iq/> text"), "text between stanzas");
    EXPECT_EQ(refusal("<html/>"), "not an XMPP stream");
    EXPECT_EQ(refusal("<stream xmlns='jabber:client'>"), "not an XMPP stream");
}

TEST(WireRestrictions, StanzasBeforeAnErrorAreTold) {
    Heard heard;
    EXPECT_FALSE(heard.wire.read(header + "<iq id='1'/><iq id='2'></x>"));
    EXPECT_THAT(heard.events, ElementsAre("opened s1 coi.test", "<iq id='1'/>"));
}

// A stream lives for months.

TEST(WireRenewal, DocumentIsBegunAnewWithoutATrace) {
    Heard heard;
    const std::string prefixed =
        "<st:stream xmlns='jabber:component:accept' xmlns:st='http://etherx.jabber.org/streams' "
        "xmlns:q=\"urn:q?a&amp;'&lt;\" id='s'>";
    EXPECT_TRUE(heard.wire.read(prefixed));
    std::string stanzas;
    constexpr std::size_t count = 3000;
    for (std::size_t i = 0; i < count; ++i)
        stanzas += "<message id='" + std::to_string(i) + "'><q:name" + std::to_string(i) + "/>" +
                   std::string(1000, 'x') + "</message> ";
    EXPECT_TRUE(heard.wire.read(stanzas + "</st:stream>"));
    ASSERT_THAT(heard.events, SizeIs(count + 2));
    for (std::size_t i = 0; i < count; ++i)
        ASSERT_EQ(heard.events[i + 1], "<message id='" + std::to_string(i) + "'><name" + std::to_string(i) +
                                           " xmlns='urn:q?a&amp;&apos;&lt;'/>" + std::string(1000, 'x') + "</message>");
    EXPECT_EQ(heard.events.back(), "closed");
}

TEST(Wire, WholeStanzaIsToldWithoutWaitingForMore) {  // newer expats defer after a long token that came in pieces
    Heard heard;
    const std::string stanza = "<message a='" + std::string(100'000, 'x') + "'/>";
    EXPECT_TRUE(heard.wire.read(header));
    for (const char byte : stanza.substr(0, 2000)) heard.wire.read({&byte, 1});
    heard.wire.read(stanza.substr(2000, 90'000));
    for (const char byte : stanza.substr(92'000)) heard.wire.read({&byte, 1});
    EXPECT_THAT(heard.events, SizeIs(2));
}

TEST(WireRenewal, AlsoWhenItComesInPieces) {
    Heard heard;
    EXPECT_TRUE(heard.wire.read(header));
    const std::string stanza = "<message id='1'><body>" + std::string(100'000, 'x') + "</body></message>";
    std::string all;
    for (int i = 0; i < 40; ++i) all += stanza;
    for (std::size_t at = 0; at < all.size(); at += 7777)
        ASSERT_TRUE(heard.wire.read(std::string_view(all).substr(at, 7777)));
    ASSERT_THAT(heard.events, SizeIs(41));
    for (std::size_t i = 1; i < heard.events.size(); ++i) EXPECT_EQ(heard.events[i], stanza);
}

TEST(Wire, MayBeDestroyedByItsOwnCall) {
    std::unique_ptr<Wire> wire;
    int stanzas = 0;
    wire = std::make_unique<Wire>(Limits{}, Wire::Calls{.opened = [](const auto&, const auto&) {},
                                                        .stanza =
                                                            [&](Stanza) {
                                                                ++stanzas;
                                                                wire.reset();
                                                            },
                                                        .oversize = [](Stanza, const auto&) {},
                                                        .closed = [] {}});
    wire->read(header + "<iq/><iq/>");
    EXPECT_EQ(stanzas, 1);
}

// A document alone.

TEST(ParseStanza, GivesTheSameNormalForm) {
    const auto stanza = parse_stanza(
        "<?xml version='1.0'?>\n<message xmlns='jabber:client' xml:lang='en'>\n<body>a</body></message>\n");
    ASSERT_TRUE(stanza);
    EXPECT_EQ(stanza->xml(), "<message xml:lang='en'>\n<body>a</body></message>");
}

TEST(ParseStanza, ReadsWhatPrintWrote) {
    for (const std::string xml : {"<message id='1' from='a@b' to='c@d'><body>x &lt; y</body><x xmlns='urn:a' p:q='r' "
                                  "xmlns:p='urn:p'><y xmlns=''/></x></message>",
                                  "<iq type='set'><query xmlns='jabber:iq:register'><x xmlns='jabber:x:data'><field "
                                  "var='a'><value/></field></x></query></iq>"}) {
        const auto once = parse_stanza(xml);
        ASSERT_TRUE(once) << xml;
        const auto twice = parse_stanza(print(*once));
        ASSERT_TRUE(twice) << xml;
        EXPECT_EQ(print(*once), print(*twice));
    }
}

TEST(ParseStanza, RefusesWhatIsNotOneWholeStanza) {
    for (const char* xml : {"", "text", "<message>", "<message/><message/>", "<message></iq>", "<message a='1' a='2'/>",
                            "<message/>text", "<message/></s:stream>", "</s:stream><message/>", "<?xml version='1.0'"})
        EXPECT_EQ(parse_stanza(xml), nullptr) << xml;
    Limits limits;
    limits.stanza_bytes = 20;
    EXPECT_EQ(parse_stanza("<message><body>over the limit</body></message>", limits), nullptr);
    limits = {};
    limits.depth = 2;
    EXPECT_EQ(parse_stanza("<message><a><b/></a></message>", limits), nullptr);
}

}  // namespace
}  // namespace xmpp
