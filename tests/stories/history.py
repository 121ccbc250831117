"""Alice asks for the last messages with a contact: they come from her mailbox, in their order and with their dates, each once."""

import email.utils

from expect import check, check_equal
from prosody import ProsodyWithOwnMessages
from scenario import play, scenario
from server import wait_until

CHAT = {"Chat-Version": "1.0"}
HOUR = 3600


def written(mail, hours_ago):
    """A mail that is so old."""
    del mail["Date"]
    mail["Date"] = email.utils.formatdate(1_790_000_000 - hours_ago * HOUR)
    return mail


@scenario
def bob_and_carol_have_talked(bob, carol):
    """Before Alice links her mailbox, she has talked with Bob by other programs. Somebody else has written, too."""
    bob.send(written(bob.compose(carol.address, "The oldest", headers=CHAT), 9))
    carol.reads("The oldest")
    first = bob.compose(carol.address, "Shall we meet?", headers=CHAT | {"Chat-Disposition-Notification-To": bob.address})
    bob.send(written(first, 5))
    carol.reads("Shall we meet?")
    news = bob.compose(carol.address, "A newsletter", headers=CHAT | {"Precedence": "bulk", "List-Id": "<news.mail.test>"})
    bob.send(written(news, 4))
    carol.reads("A newsletter")


@scenario(includes=[bob_and_carol_have_talked])
def she_asks_for_it(alice, bob, carol, dave):
    """She links it, writes, and asks for the last mails with Bob."""
    dave.send(dave.compose(carol.address, "From Dave to her, about bob@mail.test", headers=CHAT))
    carol.reads("about bob@mail.test")
    carol.files("Sent", written(carol.compose(bob.address, "Yes, at noon", headers=CHAT), 3))
    alice.uses_mailbox(carol)
    alice.wants_copies()
    alice.writes(bob, "Back again, by Jabber")
    back = bob.reads("Back again, by Jabber")
    bob.answers("Good to hear", headers=CHAT)
    alice.reads("Good to hear", bob)
    wait_until(lambda: carol.count_in("Sent", back["Message-ID"]) == 1, 20, "her copy of it is in Sent")
    alice.asks_gateway(f"history {bob.address} 5", "I am looking for the last mails with bob@mail.test")

    def position(words):
        return next((i for i, stanza in enumerate(alice.came) if words in str(stanza)), None)
    wait_until(lambda: None not in (position("Shall we meet?"), position("Yes, at noon")), 30, "both messages")
    check(position("Shall we meet?") < position("Yes, at noon"), "they come in their order")
    stanza = alice.reads("Shall we meet?", bob)
    own = alice.sees_own(bob, "Yes, at noon")
    stamps = [each.xml.find("{urn:xmpp:delay}delay").get("stamp") for each in (stanza, own)]
    check_equal(stamps, ["2026-09-21T09:13:20Z", "2026-09-21T11:13:20Z"], "they say when they were written")
    alice.reads("The history with bob@mail.test is here. Mails found: 5; shown now: 2.")
    alice.shows(stanza)


@scenario(includes=[she_asks_for_it])
def nothing_comes_twice(alice, bob, carol):
    """She asks once more; and what her client shows of the old ones is reported to nobody."""
    alice.has_not_read("The oldest", "Good to hear", "A newsletter", "about bob@mail.test")
    alice.asks_gateway(f"history {bob.address} 5", "I am looking for")
    alice.reads("shown now: 0")
    alice.has_not_read("Shall we meet?", "Yes, at noon", "Good to hear")
    alice.writes(bob, "The end")
    bob.reads("The end")
    bob.has_not_read("disposition-notification")
    check(not any(b"\\Seen" in flags for flags in carol.flags()), "her mailbox is as it was")


play(__name__, jabber=ProsodyWithOwnMessages)
