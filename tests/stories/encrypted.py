"""Bob writes from an Autocrypt mail program (gpg), Alice from Jabber: encrypted both ways, and nothing is taken for more than it is.

What is unsigned, wrongly signed, changed, mixed or for somebody else is told apart; once encrypted, nothing falls back to the clear: not by
a header that somebody spoofs, not by a key that expires or is revoked, not after a kill.
"""

import email.utils
import time

import encrypted_play
from encrypted_play import BOB, OpenpgpWorld, grouped, latest_message, talk_encrypted
from expect import check, check_equal
from gnupg import entity, fields, tampered, without_integrity
from reports import encrypted_receipt
from scenario import play, scenario
from server import wait_until

MALLORY = "mallory@mail.test"
LIFETIME = 25  # seconds of Carol's key


@scenario
def first_contact(program, bob):
    """Keys go with clear mail; from the first answer on it is encrypted, which Alice is told once."""
    encrypted_play.first_contact(program, bob)


@scenario(includes=[first_contact])
def carol_and_dave_encrypt_too(program, gpg, carol, dave, world):
    """The key of Carol's will expire."""
    world.carols_key, world.daves_key = gpg.make_key(carol.address, f"seconds={LIFETIME}"), gpg.make_key(dave.address)
    world.expires = time.time() + LIFETIME + 1
    talk_encrypted(program, carol, world.carols_key)
    talk_encrypted(program, dave, world.daves_key)


@scenario(includes=[first_contact])
def unproven_authors(program, gpg, alice, bob):
    """What is encrypted but not proven to be Bob's is shown with that, and never without."""
    program.writes("No signature", signer="")
    program.is_shown_with("No signature", "⟦encrypted, but not signed: it is not proven who wrote this⟧")
    program.writes("Mallory's signature", signer=program.mallory)
    program.is_shown_with("Mallory's signature", "⟦encrypted, but signed with an unknown key: it is not proven who wrote this⟧")
    program.writes("Mallory's signature and key", signer=program.mallory, autocrypt=gpg.autocrypt(MALLORY, program.mallory))
    program.is_shown_with("Mallory's signature and key", "⟦encrypted, but signed with an unknown key")
    mail, name = program.closed(entity("Send them 100 euros"))
    for again in (mail, mail.replace(name.encode(), b"<replayed@mail.test>")):
        program.is_taken(again)
    program.writes("After the same mail twice")
    alice.reads("After the same mail twice", bob)
    check_equal(sum("100 euros" in s.body for s in alice.came), 1, "sent again by somebody under another Message-ID, it is one message")


@scenario(includes=[first_contact])
def signed_inside(program, alice, bob):
    """[RFC 3156 §6.1]: signed first, then encrypted; then the text is changed in between."""
    both = program.signed(entity("Signed as this"), program.key)
    program.is_taken(program.closed(both, signer="")[0])
    alice.reads("Signed as this", bob, lacks="⟦")
    program.is_taken(program.closed(both.replace(b"Signed as this", b"Changed to that"), signer="")[0])
    program.is_shown_with("Changed to that", "⟦encrypted, but its signature is wrong: do not trust this⟧")


@scenario(includes=[first_contact])
def clear_mail(program):
    """Mail in the clear, with and without a signature."""
    program.writes_clear("Not signed, as most mail")
    program.is_shown_with("Not signed, as most mail", "⟦not encrypted⟧")
    text = entity("Signed in the clear", BOB, program.address, "A signed subject", email.utils.formatdate())
    for key, change, shown, notice in (
            (program.key, b"Signed", "A signed subject", "⟦not encrypted, but signed with their key⟧"),
            (program.mallory, b"Signed", "Signed in the clear", "⟦not encrypted; signed with an unknown key: it is not proven who wrote this⟧"),
            (program.key, b"Changed", "Changed in the clear", "⟦not encrypted; its signature is wrong: ")):
        mail = fields(BOB, program.address, "Hello")[0].encode() + program.signed(text, key).replace(b"Signed in", change + b" in")
        program.is_taken(mail)
        program.is_shown_with(shown, notice)


@scenario(includes=[first_contact])
def answer_to_a_postcard(program, alice, bob):
    """What Alice answers to clear mail is encrypted."""
    program.writes_clear("A postcard")
    program.is_shown_with("A postcard", "⟦not encrypted⟧")
    alice.writes(bob, "An answer to a postcard")
    program.opens(bob, "An answer to a postcard")


@scenario(includes=[first_contact])
def what_cannot_be_opened(program):
    """Changed, unprotected, for somebody else, of another author, or S/MIME: nothing of it is shown, and it is said why."""
    text = entity("NEVER SHOWN", BOB, program.address)
    program.is_closed(program.closed(text, change=tampered)[0], "changed on its way", "⟦It was changed on its way", "changed on the way")
    program.is_closed(program.closed(text, change=without_integrity)[0], "without integrity protection", "or is not protected against that",
                      "without integrity protection")
    program.is_closed(program.closed(text, to=program.mallory)[0], "not to the key", "⟦It is encrypted to a key that you do not have",
                      "encrypted to somebody else")
    forged = program.closed(entity("NEVER SHOWN", MALLORY, program.address), signer=program.mallory)[0]
    program.is_closed(forged, "another sender", "⟦The sender inside is not", "another author inside")
    smime = fields(BOB, program.address, "Invoice")[0] + "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; " \
        "name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CAMIACAQAxggFIMIIBRAIBADAsMCcxJTAj\r\n"
    program.is_closed(smime.encode(), "S/MIME", "⟦It is encrypted with S/MIME", "S/MIME")


