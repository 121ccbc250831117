"""The mail server is away: the author is told that her message is late, then that it is given up, on its own id; a later one arrives."""

from scenario import play, scenario


@scenario
def message_is_given_up(alice, bob, postfix):
    """Alice writes while Postfix is stopped."""
    alice.writes(bob, "While all is well")
    bob.reads("While all is well")
    postfix.stop()
    late = alice.writes(bob, "Into the void")
    alice.reads("is delayed", bob, has="still being tried")
    alice.gets_error(late, condition="remote-server-timeout", words=["given up", bob.address])
    postfix.start()
    alice.writes(bob, "There you are again")
    bob.reads("There you are again")
    bob.has_not_read("Into the void")


play(__name__, gateway={"mail": 'warn_after = "2 s"\nexpire = "8 s"'})
