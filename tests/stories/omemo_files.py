"""Files under OMEMO, both ways: encrypted where they lie, their keys in links that the messages protect; and what becomes of one when OMEMO is off."""

from expect import check_equal
from omemo_oldmemo import first_words
from omemo_play import OldmemoWorld
from otr_play import sealed
from prosody import ProsodyWithFiles
from scenario import play, scenario

PICTURE = b"\x89PNG\r\n\x1a\n" + sealed("picture").encode() + bytes(range(256)) * 100


@scenario(includes=[first_words])
def a_file_of_alice(phone, bob, world):
    """Her program encrypts it; the mail has it as it was, and is encrypted itself."""
    phone.sends_sealed_file(bob, "earth.png", PICTURE)
    bob.gets_file(phone, "earth.png", PICTURE)
    world.no_trace("the running coigate")


@scenario(includes=[a_file_of_alice])
def a_file_of_bob(phone, bob, world):
    """The gateway encrypts it for her server's store; her program fetches and decrypts it."""
    bob.sends_file(phone, "This is the moon", "moon.png", PICTURE[::-1] + PICTURE)
    phone.hears("This is the moon", bob)
    check_equal(phone.opens_sealed_file(bob, ".png"), PICTURE[::-1] + PICTURE, "it is Bob's file")
    world.no_trace("the running coigate")


@scenario(includes=[a_file_of_bob])
def omemo_is_off_before_it_came(phone, bob):
    """A file that waited encrypted: without a program that can get it there come words, never its key."""
    phone.publishes_list()
    phone.settles()
    bob.sends_file(phone, "This is the sun", "sun.png", PICTURE)
    phone.reads("waits: you have written with OMEMO", bob)
    phone.asks_gateway(f"omemo {bob.address} off", "come to you without OMEMO from now on")
    phone.reads("This is the sun", bob)
    phone.reads(f"A file from {bob.address} is not shown", bob)
    phone.has_not_read("aesgcm:")


play(__name__, stage=OldmemoWorld.for_actors, jabber=ProsodyWithFiles)
