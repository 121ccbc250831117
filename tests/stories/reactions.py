"""Reactions cross the border both ways: with Delta Chat in the clear and encrypted; a mail program gets none, and Alice is told."""

from scenario import play, scenario


def both_react(alice, person):
    """Each reacts to the other's message, chooses another emoji, and takes it back."""
    number = person.writes(alice, "I have found the key.")
    shown = alice.reads("I have found the key.", person)
    first = alice.writes(person, "Wonderful!")
    hers = person.reads("Wonderful!")
    person.accept(hers["chatId"])
    for emojis in (["👍"], ["❤️"], []):
        alice.reacts(person, shown.id, *emojis)
        person.sees_reaction(number, *emojis)
        person.reacts(hers["id"], *emojis)
        alice.sees_reactions(person, first, *emojis)


@scenario
def in_the_clear(alice, dan):
    """Alice and Dan, whose Delta Chat talks in the clear."""
    dan.writes(alice, "Hello from Dan")
    alice.reads("Hello from Dan", dan)
    both_react(alice, dan)


@scenario
def encrypted(alice, cleo):
    """Alice and Cleo, whose Delta Chat encrypts."""
    cleo.joins(alice.can_invite())
    both_react(alice, cleo)


@scenario
def with_a_coi_program(alice, carol):
    """Carol's COI program shows Alice's reaction as an answer."""
    alice.writes(carol, "Hello Carol")
    carol.reads("Hello Carol")
    mail = carol.chats(alice, "I like the sea")
    shown = alice.reads("I like the sea", carol)
    alice.reacts(carol, shown.id, "🌊")
    carol.reads("🌊", In_Reply_To=mail)


@scenario
def with_a_mail_program(alice, bob):
    """Bob's mail program would show a mail with nothing but an emoji; Alice is told that he gets none."""
    first = alice.writes(bob, "Did you find the key?")
    mail = bob.reads("Did you find the key?")
    bob.writes(alice, "Yes!", reply_to=mail)
    shown = alice.reads("Yes!", bob)
    alice.gets_error(alice.reacts(bob, shown.id, "👍"), words=("reaction",), condition="not-acceptable")
    bob.writes(alice, "👍", reply_to=mail, headers={"Content-Disposition": "reaction"})
    alice.sees_reactions(bob, first, "👍")


play(__name__)
