"""An OTR conversation through coigate: a real client on one side, an encrypting mail user (gpg) or a Delta Chat on the other.

Everything that is said under OTR bears the canary. At the end it may stand nowhere but on the screens of its two people: not in
coigate's store or log, not in a mail, not in the Jabber server's archive.
"""

import base64
import email.utils
import os
import signal
import uuid

from gnupg import Gnupg, clear_mail, encrypted_mail, entity, fields
from play import World, check, check_equal
from prosody import Prosody
from server import Failure, wait_until

SECRET = "strawberry"
CANARY = f"canary{uuid.uuid4().hex[:8]}"


def sealed(text):
    """A text that may not be seen between its two people."""
    return f"{CANARY} {text}"


class GpgPerson:
    """A mail user whose program encrypts, seen through the mail server's INBOX and coigate's LMTP."""

    def __init__(self, world, gpg, name, user):
        self.world, self.gpg, self.inbox = world, gpg, world.mail(name)
        self.address, self.user = self.inbox.address, user
        self.key, self.users_key = gpg.make_key(self.address), None

    def learns_key(self, text):
        """Waits for the first, clear mail of the user, which brings their key."""
        mail = self.inbox.reads(text)
        keydata = mail["Autocrypt"].split("keydata=")[1]
        self.users_key = self.gpg.take_key(base64.b64decode("".join(keydata.split())))

    def shows_key(self, text):
        header, _ = fields(self.address, self.user, "Hello", self.gpg.autocrypt(self.address, self.key), email.utils.formatdate())
        self._deliver(clear_mail(header, text))

    def writes(self, text):
        self.world.tell(f"{self.address} → {self.user} (encrypted): {text}")
        header, _ = fields(self.address, self.user, "...", None, email.utils.formatdate())
        inside = entity(text, self.address, self.user, "", email.utils.formatdate(), [("Chat-Version", "1.0")])
        self._deliver(encrypted_mail(header, self.gpg.close_message(inside, self.users_key, self.key)))

    def _deliver(self, mail):
        code, words = self.world.coigate.lmtp(mail, self.user, self.address)
        if code != 250:
            raise Failure(f"coigate refused a mail: {code} {words}")

    def reads(self, text, seconds=30):
        """Waits for an encrypted mail with that text."""
        seen = []

        def is_it(mail):
            if mail.get_content_type() != "multipart/encrypted":
                return False
            seen.append(self.gpg.open_mail(mail))
            return text in seen[-1].plain.decode()
        self.inbox.wait_for(is_it, seconds, f"an encrypted mail {text!r}")
        if not seen[-1].is_good_by(self.users_key):
            raise Failure(f"the signature of {text!r} is not the user's")
        self.world.tell(f"  {self.address} decrypts: {text}")

    def count(self, text):
        """How many of the encrypted mails that were not read yet have this text."""
        self.inbox.fetch()
        closed = [mail for mail in self.inbox.came if mail.get_content_type() == "multipart/encrypted"]
        return sum(text in self.gpg.open_mail(mail).plain.decode() for mail in closed)


class DeltaPerson:
    """A Delta Chat as a fresh installation makes it, connected with the user by an invite of its own."""

    def __init__(self, world, otr, name):
        self.world, self.core, self.user = world, world.delta(name), otr.user
        self.address = self.core.address
        otr.client.says(otr.coigate.domain, self.core.call("get_chat_securejoin_qr_code", self.core.account, None))
        otr.is_told(f"{self.address} is now a verified contact", 60)
        otr.client.says(otr.jid(self.address), "Hello, by invite")
        self.chat = self.core.reads("Hello, by invite", 60)["chatId"]

    def writes(self, text):
        self.world.tell(f"{self.address} → {self.user} (encrypted): {text}")
        self.core.send(self.chat, text)

    def reads(self, text, seconds=60):
        message = self.core.reads(text, seconds)
        if not message["showPadlock"]:
            raise Failure(f"Delta Chat shows no padlock at {text!r}")
        self.world.tell(f"  {self.address} (Delta Chat) reads: {text}")

    def count(self, text):
        return sum(text in message["text"] for message in self.core.messages(self.chat))


