"""What happens in Delta Chat alone: Alice reads what it was, with the app's file, and nothing that is for programs."""

from expect import check_equal
from prosody import ProsodyWithFiles
from scenario import play, scenario


@scenario
def apps(alice, cleo):
    """Cleo shares an app; of what it does Alice reads what is for people."""
    cleo.joins(alice.can_invite())
    app = cleo.shares_app(alice, "Let us play", "chess.xdc")
    alice.reads("shared the app “chess”. It runs in Delta Chat only.⟧\nLet us play", cleo)
    alice.opens_file(cleo, "chess.xdc")
    cleo.plays(app, move="e4")
    cleo.plays(app, info="Cleo moved", move="e5")
    alice.reads("⟦app: Cleo moved⟧", cleo)
    cleo.writes(alice, "Your turn")
    alice.reads("Your turn", cleo)
    alice.has_not_read("Status Update", "payload", "e4")


@scenario(includes=[apps])
def pins(alice, cleo):
    """A pinned message of Alice's is the one that the line answers."""
    first = alice.writes(cleo, "We meet at five")
    number = cleo.reads("We meet at five")["id"]
    cleo.pins(number)
    told = alice.reads("pinned a message", cleo)
    check_equal(told.xml.find("{urn:xmpp:reply:0}reply").get("id"), first, "this one")
    cleo.pins(number, False)
    cleo.writes(alice, "See you there")
    alice.reads("See you there", cleo)
    alice.has_not_read("unpinned")


play(__name__, jabber=ProsodyWithFiles)
