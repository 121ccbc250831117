"""Alice links her own mailbox carol@mail.test by the registration form; talks both ways from it; changes the password; unlinks."""

import sqlite3

from play import PASSWORD, World, check, check_equal

NEW_PASSWORD = "another horse"

with World(mail_people=("bob", "carol", "dave")) as world:
    alice, bob, carol, dave = world.jabber("alice"), world.mail("bob"), world.mail("carol"), world.mail("dave")
    carol.say("carol@mail.test", "an old mail, from before the link", subject="Old")
    carol.reads("an old mail")

    form = alice.iq(world.coigate.domain, "get", '<query xmlns="jabber:iq:register"/>')
    fields = {field.get("var") for field in form.xml.iter("{jabber:x:data}field")}
    check({"email", "password"} <= fields, "the registration form asks for address and password")

    refused = alice.links("carol@mail.test", "a wrong password")
    check(refused.error and "password" in refused.error[1].lower(), f"a wrong password is named: {refused.error}")
    refused = alice.register(world.coigate.domain, email="carol@mail.test", password=PASSWORD, imap_server="nowhere.invalid:993",
                             imap_security="tls", smtp_server="nowhere.invalid:465", smtp_security="tls")
    check(refused.error and "nowhere.invalid" in refused.error[1], f"so is a server that does not exist: {refused.error}")
    linked = alice.links("carol@mail.test")
    check_equal(linked.error, None, "the right one is accepted")
    check("carol@mail.test" in alice.tells_gateway("status"), "the gateway tells the state in plain words")
    english, german = alice.tells_gateway("help"), alice.tells_gateway("hilfe", lang="de")
    check(english and german and english != german, "and what it understands, in her language")
    items = alice.iq(world.coigate.domain, "get", '<query xmlns="http://jabber.org/protocol/disco#items" '
                     'node="http://jabber.org/protocol/commands"/>').xml
    check({"link", "unlink", "status", "help"} <= {item.get("node") for item in items[0]}, "clients with forms find its commands")
    status = alice.command(world.coigate.domain, "status")
    check(any("carol@mail.test" in text for text in status.itertext()), "whose status says the same")

    alice.writes("bob@mail.test", "Hello Bob, from my own mailbox")
    first = bob.reads("from my own mailbox")
    check_equal(first["From"].addresses[0].addr_spec, "carol@mail.test", "the mail is from the linked mailbox")
    check_equal(first["Chat-Version"], "1.0", "it is a COI chat mail")

    dave.writes("carol@mail.test", "A letter that is no chat", subject="Invoice")
    bob.writes("carol@mail.test", "Hello Carol, or Alice", reply_to=first)
    alice.reads("Hello Carol, or Alice", "bob@mail.test")
    alice.writes("bob@mail.test", "Both of them")
    second = bob.reads("Both of them")
    bob.writes("carol@mail.test", "Good to know", reply_to=second)
    alice.reads("Good to know", "bob@mail.test")
    check(not any("no chat" in s.body or "before the link" in s.body for s in alice.came),
          "neither a stranger's letter nor old mail became a chat message")

    bob.send(bob.compose("alice@jabber.test, carol@mail.test", "To both of your addresses"), ["alice@jabber.test", "carol@mail.test"])
    alice.reads("To both of your addresses", "bob@mail.test")
    carol.reads("To both of your addresses")
    bob.writes("carol@mail.test", "After that", reply_to=second)
    alice.reads("After that", "bob@mail.test")
    check(not any("To both" in s.body for s in alice.came), "a mail that comes to the mailbox and by the relay is one message")

    carol.reads("Good to know")
    check(not any(b"\\Seen" in flags for flags in carol.flags()), "nothing in the mailbox was marked as seen")
    check_equal(carol.count_in("Sent", first["Message-ID"]), 1, "a copy of what she wrote is in Sent, once")

    world.dovecot.set_password("carol@mail.test", NEW_PASSWORD)
    changed = alice.links("carol@mail.test", NEW_PASSWORD)
    check_equal(changed.error, None, "the changed password is accepted")
    alice.writes("bob@mail.test", "Still me")
    third = bob.reads("Still me")
    bob.writes("carol@mail.test", "Still hearing you", reply_to=third)
    alice.reads("Still hearing you", "bob@mail.test")

    check_equal(alice.unregister(world.coigate.domain).error, None, "she cancels the registration")
    bob.writes("carol@mail.test", "Anybody?", reply_to=third)
    alice.writes("bob@mail.test", "Now by the relay")
    check_equal(bob.reads("Now by the relay")["From"].addresses[0].addr_spec, "alice@jabber.test",
                "after that she writes by the relay again")
    carol.reads("Anybody?")
    check(not any("Anybody?" in s.body for s in alice.came), "and mail to the mailbox does not reach her any more")

    check_equal(world.coigate.stop(), 0, "coigate ends cleanly")
    with sqlite3.connect(f"file:{world.coigate.store}/coigate.db?mode=ro", uri=True) as store:
        accounts = store.execute("SELECT count(*) FROM account WHERE local = 'carol'").fetchone()[0]
        check_equal(accounts, 0, "nothing of the mailbox is left in the store")
    bytes_left = (world.coigate.store / "coigate.db").read_bytes()
    check(b"carol@mail.test" not in bytes_left and NEW_PASSWORD.encode() not in bytes_left, "not even in its free pages")
    world.coigate.check_log(PASSWORD, NEW_PASSWORD, "from my own mailbox", "Hello Carol, or Alice")
