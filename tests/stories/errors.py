"""What cannot be delivered is said at once, to the one who wrote it, in words: on both sides, and nothing is taken and dropped."""

import sqlite3

from play import JabberPerson, World, check, check_equal, tell
from server import wait_until


def lmtp_reply(world, mail, to="alice@jabber.test"):
    code, words = world.coigate.lmtp(mail, to, "bob@mail.test")
    tell(f"  coigate's LMTP: {code} {words}")
    return code, words


with World(gateway={"mail": 'max_size = "100 KiB"'}) as world:
    alice, bob = world.jabber("alice"), world.mail("bob")

    # Jabber → mail: the mail server's own words come back as the error on the stanza.
    stanza = alice.writes("nobody@mail.test", "Is anybody there?")
    error = alice.wait_for(lambda s: s.type == "error" and s.id == stanza, 20, "an error")
    alice.came.append(error)
    condition, text = alice.gets_error(stanza)
    check(condition and "User unknown" in text, "the error on her stanza carries the mail server's words")
    check_equal(error.body, "Is anybody there?", "and what she wrote: some clients show no error without it")

    # Her client has gone before the mail server answers: a server drops errors to it, so her others are told in words.
    world.postfix.stop()
    phone = JabberPerson(world, "alice")
    phone.connect()
    phone.writes("nobody@mail.test", "An important question")
    wait_until(lambda: world.coigate.queue(), 20, "the message is taken")
    phone.close()
    world.postfix.start()
    alice.wait_for(lambda s: s.type == "chat" and "nobody@mail.test does not exist" in s.body, 60, "a word to her other client")

    stanza = alice.say(f"no-address-at-all@{world.coigate.domain}", "Hello?")
    check(alice.gets_error(stanza)[0], "a JID that is no mail address is refused")

    # mail → Jabber: refused at the door, so that the sender's own server tells him.
    bob.writes("zoe@jabber.test", "Hello Zoe")
    bounce = bob.gets_bounce()
    check("zoe@jabber.test" in bounce.as_string() and "Status: 5." in bounce.as_string(), "it names the address, for good")

    plain = bob.compose("alice@jabber.test", "Hello Alice", subject="Hi").as_bytes()
    check(lmtp_reply(world, plain, "zoe@jabber.test")[0] == 550, "unknown Jabber user: 550")
    check(lmtp_reply(world, plain, "alice@elsewhere.test")[0] // 100 == 5, "a foreign domain: refused")
    check(lmtp_reply(world, plain)[0] == 250, "a good mail: 250")
    alice.reads("Hello Alice", "bob@mail.test")

    big = bob.compose("alice@jabber.test", "much too much\n" * 10000).as_bytes()
    check(lmtp_reply(world, big)[0] == 552, "a mail over the size limit: 552")

    loop = b"".join(b"Received: from a by b; Sat, 21 Nov 2026 10:00:00 +0000\r\n" for _ in range(120)) + plain
    check(lmtp_reply(world, loop)[0] // 100 == 5, "a mail that goes round in circles: refused")

    newsletter = bob.compose("alice@jabber.test", "Buy now", headers={"List-Id": "<news.mail.test>", "Precedence": "bulk"})
    check(lmtp_reply(world, newsletter.as_bytes())[0] == 550, "bulk mail: 550, not taken and dropped")

    taken_back = bob.compose("alice@jabber.test", "", headers={"Chat-Version": "1.0", "Content-Disposition": "reaction"})
    check(lmtp_reply(world, taken_back.as_bytes())[0] == 250, "a reaction taken back: 250, for nobody is to get a bounce for it")

    for mail in (newsletter, taken_back):
        lmtp_reply(world, mail.as_bytes(), "yan@jabber.test")

    # While the Jabber server is away nobody knows who exists: what was made for a mail to a stranger goes when it is back and says so.
    world.jabber_server.stop()
    code, _ = lmtp_reply(world, bob.compose("xenia@jabber.test", "Hello Xenia", headers={"Chat-Version": "1.0"}).as_bytes(), "xenia@jabber.test")
    check(code // 100 == 4, "nobody knows: try again")
    check("xenia@jabber.test" in world.coigate.accounts(), "an account was made for the mail")
    world.jabber_server.start()
    wait_until(lambda: "xenia@jabber.test" not in world.coigate.accounts(), 60, "the account goes again")

    check(not any("Buy now" in s.body or "much too much" in s.body for s in alice.came), "Alice saw none of these")

    world.coigate.stop()
    with sqlite3.connect(f"file:{world.coigate.store}/coigate.db?mode=ro", uri=True) as store:
        check_equal(store.execute("SELECT local FROM account").fetchall(), [("alice",)], "and no stranger's mail made an account")
