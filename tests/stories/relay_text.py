"""Alice (Jabber) and Bob (mail) talk through the relay: nothing to register, alice@jabber.test is her address on both sides."""

from expect import check, check_equal
from scenario import play, scenario


@scenario
def alice_and_bob_talk(alice, bob):
    """Alice writes to Bob; he answers, and she answers him."""
    alice.writes(bob, "Hello Bob, how was the trip? 🚲")
    first = bob.reads("how was the trip? 🚲", From=alice, To=bob, Chat_Version="1.0", MIME_Version="1.0", Date=...)
    check(first["Message-ID"].startswith("<chat$"), "it has a COI message id")
    check_equal(first.get_content_charset(), "utf-8", "it is in UTF-8")

    answer = bob.answers("Long and good. Süßes Wetter!")
    check(alice.reads("Süßes Wetter!", bob, type="chat").id, "the answer has an id")

    alice.writes(bob, "Two lines\nof an answer")
    second = bob.reads("Two lines\nof an answer", In_Reply_To=answer, References=f"{first['Message-ID']} {answer}")
    check(second["Message-ID"] != first["Message-ID"], "it has an id of its own")


@scenario(includes=[alice_and_bob_talk])
def bob_writes_with_a_subject(alice, bob, gateway, prosody):
    """Bob writes a mail with a subject; the roster stays as it is, and the log keeps secrets."""
    bob.writes(alice, "A mail out of the blue", subject="Dinner on Friday?")
    blue = alice.reads("A mail out of the blue", bob)
    check("Dinner on Friday?" in blue.body + blue.subject, "its subject is shown")
    check_equal(alice.roster(), {}, "nothing was added to Alice's roster")
    check(not any(s.kind == "presence" and s.type == "subscribe" for s in alice.came), "nobody asked to subscribe")
    gateway.check_log("how was the trip", "Süßes Wetter", "Two lines", "out of the blue", prosody.secret)


play(__name__)
