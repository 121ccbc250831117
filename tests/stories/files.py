"""Files that come by mail lie in Alice's own file store, and her client shows them: from a mail program, and from Delta Chat."""

import hashlib
import struct

from expect import check_equal
from prosody import ProsodyWithFiles
from scenario import play, scenario

PICTURE = (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02\0\0\0" + bytes(range(256)) * 40)


@scenario
def a_picture_follows_its_words(alice, bob, prosody):
    """Bob's mail program sends a picture; its room counts as Alice's."""
    bob.writes(alice, "Hello Alice")
    alice.reads("Hello Alice", bob)  # who gets nothing yet may not exist: no file is stored for her
    bob.sends_file(alice, "This is the earth", "earth.png", "image/png", PICTURE)
    alice.reads("This is the earth", bob)
    shown, content = alice.opens_file(bob, "earth.png")
    check_equal(content, PICTURE, "it is the picture")
    check_equal(alice.hash_said(shown), hashlib.sha256(PICTURE).digest(), "the message has its hash")
    check_equal(alice.pixels_said(shown), (640, 480), "and its dimensions")
    prosody.has_logged("Issuing upload slot to alice@jabber.test")


@scenario(includes=[a_picture_follows_its_words])
def several_files_of_one_mail(alice, bob):
    """Its words stand once, each file is a message, and what Alice says of a file is about the mail."""
    mail = bob.sends_files(alice, "Two planets", ("mars.png", "image/png", PICTURE), ("venus.png", "image/png", PICTURE[::-1]))
    words = alice.reads("Two planets", bob)
    mars, content = alice.opens_file(bob, "mars.png")
    check_equal(content, PICTURE, "it is the first")
    venus, content = alice.opens_file(bob, "venus.png")
    check_equal(content, PICTURE[::-1], "it is the second")
    check_equal(len({words.id, mars.id, venus.id}), 3, "each has an id of its own")
    alice.replies(bob, venus, "venus.png", "It is hot there")
    bob.reads("It is hot there", In_Reply_To=mail)
    alice.has_not_read("Two planets", "mars.png", "venus.png")


@scenario(includes=[a_picture_follows_its_words])
def what_is_too_large_is_named(alice, bob):
    """The store takes 100 kB."""
    bob.sends_file(alice, "The whole film", "film.mp4", "video/mp4", PICTURE * 12)
    alice.reads("⟦video: film.mp4, 123 kB⟧", bob)


@scenario
def a_file_from_delta_chat(alice, cleo, world):
    """Encrypted, without a word; Alice reacts to the picture."""
    picture = world.work / "moon.png"
    picture.write_bytes(PICTURE)
    cleo.joins(alice.can_invite())
    _, code = alice.opens_file(None, "invite.png")
    check_equal(code[:4], b"\x89PNG", "the invite's code is a picture in the chat")
    number = cleo.writes(alice, "", file=str(picture), viewtype="File")
    shown, content = alice.opens_file(cleo, "moon.png")
    check_equal(content, PICTURE, "it is the picture")
    alice.reacts(cleo, shown.id, "🌙")
    cleo.sees_reaction(number, "🌙")


@scenario
def into_a_linked_mailbox(dora, carol, dave):
    """The file of a mail that came into a mailbox which Dora has linked."""
    dora.uses_mailbox(dave)
    dora.writes(carol, "Do you have my ticket?")
    carol.reads("Do you have my ticket?")
    carol.sends_file(dora, "Here is the ticket", "ticket.pdf", "application/pdf", PICTURE)
    dora.reads("Here is the ticket", carol)
    _, content = dora.opens_file(carol, "ticket.pdf")
    check_equal(content, PICTURE, "it is the ticket")


play(__name__, jabber=ProsodyWithFiles)
