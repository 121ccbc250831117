"""A Jabber name gets another holder, on ejabberd: nothing of the first one's is theirs. And the gateway is seen to come and go."""

from ejabberd import Ejabberd
from reuse_play import play

play(Ejabberd)
