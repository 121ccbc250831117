"""The same as the story kill on a server that lets nobody ask its archives: what was in a socket at a kill is counted and shown."""

from kills import play
from prosody import Prosody

play(Prosody, 10, 80, asked=False)
