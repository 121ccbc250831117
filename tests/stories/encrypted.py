"""Bob's gpg and a Jabber user without a mailbox, by coigate's LMTP; see encrypted_play.py."""

from encrypted_play import Relay, play

play(Relay)
