"""Alice (Jabber) and Bob (mail) talk through the relay: nothing to register, alice@jabber.test is her address on both sides."""

from play import World, check, check_equal

with World() as world:
    alice, bob = world.jabber("alice"), world.mail("bob")

    alice.writes("bob@mail.test", "Hello Bob, how was the trip? 🚲")
    first = bob.reads("how was the trip? 🚲")
    check_equal(first["From"].addresses[0].addr_spec, "alice@jabber.test", "the mail is from Alice's own address")
    check_equal(first["To"].addresses[0].addr_spec, "bob@mail.test", "and to Bob")
    check_equal(first["Chat-Version"], "1.0", "it is a COI chat mail")
    check(first["Message-ID"].startswith("<chat$"), "with a COI message id")
    check_equal(first.get_content_charset(), "utf-8", "in UTF-8")
    check(first["Date"] and first["MIME-Version"] == "1.0", "with date and MIME version")

    answer_id = bob.writes("alice@jabber.test", "Long and good. Süßes Wetter!", reply_to=first)
    answer = alice.reads("Süßes Wetter!", "bob@mail.test")
    check_equal(answer.type, "chat", "the answer is a chat message")
    check(answer.id, "with an id")

    alice.writes("bob@mail.test", "Two lines\nof an answer")
    second = bob.reads("Two lines\nof an answer")
    check_equal(second["In-Reply-To"], answer_id, "her answer replies to Bob's mail")
    check_equal([second["References"].split()[0], second["References"].split()[-1]], [first["Message-ID"], answer_id],
                "its references go from the first mail to the one it answers")
    check(second["Message-ID"] != first["Message-ID"], "with an id of its own")

    bob.writes("alice@jabber.test", "A mail out of the blue", subject="Dinner on Friday?")
    blue = alice.reads("A mail out of the blue", "bob@mail.test")
    check("Dinner on Friday?" in blue.body + blue.subject, "its subject is shown")

    check_equal(alice.roster(), {}, "nothing was pushed into Alice's roster")
    check(not any(s.kind == "presence" and s.type == "subscribe" for s in alice.came), "nobody asked to subscribe")
    world.coigate.check_log("how was the trip", "Süßes Wetter", "Two lines", "out of the blue", world.jabber_server.secret)
