"""The same as invite.py for a Jabber user who has linked a mailbox: handshake, chat and receipts by its IMAP and SMTP servers."""

from invite_play import play

play(mailbox="ana")
