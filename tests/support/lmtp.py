"""Mail given to a server by LMTP, as the mail system before it does."""

import smtplib
import threading
from email.policy import SMTP

from expect import address_of, check_equal, check_words, tell


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


class LmtpServer:
    """A server that takes mail at its `lmtp_port`."""

    def lmtp(self, mail, to, sender):
        """What it says to a mail (bytes), as (code, words): of the first command that refuses it, or of the end of data."""
        return deliver(self.lmtp_port, mail, to, sender)

    def says(self, mail, who, sender=None):
        """The same for a mail of any kind to a person; the sender is its From, if none is given."""
        if sender is None:
            sender = mail["From"].addresses[0].addr_spec
        code, words = self.lmtp(mail if isinstance(mail, bytes) else mail.as_bytes(policy=SMTP), address_of(who), address_of(sender))
        tell(f"  {self.name}'s LMTP to {address_of(sender)}: {code} {words}")
        return code, words

    def takes(self, mail, who, sender=None):
        """The mail is taken; returns it."""
        check_equal(self.says(mail, who, sender)[0], 250, "the mail is taken")
        return mail

    def refuses(self, mail, who, code, words=(), sender=None):
        """The mail is refused, by that code and with those words."""
        found, said = self.says(mail, who, sender)
        check_equal(found, code, f"the mail is refused with {code}")
        if words:
            check_words(said, words, "it is said why")


class AtOnce:
    """Mails (bytes) that are given to a server at the same time."""

    def __init__(self, server, mails, to, sender):
        self.answers = []
        self._threads = [threading.Thread(target=self._give, args=[server, mail, to, sender], daemon=True) for mail in mails]
        for thread in self._threads:
            thread.start()

    def _give(self, server, mail, to, sender):
        try:
            self.answers.append(server.lmtp(mail, to, sender))
        except (OSError, smtplib.SMTPException):
            self.answers.append((421, "closed"))

    def codes(self):
        """Waits for all answers; returns their codes."""
        for thread in self._threads:
            thread.join(60)
        return [code for code, _ in self.answers]
