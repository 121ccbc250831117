"""Alice (profanity) and Ada (mcabber) speak OTR with each other through two gateways and mail: end to end, through a kill, to the end."""

from mcabber import Mcabber
from otr_play import SECRET, sealed
from otr_tunnel_play import Speaker, TwoGateways, talk
from play import check, check_equal
from profanity import Profanity
from server import wait_until


def meet(alice, ada):
    """By mail in the clear, which brings the keys; then each switches the tunnel on, and hears that the other has."""
    ada.says("Hello, this is Ada")
    alice.sees("Hello, this is Ada")
    alice.says("Hello, this is Alice")
    ada.sees("Hello, this is Alice")
    ada.client.befriends(ada.jid)
    alice.tells_gateway(f"otr {ada.address} tunnel on", "They have to switch it on, too")
    alice.client.opens(alice.jid).terminal.types("/otr start")
    alice.sees("This message was not sent: you have switched the OTR tunnel")
    check(True, "before Ada has it on, Alice's OTR goes nowhere, not even to her own gateway")
    alice.says("Shall we speak OTR?")
    ada.is_told(f"{alice.address} can speak OTR with you from program to program")
    ada.tells_gateway(f"otr {alice.address} tunnel on", "OTR now goes from your program to theirs")


def start(alice, ada):
    ada.client.starts_otr(ada.jid)
    alice.is_told(f"The OTR tunnel to {ada.address} is on: OTR now goes")
    alice.client.opens(alice.jid).terminal.stands("[OTR]")


def know_each_other(alice, ada):
    """Fingerprints and a secret; the gateways' keys are others."""
    for one, other in ((alice, ada), (ada, alice)):
        shown, own = one.client.fingerprint_of(one.jid), other.client.own_fingerprint(other.jid)
        check_equal(shown.split(), own.split(), f"{one.address} is shown the key of {other.address}, not a gateway's")
    alice.client.asks_secret(alice.jid, SECRET)
    ada.client.is_asked_secret(ada.jid)
    ada.client.answers_secret(ada.jid, SECRET)
    alice.sees("Authentication successful")
    ada.sees("Protocol: Success!")
    check(True, "the secrets are the same")


def survive_kill(world, alice, ada):
    """Messages that wait in the queue of a killed gateway arrive once each, in their order, in the same session."""
    world.postfix.stop()
    for number in range(3):
        alice.says(sealed(f"waiting {number}"))
    wait_until(lambda: len(world.coigate.queue()) == 3, 20, "three messages in the queue")
    world.coigate.kill()
    world.no_trace("the killed gateway")
    world.coigate.start()
    world.postfix.start()
    for number in range(3):
        ada.sees_sealed(f"waiting {number}")
    ids = world.postfix.message_ids()
    check_equal(len(ids), len(set(ids)), "no message went twice")
    observer = world.jabber("observer")
    wait_until(lambda: observer.answers(world.coigate.domain), 30, "the gateway is back")
    talk((alice, ada), 1, "after the kill")


def survive_kill_of_the_reader(world, alice, ada):
    """What the mail system could not deliver comes again in any order, and is read in the right one."""
    world.other.kill()
    for number in range(3):
        alice.says(sealed(f"undelivered {number}"))
    wait_until(lambda: world.postfix.queue_size() == 3, 20, "three mails that cannot be delivered")
    world.other.start()
    for number in range(3):
        ada.sees_sealed(f"undelivered {number}")
    lines = [line for line in ada.client.terminal.shown() if sealed("undelivered") in line]
    check_equal([line.split()[-1] for line in lines], ["0", "1", "2"], "once each, in their order")
    talk((alice, ada), 1, "after the other kill")


with TwoGateways() as world:
    profanity = Profanity(world.work, "alice@jabber.test", world.password, world.jabber_server.c2s_port)
    mcabber = Mcabber(world.work, "ada@other.test", world.password, world.other_server.c2s_port)
    alice = Speaker(world, profanity, world.coigate, mcabber.jid, lambda line: "~" in line)
    ada = Speaker(world, mcabber, world.other, profanity.jid, lambda line: "<O=" in line)
    try:
        profanity.connect().generates_key()
        mcabber.connect()
        meet(alice, ada)
        start(alice, ada)
        know_each_other(alice, ada)
        talk((alice, ada), 10, "message")
        world.no_trace("the running gateways")
        survive_kill(world, alice, ada)
        survive_kill_of_the_reader(world, alice, ada)
        alice.client.ends_otr(alice.jid)
        ada.client.reads_end(ada.jid)
        check(True, "Ada's program was told of the end")
        ada.tells_gateway(f"otr {alice.address} tunnel off", "if you start OTR, it ends at me")
        alice.client.opens(alice.jid).terminal.types("/otr start")
        alice.sees("has not switched OTR end to end on")
        world.no_trace("the running gateways")
    finally:
        profanity.close()
        mcabber.close()
