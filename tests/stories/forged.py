"""Mallory writes in Bob's name: by a key of her own, by gossip, by an invite, by old copies of his key, and in the clear.

Nothing of it changes the conversation of Alice and Bob, whose mail is encrypted, then verified; what Mallory signs is marked.
"""

import email.utils
import re
import subprocess
import time
import urllib.parse

from encrypted_play import BOB, CAROL, Play, Relay, encryption_key_id, first_contact, grouped, latest_message
from gnupg import Gnupg, clear_mail, entity, fields
from play import World, check, check_equal

MARK = "⟦signed with another key than before: it is not proven who wrote this⟧"


def invited(alice):
    link = next(word for word in alice.tells_gateway("invite").split() if word.startswith("https://i.delta.chat/#"))
    return dict(urllib.parse.parse_qsl(link.split("&", 1)[1]))["s"]


def joins(play, key, auth):
    """The second mail of the handshake, which holds the invite's secret, in Bob's name."""
    gpg = play.gpg
    more = [("Chat-Version", "1.0"), ("Secure-Join", "vc-request-with-auth"), ("Secure-Join-Auth", auth), ("Secure-Join-Fingerprint", key),
            ("Autocrypt-Gossip", gpg.autocrypt(play.address, play.alice_key, False).replace("\r\n", "")),
            ("Autocrypt", gpg.autocrypt(BOB, key).replace("\r\n", ""))]
    inside = entity("Secure-Join", BOB, play.address, "Secure-Join", email.utils.formatdate(), more)
    return play.deliver(play.closed(inside, signer=key)[0])[0]


def goes_to_his_key(play, bob, text):
    """Alice's next mail is encrypted to Bob's own key; answers (the mail outside, the mail inside)."""
    seen = []
    opens = play.gpg.open_mail

    def opens_and_keeps(mail):
        seen.append((mail, opens(mail)))
        return seen[-1][1]
    play.gpg.open_mail = opens_and_keeps
    play.alice.writes(BOB, text)
    try:
        inside = play.opens(bob, text)
    finally:
        play.gpg.open_mail = opens
    mail, opened = seen[-1]
    check(re.search(rf"DECRYPTION_KEY \w+ {play.key}", opened.status), f"{text!r} is for Bob's own key")
    return mail, inside


def by_keys(play, bob):
    """A backdated mail with a key of Mallory's, and a key that she says is Bob's."""
    gpg, hour_ago = play.gpg, email.utils.formatdate(time.time() - 3600)
    hers, own = gpg.make_key(BOB), gpg.make_key("mallory@mail.test")
    inside = entity("Send me money", BOB, play.address, "About it", hour_ago)
    play.deliver(play.closed(inside, signer=hers, autocrypt=gpg.autocrypt(BOB, hers), date=hour_ago)[0])
    play.is_shown_with("Send me money", MARK)
    play.is_told(grouped(hers))
    gossiped = gpg.make_key(BOB)
    gossip = gpg.autocrypt(BOB, gossiped, mutual=False).replace("\r\n", "")
    inside = entity("Mallory here", "mallory@mail.test", f"{play.address}, {BOB}", "hi", email.utils.formatdate(), [("Autocrypt-Gossip", gossip)])
    play.deliver(play.closed(inside, "mallory@mail.test", signer=own, autocrypt=gpg.autocrypt("mallory@mail.test", own))[0], "mallory@mail.test")
    play.alice.reads("Mallory here", "mallory@mail.test")
    play.writes("Money, now", signer=gossiped)
    play.is_shown_with("Money, now", "⟦encrypted, but signed with an unknown key")
    goes_to_his_key(play, bob, "After the forged keys")


