"""Bob writes from an Autocrypt mail program (gpg), Alice from Jabber: encrypted both ways, and nothing is taken for more than it is.

What is unsigned, wrongly signed, changed, mixed or for somebody else is told apart; once encrypted, nothing falls back to the clear: not by
a header that somebody spoofs, not by a key that expires or is revoked, not after a kill. A Route is the way by which mail reaches Alice.
"""

import base64
import email.utils
import functools
import re
import time

from gnupg import Gnupg, clear_mail, encrypted_mail, entity, fields, tampered, without_integrity
from play import World, check, check_equal
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

    def writes_clear(self, text, sender=BOB, autocrypt=None, date=None):
        self.world.tell(f"{sender} → {self.address} (clear): {text}")
        header, name = fields(sender, self.address, "Hello", autocrypt, date)
        check_equal(self.deliver(clear_mail(header, text), sender)[0], 250, "taken")
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

    def writes(self, text, sender=BOB, **how):
        """Encrypted, in the usual form; returns the Message-ID once it is taken."""
        self.world.tell(f"{sender} → {self.address} (encrypted): {text}")
        mail, name = self.closed(entity(text, sender, self.address, "About it", email.utils.formatdate()), sender, **how)
        check_equal(self.deliver(mail, sender)[0], 250, "taken")
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


def told_apart(play):
    """What is encrypted but not proven to be Bob's is shown with that, and never without."""
    play.writes("No signature", signer="")
    play.is_shown_with("No signature", "⟦encrypted, but not signed: it is not proven who wrote this⟧")
    play.writes("Mallory's signature", signer=play.mallory)
    play.is_shown_with("Mallory's signature", "⟦encrypted, but signed with an unknown key: it is not proven who wrote this⟧")
    play.writes("Mallory's signature and key", signer=play.mallory, autocrypt=play.gpg.autocrypt("mallory@mail.test", play.mallory))
    play.is_shown_with("Mallory's signature and key", "⟦encrypted, but signed with an unknown key")

    mail, name = play.closed(entity("Send them 100 euros"))
    for again in (mail, mail.replace(name.encode(), b"<replayed@mail.test>")):
        check_equal(play.deliver(again)[0], 250, "taken")
    play.writes("After the same mail twice")
    play.alice.reads("After the same mail twice", BOB)
    check_equal(sum("100 euros" in s.body for s in play.alice.came), 1, "sent again by somebody under another Message-ID, it is one message")

    # [RFC 3156 §6.1]: signed first, encrypted then; the text was changed in between.
    text = entity("Signed as this")
    both = play.signed(text, play.key)
    check_equal(play.deliver(play.closed(both, signer="")[0])[0], 250, "signed inside: taken")
    shown = play.alice.reads("Signed as this", BOB).body
    check("⟦" not in shown, "and shown as it is")
    changed = both.replace(b"Signed as this", b"Changed to that")
    check_equal(play.deliver(play.closed(changed, signer="")[0])[0], 250, "with another text under the same signature: taken")
    play.is_shown_with("Changed to that", "⟦encrypted, but its signature is wrong: do not trust this⟧")

    play.writes_clear("Not signed, as most mail")
    play.is_shown_with("Not signed, as most mail", "⟦not encrypted⟧")
    text = entity("Signed in the clear", BOB, play.address, "A signed subject", email.utils.formatdate())
    for key, change, shown, notice in (
            (play.key, b"Signed", "A signed subject", "⟦not encrypted, but signed with their key⟧"),
            (play.mallory, b"Signed", "Signed in the clear", "⟦not encrypted; signed with an unknown key: it is not proven who wrote this⟧"),
            (play.key, b"Changed", "Changed in the clear", "⟦not encrypted; its signature is wrong: ")):
        mail = fields(BOB, play.address, "Hello")[0].encode() + play.signed(text, key).replace(b"Signed in", change + b" in")
        check_equal(play.deliver(mail)[0], 250, "only signed: taken")
        play.is_shown_with(shown, notice)

    play.writes_clear("A postcard")
    play.is_shown_with("A postcard", "⟦not encrypted⟧")
    play.alice.writes(BOB, "An answer to a postcard")


