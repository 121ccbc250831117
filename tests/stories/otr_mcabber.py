"""Alice speaks OTR from mcabber with Bob, whose mail program encrypts: through the end of a session, a restart, a kill."""

from mcabber import Mcabber
from otr_play import play

play(Mcabber, lambda line: "<O=" in line)
