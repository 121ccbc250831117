"""Corrections and replies cross the border both ways: with a mail program, a COI client, and Delta Chat in the clear and encrypted."""

from invite_play import invites

from play import World, check, check_equal

REPLACE, REPLY = "{urn:xmpp:message-correct:0}replace", "{urn:xmpp:reply:0}reply"


def corrects(alice, address, first, words):
    """Alice corrects her message `first`; returns the correction's stanza id."""
    return alice.writes(address, words, extra=f'<replace xmlns="urn:xmpp:message-correct:0" id="{first}"/>')


def answers(alice, address, stanza, quote, words):
    """Alice answers a message, as clients with XEP-0461 do."""
    shown = f"> {quote}\n"
    return alice.writes(address, shown + words, extra=(
        f'<reply xmlns="urn:xmpp:reply:0" to="{stanza.sender}" id="{stanza.id}"/>'
        f'<fallback xmlns="urn:xmpp:fallback:0" for="urn:xmpp:reply:0"><body start="0" end="{len(shown)}"/></fallback>'))


def named_in(stanza, element):
    """The id of the message that a stanza says it is about."""
    found = stanza.xml.find(element)
    return None if found is None else found.get("id")


def with_mail_program(world, alice, bob):
    first = alice.writes("bob@mail.test", "Shall we met at fife?")
    mail = bob.reads("Shall we met at fife?")
    corrects(alice, "bob@mail.test", first, "Shall we meet at fife?")
    corrects(alice, "bob@mail.test", first, "Shall we meet at five?")
    fixed = bob.reads("Shall we meet at five?", seconds=40)
    check("I have corrected an earlier message" in fixed.get_content(), "a person sees what this mail is")
    check_equal(fixed["In-Reply-To"], mail["Message-ID"], "it answers the message that it corrects")
    check("fife" not in fixed.get_content(), "two quick corrections are one mail")
    alice.writes("bob@mail.test", "Or at six?")
    bob.reads("Or at six?", seconds=40)
    bob.send(bob.compose("alice@jabber.test", "Five is fine.\n\nOn 2026-11-28 10:00, Alice wrote:\n> Shall we meet at five?\n",
                         headers={"In-Reply-To": fixed["Message-ID"], "Subject": "Re: Shall we"}))
    shown = alice.reads("Five is fine.", "bob@mail.test")
    check_equal(named_in(shown, REPLY), first, "his answer names her message, not the correction")
    check("[…]" not in shown.body and "Shall we meet" not in shown.body, "and the quote is not shown")
    answers(alice, "bob@mail.test", shown, "Five is fine.", "See you!")
    mail = bob.reads("See you!")
    check_equal(mail.get_content().splitlines()[0].strip(), "> Five is fine.", "what she answers is quoted")


def with_coi_client(world, alice, carol):
    def says(text, name, **headers):
        carol.send(carol.compose("alice@jabber.test", text, headers={"Chat-Version": "1.0", "Message-ID": name, **headers}))
        return alice.reads(text, "carol@mail.test")

    alice.writes("carol@mail.test", "Hello Carol")
    carol.reads("Hello Carol")
    shown = says("I like teh sea", "<chat$one.1@mail.test>")
    for number, text in ((2, "I like tha sea"), (3, "I like the sea")):  # each names the one before it
        fixed = says(text, f"<chat$one.{number}@mail.test>",
                     **{"Chat-Content": "editrequest", "In-Reply-To": f"<chat$one.{number - 1}@mail.test>"})
        check_equal(named_in(fixed, REPLACE), shown.id, "Jabber always names the first message")
    first = alice.writes("carol@mail.test", "Me two")
    before = carol.reads("Me two")
    for text in ("Me to", "Me too!"):
        corrects(alice, "carol@mail.test", first, text)
        edit = carol.reads(text)
        check_equal((edit["Chat-Content"], edit["In-Reply-To"]), ("editrequest", before["Message-ID"]), "COI names the last edit")
        before = edit
    told = says("Not mine", "<chat$one.9@mail.test>", **{"Chat-Content": "editrequest", "In-Reply-To": before["Message-ID"]})
    check(named_in(told, REPLACE) is None and "⟦" in told.body, "nobody changes what others wrote")


def with_delta_chat(world, alice, person, chat):
    def edited(text):
        return person.wait_for(lambda message: message["text"] == text, 40, f"the text {text!r}")

    number = person.send(chat, "At tehn?")
    shown = alice.reads("At tehn?", person.address)
    person.call("send_edit_request", person.account, number, "At ten?")
    fixed = alice.reads("At ten?", person.address)
    check_equal(named_in(fixed, REPLACE), shown.id, "what Delta Chat corrects changes in Alice's client")
    check_equal(fixed.body, "At ten?", "without its pencil")
    first = alice.writes(person.address, "No, elevn.")
    message = person.reads("No, elevn.")
    for text in ("No, elefen.", "No, eleven."):
        corrects(alice, person.address, first, text)
        now = edited(text)
        check_equal((now["id"], now["isEdited"]), (message["id"], True), "what Alice corrects changes in Delta Chat")
    person.send(chat, "Fine with me.", quotedMessageId=now["id"])
    heard = alice.reads("Fine with me.", person.address)
    check_equal(named_in(heard, REPLY), first, "a reply names Alice's message")
    # In the clear Delta Chat quotes "..." of what came encrypted. Our own words stand before what a sender wrote.
    check(heard.body in ("> No, eleven.\nFine with me.", "⟦not encrypted⟧\n> ...\nFine with me."),
          "a client that knows no replies sees the quote")
    answers(alice, person.address, heard, "Fine with me.", "Good.")
    reply = person.reads("Good.")
    check_equal((reply["text"], reply["quote"]["text"]), ("Good.", "Fine with me."), "Delta Chat shows her reply and its quote")


with World(mail_people=("bob", "carol", "dan", "eve")) as world:
    alice, dan = world.jabber("alice"), world.delta("dan", classic=True)
    with_mail_program(world, alice, world.mail("bob"))
    with_coi_client(world, alice, world.mail("carol"))

    world.tell("Delta Chat in the clear")
    chat = dan.chat_with("alice@jabber.test")
    dan.send(chat, "Hello from Dan")
    alice.reads("Hello from Dan", "dan@mail.test")
    with_delta_chat(world, alice, dan, chat)

    world.tell("Delta Chat encrypted")
    eve = world.delta("eve")
    chat = eve.call("secure_join", eve.account, invites(alice))
    eve.hears("SecurejoinJoinerProgress", lambda event: event["progress"] == 1000)
    with_delta_chat(world, alice, eve, chat)
