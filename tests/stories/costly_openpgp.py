"""Keys and mails that cost their reader hours: refused with words, and meanwhile everybody's encrypted mail goes on; then coigate stops."""

import base64
import os
import signal
import smtplib
import threading
import time

from bombs import closed_as_it_is, costly_autocrypt, costly_key, nested
from encrypted_play import BOB, Play, Relay
from gnupg import Gnupg, clear_mail, encrypted_mail, fields
from play import World, check, check_equal
from server import wait_until

EVE = "eve@evil.test"


def closed(play, packets, sender=EVE):
    return encrypted_mail(fields(sender, play.address, "...")[0], closed_as_it_is(play.gpg, packets, play.alice_key))


def answers_soon(world, play, bob, text):
    """An encrypted message of Alice's, and how long Bob waits for it."""
    begun = time.monotonic()
    play.alice.writes(BOB, text)
    play.opens(bob, text)
    seconds = time.monotonic() - begun
    check(seconds < 5, f"it took {seconds:.1f} s")
    check(play.alice.answers(world.coigate.domain), "the gateway answers")


def at_once(play, mails):
    """Delivers them beside each other; the list of answers grows."""
    answers = []

    def deliver(mail):
        try:
            answers.append(play.route.lmtp(mail, play.address, EVE))
        except (OSError, smtplib.SMTPException):
            answers.append((421, "closed"))
    threads = [threading.Thread(target=deliver, args=[mail], daemon=True) for mail in mails]
    for thread in threads:
        thread.start()
    return threads, answers


def ends(threads):
    for thread in threads:
        thread.join(60)


with World(jabber_people=("alice", "mike")) as world:
    gpg = Gnupg(world.work / "gpg")
    bob, mike = world.mail("bob"), world.jabber("mike")
    play = Play(world, gpg, Relay(world))
    play.alice.writes(BOB, "Hello Bob")
    hello = bob.reads("Hello Bob")
    play.alice_key = gpg.take_key(base64.b64decode("".join(hello["Autocrypt"].split("keydata=")[1].split())))
    play.writes_clear("my key", autocrypt=gpg.autocrypt(BOB, play.key))
    play.alice.reads("my key", BOB)

    world.tell("\nClear mail with keys of 16,384 bits")
    threads, answers = at_once(play, [clear_mail(fields(f"m{i}@evil.test", play.address, "hi", costly_autocrypt(f"m{i}@evil.test"))[0], "hi")
                                      for i in range(8)])
    answers_soon(world, play, bob, "beside costly keys")
    ends(threads)
    check_equal([code for code, _ in answers], [250] * 8, "such a key is passed over, its mail is taken")

    world.tell("\nSuch a key is imported")
    armour = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n" + base64.encodebytes(costly_key("mike@jabber.test", most=40000, secret=True)).decode()
    mike.say(world.coigate.domain, "key import x\n" + armour + "-----END PGP PRIVATE KEY BLOCK-----\n")
    mike.wait_for(lambda s: "larger than what is taken here" in s.body, 30, "the gateway's words about his key")

    world.tell("\nMail of nested compression")
    mail = closed(play, nested())
    check(len(mail) < 6000, f"it has {len(mail)} bytes")
    threads, answers = at_once(play, [mail])
    answers_soon(world, play, bob, "beside nested compression")
    ends(threads)
    check(answers[0][0] == 550 and "too long to open" in answers[0][1], f"refused for good, with the reason: {answers[0]}")
    play.writes("and on it goes")
    play.alice.reads("and on it goes", BOB)

    world.tell("\nMuch of it, and a stop")
    threads, answers = at_once(play, [closed(play, nested(), f"e{i}@evil{i}.test") for i in range(20)])
    answers_soon(world, play, bob, "beside much of it")
    begun = time.monotonic()
    world.coigate.process.send_signal(signal.SIGTERM)
    check_equal(world.coigate.process.wait(20), 0, "it ends well")
    check(time.monotonic() - begun < 10, f"in {time.monotonic() - begun:.1f} s")
    ends(threads)
    check(all(code in (550, 452, 451, 421) for code, _ in answers), "who was not answered for good may try again")

    world.tell("\nThe process that starts the others is killed")
    world.coigate.start()
    main = world.coigate.process.pid
    with open(f"/proc/{main}/task/{main}/children") as children:
        os.kill(int(children.read().split()[0]), signal.SIGKILL)
    wait_until(lambda: play.alice.answers(world.coigate.domain), 30, "the gateway answers at the Jabber server")
    play.alice.writes(BOB, "with nobody to encrypt it")
    check_equal(world.coigate.process.wait(30), 1, "it ends with an error, and whoever watches over it starts it anew")
    check("has ended; so does coigate" in world.coigate.log_text(), "and says why")
    world.coigate.start()
    wait_until(lambda: play.alice.answers(world.coigate.domain), 30, "the gateway answers at the Jabber server")
    answers_soon(world, play, bob, "all is well again")
    gpg.close()
