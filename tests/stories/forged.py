"""Mallory writes in Bob's name: by a key of her own, by gossip, by an invite, by old copies of his key, and in the clear.

Nothing of it changes the conversation of Alice and Bob, whose mail is encrypted, then verified; what Mallory signs is marked.
"""

import email.utils
import time
import urllib.parse

import encrypted_play
from encrypted_play import BOB, CAROL, OpenpgpWorld, encryption_key_id, grouped, latest_message
from expect import check, check_equal
from gnupg import clear_mail, entity, fields
from scenario import play, scenario

MALLORY = "mallory@mail.test"


@scenario
def first_contact(program, bob):
    """Alice and Bob write to each other until they encrypt."""
    encrypted_play.first_contact(program, bob)


@scenario(includes=[first_contact])
def key_of_her_own(program, gpg, bob):
    """Mallory signs with a key of her own, an hour back."""
    hour_ago, hers = email.utils.formatdate(time.time() - 3600), gpg.make_key(BOB)
    inside = entity("Send me money", BOB, program.address, "About it", hour_ago)
    program.deliver(program.closed(inside, signer=hers, autocrypt=gpg.autocrypt(BOB, hers), date=hour_ago)[0])
    program.is_shown_with("Send me money", "⟦signed with another key than before: it is not proven who wrote this⟧")
    program.is_told(grouped(hers))
    program.goes_to_his_key(bob, "After the forged key")


@scenario(includes=[first_contact])
def gossip(program, gpg, bob):
    """Mallory writes in her own name, and says in Autocrypt-Gossip that a key is Bob's."""
    own, gossiped = gpg.make_key(MALLORY), gpg.make_key(BOB)
    said = [("Autocrypt-Gossip", gpg.autocrypt(BOB, gossiped, mutual=False).replace("\r\n", ""))]
    inside = entity("Mallory here", MALLORY, f"{program.address}, {BOB}", "hi", email.utils.formatdate(), said)
    program.deliver(program.closed(inside, MALLORY, signer=own, autocrypt=gpg.autocrypt(MALLORY, own))[0], MALLORY)
    program.alice.reads("Mallory here", MALLORY)
    program.writes("Money, now", signer=gossiped)
    program.is_shown_with("Money, now", "⟦encrypted, but signed with an unknown key")
    program.goes_to_his_key(bob, "After the gossip")


@scenario(includes=[first_contact])
def postcard(program, alice, bob):
    """Mallory writes in the clear, with a timer, a subject, a Message-ID and a spelling of her own."""
    header, name = fields("BoB@mail.test", program.address, "Subject by Mallory", extra=[("Chat-Version", "1.0"), ("Ephemeral-Timer", "1")])
    check_equal(program.deliver(clear_mail(header, "a postcard"), MALLORY)[0], 250, "taken")
    alice.reads("a postcard")
    mail, inside = program.goes_to_his_key(bob, "After the postcard")
    check_equal(inside["Ephemeral-Timer"], None, "no timer was set")
    check("Mallory" not in str(inside["Subject"]), "the subject is not hers")
    check(name not in str(mail["In-Reply-To"]) and name not in str(mail["References"]), "the thread is not hers")
    check_equal(mail["To"].addresses[0].addr_spec, BOB, "the address is spelled as before")


@scenario(includes=[first_contact])
def encrypted_subject(program, alice, carol):
    """The subject of a mail that came encrypted, unsigned and from somebody unknown, does not leave in the clear."""
    inside = entity("See the subject", CAROL, program.address, "Merger with ACME", email.utils.formatdate())
    check_equal(program.deliver(program.closed(inside, CAROL, signer="")[0], CAROL)[0], 250, "taken")
    alice.reads("See the subject", carol)
    alice.writes(carol, "I have seen it")
    check("ACME" not in carol.reads("I have seen it").as_string(), "the subject is not in the answer")


def joins(program, key, invite):
    """The second mail of the handshake, which holds the invite's secret, in Bob's name; returns the LMTP code."""
    secret = dict(urllib.parse.parse_qsl(invite.split("&", 1)[1]))["s"]
    gossip, own = program.gpg.autocrypt(program.address, program.alice_key, False), program.gpg.autocrypt(BOB, key)
    more = [("Chat-Version", "1.0"), ("Secure-Join", "vc-request-with-auth"), ("Secure-Join-Auth", secret), ("Secure-Join-Fingerprint", key),
            ("Autocrypt-Gossip", gossip.replace("\r\n", "")), ("Autocrypt", own.replace("\r\n", ""))]
    inside = entity("Secure-Join", BOB, program.address, "Secure-Join", email.utils.formatdate(), more)
    return program.deliver(program.closed(inside, signer=key)[0])[0]


@scenario(includes=[first_contact])
def invite(program, gpg, alice, bob):
    """Mallory uses an invite that Alice gave to her in the name of Bob, whose key was verified by another."""
    check_equal(joins(program, program.key, alice.can_invite()), 250, "Bob joins")
    program.is_told("verified contact")
    hers = gpg.make_key(BOB)
    check_equal(joins(program, hers, alice.can_invite()), 550, "Mallory does not")
    program.is_told(grouped(hers))
    alice.asks_gateway(f"fingerprint {BOB}", grouped(program.key) + " (verified)")
    program.writes_clear("A newsletter of Bob's", autocrypt=gpg.autocrypt(BOB, gpg.make_key(BOB)))
    program.is_shown_with("A newsletter", "⟦not encrypted⟧")
    program.goes_to_his_key(bob, "To the verified key")


@scenario(includes=[first_contact])
def old_copy_of_his_key(program, gpg, alice, bob):
    """Bob revokes a subkey that was stolen and makes another; an older copy of his key does not bring it back."""
    old_copy, stolen = gpg.autocrypt(BOB, program.key), encryption_key_id(program, program.key)
    gpg.revoke_subkey(program.key)
    program.writes("My new subkey", autocrypt=gpg.autocrypt(BOB, program.key))
    alice.reads("My new subkey", bob)
    for text, autocrypt in (("before", None), ("after", old_copy)):
        if autocrypt:
            program.writes_clear("An old copy", autocrypt=autocrypt)
            alice.reads("An old copy", bob)
        alice.writes(bob, f"Nothing for the stolen one, {text}")
        message = latest_message(program, bob, f"Nothing for the stolen one, {text}")
        check(b"stolen one" not in gpg.thief_reads(stolen, message), f"the revoked subkey opens nothing {text} an old copy came")


play(__name__, stage=OpenpgpWorld.for_actors)
