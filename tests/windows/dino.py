"""Dino with one account that is set up already.

Dino has no field for a server: it finds it by the name of the JID's domain, at port 5222, and trusts the system's certificates only. So it
runs with an /etc/hosts and with certificates of its own (a mount namespace), and the Jabber server listens at 5222.
"""

import pathlib
import sqlite3

from server import wait_until

_CERTIFICATES = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")


class Dino:
    name, program, window, c2s_port = "dino", "dino-im", "Dino", 5222

    def __init__(self, screen, jid, password, server):
        self.screen = screen
        domain = jid.partition("@")[2]
        hosts, trusted = screen.home / "hosts", screen.home / "certificates"
        hosts.write_text(f"127.0.0.1 localhost {domain}\n")
        trusted.write_text(_CERTIFICATES.read_text() + server.ca_file.read_text())
        self.files = {"/etc/hosts": hosts, _CERTIFICATES: trusted}
        file = screen.home / ".local/share/dino/dino.db"
        first = screen.run("dino-im", log="dino.log")  # makes its store, without accounts
        screen.waits_for_window(self.window, 150)
        wait_until(file.exists, 20, "Dino has made its store")
        first.terminate()
        first.wait(20)
        with sqlite3.connect(file) as store:
            store.execute("INSERT INTO account (bare_jid, resourcepart, password, alias, enabled) VALUES (?, 'dino', ?, '', 1)", (jid, password))
        screen.own_tree(file.parent)
        self._store = file
        self.begins()

    def begins(self):
        self._process = self.screen.run("dino-im", log="dino.log", files=self.files)
        self.screen.waits_for_window(self.window, 150)

    def ends(self):
        self._process.terminate()
        self._process.wait(20)

    def chooses_omemo(self):
        """In the menu of the padlock, for the chat that is open."""
        window = self.screen.focus(self.window)
        self.screen.settles()
        self.screen.click_in(window, 1163, 663)
        self.screen.settles()
        self.screen.click_in(window, 1118, 777)  # the last one
        self.screen.press("Escape")
        self.screen.settles()

    def sends_first(self):
        """It asks for keys when the chat is opened."""

    def holds_encrypted(self, text):
        with sqlite3.connect(f"file:{self._store}?mode=ro", uri=True) as store:
            return store.execute("SELECT count(*) FROM message WHERE body = ? AND encryption = 2", (text,)).fetchone()[0] > 0

    def opens_chat(self, jid):
        self.screen.focus(self.window)
        self.screen.press("ctrl+t")
        dialog = self.screen.waits_for_window("Start Conversation|Unterhaltung beginnen")
        self.screen.settles()
        self.screen.types(jid)
        self.screen.settles()
        self.screen.click_in(dialog, 234, 141)  # the first one found, and "Start": no key chooses them
        self.screen.click_in(dialog, 424, 31)
        self.screen.settles()
