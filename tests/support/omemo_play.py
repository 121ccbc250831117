"""People who speak OMEMO with the gateway, by a real client or by the other library; those on the side of mail are otr_play's, and so is the canary."""

from expect import check
from oldmemo_client import OldmemoClient
from otr_play import OtrWorld, Speaker, sealed


class OmemoSpeaker(Speaker):
    """A person with a real client of OMEMO behind the gateway."""

    has_approved_gateway = False

    def befriends(self, who):
        """Each learns the keys of the other only if it sees their presence; the gateway asks for all contacts."""
        self.client.subscribes(self._jid(who))
        if not self.has_approved_gateway:
            self.client.is_asked_by(self.coigate.domain)
            self.has_approved_gateway = True

    def starts_omemo(self, who):
        self.world.tell(f"{self.address} switches OMEMO on with {who.address}")
        self.client.starts_omemo(self._jid(who))

    def trusts_gateways_key(self, who):
        """It is the one that the gateway's words show."""
        key = self.client.omemo_key_of(self._jid(who))
        mark = self.mark()
        self.asks_gateway(f"fingerprint {who.address}", "My OMEMO key towards you")
        self.hears_gateway(key.replace("-", " "), mark)
        self.client.trusts_omemo_key(self._jid(who), key)

    def writes_by_omemo(self, who, text):
        """What it says may be seen between them."""
        self.world.tell(f"{self.address} → {who.address} (OMEMO): {text}")
        self.client.says_by_omemo(self._jid(who), text)

    def says(self, who, text):
        self.writes_by_omemo(who, sealed(text))

    def goes_offline(self):
        self.client.close()

    def comes_back(self):
        self.client.connect()

    def has_not_read(self, text, since):
        check(not any(text in line for line in self.client.shown(since)), f"{self.address} has not read {text!r}")


class OmemoWorld(OtrWorld):
    """Alice has a client of OMEMO, Bob's program encrypts (gpg), Cleo has Delta Chat."""

    protocol, mark_in_mail = "OMEMO", b"axolotl"

    def _alice(self):
        client = self._client()
        client.gets_ready_for_omemo()
        return OmemoSpeaker(self, client, self.coigate)


class OldmemoWorld(OtrWorld):
    """Alice has a phone and a tablet, which speak OMEMO by the other library; Bob's program encrypts (gpg)."""

    protocol, mark_in_mail = "OMEMO", b"axolotl"

    @classmethod
    def for_actors(cls, names, **setting):
        return super().for_actors(names, jabber_people=["alice"], **setting)

    def actor(self, name):
        if name not in ("phone", "tablet"):
            return super().actor(name)
        if name not in self._people:
            self._people[name] = OldmemoClient(self, "alice").connect()
            self._people[name].waits_for_gateway()
        return self._people[name]
