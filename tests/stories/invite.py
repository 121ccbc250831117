"""A Jabber user and Delta Chat (encrypted only, as a fresh installation has it) connect by an invite, each in either role.

Then both ways, from either side first, with receipts, and again after coigate and Delta Chat's core were restarted.
"""

import sqlite3

from expect import check, check_equal
from scenario import play, scenario
from server import wait_until


def talk(alice, person, round_):
    """Both ways, with receipts."""
    number = person.writes(alice, f"To Alice, {round_} 🚲")
    alice.shows(alice.reads(f"To Alice, {round_} 🚲", person, lacks="["))
    person.sees_that_it_was_read(number)
    sent = alice.writes(person, f"From Alice, {round_}", extra='<markable xmlns="urn:xmpp:chat-markers:0"/>')
    message = person.reads(f"From Alice, {round_}", 60)
    check_equal((message["showPadlock"], message["chatId"]), (True, person.chat), "what Alice wrote came encrypted, in the same chat")
    person.sees(message["id"])
    alice.sees_displayed(sent)


@scenario
def cleo_follows_alices_invite(alice, cleo):
    """Cleo scans the invite that the gateway makes for Alice."""
    cleo.joins(alice.can_invite())
    alice.hears_gateway(["verified contact", cleo.address])
    cleo.has_verified(alice)
    talk(alice, cleo, "the first time")


@scenario(includes=[cleo_follows_alices_invite])
def several_are_read_at_once(alice, cleo):
    """One report names all messages that were seen [XEP-0333 §4.2]; each counts as read, in both directions."""
    texts = [f"Number {number}" for number in (1, 2, 3)]
    numbers = [cleo.writes(alice, text) for text in texts]
    shown = [alice.reads(text, cleo) for text in texts]
    alice.shows(shown[-1])
    for number in numbers:
        cleo.sees_that_it_was_read(number)
    sent = [alice.writes(cleo, f"Back {text}", extra='<markable xmlns="urn:xmpp:chat-markers:0"/>') for text in texts]
    cleo.sees(*(cleo.reads(f"Back {text}", 60)["id"] for text in texts))
    for stanza in sent:
        alice.sees_displayed(stanza)


@scenario
def alice_follows_ninas_invite(alice, nina):
    """Alice pastes Nina's invite to the gateway."""
    alice.asks_gateway(nina.invites(), nina.address)
    alice.hears_gateway(["verified contact", nina.address])
    nina.was_joined()
    nina.has_verified(alice)
    alice.writes(nina, "Hello Nina, it was me who was invited")
    first = nina.reads("it was me who was invited", 60)
    check(first["showPadlock"], "the first message came encrypted")
    nina.chat = first["chatId"]
    talk(alice, nina, "after the invite")


@scenario(includes=[alice_follows_ninas_invite])
def it_is_the_same_key(alice, nina):
    """What the gateway says of Nina's key is what her own program says."""
    alice.asks_gateway(f"status {nina.address}", ["verified key", "OpenPGP"])
    told = alice.tells_gateway(f"fingerprint {nina.address}")
    shown = told.split(f"{nina.address}: ")[1].splitlines()[0].removesuffix(" (verified)")
    check(shown.replace(" ", "") in nina.fingerprints(), "her own program shows the same fingerprint")


def invites_in(gateway):
    return gateway.stored("SELECT count(*) FROM invite")[0][0]


@scenario(includes=[several_are_read_at_once, it_is_the_same_key])
def everything_is_restarted(alice, cleo, nina, gateway):
    """Coigate and Delta Chat are restarted, and the time of all invites is over: they are forgotten without another being made."""
    link = alice.can_invite()
    gateway.ends_well()
    for person in (cleo, nina):
        person.restart()
    with sqlite3.connect(f"{gateway.store}/coigate.db") as store:
        check(store.execute("UPDATE invite SET expires = 1").rowcount > 0, "there are invites, and their time is over")
    gateway.start()
    alice.waits_for_gateway()
    wait_until(lambda: invites_in(gateway) == 0, 30, "they are forgotten")
    for person in (cleo, nina):
        talk(alice, person, "after the restart")
    alice.asks_gateway(link, "your own invite")  # which is not followed
    gateway.check_log(link.split("&s=")[1][:20], "From Alice", "To Alice")


play(__name__)
