"""What cannot be delivered is said at once, to the one who wrote it, in words: on both sides, and nothing is taken and dropped."""

from expect import check, check_equal
from scenario import play, scenario
from server import wait_until

WORDS = {"full@mail.test": "The mailbox of full@mail.test is full", "spam@mail.test": "spam", "closed@mail.test": "takes no mail",
         "bounce@mail.test": "does not exist"}  # see postfix.py
BULK = {"List-Id": "<news.mail.test>", "Precedence": "bulk"}
TAKEN_BACK = {"Chat-Version": "1.0", "Content-Disposition": "reaction"}


@scenario
def alice_writes_to_nobody(alice, gateway):
    """The mail server's own words come back as the error on her stanza."""
    stanza = alice.writes("nobody@mail.test", "Is anybody there?")
    error = alice.wait_for(lambda s: s.type == "error" and s.id == stanza, 20, "an error")
    check(error.error[0] and "User unknown" in error.error[1], "the error has the mail server's words")
    check_equal(error.body, "Is anybody there?", "it has what she wrote: some clients show no error without it")
    stanza = alice.say(f"no-address-at-all@{gateway.domain}", "Hello?")
    check(alice.gets_error(stanza)[0], "a JID that is no mail address is refused")


@scenario
def each_failure_has_its_words(alice):
    """What a mail server can have against a message is said in words that tell it from the others."""
    for address, words in WORDS.items():
        stanza = alice.writes(address, f"Hello {address}")
        error = alice.wait_for(lambda s: s.type == "error" and s.id == stanza, 20, f"an error of {address}")
        check(words in error.error[1], f"{address}: {words!r} is in {error.error[1]!r}")


@scenario
def alices_phone_is_gone(alice, world, gateway, postfix):
    """Her phone is gone before the mail server answers. Jabber servers drop errors to it, so her other client is told in words."""
    postfix.stop()
    phone = world.another_client("alice")
    phone.writes("nobody@mail.test", "An important question")
    gateway.waits_with(1)
    phone.close()
    postfix.start()
    alice.reads("nobody@mail.test does not exist", seconds=60, type="chat")


@scenario
def bob_writes_to_nobody(alice, bob, gateway):
    """Mail to Jabber users who do not exist is refused in the LMTP session, so that the sender's own server tells him."""
    bob.writes("zoe@jabber.test", "Hello Zoe")
    bounce = bob.gets_bounce().as_string()
    check("zoe@jabber.test" in bounce and "Status: 5." in bounce, "the bounce names the address, and the error is permanent")
    plain = bob.compose(alice.address, "Hello Alice", subject="Hi")
    gateway.refuses(plain, "zoe@jabber.test", 550)
    gateway.refuses(plain, "alice@elsewhere.test", 550)
    gateway.takes(plain, alice)
    alice.reads("Hello Alice", bob)


@scenario(includes=[bob_writes_to_nobody])
def what_is_no_chat(alice, bob, gateway):
    """Large mail, mail loops and bulk mail are refused, not taken and dropped; what shall disappear silently does."""
    gateway.refuses(bob.compose(alice.address, "much too much\n" * 10000), alice, 552)
    loop = b"".join(b"Received: from a by b; Sat, 21 Nov 2026 10:00:00 +0000\r\n" for _ in range(120))
    gateway.refuses(loop + bob.compose(alice.address, "Round and round").as_bytes(), alice, 554, sender=bob)
    newsletter = bob.compose(alice.address, "Buy now", headers=BULK)
    gateway.refuses(newsletter, alice, 550)
    taken_back = gateway.takes(bob.compose(alice.address, "", headers=TAKEN_BACK), alice)
    for mail in (newsletter, taken_back):
        gateway.says(mail, "yan@jabber.test")
    alice.has_not_read("Buy now", "much too much")


@scenario(includes=[what_is_no_chat])
def nobody_knows_who_exists(bob, gateway, prosody):
    """The Jabber server is away: mail to a stranger may come later, and the account that was made for it goes again."""
    prosody.stop()
    chat = bob.compose("xenia@jabber.test", "Hello Xenia", headers={"Chat-Version": "1.0"})
    gateway.refuses(chat, "xenia@jabber.test", 451)
    check("xenia@jabber.test" in gateway.accounts(), "an account was made for the mail")
    prosody.start()
    wait_until(lambda: "xenia@jabber.test" not in gateway.accounts(), 60, "the account goes again")
    gateway.ends_well()
    check_equal(gateway.stored("SELECT local FROM account"), [("alice",)], "no stranger's mail has left an account")


play(__name__, gateway={"mail": 'max_size = "100 KiB"'})
