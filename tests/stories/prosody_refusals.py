"""Prosody refuses a message before it answers the ping that follows it: no mail is answered as delivered and lost, and none waits for a
grace period.

Three kinds: a blocked contact (XEP-0191), a user who does not exist, a user who is away where nothing keeps messages; 10 mails of each,
1,000 with COIGATE_LONG. Between them comes mail that is taken.
"""

from play import World, check, check_equal
from prosody import Prosody
from refusals_play import are_refused


class WithoutStorage(Prosody):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        config = self.config.read_text().replace('"mam", "offline", ', "")
        self.config.write_text(config.replace("modules_disabled = { ", 'modules_disabled = { "offline", '))


with World(jabber=WithoutStorage, jabber_people=("alice", "anna"), mail_people=("bob", "carol", "dora")) as world:
    alice, bob, carol, dora = world.jabber("alice"), world.mail("bob"), world.mail("carol"), world.mail("dora")

    delivers = world.coigate.lmtp(dora.compose("alice@jabber.test", "Hello").as_bytes(), "alice@jabber.test", dora.address)
    check_equal(delivers[0], 250, "she has an account from her first mail on")

    alice.blocks(bob)
    times = [are_refused(world, alice, "blocking", bob, dora)]
    alice.blocks(bob, "unblock")
    times.append(are_refused(world, alice, "no such user", carol, dora, "nobody@jabber.test"))
    times.append(are_refused(world, alice, "no storage", carol, dora, "anna@jabber.test"))
    check(min(times) < 0.25, f"mail is answered without a grace period ({min(times) * 1000:.0f} ms)")

    code, _ = world.coigate.lmtp(bob.compose("alice@jabber.test", "Welcome again").as_bytes(), "alice@jabber.test", bob.address)
    check_equal(code, 250, "what she lets in again is taken")
    alice.reads("Welcome again", bob.address)
