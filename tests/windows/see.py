"""What people see: starts the private servers and a client under Xvfb, plays the usual steps, and keeps a picture of each.

    sudo python3 tests/windows/see.py gajim|dino|psi|pidgin [--steps omemo] [--language de] [--pictures FOLDER]

`--steps omemo`: the steps of omemo_steps.py (gajim and dino), instead of the usual ones.

`./test --long` calls it for each client. What can be checked at the other side (Bob got the mail), or by a second client of the same user that
gets copies of what comes [XEP-0280], is checked; the pictures are for people to look at. It runs in a network and a mount namespace
of its own.
"""

import argparse
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]

import omemo_steps
from dino import Dino
from expect import check
from gajim import Gajim
from omemo_play import OmemoWorld
from pidgin import Pidgin
from play import PASSWORD, World
from prosody import ProsodyWithFiles
from psi import Psi
from reports import read_receipt
from screen import Screen
from server import free_port, wait_until

CLIENTS = {client.name: client for client in (Dino, Gajim, Pidgin, Psi)}
LOCALES = {"en": "en_US.UTF-8", "de": "de_DE.UTF-8"}
GERMAN = {"hello": "hallo", "help": "hilfe", "contact": "kontakt", "invite": "einladen", "unlink": "trennen",
          "Hello!": "Hallo!", "contact ADDRESS": "kontakt ADRESSE", "unlink yes": "trennen ja", "does not exist": "gibt es nicht"}
# glibc finds no names for Dino where there are loopback addresses only (AI_ADDRCONFIG).
NETWORK = "ip link set lo up && ip address add 192.0.2.1/32 dev lo && exec \"$@\""


class Window:
    """Alice's client, and the pictures of what she sees."""

    def __init__(self, world, client, pictures, language):
        self.world, self.count, self._german = world, 0, GERMAN if language == "de" else {}
        self.screen = Screen(world.work, pictures, LOCALES[language])
        server = world.jabber_server
        server.ca_file, server.certificate = world.certificates.ca_file, world.certificates.certificate
        self.client = client(self.screen, "alice@jabber.test", PASSWORD, server)
        self.other = world.another_client("alice")  # gets copies; messages go to the window
        self.other.send("<presence><priority>-1</priority></presence>")
        self.other.iq("alice@jabber.test", "set", "<enable xmlns='urn:xmpp:carbons:2'/>")

    def keeps(self, name):
        """A picture of what is seen now."""
        self.count += 1
        path = self.screen.picture(f"{self.count:02}-{name}")
        self.world.tell(f"  picture: {path}")

    def shows_more(self, action, seconds=40):
        """Does it, and waits until the screen is another one than before."""
        before = self.screen.pixels()
        action()
        wait_until(lambda: self.screen.pixels() != before, seconds, "the screen changes")

    def says(self, jid, line):
        """Opens the chat with this JID, and types there."""
        self.client.opens_chat(jid)
        self.screen.settles()
        self.screen.types(line)
        self.screen.press("Return")

    def starts_otr(self, jid):
        """With the gateway; the client asks first whether to make a key, or says that it makes one."""
        self.says(jid, "?OTRv23?")
        self.screen.focus(self.client.otr_question)
        self.shows_more(lambda: self.screen.press(self.client.otr_answer))
        self.screen.settles()

    def gets(self, words):
        """Something with these words has come to the window."""
        words = self._german.get(words, words)
        self.other.wait_for(lambda stanza: words in "".join(stanza.xml.itertext()), 40, f"a copy of {words!r}")

    def tells_gateway(self, word, answer, more=""):
        """A word in the user's language."""
        self.says(f"gateway@{self.world.coigate.domain}", self._german.get(word, word) + more)
        self.gets(answer)

    def counts_beginning(self):
        """Up to the first answer of a person: at most two lines of the gateway's own, and one request."""
        domain = self.world.coigate.domain
        lines = [stanza for stanza in self.other.came if f"from='{domain}" in str(stanza).replace('"', "'") and "<body" in str(stanza)]
        requests = [stanza for stanza in self.other.came if stanza.type == "subscribe"]
        check(len(lines) <= 2 and len(requests) <= 1, f"before the first answer: {len(lines)} lines of the gateway, {len(requests)} requests")


def _step(world, window, name, action):
    """A step that fails does not end the play: its picture says more."""
    world.tell(f"\n{name}")
    try:
        action()
    except Exception as error:  # a window that did not come, a mail that did not arrive
        world.tell(f"  FAILED: {error}")
        world.failed.append(name)
    window.keeps(name)


def _answer(bob, mail, headers):
    """An answer with HTML and an attachment."""
    answer = bob.compose("alice@jabber.test", "Long and *good*.\nSee you!", reply_to=mail, headers=headers)
    answer.add_alternative("<p>Long and <b>good</b>.<br>See you!</p>", subtype="html")
    answer.add_attachment(b"%PDF-1.4 a ticket", maintype="application", subtype="pdf", filename="ticket.pdf")
    bob.send(answer)


