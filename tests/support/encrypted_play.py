"""Bob's mail program, which encrypts by Autocrypt (gpg), and the ways in which a mail of his may be right or wrong.

A Route is the way by which mail reaches Alice.
"""

import base64
import email.utils
import functools
import re

from expect import check, check_equal
from gnupg import Gnupg, clear_mail, encrypted_mail, entity, fields
from play import World
from server import wait_until

BOB, CAROL, DAVE = "bob@mail.test", "carol@mail.test", "dave@mail.test"


class Relay:
    """Mail comes by coigate's LMTP: what cannot be opened is refused there, to the sender's server."""

    alice, has_door = "alice@jabber.test", True

    def __init__(self, world):
        self.lmtp = world.coigate.lmtp


class Mailbox:
    """Mail comes into a mailbox that Alice has linked. There it is taken, and what cannot be opened lies there."""

    alice, has_door = "ana@mail.test", False

    def __init__(self, world):
        self.lmtp = world.dovecot.lmtp
        alice = world.jabber("alice")
        check_equal(alice.links(self.alice).error, None, "her mailbox is linked")
        # As long as it is looked through for a key of hers, none is sent along.
        wait_until(lambda: "#" in alice.tells_gateway("invite"), 30, "the mailbox was looked through")


class Play:
    """Bob's side: his keys, and the ways in which a mail of his may be right or wrong."""

    def __init__(self, world, gpg, route):
        self.world, self.gpg, self.route, self.address = world, gpg, route, route.alice
        self.alice, self.coigate = world.jabber("alice"), world.coigate
        self.key, self.mallory = gpg.make_key(BOB), gpg.make_key("mallory@mail.test")
        self.alice_key = None

    def deliver(self, mail, sender=BOB):
        """Over LMTP, as the mail system does; (code, words)."""
        code, words = self.route.lmtp(mail, self.address, sender)
        self.world.tell(f"  LMTP: {code} {words}")
        return code, words

    def is_taken(self, mail, sender=BOB):
        check_equal(self.deliver(mail, sender)[0], 250, "taken")

    def writes_clear(self, text, sender=BOB, autocrypt=None, date=None):
        self.world.tell(f"{sender} → {self.address} (clear): {text}")
        header, name = fields(sender, self.address, "Hello", autocrypt, date)
        self.is_taken(clear_mail(header, text), sender)
        return name

    def closed(self, inside, sender=BOB, signer=None, to=None, autocrypt=None, change=lambda message: message, date=None):
        """An encrypted mail around the entity; returns (mail, Message-ID). `signer` "" is nobody."""
        header, name = fields(sender, self.address, "...", autocrypt, date)
        message = self.gpg.close_message(inside, to or self.alice_key, self.key if signer is None else signer)
        return encrypted_mail(header, change(message)), name

    def signed(self, inside, signer):
        """[RFC 3156 §5]"""
        signature = self.gpg.run("--armor", "--detach-sign", "--local-user", signer, given=inside)[0]
        return b'Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary="=_s"\r\n\r\n' \
               b"--=_s\r\n" + inside + b"\r\n--=_s\r\nContent-Type: application/pgp-signature\r\n\r\n" + \
               signature.replace(b"\n", b"\r\n") + b"--=_s--\r\n"

    @staticmethod
    def framed(header, before, message, after):
        """An encrypted message between two parts of HTML."""
        html = "Content-Type: text/html\r\n\r\n"
        return (f'{header}Content-Type: multipart/mixed; boundary="=_m"\r\n\r\n--=_m\r\n{html}{before}\r\n--=_m\r\n').encode() + \
            encrypted_mail("", message) + f"\r\n--=_m\r\n{html}{after}\r\n--=_m--\r\n".encode()

    def writes(self, text, sender=BOB, **how):
        """Encrypted, in the usual form; returns the Message-ID once it is taken."""
        self.world.tell(f"{sender} → {self.address} (encrypted): {text}")
        mail, name = self.closed(entity(text, sender, self.address, "About it", email.utils.formatdate()), sender, **how)
        self.is_taken(mail, sender)
        return name

    def is_shown_with(self, text, notice, sender=BOB):
        shown = self.alice.reads(text, sender).body
        check(shown.startswith(notice), f"marked {notice!r}, before all else")

    def is_closed(self, mail, words, notice, what):
        """Nothing of it is shown; the sender's server hears why, or Alice."""
        code, said = self.deliver(mail)
        if self.route.has_door:
            return check(code == 550 and said.startswith("5.7") and words in said, f"{what}: refused at the door, with the reason")
        check_equal(code, 250, "taken into the mailbox")
        return check("NEVER" not in self.alice.reads(notice, BOB).body, f"{what}: Alice is told of it, and why she cannot read it")

    def opens(self, person, text, key=None):
        """Waits for an encrypted mail to `person` with that text; checks its signature; returns the mail inside."""
        seen = []

        def is_it(mail):
            if mail.get_content_type() != "multipart/encrypted":
                return False
            opened = self.gpg.open_mail(mail)
            seen.append((mail, opened))
            return text in opened.plain.decode()
        person.wait_for(is_it, 30, f"an encrypted mail {text!r}")
        mail, opened = seen[-1]
        self.world.tell(f"  {person.address} decrypts: {text}")
        check(opened.is_good_by(self.alice_key), "its signature is Alice's")
        check_equal(mail["Subject"], "[...]", "its subject is hidden")
        check(text not in mail.as_string(), "nothing of it can be read outside")
        return opened.mail

    def is_closed_for(self, key, other, message):
        """The armoured message can be opened with this key, and not with the other."""
        opened = self.gpg.run("--list-only", "--decrypt", given=message)[1]
        check(encryption_key_id(self, key) in opened and not (other and encryption_key_id(self, other) in opened), f"it is for the key {key} alone")

    def told(self, words):
        """How often the gateway has said something with these words, by itself."""
        return sum(words in s.body for s in self.alice.came if s.sender.split("/")[0] == self.coigate.domain)

    def is_told(self, words):
        wait_until(lambda: self.told(words), 30, f"the gateway says {words!r}")

    def goes_to_his_key(self, bob, text):
        """The user's next mail is encrypted to Bob's own key; returns (the mail outside, the mail inside)."""
        seen = []
        opens = self.gpg.open_mail

        def opens_and_keeps(mail):
            seen.append((mail, opens(mail)))
            return seen[-1][1]
        self.gpg.open_mail = opens_and_keeps
        self.alice.writes(BOB, text)
        try:
            inside = self.opens(bob, text)
        finally:
            self.gpg.open_mail = opens
        mail, opened = seen[-1]
        check(re.search(rf"DECRYPTION_KEY \w+ {self.key}", opened.status), f"{text!r} is for Bob's own key")
        return mail, inside


