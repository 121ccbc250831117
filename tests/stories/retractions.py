"""Messages are taken back across the border both ways: with Delta Chat encrypted and in the clear, a COI program, and a mail program."""

from expect import check, check_equal
from scenario import play, scenario


@scenario
def with_a_mail_program(alice, bob):
    """Bob's mail program gets a short mail that says which message is meant; Alice cannot take back what he wrote."""
    bob.writes(alice, "Where is the key?")
    alice.reads("Where is the key?", bob)
    first = alice.writes(bob, "The key is under the mat")
    mail = bob.reads("The key is under the mat")
    alice.retracts(bob, first)
    told = bob.reads("I take back my message of", In_Reply_To=mail, Chat_Version=None, lacks=("mat", "unsupported"))
    check("UTC" in told.get_content(), "its time says which one")
    bob.writes(alice, "I have it already", reply_to=told)
    shown = alice.reads("I have it already", bob)
    alice.gets_error(alice.retracts(bob, shown.id), words=("not known here",), condition="item-not-found")
    alice.gets_error(alice.retracts(bob, first), words=("no longer",), condition="item-not-found")
    alice.writes(bob, "Keep it")
    bob.reads("Keep it")


@scenario
def what_waits_does_not_leave(alice, bob, gateway, postfix):
    """Alice takes a message back while Postfix is stopped: Bob hears nothing of it, nor of its correction."""
    alice.writes(bob, "Hello Bob")
    bob.reads("Hello Bob")
    postfix.stop()
    kept = alice.writes(bob, "We meet at five")
    first = alice.writes(bob, "The key is in the pot")
    alice.corrects(bob, first, "The key is in the jar")
    gateway.waits_with(3)
    alice.retracts(bob, first)
    gateway.waits_with(1)
    postfix.start()
    bob.reads("We meet at five", seconds=60)
    alice.retracts(bob, kept)
    bob.reads("I take back my message of", seconds=60)
    bob.has_not_read("The key is in the")


@scenario
def with_a_coi_program(alice, carol):
    """Each takes back a corrected message; Carol cannot take back what Alice wrote. An empty edit takes a message back, too."""
    first = alice.writes(carol, "Hello Carol")
    carol.reads("Hello Carol")
    one = carol.chats(alice, "I like teh sea")
    shown = alice.reads("I like teh sea", carol)
    two = carol.edits(alice, one, "I like the sea")
    alice.reads("I like the sea", carol, replaces=shown)
    carol.deletes(alice, two)
    alice.sees_retracted(carol, shown)
    three = carol.chats(alice, "Or the mountains")
    shown = alice.reads("Or the mountains", carol)
    carol.edits(alice, three, "")
    alice.sees_retracted(carol, shown)

    alice.corrects(carol, first, "Hello dear Carol")
    before = carol.reads("Hello dear Carol", Chat_Content="editrequest")
    carol.deletes(alice, before["Message-ID"])
    told = alice.reads("cannot be removed here", carol)
    check_equal(told.xml.find("{urn:xmpp:message-retract:1}retract"), None, "what Alice wrote stays")
    alice.retracts(carol, first)
    carol.reads("I take back my message of", Chat_Content="deleterequest", In_Reply_To=before)


@scenario
def encrypted(alice, cleo):
    """Cleo's Delta Chat encrypts: each message vanishes at the other's, also several at once, and a corrected one."""
    cleo.joins(alice.can_invite())
    numbers, shown = [], []
    for text in ("One mistake", "Two mistakes", "Three mistakes"):
        numbers.append(cleo.writes(alice, text))
        shown.append(alice.reads(text, cleo))
    cleo.edits(numbers[2], "Three misteaks")
    alice.reads("Three misteaks", cleo, replaces=shown[2])
    cleo.takes_back(numbers[0])
    alice.sees_retracted(cleo, shown[0])
    cleo.takes_back(*numbers[1:])
    for each in shown[1:]:
        alice.sees_retracted(cleo, each)

    first = alice.writes(cleo, "My own mistake")
    cleo.reads("My own mistake")
    alice.corrects(cleo, first, "My own misteak")
    cleo.reads("My own misteak")
    alice.retracts(cleo, first)
    cleo.sees_no_more("My own misteak")
    alice.writes(cleo, "All is well")
    cleo.reads("All is well")
    cleo.has_not_read("I take back")


@scenario
def in_the_clear(alice, dan):
    """Delta Chat takes nothing back in the clear: Dan's refuses to ask for it, and he reads Alice's words."""
    number = dan.writes(alice, "Hello from Dan")
    alice.reads("Hello from Dan", dan)
    dan.may_not_take_back(number)
    alice.asks_gateway(f"policy {dan.address} off", dan.address)
    first = alice.writes(dan, "My mistake")
    dan.accept(dan.reads("My mistake")["chatId"])
    alice.retracts(dan, first)
    dan.reads("I take back my message of")


play(__name__)
