"""Files that Alice's client has uploaded arrive as attachments: at a mail program, and in Delta Chat; else as links, and in order."""

import random
import struct
import zlib

from expect import check, check_equal
from file_server import FileServer
from prosody import ProsodyWithFiles
from scenario import play, scenario
from server import free_port


def picture(size):
    """A PNG of that many grey lines and columns: Delta Chat looks into pictures."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    rows = b"".join(b"\0" + random.Random(row).randbytes(size) for row in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURE = picture(100)


@scenario
def to_a_mail_program(alice, bob):
    """A picture with words, from her own file store; Bob answers it, and she takes it back."""
    bob.writes(alice, "Hello Alice")
    alice.reads("Hello Alice", bob)
    stanza = alice.shares_file(bob, "earth.png", "image/png", PICTURE, caption="This is the earth")
    mail = bob.reads("This is the earth", From=alice, Chat_Version=None, lacks="https://")
    check_equal(bob.files_of(mail), [("earth.png", "image/png", PICTURE)], "the picture is in the mail")
    bob.answers("> This is the earth\n\nIt is round", mail)
    alice.reads("It is round", bob, replies_to=stanza)
    alice.retracts(bob, stanza)
    bob.reads("I take back my message of", In_Reply_To=mail)


@scenario(includes=[to_a_mail_program])
def announced_before_it_is_uploaded(alice, bob):
    """As Dino sends files: Bob gets one mail, with the name that was announced, and what he says of it is about the announcement."""
    announcement = alice.announces_file(bob, "moon.png", "image/png", PICTURE)
    alice.brings_file(bob, announcement, "moon.png", "image/png", PICTURE)
    mail = bob.gets_file("moon.png", PICTURE)
    bob.answers("It is far away", mail)
    alice.reads("It is far away", bob)
    alice.retracts(bob, announcement)
    bob.reads("I take back my message of", In_Reply_To=mail)


@scenario(includes=[to_a_mail_program])
def small_pictures_in_the_text(alice, bob):
    """One beside the text, as Psi sends it, and one that her client gives when it is asked, as Pidgin does."""
    small = picture(40)
    alice.shows_picture(bob, "Here is a spot", small, beside=True)
    check_equal([content for *_, content in bob.files_of(bob.reads("Here is a spot"))], [small], "it is in the mail")
    other = picture(50)
    alice.shows_picture(bob, "Here is another", other)
    check_equal([content for *_, content in bob.files_of(bob.reads("Here is another", lacks="could not be sent"))], [other], "so is this")


@scenario(includes=[to_a_mail_program])
def another_file_than_announced(alice, bob):
    """What lies at the link has another hash: Bob gets the link, and Alice is told."""
    url = alice.uploads("mars.png", "image/png", PICTURE)
    alice.sends_link(bob, url, alice.claims(url, "mars.png", "image/png", PICTURE[::-1]))
    check_equal(bob.files_of(bob.reads(url)), [], "it is a link")
    alice.reads("not the file that your client announced", bob)


@scenario(includes=[to_a_mail_program])
def several_in_one_message(alice, bob):
    """One mail has them all, and it is one message: Bob answers it, and she takes it back."""
    stanza = alice.shares_files(bob, "Two planets", ("mars.png", "image/png", PICTURE), ("notes.txt", "text/plain", b"Both are round"))
    mail = bob.reads("Two planets", lacks="https://")
    check_equal([(name, content) for name, _, content in bob.files_of(mail)], [("mars.png", PICTURE), ("notes.txt", b"Both are round")],
                "both are in the mail")
    bob.answers("> Two planets\n\nI like the red one", mail)
    alice.reads("I like the red one", bob, replies_to=stanza)
    bob.has_not_read("notes.txt")


@scenario
def to_delta_chat(alice, cleo):
    """Encrypted: a picture, a recording and a sticker are shown as such; Cleo reacts to the picture."""
    cleo.joins(alice.can_invite())
    stanza = alice.shares_file(cleo, "moon.png", "image/png", PICTURE, caption="This is the moon")
    shown = cleo.gets_file("Image", "moon.png", PICTURE)
    check_equal(shown["text"], "This is the moon", "its words stand beside it")
    check(shown["showPadlock"], "it came encrypted")
    cleo.reacts(shown["id"], "🌙")
    alice.sees_reactions(cleo, stanza, "🌙")
    alice.shares_file(cleo, "voice-message.ogg", "audio/ogg", b"OggS" + PICTURE, metadata="<length>2500</length>")
    voice = cleo.gets_file("Voice", "voice-message.ogg", b"OggS" + PICTURE)
    check_equal(voice["duration"], 2500, "its length is known")
    alice.shares_file(cleo, "kiss.png", "image/png", PICTURE, caption="😘", beside='<sticker xmlns="urn:xmpp:stickers:0" pack="1"/>')
    cleo.gets_file("Sticker", "kiss.png", PICTURE)
    stanza = alice.shares_files(cleo, "Two planets", ("mars.png", "image/png", PICTURE), ("venus.png", "image/png", PICTURE))
    cleo.reads("Two planets")
    cleo.gets_file("Image", "mars.png", PICTURE)
    venus = cleo.gets_file("Image", "venus.png", PICTURE)
    cleo.reacts(venus["id"], "♀️")
    alice.sees_reactions(cleo, stanza, "♀️")


@scenario
def what_cannot_be_fetched_is_a_link(alice, bob, gateway, world):
    """A file that is too large, of which Alice is told, and one on a server that is down."""
    gateway.change_config("[relay]", '[files]\nfetch_largest = "1 MiB"\n\n[relay]')
    with FileServer(world.certificates) as store:
        film = store.has("film.mp4", "video/mp4", PICTURE * 120)
        alice.sends_link(bob, film)
        bob.reads(film, lacks="attachment")
        alice.reads("The file is larger than 1 MB: your contact gets its link.", bob)
        gone = f"https://localhost:{free_port()}/gone.png"
        alice.sends_link(bob, gone)
        mail = bob.reads(gone)
        check_equal(bob.files_of(mail), [], "it is a link")
        page = store.has("page", "text/html", b"<html>A page</html>")
        alice.sends_link(bob, page)
        check_equal(bob.files_of(bob.reads(page)), [], "a page to read is a link")


@scenario(includes=[to_a_mail_program])
def a_link_to_a_private_address(alice, bob, gateway, world):
    """On a public server nobody can look into its network by a link; its own file store may stand there."""
    bob.sends_file(alice, "My notes", "notes.txt", "text/plain", b"Buy milk")
    alice.opens_file(bob, "notes.txt")  # by this the gateway knows where the store lies: on localhost
    gateway.change_config("allow_private_servers = true", "allow_private_servers = false")
    with FileServer(world.certificates) as inside:
        secret = inside.has("secret.txt", "text/plain", b"internal").replace("localhost", "127.0.0.1")
        alice.sends_link(bob, secret)
        check_equal(bob.files_of(bob.reads(secret)), [], "it is a link")
        check("the host is on a private network" in gateway.log_text(), "the gateway says why")
    alice.shares_file(bob, "venus.png", "image/png", PICTURE)
    bob.gets_file("venus.png", PICTURE)
    gateway.change_config("allow_private_servers = false", "allow_private_servers = true")


@scenario
def others_do_not_wait_and_order_stays(alice, bob, carol, gateway, world):
    """While a file is on its way, what Alice writes to Bob waits behind it; what she takes back does not leave at all."""
    with FileServer(world.certificates) as store:
        store.keeps_back()
        alice.sends_link(bob, store.has("mars.png", "image/png", PICTURE))
        alice.writes(bob, "That was Mars")
        store.was_asked()
        alice.writes(carol, "Hello Carol")
        carol.reads("Hello Carol")
        bob.has_not_read("That was Mars")
        store.gives()
        bob.gets_file("mars.png", PICTURE)
        bob.reads("That was Mars")

        store.keeps_back()
        alice.retracts(bob, alice.sends_link(bob, store.has("pluto.png", "image/png", PICTURE)))
        gateway.waits_with(0)
        store.gives()
        alice.writes(bob, "No planet")
        bob.reads("No planet")
        bob.has_not_read("pluto", "I take back")


@scenario
def killed_while_it_is_fetched(alice, bob, gateway, world):
    """The message was taken: after a kill it leaves once, with its link."""
    with FileServer(world.certificates) as store:
        store.keeps_back()
        link = store.has("saturn.png", "image/png", PICTURE)
        alice.sends_link(bob, link)
        store.was_asked()
        gateway.kill()
        gateway.start()
        alice.waits_for_gateway()
        [waiting] = gateway.waits_with(1)
        gateway.lets_go(waiting["id"])
        bob.reads(link)
        store.gives()
        alice.writes(bob, "That was Saturn")
        bob.reads("That was Saturn")
        bob.has_not_read("saturn.png")


play(__name__, jabber=ProsodyWithFiles)
