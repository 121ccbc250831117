"""The mail server is away: the author hears that her message is late, then that it is given up, on its own id; a later one arrives."""

from play import World, check, tell, text_of

with World(gateway={"mail": 'warn_after = "2 s"\nexpire = "8 s"'}) as world:
    alice, bob = world.jabber("alice"), world.mail("bob")
    alice.writes("bob@mail.test", "While all is well")
    bob.reads("While all is well")

    world.postfix.stop()
    tell("Postfix is stopped")
    late = alice.writes("bob@mail.test", "Into the void")
    notice = alice.reads("is delayed", "bob@mail.test")
    check("still being tried" in notice.body, "she hears that it is late and still being tried")
    condition, text = alice.gets_error(late)
    check(condition == "remote-server-timeout", "the error stands on her stanza's own id")
    check("given up" in text and "bob@mail.test" in text, "and says in words that it is given up")

    world.postfix.start()
    tell("Postfix is back")
    alice.writes("bob@mail.test", "There you are again")
    bob.reads("There you are again")
    bob.fetch()
    check(not any("Into the void" in text_of(mail) for mail in bob.came), "what she was told is lost did not arrive after all")