def by_state(play, bob):
    """Timer, subject, thread and spelling, in the clear."""
    header, name = fields("BoB@mail.test", play.address, "Subject by Mallory", extra=[("Chat-Version", "1.0"), ("Ephemeral-Timer", "1")])
    check_equal(play.deliver(clear_mail(header, "a postcard"), "mallory@mail.test")[0], 250, "taken")
    play.alice.wait_for(lambda s: "a postcard" in s.body, 20, "the postcard")
    mail, inside = goes_to_his_key(play, bob, "After the postcard")
    check_equal(inside["Ephemeral-Timer"], None, "no timer was set")
    check("Mallory" not in str(inside["Subject"]), "the subject is not hers")
    check(name not in str(mail["In-Reply-To"]) and name not in str(mail["References"]), "the thread is not hers")
    check_equal(mail["To"].addresses[0].addr_spec, BOB, "the address is spelled as before")


def by_invite(play, bob):
    """An invite that Alice gave to Mallory, used in the name of Bob, whose key was verified by another."""
    check_equal(joins(play, play.key, invited(play.alice)), 250, "Bob joins")
    play.is_told("verified contact")
    hers = play.gpg.make_key(BOB)
    check_equal(joins(play, hers, invited(play.alice)), 550, "Mallory does not")
    play.is_told(grouped(hers))
    check(grouped(play.key) + " (verified)" in play.alice.tells_gateway(f"fingerprint {BOB}"), "Bob's key is the verified one")
    play.writes_clear("A newsletter of Bob's", autocrypt=play.gpg.autocrypt(BOB, play.gpg.make_key(BOB)))
    play.is_shown_with("A newsletter", "⟦not encrypted⟧")
    goes_to_his_key(play, bob, "To the verified key")


def by_old_copy(play, bob):
    """Bob revokes a subkey and makes another; an older copy of his key does not bring it back."""
    gpg, old_copy, old = play.gpg, play.gpg.autocrypt(BOB, play.key), encryption_key_id(play, play.key)
    gpg.run("--quick-add-key", play.key, "cv25519", "encr", "0")
    subprocess.run(["gpg", "--homedir", str(gpg.home), "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "", "--command-fd", "0",
                    "--edit-key", play.key], input=b"key 1\nrevkey\ny\n1\nstolen\n\ny\nsave\n", capture_output=True, check=True)
    play.writes("My new subkey", autocrypt=gpg.autocrypt(BOB, play.key))
    play.alice.reads("My new subkey", BOB)
    for text, autocrypt in (("before", None), ("after", old_copy)):
        if autocrypt:
            play.writes_clear("An old copy", autocrypt=autocrypt)
            play.alice.reads("An old copy", BOB)
        play.alice.writes(BOB, f"Nothing for the stolen one, {text}")
        message = latest_message(play, bob, f"Nothing for the stolen one, {text}")
        thief = Gnupg(play.world.work / f"stolen-{text}")
        try:
            thief.run("--import", given=gpg.run("--export-secret-subkeys", old + "!")[0])
            shown = subprocess.run(["gpg", "--homedir", str(thief.home), "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--decrypt"],
                                   input=message if isinstance(message, bytes) else message.encode(), capture_output=True, check=False)
            check(b"stolen one" not in shown.stdout, f"the revoked subkey opens nothing {text} an old copy came")
        finally:
            thief.close()


def what_leaves(play, carol):
    """The subject of what came encrypted, from nobody that is known."""
    inside = entity("See the subject", CAROL, play.address, "Merger with ACME", email.utils.formatdate())
    check_equal(play.deliver(play.closed(inside, CAROL, signer="")[0], CAROL)[0], 250, "taken")
    play.alice.reads("See the subject", CAROL)
    play.alice.writes(CAROL, "I have seen it")
    answer = carol.reads("I have seen it")
    check("ACME" not in answer.as_string(), "the subject does not leave in the clear")


with World(mail_people=("bob", "carol")) as world:
    gpg = Gnupg(world.work / "gpg")
    try:
        bob, carol = world.mail("bob"), world.mail("carol")
        play = Play(world, gpg, Relay(world))
        first_contact(play, bob)
        by_keys(play, bob)
        by_state(play, bob)
        what_leaves(play, carol)
        by_invite(play, bob)
        by_old_copy(play, bob)
    finally:
        gpg.close()
