"""SIGKILL at random moments under load: nothing is lost, and a repeat is the same message with the same id.

Prosody lets coigate ask its users' archives, so that what was in the socket at a kill is found there: 25 kills in 200 messages of two
users each way (120 in 1,000 with COIGATE_LONG).
"""

import os

from expect import check_equal
from kills import Load
from prosody import ProsodyWithArchive
from scenario import play, scenario

KILLS, MESSAGES = (120, 1000) if os.environ.get("COIGATE_LONG") else (25, 200)


@scenario
def killed_again_and_again(alice, dora, bob, carol, gateway, postfix, world):
    """Alice by the relay, and Dora from her mailbox, write with Bob; coigate is killed and started meanwhile."""
    dora.uses_mailbox(carol)
    load = Load(world, [alice, dora], bob, KILLS, MESSAGES)
    load.run()
    load.settles()
    check_equal(postfix.queue_size(), 0, "nothing is left in Postfix's queue")
    gateway.ends_well()
    check_equal(gateway.stored("SELECT count(*) FROM queue"), [(0,)], "nothing is left in coigate's queue")
    load.judge()


play(__name__, jabber=ProsodyWithArchive, gateway={"level": "info"})