class OpenpgpWorld(World):
    """A world with `gpg`, and with `program`: Bob's mail program, which encrypts. `route`: how mail reaches Alice."""

    def __init__(self, route=Relay, **setting):
        super().__init__(**setting)
        self.route, self.gpg = route, Gnupg(self.work / "gpg")

    @functools.cached_property
    def program(self):
        return Play(self, self.gpg, self.route(self))

    def _end(self, error):
        self.gpg.close()
        super()._end(error)


def first_contact(play, bob):
    """Keys go with clear mail; from the first answer on it is encrypted, which Alice is told once."""
    stanza = play.alice.writes(BOB, "Hello Bob, my first mail")
    hello = bob.reads("my first mail")
    check("Autocrypt" in hello and "prefer-encrypt=mutual" in hello["Autocrypt"], "Alice's first mail brings her key")
    keydata = hello["Autocrypt"].split("keydata=")[1]
    play.alice_key = play.gpg.take_key(base64.b64decode("".join(keydata.split())))
    play.writes_clear("Hello Alice, mine brings a key too", autocrypt=play.gpg.autocrypt(BOB, play.key))
    play.alice.reads("mine brings a key too", BOB)
    check_equal(play.told("is encrypted now"), 0, "nothing is said to be encrypted yet")
    play.alice.writes(BOB, "The first secret", subject="A secret subject")
    inside = play.opens(bob, "The first secret")
    check_equal(inside["Subject"], "A secret subject", "inside it has its own")
    check_equal(inside["To"].addresses[0].addr_spec, BOB, "and is to Bob")
    play.is_told("is encrypted now")
    play.writes("An answer nobody else reads")
    shown = play.alice.reads("An answer nobody else reads", BOB)
    check("⟦" not in shown.body and "About it" in shown.body, "it is shown as it is, with the inner subject")
    return stanza


def talk_encrypted(program, person, key):
    """Clear mail with a key, and the answer to it."""
    program.writes_clear(f"This is {person.address}", person.address, autocrypt=program.gpg.autocrypt(person.address, key))
    program.alice.reads(f"This is {person.address}", person)
    program.alice.writes(person, f"A secret for {person.address}")
    program.opens(person, f"A secret for {person.address}")


def grouped(fingerprint):
    return " ".join(fingerprint[at:at + 4] for at in range(0, 40, 4))


def encryption_key_id(play, fingerprint):
    rows = play.gpg.run("--with-colons", "--list-keys", fingerprint)[0].decode().splitlines()
    return next(row.split(":")[4] for row in rows if row.startswith("sub:"))


def latest_message(play, bob, text):
    """The armoured message of the mail with that text, which play.opens() has checked."""
    kept = []
    wait_for = bob.wait_for
    bob.wait_for = lambda *what: kept.append(wait_for(*what))
    try:
        play.opens(bob, text)
    finally:
        del bob.wait_for
    return list(kept[-1].iter_parts())[1].get_content()
