"""Alice links a mailbox on a COI server: what the server files under COI/Chats reaches her, too, and nothing comes twice.

She tells the gateway how the server files her chats.

Debian has no COI server. Dovecot is configured as one (coi_dovecot.py): it offers the capability, its METADATA say that COI is enabled, and mail
is filed by the detail of its recipient, as the message filter would.
"""

from coi_dovecot import CoiDovecot
from expect import check_equal
from scenario import play, scenario


@scenario
def she_links_it(alice, bob, carol, dovecot):
    """Carol's mailbox is on a COI server; Alice links it, and writes to Bob."""
    dovecot.enables_coi(carol)
    alice.uses_mailbox(carol)
    alice.writes(bob, "Hello Bob, from a COI server")
    bob.reads("from a COI server")


def filed(bob, carol, dovecot, text, detail=""):
    """Bob's answer, delivered into the INBOX, or the folder that is the recipient's detail."""
    mail = bob.compose(carol.address, text, reply_to=bob.last, headers={"Chat-Version": "1.0"})
    return dovecot.takes(mail, carol.address.replace("@", detail + "@"))


@scenario(includes=[she_links_it])
def both_folders_are_read(alice, bob, carol, dovecot):
    """Mail in the INBOX and in the chats' folder reaches her; a copy in the other folder is no second message."""
    filed(bob, carol, dovecot, "In the INBOX")
    alice.reads("In the INBOX", bob)
    moved = filed(bob, carol, dovecot, "Filed as a chat", "+" + dovecot.chats)
    alice.reads("Filed as a chat", bob)
    dovecot.takes(moved, carol)
    filed(bob, carol, dovecot, "The last one", "+" + dovecot.chats)
    alice.reads("The last one", bob)
    filed(bob, carol, dovecot, "And the very last")
    alice.reads("And the very last", bob)
    alice.has_not_read("Filed as a chat")


@scenario(includes=[both_folders_are_read])
def she_chooses_the_filter(alice, bob, carol, dovecot):
    """`coi` says what holds, and sets it at the server; what arrives afterwards is read as before."""
    alice.asks_gateway("coi", ["as they arrive", "coi off"])
    alice.asks_gateway("coi seen", "once they were read")
    check_equal(dovecot.coi_setting(carol, "message-filter"), "seen", "the server has it")
    alice.asks_gateway("coi off", "which is off")
    check_equal(dovecot.coi_setting(carol, "enabled"), "", "COI is off there")
    alice.asks_gateway("coi active", "as they arrive")
    check_equal((dovecot.coi_setting(carol, "enabled"), dovecot.coi_setting(carol, "message-filter")), ("yes", "active"), "and on again")
    filed(bob, carol, dovecot, "Filed after that", "+" + dovecot.chats)
    alice.reads("Filed after that", bob)


@scenario(includes=[she_chooses_the_filter])
def a_form_does_the_same(alice, carol, dovecot):
    """Clients with forms have a command."""
    form = alice.iq(alice.world.coigate.domain, "set", '<command xmlns="http://jabber.org/protocol/commands" node="coi" action="execute"/>')
    session = form.xml.find("{http://jabber.org/protocol/commands}command").get("sessionid")
    alice.iq(alice.world.coigate.domain, "set",
             f'<command xmlns="http://jabber.org/protocol/commands" node="coi" sessionid="{session}">'
             '<x xmlns="jabber:x:data" type="submit"><field var="filter"><value>none</value></field></x></command>')
    check_equal(dovecot.coi_setting(carol, "message-filter"), "none", "the server has what was chosen in the form")


play(__name__, dovecot=CoiDovecot)
