"""Two gateways behind two Jabber servers, with mail between them, and people who speak OTR with each other through all of it.

Alice has profanity; on the other Jabber server Ada has mcabber, and Ben the other OTR library and a linked mailbox. Everything said under
OTR bears the canary: it may stand on the two screens, and nowhere else.
"""

from coigate import Coigate
from expect import check
from mcabber import Mcabber
from otr_play import CANARY, Speaker
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
        client.connect().gets_ready_for_otr()
        return Speaker(self, client, self.coigate)

    def _ada(self):
        client = Mcabber(self.work, "ada@other.test", self.password, self.other_server.c2s_port).connect()
        return Speaker(self, client, self.other_gateway)

    def _ben(self):
        client = PotrClient(self.work, "ben@other.test", self.password, self.other_server.c2s_port, self.certificates.ca_file)
        client.connect()
        return Speaker(self, client, self.other_gateway, "ben@mail.test")

    def no_trace(self, what):
        """The canary stands nowhere on disk but in the people's own programs."""
        for gateway in (self.coigate, self.other_gateway):
            gateway.check_log(CANARY)
        for server in self.servers:
            for path in server.folder.rglob("*"):
                if path.is_file() and CANARY.encode() in path.read_bytes():
                    raise Failure(f"{what}: an OTR text stands in the clear in {path}")
        check(True, f"{what}: no store, log or mail holds what was said")
