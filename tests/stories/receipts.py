"""Read receipts cross the border both ways: Bob's chat client confirms Alice's message, and Alice's client confirms Bob's."""

from expect import check, check_equal
from reports import failure, read_receipt
from scenario import play, scenario

REQUEST = '<request xmlns="urn:xmpp:receipts"/>'


@scenario
def bob_confirms(alice, bob):
    """Alice's message counts as delivered when the mail server has taken it; then Bob's chat client says that he has read it."""
    stanza = alice.writes(bob, "Did you read this?", extra=REQUEST)
    alice.gets_receipt(stanza)
    mail = bob.reads("Did you read this?", Chat_Disposition_Notification_To=..., Disposition_Notification_To=None)
    bob.send(read_receipt(bob, mail), [alice.address])
    alice.gets_receipt(stanza)  # for clients that know no markers, and if the first one was lost
    alice.sees_displayed(stanza)


@scenario(includes=[bob_confirms])
def alice_confirms(alice, bob):
    """Bob asks for receipts; what Alice's client has shown is confirmed once, and a marker means everything up to it."""
    wish = {"Chat-Version": "1.0", "Chat-Disposition-Notification-To": bob.address}
    mails = [bob.compose(alice.address, text, headers=wish) for text in ("Two things.", "And you, this?")]
    for mail in mails:
        bob.send(mail)
        shown = alice.reads(mail.get_content().strip(), bob)
    check(shown.xml.find("{urn:xmpp:receipts}request") is not None, "Alice's client is asked for a receipt")
    alice.shows(shown, "received")
    alice.shows(shown)
    report = bob.gets_report_of(mails[0])
    check(str(mails[1]["Message-ID"]) in report.as_string(), "one report names both")
    alice.shows(shown)
    alice.writes(bob, "That is all.")
    bob.reads("That is all.")
    check_equal([str(mail["Subject"]) for mail in bob.came], [], "neither 'received' nor a repeated 'displayed' is told by mail")


@scenario(includes=[alice_confirms])
def eve_forges_reports(alice, bob, gateway):
    """Eve knows a Message-ID. Her reports change nothing, and what a mail system reports twice is told once."""
    stanza = alice.writes(bob, "Eve sees this, too", extra=REQUEST)
    mail = bob.reads("Eve sees this, too")
    alice.gets_receipt(stanza)
    gateway.takes(read_receipt(bob, mail, From="Eve <eve@mail.test>"), alice, "eve@mail.test")
    words = "550 5.1.1 see https://evil.test/ for more"
    gateway.refuses(failure(mail, words), alice, 550, sender="eve@evil.test")
    for _ in range(2):
        gateway.takes(failure(mail, words), alice, sender="")
    alice.gets_error(stanza)
    alice.writes("nobody@mail.test", "Is anybody there?")
    alice.wait_for(lambda s: s.error and "nobody" in s.sender, 20, "the error by Postfix")
    check_equal([s.id for s in alice.came if s.id == stanza], [], "Bob's failure was told once")
    check(not any(s.xml.find("{urn:xmpp:receipts}received") is not None or "evil.test" in str(s) for s in alice.came),
          "there is no receipt of Eve's, and no link")


play(__name__)
