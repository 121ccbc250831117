"""Read receipts cross the border both ways: Bob's chat client confirms Alice's message, and Alice's client confirms Bob's."""

from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

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

    asked = bob.compose("alice@jabber.test", "And you, this?",
                        headers={"Chat-Version": "1.0", "Chat-Disposition-Notification-To": bob.address})
    bob.send(asked)
    shown = alice.reads("And you, this?", "bob@mail.test")
    check(shown.xml.find(RECEIPTS + "request") is not None, "Alice's client is asked for a receipt")
    alice.send(f'<message to="{shown.sender}" type="chat" id="r1"><received xmlns="urn:xmpp:receipts" id="{shown.id}"/></message>')
    alice.send(f'<message to="{shown.sender}" type="chat" id="r2"><displayed xmlns="urn:xmpp:chat-markers:0" id="{shown.id}"/></message>')
    report = bob.wait_for(lambda m: m.get_content_type() == "multipart/report", 20, "a report")
    check("disposition-notification" in report["Content-Type"], "Bob gets a report that his message was read")
    check(str(asked["Message-ID"]) in report.as_string(), "for his own Message-ID")
    alice.writes("bob@mail.test", "That is all.")
    bob.reads("That is all.")
    check_equal([str(mail["Subject"]) for mail in bob.came], [], "and one only: that it reached her client is not told by mail")
