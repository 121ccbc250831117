"""What Alice writes with Delta Chat on her linked mailbox is in her Jabber chats, once; both use one key, and her contact is a Jabber user.

Two Delta Chats encrypt to each other in a form that coigate cannot read (SEIPD v2); to a contact of another kind they do not.
"""

from expect import check, check_equal
from gnupg import Gnupg
from play import World
from prosody import ProsodyWithOwnMessagesAndFiles
from scenario import play, scenario


class DeltaWorld(World):
    """Alice's mailbox is Nina's, who uses Delta Chat there: the same person."""

    def delta(self, name, classic=False):
        mine = super().delta(name, classic)
        mine.call("set_config", mine.account, "bcc_self", "1")  # its own setting for several devices
        return mine


def own_of(alice, erin, text):
    """Her own message in her chat with Erin, whom she writes to by mail address; it is nothing but that."""
    own = alice.sees_own(erin, text)
    check_equal(own.body, text, "it is what she wrote, and nothing else")
    return own


@scenario
def she_shares_her_key(world, alice, nina, erin, gateway):
    """Delta Chat and the gateway have the same key. She follows Erin's invite with Delta Chat, and tells it in Jabber, too."""
    gpg = Gnupg(world.work / "gpg")
    armoured = gpg.run("--armor", "--export-secret-keys", gpg.make_key(nina.address))[0]
    gpg.close()
    file = world.work / "private-key-nina.asc"
    file.write_bytes(armoured)
    nina.call("import_self_keys", nina.account, str(file), None)
    alice.uses_mailbox(nina)
    alice.wants_copies()
    alice.can_invite()  # then the mailbox was looked through for keys
    alice.opens_file(None, "invite.png")
    alice.say(gateway.domain, "key import passphrase\n" + armoured.decode())
    alice.hears_gateway("From now on this key is used")
    nina.joins(erin.can_invite())
    nina.writes(erin, "Hello Erin, from my Delta Chat")
    erin.reads("Hello Erin", nina)
    own_of(alice, erin, "Hello Erin, from my Delta Chat")


@scenario(includes=[she_shares_her_key])
def erin_answers(alice, nina, erin):
    """The answer comes to both of her programs; what she writes in Jabber does not come back to her."""
    erin.writes(nina, "Hello Alice")
    alice.reads("Hello Alice", erin)
    nina.reads("Hello Alice")
    alice.writes(erin, "And this from Jabber")
    erin.reads("And this from Jabber", nina)
    nina.writes(erin, "Delta Chat again")
    own_of(alice, erin, "Delta Chat again")
    alice.has_not_read("And this from Jabber", "Delta Chat again")


@scenario(includes=[erin_answers])
def she_edits_and_takes_back(alice, nina, erin):
    """Both are seen in Jabber as what they are, of the message that was shown."""
    number = nina.writes(erin, "See you at eigth")
    first = own_of(alice, erin, "See you at eigth")
    nina.edits(number, "See you at eight")
    erin.reads("See you at eight", nina)
    edit = own_of(alice, erin, "See you at eight")
    check_equal(edit.xml.find("{urn:xmpp:message-correct:0}replace").get("id"), first.id, "it corrects her own message")
    nina.takes_back(number)
    gone = alice.sees_own(erin, "")
    check_equal(gone.xml.find("{urn:xmpp:message-retract:1}retract").get("id"), first.id, "it takes back her own message")


@scenario(includes=[she_edits_and_takes_back])
def she_reacts_and_replies(alice, nina, erin):
    """To a message of Erin's."""
    erin.writes(nina, "Shall we meet?")
    shown = alice.reads("Shall we meet?", erin)
    theirs = nina.reads("Shall we meet?")
    nina.reacts(theirs["id"], "👍")
    own = alice.sees_own(erin, "")
    reactions = own.xml.find("{urn:xmpp:reactions:0}reactions")
    check_equal((reactions.get("id"), [each.text for each in reactions]), (shown.id, ["👍"]), "it is on Erin's message")
    nina.writes(erin, "Tomorrow", quotedMessageId=theirs["id"])
    reply = alice.sees_own(erin, "Tomorrow")
    check_equal(reply.xml.find("{urn:xmpp:reply:0}reply").get("id"), shown.id, "it answers Erin's message")


@scenario(includes=[she_reacts_and_replies])
def she_sends_a_file(world, alice, nina, erin):
    """Its text and its link, each once."""
    path = world.work / "notes.txt"
    path.write_text("Buy milk")
    nina.writes(erin, "My notes", file=str(path), filename="notes.txt", viewtype="File")
    erin.reads("My notes", nina)
    own_of(alice, erin, "My notes")
    alice.sees_own(erin, "/notes.txt")
    alice.writes(erin, "That was all")
    erin.reads("That was all", nina)
    alice.has_not_read("My notes", "notes.txt", "That was all")
    check(not [s for s in alice.came if "urn:xmpp:carbons:2" in str(s) and "displayed" not in str(s)], "nothing more of hers came")


play(__name__, stage=DeltaWorld.for_actors, jabber=ProsodyWithOwnMessagesAndFiles)
