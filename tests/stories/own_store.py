"""Where the Jabber server has no file store, files that come by mail lie on the gateway's own."""

from expect import check, check_equal
from scenario import play, scenario
from server import free_port

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400  # 100 kB


@scenario
def it_is_off_unless_it_is_wanted(alice, bob):
    """Bob's file is only named."""
    bob.writes(alice, "Hello Alice")
    alice.reads("Hello Alice", bob)
    bob.sends_file(alice, "This is the earth", "earth.png", "image/png", PICTURE)
    alice.reads("⟦image: earth.png, 102 kB⟧", bob)


@scenario(includes=[it_is_off_unless_it_is_wanted])
def files_lie_on_the_gateway(alice, bob, gateway, world):
    """Its admin switches it on, with a certificate of its own: Alice's client shows two pictures of a mail, and nobody sees a list."""
    port = free_port()
    gateway.stop()
    gateway.change_config("[relay]", f"""[files]
listen = "127.0.0.1:{port}"
url = "https://localhost:{port}/files/"
tls_certificate = "{world.certificates.certificate}"
tls_key = "{world.certificates.key}"
quota = "1 MiB"
user_quota = "1 MiB"

[relay]""")
    gateway.start()
    alice.waits_for_gateway()
    bob.writes(alice, "Are you there?")
    alice.reads("Are you there?", bob)  # from here on it is known that she exists
    bob.sends_files(alice, "Two planets", ("mars.png", "image/png", PICTURE), ("venus.png", "image/png", PICTURE[::-1]))
    alice.reads("Two planets", bob)
    mars, content = alice.opens_file(bob, "mars.png")
    check_equal(content, PICTURE, "it is the first picture")
    _, content = alice.opens_file(bob, "venus.png")
    check_equal(content, PICTURE[::-1], "it is the second one")
    check_equal(alice.status_of(mars.body.rpartition("/")[0] + "/"), 404, "nobody sees a list")
    check_equal(alice.status_of(mars.body + "x"), 404, "and a link is a whole one")


@scenario(includes=[files_lie_on_the_gateway])
def a_file_of_it_may_be_passed_on(alice, bob, carol):
    """Alice sends Carol the link of a picture: Carol gets the picture."""
    bob.sends_file(alice, "The blue one", "neptune.png", "image/png", PICTURE)
    stanza, _ = alice.opens_file(bob, "neptune.png")
    alice.sends_link(carol, stanza.body)
    carol.gets_file("neptune.png", PICTURE)


@scenario(includes=[files_lie_on_the_gateway])
def they_are_there_after_a_kill(alice, bob, gateway):
    """What was half written is gone, what was whole is there."""
    bob.sends_file(alice, "The red one", "mars.png", "image/png", PICTURE)
    stanza, _ = alice.opens_file(bob, "mars.png")
    half = gateway.store / "files" / ".new-of-a-file"
    half.write_bytes(b"half")
    gateway.kill()
    gateway.start()
    alice.waits_for_gateway()
    check(not half.exists(), "what was half written is removed")
    check_equal(alice.status_of(stanza.body), 200, "the file is there")


@scenario(includes=[files_lie_on_the_gateway])
def when_it_is_full_files_are_named(alice, bob, gateway):
    """Its admin is told, and what lies there stays."""
    bob.writes(alice, "Are you still there?")
    alice.reads("Are you still there?", bob)
    for number in range(12):
        bob.sends_file(alice, f"Picture {number}", f"{number}.png", "image/png", PICTURE)
        if f"⟦image: {number}.png, 102 kB⟧" in alice.reads(f"Picture {number}", bob).body:
            break
        alice.opens_file(bob, f"{number}.png")
    check("the user's room in the gateway's file store is used up" in gateway.log_text(), "its admin is told")
    check_equal(len(list((gateway.store / "files").iterdir())), 10, "what has room is there")


play(__name__)
