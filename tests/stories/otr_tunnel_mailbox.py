"""Alice (profanity) and Ben (the other OTR library, from a linked mailbox) speak OTR with each other through two gateways and mail."""

from expect import check
from otr_play import talk
from otr_tunnel_play import TwoGateways
from scenario import play, scenario


@scenario
def they_meet(alice, ben):
    """Mail in the clear brings the keys; each switches the tunnel on."""
    ben.uses_mailbox()
    ben.writes(alice, "Hello, this is Ben")
    alice.reads("Hello, this is Ben", ben)
    alice.writes(ben, "Hello, this is Alice")
    ben.reads("Hello, this is Alice", alice)
    ben.writes(alice, "Now you have my key")  # which was still looked for in the mailbox when the first mail left
    alice.reads("Now you have my key", ben)
    alice.asks_gateway(f"otr {ben.address} tunnel on", "They have to switch it on, too")
    alice.writes(ben, "Shall we speak OTR?")
    ben.hears_gateway(f"{alice.address} can speak OTR with you from program to program")
    ben.asks_gateway(f"otr {alice.address} tunnel on", "OTR now goes from your program to theirs")


@scenario(includes=[they_meet])
def they_speak_otr(alice, ben, world):
    """Ben starts OTR; his program shows Alice's own key."""
    ben.starts_otr(alice)
    alice.is_in_otr(ben)
    ben.is_shown_key_of(alice)
    talk(alice, ben, 3, "message")
    world.no_trace("the running gateways")


@scenario(includes=[they_speak_otr])
def ben_switches_the_tunnel_off(alice, ben, world):
    """In the middle of a session. What either still says in it is refused, and both are told; nothing goes in the clear."""
    ben.asks_gateway(f"otr {alice.address} tunnel off", "if you start OTR, it ends at me")
    for number in range(2):
        alice.says(ben, f"too late {number}")
    ben.hears_gateway("sent you a message by OTR that only your own program could read")
    ben.says(alice, "into the old session")
    ben.reads("could not be read and was not sent", alice)
    ben.ends_otr(alice)
    ben.writes(alice, "I hear nothing")
    alice.reads("I hear nothing", ben)
    alice.hears_gateway("has switched the OTR tunnel off")
    alice.says(ben, "nor now")
    alice.reads("This message was not sent: you have switched the OTR tunnel", ben)
    check(not any("too late" in line for line in ben.lines_of(alice)), "nothing of it came to Ben's program")
    world.no_trace("the running gateways")


play(__name__, stage=TwoGateways.for_actors)
