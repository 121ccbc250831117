"""A Jabber name gets another holder, on ejabberd: nothing of the first one's is theirs. And the gateway is seen to come and go."""

import name_reused
from ejabberd import Ejabberd
from scenario import play

play(__name__, of=name_reused, jabber=Ejabberd)
