// Media in data forms: the examples of XEP-0221.

#include "xmpp/xep/xep0221_media.h"

#include "tests/unit/xmpp/xep/example.h"
#include "xmpp/xep/xep0004_forms.h"

namespace xmpp {
namespace {

TEST(Xep0221Media, Example2InclusionInDataForm) {  // with the one URI that we have
    Tag iq("iq");
    xep0004::Form form;
    form.fields.push_back({"ocr", "", "", ""});
    form.fields.back().media = {
        {"cid:sha1+f24030b8d91d233bac14777be5ab531ca3b9f102@bob.xmpp.org", "image/jpeg", 290, 80}};
    xep0004::add_form(iq, form);
    EXPECT_EXAMPLE(*child(iq, "x", "jabber:x:data"), R"(<x xmlns='jabber:x:data' type='form'>
  <field var='ocr'>
    <media xmlns='urn:xmpp:media-element'
           height='80'
           width='290'>
      <uri type='image/jpeg'>
        cid:sha1+f24030b8d91d233bac14777be5ab531ca3b9f102@bob.xmpp.org
      </uri>
    </media>
  </field>
</x>)");
}

}  // namespace
}  // namespace xmpp
