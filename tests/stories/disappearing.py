"""Disappearing messages: Delta Chat's timer is marked for clients and kept, and a client's timer holds in Delta Chat."""

from expect import check, check_equal
from scenario import play, scenario

TIMER = "{urn:xmpp:ephemeral:0}ephemeral"


def timer_of(stanza):
    element = stanza.xml.find(TIMER)
    return None if element is None else element.get("timer")


@scenario
def delta_chat_sets_it(alice, cleo):
    """Cleo's timer stays set when Alice's client knows nothing of it."""
    cleo.joins(alice.can_invite())
    cleo.writes(alice, "Hello from Cleo")
    check_equal(timer_of(alice.reads("Hello from Cleo", cleo)), None, "this one stays")
    cleo.sets_timer(alice, 86400)
    told = alice.reads("are now deleted after 1 day", cleo)
    check_equal(timer_of(told), "86400", "for clients that delete")
    cleo.writes(alice, "Our secret")
    check_equal(timer_of(alice.reads("Our secret", cleo)), "86400", "each message says it")
    alice.writes(cleo, "I keep it")
    cleo.reads("I keep it")
    cleo.has_timer(alice, 86400)
    cleo.sets_timer(alice, 0)
    alice.reads("are no longer deleted", cleo)
    alice.writes(cleo, "As before")
    cleo.reads("As before")
    cleo.has_timer(alice, 0)


@scenario(includes=[delta_chat_sets_it])
def a_client_sets_it(alice, cleo):
    """Alice's client sets one, with a message, and another one without."""
    alice.writes(cleo, "A secret of mine", extra='<ephemeral xmlns="urn:xmpp:ephemeral:0" timer="3600"/>')
    cleo.reads("A secret of mine")
    cleo.has_timer(alice, 3600)
    alice.sets_timer(cleo, 60)
    cleo.has_timer(alice, 60)
    cleo.writes(alice, "I have seen it")
    answer = alice.reads("I have seen it", cleo)
    check_equal(timer_of(answer), "60", "Cleo's program goes by it")
    check("deleted" not in answer.body, "which Alice knows")


@scenario
def with_a_mail_program(alice, bob):
    """Bob's mail program deletes nothing, which Alice is told, once."""
    bob.writes(alice, "Lunch?")
    alice.reads("Lunch?", bob)
    alice.writes(bob, "A secret", extra='<ephemeral xmlns="urn:xmpp:ephemeral:0" timer="3600"/>')
    bob.reads("A secret", Ephemeral_Timer=None)
    alice.reads("deletes no messages by itself", bob)
    alice.gets_error(alice.sets_timer(bob, 60), words=("deletes no messages",), condition="not-acceptable")


play(__name__)
