"""Where the admin wants it, a message counts as delivered when the recipient's server reports so [RFC 3461]."""

from expect import check_equal
from scenario import play, scenario
from server import wait_until


@scenario
def bobs_server_reports(alice, bob, carol, postfix):
    """Alice gets the receipt by the report of Bob's server, and for one message only who asked for one."""
    alice.writes(bob, "No hurry")
    bob.reads("No hurry")
    stanza = alice.writes(bob, "Is it there?", extra='<request xmlns="urn:xmpp:receipts"/>')
    bob.reads("Is it there?")
    wait_until(lambda: "sender delivery status notification" in postfix.log_text(), 20, "Postfix reports the delivery")
    alice.gets_receipt(stanza)
    check_equal([str(s) for s in alice.came if s.kind == "message"], [], "nothing else is told")


play(__name__, gateway={"mail": 'delivered = "reported"'})
