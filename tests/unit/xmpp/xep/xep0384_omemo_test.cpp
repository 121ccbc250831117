// OMEMO elements: the examples of XEP-0384 0.3.0, and the limits.
//
// Its examples have no numbers in the text; they are counted here, "BASE64ENCODED..." is replaced by values, and the
// comments, which XMPP does not allow, are left out.

#include "xmpp/xep/xep0384_omemo.h"

#include <gmock/gmock.h>

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/base64.h"
#include "xmpp/xep/xep0060_pubsub.h"
#include "xmpp/xep/xep0163_pep.h"

namespace xmpp {
namespace {

using testing::ElementsAre;
using xep0384::Bundle;
using xep0384::DeviceId;
using xep0384::Encrypted;

std::string key_of(char fill) { return '\5' + std::string(32, fill); }
std::string coded(const std::string& bytes) { return base64::encode(bytes); }

TEST(Xep0384Omemo, Example1DevicelistUpdateReceivedBySubscribedClients) {
    const std::string xml = R"(<message from='juliet@capulet.lit'
         to='romeo@montague.lit'
         type='headline'>
  <event xmlns='http://jabber.org/protocol/pubsub#event'>
    <items node='eu.siacs.conversations.axolotl.devicelist'>
      <item id='current'>
        <list xmlns='eu.siacs.conversations.axolotl'>
          <device id='12345' />
          <device id='4223' />
        </list>
      </item>
    </items>
  </event>
</message>)";
    EXPECT_EXAMPLE(*xep0384::event("juliet@capulet.lit", "romeo@montague.lit", {12345, 4223}), xml);
    EXPECT_THAT(*xep0384::news_of(*parsed(xml)), ElementsAre(12345, 4223));
    EXPECT_EQ(xep0163::wish(xep0384::devices_node), "eu.siacs.conversations.axolotl.devicelist+notify");
}

TEST(Xep0384Omemo, Example2AddingTheOwnDeviceIdToTheList) {
    const std::string xml = R"(<item id='current'>
        <list xmlns='eu.siacs.conversations.axolotl'>
          <device id='12345' />
          <device id='4223' />
          <device id='31415' />
        </list>
      </item>)";
    Tag item("item");
    item.addAttribute("id", xep0384::item_id);
    xep0384::add_devices(item, {12345, 4223, 31415});
    EXPECT_EXAMPLE(item, xml);
    EXPECT_THAT(*xep0384::devices_of(*parsed(xml)->findChild("list")), ElementsAre(12345, 4223, 31415));
}

TEST(Xep0384Omemo, Example3AnnouncingBundleInformation) {
    const Bundle bundle{
        1, key_of('s'), std::string(64, 'g'), key_of('i'), {{1, key_of('a')}, {2, key_of('b')}, {3, key_of('c')}}};
    const std::string xml = R"(<item id='current'>
        <bundle xmlns='eu.siacs.conversations.axolotl'>
          <signedPreKeyPublic signedPreKeyId='1'>
            )" + coded(key_of('s')) +
                            R"(
          </signedPreKeyPublic>
          <signedPreKeySignature>
            )" + coded(std::string(64, 'g')) +
                            R"(
          </signedPreKeySignature>
          <identityKey>
            )" + coded(key_of('i')) +
                            R"(
          </identityKey>
          <prekeys>
            <preKeyPublic preKeyId='1'>
              )" + coded(key_of('a')) +
                            R"(
            </preKeyPublic>
            <preKeyPublic preKeyId='2'>
              )" + coded(key_of('b')) +
                            R"(
            </preKeyPublic>
            <preKeyPublic preKeyId='3'>
              )" + coded(key_of('c')) +
                            R"(
            </preKeyPublic>
          </prekeys>
        </bundle>
      </item>)";
    EXPECT_EQ(xep0384::bundle_of(*parsed(xml)->findChild("bundle")), bundle);
    Tag item("item");
    item.addAttribute("id", xep0384::item_id);
    xep0384::add_bundle(item, bundle);
    EXPECT_EQ(xep0384::bundle_of(*item.findChild("bundle")), bundle);
    EXPECT_EXAMPLE(item, xml);
}

