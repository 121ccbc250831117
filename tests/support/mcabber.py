"""mcabber, the real client, with a home of its own; its user types and reads.

OTR by libotr, policy "manual". A line that came or went encrypted has an O in its arrow ("<O=", "-O>").
"""

import os
import re

from terminal import Terminal, TerminalClient


class Mcabber(TerminalClient):
    def __init__(self, work, jid, password, port, ca_file=None, resource="mcabber"):
        self.jid, self.full_jid = jid, f"{jid}/{resource}"
        home = work / f"mcabber-{jid.split('@')[0]}"
        for folder in (home, home / ".mcabber", home / ".mcabber/otr"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
        rc = home / ".mcabber/mcabberrc"
        # It has no way to trust a private CA on an address: any certificate will do, on loopback.
        rc.write_text(
            f"set jid = {jid}\nset password = {password}\nset server = 127.0.0.1\nset port = {port}\nset resource = {resource}\n"
            "set disable_random_resource = 1\nset tls = 1\nset ssl_ignore_checks = 1\nset otr = 1\notrpolicy default manual\n"
            "set logging = 0\nset beep_on_message = 0\nset roster_width = 40\nset log_win_height = 12\n")
        rc.chmod(0o600)
        environment = {"HOME": str(home), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
        self.terminal = Terminal(["mcabber", "-f", rc], environment, f"mcabber of {jid}")
        self._chat = None

    def connect(self, seconds=30):
        """Its OTR key is made at its first start."""
        self.terminal.start()
        self.terminal.shows("Your status has been set", seconds)
        return self

    @staticmethod
    def is_sealed(line):
        """Whether a line of the conversation went encrypted."""
        return "<O=" in line

    def gets_ready_for_otr(self):
        """It has its key already."""

    def befriends(self, jid):
        """It tells the end of a session only to contacts that it sees online."""
        self.terminal.types(f"/add {_quoted(jid)}")
        self.terminal.stands("{o}", jid, seconds=30)

    def opens(self, jid):
        """The buffer of a conversation, which shows what came. The contact must be there: he wrote, or says() was called."""
        if self._chat != jid:
            # Searched downwards, by a piece of the JID; the gateway's own is a piece of all others, and stands last.
            self.terminal.types("/roster top")
            piece = re.split(r"[@\\]", jid)[0]
            self.terminal.types(f"/roster search {piece}" if "@" in jid else "/roster bottom")
            self.terminal.types("")  # chat mode: the buffer is shown
            self.terminal.stands(f"Buddy: {jid}")
            self._chat = jid
        return self

    def says(self, jid, text):
        if self._chat == jid:
            self.terminal.types(text)
        else:
            self.terminal.types(f"/say_to -n {_quoted(jid)} {text}")
            self.opens(jid)

    def reads(self, jid, text, seconds=30, since=0):
        """Waits for a line with `text` in the conversation; returns it."""
        return self.opens(jid).terminal.shows(text, seconds, since)

    def starts_otr(self, jid, seconds=30):
        self._acts(jid, "/otr start .", "OTR: channel established", seconds)

    def ends_otr(self, jid):
        """The contact is told only if he is online."""
        self._acts(jid, "/otr stop .", "OTR: channel closed", 10)

    def _acts(self, jid, command, effect, seconds):
        """Waits for a further line of the effect, which may stand there from before."""
        before = self.opens(jid).terminal.count(effect)
        self.terminal.types(command)
        self.terminal.counts(effect, before + 1, seconds)

    def reads_end(self, jid, seconds=30):
        """The one who had the session with us has ended it."""
        return self.opens(jid).terminal.stands("OTR: channel closed", seconds=seconds)

    def asks_secret(self, jid, secret):
        """Begins to verify by a shared secret."""
        self.opens(jid).terminal.types(f"/otr smpq . {secret}")

    def answers_secret(self, jid, secret):
        self.opens(jid).terminal.types(f"/otr smpr . {secret}")

    def is_asked_secret(self, jid):
        self.reads(jid, "OTR: Socialist Millionaires")

    def fingerprint_of(self, jid):
        """Of the one who has the session with us, as the program shows it."""
        mark = self.mark()
        self.opens(jid).terminal.types("/otr fingerprint .")
        return re.search(r"((?:[0-9A-F]{8} ?){5})", self.terminal.shows(f"{jid} [", since=mark))[1]

    def own_fingerprint(self, jid):
        mark = self.mark()
        self.opens(jid).terminal.types("/otr key")
        return re.search(r"((?:[0-9A-F]{8} ?){5})", self.terminal.shows(f"{self.jid}: ", since=mark))[1]


def _quoted(jid):
    return '"' + jid.replace("\\", "\\\\") + '"'
