"""Calls are not carried: who calls is told so at once, on both sides, and who is called reads who it was."""

from expect import check, check_equal
from scenario import play, scenario


@scenario
def from_delta_chat(alice, cleo):
    """Cleo's Delta Chat stops ringing long before its two minutes are over."""
    cleo.joins(alice.can_invite())
    cleo.writes(alice, "Hello from Cleo")
    alice.reads("Hello from Cleo", cleo)
    number = cleo.calls(alice)
    alice.reads("called you. Calls do not come through", cleo)
    cleo.was_declined(number)
    number = cleo.calls(alice, video=True)
    alice.reads("called you with video", cleo)
    cleo.was_declined(number)
    alice.writes(cleo, "Then let us write")
    cleo.reads("Then let us write")
    cleo.has_not_read("Call ended")
    alice.has_not_read("Call ended", "experiment")


@scenario
def in_the_clear(alice, dan, postfix):
    """Nothing proves that it is Dan who calls: Alice reads of it, and nobody writes a mail for her."""
    dan.writes(alice, "Hello from Dan")
    alice.reads("Hello from Dan", dan)
    dan.calls(alice)
    alice.reads("called you. Calls do not come through", dan)
    alice.writes(dan, "What is it?")
    dan.reads("What is it?")
    check_equal(postfix.log_text().count(f"to=<{dan.address}>"), 1, "no mail but hers has left for him")


@scenario
def from_jabber(alice, bob):
    """Alice's client stops ringing, and she reads why."""
    call = alice.calls(bob)
    alice.was_rejected(bob, call)
    told = alice.reads("Calls do not get through to mail", bob)
    check("Please write" in told.body, "and what she can do")
    check_equal([s for s in alice.came if s.type == "error"], [], "there is no error beside it")
    bob.has_not_read("all")


play(__name__)
