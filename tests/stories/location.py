"""Places cross the border both ways: with Delta Chat encrypted and in the clear, a COI program, and a mail program."""

from expect import check, check_equal
from scenario import play, scenario

HERE = (53.07516, 8.80777)
THERE = (52.51861, 13.3761)


def both_send_a_place(alice, person):
    """Each sends one; what is said with it is a message of its own before it."""
    person.writes(alice, "I am at the harbour", location=HERE)
    alice.reads("I am at the harbour", person)
    alice.sees_place(person, *HERE)
    alice.writes(person, "geo:52.51861,13.37610;u=20")
    told = person.reads("openstreetmap.org")
    check("52.51861, 13.3761" in told["text"], "in words, too")
    person.accept(told["chatId"])
    person.sees_place(*THERE)


@scenario
def encrypted(alice, cleo):
    """Alice and Cleo, whose Delta Chat encrypts; then Cleo shares where she is."""
    cleo.joins(alice.can_invite())
    both_send_a_place(alice, cleo)
    cleo.shares_position(alice, 53.1, 8.8)
    alice.reads("shares their location for a while", cleo)
    alice.sees_place(cleo, 53.1, 8.8)
    cleo.writes(alice, "Wait for me")
    alice.reads("Wait for me", cleo)
    alice.has_not_read("location", "Location")


@scenario
def in_the_clear(alice, dan):
    """Alice and Dan, whose Delta Chat talks in the clear."""
    dan.writes(alice, "Hello from Dan")
    alice.reads("Hello from Dan", dan)
    alice.asks_gateway(f"policy {dan.address} off", dan.address)
    both_send_a_place(alice, dan)


@scenario
def with_a_coi_program(alice, carol):
    """Carol's COI program finds the place in a part of its own; she answers with another."""
    carol.chats(alice, "Hello Alice")
    alice.reads("Hello Alice", carol)
    alice.writes(carol, "Let's meet here", extra='<geoloc xmlns="http://jabber.org/protocol/geoloc"><lat>52.51861</lat><lon>13.3761</lon></geoloc>')
    mail = carol.reads("52.51861, 13.3761")
    html = mail.get_body(("html",))
    check_equal(html["Chat-Content"], "location", "the part that is for programs")
    check('<span class="p-latitude">52.51861</span>' in html.get_content(), "h-geo")
    answer = carol.compose(alice.address, "No, here", headers={"Chat-Version": "1.0", "Message-ID": "<chat$place@mail.test>"})
    answer.add_alternative('<p>No, here</p><p class="h-geo"><span class="p-latitude">53.07516</span>, <span class="p-longitude">8.80777</span></p>',
                           subtype="html", headers=["Chat-Content: location"])
    carol.send(answer)
    alice.reads("No, here", carol)
    alice.sees_place(carol, *HERE)


@scenario
def with_a_mail_program(alice, bob):
    """Bob's mail program shows coordinates and a link; nothing is attached."""
    alice.writes(bob, "geo:52.51861,13.37610")
    mail = bob.reads("52.51861, 13.3761", Chat_Content=None)
    check("https://www.openstreetmap.org/?mlat=52.51861&mlon=13.3761#map=16/52.51861/13.3761" in mail.get_content(), "a map")


play(__name__)
