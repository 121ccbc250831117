"""The same conversation behind ejabberd: the component, the addresses and the answers are the same as behind Prosody."""

from ejabberd import Ejabberd
from play import World, check, check_equal

with World(jabber=Ejabberd) as world:
    alice, bob = world.jabber("alice"), world.mail("bob")

    alice.writes("bob@mail.test", "Hello from behind ejabberd")
    first = bob.reads("Hello from behind ejabberd")
    check_equal(first["From"].addresses[0].addr_spec, "alice@jabber.test", "the mail is from Alice's own address")

    bob.writes("alice@jabber.test", "And back again", reply_to=first)
    check(alice.reads("And back again", "bob@mail.test").id, "the answer has an id")

    unknown = alice.writes("nobody@mail.test", "Is anybody there?")
    check(alice.gets_error(unknown)[1], "an unknown mail user is reported in words")

    # The process of her session refuses what she has blocked, after ejabberd has answered the ping that follows it.
    block = f"<item jid='{world.coigate.jid_of('bob@mail.test')}'/>"
    alice.iq(alice.jid, "set", f"<block xmlns='urn:xmpp:blocking'>{block}</block>")
    replies = [world.coigate.lmtp(bob.compose("alice@jabber.test", f"Unwanted {i}").as_bytes(), "alice@jabber.test", "bob@mail.test")[0]
               for i in range(30)]
    check_equal(set(replies), {550}, "no mail that Alice's session refuses is answered as delivered")
    alice.iq(alice.jid, "set", f"<unblock xmlns='urn:xmpp:blocking'>{block}</unblock>")
    code, _ = world.coigate.lmtp(bob.compose("alice@jabber.test", "Welcome again").as_bytes(), "alice@jabber.test", "bob@mail.test")
    check_equal(code, 250, "and what she gets is")
    alice.reads("Welcome again", "bob@mail.test")
    check(not any("Unwanted" in s.body for s in alice.came), "she saw none of the others")

    world.jabber_server.restart()
    alice.close()
    alice.connect()
    world.jabber("alice")
    alice.writes("bob@mail.test", "ejabberd was away for a moment")
    bob.reads("ejabberd was away for a moment")
