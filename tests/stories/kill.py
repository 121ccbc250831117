"""SIGKILL at random moments under load: what was committed is never lost, and a repeat is the same message with the same id.

200 messages each way, in 25 kills (1,000 and 120 with COIGATE_LONG); Postfix keeps what coigate did not take, so from mail nothing
may be missing. XEP-0114 has no acknowledgements: a stanza that was in coigate's socket at a kill is gone. Those are counted, shown,
and looked up in the store, where none of them may stand: then it was committed, and lost.
"""

import os
import random
import smtplib
import sqlite3
import threading
import time

from play import World, check, check_equal, tell, text_of
from server import wait_until
from tally import Tally

KILLS, MESSAGES = (120, 1000) if os.environ.get("COIGATE_LONG") else (25, 200)
QUIET = 15  # seconds without any news after which what is missing is missing

seed = int(os.environ.get("COIGATE_SEED", time.time()))
dice = random.Random(seed)
tell(f"COIGATE_SEED={seed} repeats these moments")


class Load:
    """Alice and Bob writing to each other, and what arrived on both sides."""

    def __init__(self, world):
        self.world, self.alice, self.bob = world, world.jabber("alice"), world.mail("bob")
        self.chats, self.mails = Tally("chat"), Tally("mail")
        self.stanzas = {}  # stanza id: number
        self.told = set()  # numbers of chats that Alice got an error for
        self.last_news = time.monotonic()

    def alice_writes(self, number):
        stanza = self.alice.say(self.world.coigate.jid_of("bob@mail.test"), self.chats.text(number))
        self.stanzas[stanza] = number

    def bob_writes(self, numbers):
        with smtplib.SMTP("127.0.0.1", self.world.postfix.smtp_port, timeout=60) as smtp:
            for number in numbers:
                smtp.send_message(self.bob.compose("alice@jabber.test", self.mails.text(number)), "bob@mail.test",
                                  ["alice@jabber.test"])

    def take_news(self):
        """Counts what came since the last time."""
        self.bob.fetch()
        mails, self.bob.came = self.bob.came, []
        stanzas = list(self.alice.came)
        del self.alice.came[:len(stanzas)]
        for mail in mails:
            self.chats.take(text_of(mail), mail["Message-ID"])
        for stanza in stanzas:
            if stanza.type == "error":
                self.told.add(self.stanzas.get(stanza.id))
            else:
                self.mails.take(stanza.body, stanza.id)
        if mails or stanzas:
            self.last_news = time.monotonic()

    def settled(self):
        """Whether everything arrived or was told, or nothing has come for a while."""
        self.take_news()
        chats_left = set(self.chats.missing(MESSAGES)) - self.told
        return (not chats_left and not self.mails.missing(MESSAGES)) or time.monotonic() - self.last_news > QUIET

    def run(self):
        share = MESSAGES // KILLS
        for kill in range(KILLS):
            numbers = range(kill * share, MESSAGES if kill == KILLS - 1 else (kill + 1) * share)
            mail_program = threading.Thread(target=self.bob_writes, args=(numbers,))
            mail_program.start()
            for number in numbers:
                self.alice_writes(number)
            time.sleep(dice.uniform(0, 0.8))  # the random moment
            self.world.coigate.kill()
            mail_program.join()
            self.world.coigate.start()
            wait_until(lambda: self.alice.answers(self.world.coigate.domain), 30, "the gateway is back at the Jabber server")
            self.take_news()
            tell(f"kill {kill + 1}: {len(self.chats.ids)} chats and {len(self.mails.ids)} mails arrived so far")


with World(gateway={"level": "info"}) as world:
    load = Load(world)
    load.run()
    wait_until(load.settled, 300, "everything arrived, or nothing came any more")
    chats, mails = load.chats, load.mails
    lost = [number for number in chats.missing(MESSAGES) if number not in load.told]
    tell(f"chat → mail: {MESSAGES} written, {len(chats.ids)} arrived, {len(load.told - {None})} refused with an error, "
         f"{len(lost)} were in a socket at a kill, {chats.repeats} repeats, {len(chats.with_two_ids)} with two ids")
    tell(f"mail → chat: {MESSAGES} written, {len(mails.ids)} arrived, {len(mails.missing(MESSAGES))} lost, "
         f"{mails.repeats} repeats, {len(mails.with_two_ids)} with two ids")

    check_equal(mails.missing(MESSAGES), [], "no mail was lost")
    check_equal(chats.with_two_ids, {}, "no chat arrived under two ids")
    check_equal(mails.with_two_ids, {}, "no mail arrived under two ids")
    check(chats.repeats <= KILLS and mails.repeats <= KILLS, "no more repeats each way than kills")
    check_equal(world.postfix.queue_size(), 0, "nothing is left in Postfix's queue")
    check_equal(world.coigate.stop(), 0, "coigate ends cleanly")
    with sqlite3.connect(f"file:{world.coigate.store}/coigate.db?mode=ro", uri=True) as store:
        committed = {row[0] for row in store.execute("SELECT stanza FROM known WHERE from_jabber = 1")}
        waiting = store.execute("SELECT count(*) FROM queue").fetchone()[0]
    check_equal(waiting, 0, "nothing is left in the queue")
    check_equal([number for stanza, number in load.stanzas.items() if number in lost and stanza in committed], [],
                "no chat that was committed was lost")
