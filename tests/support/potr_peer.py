"""The other OTR library: Debian's python3-potr (version 2 of the protocol), as an object and as a program.

As a program it reads one JSON object a line ({"do": "receive", "body": …}) and answers each with one ({"out": [bodies to
send], "text": what its user reads, "state": "plain" | "encrypted" | "finished", …}).

Debian's potr was written for PyCrypto and is broken with the pycryptodome it gets: raw DSA and AES in counter mode are put
right here, at run time.
"""

import json
import sys

from Cryptodome.Cipher import AES
from Cryptodome.PublicKey import DSA
from Cryptodome.Random.random import randrange

import potr
import potr.compatcrypto.pycrypto as pycrypto
import potr.context
import potr.crypt


def _aes_ctr(key, counter=0):
    """The upper half of the counter is the prefix, the lower half counts."""
    prefix, value = (counter, 0) if isinstance(counter, int) else (counter.prefix, counter.val)
    return AES.new(key, AES.MODE_CTR, nonce=prefix.to_bytes(8, "big"), initial_value=value)


def _sign(self, data):
    key = self.priv
    p, q, g, x = (int(number) for number in (key.p, key.q, key.g, key.x))
    number = int.from_bytes(data, "big") % q
    while True:
        k = randrange(2, q)
        r = pow(g, k, p) % q
        s = pow(k, -1, q) * (number + x * r) % q
        if r and s:
            return r.to_bytes(20, "big") + s.to_bytes(20, "big")


def _verify(self, data, signature):
    p, q, g, y = (int(number) for number in (self.pub.p, self.pub.q, self.pub.g, self.pub.y))
    r, s = int.from_bytes(signature[:20], "big"), int.from_bytes(signature[20:], "big")
    if not (0 < r < q and 0 < s < q):
        return False
    w = pow(s, -1, q)
    return pow(g, int.from_bytes(data, "big") * w % q, p) * pow(y, r * w % q, p) % p % q == r


def _generate(cls):
    key = DSA.generate(1024)
    return cls(tuple(int(number) for number in (key.y, key.g, key.p, key.q, key.x)), private=True)


potr.crypt.AESCTR = pycrypto.AESCTR = _aes_ctr
pycrypto.DSAKey.sign, pycrypto.DSAKey.verify, pycrypto.DSAKey.generate = _sign, _verify, classmethod(_generate)


class _Context(potr.context.Context):
    def getPolicy(self, key):
        return key == "ALLOW_V2"

    def inject(self, message, appdata=None):
        self.user.out.append(message.decode())


class _Account(potr.context.Account):
    contextclass = _Context

    def __init__(self, fragment):
        super().__init__("alice", "xmpp", fragment)
        self.out = []

    def loadPrivkey(self):
        return None

    def savePrivkey(self):
        pass

    def saveTrusts(self):
        pass


class PotrPeer:
    """One user with one correspondent. `out` holds the bodies to be sent, oldest first; who sends them takes them out."""

    def __init__(self, fragment=0):
        self._account = _Account(fragment)
        self._context = self._account.getContext("coigate")

    @property
    def out(self):
        return self._account.out

    @property
    def state(self):
        return ("plain", "encrypted", "finished")[self._context.state]

    @property
    def fingerprint(self):
        return str(self._account.getPrivkey())

    @property
    def peer_fingerprint(self):
        key = self._context.getCurrentKey()
        return str(key) if key else None

    def receives(self, body):
        """What its user reads: (text or None, error words or None)."""
        try:
            text, _ = self._context.receiveMessage(body.encode())
            return text and text.decode(), None
        except potr.context.UnencryptedMessage as clear:
            return clear.args[0].decode(), "not encrypted"
        except potr.context.NotOTRMessage as plain:
            return plain.args[0].decode(), None
        except potr.context.ErrorReceived as error:
            return None, f"error: {error.args[0].error.decode().strip()}"
        except (potr.context.NotEncryptedError, potr.crypt.InvalidParameterError) as trouble:
            return None, type(trouble).__name__

    def starts(self):
        self.out.append(self._account.getDefaultQueryMessage(self._context.getPolicy).decode())

    def says(self, text):
        plain = self._context.sendMessage(potr.context.FRAGMENT_SEND_ALL, text.encode())
        if plain is not None:
            self.out.append(plain.decode())

    def ends(self):
        self._context.disconnect()

    def wants_smp(self, secret, question=None):
        self._context.smpInit(secret.encode(), question.encode() if question else None)

    def answers_smp(self, secret):
        self._context.smpGotSecret(secret.encode())

    @property
    def smp_asked(self):
        """A run is under way."""
        return self._context.crypto.smp is not None

    @property
    def smp(self):
        """True: the secrets are the same; None: no run came to its end yet."""
        return self._context.smpIsSuccess()


def _serve():
    peer = PotrPeer(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    deeds = {
        "receive": lambda what: peer.receives(what["body"]),
        "start": lambda what: peer.starts(),
        "say": lambda what: peer.says(what["text"]),
        "end": lambda what: peer.ends(),
        "smp": lambda what: peer.wants_smp(what["secret"], what.get("question")),
        "answer": lambda what: peer.answers_smp(what["secret"]),
    }
    for line in sys.stdin:
        what = json.loads(line)
        text, error = deeds[what["do"]](what) or (None, None)
        out, peer.out[:] = list(peer.out), []
        print(json.dumps({"out": out, "text": text, "error": error, "state": peer.state, "smp": bool(peer.smp),
                          "fingerprint": peer.fingerprint, "peer": peer.peer_fingerprint}), flush=True)


if __name__ == "__main__":
    _serve()
