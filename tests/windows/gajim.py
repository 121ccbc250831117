"""Gajim with one account that is set up already."""

import json
import pathlib
import re
import sqlite3
import uuid

_SETTINGS = pathlib.Path("/usr/lib/python3/dist-packages/gajim/common/settings.py")


def _version():
    """The version of the settings that this Gajim expects."""
    return int(re.search(r"^CURRENT_USER_VERSION = (\d+)", _SETTINGS.read_text(), re.M)[1])


class Gajim:
    """With its OMEMO plugin (a package of its own up to 1.7), switched on."""

    name, program, window = "gajim", "gajim", "Gajim"

    def __init__(self, screen, jid, password, server):
        self.screen = screen
        folder = screen.home / ".config/gajim"
        folder.mkdir()
        user, _, host = jid.partition("@")
        account = {"account_label": host, "name": user, "hostname": host, "password": password, "savepass": True, "active": True,
                   "autoconnect": True, "use_custom_host": True, "custom_host": "127.0.0.1", "custom_port": server.c2s_port,
                   "custom_type": "PLAIN", "confirm_unencrypted_connection": False}
        with sqlite3.connect(folder / "settings.sqlite") as file:
            file.executescript("CREATE TABLE settings (name TEXT UNIQUE, settings TEXT);"
                               "CREATE TABLE account_settings (account TEXT UNIQUE, settings TEXT);"
                               f"PRAGMA user_version={_version()};")
            app = {"app": {"use_keyring": False, "ask_online_status": False, "autopopup": True, "check_for_update": False,
                           "show_status_msgs_in_roster": True, "update_dialog_answered": True},
                   "soundevents": {}, "status_presets": {}, "proxies": {}, "plugins": {"omemo": {"active": True}},
                   "workspaces": {str(uuid.uuid4()): {"name": "Chats", "color": "", "avatar_sha": "", "chats": []}}}
            file.executemany("INSERT INTO settings VALUES (?, ?)", [(name, json.dumps(value)) for name, value in app.items()])
            file.execute("INSERT INTO account_settings VALUES (?, ?)", (
                host, json.dumps({"account": account, "contact": {}, "group_chat": {}})))
        screen.own_tree(screen.home / ".config")
        self._account = host
        self.begins()

    def begins(self):
        self._process = self.screen.run("gajim", log="gajim.log")
        self.screen.waits_for_window(self.window, 150)

    def ends(self):
        self._process.terminate()
        self._process.wait(20)

    def chooses_omemo(self):
        """In the menu of the padlock, for the chat that is open."""
        self.screen.places("^Gajim$", 0, 0, 1000, 500)
        self.screen.settles()
        self.screen.click(947, 496)
        self.screen.settles()
        self.screen.click(963, 391)
        self.screen.press("Escape")
        self.screen.settles()

    def sends_first(self):
        """The plugin asks for keys when somebody writes who is no contact yet, and keeps the text until it is sent again."""
        self.screen.settles()
        self.screen.press("Return")

    def holds_encrypted(self, text):
        with sqlite3.connect(f"file:{self.screen.home}/.local/share/gajim/logs.db?mode=ro", uri=True) as store:
            found = store.execute("SELECT additional_data FROM logs WHERE message = ?", (text,)).fetchall()
        return any("OMEMO" in (more or "") for more, in found)

    def opens_chat(self, jid):
        """By the dialog: of a URI on the command line Gajim 1.7 takes the JID as it stands, with its %5C."""
        self.screen.focus("^Gajim$")
        self.screen.press("ctrl+n")
        self.screen.focus("Start / Join Chat|Chat starten")
        self.screen.types(jid)
        self.screen.settles()
        self.screen.press("Return")
        self.screen.settles()
