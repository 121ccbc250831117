"""Where the Jabber server does not let the gateway act for its users, it asks for room for itself."""

from expect import check_equal
from prosody import ProsodyWithOwnFiles
from scenario import play, scenario


@scenario
def the_gateway_stores_it(alice, bob, prosody):
    """Bob's mail program sends a file."""
    bob.writes(alice, "Hello Alice")
    alice.reads("Hello Alice", bob)
    bob.sends_file(alice, "My notes", "notes.txt", "application/octet-stream", b"Buy milk")
    alice.reads("My notes", bob)
    _, content = alice.opens_file(bob, "notes.txt")
    check_equal(content, b"Buy milk", "it is the file")
    prosody.has_logged("Issuing upload slot to coi.jabber.test")


play(__name__, jabber=ProsodyWithOwnFiles)