class OtrPlay:
    """`client`: Profanity or Mcabber, connected; the user writes by the relay."""

    def __init__(self, world, client, is_sealed):
        """`is_sealed`: whether a line of the client's screen is marked as encrypted."""
        self.world, self.client, self.coigate, self.is_sealed = world, client, world.coigate, is_sealed
        self.user = client.jid

    def jid(self, address):
        return self.coigate.jid_of(address)

    def is_told(self, words, seconds=30, since=0):
        """The gateway itself says so."""
        line = self.client.reads(self.coigate.domain, words, seconds, since)
        self.world.tell(f"  {self.user} is told: {line}")

    def meets(self, person):
        """The first mails in the clear, which bring the keys."""
        self.client.says(self.jid(person.address), "Hello, this is my first mail")
        person.learns_key("this is my first mail")
        person.shows_key("and this is my key")
        self.client.reads(self.jid(person.address), "and this is my key")
        self.client.befriends(self.jid(person.address))

    def starts(self, person):
        self.world.tell(f"{self.user} starts OTR with {person.address}")
        self.client.starts_otr(self.jid(person.address))

    def says(self, person, text):
        self.world.tell(f"{self.user} → {person.address} (OTR): {text}")
        self.client.says(self.jid(person.address), sealed(text))

    def writes(self, person, text):
        person.writes(sealed(text))

    def sees(self, person, text, seconds=30):
        """The text comes to the client, encrypted."""
        line = self.client.reads(self.jid(person.address), sealed(text), seconds)
        if not self.is_sealed(line):
            raise Failure(f"the line is not marked as encrypted: {line}")
        self.world.tell(f"  {self.user} sees: {line}")

    def talk(self, person, count, name):
        for number in range(count):
            self.says(person, f"{name} {number} out")
            person.reads(sealed(f"{name} {number} out"))
            self.writes(person, f"{name} {number} in")
            self.sees(person, f"{name} {number} in")
        self.world.tell(f"  ✓ {count} messages each way")

    def refused_without_key(self, nobody):
        """A contact without a key: what was written under OTR is not sent, and the user is told what to do."""
        self.client.says(self.jid(nobody.address), "Hello, in the clear")
        nobody.reads("Hello, in the clear")
        self.starts(nobody)
        self.client.says(self.jid(nobody.address), sealed("never sent"))
        self.client.reads(self.jid(nobody.address), "This message was not sent")
        check(True, f"{self.user} is told that it was not sent")
        nobody.fetch()
        check_equal(len(nobody.came), 0, f"{nobody.address} got nothing of it")
        self.client.ends_otr(self.jid(nobody.address))

    def ends_and_goes_on(self, person):
        """After the end nothing goes in the clear; the waiting mail comes in the next session."""
        self.client.ends_otr(self.jid(person.address))
        self.is_told(f"You have ended OTR with {person.address}")
        self.writes(person, "after the end")
        self.is_told(f"A message from {person.address} waits: you spoke by OTR")
        self.sees(person, "after the end")
        self.talk(person, 1, "again")

    def verifies(self, person):
        """Fingerprints as both sides show them; a secret set by words to the gateway, and one that the client asks for."""
        mark = self.client.mark()
        self.client.says(self.coigate.domain, f"fingerprint {person.address}")
        self.is_told("My OTR key towards you", since=mark)
        shown = self.client.fingerprint_of(self.jid(person.address)).replace(" ", "").upper()
        self.is_told(" ".join(shown[at:at + 8] for at in range(0, 40, 8)))
        check(True, "the client shows the same fingerprint")
        self.client.says(self.coigate.domain, f"verify {person.address} {SECRET}")
        self.client.is_asked_secret(self.jid(person.address))
        self.client.answers_secret(self.jid(person.address), SECRET)
        self.is_told(f"The secrets are the same: OTR with {person.address}")

    def survives_restart(self, person):
        self.world.tell("coigate is stopped, and started again")
        check_equal(self.coigate.stop(), 0, "coigate ends cleanly")
        self.no_trace("the stopped coigate")
        self.coigate.start()
        self.client.reads_end(self.jid(person.address))
        check(True, "the client was told that the session is over")
        self.writes(person, "after the restart")
        self.sees(person, "after the restart")
        self.talk(person, 1, "restarted")

    def survives_kill(self, person):
        """In the middle of a session. What the client then says in the old session is asked for again; what comes by mail waits."""
        # A mark of "done" that a kill swallows makes a repeat, and that a session: not what is looked at here.
        wait_until(lambda: not self.coigate.queue(), 20, "the queue is empty")
        self.world.tell("coigate is killed in the middle of a session")
        self.coigate.kill()
        self.no_trace("the killed coigate")
        self.coigate.start()
        self.wait_for_gateway()
        mark = self.client.mark()
        name = person.address
        self.says(person, f"{name}: into the old session")
        self.is_told(f"An encrypted message of yours to {person.address} could not be read and was not sent", since=mark)
        self.writes(person, f"{name}: after the kill")
        self.sees(person, f"{name}: after the kill")
        self.talk(person, 1, f"{name}: killed")
        check_equal(person.count(sealed(f"{name}: into the old session")), 0, "what could not be read was sent to nobody")

    def misses_nothing_of_the_socket(self, person):
        """What lay in the socket at a kill comes back from the archive: it cannot be read any more, and its writer hears of it."""
        self.world.tell("coigate is killed before it has read a message")
        anna, mark = self.world.jabber("anna"), self.client.mark()
        os.kill(self.coigate.process.pid, signal.SIGSTOP)
        self.says(person, "never read")
        self.client.says(anna.jid, "behind it")  # the server has passed both on
        anna.wait_for(lambda stanza: stanza.body == "behind it", 30, "what was said behind it")
        self.coigate.kill()
        self.coigate.start()
        self.wait_for_gateway()
        self.is_told(f"An encrypted message of yours to {person.address} could not be read and was not sent", since=mark)
        self.writes(person, f"{person.address}: behind the archive")
        self.sees(person, f"{person.address}: behind the archive")  # the new session stands
        self.talk(person, 1, f"{person.address}: read again")
        check_equal(person.count(sealed("never read")), 0, "what could not be read was sent to nobody")

    def wait_for_gateway(self):
        anna = self.world.jabber("anna")
        wait_until(lambda: anna.answers(self.coigate.domain), 30, "the gateway is back at the Jabber server")

    def no_trace(self, what):
        """The canary stands nowhere on disk but in the people's own programs, and no mail holds OTR."""
        for path in self.coigate.store.glob("coigate.db*"):
            check(CANARY.encode() not in path.read_bytes(), f"{what}: no OTR text in {path.name}")
        self.coigate.check_log(CANARY)
        for server in (self.world.jabber_server, self.world.postfix, self.world.dovecot):
            for path in server.folder.rglob("*"):
                if path.is_file() and CANARY.encode() in path.read_bytes():
                    raise Failure(f"{what}: an OTR text stands in the clear in {path}")
        for path in self.world.dovecot.folder.rglob("*"):
            if path.is_file() and b"?OTR" in path.read_bytes():
                raise Failure(f"{what}: OTR in a mail: {path}")


