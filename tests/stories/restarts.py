"""Prosody, Dovecot and Postfix restart one after another in the middle of a conversation: every message arrives, once."""

from scenario import play, scenario
from tally import Traffic

MESSAGES = 60  # each way


@scenario
def servers_restart(alice, bob, gateway, prosody, dovecot, postfix):
    """Alice and Bob write while the servers restart; his mail program tries again."""
    traffic = Traffic(alice, bob, gateway, MESSAGES)
    traffic.bob_begins()
    restarts = {15: dovecot, 25: postfix, 35: prosody, 45: dovecot}
    for number in range(MESSAGES):
        traffic.alice_writes(number)
        if number in restarts:
            traffic.restart(restarts[number])
    traffic.has_arrived(repeats=len(restarts))
    traffic.left_in_order(postfix)


play(__name__)
