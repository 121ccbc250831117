"""People who speak OTR: a real client behind a gateway on one side, an encrypting mail user (gpg), a Delta Chat or another client on the other.

Everything that is said under OTR bears the canary. It may stand nowhere but on the screens of its two people: not in coigate's store or log,
not in a mail, not in the Jabber server's archive.
"""

import base64
import email
import email.policy
import email.utils
import uuid

from expect import check, check_equal
from gnupg import Gnupg, clear_mail, encrypted_mail, entity, fields
from play import World
from profanity import Profanity
from server import Failure

SECRET = "strawberry"
CANARY = f"canary{uuid.uuid4().hex[:8]}"


def sealed(text):
    """A text that may not be seen between its two people."""
    return f"{CANARY} {text}"


def talk(one, two, count, name):
    """Each says so many texts to the other. No two are the same: a client shows no more than the second of each."""
    for number in range(count):
        for speaker, hearer in ((one, two), (two, one)):
            text = f"{name} {number} for {hearer.address}"
            speaker.says(hearer, text)
            hearer.hears(text, speaker)


class Speaker:
    """A person with a real client of OTR behind a gateway."""

    def __init__(self, world, client, coigate, address=None):
        """`address`: in mail, if it is not the JID."""
        self.world, self.client, self.coigate = world, client, coigate
        self.address = address or client.jid

    def close(self):
        self.client.close()

    def _jid(self, who):
        return self.coigate.jid_of(who.address)

    def uses_mailbox(self):
        """Links the mailbox with this person's address."""
        answer = self.client.register(
            self.coigate.domain, email=self.address, password=self.world.password,
            imap_server=f"localhost:{self.world.dovecot.imaps_port}", imap_security="tls",
            smtp_server=f"localhost:{self.world.postfix.submission_port}", smtp_security="starttls")
        check_equal(answer.error, None, f"{self.client.jid} has linked {self.address}")

    def mark(self):
        """What hears_gateway() and reads() shall be told after; without it, since the beginning."""
        return self.client.mark()

    def tells_gateway(self, words):
        self.world.tell(f"{self.client.jid} → {self.coigate.domain}: {words}")
        self.client.says(self.coigate.domain, words)

    def asks_gateway(self, words, answer, seconds=30):
        mark = self.mark()
        self.tells_gateway(words)
        self.hears_gateway(answer, mark, seconds)

    def hears_gateway(self, words, since=0, seconds=30):
        self.world.tell(f"  {self.client.jid} is told: {self.client.reads(self.coigate.domain, words, seconds, since)}")

    def befriends(self, who):
        self.client.befriends(self._jid(who))

    def writes(self, who, text):
        self.world.tell(f"{self.address} → {who.address}: {text}")
        self.client.says(self._jid(who), text)

    def reads(self, text, who, since=0):
        """A line of the conversation with `who`: what they wrote, or what the client or the gateway says in it."""
        line = self.client.reads(self._jid(who), text, since=since)
        self.world.tell(f"  {self.address} reads: {line}")
        return line

    def lines_of(self, who):
        """All that Ben has read so far in the conversation with `who`."""
        return self.client.read(self._jid(who))

    def follows_invite_of(self, who):
        """Of a Delta Chat; their chat is the verified one from then on."""
        self.asks_gateway(who.core.invites(), f"{who.address} is now a verified contact", 60)
        self.writes(who, "Hello, by invite")
        who.core.chat = who.core.reads("Hello, by invite", 60)["chatId"]

    # Under OTR

    def starts_otr(self, who):
        """Waits until the session stands."""
        self.world.tell(f"{self.address} starts OTR with {who.address}")
        self.client.starts_otr(self._jid(who))

    def tries_otr(self, who):
        """Starts OTR, and waits for nothing."""
        self.client.opens(self._jid(who)).terminal.types("/otr start")

    def is_in_otr(self, who):
        self.client.opens(self._jid(who)).terminal.stands("[OTR]")

    def ends_otr(self, who):
        self.client.ends_otr(self._jid(who))

    def reads_end_of_otr(self, who):
        self.client.reads_end(self._jid(who))
        check(True, f"{self.address} was told of the end")

    def says(self, who, text):
        self.writes(who, sealed(text))

    def hears(self, text, who):
        """What `who` said, marked as encrypted."""
        line = self.reads(sealed(text), who)
        if not self.client.is_sealed(line):
            raise Failure(f"the line is not marked as encrypted: {line}")

    def is_shown_key_of(self, who):
        """By this person's program, and it is the one that `who` is shown as their own."""
        own = who.client.own_fingerprint(who._jid(self))
        check_equal(self._key_of(who), own.upper().replace(" ", ""), f"{self.address} is shown the key of {who.address}, not a gateway's")

    def is_shown_gateways_key(self, who):
        """By this person's program and by the gateway's words."""
        mark = self.mark()
        self.asks_gateway(f"fingerprint {who.address}", "My OTR key towards you")
        shown = self._key_of(who)
        self.hears_gateway(" ".join(shown[at:at + 8] for at in range(0, 40, 8)), mark)

    def _key_of(self, who):
        return self.client.fingerprint_of(self._jid(who)).upper().replace(" ", "")

    def shares_secret(self, who):
        """Asks for it; `who` answers."""
        self.client.asks_secret(self._jid(who), SECRET)
        who.answers_secret(self)

    def answers_secret(self, who):
        """Waits for the question."""
        self.client.is_asked_secret(self._jid(who))
        self.client.answers_secret(self._jid(who), SECRET)


