"""Two gateways behind two Jabber servers, with mail between them, and people who speak OTR with each other through all of it.

Alice has profanity; on the other Jabber server Ada has mcabber, and Ben the other OTR library and a linked mailbox. Everything said under
OTR bears the canary: it may stand on the two screens, and nowhere else.
"""

from coigate import Coigate
from expect import check, check_equal
from mcabber import Mcabber
from otr_play import CANARY, SECRET, sealed
from play import World
from potr_client import PotrClient
from profanity import Profanity
from prosody import Prosody
from server import Failure, free_port


class OtherProsody(Prosody):
    domain, component_domain, secret = "other.test", "coi.other.test", "another secret for this play"


class OtherCoigate(Coigate):
    pass


class TwoGateways(World):
    """`prosody` and `gateway` are Alice's, `other_server` and `other_gateway` Ada's and Ben's; Postfix carries the mail of both."""

    def __init__(self, jabber_people=(), mail_people=(), **setting):
        super().__init__(jabber_people=["alice", *jabber_people], mail_people=[*mail_people, "ben"], **setting)
        self.other_server = OtherProsody(self.work, self.certificates, {"ada": self.password, "ben": self.password})
        lmtp = free_port()
        self.postfix.also_relays(self.other_server.domain, lmtp)
        self.other_gateway = OtherCoigate(self.work, self.other_server, self.certificates, lmtp, self.postfix.smtp_port,
                                          relay_domain=self.other_server.domain)
        self.servers += [self.other_server, self.other_gateway]

    def actor(self, name):
        makers = {"alice": self._alice, "ada": self._ada, "ben": self._ben}
        if name not in makers:
            return super().actor(name)
        if name not in self._people:
            self._people[name] = makers[name]()
        return self._people[name]

    def _alice(self):
        client = Profanity(self.work, "alice@jabber.test", self.password, self.jabber_server.c2s_port)
        client.connect().generates_key()
        return Speaker(self, client, self.coigate, lambda line: "~" in line)

    def _ada(self):
        client = Mcabber(self.work, "ada@other.test", self.password, self.other_server.c2s_port).connect()
        return Speaker(self, client, self.other_gateway, lambda line: "<O=" in line)

    def _ben(self):
        client = PotrClient(self.work, "ben@other.test", self.password, self.other_server.c2s_port, self.certificates.ca_file)
        client.connect()
        return Speaker(self, client, self.other_gateway, lambda line: line.startswith("sealed "), "ben@mail.test")

    def no_trace(self, what):
        """The canary stands nowhere on disk but in the people's own programs."""
        for gateway in (self.coigate, self.other_gateway):
            gateway.check_log(CANARY)
        for server in self.servers:
            for path in server.folder.rglob("*"):
                if path.is_file() and CANARY.encode() in path.read_bytes():
                    raise Failure(f"{what}: an OTR text stands in the clear in {path}")
        check(True, f"{what}: no store, log or mail holds what was said")


class Speaker:
    """A person with a real client behind a gateway."""

    def __init__(self, world, client, coigate, is_sealed, address=None):
        """`is_sealed`: whether a line of the client's screen is marked as encrypted; `address`: in mail, if it is not the JID."""
        self.world, self.client, self.coigate, self.is_sealed = world, client, coigate, is_sealed
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

    def asks_gateway(self, words, answer):
        self.world.tell(f"{self.client.jid} → {self.coigate.domain}: {words}")
        mark = self.client.mark()
        self.client.says(self.coigate.domain, words)
        self.hears_gateway(answer, mark)

    def hears_gateway(self, words, since=0):
        self.world.tell(f"  {self.client.jid} is told: {self.client.reads(self.coigate.domain, words, since=since)}")

    def befriends(self, who):
        self.client.befriends(self._jid(who))

    def writes(self, who, text):
        self.world.tell(f"{self.address} → {who.address}: {text}")
        self.client.says(self._jid(who), text)

    def reads(self, text, who):
        """A line of the conversation with `who`: what they wrote, or what the client or the gateway says in it."""
        line = self.client.reads(self._jid(who), text)
        self.world.tell(f"  {self.address} reads: {line}")
        return line

    def lines_of(self, who):
        """All that Ben has read so far in the conversation with `who`."""
        return self.client.read(self._jid(who))

    # Under OTR

    def starts_otr(self, who):
        """Waits until the session stands."""
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
        if not self.is_sealed(line):
            raise Failure(f"the line is not marked as encrypted: {line}")

    def is_shown_key_of(self, who):
        """By this person's program, and it is the one that `who` is shown as their own."""
        shown, own = self.client.fingerprint_of(self._jid(who)), who.client.own_fingerprint(who._jid(self))
        check_equal(shown.upper().replace(" ", ""), own.upper().replace(" ", ""), f"{self.address} is shown the key of {who.address}, not a gateway's")

    def shares_secret(self, who):
        """Asks for it; `who` answers."""
        self.client.asks_secret(self._jid(who), SECRET)
        who.client.is_asked_secret(who._jid(self))
        who.client.answers_secret(who._jid(self), SECRET)


def talk(one, two, count, name):
    """Each says so many texts to the other."""
    for number in range(count):
        for speaker, hearer in ((one, two), (two, one)):
            speaker.says(hearer, f"{name} {number} of {speaker.address}")
            hearer.hears(f"{name} {number} of {speaker.address}", speaker)
