"""Alice speaks OTR by the other library (potr, version 2) with Bob, whose mail program encrypts, and with Cleo's Delta Chat."""

from otr_play import play
from potr_client import PotrClient

play(PotrClient, lambda line: line.startswith("sealed "))
