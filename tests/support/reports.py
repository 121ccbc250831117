"""Mails that report on another mail: read receipts and delivery failures."""

from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import formatdate, make_msgid


def read_receipt(person, mail, **fields):
    """The report that a chat client sends when it has shown `mail` [RFC 8098]; `fields` replace header fields."""
    report = MIMEMultipart("report", policy=SMTP, **{"report-type": "disposition-notification"})
    head = {"From": person.address, "To": str(mail["From"]), "Message-ID": make_msgid(domain="mail.test"), "Chat-Version": "1.0",
            "Subject": "Message read", "Date": str(mail["Date"])} | fields
    for name, value in head.items():
        report[name] = value
    report.attach(MIMEText("Your message was read."))
    notification = MIMEBase("message", "disposition-notification")
    notification.set_payload(f"Final-Recipient: rfc822;{person.address}\r\nOriginal-Message-ID: {mail['Message-ID']}\r\n"
                             "Disposition: manual-action/MDN-sent-automatically; displayed\r\n")
    report.attach(notification)
    return report


def encrypted_receipt(sender, to, mail):
    """The entity (bytes) of a report that `mail` was read, which is then encrypted."""
    return (f'Content-Type: multipart/report; report-type=disposition-notification; boundary="=_r"; protected-headers="v1"\r\n'
            f"From: {sender}\r\nTo: {to}\r\nSubject: Read\r\nDate: {formatdate()}\r\n\r\n"
            "--=_r\r\nContent-Type: text/plain\r\n\r\nYour message was read.\r\n--=_r\r\n"
            "Content-Type: message/disposition-notification\r\n\r\n"
            f"Final-Recipient: rfc822;{sender}\r\nOriginal-Message-ID: {mail['Message-ID']}\r\n"
            "Disposition: manual-action/MDN-sent-automatically; displayed\r\n\r\n--=_r--\r\n").encode()


def failure(mail, words):
    """A DSN of `mail` (bytes), with a new Message-ID each time."""
    lines = ["From: MAILER-DAEMON@mail.test", f"To: {mail['From']}", f"Message-ID: {make_msgid(domain='mail.test')}", "MIME-Version: 1.0",
             "Content-Type: multipart/report; report-type=delivery-status; boundary=b", "",
             "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mail.test", "",
             f"Final-Recipient: rfc822; {mail['To']}", "Action: failed", "Status: 5.1.1", f"Diagnostic-Code: smtp; {words}", "",
             "--b", "Content-Type: text/rfc822-headers", "", f"Message-ID: {mail['Message-ID']}", "", "--b--", ""]
    return "\r\n".join(lines).encode()
