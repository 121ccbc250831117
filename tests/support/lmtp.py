"""Mail given to a server by LMTP, as the mail system before it does."""

import smtplib


def deliver(port, mail, to, sender):
    """What the server says to a mail (bytes), as (code, words): of the first command that refuses it, or of the end of data."""
    with smtplib.LMTP("127.0.0.1", port, timeout=60) as lmtp:
        lmtp.ehlo("play.mail.test")
        size = f" SIZE={len(mail)}" if len(mail) > 50000 else ""
        code, words = lmtp.docmd("MAIL", f"FROM:<{sender}>{size}")
        if code == 250:
            code, words = lmtp.rcpt(to)
        if code == 250:
            code, words = lmtp.data(mail)
        return code, words.decode()
