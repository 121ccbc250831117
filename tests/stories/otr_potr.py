"""The story otr_profanity with the other library (potr, version 2 of the protocol)."""

import otr_profanity
from otr_play import OtrWorld
from potr_client import PotrClient
from scenario import play

play(__name__, of=otr_profanity, stage=OtrWorld.for_actors, client=PotrClient)