def closed(play):
    """What cannot be opened, or is not whole."""
    text = entity("NEVER SHOWN", BOB, play.address)
    play.is_closed(play.closed(text, change=tampered)[0], "changed on its way", "⟦It was changed on its way", "changed on the way")
    play.is_closed(play.closed(text, change=without_integrity)[0], "without integrity protection", "or is not protected against that",
                   "without integrity protection")
    play.is_closed(play.closed(text, to=play.mallory)[0], "not to the key", "⟦It is encrypted to a key that you do not have",
                   "encrypted to somebody else")
    forged = play.closed(entity("NEVER SHOWN", "mallory@mail.test", play.address), signer=play.mallory)[0]
    play.is_closed(forged, "another sender", "⟦The sender inside is not", "another author inside")
    header, _ = fields(BOB, play.address, "Invoice")
    smime = header + "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n" \
        "Content-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CAMIACAQAxggFIMIIBRAIBADAsMCcxJTAj\r\n"
    play.is_closed(smime.encode(), "S/MIME", "⟦It is encrypted with S/MIME", "S/MIME")

    # EFAIL: a frame of clear HTML around somebody's stolen message, to send its text to a server.
    message = play.gpg.close_message(text, play.alice_key, play.key)
    header, _ = fields(BOB, play.address, "Look")
    mixed = (header + 'Content-Type: multipart/mixed; boundary="=_m"\r\n\r\n--=_m\r\nContent-Type: text/html\r\n\r\n'
             '<p>Look here</p><img src="http://127.0.0.1:9/\r\n--=_m\r\n').encode() + \
        encrypted_mail("", message) + b'\r\n--=_m\r\nContent-Type: text/html\r\n\r\n">\r\n--=_m--\r\n'
    check_equal(play.deliver(mixed)[0], 250, "parts that are encrypted among others: taken")
    play.is_shown_with("Look here", "⟦Parts of this mail are encrypted and others are not.")
    check(not any("NEVER SHOWN" in s.body for s in play.alice.came), "nothing of these was shown")


def keys_change(play, bob):
    """No header and no signature that anybody could make changes Bob's key: another one waits for Alice's word."""
    mallorys = play.gpg.make_key(BOB)
    yesterday = email.utils.formatdate(time.time() - 86400)
    play.writes_clear("A spoofed header", autocrypt=play.gpg.autocrypt("mallory@mail.test", play.mallory))
    play.writes_clear("An older header", autocrypt=play.gpg.autocrypt(BOB, mallorys), date=yesterday)
    play.writes("A foreign header outside", autocrypt=play.gpg.autocrypt(BOB, mallorys))
    play.alice.reads("A foreign header outside", BOB)
    play.alice.writes(BOB, "Still to the first key")
    opened = play.gpg.run("--list-only", "--decrypt", given=latest_message(play, bob, "Still to the first key"))[1]
    check(encryption_key_id(play, play.key) in opened and encryption_key_id(play, mallorys) not in opened, "and only to that")
    check_equal(play.told("uses another key now"), 0, "nobody was said to have a new key")

    second = play.gpg.make_key(BOB)
    play.writes("From my new laptop", signer=second, autocrypt=play.gpg.autocrypt(BOB, second))
    play.is_shown_with("From my new laptop", "⟦signed with another key than before: it is not proven who wrote this⟧")
    play.is_told("bob@mail.test brings another key: " + grouped(second))
    play.alice.writes(BOB, "Not yet to the new key")
    opened = play.gpg.run("--list-only", "--decrypt", given=latest_message(play, bob, "Not yet to the new key"))[1]
    check(encryption_key_id(play, play.key) in opened and encryption_key_id(play, second) not in opened, "the key that counted is used")
    shown = play.alice.tells_gateway(f"accept {BOB}")
    check(grouped(play.key) in shown and grouped(second) in shown, "Alice is shown both fingerprints")
    check("the new key of bob@mail.test is used" in play.alice.tells_gateway(f"accept {BOB} {second}"), "she accepts the new one")
    play.key = second
    play.alice.writes(BOB, "To the new key")
    opened = play.gpg.run("--list-only", "--decrypt", given=latest_message(play, bob, "To the new key"))[1]
    check(encryption_key_id(play, second) in opened, "the new key is used")


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


def receipts(play, bob, alices_mail):
    """Encrypted receipts count as receipts, and ours are encrypted."""
    report = (f"Content-Type: multipart/report; report-type=disposition-notification; boundary=\"=_r\"; protected-headers=\"v1\"\r\n"
              f"From: {BOB}\r\nTo: {play.address}\r\nSubject: Read\r\nDate: {email.utils.formatdate()}\r\n\r\n"
              "--=_r\r\nContent-Type: text/plain\r\n\r\nYour message was read.\r\n--=_r\r\n"
              "Content-Type: message/disposition-notification\r\n\r\n"
              f"Final-Recipient: rfc822;{BOB}\r\nOriginal-Message-ID: {alices_mail['Message-ID']}\r\n"
              "Disposition: manual-action/MDN-sent-automatically; displayed\r\n\r\n--=_r--\r\n").encode()
    check_equal(play.deliver(play.closed(report)[0])[0], 250, "an encrypted receipt is taken")
    got = play.alice.wait_for(lambda s: s.xml.find("{urn:xmpp:receipts}received") is not None, 20, "a receipt")
    check_equal(got.xml.find("{urn:xmpp:receipts}received").get("id"), "asked", "Alice has the receipt, for her own stanza")

    inside = entity("Have you read this?", BOB, play.address, "A question", email.utils.formatdate(),
                    [("Chat-Version", "1.0"), ("Chat-Disposition-Notification-To", BOB)])
    mail, name = play.closed(inside)
    check_equal(play.deliver(mail)[0], 250, "Bob asks for a receipt, inside")
    shown = play.alice.reads("Have you read this?", BOB)
    check(shown.xml.find("{urn:xmpp:receipts}request") is not None, "Alice's client is asked for it")
    play.alice.send(f'<message to="{shown.sender}" type="chat" id="d1"><displayed xmlns="urn:xmpp:chat-markers:0" '
                    f'id="{shown.id}"/></message>')
    answer = play.opens(bob, name)
    check_equal(answer.get_content_type(), "multipart/report", "hers is encrypted")


