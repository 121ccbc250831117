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

    world.jabber_server.restart()
    alice.close()
    alice.connect()
    world.jabber("alice")
    alice.writes("bob@mail.test", "ejabberd was away for a moment")
    bob.reads("ejabberd was away for a moment")
