"""Groups as rooms: what a Jabber person does in them [XEP-0045], and what a user of Delta Chat does with a group."""

import uuid

from expect import check, check_equal
from server import Failure, wait_until

MUC, USER = "http://jabber.org/protocol/muc", "{http://jabber.org/protocol/muc#user}"


class InRooms:
    """Verbs of a Jabber person, who is in at most one room at a time."""

    room, nick = "", "me"

    def is_invited(self, group, seconds=60):
        """Waits for the invitation to the room of this group."""
        def of_group(stanza):
            invite = stanza.xml.find(f"{USER}x/{USER}invite")
            return stanza.kind == "message" and invite is not None and group in stanza.body
        self.room = self.wait_for(of_group, seconds, f"an invitation to {group!r}").sender
        self.world.tell(f"  {self.jid} is invited to {self.room} ({group})")

    def enters(self, name, since_last=False):
        """Enters the room; returns the names of those who are in it. `name`: of the room. `since_last`: wants to read one message."""
        history = "<history maxstanzas='1'/>" if since_last else ""
        self.send(f"<presence to='{self.room}/{self.nick}'><x xmlns='{MUC}'>{history}</x></presence>")
        present = []
        while True:
            stanza = self.wait_for(lambda s: s.sender.startswith(self.room + "/") and s.kind == "presence", 30, "who is in the room")
            if stanza.type == "error":
                raise Failure(f"{self.jid} may not enter {self.room}: {stanza}")
            codes = {status.get("code") for status in stanza.xml.findall(f"{USER}x/{USER}status")}
            if "110" in codes:
                break
            present.append(stanza.sender.partition("/")[2])
        subject = self.wait_for(lambda s: s.sender == self.room and s.xml.find("{jabber:client}subject") is not None, 30, "the subject")
        check(subject.xml.findtext("{jabber:client}subject") == name, f"the room is called {name!r}")
        self.world.tell(f"  {self.jid} is in the room {name!r} with {present}")
        return present

    def may_not_enter(self, condition):
        """Is refused with this error."""
        self.send(f"<presence to='{self.room}/{self.nick}'><x xmlns='{MUC}'/></presence>")
        refused = self.wait_for(lambda s: s.sender.startswith(self.room) and s.type == "error", 30, "the error")
        check_equal(refused.error[0], condition, f"{self.jid} may not enter")

    def is_not_in_room_any_more(self):
        """Its ping to itself is refused [XEP-0410]."""
        answer = self.iq(f"{self.room}/{self.nick}", "get", "<ping xmlns='urn:xmpp:ping'/>")
        check_equal(answer.error[0], "not-acceptable", f"{self.jid} is not in the room any more")

    def calls_in_room(self, who):
        """The name of a member, as the people of Delta Chat call themselves."""
        return who.address.partition("@")[0].capitalize()

    def sees_subject(self, name, seconds=60):
        """Waits until the room is called so."""
        self.wait_for(lambda s: s.sender == self.room and s.xml.findtext("{jabber:client}subject") == name, seconds, f"the subject {name!r}")

    def sees_reaction_in_room(self, nick, to, emoji, seconds=60):
        """Waits for an emoji of theirs on the message with this id."""
        path = "{urn:xmpp:reactions:0}reactions"

        def is_it(stanza):
            element = stanza.xml.find(path)
            return stanza.sender == f"{self.room}/{nick}" and element is not None and element.get("id") == to and \
                [each.text for each in element] == [emoji]
        self.wait_for(is_it, seconds, f"the reaction {emoji} of {nick}")

    def says_in_room(self, body, extra=""):
        """To all; waits until the room has said it back. Returns the Stanza."""
        stanza = f"said-{uuid.uuid4()}"
        self.world.tell(f"{self.jid} → room: {body}")
        self.send(f"<message to='{self.room}' type='groupchat' id='{stanza}'><body>{body}</body>{extra}</message>")
        return self.wait_for(lambda s: s.sender == f"{self.room}/{self.nick}" and s.id == stanza, 30, "its own words in the room")

    def names_room(self, name):
        """Gives it another name."""
        self.send(f"<message to='{self.room}' type='groupchat'><subject>{name}</subject></message>")

    def reads_in_room(self, nick, body, seconds=60):
        """Waits for the words of an occupant; returns the Stanza."""
        stanza = self.wait_for(lambda s: s.sender == f"{self.room}/{nick}" and s.type == "groupchat" and body in s.body, seconds,
                               f"{body!r} of {nick} in the room")
        self.world.tell(f"  {self.jid} reads in the room: {nick}: {stanza.body}")
        return stanza

    def sees_in_room(self, nick, kind="", seconds=60):
        """Waits for the presence of an occupant."""
        return self.wait_for(lambda s: s.kind == "presence" and s.sender == f"{self.room}/{nick}" and s.type == kind, seconds,
                             f"the presence {kind!r} of {nick}")


class DeltaGroup:
    """A group of a user of Delta Chat."""

    def __init__(self, delta, name, *members):
        self.delta = delta
        self.chat = delta.call("create_group_chat", delta.account, name, False)
        for member in members:
            self.adds(member)

    def adds(self, member):
        contact = self.delta.call("lookup_contact_id_by_addr", self.delta.account, member.address)
        self.delta.call("add_contact_to_chat", self.delta.account, self.chat, contact)

    def removes(self, member):
        contact = self.delta.call("lookup_contact_id_by_addr", self.delta.account, member.address)
        self.delta.call("remove_contact_from_chat", self.delta.account, self.chat, contact)

    def has_name(self, name):
        """Waits until it is called so."""
        wait_until(lambda: self.delta.call("get_basic_chat_info", self.delta.account, self.chat)["name"] == name, 60, f"the group is called {name!r}")

    def says(self, text):
        return self.delta.send(self.chat, text)

    def is_called(self, name):
        self.delta.call("set_chat_name", self.delta.account, self.chat, name)
