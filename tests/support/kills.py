"""Conversations under load, in which coigate is killed again and again, and their judgement; for the stories kill and kill_unasked.

Alice writes by the relay, Dora from her linked mailbox; each exchanges messages each way with Bob. Postfix and the mailbox keep what
coigate did not take, so from mail nothing may be missing. XEP-0114 has no acknowledgements: a stanza that was in coigate's socket at a
kill is gone, unless the users' archives may be asked for it. Those are counted, shown, and looked up in the store, where none of them
may stand: then it was committed, and lost.
"""

import os
import random
import re
import smtplib
import threading
import time

from expect import check, check_equal, tell
from mail_client import text_of
from server import wait_until
from tally import Tally

QUIET = 20  # seconds without any news after which what is missing is missing


class Conversation:
    """A Jabber user and Bob writing to each other, and what arrived on both sides."""

    def __init__(self, world, person, messages):
        self.world, self.person, self.address = world, person, person.address
        self.name, self.messages = person.jid.split("@")[0], messages
        self.chats, self.mails = Tally(f"{self.name}'s chat"), Tally(f"mail for {self.name}")
        self.stanzas = {}  # stanza id: number
        self.told = set()  # numbers of chats that the user got an error for

    def chat(self, number):
        self.stanzas[self.person.say(self.world.coigate.jid_of("bob@mail.test"), self.chats.text(number))] = number

    def mail(self, smtp, bob, number):
        smtp.send_message(bob.compose(self.address, self.mails.text(number)), bob.address, [self.address])

    def take_stanzas(self):
        """Counts what came to the Jabber user since the last time; returns how many."""
        stanzas = list(self.person.came)
        del self.person.came[:len(stanzas)]
        for stanza in stanzas:
            if stanza.type == "error":
                self.told.add(self.stanzas.get(stanza.id))
            else:
                self.mails.take(stanza.body, stanza.id)
        return len(stanzas)

    @property
    def complete(self):
        return not set(self.chats.missing(self.messages)) - self.told and not self.mails.missing(self.messages)

    @property
    def lost(self):
        return [number for number in self.chats.missing(self.messages) if number not in self.told]

    def judge(self, committed, kills, asked):
        """`committed`: the ids of the stanzas that the store remembers; `asked`: whether the archives were."""
        chats, mails = self.chats, self.mails
        tell(f"{self.name} → mail: {self.messages} written, {len(chats.ids)} arrived, {len(self.told - {None})} refused with an error, "
             f"{len(self.lost)} were in a socket at a kill, {chats.repeats} repeats, {len(chats.with_two_ids)} with two ids")
        tell(f"mail → {self.name}: {self.messages} written, {len(mails.ids)} arrived, {len(mails.missing(self.messages))} lost, "
             f"{mails.repeats} repeats, {len(mails.with_two_ids)} with two ids")
        check_equal(mails.missing(self.messages), [], "no mail was lost")
        check_equal([number for stanza, number in self.stanzas.items() if number in self.lost and stanza in committed], [],
                    "no chat that was committed was lost")
        if asked:
            check_equal(self.lost, [], "no chat was lost in a socket: the archive had it")
        check_equal((chats.with_two_ids, mails.with_two_ids), ({}, {}), "nothing arrived under two ids")
        check(chats.repeats <= kills and mails.repeats <= kills, "no more repeats each way than kills")


class Load:
    """Of each of these Jabber users with Bob, so many messages each way; COIGATE_SEED repeats the moments of the kills."""

    def __init__(self, world, people, bob, kills, messages):
        self.world, self.bob, self.kills, self.messages = world, bob, kills, messages
        seed = int(os.environ.get("COIGATE_SEED", time.time()))
        tell(f"COIGATE_SEED={seed} repeats these moments")
        self.dice = random.Random(seed)
        self.conversations = [Conversation(world, person, messages) for person in people]
        for person in people:
            person.writes(bob, f"Hello, I am {person.jid}")
            bob.reads(f"Hello, I am {person.jid}")
        self.last_news = time.monotonic()

    def send_mails(self, numbers):
        with smtplib.SMTP("127.0.0.1", self.world.postfix.smtp_port, timeout=60) as smtp:
            for number in numbers:
                for conversation in self.conversations:
                    conversation.mail(smtp, self.bob, number)

    def take_news(self):
        self.bob.fetch()
        mails, self.bob.came = self.bob.came, []
        news = len(mails) + sum(conversation.take_stanzas() for conversation in self.conversations)
        for mail in mails:
            for conversation in self.conversations:
                conversation.chats.take(text_of(mail), mail["Message-ID"])
        if news:
            self.last_news = time.monotonic()

    def settled(self):
        """Whether everything arrived or was told, or nothing has come for a while and Postfix holds nothing back."""
        self.take_news()
        if all(each.complete for each in self.conversations):
            return True
        return time.monotonic() - self.last_news > QUIET and self._postfix_is_empty()

    def _postfix_is_empty(self):
        """It keeps, for minutes, what coigate took without an answer at a kill, and all of it after many kills in a row."""
        self.world.postfix.flush()
        return self.world.postfix.queue_size() == 0

    def run(self):
        share = self.messages // self.kills
        for kill in range(self.kills):
            numbers = range(kill * share, self.messages if kill == self.kills - 1 else (kill + 1) * share)
            mail_program = threading.Thread(target=self.send_mails, args=(numbers,))
            mail_program.start()
            for number in numbers:
                for conversation in self.conversations:
                    conversation.chat(number)
            time.sleep(self.dice.uniform(0, self.dice.choice((0.05, 1.2))))  # the random moment, half of them in the midst of it
            self.world.coigate.kill()
            mail_program.join()
            self.world.coigate.start()
            wait_until(lambda: self.conversations[0].person.answers(self.world.coigate.domain), 30,
                       "the gateway is back at the Jabber server")
            self.take_news()
            arrived = ", ".join(f"{each.name} {len(each.chats.ids)} chats and {len(each.mails.ids)} mails"
                                for each in self.conversations)
            tell(f"kill {kill + 1}: {arrived} arrived so far")

    def settles(self):
        """Everything arrives, or nothing comes any more; and what Postfix got no answer for has come once more."""
        wait_until(self.settled, 400, "everything arrived, or nothing came any more")
        wait_until(self._postfix_is_empty, 60, "Postfix has handed over what it got no answer for")
        self.take_news()

    def judge(self):
        """After coigate has ended; whether the archives were asked is the Jabber server's."""
        gateway, asked = self.world.coigate, self.world.jabber_server.lets_ask_archives
        committed = {row[0] for row in gateway.stored("SELECT stanza FROM known WHERE from_jabber = 1")}
        found = re.findall(r"(\d+) messages were missed and are taken now", gateway.log_text())
        tell(f"from the archives: {sum(map(int, found))} chats that were in a socket, at {len(found)} of {self.kills} starts")
        for conversation in self.conversations:
            conversation.judge(committed, self.kills, asked)
