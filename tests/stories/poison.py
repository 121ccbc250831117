"""One recipient at which the mail server ends the session, and one mail at which the IMAP server does: everybody else's go on,
and the admin and the owner see what is wrong. Real Postfix (access(5): 421) and real Dovecot (a file shorter than its S=)."""

from expect import check, check_equal
from play import World
from scenario import play, scenario
from server import wait_until

POISON = "poison@mail.test"


class PoisonWorld(World):
    def __init__(self, **setting):
        super().__init__(**setting)
        config = next(self.postfix.folder.rglob("main.cf"))
        config.write_text(config.read_text() + f"\nsmtpd_recipient_restrictions = check_recipient_access inline:{{ {{{POISON} = 421 4.7.0 This "
                          "recipient is not served now} }, permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination\n")


def chat(bob, carol, number):
    return bob.compose(carol.address, f"Mail number {number}. " + "x" * 3000, headers={"Chat-Version": "1.0"})


@scenario
def poisoned_recipient(alice, eve, bob, gateway):
    """The mail server ends each session in which Alice's recipient is named; Eve's mail goes on."""
    alice.writes(POISON, "To the odd address")
    wait_until(lambda: gateway.waits_with(1)[0]["attempts"] > 0, 10, "an attempt in the queue")
    check("421" in gateway.waits_with(1)[0]["error"], "the admin sees why the message waits")
    eve.writes(bob, "From eve, who has nothing to do with it")
    bob.reads("nothing to do with it", 5)


@scenario
def poisoned_mail(alice, bob, carol, gateway, dovecot):
    """A mail in Alice's mailbox is shorter than Dovecot thinks, and Dovecot ends the session at it; the next mail comes."""
    alice.uses_mailbox(carol)
    wait_until(lambda: "key was found" in gateway.log_text(), 20, "the mailbox is searched")
    dovecot.takes(chat(bob, carol, 1), carol)
    alice.reads("Mail number 1")
    gateway.stop()
    for number in (2, 3):
        dovecot.takes(chat(bob, carol, number), carol)
    dovecot.cuts_off(carol, b"number 2", 500)
    gateway.start()
    alice.reads("Mail number 3", seconds=20)
    alice.reads("cannot be read here", seconds=60, has="INBOX")
    alice.asks_gateway("status", "cannot be read")
    stuck = gateway.account(alice.jid)["stuck"]
    check_equal([bool(mail["set_aside"] and mail["error"]) for mail in stuck], [True], "the admin sees it, too")


play(__name__, stage=PoisonWorld.for_actors)
