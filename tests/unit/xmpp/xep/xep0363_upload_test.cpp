// HTTP File Upload: the examples of XEP-0363.

#include "xmpp/xep/xep0363_upload.h"

#include <cstdint>

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0363Upload, Example4UploadServiceRepliesAndReportsAMaximumFileSizeOf5MiB) {
    const auto info = parsed(R"(<iq from='upload.montague.tld'
    id='step_02'
    to='romeo@montague.tld/garden'
    type='result'>
  <query xmlns='http://jabber.org/protocol/disco#info'>
    <identity category='store'
              type='file'
              name='HTTP File Upload' />
    <feature var='urn:xmpp:http:upload:0' />
    <x type='result' xmlns='jabber:x:data'>
      <field var='FORM_TYPE' type='hidden'>
        <value>urn:xmpp:http:upload:0</value>
      </field>
      <field var='max-file-size'>
        <value>5242880</value>
      </field>
    </x>
  </query>
</iq>)");
    EXPECT_EQ(xep0363::largest(*info), 5242880u);
}

TEST(Xep0363Upload, AServiceMaySayNoLimitAndOthersAreNone) {
    const auto info = [](const std::string& content) {
        return parsed("<iq type='result'><query xmlns='http://jabber.org/protocol/disco#info'>" + content +
                      "</query></iq>");
    };
    EXPECT_EQ(xep0363::largest(*info("<feature var='urn:xmpp:http:upload:0'/>")), SIZE_MAX);
    EXPECT_EQ(xep0363::largest(*info("<feature var='urn:xmpp:http:upload:0'/><x xmlns='jabber:x:data'><field "
                                     "var='FORM_TYPE'><value>urn:xmpp:http:upload:0</value></field><field "
                                     "var='max-file-size'><value>-1</value></field></x>")),
              SIZE_MAX);
    EXPECT_EQ(xep0363::largest(*info("<feature var='urn:xmpp:ping'/>")), std::nullopt);
    EXPECT_EQ(xep0363::largest(*parsed("<iq type='error'/>")), std::nullopt);
}

TEST(Xep0363Upload, Example5ClientRequestsASlotOnTheUploadService) {
    const auto iq = parsed("<iq from='romeo@montague.tld/garden' id='step_03' to='upload.montague.tld' type='get'/>");
    xep0363::add_request(*iq, {"très cool.jpg", 23456, "image/jpeg"});
    EXPECT_EXAMPLE(*iq, R"(<iq from='romeo@montague.tld/garden'
    id='step_03'
    to='upload.montague.tld'
    type='get'>
  <request xmlns='urn:xmpp:http:upload:0'
    filename='très cool.jpg'
    size='23456'
    content-type='image/jpeg' />
</iq>)");
}

TEST(Xep0363Upload, Example6TheUploadServiceRespondsWithASlot) {
    const auto slot = xep0363::slot_of(*parsed(R"(<iq from='upload.montague.tld'
    id='step_03'
    to='romeo@montague.tld/garden'
    type='result'>
  <slot xmlns='urn:xmpp:http:upload:0'>
    <put url='https://upload.montague.tld/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/tr%C3%A8s%20cool.jpg'>
      <header name='Authorization'>Basic Base64String==</header>
      <header name='Cookie'>foo=bar; user=romeo</header>
    </put>
    <get url='https://download.montague.tld/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/tr%C3%A8s%20cool.jpg' />
  </slot>
</iq>)"));
    ASSERT_TRUE(slot);
    EXPECT_EQ(slot->put, "https://upload.montague.tld/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/tr%C3%A8s%20cool.jpg");
    EXPECT_EQ(slot->get, "https://download.montague.tld/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/tr%C3%A8s%20cool.jpg");
    const std::vector<std::pair<std::string, std::string>> headers{{"Authorization", "Basic Base64String=="},
                                                                   {"Cookie", "foo=bar; user=romeo"}};
    EXPECT_EQ(slot->headers, headers);
}

TEST(Xep0363Upload, Example11AlternativeResponseIfTheFileSizeWasTooLarge) {
    EXPECT_FALSE(xep0363::slot_of(*parsed(R"(<iq from='upload.montague.tld'
    id='step_03'
    to='romeo@montague.tld/garden'
    type='error'>
  <request xmlns='urn:xmpp:http:upload:0'
    filename='très cool.jpg'
    size='23456'
    content-type='image/jpeg' />
  <error type='modify'>
    <not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' />
    <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>File too large. The maximum file size is 20000 bytes</text>
    <file-too-large xmlns='urn:xmpp:http:upload:0'>
      <max-file-size>20000</max-file-size>
    </file-too-large>
  </error>
</iq>)")));
}

TEST(Xep0363Upload, Example12AlternativeResponseToIndicateATemporaryError) {
    const auto iq = parsed(R"(<iq from='upload.montague.tld'
    id='step_03'
    to='romeo@montague.tld/garden'
    type='error'>
  <request xmlns='urn:xmpp:http:upload:0'
    filename='très cool.jpg'
    size='23456'
    content-type='image/jpeg' />
  <error type='wait'>
    <resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' />
    <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Quota reached. You can only upload 5 files in 5 minutes</text>
    <retry xmlns='urn:xmpp:http:upload:0'
      stamp='2017-12-03T23:42:05Z' />
  </error>
</iq>)");
    EXPECT_FALSE(xep0363::slot_of(*iq));
    EXPECT_EQ(error_of(*iq)->type, "wait");
    EXPECT_EQ(error_of(*iq)->condition, "resource-constraint");
}

TEST(Xep0363Upload, Example13AlternativeResponseToIndicateAnAuthError) {
    const auto iq = parsed(R"(<iq from='upload.montague.tld'
    id='step_03'
    to='romeo@montague.tld/garden'
    type='error'>
  <request xmlns='urn:xmpp:http:upload:0'
     filename='très cool.jpg'
     size='23456'
     content-type='image/jpeg' />
  <error type='auth'>
    <forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' />
    <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Only premium members are allowed to upload files</text>
  </error>
</iq>)");
    EXPECT_FALSE(xep0363::slot_of(*iq));
    EXPECT_EQ(error_of(*iq)->type, "auth");
    EXPECT_EQ(error_of(*iq)->text, "Only premium members are allowed to upload files");
}

TEST(Xep0363Upload, WhatASlotSaysIsLimitedAndCannotAddHeaderFields) {
    const auto slot_with = [](const std::string& put, const std::string& get) {
        return xep0363::slot_of(
            *parsed("<iq type='result'><slot xmlns='urn:xmpp:http:upload:0'>" + put + get + "</slot></iq>"));
    };
    const std::string get = "<get url='https://a.example/1'/>";
    const auto slot = slot_with(
        "<put url='https://a.example/1'><header name='cookie'>a&#10;Host: b</header><header "
        "name='Host'>montague.tld</header></put>",
        get);
    ASSERT_TRUE(slot);
    ASSERT_EQ(slot->headers.size(), 1u) << "Host is ours";
    EXPECT_EQ(slot->headers.front().second, "aHost: b");
    EXPECT_FALSE(slot_with("<put url='https://a.example/1'/>", ""));
    EXPECT_FALSE(slot_with("<put/>", get));
    EXPECT_FALSE(slot_with("<put url='https://a.example/" + std::string(5000, 'a') + "'/>", get));
    std::string many = "<put url='https://a.example/1'>";
    for (int i = 0; i < 20; ++i) many += "<header name='Cookie'>a</header>";
    EXPECT_EQ(slot_with(many + "</put>", get)->headers.size(), 10u);
}

}  // namespace
}  // namespace xmpp