TEST(Xep0384Omemo, Example4FetchingADevicesBundleInformation) {
    EXPECT_EXAMPLE(
        *xep0060::request("romeo@montague.lit", "juliet@capulet.lit", "fetch1", {xep0384::bundle_node(31415), ""}),
        R"(<iq type='get'
    from='romeo@montague.lit'
    to='juliet@capulet.lit'
    id='fetch1'>
  <pubsub xmlns='http://jabber.org/protocol/pubsub'>
    <items node='eu.siacs.conversations.axolotl.bundles:31415'/>
  </pubsub>
</iq>)");
    EXPECT_EQ(xep0384::device_of_node("eu.siacs.conversations.axolotl.bundles:31415"), 31415U);
    for (const char* node : {"eu.siacs.conversations.axolotl.bundles:", "eu.siacs.conversations.axolotl.bundles:0",
                             "eu.siacs.conversations.axolotl.bundles:2147483648",
                             "eu.siacs.conversations.axolotl.bundles:1x", "eu.siacs.conversations.axolotl.devicelist"})
        EXPECT_EQ(xep0384::device_of_node(node), 0U) << node;
}

TEST(Xep0384Omemo, Example5SendingAMessage) {
    const std::string xml = R"(<message to='juliet@capulet.lit' from='romeo@montague.lit' id='send1'>
  <encrypted xmlns='eu.siacs.conversations.axolotl'>
    <header sid='27183'>
      <key rid='31415'>QQ==</key>
      <key prekey="true" rid='12321'>Qg==</key>
      <iv>YWJjZGVmZ2hpamts</iv>
    </header>
    <payload>cGF5bG9hZA==</payload>
  </encrypted>
</message>)";
    const Encrypted encrypted{27183, {{31415, false, "A"}, {12321, true, "B"}}, "abcdefghijkl", "payload"};
    EXPECT_EQ(xep0384::encrypted_of(*parsed(xml)), encrypted);
    Tag message("message", "to", "juliet@capulet.lit");
    message.addAttribute("from", "romeo@montague.lit");
    message.addAttribute("id", "send1");
    xep0384::add_encrypted(message, encrypted);
    EXPECT_EXAMPLE(message, xml);
    EXPECT_TRUE(xep0384::is_encrypted(message));
    EXPECT_EQ(encrypted.keys_for(12321).size(), 1U);
    EXPECT_TRUE(encrypted.keys_for(1).empty());
}

TEST(Xep0384Omemo, Example6SendingAKey) {
    const auto message = parsed(R"(<message><encrypted xmlns='eu.siacs.conversations.axolotl'>
  <header sid='27183'>
    <key rid='31415'>QQ==</key>
    <key prekey="true" rid='12321'>Qg==</key>
    <iv>YWJjZGVmZ2hpamts</iv>
  </header>
</encrypted></message>)");
    const auto encrypted = xep0384::encrypted_of(*message);
    ASSERT_TRUE(encrypted);
    EXPECT_EQ(encrypted->payload, std::nullopt);
    Tag again("message");
    xep0384::add_encrypted(again, *encrypted);
    EXPECT_EXAMPLE(again, print(*message));
}

TEST(Xep0384Omemo, PrekeyIsTrueOrOneAndNeverWrittenOtherwise) {
    const auto is_prekey = [](const std::string& attribute) {
        return xep0384::encrypted_of(
                   *parsed("<message><encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'><key rid='2' " +
                           attribute + ">QQ==</key></header></encrypted></message>"))
            ->keys.front()
            .is_prekey;
    };
    for (const char* yes : {"prekey='true'", "prekey='1'"}) EXPECT_TRUE(is_prekey(yes)) << yes;
    for (const char* no : {"prekey='false'", "prekey='0'", "prekey=''", ""}) EXPECT_FALSE(is_prekey(no)) << no;
    Tag message("message");
    xep0384::add_encrypted(message, {1, {{2, false, "A"}}, "abcdefghijkl", std::nullopt});
    EXPECT_EQ(print(message).find("prekey"), std::string::npos);
}

