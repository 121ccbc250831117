"""The conversation that ./demo shows: what is written on one side, and how it arrives on the other.

Jabber stands on the left, mail on the right; the time between is what a message took from one client to the other.
"""

import os
import re
import shutil
import signal
import sys
import textwrap
import time
import uuid
import xml.etree.ElementTree as ET

from mail_client import text_of
from play import World
from postfix import FAILURES
from server import Failure

PASSWORD = "demo"
WIDTH = min(shutil.get_terminal_size((100, 40)).columns, 120)
COLUMN = max(WIDTH * 9 // 20, 30)  # where the mail side begins
COLOURED = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def paint(text, *codes):
    return f"\033[{';'.join(str(code) for code in codes)}m{text}\033[0m" if COLOURED and text else text


def bold(text):
    return paint(text, 1)


def dim(text):
    return paint(text, 2)


def show(text=""):
    print(text, flush=True)


def headline(text):
    show()
    show(bold(text))
    show(dim("─" * WIDTH))


def note(text):
    for line in textwrap.wrap(text, WIDTH - 2):
        show(" " + line)


def print_xml(element, indent="", outer="jabber:client"):
    """Lines of an element, indented, each namespace named where it begins; without the archive's own mark."""
    namespace, _, name = element.tag.rpartition("}")
    namespace = namespace[1:] or outer
    shown = {key.replace("{http://www.w3.org/XML/1998/namespace}", "xml:"): value for key, value in element.attrib.items()}
    shown = {key: shown[key] for key in sorted(shown, key=lambda key: ["from", "to", "type"].index(key)
                                               if key in ("from", "to", "type") else 3)}
    attributes = "".join(f' {key}="{value}"' for key, value in shown.items())
    if namespace != outer:
        attributes = f' xmlns="{namespace}"' + attributes
    children = [child for child in element if child.tag != "{urn:xmpp:sid:0}stanza-id"]
    if not children:
        text = element.text or ""
        return (f"{indent}<{name}{attributes}" + (f">{text}</{name}>" if text else "/>")).split("\n")
    lines = [f"{indent}<{name}{attributes}>"]
    for child in children:
        lines += print_xml(child, indent + "  ", namespace)
    return [*lines, f"{indent}</{name}>"]


def panel(lines, left, width, colour):
    """Lines in a column with a bar before them, folded to its width."""
    for line in lines:
        hang = " " * (len(line) - len(line.lstrip()) + 4)
        folded = textwrap.wrap(line, width, subsequent_indent=hang, break_on_hyphens=False) or [""]
        for part in folded:
            show(" " * left + paint("│ ", colour) + part)


def show_stanza(xml):
    panel(print_xml(xml), 1, COLUMN + 16, 36)


def short_ids(text):
    """Message ids with their middle left out."""
    return re.sub(r"<([^<>@]{8})[^<>@]{6,}([^<>@]{4}@[^<>]+)>", r"<\1…\2>", text)


def show_mail(mail):
    names = ["From", "To", "Subject", "Message-ID", "In-Reply-To", "Chat-Version"]
    if mail.get_content_type() != "text/plain":
        names.append("Content-Type")
    lines = [f"{name}: {short_ids(' '.join(str(mail[name]).split()))}" for name in names if mail[name]]
    panel([*lines, "", *text_of(mail).splitlines()], COLUMN, WIDTH - COLUMN - 3, 33)


def arrow(seconds, to_mail):
    took = f" {seconds * 1000:.0f} ms " if seconds < 1 else f" {seconds:.1f} s "
    line = took.center(COLUMN - 8, "─")
    show(" " * 5 + paint(f"╰{line}▶" if to_mail else f"◀{line}╯", 32))


class Conversation:
    """Alice and Bob; every method shows one message on both sides and fails if it does not arrive."""

    def __init__(self, world):
        self.world, self.alice, self.bob = world, world.jabber("alice"), world.mail("bob")

    def alice_writes(self, body, address="bob@mail.test"):
        """Shows her stanza and the mail that Bob gets; returns the mail."""
        self._send(body, address)
        began = time.monotonic()
        mail = self.bob.wait_for(lambda m: body in text_of(m), 30, f"Alice's message {body!r}")
        arrow(time.monotonic() - began, True)
        show_mail(mail)
        show()
        return mail

    def alice_fails(self, body, address):
        """Shows her stanza and the error that comes back."""
        stanza_id = self._send(body, address)
        began = time.monotonic()
        error = self.alice.wait_for(lambda s: s.type == "error" and s.id == stanza_id, 30, "the error on her stanza")
        arrow(time.monotonic() - began, False)
        show_stanza(error.xml)
        show()

    def bob_writes(self, body, to="alice@jabber.test", html="", **what):
        """Shows his mail and the stanza that Alice gets."""
        mail = self.bob.compose(to, body, **what)
        if html:
            mail.set_content(html, subtype="html")
        show_mail(mail)
        self.bob.send(mail)
        began = time.monotonic()
        stanza = self.alice.wait_for(lambda s: s.kind == "message" and body in s.body and s.type != "error", 30,
                                     f"Bob's message {body!r}")
        arrow(time.monotonic() - began, False)
        show_stanza(stanza.xml)
        show()

    def _send(self, body, address):
        message = ET.Element("message", {"to": self.world.coigate.jid_of(address), "type": "chat", "id": uuid.uuid4().hex[:8]})
        ET.SubElement(message, "body").text = body
        show_stanza(message)
        self.alice.send(ET.tostring(message, encoding="unicode"))
        return message.get("id")


def play(world):
    talk = Conversation(world)
    show()
    show(" " + paint(bold("alice@jabber.test"), 36) + dim(" on Jabber") + " " * (COLUMN - 28) +
         paint(bold("bob@mail.test"), 33) + dim(" on mail"))

    headline("1  Alice has only Jabber. She writes to Bob's mail address.")
    first = talk.alice_writes("Hello Bob! Did you get home well? 🚲")
    headline("2  Bob answers with the mail program that he has.")
    talk.bob_writes("Yes, dry as a bone. Grüße aus Köln!", reply_to=first)
    talk.alice_writes("Good.\nShall we cook on Friday?")
    talk.bob_writes("Friday it is, _at eight_.", html="<p>Friday it is, <i>at eight</i>.</p>", subject="Friday")
    headline("3  What cannot arrive is said at once, in the mail server's words.")
    talk.alice_fails("Is anybody there?", "nobody@mail.test")

    headline("4  Alice links her own mailbox, and talks from her own mail address.")
    answer = talk.alice.links("alice@mail.test")
    if answer.error:
        raise Failure(f"linking the mailbox failed: {answer.error}")
    note("She filled in her Jabber client's registration form: address and password. coigate has tried the login.")
    show()
    mine = talk.alice_writes("And now from my mailbox.")
    talk.bob_writes("I see: alice@mail.test!", to="alice@mail.test", reply_to=mine)


def show_logins(world):
    rows = [
        ("Jabber", f"alice@jabber.test, password {PASSWORD}, server 127.0.0.1 port {world.jabber_server.c2s_port} (STARTTLS)"),
        ("", f"Bob is the contact {world.coigate.jid_of('bob@mail.test')}"),
        *[("" if number else "Failures", f"{address}: {what}") for number, (address, (_, what)) in enumerate(FAILURES.items())],
        ("Mail", f"bob@mail.test, password {PASSWORD} (and carol@mail.test, alice@mail.test)"),
        ("", f"IMAP localhost port {world.dovecot.imap_port} (STARTTLS) or {world.dovecot.imaps_port} (TLS)"),
        ("", f"SMTP localhost port {world.postfix.submission_port} (STARTTLS) or {world.postfix.submissions_port} (TLS)"),
        ("", "Alice reads alice@mail.test as well; without a mailbox linked (say unlink to "
             f"{world.coigate.domain}) she is alice@jabber.test"),
        ("CA", str(world.certificates.ca_file)),
        ("Logs", f"{world.work}/*/log"),
    ]
    headline("Log in with your own clients")
    for name, text in rows:
        show(f" {bold(name.ljust(9))}{text}")
    show()
    show(dim("Ctrl-C ends everything."))


class Stage(World):
    """The world of a play that speaks for itself: it tells how it starts, and what went wrong."""

    def __enter__(self):
        world = super().__enter__()
        self.tell = lambda line: None
        return world

    def __exit__(self, kind, error, trace):
        self.tell = show
        super().__exit__(kind, error, trace)

    def applaud(self, seconds):
        show(paint(bold(f"✓ Every message arrived; everything has ended ({seconds:.1f} s)."), 32))


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    once = "--once" in sys.argv[1:]
    show("Starting Prosody, Dovecot, Postfix and coigate, privately, on free ports of the loopback …")
    try:
        with Stage(mail_people=("alice", "bob", "carol"), password=PASSWORD, tell=lambda line: show(dim(" " + line)),
                   gateway={"level": "info"}) as world:
            play(world)
            if not once:
                show(paint(bold("✓ Every message arrived."), 32))
                show_logins(world)
                signal.pause()
    except KeyboardInterrupt:
        show("\nEnded; nothing is left running.")
        return 0 if not once else 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
