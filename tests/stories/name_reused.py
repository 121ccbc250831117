"""A Jabber name gets another holder, on Prosody: nothing of the first one's is theirs. And the gateway is seen to come and go."""

from prosody import Prosody
from reuse_play import play

play(Prosody)
