"""The same as encrypted.py for a Jabber user who has linked a mailbox: mail lies there whatever becomes of it."""

from encrypted_play import Mailbox, play

play(Mailbox, with_ended_keys=False)
