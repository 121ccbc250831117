"""Alice speaks OMEMO from programs with the other library (oldmemo): first words, devices that come and go, sessions that are lost."""

from expect import check, check_equal
from omemo_play import OldmemoWorld
from scenario import play, scenario


@scenario
def they_meet(phone, bob):
    """The first mails, in the clear, bring the keys. Alice's phone publishes its own, and reads the gateway's."""
    phone.writes(bob, "Hello, this is my first mail")
    bob.learns_key("this is my first mail")
    bob.shows_key("and this is my key")
    phone.reads("and this is my key", bob)
    phone.approves_gateway()
    phone.publishes_bundle()
    phone.publishes_list(phone)
    phone.meets(bob)


@scenario(includes=[they_meet])
def first_words(phone, bob, world):
    """She is told what OMEMO means here. A receipt comes when her message has left."""
    receipt = phone.says(bob, "the first", extra="<request xmlns='urn:xmpp:receipts'/>")
    bob.hears("the first", phone)
    phone.is_told_by_omemo(f"OMEMO protects your conversation with {bob.address} up to this gateway", bob)
    phone.gets_receipt(receipt)
    bob.says(phone, "the first answer")
    phone.hears("the first answer", bob)
    phone.says(bob, "the second")
    bob.hears("the second", phone)
    world.no_trace("the running coigate")


@scenario(includes=[first_words])
def another_device_joins(phone, tablet, bob):
    """Both read; the gateway starts the session. Alice is told of it. What her tablet writes leaves, too."""
    tablet.meets(bob)
    tablet.publishes_bundle()
    phone.publishes_list(phone, tablet)
    phone.settles()
    bob.says(phone, "for both")
    phone.hears("for both", bob)
    tablet.hears("for both", bob)
    phone.hears_gateway(["Another program of yours reads along by OMEMO", str(tablet.device)])
    tablet.says(bob, "from the tablet")
    bob.hears("from the tablet", tablet)


@scenario(includes=[another_device_joins])
def a_device_is_distrusted(phone, tablet, bob):
    """It neither reads nor writes, until it is trusted again."""
    phone.asks_gateway(f"omemo distrust {tablet.device}", "not trusted")
    bob.says(phone, "not for the tablet")
    phone.hears("not for the tablet", bob)
    check(tablet.is_left_out(), "the tablet does not get it")
    refused = tablet.says(bob, "never sent")
    tablet.gets_error(refused, words=["which you do not trust", f"omemo trust {tablet.device}"])
    phone.asks_gateway(f"omemo trust {tablet.device}", "verified")
    bob.says(phone, "for both again")
    tablet.hears("for both again", bob)
    phone.hears("for both again", bob)
    bob.has_not_heard("never sent")


@scenario(includes=[a_device_is_distrusted])
def a_device_is_removed(phone, tablet, bob):
    """From the list: it gets nothing more."""
    phone.publishes_list(phone)
    phone.settles()
    bob.says(phone, "for the phone alone")
    phone.hears("for the phone alone", bob)
    check(tablet.is_left_out(), "the tablet does not get it")
    tablet.close()


@scenario(includes=[first_words])
def the_phone_loses_its_session(phone, bob):
    """It cannot read what comes. Its next message starts another session, and what it missed comes again."""
    phone.forgets_session()
    bob.says(phone, "missed")
    phone.cannot_read_next()
    phone.says(bob, "I have lost my session")
    bob.hears("I have lost my session", phone)
    phone.hears("missed", bob)
    bob.says(phone, "read at once")
    phone.hears("read at once", bob)


@scenario(includes=[the_phone_loses_its_session])
def a_message_cannot_be_read(phone, bob):
    """Because it is broken: Alice is told, and her phone gets a new session, in which the next one is read."""
    text = phone.encrypts("broken")
    refused = phone.sends_encrypted(phone.damaged(text))
    phone.gets_error(refused, words="could not be read here")
    phone.gets_new_session()
    phone.says(bob, "after the broken one")
    bob.hears("after the broken one", phone)
    bob.says(phone, "and back")
    phone.hears("and back", bob)
    bob.has_not_heard("broken")


@scenario(includes=[the_phone_loses_its_session])
def a_message_is_repeated(phone, bob):
    """The same bytes once more, as after a broken connection: not sent again, and no error. Under another id it is one that was lost."""
    text = phone.encrypts("said once")
    sent = phone.sends_encrypted(text)
    bob.hears("said once", phone)
    phone.sends_encrypted(text, stanza=sent)
    phone.gets_error(phone.sends_encrypted(text), words="could not be read here")
    check(sent not in phone.refused_ids(), "the repeat gets no error")
    phone.says(bob, "after the repeat")
    bob.hears("after the repeat", phone)
    bob.says(phone, "still there")
    phone.hears("still there", bob)
    bob.has_not_heard("said once")


@scenario(includes=[a_device_is_removed, a_message_cannot_be_read, a_message_is_repeated])
def no_device_can_read(phone, bob, gateway):
    """What comes waits, and Alice is told; it comes when a device is there again."""
    phone.publishes_list()
    phone.settles()
    bob.says(phone, "waiting")
    phone.reads("waits: you have written with OMEMO", bob)
    check_equal(len(gateway.queue()), 1, "it waits")
    phone.publishes_list(phone)
    phone.hears("waiting", bob)


@scenario(includes=[no_device_can_read])
def omemo_is_off(phone, bob, world):
    """By her own word; and on again by her next message."""
    world.no_trace("the running coigate")
    phone.asks_gateway(f"omemo {bob.address} off", "come to you without OMEMO from now on")
    bob.shows_key("in the clear to Alice")
    phone.reads("in the clear to Alice", bob)


play(__name__, stage=OldmemoWorld.for_actors)
