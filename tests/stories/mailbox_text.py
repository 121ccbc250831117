"""Alice links her own mailbox carol@mail.test by the registration form; talks both ways from it; changes the password; unlinks."""

from expect import check, check_equal
from play import PASSWORD
from scenario import play, scenario

NEW_PASSWORD = "another horse"
NOWHERE = {"imap_server": "nowhere.invalid:993", "imap_security": "tls", "smtp_server": "nowhere.invalid:465", "smtp_security": "tls"}


@scenario
def she_links_it(alice, carol, gateway):
    """The form asks for address and password. What is wrong is named, and old mail stays where it is."""
    carol.writes(carol, "an old mail, from before the link", subject="Old")
    carol.reads("an old mail")
    form = alice.iq(gateway.domain, "get", '<query xmlns="jabber:iq:register"/>')
    check({"email", "password"} <= {field.get("var") for field in form.xml.iter("{jabber:x:data}field")},
          "the registration form asks for address and password")
    alice.cannot_link(carol, "password", password="a wrong password")
    alice.cannot_link(carol, "nowhere.invalid", servers=NOWHERE)
    alice.uses_mailbox(carol)


@scenario(includes=[she_links_it])
def gateway_explains_itself(alice, gateway):
    """Words, in two languages, and commands tell the state."""
    alice.asks_gateway("status", "carol@mail.test")
    english, german = alice.tells_gateway("help"), alice.tells_gateway("hilfe", lang="de")
    check(english and german and english != german, "it lists its words, in her language")
    commands = "http://jabber.org/protocol/commands"
    items = alice.iq(gateway.domain, "get", f'<query xmlns="http://jabber.org/protocol/disco#items" node="{commands}"/>').xml
    check({"link", "unlink", "status", "help"} <= {item.get("node") for item in items[0]}, "clients with forms find its commands")
    status = alice.command(gateway.domain, "status")
    check(any("carol@mail.test" in text for text in status.itertext()), "the command status says the same")


@scenario(includes=[she_links_it])
def she_talks_from_it(alice, bob, carol, dave):
    """Alice and Bob talk; what strangers write stays in the mailbox, unseen, and Sent has one copy of what she wrote."""
    alice.writes(bob, "Hello Bob, from my own mailbox")
    first = bob.reads("from my own mailbox", From=carol, Chat_Version="1.0")
    dave.writes(carol, "A letter that is no chat", subject="Invoice")
    bob.answers("Hello Carol, or Alice")
    alice.reads("Hello Carol, or Alice", bob)
    alice.writes(bob, "Both of them")
    bob.reads("Both of them")
    bob.answers("Good to know")
    alice.reads("Good to know", bob)
    alice.has_not_read("no chat", "before the link")
    carol.reads("Good to know")
    check(not any(b"\\Seen" in flags for flags in carol.flags()), "nothing in the mailbox was marked as seen")
    check_equal(carol.count_in("Sent", first["Message-ID"]), 1, "a copy of what she wrote is in Sent, once")


@scenario(includes=[she_talks_from_it])
def both_addresses(alice, bob, carol):
    """A mail that comes to the mailbox and by the relay is one message."""
    both = ["alice@jabber.test", carol.address]
    bob.send(bob.compose(", ".join(both), "To both of your addresses"), both)
    alice.reads("To both of your addresses", bob)
    carol.reads("To both of your addresses")
    bob.answers("After that")
    alice.reads("After that", bob)
    alice.has_not_read("To both")


@scenario(includes=[she_talks_from_it])
def she_changes_the_password(alice, bob, carol, dovecot):
    """The mailbox gets another password, which Alice gives to the gateway."""
    dovecot.set_password(carol.address, NEW_PASSWORD)
    alice.uses_mailbox(carol, NEW_PASSWORD)
    alice.writes(bob, "Still me")
    bob.reads("Still me")
    bob.answers("Still hearing you")
    alice.reads("Still hearing you", bob)


@scenario(includes=[she_changes_the_password])
def she_unlinks_it(alice, bob, carol, gateway):
    """Afterwards she writes by the relay; nothing of the mailbox reaches her or is left in the store."""
    check_equal(alice.unregister(gateway.domain).error, None, "she cancels the registration")
    bob.answers("Anybody?")
    alice.writes(bob, "Now by the relay")
    bob.reads("Now by the relay", From=alice.jid)
    carol.reads("Anybody?")
    alice.has_not_read("Anybody?")
    gateway.ends_well()
    check_equal(gateway.stored("SELECT count(*) FROM account WHERE local = 'carol'"), [(0,)], "nothing of the mailbox is in the store")
    left = (gateway.store / "coigate.db").read_bytes()
    check(b"carol@mail.test" not in left and NEW_PASSWORD.encode() not in left, "not even in its free pages")
    gateway.check_log(PASSWORD, NEW_PASSWORD, "from my own mailbox", "Hello Carol, or Alice")


play(__name__)
