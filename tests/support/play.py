"""The stage of a story: servers and people.

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
from expect import check, check_equal, tell  # noqa: F401 (for stories)
from mail_client import text_of  # noqa: F401 (for stories)
from people import JabberPerson, MailPerson
from postfix import Postfix
from prosody import Prosody
from server import Failure, free_port, work_folder

PASSWORD = "correct horse"
CAST = {
    "jabber": ("alice", "anna", "dora", "erin", "eve", "frank", "gina", "mike", "zoe"),
    "mail": ("bob", "carol", "dave", "ana", "frida", "greta", "mallory"),
    "delta": ("dan", "cleo", "nina"),  # Delta Chat: Dan's talks in the clear, too; the others' is a fresh installation
    "server": {"gateway": "coigate", "prosody": "jabber_server", "ejabberd": "jabber_server", "dovecot": "dovecot", "postfix": "postfix"},
}


class Stage:
    """A folder, `servers` that are started in it, and people; whatever happens, all of it goes away at the end.

    `folder` keeps the work there instead of a temporary folder that goes away; `tell` takes each line of the play as it is spoken.
    """

    def __init__(self, folder=None, tell=tell):
        self.tell = tell
        self._keep = folder is not None or bool(os.environ.get("COIGATE_KEEP"))
        self.work = folder or work_folder()
        self.servers, self._people = [], {}
        self._began = time.monotonic()

    @classmethod
    def for_actors(cls, _names, **setting):
        return cls(**setting)

    def actor(self, name):
        """The server or person that a scenario calls so; `world` is all of it."""
        return self if name == "world" else getattr(self, CAST["server"].get(name, name))

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
        trouble = None
        for person in self._people.values():
            try:
                person.close()
            except Exception as error_of_person:  # the play is over: say it, end the rest
                report.append(f"closing {getattr(person, 'jid', None) or person.address}: {error_of_person}")
        for server in reversed(self.servers):
            is_ours = isinstance(server, Coigate)
            try:
                ended = server.stop() if is_ours or self._keep else server.kill()  # nobody waits for the farewell of the others
            except Failure as failure:
                ended = failure
            if is_ours and not failed:
                trouble = trouble or self._trouble_of(server, ended)
        if not self._keep:
            shutil.rmtree(self.work, ignore_errors=True)
        elif os.environ.get("COIGATE_KEEP"):
            report.append(f"the folder is kept: {self.work}")
        for line in report:
            self.tell(line)
        if trouble:
            self.tell(trouble)
            sys.exit(1)
        if error is None:
            self.applaud(seconds)

    @staticmethod
    def _trouble_of(coigate, status):
        """What was wrong with a coigate that has ended; None if nothing was."""
        if status not in (0, None):
            return f"\nFAILED: {coigate.name} ended with status {status}\n{coigate.log_tail(60)}"
        if any(mark in coigate.log_text() for mark in ("ERROR: AddressSanitizer", "runtime error: ")):
            # In one of its processes, which ended alone.
            return f"\nFAILED: a sanitizer has found something in {coigate.name}\n{coigate.log_tail(200)}"
        return None

    def applaud(self, seconds):
        """After all lines came true and all servers have ended well."""
        self.tell(f"every line came true, in {seconds:.1f} s")


class World(Stage):
    """Prosody and Dovecot (or the classes given), Postfix and coigate, all private; people are made when called.

    `gateway` are further arguments for Coigate.
    """

    def __init__(self, jabber=Prosody, jabber_people=("alice",), mail_people=("bob", "carol"), gateway=None, folder=None,
                 password=PASSWORD, tell=tell, dovecot=Dovecot):
        super().__init__(folder, tell)
        self.password = password
        self.certificates = Certificates(self.work)
        lmtp = free_port()
        self.jabber_server = jabber(self.work, self.certificates, {name: password for name in jabber_people})
        self.dovecot = dovecot(self.work, self.certificates, {f"{name}@mail.test": password for name in mail_people})
        self.postfix = Postfix(self.work, self.certificates, self.dovecot, lmtp)
        self.coigate = Coigate(self.work, self.jabber_server, self.certificates, lmtp, self.postfix.smtp_port, **(gateway or {}))
        self.servers = [self.jabber_server, self.dovecot, self.postfix, self.coigate]

    @classmethod
    def for_actors(cls, names, jabber_people=(), mail_people=(), **setting):
        """A world for these actors of scenarios (CAST), and the people given."""
        def those(*kinds):
            return [name for name in dict.fromkeys(names) if any(name in CAST[kind] for kind in kinds)]
        return cls(jabber_people=[*those("jabber"), *jabber_people], mail_people=[*those("mail", "delta"), *mail_people], **setting)

    def actor(self, name):
        makers = {"jabber": self.jabber, "mail": self.mail, "delta": lambda name: self.delta(name, classic=name == "dan")}
        return next((make(name) for kind, make in makers.items() if name in CAST[kind]), None) or super().actor(name)

    def jabber(self, name):
        """The Jabber user `name`, logged in, with the gateway in reach."""
        person = self._person(JabberPerson, name)
        person.waits_for_gateway()
        return person

    def another_client(self, name, password=None):
        """A further client of the Jabber user `name`, logged in; or somebody who has got that name, with a password of their own."""
        person = JabberPerson(self, name)
        person._password = password or self.password
        self._people[JabberPerson, name, len(self._people)] = person
        return person.connect()

    def successor_of(self, person):
        """Somebody else, who gets the person's name at the Jabber server."""
        name, password = person.jid.split("@")[0], "another person's password"
        self.jabber_server.add_user(name, password)
        return self.another_client(name, password)

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
