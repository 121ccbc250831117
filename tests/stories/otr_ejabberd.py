"""The story otr_profanity on ejabberd."""

import otr_profanity
from ejabberd import Ejabberd
from otr_play import OtrWorld
from scenario import play

play(__name__, of=otr_profanity, stage=OtrWorld.for_actors, jabber=Ejabberd)
