"""Where the Jabber server lets nobody speak for its users, Alice reads what she wrote elsewhere as a text that says so."""

from own_messages import she_links_it
from scenario import play, scenario


@scenario(includes=[she_links_it])
def she_writes_elsewhere(alice, bob, carol):
    """A mail program of hers files in Sent what it has sent."""
    carol.keeps("Sent", bob.address, "From my mail program")
    alice.reads("⟦You, with another program:⟧\nFrom my mail program", bob)
    alice.has_not_read("From my mail program", "from my Jabber client")


play(__name__)
