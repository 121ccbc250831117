"""Keys and mails that cost their reader hours: refused with words, and meanwhile everybody's encrypted mail goes on; then coigate stops."""

import signal

import encrypted_play
from bombs import costly_armour, costly_autocrypt, costly_mail
from encrypted_play import OpenpgpWorld
from expect import check, check_equal
from gnupg import clear_mail, fields
from lmtp import AtOnce
from scenario import play, scenario
from server import Within

EVE = "eve@evil.test"


@scenario
def alice_and_bob_encrypt(program, bob):
    """Alice and Bob write to each other until they encrypt."""
    encrypted_play.first_contact(program, bob)


def goes_on(program, bob, text):
    """Bob gets an encrypted message of Alice's soon, and the gateway answers."""
    with Within(5):
        program.alice.writes(bob, text)
        program.opens(bob, text)
    check(program.alice.answers(program.coigate.domain), "the gateway answers")


@scenario(includes=[alice_and_bob_encrypt])
def keys_of_16384_bits(program, bob, mike, gateway):
    """Clear mails with such keys come, and Mike imports one."""
    mails = [clear_mail(fields(f"m{i}@evil.test", program.address, "hi", costly_autocrypt(f"m{i}@evil.test"))[0], "hi") for i in range(8)]
    pouring = AtOnce(gateway, mails, program.address, EVE)
    goes_on(program, bob, "beside costly keys")
    check_equal(pouring.codes(), [250] * 8, "such a key is ignored, its mail is taken")
    mike.say(gateway.domain, "key import x\n" + costly_armour("mike@jabber.test"))
    mike.hears_gateway("larger than what is taken here")


@scenario(includes=[alice_and_bob_encrypt])
def nested_compression(program, bob, alice, gateway):
    """A mail of a few kB that would be decompressed for hours."""
    mail = costly_mail(program, EVE)
    check(len(mail) < 6000, f"it has {len(mail)} bytes")
    pouring = AtOnce(gateway, [mail], program.address, EVE)
    goes_on(program, bob, "beside nested compression")
    check_equal(pouring.codes(), [550], "it is refused permanently")
    check("too long to open" in pouring.answers[0][1], "with the reason")
    program.writes("and on it goes")
    alice.reads("and on it goes", bob)


@scenario(includes=[alice_and_bob_encrypt])
def coigate_is_stopped_meanwhile(program, bob, gateway):
    """SIGTERM while twenty such mails are worked on."""
    pouring = AtOnce(gateway, [costly_mail(program, f"e{i}@evil{i}.test") for i in range(20)], program.address, EVE)
    goes_on(program, bob, "beside much of it")
    with Within(10):
        gateway.process.send_signal(signal.SIGTERM)
        check_equal(gateway.process.wait(20), 0, "it ends with 0")
    check(set(pouring.codes()) <= {550, 452, 451, 421}, "who got no permanent answer may try again")
    gateway.start()


@scenario(includes=[coigate_is_stopped_meanwhile])
def zygote_is_killed(program, alice, bob, gateway):
    """The process that starts the others is killed: coigate ends with an error, so that it is started again."""
    gateway.kills_zygote()
    alice.waits_for_gateway()
    alice.writes(bob, "with nobody to encrypt it")
    check_equal(gateway.process.wait(30), 1, "it ends with 1")
    check("has ended; so does coigate" in gateway.log_text(), "the log says why")
    gateway.start()
    alice.waits_for_gateway()
    goes_on(program, bob, "all is well again")


play(__name__, stage=OpenpgpWorld.for_actors)
