"""All hostile inputs together, over and over: nothing holds up the loop, and other users' messages go through meanwhile."""

from expect import check
from rain import Rain, filled
from scenario import play, scenario
from server import Within


@scenario
def hostile_inputs_rain(alice, zoe, eve, bob, carol, gateway, dovecot):
    """Hostile mail to Alice and into Zoe's mailbox, and Eve's stanzas (rain.py): all are answered, and nobody else waits."""
    zoe.uses_mailbox(carol)
    for person, words in ((alice, "Hello Bob"), (eve, "Hello Bob, too")):
        person.writes(bob, words)
        bob.reads(words)
    rain = Rain(gateway, dovecot, alice, zoe, eve, mailbox=carol)
    rain.measure()
    rain.each_mail_got_a_verdict()
    rain.loop_was_held_at_most(milliseconds=50)
    rain.others_waited_at_most(seconds=1)
    check(gateway.running(), "the program lives")


@scenario(includes=[hostile_inputs_rain])
def long_mail(alice, bob, gateway):
    """A very long subject and text are carried, as far as a stanza holds them; and coigate stops when it is told to."""
    fields = f"From: {bob.address}\r\nTo: {alice.address}\r\nMessage-ID: <long@fair.test>\r\nSubject: {' '.join(['&subject'] * 3500)}\r\n"
    gateway.takes(f"{fields}\r\nand its text\r\n{filled('words ', 240_000)}".encode(), alice, sender=bob)
    check("⟦The rest has not been kept" in alice.reads("and its text", bob).body[-200:], "the end says that the rest is missing")
    with Within(20):
        gateway.stop()


play(__name__)
