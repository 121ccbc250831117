"""The play of otr_profanity on ejabberd."""

from ejabberd import Ejabberd
from otr_play import play
from profanity import Profanity

play(Profanity, lambda line: "~" in line, lambda client: client.generates_key(), jabber=Ejabberd)
