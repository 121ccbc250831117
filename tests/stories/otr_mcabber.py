"""Alice speaks OTR from mcabber with Bob, whose mail program encrypts (gpg), and with Cleo's Delta Chat: through ends, a restart,
kills; the archive may be asked."""

from mcabber import Mcabber
from otr_play import play
from prosody import ProsodyWithArchive

play(Mcabber, lambda line: "<O=" in line, jabber=ProsodyWithArchive)
