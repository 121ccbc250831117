"""What Alice writes with another program of hers is in her chats, once: as her own message where the Jabber server lets the gateway send it."""

import email.utils

from dovecot import DovecotWithSubaddresses
from expect import check_equal
from prosody import ProsodyWithOwnMessages
from scenario import play, scenario


@scenario
def she_links_it(alice, bob, carol):
    """Alice links Carol's mailbox, and writes to Bob from it. Her own copy in Sent is nothing new."""
    alice.uses_mailbox(carol)
    alice.wants_copies()
    alice.writes(bob, "Hello Bob, from my Jabber client")
    bob.reads("from my Jabber client")


@scenario(includes=[she_links_it])
def she_writes_elsewhere(alice, bob, carol):
    """A mail program of hers files in Sent what it has sent."""
    mail = carol.compose(bob.address, "And from my mail program", reply_to=bob.last)
    carol.send(mail)
    carol.files("Sent", mail)
    own = alice.sees_own(bob, "And from my mail program")
    check_equal(own.body, "And from my mail program", "it is what she wrote, and nothing else")
    bob.reads("And from my mail program")
    bob.answers("I got both")
    alice.reads("I got both", bob)
    alice.has_not_read("from my Jabber client", "from my mail program")
    alice.writes(bob, "Then it works")
    bob.reads("Then it works")
    bob.has_not_read("from my mail program")


@scenario(includes=[she_writes_elsewhere])
def a_copy_to_herself_is_nothing_new(alice, bob, carol):
    """She sends copies to herself, too: the message is shown once."""
    mail = carol.compose(bob.address, "With a copy to me", reply_to=bob.last)
    carol.files("Sent", mail)
    alice.sees_own(bob, "With a copy to me")
    carol.send(mail, [bob.address, carol.address])
    bob.reads("With a copy to me")
    carol.reads("With a copy to me")
    bob.answers("After the copy")
    alice.reads("After the copy", bob)
    alice.has_not_read("With a copy to me")
    alice.has_seen_no_own("With a copy to me", "from my Jabber client")


@scenario(includes=[she_links_it])
def a_server_files_it_under_another_id(alice, bob, carol):
    """Mail servers file what they send, with a Message-ID of their own: what she wrote here, or elsewhere, is no second message."""
    def filed_by_server(mail):
        del mail["Message-ID"]
        mail["Message-ID"] = email.utils.make_msgid(domain="server.test")
        carol.files("Sent", mail)
    alice.writes(bob, "Written here")
    filed_by_server(bob.reads("Written here"))
    elsewhere = carol.compose(bob.address, "Written elsewhere")
    carol.files("Sent", elsewhere)
    alice.sees_own(bob, "Written elsewhere")
    filed_by_server(elsewhere)
    carol.keeps("Sent", bob.address, "And once more")
    alice.sees_own(bob, "And once more")
    alice.has_seen_no_own("Written")


@scenario(includes=[she_links_it])
def nobody_speaks_for_her(alice, bob, carol, dave, dovecot):
    """Dave writes under her address to her, and to her folder of sent mail: what nothing proves is not shown as hers."""
    forged = carol.compose(bob.address, "I quit", headers={"Chat-Version": "1.0"})
    dave.send(forged, [carol.address])
    alice.reads("⟦Under your address, and nothing proves that it was you:⟧\nI quit", bob)
    dovecot.takes(carol.compose(bob.address, "I quit at once", headers={"Chat-Version": "1.0"}), "carol+Sent@mail.test", sender=dave)
    alice.reads("⟦Under your address, and nothing proves that it was you:⟧\nI quit at once", bob)
    alice.has_not_read("I quit")
    alice.has_seen_no_own("I quit")


play(__name__, jabber=ProsodyWithOwnMessages, dovecot=DovecotWithSubaddresses)
