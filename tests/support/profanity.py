"""profanity, the real client, with a home of its own and one account; its user types and reads.

OTR by libotr, policy "manual"; OMEMO 0.3 by libsignal, keys are trusted by hand; conversations are not logged. The window's
title says [OTR], [OMEMO] or [unencrypted]; a line that came or went encrypted has "~" behind its time.
"""

import os
import re

from server import wait_until
from terminal import Terminal, TerminalClient


class Profanity(TerminalClient):
    def __init__(self, work, jid, password, port, ca_file=None, resource="profanity"):
        self.jid, self.full_jid = jid, f"{jid}/{resource}"
        home = work / f"profanity-{jid.split('@')[0]}"
        config, data = home / "config", home / "data"
        for folder in (config / "profanity", data / "profanity"):
            folder.mkdir(parents=True, exist_ok=True)
        (config / "profanity/profrc").write_text(
            "[logging]\nchlog=false\n[otr]\npolicy=manual\n[ui]\nwins.autotidy=false\nsplash=false\ntime.chat=%H:%M:%S\n"
            "[notifications]\nmessage=false\n[connection]\nautoping=0\nreconnect=0\n")
        # A private CA is no matter for it: "trust" takes any certificate, on loopback.
        (data / "profanity/accounts").write_text(
            f"[{jid}]\nenabled=true\njid={jid}\nserver=127.0.0.1\nport={port}\nresource={resource}\npassword={password}\n"
            "tls.policy=trust\notr.policy=manual\npresence.login=online\npresence.last=online\nmuc.nick=alice\n")
        environment = {"HOME": str(home), "XDG_CONFIG_HOME": str(config), "XDG_DATA_HOME": str(data), "TERM": "xterm-256color",
                       "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
        self.terminal = Terminal(["profanity", "-a", jid], environment, f"profanity of {jid}")
        self._chat = None

    def connect(self, seconds=30):
        mark, self._chat = self.mark(), None
        self.terminal.start()
        self.terminal.shows_one(("logged in successfully", "Login"), seconds, mark)
        return self

    @staticmethod
    def is_sealed(line):
        """Whether a line of the conversation went encrypted."""
        return "~" in line

    def gets_ready_for_otr(self):
        """Makes the key, which is needed once before the first session; takes seconds."""
        self.terminal.types("/otr gen")
        self.terminal.shows("Private key generation complete", 60)
        return self

    def befriends(self, jid):
        """It needs no subscription."""

    def opens(self, jid):
        """The window of a conversation; what says() types goes there."""
        if self._chat != jid:
            self.terminal.types(f'/msg "{jid}"')
            self._chat = jid
        return self

    def says(self, jid, text):
        self.opens(jid).terminal.types(text)

    def says_by_omemo(self, jid, text, seconds=30):
        """Until its list of devices has come, after a login, it says that it cannot; its user tries again."""
        refusal = "This message cannot be decrypted for any recipient"

        def went():
            mark = self.mark()
            self.says(jid, text)
            return self.terminal.shows_one((f"~ me: {text}", refusal), seconds, mark).find(refusal) < 0
        wait_until(went, seconds, f"{self.terminal.name} has the keys of {jid}")

    def reads(self, jid, text, seconds=30, since=0):
        """Waits for a line with `text` in the conversation; returns it."""
        return self.opens(jid).terminal.shows(text, seconds, since)

    def gets_ready_for_omemo(self):
        """Makes its keys, and publishes them."""
        self.terminal.types("/omemo gen")
        self.terminal.shows("Your Device ID is", 60)
        return self

    def subscribes(self, jid):
        """[RFC 6121 §3.1]; until it sees the contact online."""
        self.opens(jid).terminal.types(f'/sub request "{jid}"')
        self.terminal.stands(jid, "[online]")

    def is_asked_by(self, jid):
        """Somebody asks to see its presence, and may."""
        self._chat = None
        self.terminal.types("/win 1")
        self.terminal.shows(f"Received authorization request from {jid}")
        self.terminal.types(f"/sub allow {jid}")
        self.terminal.shows(f"Accepted subscription for {jid}")

    def starts_omemo(self, jid):
        self.opens(jid).terminal.types("/omemo start")
        self.terminal.stands(jid, "[OMEMO]")

    def omemo_key_of(self, jid, seconds=30):
        """The contact's only key, as the program shows it, once it has come."""
        mark = self.mark()

        def shown():
            self.opens(jid).terminal.types("/omemo fingerprint")
            return next((found for line in self.shown(mark) if (found := re.search(r"OMEMO fingerprint: ([0-9a-f-]{71})", line))), None)
        return wait_until(shown, seconds, f"{self.terminal.name} shows a key of {jid}")[1]

    def trusts_omemo_key(self, jid, key):
        """It asks for the bundle once more, to start the session; the answer to another question comes behind that."""
        self.opens(jid).terminal.types(f"/omemo trust {key}")
        mark, self._chat = self.mark(), None
        self.terminal.types("/win 1")
        self.terminal.types(f"/disco info {jid}")
        self.terminal.shows(f"ervice discovery info for {jid}", since=mark)

    def starts_otr(self, jid, seconds=30):
        self.opens(jid).terminal.types("/otr start")
        return self.terminal.stands(jid, "[OTR]", seconds=seconds)

    def ends_otr(self, jid):
        self.opens(jid).terminal.types("/otr end")
        return self.reads_end(jid)

    def reads_end(self, jid, seconds=30):
        """The window's title says that the conversation is not encrypted any more."""
        return self.opens(jid).terminal.stands(jid, "[unencrypted]", seconds=seconds)

    def asks_secret(self, jid, secret):
        """Begins to verify by a shared secret, or answers with it."""
        self.opens(jid).terminal.types(f"/otr secret {secret}")

    answers_secret = asks_secret

    def is_asked_secret(self, jid):
        self.reads(jid, "wants to authenticate your identity")

    def fingerprint_of(self, jid):
        """Of the one who has the session with us, as the program shows it."""
        mark = self.mark()
        self.opens(jid).terminal.types("/otr theirfp")
        return re.search(r"((?:[0-9A-F]{8} ?){5})", self.terminal.shows("'s OTR fingerprint", since=mark))[1]

    def own_fingerprint(self, jid):
        mark = self.mark()
        self.opens(jid).terminal.types("/otr myfp")
        return re.search(r"((?:[0-9A-F]{8} ?){5})", self.terminal.shows("Your OTR fingerprint", since=mark))[1]
