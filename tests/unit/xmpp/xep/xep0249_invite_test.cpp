// Direct invitations: the example of XEP-0249.

#include "xmpp/xep/xep0249_invite.h"

#include "tests/unit/xmpp/xep/example.h"

namespace xmpp {
namespace {

TEST(Xep0249Invite, Example1ADirectInvitation) {
    Tag message("message");
    message.addAttribute("from", "crone1@shakespeare.lit/desktop");
    message.addAttribute("to", "hecate@shakespeare.lit");
    xep0249::add_invitation(message, "darkcave@macbeth.shakespeare.lit",
                            "Hey Hecate, this is the place for all good witches!");
    EXPECT_EXAMPLE(message, R"(<message
    from='crone1@shakespeare.lit/desktop'
    to='hecate@shakespeare.lit'>
  <x xmlns='jabber:x:conference'
     jid='darkcave@macbeth.shakespeare.lit'
     reason='Hey Hecate, this is the place for all good witches!'/>
</message>)");
}

}  // namespace
}  // namespace xmpp
