"""Attackers and careless admins: whatever they send, nobody else is hurt, the program lives, and its log keeps secrets."""

import os
import signal
import smtplib
import socket
import threading
import time

from play import World, check, check_equal, tell
from server import wait_until


def lmtp(world, mail, to=("alice@jabber.test",), sender="bob@mail.test"):
    """What coigate's LMTP says at the end of a mail given as it is, first recipient's (code, words)."""
    with socket.create_connection(("127.0.0.1", world.coigate.lmtp_port), timeout=60) as peer:
        recipients = b"".join(b"RCPT TO:<%s>\r\n" % name.encode() for name in to)
        peer.sendall(b"LHLO attacker.test\r\nMAIL FROM:<%s>\r\n%sDATA\r\n" % (sender.encode(), recipients) + mail +
                     b"\r\n.\r\nQUIT\r\n")
        peer.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: peer.recv(65536), b"")).decode(errors="replace").splitlines()
    begun = next((i for i, line in enumerate(said) if line.startswith("354")), len(said) - 2)
    end = said[begun + 1] if len(said) > begun + 1 else "421 closed"
    tell(f"  coigate's LMTP: {end}")
    return int(end[:3]), end


def mail(name, text, message_id, sender="bob@mail.test", head=""):
    return (f"From: {name} <{sender}>\r\nTo: alice@jabber.test\r\nMessage-ID: <{message_id}>\r\nMIME-Version: 1.0\r\n"
            f"Chat-Version: 1.0\r\n{head}\r\n{text}").encode()


def pour(world, number):
    try:
        lmtp(world, mail("Bob", f"rain {number}", f"rain{number}@mail.test"))
    except OSError:
        pass  # it went away, as it was told to