class GpgPerson:
    """A mail user whose program encrypts, seen through the mail server's INBOX and coigate's LMTP."""

    def __init__(self, world, gpg, name, user):
        """`user`: the address of the one with OTR."""
        self.world, self.gpg, self.inbox, self.user = world, gpg, world.mail(name), user
        self.address = self.inbox.address
        self.key, self.users_key = gpg.make_key(self.address), None

    def learns_key(self, text):
        """Waits for the first, clear mail of the user, which brings their key."""
        mail = self.inbox.reads(text)
        keydata = mail["Autocrypt"].split("keydata=")[1]
        self.users_key = self.gpg.take_key(base64.b64decode("".join(keydata.split())))

    def shows_key(self, text):
        """By a clear mail."""
        header, _ = fields(self.address, self.user, "Hello", self.gpg.autocrypt(self.address, self.key), email.utils.formatdate())
        self._deliver(clear_mail(header, text))

    def says(self, _who, text):
        """Encrypted, to the user."""
        self.world.tell(f"{self.address} → {self.user} (encrypted): {text}")
        header, _ = fields(self.address, self.user, "...", None, email.utils.formatdate())
        inside = entity(sealed(text), self.address, self.user, "", email.utils.formatdate(), [("Chat-Version", "1.0")])
        self._deliver(encrypted_mail(header, self.gpg.close_message(inside, self.users_key, self.key)))

    def sends_file(self, _who, text, name, content):
        """Beside a text, encrypted, to the user."""
        self.world.tell(f"{self.address} → {self.user} (encrypted): {text}, and {name}")
        header, _ = fields(self.address, self.user, "...", None, email.utils.formatdate())
        parts = (f"--=_p\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{sealed(text)}\r\n--=_p\r\nContent-Type: image/png\r\n"
                 f'Content-Disposition: attachment; filename="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
                 f"{base64.encodebytes(content).decode()}\r\n--=_p--")
        inside = entity(parts, self.address, self.user, "", email.utils.formatdate(), [("Chat-Version", "1.0")],
                        'multipart/mixed; boundary="=_p"')
        self._deliver(encrypted_mail(header, self.gpg.close_message(inside.replace(b"\r\r\n", b"\r\n"), self.users_key, self.key)))

    def gets_file(self, _who, name, content, seconds=30):
        """Waits for an encrypted mail with this one attachment."""
        seen = []

        def is_it(mail):
            if mail.get_content_type() != "multipart/encrypted":
                return False
            inside = email.message_from_bytes(self.gpg.open_mail(mail).plain, policy=email.policy.default)
            seen[:] = [(part.get_filename(), part.get_payload(decode=True)) for part in inside.iter_attachments()]
            return [each[0] for each in seen] == [name]
        self.inbox.wait_for(is_it, seconds, f"an encrypted mail with {name}")
        check_equal(seen[0][1], content, f"{self.address} decrypts {name}")

    def _deliver(self, mail):
        code, words = self.world.coigate.lmtp(mail, self.user, self.address)
        if code != 250:
            raise Failure(f"coigate refused a mail: {code} {words}")

    def hears(self, text, _who, seconds=30):
        """Waits for an encrypted mail with that text."""
        seen = []

        def is_it(mail):
            if mail.get_content_type() != "multipart/encrypted":
                return False
            seen.append(self.gpg.open_mail(mail))
            return sealed(text) in seen[-1].plain.decode()
        self.inbox.wait_for(is_it, seconds, f"an encrypted mail {text!r}")
        if not seen[-1].is_good_by(self.users_key):
            raise Failure(f"the signature of {text!r} is not the user's")
        self.world.tell(f"  {self.address} decrypts: {text}")

    def has_not_heard(self, text):
        """None of the encrypted mails that no line was about has this text."""
        self.inbox.fetch()
        closed = [mail for mail in self.inbox.came if mail.get_content_type() == "multipart/encrypted"]
        check_equal(sum(sealed(text) in self.gpg.open_mail(mail).plain.decode() for mail in closed), 0, f"{self.address} did not get {text!r}")

    def close(self):
        """The inbox is the world's."""


