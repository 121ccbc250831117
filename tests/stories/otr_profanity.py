"""Alice speaks OTR from profanity with Bob, whose mail program encrypts (gpg), and with Cleo's Delta Chat: through ends, a restart, kills."""

from otr_play import play
from profanity import Profanity

play(Profanity, lambda line: "~" in line, lambda client: client.generates_key())
