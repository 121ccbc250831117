"""ejabberd's user process refuses a message after ejabberd has answered the ping that follows it: no mail is answered as delivered and lost.

Three kinds: strangers (mod_block_strangers), a privacy list (XEP-0016), a blocked contact (XEP-0191); 10 mails of each, 1,000 with
COIGATE_LONG. Between them comes mail that is taken.
"""

import ejabberd
from play import World, check_equal
from refusals_play import are_refused


class WithoutStrangers(ejabberd.Ejabberd):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.config.write_text(self.config.read_text() + "  mod_block_strangers: {}\n")


def becomes_a_contact(alice, jid):
    alice.presence(jid, "subscribe")
    alice.wait_for(lambda s: s.kind == "presence" and s.type == "subscribed" and s.sender == jid, 80, f"{jid} is a contact")


with World(jabber=WithoutStrangers, mail_people=("bob", "carol", "dora")) as world:
    alice, bob, carol, dora = world.jabber("alice"), world.mail("bob"), world.mail("carol"), world.mail("dora")
    hers = world.coigate.jid_of(bob.address)
    for contact in (hers, world.coigate.jid_of(dora.address)):
        becomes_a_contact(alice, contact)

    are_refused(world, alice, "strangers", carol, dora)

    items = f"<list name='p'><item type='jid' value='{hers}' action='deny' order='1'><message/></item><item action='allow' order='2'/></list>"
    alice.iq(alice.jid, "set", f"<query xmlns='jabber:iq:privacy'>{items}</query>")
    alice.iq(alice.jid, "set", "<query xmlns='jabber:iq:privacy'><active name='p'/></query>")
    are_refused(world, alice, "privacy list", bob, dora)
    alice.iq(alice.jid, "set", "<query xmlns='jabber:iq:privacy'><active/></query>")

    alice.iq(alice.jid, "set", f"<block xmlns='urn:xmpp:blocking'><item jid='{hers}'/></block>")
    are_refused(world, alice, "blocking", bob, dora)
    alice.iq(alice.jid, "set", f"<unblock xmlns='urn:xmpp:blocking'><item jid='{hers}'/></unblock>")

    code, _ = world.coigate.lmtp(bob.compose("alice@jabber.test", "Welcome again").as_bytes(), "alice@jabber.test", bob.address)
    check_equal(code, 250, "what she lets in again is taken")
    alice.reads("Welcome again", bob.address)
