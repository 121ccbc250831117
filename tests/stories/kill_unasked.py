"""The story kill on a server that lets nobody ask its archives: what was in a socket at a kill is counted and shown."""

import kill
from prosody import Prosody
from scenario import play

kill.KILLS, kill.MESSAGES = 10, 80
play(__name__, of=kill, jabber=Prosody, gateway={"level": "info"})
