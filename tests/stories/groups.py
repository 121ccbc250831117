"""Groups of Delta Chat as rooms: made by Cleo, who writes encrypted, with Alice (Jabber) and Nina (Delta Chat)."""

from expect import check, check_equal
from rooms import DeltaGroup
from scenario import play, scenario


@scenario
def they_know_each_other(alice, cleo):
    """Cleo follows Alice's invite."""
    cleo.joins(alice.can_invite())
    alice.hears_gateway(["verified contact", cleo.address])
    cleo.has_verified(alice)


@scenario(includes=[they_know_each_other])
def cleo_makes_a_group(alice, cleo):
    """Alice is invited to its room, enters it, and reads there what was said before she came."""
    cleo.group = DeltaGroup(cleo, "Sailing", alice)
    cleo.group.says("Who comes on Sunday?")
    alice.is_invited("Sailing")
    present = alice.enters("Sailing")
    check_equal(len(present), 1, "Cleo is in it")
    cleo.nick = present[0]
    alice.reads_in_room(cleo.nick, "Who comes on Sunday?")


@scenario(includes=[cleo_makes_a_group])
def alice_answers(alice, cleo):
    """Her words come to the group, encrypted, once."""
    alice.says_in_room("I do, with cake")
    message = cleo.reads("I do, with cake", 60)
    check_equal((message["chatId"], message["showPadlock"]), (cleo.group.chat, True), "it came encrypted, to the group")
    cleo.group.says("Wonderful")
    alice.reads_in_room(cleo.nick, "Wonderful")


play(__name__)