TEST(Xep0384Omemo, BrokenDevicesAreLeftOutAndManyAreIgnored) {
    const auto list = parsed(R"(<list xmlns='eu.siacs.conversations.axolotl'><device id='7'/><device id='7'/><device/>
        <device id='0'/><device id='-1'/><device id='2147483648'/><device id='99999999999999999999'/><device id=' 8'/>
        <device id='2147483647' label='phone'/><other id='9'/></list>)");
    EXPECT_THAT(*xep0384::devices_of(*list), ElementsAre(7, 2147483647));
    EXPECT_EQ(xep0384::devices_of(*parsed("<list xmlns='urn:xmpp:omemo:2'><device id='7'/></list>")), std::nullopt);
    EXPECT_TRUE(xep0384::devices_of(*parsed("<list xmlns='eu.siacs.conversations.axolotl'/>"))->empty());
    Tag item("item");
    std::vector<DeviceId> many(300);
    for (std::size_t at = 0; at < many.size(); ++at) many[at] = static_cast<DeviceId>(at + 1);
    xep0384::add_devices(item, many);
    EXPECT_EQ(xep0384::devices_of(*item.findChild("list"))->size(), xep0384::max_devices);
}

TEST(Xep0384Omemo, ABundleIsWholeOrNone) {
    const Bundle good{1, key_of('s'), std::string(64, 'g'), key_of('i'), {{1, key_of('a')}}};
    const auto again = [](const Bundle& bundle) {
        Tag item("item");
        xep0384::add_bundle(item, bundle);
        return xep0384::bundle_of(*item.findChild("bundle"));
    };
    EXPECT_EQ(again(good), good);
    Bundle bad = good;
    bad.signature.pop_back();
    EXPECT_EQ(again(bad), std::nullopt);
    bad = good;
    bad.identity_key.front() = 6;
    EXPECT_EQ(again(bad), std::nullopt) << "another type of key";
    bad = good;
    bad.signed_pre_key += 'x';
    EXPECT_EQ(again(bad), std::nullopt);
    bad = good;
    bad.pre_keys.insert(bad.pre_keys.begin(), {2, "short"});
    EXPECT_EQ(again(bad), good);
    bad.pre_keys.assign(300, {3, key_of('c')});
    EXPECT_EQ(again(bad)->pre_keys.size(), xep0384::max_pre_keys);
    EXPECT_EQ(xep0384::bundle_of(*parsed("<bundle xmlns='eu.siacs.conversations.axolotl'/>")), std::nullopt);
}

TEST(Xep0384Omemo, BrokenMessages) {
    const auto read = [](const std::string& inside) {
        return xep0384::encrypted_of(
            *parsed("<message><encrypted xmlns='eu.siacs.conversations.axolotl'>" + inside + "</encrypted></message>"));
    };
    EXPECT_EQ(read(""), std::nullopt);
    EXPECT_EQ(read("<header/>"), std::nullopt) << "no device";
    EXPECT_EQ(read("<header sid='1'/><payload>%%</payload>"), std::nullopt);
    EXPECT_EQ(read("<header sid='1'/><payload/>")->payload, "") << "an empty text";
    EXPECT_TRUE(
        read("<header sid='1'><key rid='x'>QQ==</key><key rid='2'>%%</key><key rid='2'/></header>")->keys.empty());
    const std::string most = coded(std::string(xep0384::max_key_data, 'x')),
                      more = coded(std::string(xep0384::max_key_data + 1, 'x'));
    EXPECT_EQ(
        read("<header sid='1'><key rid='2'>" + more + "</key><key rid='2'>" + most + "</key></header>")->keys.size(),
        1U);
    EXPECT_EQ(read("<header sid='1'><iv>" + coded(std::string(17, 'x')) + "</iv></header>")->iv, "");
    std::string many;
    for (int i = 0; i < 300; ++i) many += "<key rid='2'>QQ==</key>";
    EXPECT_EQ(read("<header sid='1'>" + many + "</header>")->keys.size(), xep0384::max_keys);
}

}  // namespace
}  // namespace xmpp