@scenario(includes=[what_cannot_be_opened])
def efail(program, gpg, alice):
    """A frame of clear HTML around somebody's stolen message, to send its text to a server."""
    header, _ = fields(BOB, program.address, "Look")
    stolen = gpg.close_message(entity("NEVER SHOWN", BOB, program.address), program.alice_key, program.key)
    program.is_taken(program.framed(header, '<p>Look here</p><img src="http://127.0.0.1:9/', stolen, '">'))
    program.is_shown_with("Look here", "⟦Parts of this mail are encrypted and others are not.")
    alice.has_not_read("NEVER SHOWN")


@scenario(includes=[first_contact])
def headers_change_no_key(program, gpg, alice, bob):
    """No header that anybody could write changes Bob's key."""
    mallorys = gpg.make_key(BOB)
    program.writes_clear("A spoofed header", autocrypt=gpg.autocrypt(MALLORY, program.mallory))
    program.writes_clear("An older header", autocrypt=gpg.autocrypt(BOB, mallorys), date=email.utils.formatdate(time.time() - 86400))
    program.writes("A foreign header outside", autocrypt=gpg.autocrypt(BOB, mallorys))
    alice.reads("A foreign header outside", bob)
    alice.writes(bob, "Still to the first key")
    program.is_closed_for(program.key, mallorys, latest_message(program, bob, "Still to the first key"))
    check_equal(program.told("uses another key now"), 0, "nobody was said to have a new key")


@scenario(includes=[headers_change_no_key])
def bob_has_another_key(program, gpg, alice, bob):
    """Bob's new key waits for Alice's word."""
    second = gpg.make_key(BOB)
    program.writes("From my new laptop", signer=second, autocrypt=gpg.autocrypt(BOB, second))
    program.is_shown_with("From my new laptop", "⟦signed with another key than before: it is not proven who wrote this⟧")
    program.is_told("bob@mail.test brings another key: " + grouped(second))
    alice.writes(bob, "Not yet to the new key")
    program.is_closed_for(program.key, second, latest_message(program, bob, "Not yet to the new key"))
    alice.asks_gateway(f"accept {BOB}", [grouped(program.key), grouped(second)])
    alice.asks_gateway(f"accept {BOB} {second}", "the new key of bob@mail.test is used")
    program.key = second
    alice.writes(bob, "To the new key")
    program.is_closed_for(second, None, latest_message(program, bob, "To the new key"))


@scenario(includes=[bob_has_another_key])
def coigate_is_killed(program, gateway, alice, bob):
    """What comes while the gateway is dead waits, in the mailbox or at the mail server that tries again; all is known as before."""
    gateway.kill()
    if not program.route.has_door:
        program.writes("While nobody looked")
    gateway.start()
    alice.waits_for_gateway()
    if not program.route.has_door:
        alice.reads("While nobody looked", bob, lacks="⟦")
    program.writes("After the kill")
    alice.reads("After the kill", bob, lacks="⟦")
    alice.writes(bob, "My key is the same")
    program.opens(bob, "My key is the same")


@scenario(includes=[coigate_is_killed])
def receipts(program, alice, bob):
    """Encrypted receipts count as receipts, and ours are encrypted."""
    stanza = alice.writes(bob, "Tell me that you have read it", extra='<request xmlns="urn:xmpp:receipts"/>')
    mail = program.opens(bob, "Tell me that you have read it")
    program.is_taken(program.closed(encrypted_receipt(BOB, program.address, mail))[0])
    alice.sees_displayed(stanza)
    wish = [("Chat-Version", "1.0"), ("Chat-Disposition-Notification-To", BOB)]
    mail, name = program.closed(entity("Have you read this?", BOB, program.address, "A question", email.utils.formatdate(), wish))
    program.is_taken(mail)
    shown = alice.reads("Have you read this?", bob)
    check(shown.xml.find("{urn:xmpp:receipts}request") is not None, "Alice's client is asked for a receipt")
    alice.shows(shown)
    check_equal(program.opens(bob, name).get_content_type(), "multipart/report", "hers is encrypted")


@scenario(includes=[carol_and_dave_encrypt_too, receipts])
def keys_end(program, gpg, alice, carol, dave, world):
    """A key that may no longer be used refuses, with what to do; it does not fall back to the clear."""
    wait_until(lambda: time.time() > world.expires, 60, "Carol's key has expired")
    alice.gets_error(alice.writes(carol, "NEVER IN THE CLEAR, Carol"), words=["expired", carol.address])
    gpg.revoke(world.daves_key)
    program.writes_clear("My key is stolen", dave.address, autocrypt=gpg.autocrypt(dave.address, world.daves_key))
    alice.reads("My key is stolen", dave)
    alice.gets_error(alice.writes(dave, "NEVER IN THE CLEAR, Dave"), words=["revoked", dave.address])
    renewed = gpg.make_key(carol.address)
    program.writes_clear("My new key", carol.address, autocrypt=gpg.autocrypt(carol.address, renewed))
    alice.reads("My new key", carol)
    program.is_told(grouped(renewed))
    alice.tells_gateway(f"accept {carol.address} {renewed}")
    alice.writes(carol, "To your new key")
    program.opens(carol, "To your new key")
    for person in (carol, dave):
        person.has_not_read("NEVER IN THE CLEAR")


@scenario(includes=[coigate_is_killed])
def all_of_it_is_secret(program, gateway):
    """How it is protected was said once; nothing of it stands in the log."""
    check_equal(program.told("conversation with bob@mail.test is encrypted now"), 1, "how it is protected was said once")
    gateway.check_log("The first secret", "A secret subject", "nobody else reads", "NEVER", "PRIVATE KEY")


play(__name__, stage=OpenpgpWorld.for_actors)
