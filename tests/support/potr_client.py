"""A Jabber client with the other OTR library (python3-potr, version 2 of the protocol), under the face of Profanity and Mcabber."""

import time

from jabber_client import JabberClient
from potr_peer import PotrPeer
from server import Failure


class PotrClient(JabberClient):
    def __init__(self, work, jid, password, port, ca_file=None):
        super().__init__(jid, password, port, ca_file)
        self._peers = {}  # by bare JID
        self._lines = []  # (bare JID, what the user reads)

    def _peer(self, jid):
        return self._peers.setdefault(jid, PotrPeer())

    def _send(self, jid):
        peer = self._peer(jid)
        out, peer.out[:] = list(peer.out), []
        for body in out:
            self.say(jid, body)

    def _work(self):
        """Reads what came."""
        for stanza in [stanza for stanza in list(self.came) if stanza.kind == "message"]:
            self.came.remove(stanza)
            jid = stanza.sender.split("/")[0]
            if stanza.type == "error":
                self._lines.append((jid, stanza.error[1]))
            elif stanza.body:
                text, error = self._peer(jid).receives(stanza.body)
                sealed = stanza.body.startswith("?OTR") and text is not None and not error
                self._lines += [(jid, line) for line in (text and ("sealed " if sealed else "clear ") + text, error) if line]
                self._send(jid)

    def _wait(self, holds, seconds, what):
        deadline = time.monotonic() + seconds
        while not (found := holds()):
            if time.monotonic() > deadline:
                raise Failure(f"{self.jid} (potr) waited {seconds:g} s in vain for {what}; what came:\n" +
                              "\n".join(f"  {jid}: {line[:300]}" for jid, line in self._lines[-10:]))
            if not any(stanza.kind == "message" for stanza in self.came):
                time.sleep(0.02)
            self._work()
        return found

    def mark(self):
        self._work()
        return len(self._lines)

    @staticmethod
    def is_sealed(line):
        """Whether a line of reads() came encrypted."""
        return line.startswith("sealed ")

    def gets_ready_for_otr(self):
        """It makes its key when it needs it."""

    def befriends(self, jid):
        """It needs no subscription."""

    def says(self, jid, text):
        self._work()
        self._peer(jid).says(text)
        self._send(jid)

    def reads(self, jid, text, seconds=30, since=0):
        return self._wait(lambda: next((line for sender, line in self._lines[since:] if sender == jid and text in line), None), seconds,
                          repr(text))

    def read(self, jid):
        """All that its user has read so far."""
        self._work()
        return [line for sender, line in self._lines if sender == jid]

    def starts_otr(self, jid, seconds=30):
        self._peer(jid).starts()
        self._send(jid)
        self._wait(lambda: self._peer(jid).state == "encrypted", seconds, "a session")

    def ends_otr(self, jid):
        self._peer(jid).ends()
        self._send(jid)

    def reads_end(self, jid, seconds=30):
        self._wait(lambda: self._peer(jid).state != "encrypted", seconds, "the end of the session")

    def fingerprint_of(self, jid):
        return self._peer(jid).peer_fingerprint

    def is_asked_secret(self, jid):
        """Its library has no word for it: what is asked lies in its state."""
        self._wait(lambda: self._peer(jid).smp_asked, 30, "the question for the secret")

    def answers_secret(self, jid, secret):
        self._peer(jid).answers_smp(secret)
        self._send(jid)
