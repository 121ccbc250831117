"""Alice's client speaks OMEMO with Bob, whose mail program encrypts (gpg), and with Carol, who has no key.

A second client of Alice's, without OMEMO, sees what passes between her client and the gateway: encrypted elements and no text. Whether the
window's own store has the text, marked as encrypted, is checked there.
"""

from expect import check
from otr_play import CANARY, sealed
from server import Failure, wait_until

_ENCRYPTED = "{eu.siacs.conversations.axolotl}encrypted"


def steps(world, window):
    """Names and actions, in their order."""
    bob, carol, client = world.actor("bob"), world.mail("carol"), window.client
    bob_jid, carol_jid = world.coigate.jid_of(bob.address), world.coigate.jid_of(carol.address)

    def is_encrypted(stanza):
        return next(stanza.xml.iter(_ENCRYPTED), None) is not None

    def passes_encrypted(what):
        """A stanza with a conversation's encrypted text, or its copy, has come to the other client; none has the text itself."""
        window.other.wait_for(is_encrypted, 40, what)
        if any(CANARY in str(stanza) for stanza in window.other.came):
            raise Failure("a text went through the Jabber server in the clear")

    def shows(text):
        wait_until(lambda: client.holds_encrypted(sealed(text)), 60, f"the window holds {text!r}, marked as encrypted")
        world.tell(f"  the window shows {text!r}, marked as encrypted")

    def writes_clear():
        window.says(bob_jid, "Hello, in the clear")
        bob.learns_key("Hello, in the clear")

    def gets_clear():
        bob.shows_key("Hello Alice")
        window.gets("Hello Alice")

    def writes():
        window.says(bob_jid, sealed("the first"))
        client.sends_first()
        passes_encrypted("what Alice wrote, encrypted")
        bob.hears("the first", None)

    def hears(text):
        bob.says(None, text)
        passes_encrypted("what Bob wrote, encrypted for Alice")
        shows(text)

    def is_answered():
        hears("the answer")
        lines = [stanza for stanza in window.other.came if f"from='{world.coigate.domain}" in str(stanza).replace('"', "'") and "<body" in str(stanza)]
        check(not lines, "the gateway's only line stands in the conversation, encrypted")

    def talk():
        for number in range(3):
            window.says(bob_jid, sealed(f"from the window {number}"))
            bob.hears(f"from the window {number}", None)
            hears(f"from Bob {number}")

    def restarts():
        client.ends()
        bob.says(None, "while she is away")
        client.begins()
        client.opens_chat(bob_jid)
        shows("while she is away")

    def writes_after():
        window.says(bob_jid, sealed("after the restart"))
        bob.hears("after the restart", None)

    def is_refused():
        client.opens_chat(carol_jid)
        client.chooses_omemo()
        window.says(carol_jid, sealed("never sent"))
        client.sends_first()
        wait_until(lambda: sum(is_encrypted(each) and each.sender.startswith(carol_jid) for each in list(window.other.came)) >= 2, 60,
                   "two lines of the gateway's, encrypted: how it is protected, and why it was not sent")
        carol.fetch()
        check(not any(CANARY in mail.as_string() for mail in carol.came), "Carol got nothing of it")

    return [
        ("start", lambda: None),
        ("writes-clear", writes_clear),
        ("answer-clear", gets_clear),
        ("omemo-chosen", lambda: (client.opens_chat(bob_jid), client.chooses_omemo())),
        ("omemo-first", writes),
        ("omemo-answer", is_answered),
        ("omemo-talk", talk),
        ("fingerprint", lambda: window.tells_gateway("fingerprint", "My OMEMO key towards you", f" {bob.address}")),
        ("omemo-restart", restarts),
        ("omemo-after-restart", writes_after),
        ("omemo-no-key", is_refused),
        ("no-trace", lambda: world.no_trace("the running coigate")),
    ]