def play(client_class, is_sealed, prepare=lambda client: None, jabber=Prosody):
    """The whole play with this client: Bob's program is gpg's, Cleo's is Delta Chat."""
    with World(jabber=jabber, jabber_people=("alice", "anna"), mail_people=("bob", "carol", "cleo")) as world:
        gpg = Gnupg(world.work / "gpg")
        client = client_class(world.work, "alice@jabber.test", world.password, world.jabber_server.c2s_port, world.certificates.ca_file)
        try:
            client.connect()
            prepare(client)
            otr = OtrPlay(world, client, is_sealed)
            otr.wait_for_gateway()
            bob = GpgPerson(world, gpg, "bob", client.jid)
            otr.meets(bob)
            otr.refused_without_key(world.mail("carol"))
            otr.starts(bob)
            otr.is_told(f"OTR protects your conversation with {bob.address} up to this gateway")
            otr.talk(bob, 10, "message")
            otr.no_trace("the running coigate")
            otr.verifies(bob)
            otr.ends_and_goes_on(bob)
            cleo = DeltaPerson(world, otr, "cleo")
            otr.starts(cleo)
            otr.talk(cleo, 10, "with Delta Chat")
            otr.survives_restart(bob)
            otr.survives_kill(bob)
            otr.starts(cleo)
            otr.talk(cleo, 1, "with Delta Chat after the kill")
            otr.survives_kill(cleo)
            if jabber.lets_ask_archives:
                otr.misses_nothing_of_the_socket(cleo)
            otr.no_trace("the running coigate")
        finally:
            client.close()
            gpg.close()
