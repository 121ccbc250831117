"""A Jabber user without a mailbox and Delta Chat connect by an invite, each in either role; see invite_play.py."""

from invite_play import play

play()
