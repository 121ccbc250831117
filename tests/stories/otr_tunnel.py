"""Alice (profanity) and Ada (mcabber) speak OTR with each other through two gateways and mail: end to end, through kills, to the end."""

from expect import check_equal
from otr_play import sealed, talk
from otr_tunnel_play import TwoGateways
from scenario import play, scenario
from server import wait_until


@scenario
def they_meet(alice, ada):
    """Mail in the clear brings the keys. Each switches the tunnel on, and hears that the other has."""
    ada.writes(alice, "Hello, this is Ada")
    alice.reads("Hello, this is Ada", ada)
    alice.writes(ada, "Hello, this is Alice")
    ada.reads("Hello, this is Alice", alice)
    ada.befriends(alice)
    alice.asks_gateway(f"otr {ada.address} tunnel on", "They have to switch it on, too")
    alice.tries_otr(ada)  # goes nowhere, not even to her own gateway
    alice.reads("This message was not sent: you have switched the OTR tunnel", ada)
    alice.writes(ada, "Shall we speak OTR?")
    ada.hears_gateway(f"{alice.address} can speak OTR with you from program to program")
    ada.asks_gateway(f"otr {alice.address} tunnel on", "OTR now goes from your program to theirs")


@scenario(includes=[they_meet])
def they_speak_otr(alice, ada, world):
    """Ada starts OTR. They compare keys and a secret, which are not their gateways', and talk."""
    ada.starts_otr(alice)
    alice.hears_gateway(f"The OTR tunnel to {ada.address} is on: OTR now goes")
    alice.is_in_otr(ada)
    alice.is_shown_key_of(ada)
    ada.is_shown_key_of(alice)
    alice.shares_secret(ada)
    alice.reads("Authentication successful", ada)
    ada.reads("Protocol: Success!", alice)
    talk(alice, ada, 10, "message")
    world.no_trace("the running gateways")


@scenario(includes=[they_speak_otr])
def sending_gateway_is_killed(alice, ada, anna, gateway, postfix, world):
    """Messages that wait in the queue of a killed gateway arrive once each, in their order, in the same session."""
    postfix.stop()
    for number in range(3):
        alice.says(ada, f"waiting {number}")
    gateway.waits_with(3)
    gateway.kill()
    world.no_trace("the killed gateway")
    gateway.start()
    postfix.start()
    for number in range(3):
        ada.hears(f"waiting {number}", alice)
    ids = postfix.message_ids()
    check_equal(len(ids), len(set(ids)), "no message went twice")
    anna.waits_for_gateway()
    talk(alice, ada, 1, "after the kill")


@scenario(includes=[they_speak_otr])
def receiving_gateway_is_killed(alice, ada, other_gateway, postfix):
    """What the mail system could not deliver comes again in any order, and is read in the right one."""
    other_gateway.kill()
    for number in range(3):
        alice.says(ada, f"undelivered {number}")
    wait_until(lambda: postfix.queue_size() == 3, 20, "three mails that cannot be delivered")
    other_gateway.start()
    for number in range(3):
        ada.hears(f"undelivered {number}", alice)
    lines = [line for line in ada.client.terminal.shown() if sealed("undelivered") in line]
    check_equal([line.split()[-1] for line in lines], ["0", "1", "2"], "once each, in their order")
    talk(alice, ada, 1, "after the other kill")


@scenario(includes=[they_speak_otr])
def they_end_it(alice, ada, world):
    """Alice ends OTR, and Ada switches the tunnel off: then Alice cannot start OTR."""
    alice.ends_otr(ada)
    ada.reads_end_of_otr(alice)
    ada.asks_gateway(f"otr {alice.address} tunnel off", "if you start OTR, it ends at me")
    alice.tries_otr(ada)
    alice.reads("has not switched OTR end to end on", ada)
    world.no_trace("the running gateways")


play(__name__, stage=TwoGateways.for_actors)
