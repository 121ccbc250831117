"""A real Delta Chat (encrypted only, as a fresh installation makes it) and a Jabber user connect by an invite, each in either role.

Bob scans Alice's invite; Alice pastes Carol's. Then both ways, from either side first, with receipts, and again after coigate and
Delta Chat's core were restarted. Alice is reached by the relay, or in a mailbox that she links first.
"""

import sqlite3

from play import World, check, check_equal
from server import wait_until

OUT_READ = 28


def verifies(person, role, address):
    """The core says that the handshake came to its end, and has a contact with a key."""
    through = person.hears(f"Securejoin{role}Progress", lambda event: event["progress"] == 1000)
    known = person.call("get_contact", person.account, through["contactId"])
    check(known["address"] == address and known["isKeyContact"] and known["e2eeAvail"],
          f"{person.address} and {address} have verified each other")


def is_told(alice, words, address):
    told = alice.wait_for(lambda s: s.kind == "message" and s.sender.split("/")[0] == alice.world.coigate.domain and
                          words in s.body and address in s.body, 60, f"the gateway tells {words!r} of {address}")
    alice.world.tell(f"  the gateway tells {alice.jid}: {told.body}")


def kept_invites(world):
    with sqlite3.connect(f"file:{world.coigate.store}/coigate.db?mode=ro", uri=True) as store:
        return store.execute("SELECT count(*) FROM invite").fetchone()[0]


def links_in(words):
    return [word for word in words.split() if word.startswith("https://i.delta.chat/#")]


def talk(alice, person, chat, round_):
    """Both ways, with receipts."""
    address = person.address
    number = person.send(chat, f"To Alice, {round_} 🚲")
    heard = alice.reads(f"To Alice, {round_} 🚲", address)
    check("[" not in heard.body, "it comes without a word of warning")
    alice.send(f'<message to="{heard.sender}" type="chat"><displayed xmlns="urn:xmpp:chat-markers:0" id="{heard.id}"/></message>')
    person.wait_for_state(number, OUT_READ, 60)
    check(True, f"{address} sees that Alice has read it")
    sent = alice.writes(address, f"From Alice, {round_}", extra='<markable xmlns="urn:xmpp:chat-markers:0"/>')
    message = person.reads(f"From Alice, {round_}", 60)
    check(message["showPadlock"], "what Alice wrote came encrypted")
    check_equal(message["chatId"], chat, "in the same chat")
    person.sees(message["id"])
    alice.wait_for(lambda s: any(element.get("id") == sent for element in s.xml if element.tag.endswith("displayed")), 60,
                   "Alice sees that it was read")


def invites(alice):
    """Her invite; in a mailbox that she has just linked the gateway first looks for another program's key."""
    return wait_until(lambda: next(iter(links_in(alice.tells_gateway("invite"))), None), 30, "Alice gets an invite")


def is_same_key(alice, carol, contact):
    """What the gateway says of Carol's key is what her own program says."""
    status = alice.tells_gateway(f"status {carol.address}")
    check("verified key" in status and "OpenPGP" in status, "the gateway says how it is protected")
    prints = alice.tells_gateway(f"fingerprint {carol.address}")
    her_own = carol.call("get_contact_encryption_info", carol.account, contact)
    shown = prints.split(f"{carol.address}: ")[1].splitlines()[0].removesuffix(" (verified)")
    check(shown.replace(" ", "") in her_own.replace(" ", "").replace("\n", "").upper(), "and the same fingerprint as Carol's own program")


def play(mailbox=""):
    """`mailbox`: the name at mail.test of a mailbox that Alice links first; without one she writes by the relay."""
    with World(mail_people=("bob", "carol", *filter(None, [mailbox]))) as world:
        alice, bob, carol = world.jabber("alice"), world.delta("bob"), world.delta("carol")
        if mailbox:
            check_equal(alice.links(f"{mailbox}@mail.test").error, None, "her mailbox is linked")

        world.tell("Bob follows Alice's invite")
        link = invites(alice)
        chat_of_bob = bob.call("secure_join", bob.account, link)
        is_told(alice, "verified contact", "bob@mail.test")
        verifies(bob, "Joiner", alice.address)
        talk(alice, bob, chat_of_bob, "the first time")

        world.tell("Alice follows Carol's invite")
        answer = alice.tells_gateway(carol.call("get_chat_securejoin_qr_code", carol.account, None))
        check("carol@mail.test" in answer, "the gateway says whom it connects with")
        is_told(alice, "verified contact", "carol@mail.test")
        verifies(carol, "Inviter", alice.address)
        alice.writes("carol@mail.test", "Hello Carol, it was me who was invited")
        first = carol.reads("it was me who was invited", 60)
        check(first["showPadlock"], "the first message came encrypted")
        talk(alice, carol, first["chatId"], "after the invite")
        is_same_key(alice, carol, first["fromId"])

        world.tell("Everything is restarted")
        check_equal(world.coigate.stop(), 0, "coigate ends cleanly")
        for person in (bob, carol):
            person.restart()
        with sqlite3.connect(f"{world.coigate.store}/coigate.db") as store:
            check(store.execute("UPDATE invite SET expires = 1").rowcount > 0, "there are invites, and their time is over")
        world.coigate.start()
        wait_until(lambda: alice.answers(world.coigate.domain), 30, "the gateway answers again")
        wait_until(lambda: kept_invites(world) == 0, 30, "they are forgotten without another being made")
        talk(alice, bob, chat_of_bob, "after the restart")
        talk(alice, carol, first["chatId"], "after the restart")

        check("your own invite" in alice.tells_gateway(link), "her own invite is not followed")
        world.coigate.check_log(link.split("&s=")[1][:20], "From Alice", "To Alice")
