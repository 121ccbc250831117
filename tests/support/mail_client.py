"""A mail user for plays: reads by IMAP over TLS, sends by submission with a login; both against the play's own CA.

Mail that came is kept parsed; wait_for() waits to a deadline, by NOOP in short steps (Dovecot tells an IDLE client half a second late).
"""

import email
import email.policy
import email.utils
import imaplib
import smtplib
import ssl
import time
from email.message import EmailMessage

from server import Failure, wait_until


def text_of(mail):
    """The readable text of a mail, LF line ends."""
    part = mail.get_body(("plain", "html"))
    return part.get_content().replace("\r\n", "\n").rstrip("\n") if part else ""


class MailClient:
    def __init__(self, address, password, dovecot, postfix, ca_file):
        self.address, self._password, self._dovecot, self._postfix = address, password, dovecot, postfix
        self._tls = ssl.create_default_context(cafile=ca_file)
        self._imap = None
        self._next_uid = 1
        self.came = []

    def connect(self):
        self._imap = imaplib.IMAP4_SSL("localhost", self._dovecot.imaps_port, ssl_context=self._tls, timeout=30)
        self._imap.login(self.address, self._password)
        self._imap.select("INBOX")
        return self

    def _session(self):
        """The session; a new one where a server's restart ended it."""
        if self._imap is None:
            self.connect()
        return self._imap

    def close(self):
        if self._imap is not None:
            try:
                self._imap.logout()
            except (imaplib.IMAP4.error, OSError):
                pass
            self._imap = None

    # What a user does

    def compose(self, to, text, subject="", reply_to=None, headers=None):
        """A mail as an ordinary mail program writes it; `reply_to` is the mail that it answers."""
        mail = EmailMessage(policy=email.policy.SMTP)
        mail["From"], mail["To"] = self.address, to
        mail["Date"] = email.utils.formatdate(localtime=True)
        mail["Message-ID"] = email.utils.make_msgid(domain="mail.test")
        if reply_to is not None:
            mail["In-Reply-To"] = reply_to["Message-ID"]
            mail["References"] = f'{reply_to.get("References", "")} {reply_to["Message-ID"]}'.strip()
            if reply_to["Subject"] and not subject:
                subject = "Re: " + reply_to["Subject"].removeprefix("Re: ")
        if subject:
            mail["Subject"] = subject
        mail.set_content(text)
        for name, value in (headers or {}).items():
            del mail[name]
            mail[name] = value
        return mail

    def send(self, mail, envelope_to=None):
        """Submits a mail (EmailMessage); returns its Message-ID. Raises smtplib's errors for what the server refuses."""
        with smtplib.SMTP("localhost", self._postfix.submission_port, timeout=60) as smtp:
            smtp.starttls(context=self._tls)
            smtp.login(self.address, self._password)
            smtp.send_message(mail, self.address, envelope_to or [mail["To"].addresses[0].addr_spec])
        return str(mail["Message-ID"])

    def say(self, to, text, **what):
        return self.send(self.compose(to, text, **what))

    def keeps(self, folder, to, text, **what):
        """Puts a mail into a folder, as a mail program does with what it has sent."""
        self.files(folder, self.compose(to, text, **what))

    def files(self, folder, mail):
        """Puts this mail there."""
        self.fetch()  # connects again where the server was away
        self._session().append(folder, "\\Seen", None, mail.as_bytes())

    def marks_seen(self, *mails):
        """Marks these mails of the INBOX as seen, as a mail program does that shows them."""
        uids = ",".join(self._uid_of(mail) for mail in mails)
        self._session().uid("STORE", uids, "+FLAGS", "(\\Seen)")

    def throws_away(self, mail):
        """Deletes a mail of the INBOX for good."""
        self._session().uid("STORE", self._uid_of(mail), "+FLAGS", "(\\Deleted)")
        self._session().expunge()

    def _uid_of(self, mail):
        return self._session().uid("SEARCH", None, f'HEADER Message-ID "{mail["Message-ID"]}"')[1][0].decode()

    def makes_folder(self, name):
        self._session().create(name)

    def renames_folder(self, before, now):
        self._session().rename(before, now)

    # What a user sees

    def fetch(self):
        """Takes in what is new in the INBOX; connects again where the server was away."""
        try:
            self._session().noop()
            _, found = self._imap.uid("SEARCH", None, f"UID {self._next_uid}:*")
            uids = [int(uid) for uid in found[0].split() if int(uid) >= self._next_uid]
            if uids:
                _, rows = self._imap.uid("FETCH", f"{uids[0]}:{uids[-1]}", "(UID BODY.PEEK[])")
                mails = [row[1] for row in rows if isinstance(row, tuple)]
                self.came += [email.message_from_bytes(mail, policy=email.policy.default) for mail in mails]
                self._next_uid = uids[-1] + 1
        except (imaplib.IMAP4.abort, OSError):
            self._imap = None

    def wait_for(self, wanted, seconds=30, what="a mail"):
        """The first mail, of those that came and will come, for which `wanted` holds; it is taken out."""
        deadline = time.monotonic() + seconds
        while True:
            self.fetch()
            for mail in self.came:
                if wanted(mail):
                    self.came.remove(mail)
                    return mail
            if time.monotonic() > deadline:
                seen = "\n".join(f"  From {mail['From']}: {mail['Subject']}: {text_of(mail)[:200]!r}" for mail in self.came[-8:])
                raise Failure(f"{self.address} waited {seconds:g} s in vain for {what}; what came:\n{seen or '  nothing'}")
            time.sleep(0.05)

    def flags(self):
        """The flags of each mail in the INBOX, in order."""
        self.fetch()
        _, rows = self._session().uid("FETCH", "1:*", "(FLAGS)")
        return [imaplib.ParseFlags(row) for row in rows if row]

    def flags_of(self, mail):
        """The flags of this mail in the INBOX."""
        self._session().noop()
        _, rows = self._session().uid("FETCH", self._uid_of(mail), "(FLAGS)")
        return {flag.decode() for flag in imaplib.ParseFlags(rows[0])}

    def mails_in(self, folder):
        """All mails of another folder."""
        imap = self._session()
        _, count = imap.select(folder, readonly=True)
        rows = imap.fetch("1:*", "(BODY.PEEK[])")[1] if count[0] != b"0" else []
        imap.select("INBOX")
        return [email.message_from_bytes(row[1], policy=email.policy.default) for row in rows if isinstance(row, tuple)]

    def has_in(self, folder, mail):
        """Waits until the folder has a mail with the Message-ID of this one."""
        wait_until(lambda: self.count_in(folder, mail["Message-ID"]), 30, f"{self.address} has {mail['Message-ID']} in {folder}")

    def count_in(self, folder, message_id):
        """How many mails with this Message-ID are in another folder."""
        return sum(mail["Message-ID"] == message_id for mail in self.mails_in(folder))
