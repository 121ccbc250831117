"""Read receipts cross the border both ways: Bob's chat client confirms Alice's message, and Alice's client confirms Bob's."""

from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import make_msgid

from play import World, check, check_equal

RECEIPTS = "{urn:xmpp:receipts}"


def confirmation(bob, mail):
    """The report that a chat client sends when it has shown `mail` [RFC 8098]."""
    report = MIMEMultipart("report", **{"report-type": "disposition-notification"})
    report["From"], report["To"] = bob.address, str(mail["From"])
    report["Message-ID"], report["Chat-Version"] = "<chat$confirmation.1@mail.test>", "1.0"
    report["Subject"], report["Date"] = "Message read", str(mail["Date"])
    report.attach(MIMEText("Your message was read."))
    fields = MIMEBase("message", "disposition-notification")
    fields.set_payload(f"Final-Recipient: rfc822;{bob.address}\r\nOriginal-Message-ID: {mail['Message-ID']}\r\n"
                       "Disposition: manual-action/MDN-sent-automatically; displayed\r\n")
    report.attach(fields)
    return report


def failure(mail, words):
    """A DSN of `mail`, under a new Message-ID each time."""
    lines = ["From: MAILER-DAEMON@mail.test", "To: alice@jabber.test", f"Message-ID: {make_msgid()}", "MIME-Version: 1.0",
             "Content-Type: multipart/report; report-type=delivery-status; boundary=b", "",
             "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mail.test", "",
             "Final-Recipient: rfc822; bob@mail.test", "Action: failed", "Status: 5.1.1", f"Diagnostic-Code: smtp; {words}", "",
             "--b", "Content-Type: text/rfc822-headers", "", f"Message-ID: {mail['Message-ID']}", "", "--b--", ""]
    return "\r\n".join(lines).encode()


with World() as world:
    alice, bob = world.jabber("alice"), world.mail("bob")

    stanza = alice.writes("bob@mail.test", "Did you read this?", extra='<request xmlns="urn:xmpp:receipts"/>')
    mail = bob.reads("Did you read this?")
    check(mail["Chat-Disposition-Notification-To"], "the mail asks for a receipt as chat clients understand it")
    check(not mail["Disposition-Notification-To"], "but not as a mail program would ask its user")
    bob.send(confirmation(bob, mail), ["alice@jabber.test"])
    receipt = alice.wait_for(lambda s: s.xml.find(RECEIPTS + "received") is not None, 20, "a receipt")
    check_equal(receipt.xml.find(RECEIPTS + "received").get("id"), stanza, "Alice has the receipt, for her own stanza's id")
    check(not receipt.body, "without a text")

    wish = {"Chat-Version": "1.0", "Chat-Disposition-Notification-To": bob.address}
    before = bob.compose("alice@jabber.test", "Two things.", headers=wish)
    bob.send(before)
    alice.reads("Two things.", "bob@mail.test")
    asked = bob.compose("alice@jabber.test", "And you, this?", headers=wish)
    bob.send(asked)
    shown = alice.reads("And you, this?", "bob@mail.test")
    check(shown.xml.find(RECEIPTS + "request") is not None, "Alice's client is asked for a receipt")
    alice.send(f'<message to="{shown.sender}" type="chat" id="r1"><received xmlns="urn:xmpp:receipts" id="{shown.id}"/></message>')
    alice.send(f'<message to="{shown.sender}" type="chat" id="r2"><displayed xmlns="urn:xmpp:chat-markers:0" id="{shown.id}"/></message>')
    for mail in (before, asked):  # a marker means everything up to it
        report = bob.wait_for(lambda m: m.get_content_type() == "multipart/report" and str(mail["Message-ID"]) in m.as_string(), 20,
                              f"a report of {mail['Message-ID']}")
        check("disposition-notification" in report["Content-Type"], "Bob gets a report that his message was read, for his own Message-ID")
    alice.send(f'<message to="{shown.sender}" type="chat" id="r3"><displayed xmlns="urn:xmpp:chat-markers:0" id="{shown.id}"/></message>')
    alice.writes("bob@mail.test", "That is all.")
    bob.reads("That is all.")
    check_equal([str(mail["Subject"]) for mail in bob.came], [], "and one for each: that it reached her client is not told by mail, nor what her client repeats")

    # Eve knows a Message-ID. Her reports change nothing, and what is true is told once.
    stanza = alice.writes("bob@mail.test", "Eve sees this, too", extra='<request xmlns="urn:xmpp:receipts"/>')
    mail = bob.reads("Eve sees this, too")
    forged = confirmation(bob, mail)
    forged.replace_header("From", "Eve <eve@mail.test>")
    forged.replace_header("Message-ID", "<forged.1@mail.test>")
    check_equal(world.coigate.lmtp(forged.as_bytes(policy=SMTP), "alice@jabber.test", "eve@mail.test")[0], 250, "Eve's receipt is taken")
    for sender, code in (("eve@evil.test", 550), ("", 250), ("", 250)):
        told = world.coigate.lmtp(failure(mail, "550 5.1.1 see https://evil.test/ for more"), "alice@jabber.test", sender)
        check_equal(told[0], code, f"a failure that {sender or 'a mail system'} reports")
    alice.gets_error(stanza)
    alice.writes("nobody@mail.test", "Is anybody there?")
    alice.wait_for(lambda s: s.error and "nobody" in s.sender, 20, "the error by Postfix")
    check_equal([s.id for s in alice.came if s.id == stanza], [], "Bob's failure was told once")
    check(not any(s.xml.find(RECEIPTS + "received") is not None or "evil.test" in str(s) for s in alice.came),
          "there is no receipt of Eve's, and no link")
