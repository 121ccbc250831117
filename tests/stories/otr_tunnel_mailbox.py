"""Alice (profanity) and Ben (the other OTR library, from a linked mailbox) speak OTR with each other through two gateways and mail."""

from otr_play import sealed
from otr_tunnel_play import Speaker, TwoGateways, talk
from play import check, check_equal
from potr_client import PotrClient
from profanity import Profanity

with TwoGateways(mail_people=("ben",)) as world:
    profanity = Profanity(world.work, "alice@jabber.test", world.password, world.jabber_server.c2s_port)
    potr = PotrClient(world.work, "ben@other.test", world.password, world.other_server.c2s_port, world.certificates.ca_file)
    alice = Speaker(world, profanity, world.coigate, "ben@mail.test", lambda line: "~" in line)
    ben = Speaker(world, potr, world.other, profanity.jid, lambda line: line.startswith("sealed "))
    try:
        profanity.connect().generates_key()
        potr.connect()
        potr.register(world.other.domain, email="ben@mail.test", password=world.password,
                      imap_server=f"localhost:{world.dovecot.imaps_port}", imap_security="tls",
                      smtp_server=f"localhost:{world.postfix.submission_port}", smtp_security="starttls")
        ben.says("Hello, this is Ben")
        alice.sees("Hello, this is Ben")
        alice.says("Hello, this is Alice")
        ben.sees("Hello, this is Alice")
        ben.says("Now you have my key")  # which was still looked for in the mailbox when the first mail left
        alice.sees("Now you have my key")
        alice.tells_gateway("otr ben@mail.test tunnel on", "They have to switch it on, too")
        alice.says("Shall we speak OTR?")
        ben.is_told("alice@jabber.test can speak OTR with you from program to program")
        ben.tells_gateway("otr alice@jabber.test tunnel on", "OTR now goes from your program to theirs")
        potr.starts_otr(ben.jid)
        profanity.opens(alice.jid).terminal.stands("[OTR]")
        shown, own = potr.fingerprint_of(ben.jid), profanity.own_fingerprint(alice.jid)
        check_equal(shown.upper().replace(" ", ""), own.upper().replace(" ", ""), "Ben is shown Alice's key, not a gateway's")
        talk((alice, ben), 3, "message")
        world.no_trace("the running gateways")
        ben.tells_gateway("otr alice@jabber.test tunnel off", "if you start OTR, it ends at me")
        for number in range(2):
            alice.says(sealed(f"too late {number}"))
        ben.is_told("sent you a message by OTR that only your own program could read")
        ben.says(sealed("into the old session"))
        ben.is_told("could not be read and was not sent")
        check(True, "Ben's OTR is his gateway's again")
        potr.ends_otr(ben.jid)
        ben.says("I hear nothing")
        alice.sees("I hear nothing")
        alice.is_told("has switched the OTR tunnel off")
        alice.says(sealed("nor now"))
        alice.sees("This message was not sent: you have switched the OTR tunnel")
        check(not any("too late" in line for line in potr.read(ben.jid)), "nothing of it came to Ben's program")
        world.no_trace("the running gateways")
    finally:
        profanity.close()
        potr.close()
