"""Alice speaks OMEMO from profanity with Bob, whose mail program encrypts (gpg), and with Cleo's Delta Chat: through restarts and kills."""

import os
import signal

from expect import check_equal
from omemo_play import OmemoWorld
from otr_play import talk
from otr_profanity import they_meet
from prosody import ProsodyWithArchive
from scenario import play, scenario


@scenario
def carol_has_no_key(alice, carol):
    """What Alice says under OMEMO to a contact without a key is not sent, and she is told so, until she allows it."""
    alice.writes(carol, "Hello, in the clear")
    carol.reads("Hello, in the clear")
    alice.befriends(carol)
    alice.starts_omemo(carol)
    alice.trusts_gateways_key(carol)
    alice.says(carol, "never sent")
    alice.reads("This message was not sent: you wrote it encrypted (OMEMO)", carol)
    carol.fetch()
    check_equal(len(carol.came), 0, "Carol got nothing of it")
    alice.asks_gateway(f"omemo {carol.address} clear", "may now leave as readable mail")
    alice.writes_by_omemo(carol, "readable, as I wish")
    carol.reads("readable, as I wish")
    alice.asks_gateway(f"omemo {carol.address} encrypted", "leaves as encrypted mail only")
    mark = alice.mark()
    alice.says(carol, "not sent either")
    alice.reads("This message was not sent: you wrote it encrypted (OMEMO)", carol, since=mark)
    carol.fetch()
    check_equal(len(carol.came), 0, "Carol got nothing of it")


@scenario(includes=[they_meet])
def alice_and_bob_speak(alice, bob, world):
    """Ten texts each way, of which nothing stays between them; the client shows the gateway's key."""
    alice.starts_omemo(bob)
    alice.trusts_gateways_key(bob)
    alice.says(bob, "the first")
    bob.hears("the first", alice)
    alice.reads(f"OMEMO protects your conversation with {bob.address} up to this gateway", bob)
    talk(alice, bob, 10, "message")
    world.no_trace("the running coigate")


@scenario
def alice_and_cleo_speak(alice, cleo):
    """With Delta Chat, after an invite."""
    alice.follows_invite_of(cleo)
    alice.befriends(cleo)
    alice.starts_omemo(cleo)
    alice.trusts_gateways_key(cleo)
    alice.says(cleo, "the first")
    cleo.hears("the first", alice)
    talk(alice, cleo, 10, "with Delta Chat")


@scenario(includes=[alice_and_bob_speak])
def alice_restarts(alice, bob):
    """What Bob says meanwhile waits at her server, encrypted."""
    alice.goes_offline()
    bob.says(alice, "while she is away")
    alice.comes_back()
    alice.hears("while she is away", bob)
    alice.starts_omemo(bob)
    talk(alice, bob, 1, "restarted")


@scenario(includes=[alice_restarts, alice_and_cleo_speak])
def coigate_restarts(alice, bob, cleo, gateway, world):
    """The sessions go on."""
    gateway.ends_well()
    world.no_trace("the stopped coigate")
    gateway.start()
    bob.says(alice, "after the restart")
    alice.hears("after the restart", bob)
    alice.starts_omemo(cleo)
    talk(alice, cleo, 1, "restarted")


@scenario(includes=[coigate_restarts])
def coigate_is_killed(alice, bob, cleo, anna, gateway, world):
    """In the middle of a session. What lay in its socket comes from the archive, and is read."""
    mark = alice.mark()
    os.kill(gateway.process.pid, signal.SIGSTOP)
    alice.says(bob, "in the socket, for Bob")
    alice.says(cleo, "in the socket, for Cleo")
    alice.client.says(anna.jid, "behind it")  # the server has passed both on
    anna.reads("behind it")
    gateway.kill()
    world.no_trace("the killed coigate")
    gateway.start()
    anna.waits_for_gateway()
    bob.hears("in the socket, for Bob", alice)
    cleo.hears("in the socket, for Cleo", alice)
    talk(alice, bob, 2, "killed")
    talk(alice, cleo, 2, "killed")
    alice.has_not_read("could not be read", mark)
    world.no_trace("the running coigate")


play(__name__, stage=OmemoWorld.for_actors, jabber=ProsodyWithArchive)
