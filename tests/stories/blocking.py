"""Alice blocks people: nothing of theirs reaches her, nothing of hers leaves for them, and nobody is told who decided it."""

from expect import check, check_equal
from mailbox_text import she_talks_from_it
from scenario import play, scenario


@scenario
def she_blocks_bob(alice, bob, gateway):
    """Bob is in her contacts. She blocks him: he is gone there, and his mail comes back to him."""
    alice.adds(bob)
    alice.sees(gateway.jid_of(bob.address))
    alice.writes(bob, "Hello Bob")
    bob.reads("Hello Bob")
    alice.asks_gateway("block bob@mail.test", ("bob@mail.test is blocked", "unblock bob@mail.test"))
    alice.sees(gateway.jid_of(bob.address), "unavailable")
    bob.answers("You again?")
    bounce = bob.gets_bounce().as_string()
    check("5.7.1 not accepted: delivery is not authorized" in " ".join(bounce.split()), "it is refused, and not said by whom")
    check("block" not in bounce, "that she has blocked him is not said")


@scenario(includes=[she_blocks_bob])
def she_writes_to_him(alice, bob, gateway, postfix):
    """Her message does not leave; how to change that is said. After a restart it is the same."""
    for text in ("Can you hear me now?", "And now?"):
        stanza = alice.writes(bob, text)
        alice.gets_error(stanza, condition="not-acceptable", words=("You have blocked bob@mail.test", "unblock bob@mail.test"))
        gateway.restarts()
        alice.waits_for_gateway()
    gateway.refuses(bob.compose(alice.address, "Out of the blue", headers={"Chat-Version": "1.0"}), alice, 550)
    bob.has_not_read("hear me", "And now?")
    alice.has_not_read("You again?", "Out of the blue")


@scenario(includes=[she_writes_to_him])
def she_unblocks_him(alice, bob, gateway):
    """By the command with a form: he is back, and what he writes from now on comes."""
    session = alice.command(gateway.domain, "unblock").get("sessionid")
    done = alice.command(gateway.domain, "unblock", session, contact=bob.address)
    check_equal(done.get("status"), "completed", "he is unblocked")
    alice.sees(gateway.jid_of(bob.address))
    bob.writes(alice, "Finally")
    alice.reads("Finally", bob)
    alice.writes(bob, "Good to hear you")
    bob.reads("Good to hear you")
    alice.has_not_read("You again?")


@scenario
def cleo_in_delta_chat(alice, cleo, gateway):
    """An encrypted chat: receipts, reactions and messages of Cleo do not come while she is blocked."""
    cleo.joins(alice.can_invite())
    cleo.writes(alice, "Hello from Cleo")
    alice.reads("Hello from Cleo", cleo)
    alice.writes(cleo, "Hello Cleo")
    number = cleo.reads("Hello Cleo")["id"]
    alice.asks_gateway(f"block {cleo.address}", "is blocked")
    refused = gateway.log_text().count("delivery is not authorized")
    cleo.reacts(number, "👍")
    cleo.writes(alice, "Do you see this?")
    gateway.has_logged("delivery is not authorized", refused + 2)
    alice.gets_error(alice.writes(cleo, "No"), condition="not-acceptable")
    alice.asks_gateway(f"unblock {cleo.address}", "no longer blocked")
    cleo.writes(alice, "And this?")
    alice.reads("And this?", cleo)
    alice.has_not_read("Do you see this?", "👍")


@scenario(includes=[she_talks_from_it])
def in_her_mailbox(alice, bob, carol, dave):
    """What Bob writes to her linked mailbox lies there, unseen by chat, and he hears nothing; Dave's comes in between."""
    alice.asks_gateway("block bob@mail.test", "stays in your mailbox")
    bob.answers("Only in the mailbox")
    carol.reads("Only in the mailbox")
    alice.writes(dave, "Hello Dave")
    dave.reads("Hello Dave")
    dave.answers("Hello Alice")
    alice.reads("Hello Alice", dave)
    alice.asks_gateway("unblock bob@mail.test", "no longer blocked")
    bob.answers("In the chat, too")
    alice.reads("In the chat, too", bob)
    alice.has_not_read("Only in the mailbox")


play(__name__)
