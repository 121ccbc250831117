"""The same conversation behind ejabberd: the component, the addresses and the answers are the same as behind Prosody."""

from ejabberd import Ejabberd
from expect import check, check_equal
from scenario import play, scenario


@scenario
def they_talk(alice, bob):
    """Alice writes to Bob, who answers; a mail user who does not exist is reported."""
    alice.writes(bob, "Hello from behind ejabberd")
    bob.reads("Hello from behind ejabberd", From=alice)
    bob.answers("And back again")
    check(alice.reads("And back again", bob).id, "the answer has an id")
    unknown = alice.writes("nobody@mail.test", "Is anybody there?")
    check(alice.gets_error(unknown)[1], "an unknown mail user is reported in words")


@scenario(includes=[they_talk])
def blocked_mail_is_refused(alice, bob, gateway):
    """The process of her session refuses what Alice has blocked, after ejabberd has answered the ping that follows it."""
    alice.blocks(bob)
    replies = [gateway.says(bob.compose(alice.address, f"Unwanted {i}"), alice)[0] for i in range(30)]
    check_equal(set(replies), {550}, "no mail that Alice's session refuses is answered as delivered")
    alice.blocks(bob, "unblock")
    gateway.takes(bob.compose(alice.address, "Welcome again"), alice)
    alice.reads("Welcome again", bob)
    alice.has_not_read("Unwanted")


@scenario
def ejabberd_restarts(alice, bob, ejabberd):
    """ejabberd is restarted; the conversation goes on."""
    ejabberd.restart()
    alice.reconnects()
    alice.writes(bob, "ejabberd was away for a moment")
    bob.reads("ejabberd was away for a moment")


play(__name__, jabber=Ejabberd)
