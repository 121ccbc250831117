"""Alice speaks OTR from profanity with Bob, whose mail program encrypts (gpg), and with Cleo's Delta Chat: through ends, a restart, kills."""

from expect import check_equal
from otr_play import SECRET, OtrWorld, talk
from scenario import play, scenario
from server import wait_until


@scenario
def they_meet(alice, bob):
    """The first mails, in the clear, bring the keys."""
    alice.writes(bob, "Hello, this is my first mail")
    bob.learns_key("this is my first mail")
    bob.shows_key("and this is my key")
    alice.reads("and this is my key", bob)
    alice.befriends(bob)


@scenario
def carol_has_no_key(alice, carol):
    """What Alice says under OTR to a contact without a key is not sent, and she is told so."""
    alice.writes(carol, "Hello, in the clear")
    carol.reads("Hello, in the clear")
    alice.starts_otr(carol)
    alice.says(carol, "never sent")
    alice.reads("This message was not sent", carol)
    carol.fetch()
    check_equal(len(carol.came), 0, "Carol got nothing of it")
    alice.ends_otr(carol)


@scenario(includes=[they_meet])
def alice_and_bob_speak(alice, bob, world):
    """Ten texts each way, of which nothing stays between them."""
    alice.starts_otr(bob)
    alice.reads(f"OTR protects your conversation with {bob.address} up to this gateway", bob)
    talk(alice, bob, 10, "message")
    world.no_trace("the running coigate")


@scenario(includes=[alice_and_bob_speak])
def alice_verifies(alice, bob):
    """Alice's client and the gateway show the same key; the secret that she tells to the gateway is the one that her client is asked for."""
    alice.is_shown_gateways_key(bob)
    alice.tells_gateway(f"verify {bob.address} {SECRET}")
    alice.answers_secret(bob)
    alice.reads(f"The secrets are the same: OTR with {bob.address}", bob)


@scenario(includes=[alice_and_bob_speak])
def alice_ends_otr(alice, bob):
    """After the end nothing goes in the clear, and nothing starts OTR again but Alice; Bob's waiting mail comes in that session."""
    alice.ends_otr(bob)
    alice.reads(f"You have ended OTR with {bob.address}", bob)
    bob.says(alice, "after the end")
    alice.reads(f"A message from {bob.address} waits: you spoke by OTR", bob)
    alice.starts_otr(bob)
    alice.hears("after the end", bob)
    talk(alice, bob, 1, "again")


@scenario
def alice_and_cleo_speak(alice, cleo):
    """With Delta Chat, after an invite."""
    alice.follows_invite_of(cleo)
    alice.starts_otr(cleo)
    talk(alice, cleo, 10, "with Delta Chat")


@scenario(includes=[alice_ends_otr, alice_and_cleo_speak])
def coigate_restarts(alice, bob, gateway, world):
    """Alice's client is told that the session is over."""
    gateway.ends_well()
    world.no_trace("the stopped coigate")
    gateway.start()
    alice.reads_end_of_otr(bob)
    bob.says(alice, "after the restart")
    alice.hears("after the restart", bob)
    talk(alice, bob, 1, "restarted")


def killed(alice, person, anna, gateway, world):
    """In the middle of a session. What the client then says in the old session is asked for again; what comes by mail waits."""
    # A mark of "done" that a kill swallows makes a repeat, and that a session: not what is looked at here.
    wait_until(lambda: not gateway.queue(), 20, "the queue is empty")
    gateway.kill()
    world.no_trace("the killed coigate")
    gateway.start()
    anna.waits_for_gateway()
    mark, name = alice.mark(), person.address
    alice.says(person, f"{name}: into the old session")
    alice.reads(f"An encrypted message of yours to {name} could not be read and was not sent", person, mark)
    person.says(alice, f"{name}: after the kill")
    alice.hears(f"{name}: after the kill", person)
    talk(alice, person, 1, f"{name}: killed")
    person.has_not_heard(f"{name}: into the old session")


@scenario(includes=[coigate_restarts])
def coigate_is_killed(alice, bob, cleo, anna, gateway, world):
    """In the middle of a session with Bob, then in one with Cleo."""
    killed(alice, bob, anna, gateway, world)
    alice.starts_otr(cleo)
    talk(alice, cleo, 1, "with Delta Chat after the kill")
    killed(alice, cleo, anna, gateway, world)
    world.no_trace("the running coigate")


play(__name__, stage=OtrWorld.for_actors)
