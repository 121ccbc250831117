"""Counts numbered messages: which arrived, which twice, and whether a repeat had the id of its first copy."""

import re
import smtplib
import threading
from collections import defaultdict

from expect import check, check_equal, tell
from mail_client import text_of
from server import wait_until


class Tally:
    """`word` is what stands before the number in a text: "chat 0042." """

    def __init__(self, word):
        self.word = word
        self._pattern = re.compile(rf"\b{word} (\d{{4}})\.")
        self.ids = defaultdict(list)  # number: the id of each copy, in order of arrival

    def text(self, number):
        return f"{self.word} {number:04}."

    def take(self, text, message_id):
        """Counts a message that came; one that is not numbered by this tally is ignored."""
        found = self._pattern.search(text)
        if found:
            self.ids[int(found[1])].append(message_id)

    def missing(self, total):
        return [number for number in range(total) if number not in self.ids]

    @property
    def repeats(self):
        return sum(len(copies) - 1 for copies in self.ids.values())

    @property
    def with_two_ids(self):
        return {number: copies for number, copies in self.ids.items() if len(set(copies)) > 1}


class Traffic:
    """A Jabber user and a mail user write numbered messages to each other."""

    def __init__(self, alice, bob, gateway, messages):
        self.alice, self.bob, self.gateway, self.messages = alice, bob, gateway, messages
        self.chats, self.mails = Tally("chat"), Tally("mail")
        self._writer = threading.Thread(target=self._bob_writes_all, daemon=True)

    def bob_begins(self):
        self._writer.start()

    def _bob_writes_all(self):
        """His mail program tries again, with the same mail, while the server is away."""
        for number in range(self.messages):
            mail = self.bob.compose(self.alice.address, self.mails.text(number))

            def sent():
                try:
                    return self.bob.send(mail)
                except (OSError, smtplib.SMTPException):
                    return None
            wait_until(sent, 60, f"mail {number} is sent")

    def alice_writes(self, number):
        self.alice.say(self.gateway.jid_of(self.bob.address), self.chats.text(number))

    def restart(self, server):
        """Her client is logged out before and in after, if the server is the Jabber server."""
        is_jabber = server is self.alice.world.jabber_server
        if is_jabber:
            check_equal(self.alice.iq(self.alice.jid, "get", '<query xmlns="jabber:iq:roster"/>').type, "result",
                        "the Jabber server has passed on all that she wrote")
            self.alice.close()
        server.restart()
        if is_jabber:
            self.alice.reconnects()
        tell(f"{server.name} was restarted")

    def _count(self):
        self.bob.fetch()
        for mail in self.bob.came:
            self.chats.take(text_of(mail), mail["Message-ID"])
        for stanza in list(self.alice.came):
            self.mails.take(stanza.body, stanza.id)
        self.bob.came.clear()
        self.alice.came.clear()
        return not self.chats.missing(self.messages) and not self.mails.missing(self.messages)

    def has_arrived(self, repeats):
        """All messages, each with one id; no more than that many came twice."""
        wait_until(self._count, 120, lambda: f"all messages; missing: chats {self.chats.missing(self.messages)}, "
                                             f"mails {self.mails.missing(self.messages)}")
        self._writer.join()
        for name, tally in (("chat → mail", self.chats), ("mail → chat", self.mails)):
            check_equal(tally.missing(self.messages), [], f"{name}: all {self.messages} arrived")
            check_equal(tally.with_two_ids, {}, f"{name}: none has two ids")
            check(tally.repeats <= repeats, f"{name}: {tally.repeats} repeats, no more than restarts")

    def left_in_order(self, postfix):
        """Postfix may deliver in another order what it had to keep; the order in which coigate handed over counts."""
        numbers = {copies[0]: number for number, copies in self.chats.ids.items()}
        handed_over = list(dict.fromkeys(numbers[name] for name in postfix.message_ids() if name in numbers))
        check_equal(handed_over, list(range(self.messages)), "her messages left coigate in the order in which she wrote them")
