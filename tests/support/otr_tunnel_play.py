"""Two gateways behind two Jabber servers, with mail between them, and two people who speak OTR with each other through all of it.

Everything said under OTR bears the canary: it may stand on the two screens, and nowhere else.
"""

from coigate import Coigate
from otr_play import CANARY, sealed
from play import World, check
from prosody import Prosody
from server import Failure, free_port


class OtherProsody(Prosody):
    domain, component_domain, secret = "other.test", "coi.other.test", "another secret for this play"


class OtherCoigate(Coigate):
    pass


class TwoGateways(World):
    """`jabber_server` and `coigate` are Alice's, `other_server` and `other` Ada's; Postfix carries the mail of both."""

    def __init__(self, mail_people=()):
        super().__init__(jabber_people=("alice", "observer"), mail_people=mail_people)
        self.other_server = OtherProsody(self.work, self.certificates, {"ada": self.password, "ben": self.password})
        lmtp = free_port()
        self.postfix.also_relays(self.other_server.domain, lmtp)
        self.other = OtherCoigate(self.work, self.other_server, self.certificates, lmtp, self.postfix.smtp_port,
                                  relay_domain=self.other_server.domain)
        self.servers += [self.other_server, self.other]

    def no_trace(self, what):
        """The canary stands nowhere on disk but in the people's own programs."""
        for gateway in (self.coigate, self.other):
            gateway.check_log(CANARY)
        for server in self.servers:
            for path in server.folder.rglob("*"):
                if path.is_file() and CANARY.encode() in path.read_bytes():
                    raise Failure(f"{what}: an OTR text stands in the clear in {path}")
        check(True, f"{what}: no store, log or mail holds what was said")


class Speaker:
    """A person with a real client behind a gateway, and the one to whom they speak."""

    def __init__(self, world, client, coigate, partner, is_sealed):
        """`is_sealed`: whether a line of the client's screen is marked as encrypted."""
        self.world, self.client, self.coigate, self.address = world, client, coigate, client.jid
        self.partner, self.jid, self.is_sealed = partner, coigate.jid_of(partner), is_sealed

    def tells_gateway(self, words, answer):
        self.world.tell(f"{self.address} → {self.coigate.domain}: {words}")
        mark = self.client.mark()
        self.client.says(self.coigate.domain, words)
        self.is_told(answer, mark)

    def is_told(self, words, since=0):
        self.world.tell(f"  {self.address} is told: {self.client.reads(self.coigate.domain, words, since=since)}")

    def says(self, text):
        self.world.tell(f"{self.address} → {self.partner}: {text}")
        self.client.says(self.jid, text)

    def sees(self, text, since=0):
        return self.client.reads(self.jid, text, since=since)

    def sees_sealed(self, text):
        line = self.sees(sealed(text))
        if not self.is_sealed(line):
            raise Failure(f"the line is not marked as encrypted: {line}")
        self.world.tell(f"  {self.address} sees: {line}")


def talk(speakers, count, name):
    for number in range(count):
        for one, two in (speakers, reversed(speakers)):
            one.says(sealed(f"{name} {number} of {one.address}"))
            two.sees_sealed(f"{name} {number} of {one.address}")
