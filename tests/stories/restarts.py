"""Prosody, Dovecot and Postfix restart one after another in the middle of a conversation: every message arrives, once."""

import smtplib
import threading
import time

from play import World, check, check_equal, tell, text_of
from server import wait_until
from tally import Tally

MESSAGES = 60  # each way

with World() as world:
    alice, bob = world.jabber("alice"), world.mail("bob")
    chats, mails = Tally("chat"), Tally("mail")

    def bob_writes_all():
        """His mail program tries again, with the same mail, while the server is away."""
        for number in range(MESSAGES):
            mail = bob.compose("alice@jabber.test", mails.text(number))

            def sent():
                try:
                    return bob.send(mail)
                except (OSError, smtplib.SMTPException):
                    return None
            wait_until(sent, 60, f"mail {number} is sent")

    def restart(server):
        """Restarts a server; Alice's client is logged out before and in after, when it is hers."""
        if server is world.jabber_server:
            check_equal(alice.iq(alice.jid, "get", '<query xmlns="jabber:iq:roster"/>').type, "result",
                        "Prosody has passed on all that Alice wrote")
            alice.close()
        began = time.monotonic()
        server.restart()
        if server is world.jabber_server:
            alice.connect()
            world.jabber("alice")
        tell(f"{server.name} restarted in {time.monotonic() - began:.1f} s")

    def arrived(count):
        """Whether both sides have at least `count` messages."""
        bob.fetch()
        for mail in bob.came:
            chats.take(text_of(mail), mail["Message-ID"])
        for stanza in list(alice.came):
            mails.take(stanza.body, stanza.id)
        bob.came.clear()
        alice.came.clear()
        return len(chats.ids) >= count and len(mails.ids) >= count

    writer = threading.Thread(target=bob_writes_all, daemon=True)
    writer.start()
    restarts = {15: world.dovecot, 25: world.postfix, 35: world.jabber_server, 45: world.dovecot}
    for number in range(MESSAGES):
        alice.say(world.coigate.jid_of("bob@mail.test"), chats.text(number))
        if number in restarts:
            restart(restarts[number])
    wait_until(lambda: arrived(MESSAGES), 120,
               lambda: f"all messages; missing: chats {chats.missing(MESSAGES)}, mails {mails.missing(MESSAGES)}")
    writer.join()

    for name, tally in (("chat → mail", chats), ("mail → chat", mails)):
        check_equal(tally.missing(MESSAGES), [], f"{name}: all {MESSAGES} arrived")
        check_equal(tally.with_two_ids, {}, f"{name}: none has two ids")
        check(tally.repeats <= len(restarts), f"{name}: {tally.repeats} repeats, no more than restarts")
    # Postfix may deliver in another order what it had to keep; what counts is the order in which coigate handed over.
    numbers = {copies[0]: number for number, copies in chats.ids.items()}
    handed_over = list(dict.fromkeys(numbers[name] for name in world.postfix.message_ids() if name in numbers))
    check_equal(handed_over, list(range(MESSAGES)), "Alice's messages left coigate in the order in which she wrote them")