def talker():
    """A mail server that talks without end; returns its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk():
        peer, _ = listener.accept()
        try:
            while True:
                peer.sendall(b"* OK still there\r\n" * 1000)
        except OSError:
            peer.close()
    threading.Thread(target=talk, daemon=True).start()
    return listener.getsockname()[1]


def reload(world, text, answer):
    world.coigate.config.write_text(text)
    world.coigate.process.send_signal(signal.SIGHUP)
    wait_until(lambda: answer in world.coigate.log_text(), 10, f"the log says {answer!r}")


def memory(world):
    """Resident MiB of coigate."""
    with open(f"/proc/{world.coigate.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20


with World(jabber_people=("alice", "eve")) as world:
    alice, eve, bob = world.jabber("alice"), world.jabber("eve"), world.mail("bob")
    gateway, bob_jid = world.coigate.domain, world.coigate.jid_of("bob@mail.test")

    # Stanzas.
    wide = f"<message to='{bob_jid}' id='wide' type='chat'><body>Hi</body><x xmlns='x:y'>{'<a/>' * 20000}</x></message>"
    eve.send(wide)
    condition, text = eve.gets_error("wide")
    check(condition == "policy-violation" and text, "a stanza of 20,000 elements is refused, in words")
    eve.send(f"<message to='{bob_jid}' type='chat'><subject>Hi&#10;Bcc: carol@mail.test&#13;&#10;X-Evil: 1</subject>"
             "<body>No header of mine</body></message>")
    plain = bob.reads("No header of mine")
    check("Bcc" not in plain and "X-Evil" not in plain, "a subject makes no header fields")
    answer = eve.iq(gateway, "set", "<command xmlns='http://jabber.org/protocol/commands' node='unlink' sessionid='0' "
                                    "action='complete'/>")
    check_equal(answer.error[0], "not-allowed", "nobody completes a command by a made-up session")

    # Mail.
    smuggled = mail("Bob", "Hi\n.\nMAIL FROM:<eve@mail.test>\r\nRCPT TO:<alice@jabber.test>\r\nDATA\r\nsmuggled", "s1@mail.test")
    check_equal(lmtp(world, smuggled)[0], 554, "a bare line feed ends no mail: smuggling is refused")
    many = b"".join(b"RCPT TO:<alice@jabber.test>\r\n" for _ in range(10000))
    with smtplib.LMTP("127.0.0.1", world.coigate.lmtp_port, timeout=60) as peer:
        peer.ehlo("attacker.test")
        peer.mail("bob@mail.test")
        peer.send(many)
        check_equal([peer.getreply()[0] for _ in range(10000)].count(452), 9900, "of 10,000 recipients 100 are taken")
    before = memory(world)
    bombs = ["Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "--b\r\n\r\nx\r\n" * 100000,
             "".join(f"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n" for i in range(2000)),
             "X-A: b\r\n" * 200000, "Cc: " + ",\r\n ".join(f"u{i}@mail.test" for i in range(200000)) + "\r\n"]
    for i, bomb in enumerate(bombs):
        check_equal(lmtp(world, mail("Bob", "", f"bomb{i}@mail.test", head=bomb))[0], 552, "a bomb is refused")
    check(memory(world) - before < 200, "and costs little memory")

    # Who repeats another's Message-ID takes nothing from them.
    lmtp(world, mail("Mallory", "I was first", "same@mail.test", sender="mallory@mail.test"))
    lmtp(world, mail("Bob", "My mail comes all the same", "same@mail.test"))
    alice.reads("My mail comes all the same", "bob@mail.test")

    # Whom a user blocks can do nothing to their account.
    alice.tells_gateway("mail contacts")
    world.coigate.restart()
    world.jabber("alice")  # waits for the gateway
    alice.iq(alice.jid, "set", f"<block xmlns='urn:xmpp:blocking'><item jid='{world.coigate.jid_of('mallory@mail.test')}'/></block>")
    check_equal(lmtp(world, mail("Mallory", "Let me in", "m2@mail.test", sender="mallory@mail.test"))[0], 550,
                "mail from somebody whom she blocked is refused")
    check("mail from your contacts" in alice.tells_gateway("status"), "and her account stays as she left it")

    # Servers that users name.
    began = time.monotonic()
    port = talker()
    answer = eve.register(gateway, email="bob@mail.test", password="hunter2 hunter2", imap_server=f"127.0.0.1:{port}",
                          imap_security="starttls", smtp_server=f"127.0.0.1:{port}", smtp_security="starttls")
    check(answer.type == "error" and time.monotonic() - began < 5, "a server that talks without end is left soon")
    good = world.coigate.config.read_text()
    reload(world, good.replace("allow_private_servers = true", "allow_private_servers = false"), "allow_private_servers was taken")
    for host in ("127.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0", "localhost"):
        answer = eve.register(gateway, email="bob@mail.test", password="hunter2 hunter2", imap_server=f"{host}:993",
                              imap_security="tls", smtp_server=f"{host}:465", smtp_security="tls")
        check(answer.type == "error" and "private network" in answer.error[1], f"{host} is out of reach")
    answer = eve.register(gateway, email="bob@mail.test", password="hunter2 hunter2")
    check_equal(answer.error[0], "policy-violation", "the sixth attempt within ten minutes is one too many")

    # A careless admin.
    reload(world, "[xmpp\nbroken = = 5\n", "nothing was reloaded")
    check(alice.answers(gateway), "a broken file changes nothing")
    world.coigate.config.write_text(good)
    world.coigate.check_log("hunter2", "No header of mine", "My mail comes", "smuggled", world.jabber_server.secret)

    # The Jabber server and Postfix stand still, and it is asked to end while mail pours in.
    check_equal(lmtp(world, mail("Bob", "Clouds", "clouds@mail.test"))[0], 250, "the Jabber server takes a mail")
    for server in (world.jabber_server, world.postfix):
        os.kill(server.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        check_equal(lmtp(world, mail("Bob", "A first drop", "drop@mail.test"))[0], 250, "it stands still: a mail is taken")
        check(time.monotonic() - began < 4, "after two seconds")
        pouring = [threading.Thread(target=pour, args=(world, i), daemon=True) for i in range(20)]
        for thread in pouring:
            thread.start()
        began = time.monotonic()
        check_equal(world.coigate.stop(), 0, "SIGTERM while the Jabber server stands still: status 0")
        check(time.monotonic() - began < 20, "within 20 seconds")
    finally:
        for server in (world.jabber_server, world.postfix):
            os.kill(server.process.pid, signal.SIGCONT)
    world.coigate.start()
    alice.reads("A first drop", "bob@mail.test")
    lmtp(world, mail("Bob", "And the sun comes out", "sun@mail.test"))
    alice.reads("And the sun comes out", "bob@mail.test")
