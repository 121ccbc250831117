"""Attackers and careless admins: whatever they send, nobody else is hurt, the program lives, and its log keeps secrets."""

from expect import check, check_equal
from hostile_mail import MEMORY_BOMBS, chat, codes_of_recipients, raw_lmtp
from lmtp import AtOnce
from scenario import play, scenario
from server import Paused, Within, talker

PASSWORD = "hunter2 hunter2"


@scenario
def hostile_stanzas(eve, bob, gateway):
    """Eve's client sends 20,000 elements, a subject with header fields, and the last step of a command that never began."""
    to = gateway.jid_of(bob.address)
    eve.send(f"<message to='{to}' id='wide' type='chat'><body>Hi</body><x xmlns='x:y'>{'<a/>' * 20000}</x></message>")
    check(eve.gets_error("wide", condition="policy-violation")[1], "it is refused in words")
    subject = "Hi&#10;Bcc: carol@mail.test&#13;&#10;X-Evil: 1"
    eve.send(f"<message to='{to}' type='chat'><subject>{subject}</subject><body>No header of mine</body></message>")
    mail = bob.reads("No header of mine")
    check("Bcc" not in mail and "X-Evil" not in mail, "a subject makes no header fields")
    made_up = "<command xmlns='http://jabber.org/protocol/commands' node='unlink' sessionid='0' action='complete'/>"
    check_equal(eve.iq(gateway.domain, "set", made_up).error[0], "not-allowed", "nobody completes a command by a made-up session")


@scenario
def hostile_mails(alice, bob, gateway):
    """Mail is smuggled in mail, has 10,000 recipients, and becomes large in memory."""
    smuggled = "Hi\n.\nMAIL FROM:<eve@mail.test>\r\nRCPT TO:<alice@jabber.test>\r\nDATA\r\nsmuggled"
    check_equal(raw_lmtp(gateway, chat(bob, alice, smuggled, "s1@mail.test"), alice, bob)[0], 554, "a bare line feed ends no mail: it is refused")
    check_equal(codes_of_recipients(gateway, alice, bob, 10_000).count(452), 9_900, "of 10,000 recipients 100 are taken")
    before = gateway.memory()
    for number, bomb in enumerate(MEMORY_BOMBS):
        code, _ = raw_lmtp(gateway, chat(bob, alice, "", f"bomb{number}@mail.test", head=bomb), alice, bob)
        check_equal(code, 552, "a bomb is refused")
    check(gateway.memory() - before < 200, "and costs little memory")


@scenario
def mallory_repeats_a_message_id(alice, bob, mallory, gateway):
    """Mallory's mail comes first, and has the Message-ID of Bob's; that takes nothing from Bob."""
    gateway.says(chat(mallory, alice, "I was first", "same@mail.test"), alice, mallory)
    gateway.says(chat(bob, alice, "My mail comes all the same", "same@mail.test"), alice, bob)
    alice.reads("My mail comes all the same", bob)


@scenario
def mallory_is_blocked(alice, mallory, gateway):
    """Whom Alice blocks can do nothing to her account, also after a restart."""
    alice.tells_gateway("mail contacts")
    gateway.restarts()
    alice.waits_for_gateway()
    alice.blocks(mallory)
    gateway.refuses(chat(mallory, alice, "Let me in", "m2@mail.test"), alice, 550, sender=mallory)
    alice.asks_gateway("status", "mail from your contacts")


def at(server, security):
    """A user's fields for a mail server that does IMAP and SMTP."""
    return {"imap_server": server, "imap_security": security, "smtp_server": server, "smtp_security": security}


@scenario
def servers_that_users_name(eve, bob, gateway):
    """Eve names a server that talks without end, then some on a private network; her attempts are limited."""
    with Within(5):
        eve.cannot_link(bob, "is not the mail server that is needed", PASSWORD, servers=at(f"127.0.0.1:{talker()}", "starttls"))
    gateway.change_config("allow_private_servers = true", "allow_private_servers = false")
    check("allow_private_servers was taken" in gateway.log_text(), "the admin forbids private servers without a restart")
    for host in ("127.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0", "localhost"):
        servers = {"imap_server": f"{host}:993", "imap_security": "tls", "smtp_server": f"{host}:465", "smtp_security": "tls"}
        eve.cannot_link(bob, "private network", PASSWORD, servers=servers)
    eve.cannot_link(bob, "policy-violation", PASSWORD, servers=None)  # the sixth within ten minutes
    gateway.change_config("allow_private_servers = false", "allow_private_servers = true")


@scenario(includes=[hostile_stanzas, hostile_mails, mallory_repeats_a_message_id, servers_that_users_name])
def careless_admin(alice, gateway, prosody):
    """A broken file is reloaded, and changes nothing; the log, at its most verbose, has no text and no password."""
    good = gateway.config.read_text()
    gateway.reloads("[xmpp\nbroken = = 5\n", logged="nothing was reloaded")
    check(alice.answers(gateway.domain), "the gateway answers")
    gateway.config.write_text(good)
    gateway.check_log("hunter2", "No header of mine", "My mail comes", "smuggled", prosody.secret)


@scenario
def servers_stand_still(alice, bob, gateway, prosody, postfix):
    """The Jabber server and Postfix stand still. Mail is taken, and coigate ends well while mail pours in; nothing is lost."""
    gateway.takes(chat(bob, alice, "Clouds", "clouds@mail.test"), alice, bob)
    with Paused(prosody, postfix):
        with Within(4):
            gateway.takes(chat(bob, alice, "A first drop", "drop@mail.test"), alice, bob)
        AtOnce(gateway, [chat(bob, alice, f"rain {i}", f"rain{i}@mail.test") for i in range(20)], alice.address, bob.address)
        with Within(20):
            gateway.ends_well()
    gateway.start()
    alice.reads("A first drop", bob)
    gateway.says(chat(bob, alice, "And the sun comes out", "sun@mail.test"), alice, bob)
    alice.reads("And the sun comes out", bob)


play(__name__)
