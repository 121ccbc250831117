"""Alice speaks OTR from profanity with Bob, whose mail program encrypts: through the end of a session, a restart, a kill."""

from otr_play import play
from profanity import Profanity

play(Profanity, lambda line: "~" in line, lambda client: client.generates_key())