class DeltaPerson:
    """A Delta Chat as a fresh installation makes it; connected by an invite (Speaker.follows_invite_of)."""

    def __init__(self, world, name):
        self.world, self.core = world, world.delta(name)
        self.address = self.core.address

    def says(self, who, text):
        self.world.tell(f"{self.address} → {who.address} (encrypted): {text}")
        self.core.writes(who, sealed(text))

    def hears(self, text, _who, seconds=60):
        message = self.core.reads(sealed(text), seconds)
        if not message["showPadlock"]:
            raise Failure(f"Delta Chat shows no padlock at {text!r}")
        self.world.tell(f"  {self.address} (Delta Chat) reads: {text}")

    def has_not_heard(self, text):
        messages = [message["text"] for message in self.core.messages(self.core.chat)]
        check_equal(sum(sealed(text) in each for each in messages), 0, f"{self.address} did not get {text!r}")

    def close(self):
        """The core is the world's."""


class OtrWorld(World):
    """Alice has a client of OTR, Bob's program encrypts (gpg), Cleo has Delta Chat."""

    protocol, mark_in_mail = "OTR", b"?OTR"

    def __init__(self, client=Profanity, mail_people=(), **setting):
        super().__init__(mail_people=["bob", *mail_people], **setting)
        self.client_class, self.gpg = client, Gnupg(self.work / "gpg")

    def actor(self, name):
        makers = {"alice": self._alice, "bob": lambda: GpgPerson(self, self.gpg, "bob", f"alice@{self.jabber_server.domain}"),
                  "cleo": lambda: DeltaPerson(self, "cleo")}
        if name not in makers:
            return super().actor(name)
        if name not in self._people:
            person = makers[name]()  # which may make other people
            self._people[name] = person
        return self._people[name]

    def _alice(self):
        client = self._client()
        client.gets_ready_for_otr()
        return Speaker(self, client, self.coigate)

    def _client(self):
        client = self.client_class(self.work, "alice@jabber.test", self.password, self.jabber_server.c2s_port, self.certificates.ca_file)
        self.jabber("anna")  # waits for the gateway
        return client.connect()

    def _end(self, error):
        self.gpg.close()
        super()._end(error)

    def no_trace(self, what):
        """The canary stands nowhere on disk but in the people's own programs, and no mail holds what only the gateway shall read."""
        for path in self.coigate.store.glob("coigate.db*"):
            check(CANARY.encode() not in path.read_bytes(), f"{what}: no {self.protocol} text in {path.name}")
        self.coigate.check_log(CANARY)
        for server in (self.jabber_server, self.postfix, self.dovecot):
            for path in server.folder.rglob("*"):
                if path.is_file() and CANARY.encode() in path.read_bytes():
                    raise Failure(f"{what}: a text of {self.protocol} stands in the clear in {path}")
        for path in self.dovecot.folder.rglob("*"):
            if path.is_file() and self.mark_in_mail in path.read_bytes():
                raise Failure(f"{what}: {self.protocol} in a mail: {path}")
