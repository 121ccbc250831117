"""Names of contacts: as events for clients that want them, and in the contact list where the Jabber server lets the gateway write there."""

from expect import check_equal
from prosody import ProsodyWithRoster
from scenario import play, scenario


@scenario
def bob_is_named(alice, bob, gateway):
    """Alice adds Bob; his address is his name until he writes his own."""
    jid = gateway.jid_of(bob.address)
    alice.presence(jid, "subscribe")
    alice.sees(jid, "subscribed")
    alice.reads_name(jid, bob.address)
    alice.has_named(jid, bob.address)
    bob.writes(alice, "Hello, it is me", headers={"From": f"Bob Example <{bob.address}>"})
    alice.reads("Hello, it is me", bob)
    alice.reads_name(jid, "Bob Example")
    alice.has_named(jid, "Bob Example")


@scenario(includes=[bob_is_named])
def alices_own_name_stays(alice, bob, gateway):
    """Alice calls him Bobby, and that is his name, whatever he calls himself."""
    jid = gateway.jid_of(bob.address)
    alice.names(jid, "Bobby")
    bob.writes(alice, "I have changed my name", headers={"From": f"Robert <{bob.address}>"})
    alice.reads_name(jid, "Robert")
    alice.reads("I have changed my name", bob)
    check_equal(alice.name_of(jid), "Bobby", "her name for him stays")


play(__name__, jabber=ProsodyWithRoster)