def steps(world, window):
    """Names and actions, in their order."""
    bob, alice, gateway = world.mail("bob"), window.other, world.coigate.domain
    bob_jid = world.coigate.jid_of(bob.address)
    named = {"From": f"Bob Example <{bob.address}>"}

    def writes():
        window.says(bob_jid, "Hello Bob, how was the trip?")
        bob.reads("how was the trip?")

    def reads():
        _answer(bob, bob.last, named)
        window.gets("ticket.pdf")
        window.counts_beginning()

    def sees_picture():
        bob.sends_file("alice@jabber.test", "The sea, today", "sea.png", "image/png", _png(), headers=named)
        window.gets("sea.png")

    def invites():
        window.tells_gateway("invite", "https://i.delta.chat/")
        window.gets("invite.png")

    def fails():
        window.says(world.coigate.jid_of("nobody@mail.test"), "Is anybody there?")
        if window.client.name != "pidgin":  # which shows the error itself
            window.gets("does not exist")

    def adds():
        alice.presence(bob_jid, "subscribe")
        alice.sees(bob_jid, "subscribed")

    def speaks_otr():
        window.starts_otr(bob_jid)
        window.shows_more(lambda: window.says(bob_jid, "For your eyes only"))
        bob.has_not_read("For your eyes only")  # he has no key: it is refused

    otr = [("otr-not-sent", speaks_otr)] if hasattr(window.client, "otr_question") else []
    return [
        ("start", lambda: None),
        ("stranger-writes", lambda: window.shows_more(
            lambda: bob.writes("alice@jabber.test", "A mail out of the blue", subject="Dinner on Friday?", headers=named))),
        ("writes", writes),
        ("read-mark", lambda: bob.send(read_receipt(bob, bob.last), ["alice@jabber.test"])),
        ("answer-html-attachment", lambda: window.shows_more(reads)),
        ("picture", lambda: window.shows_more(sees_picture)),
        ("adds-contact", adds),
        ("gateway-is-contact", lambda: (alice.presence(gateway, "subscribe"), alice.sees(gateway, "subscribed"))),
        ("gateway-hello", lambda: window.tells_gateway("hello", "Hello!")),
        ("gateway-help", lambda: window.tells_gateway("help", "contact ADDRESS")),
        ("gateway-contact", lambda: window.tells_gateway("contact", "carol\\40mail.test", " carol@mail.test")),
        ("failing-address", lambda: window.shows_more(fails)),
        *otr,
        ("links", lambda: alice.uses_mailbox("ana@mail.test")),
        ("gateway-invite", lambda: window.shows_more(invites)),
        ("gateway-unlink", lambda: window.tells_gateway("unlink", "unlink yes")),
    ]


def _png(width=320, height=200):
    """A picture: blue above, green below."""
    rows = b"".join(b"\0" + (b"\x30\x70\xc0" if y < height // 2 else b"\x40\x90\x40") * width for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def _trust(ca_file, work):
    """Clients fetch files by HTTPS, with the certificates of the system."""
    system, bundle = pathlib.Path("/etc/ssl/certs/ca-certificates.crt"), work / "ca-certificates.crt"
    bundle.write_bytes(system.read_bytes() + ca_file.read_bytes())
    bundle.chmod(0o644)
    subprocess.run(["mount", "--bind", bundle, system], check=True)


def _check_programs(client):
    for program in (client.program, "ip", "Xvfb", "openbox", "xdotool", "import", "dbus-daemon"):
        if not shutil.which(program):
            sys.exit(f"{program} is missing: install with .ci/setup windows")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("client", choices=CLIENTS)
    arguments.add_argument("--steps", choices=("usual", "omemo"), default="usual")
    arguments.add_argument("--language", choices=LOCALES, default="en")
    arguments.add_argument("--pictures", type=pathlib.Path, default=None)
    chosen = arguments.parse_args()
    pictures = chosen.pictures or pathlib.Path(tempfile.mkdtemp(prefix="coigate-windows-"))
    client = CLIENTS[chosen.client]
    _check_programs(client)
    if not os.environ.pop("COIGATE_OWN_NETWORK", ""):
        os.environ["COIGATE_OWN_NETWORK"] = "yes"
        os.execvp("unshare", ["unshare", "--net", "--mount", "sh", "-c", NETWORK, "sh", sys.executable, *sys.argv])

    def jabber(work, certificates, users):
        _trust(certificates.ca_file, work)
        ports = {"Jabber clients": getattr(client, "c2s_port", None) or free_port(), "components": free_port()}
        return ProsodyWithFiles(work, certificates, users, ports)

    if chosen.steps == "omemo" and not hasattr(client, "chooses_omemo"):
        sys.exit(f"{client.program} does not speak OMEMO")
    stage = {"usual": lambda: World(jabber=jabber, mail_people=("ana", "bob", "carol")),
             "omemo": lambda: OmemoWorld(jabber=jabber, mail_people=("carol",))}
    play = {"usual": steps, "omemo": omemo_steps.steps}
    with stage[chosen.steps]() as world:
        world.failed = []
        window = Window(world, client, pictures, chosen.language)
        try:
            for name, action in play[chosen.steps](world, window):
                _step(world, window, name, action)
        finally:
            window.screen.close()
            world.tell(f"\nthe pictures: {pictures}")
    sys.exit(1 if world.failed else 0)


if __name__ == "__main__":
    main()
