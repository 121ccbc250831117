"""Alice has verified her phone: a new device waits for her word, and who forges the start of OTR ends nothing."""

from expect import check
from omemo_oldmemo import first_words
from omemo_play import OldmemoWorld
from scenario import play, scenario


@scenario(includes=[first_words])
def a_new_device_waits(phone, tablet, bob):
    """It neither reads nor writes before she says so."""
    phone.asks_gateway(f"omemo trust {phone.device}", "verified")
    tablet.publishes_bundle()
    tablet.meets(bob)
    phone.publishes_list(phone, tablet)
    phone.settles()
    bob.says(phone, "for the phone alone")
    phone.hears("for the phone alone", bob)
    check(tablet.is_left_out(), "the tablet does not get it")
    phone.hears_gateway(["this one gets nothing until you write to me", f"omemo trust {tablet.device}"])
    refused = tablet.says(bob, "never sent")
    tablet.gets_error(refused, words=["which you do not trust", f"omemo trust {tablet.device}"])
    phone.asks_gateway(f"omemo trust {tablet.device}", "verified")
    bob.says(phone, "for both")
    phone.hears("for both", bob)
    tablet.hears("for both", bob)
    tablet.says(bob, "from the tablet")
    bob.hears("from the tablet", tablet)
    bob.has_not_heard("never sent")


@scenario(includes=[a_new_device_waits])
def otr_is_started_in_her_name(phone, bob, world):
    """Nothing changes, and she is told what to do if it was she."""
    phone.writes(bob, "?OTRv23?")
    phone.is_told_by_omemo(f"OTR was not started with {bob.address}", bob)
    bob.says(phone, "still by OMEMO")
    phone.hears("still by OMEMO", bob)
    world.no_trace("the running coigate")


@scenario(includes=[otr_is_started_in_her_name])
def a_first_message_is_answered(tablet, bob):
    """Of a session that the tablet starts: by an empty message, so that the next needs no prekey."""
    tablet.says(bob, "it has read so far")
    bob.hears("it has read so far", tablet)
    tablet.forgets_session()
    tablet.says(bob, "the first of a new session")
    bob.hears("the first of a new session", tablet)
    tablet.is_confirmed()
    tablet.says(bob, "the second of it")
    bob.hears("the second of it", tablet)


play(__name__, stage=OldmemoWorld.for_actors)
