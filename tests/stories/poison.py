"""One recipient at which the mail server ends the session, and one mail at which the IMAP server does: everybody else's go on,
and the admin and the owner see what is wrong. Real Postfix (access(5): 421) and real Dovecot (a file shorter than its S=)."""

import json

from lmtp import deliver
from play import World, check, tell
from server import wait_until


def mail(number):
    return (f"From: Bob <bob@mail.test>\r\nTo: carol@mail.test\r\nSubject: s\r\nMessage-ID: <chat$poison{number}@mail.test>\r\n"
            f"Chat-Version: 1.0\r\n\r\nMail number {number}. " + "x" * 3000 + "\r\n").encode()


def waiting(world):
    return [json.loads(line) for line in world.coigate.queue()]


world = World(jabber_people=("alice", "eve"), mail_people=("bob", "carol"))
main_cf = next(world.postfix.folder.rglob("main.cf"))
main_cf.write_text(main_cf.read_text() + "\nsmtpd_recipient_restrictions = check_recipient_access inline:{ {poison@mail.test = 421 "
                   "4.7.0 This recipient is not served now} }, permit_mynetworks, permit_sasl_authenticated, "
                   "reject_unauth_destination\n")
with world:
    alice, eve, bob = world.jabber("alice"), world.jabber("eve"), world.mail("bob")
    alice.writes("poison@mail.test", "To the odd address")
    wait_until(lambda: any(entry["attempts"] > 0 for entry in waiting(world)), 10, "an attempt in the queue")
    check("421" in waiting(world)[0]["error"], "the admin sees why the message waits")
    eve.writes("bob@mail.test", "From eve, who has nothing to do with it")
    bob.reads("nothing to do with it", 5)

    alice.links("carol@mail.test")
    wait_until(lambda: "key was found" in world.coigate.log_text(), 20, "the mailbox is looked through")
    deliver(world.dovecot.lmtp_port, mail(1), "carol@mail.test", "bob@mail.test")
    alice.reads("Mail number 1")
    world.coigate.stop()
    for number in (2, 3):
        deliver(world.dovecot.lmtp_port, mail(number), "carol@mail.test", "bob@mail.test")
    box = world.dovecot.folder / "mail" / "carol@mail.test" / "Maildir"
    broken = next(f for f in [*box.glob("new/*"), *box.glob("cur/*")] if b"number 2" in f.read_bytes())
    whole = broken.read_bytes()
    broken.write_bytes(whole[:-500])
    tell("Dovecot has a mail that is shorter than it thinks")
    world.coigate.start()
    alice.reads("Mail number 3", seconds=20)
    word = alice.reads("cannot be read here", seconds=60)
    check("INBOX" in word.body, "its owner hears of it, and where it lies")
    check("cannot be read" in alice.tells_gateway("status"), "and in the status")
    stuck = world.coigate.account(alice.jid.split("/")[0])["stuck"]
    check(len(stuck) == 1 and stuck[0]["set_aside"] and stuck[0]["error"], "the admin sees it, too")
