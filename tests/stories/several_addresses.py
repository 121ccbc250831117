"""Cleo's Delta Chat gets a second address, writes from it, and gives the first one up: for Alice she stays one person.

Her key says where she reads mail; what Alice writes goes to all of these addresses.
"""

from expect import check, check_equal
from invite import cleo_follows_alices_invite
from scenario import play, scenario

SECOND = "frida@mail.test"


def listed(gateway):
    return gateway.stored("SELECT contact, addresses, bound FROM relay")


@scenario(includes=[cleo_follows_alices_invite])
def she_adds_an_address(alice, cleo, gateway):
    """Cleo's next message says so; it is none of another person, and nobody is told of a new key."""
    cleo.adds_address(SECOND)
    cleo.writes(alice, "I am at two places now")
    alice.reads("at two places now", cleo)
    check_equal(listed(gateway), [(cleo.address, f"{SECOND},{cleo.address}", 1)], "her key is bound to her first address, and lists both")


@scenario(includes=[she_adds_an_address])
def she_writes_from_it(alice, cleo):
    """What comes from there is hers, in the same chat, and is answered there."""
    cleo.writes_from(SECOND)
    number = cleo.writes(alice, "From the second place")
    alice.shows(alice.reads("From the second place", cleo, lacks="["))
    cleo.sees_that_it_was_read(number)
    alice.writes(cleo, "To the one that you are")
    check_equal(cleo.reads("To the one that you are", 60)["chatId"], cleo.chat, "in the chat with Alice")


@scenario(includes=[she_writes_from_it])
def she_gives_the_first_one_up(alice, cleo, gateway):
    """Alice writes to the JID that she knows, and reaches her."""
    cleo.gives_up(cleo.address)
    cleo.writes(alice, "I have moved")
    alice.reads("I have moved", cleo)
    check_equal(listed(gateway), [(cleo.address, SECOND, 1)], "the list is shorter")
    alice.writes(cleo, "Welcome to the new place")
    cleo.reads("Welcome to the new place", 60)
    check(not gateway.stored("SELECT 1 FROM contact WHERE canonical = ?", SECOND), "nobody else is known by her second address")


@scenario(includes=[she_gives_the_first_one_up])
def after_a_restart(alice, cleo, gateway):
    """It is all stored."""
    gateway.ends_well()
    gateway.start()
    alice.waits_for_gateway()
    cleo.writes(alice, "Still from the second place")
    alice.reads("Still from the second place", cleo)
    alice.writes(cleo, "Still to the first JID")
    cleo.reads("Still to the first JID", 60)


play(__name__, mail_people=["frida"])