def ended_keys(play, carol, dave, carols, expires, daves):
    """A key that may no longer be used refuses, with what to do; it does not fall back to the clear."""
    wait_until(lambda: time.time() > expires, 60, "Carol's key has expired")
    stanza = play.alice.writes(CAROL, "NEVER IN THE CLEAR, Carol")
    condition, text = play.alice.gets_error(stanza)
    check("expired" in text and CAROL in text, "the error says why, and of whom")
    play.gpg.revoke(daves)
    play.writes_clear("My key is stolen", DAVE, autocrypt=play.gpg.autocrypt(DAVE, daves))
    play.alice.reads("My key is stolen", DAVE)
    stanza = play.alice.writes(DAVE, "NEVER IN THE CLEAR, Dave")
    condition, text = play.alice.gets_error(stanza)
    check("revoked" in text and DAVE in text, "so does that of a revoked key")
    renewed = play.gpg.make_key(CAROL)
    play.writes_clear("My new key", CAROL, autocrypt=play.gpg.autocrypt(CAROL, renewed))
    play.alice.reads("My new key", CAROL)
    play.is_told(grouped(renewed))
    play.alice.tells_gateway(f"accept {CAROL} {renewed}")
    play.alice.writes(CAROL, "To your new key")
    play.opens(carol, "To your new key")


def talk_encrypted(play, person, key):
    """Clear mail with a key, and the answer to it."""
    play.writes_clear(f"This is {person.address}", person.address, autocrypt=play.gpg.autocrypt(person.address, key))
    play.alice.reads(f"This is {person.address}", person.address)
    play.alice.writes(person.address, f"A secret for {person.address}")
    play.opens(person, f"A secret for {person.address}")


def killed(play, bob):
    """What comes while the gateway is dead waits, in the mailbox or at the mail server that tries again."""
    play.coigate.kill()
    play.world.tell("coigate is killed, and started again")
    if not play.route.has_door:
        play.writes("While nobody looked")
    play.coigate.start()
    play.world.jabber("alice")
    if not play.route.has_door:
        check("⟦" not in play.alice.reads("While nobody looked", BOB).body, "what came meanwhile is read and trusted")
    play.writes("After the kill")
    check("⟦" not in play.alice.reads("After the kill", BOB).body, "his mail is read and trusted as before")
    play.alice.writes(BOB, "My key is the same", stanza_id="asked", extra='<request xmlns="urn:xmpp:receipts"/>')
    receipts(play, bob, play.opens(bob, "My key is the same"))


def own_copies(play, ana):
    """What she wrote lies in her mailbox for her other programs: closed, and open to her key when she takes it there."""
    key = play.alice.tells_gateway("key export a passphrase")
    play.gpg.run("--passphrase", "a passphrase", "--import", given=key.encode())
    copies = [mail for mail in ana.mails_in("Sent") if mail.get_content_type() == "multipart/encrypted"]
    opened = [play.gpg.run("--passphrase", "a passphrase", "--try-secret-key", play.alice_key, "--decrypt",
                           given=list(mail.iter_parts())[1].get_content(), proof="DECRYPTION_OKAY")[0] for mail in copies]
    for text in ("The first secret", "My key is the same"):
        check_equal(sum(text.encode() in each for each in opened), 1, f"her other programs can read {text!r} in Sent")


def play(route, with_ended_keys=True):
    """`route`: Relay or Mailbox. `with_ended_keys` takes the time in which a key expires."""
    people = ("bob", "carol", "dave", *([] if route.has_door else ["ana"]))
    with World(mail_people=people) as world:
        gpg = Gnupg(world.work / "gpg")
        try:
            bob, carol, dave = world.mail("bob"), world.mail("carol"), world.mail("dave")
            play = Play(world, gpg, route(world))
            first_contact(play, bob)
            if with_ended_keys:
                lifetime = 25
                carols, expires = gpg.make_key(CAROL, f"seconds={lifetime}"), time.time() + lifetime + 1
                daves = gpg.make_key(DAVE)
                talk_encrypted(play, carol, carols)
                talk_encrypted(play, dave, daves)
            told_apart(play)
            play.opens(bob, "An answer to a postcard")
            closed(play)
            keys_change(play, bob)
            killed(play, bob)
            if with_ended_keys:
                ended_keys(play, carol, dave, carols, expires, daves)
            if not route.has_door:
                own_copies(play, world.mail("ana"))
            check_equal(play.told("conversation with bob@mail.test is encrypted now"), 1, "how it is protected was said once")
            for person in (carol, dave):
                person.fetch()
                check(not any("NEVER IN THE CLEAR" in mail.as_string() for mail in person.came), f"{person.address} got nothing in the clear")
            world.coigate.check_log("The first secret", "A secret subject", "nobody else reads", "NEVER", "PRIVATE KEY")
        finally:
            gpg.close()
