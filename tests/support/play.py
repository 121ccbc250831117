"""The stage: servers, people, and lines that must come true. A story is a `with World() as world:` and the lines in it.

Jabber people have `name@jabber.test`, mail people `name@mail.test`; both sides call each other by mail address, and the world
knows the JID. Each line is printed as it is spoken; when one does not come true the logs of all servers follow, and the
program ends with 1.
"""

import os
import shutil
import sys
import time

from certificates import Certificates
from coigate import Coigate
from delta_client import DeltaClient
from dovecot import Dovecot
from jabber_client import JabberClient
from mail_client import MailClient, text_of
from postfix import Postfix
from prosody import Prosody
from server import Failure, free_port, wait_until, work_folder

PASSWORD = "correct horse"


def tell(line):
    print(line, flush=True)


def check(holds, what):
    """A line that must be true."""
    if not holds:
        raise Failure(f"not true: {what}")
    tell(f"  ✓ {what}")


def check_equal(found, expected, what):
    if found != expected:
        raise Failure(f"not true: {what}\n  expected {expected!r}\n  found    {found!r}")
    tell(f"  ✓ {what}")


class JabberPerson(JabberClient):
    """A user of the Jabber server with a client that is logged in."""

    def __init__(self, world, name):
        super().__init__(f"{name}@{world.jabber_server.domain}", world.password, world.jabber_server.c2s_port, world.certificates.ca_file)
        self.world, self.address = world, self.jid

    def writes(self, address, body, **what):
        """A chat message to a mail user; returns the stanza's id."""
        self.world.tell(f"{self.jid} → {address}: {body}")
        return self.say(self.world.coigate.jid_of(address), body, **what)

    def reads(self, body, address=None, seconds=30):
        """Waits for a message that contains `body` (from that mail address); returns the Stanza."""
        sender = self.world.coigate.jid_of(address) if address else ""
        stanza = self.wait_for(lambda s: s.kind == "message" and s.type != "error" and body in s.body and
                               (not sender or s.sender.split("/")[0] == sender), seconds, f"a message {body!r} from {address}")
        self.world.tell(f"  {self.jid} reads: {stanza.body}")
        return stanza

    def gets_error(self, stanza_id, seconds=30):
        """Waits for the error on a stanza; returns (condition, text)."""
        stanza = self.wait_for(lambda s: s.kind == "message" and s.type == "error" and s.id == stanza_id, seconds,
                               f"an error on {stanza_id}")
        self.world.tell(f"  {self.jid} is told: {' – '.join(stanza.error)}")
        return stanza.error

    def links(self, address, password=None, **fields):
        """Links a mailbox by the registration form, naming the servers; returns the answer. From then on it is her address."""
        self.world.tell(f"{self.jid} links the mailbox {address}")
        answer = self.register(self.world.coigate.domain, email=address, password=password or self.world.password,
                               imap_server=f"localhost:{self.world.dovecot.imaps_port}", imap_security="tls",
                               smtp_server=f"localhost:{self.world.postfix.submission_port}", smtp_security="starttls", **fields)
        if not answer.error:
            self.address = address
        return answer

    def tells_gateway(self, words, **what):
        """Plain words to the gateway's own JID; returns what it answers: nothing that it has said before."""
        self.world.tell(f"{self.jid} → {self.world.coigate.domain}: {words}")
        before = len(self.came)
        self.say(self.world.coigate.domain, words, **what)
        answer = self.wait_for(lambda s: s.sender.split("/")[0] == self.world.coigate.domain and s.body and s in self.came[before:], 30,
                               f"the gateway's answer to {words!r}")
        self.world.tell(f"  the gateway: {answer.body}")
        return answer.body


class MailPerson(MailClient):
    """A user of the mail server who is logged in."""

    def __init__(self, world, name):
        super().__init__(f"{name}@mail.test", world.password, world.dovecot, world.postfix, world.certificates.ca_file)
        self.world = world

    def writes(self, address, text, **what):
        """A mail; returns its Message-ID."""
        self.world.tell(f"{self.address} → {address}: {text}")
        return self.say(address, text, **what)

    def reads(self, text, seconds=30):
        """Waits for a mail that contains `text`; returns it (an EmailMessage)."""
        mail = self.wait_for(lambda m: text in text_of(m), seconds, f"a mail {text!r}")
        self.world.tell(f"  {self.address} reads: {text_of(mail)}")
        return mail

    def gets_bounce(self, seconds=60):
        """Waits for a delivery status notification; returns it."""
        bounce = self.wait_for(lambda m: m.get_content_type() == "multipart/report", seconds, "a bounce")
        self.world.tell(f"  {self.address} gets a bounce: {bounce['Subject']}")
        return bounce


