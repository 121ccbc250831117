"""Pictures and status: of Delta Chat in a Jabber client, and of a Jabber user in Delta Chat."""

from expect import check, check_equal
from pictures import png
from scenario import play, scenario
from server import wait_until

SEA, HILLS, SUN = png(30, 90, 200), png(20, 160, 60), png(250, 200, 20, size=400)


@scenario
def they_meet(alice, cleo):
    """Alice's client wants pictures; Cleo follows her invite."""
    alice.wants_pictures()
    invite = alice.can_invite()
    alice.approves_gateway()
    cleo.joins(invite)
    alice.adds(cleo)


@scenario(includes=[they_meet])
def cleos_picture_and_status_are_seen(alice, cleo):
    """They come with Cleo's next message; each kind of client finds the picture."""
    cleo.shows_picture(SEA)
    cleo.shows_status("At the sea")
    cleo.writes(alice, "Look at me")
    alice.reads("Look at me", cleo, lacks="At the sea")
    first = alice.sees_picture(cleo, status="At the sea")
    alice.is_told_picture(cleo, first)
    alice.fetches_picture(cleo, first)
    cleo.shows_picture(HILLS)
    cleo.writes(alice, "Now in the hills")
    second = alice.sees_picture(cleo)
    check(second != first, "it is another picture")
    alice.is_told_picture(cleo, second)
    alice.fetches_picture(cleo, second)


@scenario(includes=[cleos_picture_and_status_are_seen])
def they_are_seen_after_a_restart(alice, cleo, gateway):
    """The gateway comes back with the picture in Cleo's presence, and tells it to a client that it hears of."""
    alice.forgets_what_came()
    gateway.restarts()
    alice.waits_for_gateway()
    picture = alice.sees_picture(cleo, status="At the sea")
    alice.fetches_picture(cleo, picture)
    alice.tells_gateway("help")
    alice.is_told_picture(cleo, picture)


@scenario(includes=[they_are_seen_after_a_restart])
def cleo_takes_it_away(alice, cleo):
    """Without picture and status her presence says so."""
    cleo.shows_picture(None)
    cleo.shows_status("")
    cleo.writes(alice, "Without a face")
    alice.sees_no_picture(cleo)


@scenario(includes=[they_meet])
def alices_picture_is_seen(alice, cleo, gateway):
    """What her client publishes goes with her next message; and that she has none any more."""
    def is_known(picture):
        return bool(gateway.stored("SELECT id FROM picture WHERE contact = ''")) == picture
    alice.publishes_picture(SUN)
    wait_until(lambda: is_known(True), 30, "the gateway has her picture")
    alice.writes(cleo, "Here I am")
    cleo.reads("Here I am")
    wait_until(lambda: cleo.picture_of(alice) == SUN, 30, "Cleo's Delta Chat shows her picture")
    check_equal(cleo.picture_of(alice), SUN, "it is Alice's, unchanged")
    alice.publishes_no_picture()
    wait_until(lambda: is_known(False), 30, "the gateway knows that she has none")
    alice.writes(cleo, "Without a face")
    cleo.reads("Without a face")
    wait_until(lambda: cleo.picture_of(alice) is None, 30, "Cleo's Delta Chat shows none any more")


@scenario
def a_mail_program_gets_none(alice, bob, gateway):
    """Alice's picture is in no mail to Bob."""
    alice.publishes_picture(SUN)
    wait_until(lambda: gateway.stored("SELECT id FROM picture WHERE contact = ''"), 30, "the gateway has her picture")
    alice.writes(bob, "Hello Bob")
    check_equal(bob.reads("Hello Bob")["Chat-User-Avatar"], None, "his mail has no picture")


@scenario
def in_the_clear_nobody_is_believed(alice, dan, gateway):
    """A picture in a mail that is not encrypted is anybody's."""
    dan.shows_picture(SEA)
    dan.writes(alice, "Hello from Dan")
    alice.reads("Hello from Dan", dan)
    check_equal(gateway.stored("SELECT count(*) FROM picture WHERE contact = ?", dan.address), [(0,)], "nothing of it is kept")


play(__name__)
