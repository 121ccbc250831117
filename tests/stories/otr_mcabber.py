"""The story otr_profanity with mcabber, on a Jabber server whose archive may be asked."""

import os
import signal

import otr_profanity
from mcabber import Mcabber
from otr_play import OtrWorld, talk
from prosody import ProsodyWithArchive
from scenario import play, scenario, scenarios_of


@scenario(includes=scenarios_of(otr_profanity.__name__))
def killed_before_it_has_read(alice, cleo, anna, gateway, world):
    """What lay in the socket at a kill comes back from the archive: it cannot be read any more, and its writer hears of it."""
    mark = alice.mark()
    os.kill(gateway.process.pid, signal.SIGSTOP)
    alice.says(cleo, "never read")
    alice.client.says(anna.jid, "behind it")  # the server has passed both on
    anna.reads("behind it")
    gateway.kill()
    gateway.start()
    anna.waits_for_gateway()
    alice.reads(f"An encrypted message of yours to {cleo.address} could not be read and was not sent", cleo, mark)
    cleo.says(alice, "behind the archive")
    alice.hears("behind the archive", cleo)  # the new session stands
    talk(alice, cleo, 1, "read again")
    cleo.has_not_heard("never read")
    world.no_trace("the running coigate")


play(__name__, stage=OtrWorld.for_actors, client=Mcabber, jabber=ProsodyWithArchive)