class World:
    """Prosody and Dovecot (or the classes given), Postfix and coigate, all private; people are made when called.

    `gateway` are further arguments for Coigate; `folder` keeps the work there instead of a temporary folder that goes away;
    `tell` takes each line of the play as it is spoken.
    """

    def __init__(self, jabber=Prosody, jabber_people=("alice",), mail_people=("bob", "carol"), gateway=None, folder=None,
                 password=PASSWORD, tell=tell, dovecot=Dovecot):
        self.tell, self.password = tell, password
        self._keep = folder is not None or bool(os.environ.get("COIGATE_KEEP"))
        self.work = folder or work_folder()
        self.certificates = Certificates(self.work)
        lmtp = free_port()
        self.jabber_server = jabber(self.work, self.certificates, {name: password for name in jabber_people})
        self.dovecot = dovecot(self.work, self.certificates, {f"{name}@mail.test": password for name in mail_people})
        self.postfix = Postfix(self.work, self.certificates, self.dovecot, lmtp)
        self.coigate = Coigate(self.work, self.jabber_server, self.certificates, lmtp, self.postfix.smtp_port, **(gateway or {}))
        self.servers = [self.jabber_server, self.dovecot, self.postfix, self.coigate]
        self._people = {}
        self._began = time.monotonic()

    def __enter__(self):
        try:
            for server in self.servers:
                server.start()
                self.tell(f"{server.name} is up: " + ", ".join(f"{what} {port}" for what, port in server.ports.items()))
        except BaseException as error:
            self.__exit__(None, error, None)
            raise
        return self

    def __exit__(self, _, error, __):
        self._end(error)
        if isinstance(error, Failure):
            sys.exit(1)

    def _end(self, error):
        """Ends people and servers first, whatever happens, and then says how it went."""
        seconds = time.monotonic() - self._began
        failed = error is not None and not isinstance(error, KeyboardInterrupt)
        report = [f"\nFAILED after {seconds:.1f} s: {error}\n", *(server.log_tail(60) for server in self.servers)] if failed else []
        status = None
        for person in self._people.values():
            try:
                person.close()
            except Exception as trouble:  # the play is over: say it, end the rest
                report.append(f"closing {person.jid if isinstance(person, JabberClient) else person.address}: {trouble}")
        for server in reversed(self.servers):
            try:
                ended = server.stop()
            except Failure as trouble:
                ended = trouble
            if server is self.coigate and ended not in (0, None) and not failed:
                status = f"\nFAILED: coigate ended with status {ended}\n{server.log_tail(60)}"
        said = self.coigate.log_text()
        if status is None and not failed and any(mark in said for mark in ("ERROR: AddressSanitizer", "runtime error: ")):
            # In one of its processes, which ended alone.
            status = f"\nFAILED: a sanitizer has found something in coigate\n{self.coigate.log_tail(200)}"
        if not self._keep:
            shutil.rmtree(self.work, ignore_errors=True)
        elif os.environ.get("COIGATE_KEEP"):
            report.append(f"the folder is kept: {self.work}")
        for line in report:
            self.tell(line)
        if status:
            self.tell(status)
            sys.exit(1)
        if error is None:
            self.applaud(seconds)

    def applaud(self, seconds):
        """After all lines came true and all servers have ended well."""
        self.tell(f"every line came true, in {seconds:.1f} s")

    def jabber(self, name):
        """The Jabber user `name`, logged in, with the gateway in reach."""
        person = self._person(JabberPerson, name)
        wait_until(lambda: person.answers(self.coigate.domain), 30, "the gateway answers at the Jabber server")
        return person

    def mail(self, name):
        return self._person(MailPerson, name)

    def delta(self, name, classic=False):
        """The mail user `name` with Delta Chat, as a fresh installation has it; `classic`: one that talks in the clear too."""
        if (DeltaClient, name) not in self._people:
            self._people[DeltaClient, name] = DeltaClient(
                self.work / f"delta-{name}", f"{name}@mail.test", self.password, self.dovecot.imaps_port, self.postfix.submission_port,
                name=name.title(), classic=classic)
        return self._people[DeltaClient, name]

    def _person(self, kind, name):
        if (kind, name) not in self._people:
            self._people[kind, name] = kind(self, name).connect()
        return self._people[kind, name]
