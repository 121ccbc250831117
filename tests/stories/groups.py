"""A group of Delta Chat as a room: made by Cleo, with Alice (Jabber) and Nina (another Delta Chat), encrypted for all of them."""

from expect import check, check_equal
from rooms import DeltaGroup
from scenario import play, scenario


@scenario
def they_know_each_other(alice, cleo, nina):
    """Cleo follows the invites of Alice and Nina. Alice and Nina have never heard of each other."""
    cleo.joins(nina.invites())
    cleo.joins(alice.can_invite())
    alice.hears_gateway(["verified contact", cleo.address])
    cleo.has_verified(alice)


@scenario(includes=[they_know_each_other])
def cleo_makes_a_group(alice, cleo):
    """Alice is invited to its room, enters it, and reads there what was said before she came."""
    cleo.group = DeltaGroup(cleo, "Sailing", alice)
    cleo.group.says("Who comes on Sunday?")
    alice.is_invited("Sailing")
    check_equal(len(alice.enters("Sailing")), 1, "Cleo is in it")
    alice.reads_in_room(alice.calls_in_room(cleo), "Who comes on Sunday?")


@scenario(includes=[cleo_makes_a_group])
def alice_answers(alice, cleo):
    """Her words come to the group, encrypted, once."""
    alice.says_in_room("I do, with cake")
    message = cleo.reads("I do, with cake", 60)
    check_equal((message["chatId"], message["showPadlock"]), (cleo.group.chat, True), "it came encrypted, to the group")
    cleo.group.says("Wonderful")
    alice.reads_in_room(alice.calls_in_room(cleo), "Wonderful")


@scenario(includes=[alice_answers])
def nina_comes(alice, cleo, nina):
    """Cleo adds her: she is in the room, and what Alice says is encrypted for her, too, with the key that came as gossip."""
    cleo.group.adds(nina)
    alice.sees_in_room(alice.calls_in_room(nina))
    alice.says_in_room("Welcome Nina")
    for person in (cleo, nina):
        message = person.reads("Welcome Nina", 60)
        check(message["showPadlock"], f"{person.address} reads it encrypted")
    nina.send(message["chatId"], "Thank you, Alice")
    alice.reads_in_room(alice.calls_in_room(nina), "Thank you, Alice")
    cleo.reads("Thank you, Alice", 60)


@scenario(includes=[nina_comes])
def it_gets_other_names(alice, cleo, nina):
    """One by Cleo, one by Alice."""
    cleo.group.is_called("Boats")
    alice.sees_subject("Boats")
    alice.names_room("Ships")
    cleo.group.has_name("Ships")
    alice.sees_subject("Ships")


@scenario(includes=[it_gets_other_names])
def messages_change(alice, cleo):
    """Cleo puts an emoji on Alice's message, and corrects her own; Alice corrects hers."""
    said = alice.says_in_room("At nine")
    number = cleo.reads("At nine", 60)["id"]
    cleo.reacts(number, "👍")
    alice.sees_reaction_in_room(alice.calls_in_room(cleo), said.id, "👍")
    alice.says_in_room("At ten", f'<replace xmlns="urn:xmpp:message-correct:0" id="{said.id}"/>')
    cleo.reads("At ten", 60)
    own = cleo.group.says("I bring tae")
    first = alice.reads_in_room(alice.calls_in_room(cleo), "I bring tae")
    cleo.edits(own, "I bring tea")
    second = alice.reads_in_room(alice.calls_in_room(cleo), "I bring tea")
    check_equal(second.xml.find("{urn:xmpp:message-correct:0}replace").get("id"), first.id, "it corrects the first one")


@scenario(includes=[messages_change])
def alice_was_away(alice, cleo, gateway):
    """Coigate is killed and started, and Alice's client enters again: it reads what was said meanwhile, once."""
    gateway.kill()
    cleo.group.says("While it was away")
    gateway.start()
    alice.waits_for_gateway()
    alice.is_not_in_room_any_more()
    alice.forgets_what_came()
    alice.enters("Ships", since_last=True)
    alice.reads_in_room(alice.calls_in_room(cleo), "While it was away")
    alice.says_in_room("I am back")
    cleo.reads("I am back", 60)
    alice.has_not_read("While it was away")


@scenario(includes=[alice_was_away])
def alice_is_removed(alice, cleo):
    """Cleo removes her. She is out of the room, and may not enter it, until Cleo adds her again."""
    cleo.group.removes(alice)
    alice.sees_in_room(alice.nick, "unavailable")
    alice.may_not_enter("registration-required")
    cleo.group.adds(alice)
    cleo.group.says("Here you are again")
    alice.is_invited("Ships")
    alice.enters("Ships")
    alice.reads_in_room(alice.calls_in_room(cleo), "Here you are again")


play(__name__, gateway={"more": "[groups]\nrooms = true\n"})
