"""The folder of sent mail may come later, and may be renamed: what Alice files there with another program is in her chats."""

from dovecot import DovecotWithoutSent
from own_messages import she_links_it
from prosody import ProsodyWithOwnMessages
from scenario import play, scenario


@scenario(includes=[she_links_it])
def her_program_makes_it(alice, bob, carol):
    """A German mail program of hers makes it, for the first mail that it files. When she writes in Jabber, her copy goes there, and the gateway knows it."""
    carol.makes_folder("Gesendet")
    carol.keeps("Gesendet", bob.address, "What it was made for")
    alice.writes(bob, "One for the new folder")
    copy = bob.reads("for the new folder")
    carol.has_in("Gesendet", copy)
    alice.sees_own(bob, "What it was made for")
    carol.keeps("Gesendet", bob.address, "In my own language")
    alice.sees_own(bob, "In my own language")
    alice.has_seen_no_own("for the new folder")


@scenario(includes=[her_program_makes_it])
def she_renames_it(alice, bob, carol, dovecot):
    """What is filed before the gateway has noticed it is shown, too; nothing is shown twice."""
    carol.renames_folder("Gesendet", "Sent")
    carol.keeps("Sent", bob.address, "In a renamed folder")
    dovecot.restarts()  # a server tells nobody that the selected folder has another name
    alice.sees_own(bob, "In a renamed folder", seconds=60)
    carol.keeps("Sent", bob.address, "And another")
    alice.sees_own(bob, "And another")
    alice.has_seen_no_own("In my own language", "for the new folder")


play(__name__, jabber=ProsodyWithOwnMessages, dovecot=DovecotWithoutSent)
