"""The first words of the story omemo_oldmemo on ejabberd, and another device that writes."""

from ejabberd import EjabberdWithEvents
from omemo_oldmemo import first_words
from omemo_play import OldmemoWorld
from scenario import play, scenario


@scenario(includes=[first_words])
def another_device_writes(phone, tablet, bob, world):
    """The gateway asks for the list again, whether or not the server has told of its change; then both read."""
    tablet.publishes_bundle()
    phone.publishes_list(phone, tablet)
    tablet.meets(bob)
    tablet.says(bob, "from the tablet")
    bob.hears("from the tablet", tablet)
    bob.says(phone, "for both")
    phone.hears("for both", bob)
    tablet.hears("for both", bob)
    phone.hears_gateway(["Another program of yours reads along by OMEMO", str(tablet.device)])
    world.no_trace("the running coigate")


play(__name__, stage=OldmemoWorld.for_actors, jabber=EjabberdWithEvents)
