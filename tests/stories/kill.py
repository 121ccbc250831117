"""SIGKILL at random moments under load: nothing is lost, and a repeat is the same message with the same id.

Prosody lets coigate ask its users' archives, so that what was in the socket at a kill is found there: 25 kills in 200 messages of two
users each way (120 in 1,000 with COIGATE_LONG).
"""

import os

from kills import play
from prosody import ProsodyWithArchive

play(ProsodyWithArchive, *((120, 1000) if os.environ.get("COIGATE_LONG") else (25, 200)), asked=True)
