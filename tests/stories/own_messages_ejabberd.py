"""ejabberd 23.01 sends on what the gateway says on a user's behalf, and copies it to nobody: Alice reads a text that says it is hers."""

from ejabberd import EjabberdWithOwnMessages
from own_messages import she_links_it
from scenario import play, scenario


@scenario(includes=[she_links_it])
def she_writes_elsewhere(alice, bob, carol):
    """A mail program of hers files in Sent what it has sent."""
    carol.keeps("Sent", bob.address, "From my mail program")
    alice.reads("⟦You, with another program:⟧\nFrom my mail program", bob)
    alice.writes(bob, "Once more from here")
    bob.reads("Once more from here")
    bob.has_not_read("my mail program")


play(__name__, jabber=EjabberdWithOwnMessages)
