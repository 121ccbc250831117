"""What Alice has read in Jabber is marked as read in her mailbox, if she wants that; what she has read with her mail program is read in Jabber."""

from expect import check_equal
from prosody import ProsodyWithOwnMessages
from scenario import play, scenario


@scenario
def she_links_it(alice, bob, carol):
    """Alice links Carol's mailbox, and writes to Bob from it."""
    alice.uses_mailbox(carol)
    alice.wants_copies()
    alice.writes(bob, "Hello Bob")
    bob.reads("Hello Bob")


def comes(alice, bob, carol, text, wish=False):
    """A message of Bob's; returns what her client shows, and the mail."""
    mail = bob.compose(carol.address, text, reply_to=bob.last, headers={"Chat-Version": "1.0"})
    if wish:
        mail["Chat-Disposition-Notification-To"] = bob.address
    bob.send(mail)
    return alice.reads(text, bob), carol.reads(text)


@scenario(includes=[she_links_it])
def nothing_is_marked_unless_she_wants_it(alice, bob, carol):
    """At first her mailbox stays as it is. Then she allows it: what her client shows from now on is marked, each mail up to it."""
    shown, before = comes(alice, bob, carol, "Before she allowed it")
    alice.shows(shown)
    alice.asks_gateway("settings", "Nothing is marked as read in your mailbox.")
    alice.asks_gateway("mail read on", "What you have read here is marked as read in your mailbox.")
    _, first = comes(alice, bob, carol, "The first")
    shown, second = comes(alice, bob, carol, "The second", wish=True)
    alice.shows(shown)
    carol.has_flags(second, "\\Seen", "$MDNSent")
    carol.has_flags(first, "\\Seen")
    check_equal(carol.flags_of(first) & {"$MDNSent"}, set(), "Bob did not want to know of the first")
    check_equal(carol.flags_of(before) & {"\\Seen"}, set(), "what she read before stays as it is")
    bob.gets_report_of(second)


@scenario(includes=[nothing_is_marked_unless_she_wants_it])
def an_outage_loses_no_mark(alice, bob, carol, dovecot, gateway):
    """Her mail server is down when she reads; it is marked when the server is back, also if the gateway was restarted."""
    shown, mail = comes(alice, bob, carol, "Before the outage")
    carol.close()
    dovecot.stop()
    alice.shows(shown)
    gateway.has_logged("could not be marked")
    gateway.restarts()
    dovecot.start()
    carol.has_flags(mail, "\\Seen", seconds=60)


@scenario(includes=[an_outage_loses_no_mark])
def she_reads_elsewhere(alice, bob, carol):
    """What her mail program marks as seen is read in her Jabber clients, too, up to the first that she has not read."""
    shown, first = comes(alice, bob, carol, "Read with the mail program")
    carol.marks_seen(first)
    alice.sees_own_marker(bob, shown)
    middle, second = comes(alice, bob, carol, "Not read yet")
    last, third = comes(alice, bob, carol, "Read before the one before")
    carol.marks_seen(third)
    carol.marks_seen(second)
    alice.sees_own_marker(bob, last)
    check_equal([str(s) for s in alice.came if middle.id in str(s)], [], "no marker said more than she has read")
    bob.has_not_read("disposition-notification")


@scenario(includes=[she_reads_elsewhere])
def what_is_deleted_unread_holds_up_nothing(alice, bob, carol):
    """A message that she deletes with her mail program counts for nothing; the next one that she reads there is read in Jabber."""
    _, unread = comes(alice, bob, carol, "Deleted before it was read")
    carol.throws_away(unread)
    shown, second = comes(alice, bob, carol, "Read after that")
    carol.marks_seen(second)
    alice.sees_own_marker(bob, shown)


@scenario(includes=[what_is_deleted_unread_holds_up_nothing])
def a_marker_of_nothing_marks_nothing(alice, bob, carol, gateway):
    """Her client names a message that nobody knows, and one of somebody else; what it has displayed is marked, also if nobody is to keep the marker."""
    shown, mail = comes(alice, bob, carol, "Displayed last")
    alice.marks_displayed(bob, "an-id-that-it-made-up")
    alice.marks_displayed("dave@mail.test", shown.id)
    alice.writes(bob, "After that")  # they are taken in their order
    bob.reads("After that")
    check_equal(gateway.stored("SELECT uid FROM place WHERE seen = 1"), [], "nothing is to be marked")
    check_equal(carol.flags_of(mail) & {"\\Seen"}, set(), "and nothing is")
    alice.marks_displayed(bob, shown.id, '<no-store xmlns="urn:xmpp:hints"/><no-copy xmlns="urn:xmpp:hints"/>')
    carol.has_flags(mail, "\\Seen")


play(__name__, jabber=ProsodyWithOwnMessages)
