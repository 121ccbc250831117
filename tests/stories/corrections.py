"""Corrections and replies cross the border both ways: with a mail program, a COI client, and Delta Chat in the clear and encrypted."""

from expect import check, check_equal
from scenario import play, scenario


@scenario
def bob_gets_one_correction(alice, bob, gateway):
    """Alice corrects a message twice; Bob's mail program gets one mail, which a person understands."""
    first = alice.writes(bob, "Shall we met at fife?")
    mail = bob.reads("Shall we met at fife?")
    alice.corrects(bob, first, "Shall we meet at fife?")
    gateway.waits_with(1)
    alice.corrects(bob, first, "Shall we meet at five?")
    fixed = bob.reads("I have corrected an earlier message", seconds=40, In_Reply_To=mail, lacks="fife")
    check("Shall we meet at five?" in fixed.get_content(), "the mail has the last text")
    alice.writes(bob, "Or at six?")
    bob.reads("Or at six?", seconds=40)
    bob.writes(alice, "Five is fine.\n\nOn 2026-11-28 10:00, Alice wrote:\n> Shall we meet at five?\n", reply_to=fixed)
    shown = alice.reads("Five is fine.", bob, replies_to=first, lacks=("[…]", "Shall we meet"))
    alice.replies(bob, shown, "Five is fine.", "See you!")
    mail = bob.reads("See you!")
    check_equal(mail.get_content().splitlines()[0].strip(), "> Five is fine.", "what she answers is quoted")


@scenario
def carol_corrects_by_coi(alice, carol):
    """Carol's COI client corrects a text twice; each edit names the one before it, and Jabber always the first."""
    alice.writes(carol, "Hello Carol")
    carol.reads("Hello Carol")
    one = carol.chats(alice, "I like teh sea")
    shown = alice.reads("I like teh sea", carol)
    two = carol.edits(alice, one, "I like tha sea")
    alice.reads("I like tha sea", carol, replaces=shown)
    carol.edits(alice, two, "I like the sea")
    alice.reads("I like the sea", carol, replaces=shown)


@scenario(includes=[carol_corrects_by_coi])
def alice_corrects_for_coi(alice, carol):
    """Alice corrects a text twice; COI names the last edit. Carol cannot edit what Alice wrote."""
    first = alice.writes(carol, "Me two")
    before = carol.reads("Me two")
    for text in ("Me to", "Me too!"):
        alice.corrects(carol, first, text)
        before = carol.reads(text, Chat_Content="editrequest", In_Reply_To=before)
    carol.edits(alice, before["Message-ID"], "Not mine")
    told = alice.reads("Not mine", carol, replaces=None)
    check("⟦" in told.body, "it is shown as a new message with a label")


def delta_chat_corrects(alice, person):
    """A person with Delta Chat corrects a text."""
    number = person.writes(alice, "At tehn?")
    shown = alice.reads("At tehn?", person)
    person.edits(number, "At ten?")
    fixed = alice.reads("At ten?", person, replaces=shown)
    check_equal(fixed.body, "At ten?", "it has no pencil of Delta Chat's")


def delta_chat_is_corrected(alice, person):
    """Alice corrects a text, and each replies to the other."""
    first = alice.writes(person, "No, elevn.")
    message = person.reads("No, elevn.")
    for text in ("No, elefen.", "No, eleven."):
        alice.corrects(person, first, text)
        now = person.wait_for(lambda message: message["text"] == text, 40, f"the text {text!r}")
        check_equal((now["id"], now["isEdited"]), (message["id"], True), "what Alice corrects changes in Delta Chat")
    person.writes(alice, "Fine with me.", quotedMessageId=now["id"])
    heard = alice.reads("Fine with me.", person, replies_to=first)
    # In the clear Delta Chat quotes "..." of what came encrypted. The gateway's own words stand before what a sender wrote.
    check(heard.body in ("> No, eleven.\nFine with me.", "⟦not encrypted⟧\n> ...\nFine with me."),
          "a client that knows no replies sees the quote")
    alice.replies(person, heard, "Fine with me.", "Good.")
    reply = person.reads("Good.")
    check_equal((reply["text"], reply["quote"]["text"]), ("Good.", "Fine with me."), "Delta Chat shows her reply and its quote")


@scenario
def in_the_clear(alice, dan):
    """Alice and Dan, whose Delta Chat talks in the clear."""
    dan.writes(alice, "Hello from Dan")
    alice.reads("Hello from Dan", dan)
    delta_chat_corrects(alice, dan)
    delta_chat_is_corrected(alice, dan)


@scenario
def encrypted(alice, cleo):
    """Alice and Cleo, whose Delta Chat encrypts."""
    cleo.joins(alice.can_invite())
    delta_chat_corrects(alice, cleo)
    delta_chat_is_corrected(alice, cleo)


play(__name__)
