"""What encryption costs: OpenPGP, OTR and OMEMO messages each way through the whole gateway beside the bare library, and whether the loop goes on meanwhile.

Each figure is a function of a Benchmark (tests/bench/run). Everything is measured from outside: CPU by /proc, the loop by the round trip of
a ping.
"""

import time

from world import Failure, Peer, figure, free_port, wait_until

PEOPLE = 50  # of each side, in tests/bench/pgp_peer.cpp and component_server.h
OVERHEAD = 1.3  # the gateway's CPU over the bare library's


def introduced(benchmark):
    """A gateway and mail users who know each other's keys; (gateway, peer)."""
    port = free_port()
    gateway = benchmark.gateway(smtp_port=port)
    peer, jabber = Peer("pgp_peer", gateway.lmtp_port, port, "jabber.test"), gateway.jabber.peer
    jabber.say(f"pump {PEOPLE}")  # makes the users' keys, and sends them in clear mail
    peer.say("keys")
    peer.hear("keys")
    peer.say("introduce")
    peer.hear("introduced")
    jabber.say(f"expect {PEOPLE}")
    jabber.hear("received")
    jabber.say(f"pump {PEOPLE}")
    jabber.say(f"expect {PEOPLE}")  # each user is told that the conversation is encrypted from here on
    jabber.hear("received")
    gateway.drained()
    return gateway, peer


def sealed_so_far(peer):
    peer.say("sealed")
    return peer.hear("sealed")[0]


def openpgp(benchmark):
    """Both ways, 50 conversations, all of it encrypted and signed."""
    count = benchmark.many(2_000, 200)
    gateway, peer = introduced(benchmark)
    peer.say(f"cost {benchmark.many(300, 50)}")
    closing, opening = peer.hear("cost")
    figure("openpgp_library_close_us", closing)
    figure("openpgp_library_open_us", opening)

    jabber, sealed, before, start = gateway.jabber.peer, sealed_so_far(peer), gateway.cpu(), time.monotonic()
    jabber.say(f"pump {count}")
    jabber.hear("pumped")
    wait_until(lambda: sealed_so_far(peer) - sealed == count, 120,
               lambda: f"all mails are encrypted ({sealed_so_far(peer) - sealed:.0f} of {count} are)")
    seconds = time.monotonic() - start
    gateway.drained()
    cpu = (gateway.cpu() - before) / count
    figure("xmpp_to_encrypted_rate", count / seconds)
    figure("xmpp_to_encrypted_cpu_us", cpu, f"<={OVERHEAD * closing:.0f}", cpu <= OVERHEAD * closing)

    peer.say(f"prepare {count}")
    peer.hear("prepared")
    before = gateway.cpu()
    jabber.say(f"expect {count}")
    peer.say("pump 50")
    _, refused, start, _ = peer.hear("sent")
    _, last, errors = jabber.hear("received")
    cpu = (gateway.cpu() - before) / count
    if refused or errors:
        raise Failure(f"{refused + errors:.0f} of {count} mails did not arrive\n{gateway.log_tail()}")
    peer.end()
    benchmark.end(gateway)
    figure("encrypted_to_xmpp_rate", count / ((last - start) / 1e9))
    figure("encrypted_to_xmpp_cpu_us", cpu, f"<={OVERHEAD * opening:.0f}", cpu <= OVERHEAD * opening)


def key_stall(benchmark):
    """The loop's heartbeat, at rest and while 100 users write for the first time, for each of whom a key is made.

    The best of some rounds counts: what is the machine's own noise is in some of them, what is ours in all.
    """
    rounds, seconds, port = benchmark.many(5, 2), 2, free_port()
    gateway = benchmark.gateway(smtp_port=port)
    peer, jabber = Peer("pgp_peer", gateway.lmtp_port, port, "jabber.test"), gateway.jabber.peer

    def heartbeat(work=""):
        """(p99, longest) in microseconds."""
        jabber.say(f"heartbeat {seconds}")
        if work:
            jabber.say(work)
        _, p99, longest, beats = jabber.hear("heartbeat")
        if beats < 900 * seconds:
            raise Failure(f"only {beats:.0f} heartbeats were answered in {seconds} s")
        gateway.drained()
        return p99, longest

    rest = min(heartbeat() for _ in range(rounds))
    busy = min(heartbeat("newcomers 100") for _ in range(rounds))
    peer.end()
    benchmark.end(gateway)
    for name, (p99, longest) in (("at_rest", rest), ("while_100_keys_are_made", busy)):
        reached = p99 <= 5000
        figure(f"heartbeat_{name}_p99_us", p99, *(("<=5000", reached) if name != "at_rest" else ()))
        figure(f"heartbeat_{name}_longest_us", longest)


def otr(benchmark):
    """Handshakes with and without keys to be made, and the loop's heartbeat meanwhile; then messages each way in the sessions.

    Of the rounds the best counts, as in key_stall; more than two would be more starts than the gateway answers a client.
    """
    users, count, sink = benchmark.many(100, 20), benchmark.many(5_000, 300), free_port()
    gateway = benchmark.gateway(smtp_port=sink, own_sink=sink, jabber="otr_peer")
    peer = gateway.jabber.peer

    def handshakes():
        peer.say(f"handshakes {users}")
        start, end = peer.hear("handshakes")
        gateway.drained()
        return (end - start) / 1e9

    peer.say(f"heartbeat {benchmark.many(20, 5)}")
    figure("otr_handshakes_with_new_keys_rate", users / handshakes())
    _, p99, longest, _ = peer.hear("heartbeat")
    figure("heartbeat_while_100_otr_keys_are_made_p99_us", p99, "<=5000", p99 <= 5000)
    figure("heartbeat_while_100_otr_keys_are_made_longest_us", longest)
    rounds = []
    for _ in range(2):
        peer.say("end")
        gateway.drained()
        before = gateway.cpu()
        peer.say("heartbeat 2")
        seconds = handshakes()
        cpu = gateway.cpu() - before
        _, p99, longest, _ = peer.hear("heartbeat")
        rounds.append((p99, longest, seconds, cpu))
    p99, longest, seconds, cpu = min(rounds)
    figure("otr_handshakes_rate", users / seconds)
    figure("otr_handshake_cpu_us", cpu / users)
    figure("heartbeat_while_100_otr_handshakes_run_p99_us", p99, "<=5000", p99 <= 5000)
    figure("heartbeat_while_100_otr_handshakes_run_longest_us", longest)

    peer.say("allow")
    gateway.drained()
    before = gateway.cpu()
    peer.say(f"whisper {count}")
    start, _ = peer.hear("whispered")
    peer.say(f"mails {count}")
    last, = peer.hear("mails")
    figure("otr_to_mail_rate", count / ((last - start) / 1e9))
    figure("otr_to_mail_cpu_us", (gateway.cpu() - before) / count)

    peer.say("forget")
    before = gateway.cpu()
    peer.say(f"expect {count}")
    pump = Peer("lmtp_pump", gateway.lmtp_port, 50, count, "jabber.test")
    _, refused, start, _ = pump.hear("sent")
    _, last, errors = peer.hear("received")
    cpu = (gateway.cpu() - before) / count
    pump.end()
    if refused or errors:
        raise Failure(f"{refused + errors:.0f} of {count} mails did not arrive\n{gateway.log_tail()}")
    benchmark.end(gateway)
    figure("mail_to_otr_rate", count / ((last - start) / 1e9))
    figure("mail_to_otr_cpu_us", cpu)


def omemo(benchmark):
    """Sessions set up, and the loop's heartbeat meanwhile; messages each way beside clear ones and the bare library; memory of an account."""
    for devices in (1, 5):
        _omemo(benchmark, devices)


def _omemo(benchmark, devices):
    """Of users with so many devices. Of the rounds of sessions the best counts, as in otr."""
    users, count, sink = benchmark.many(100, 50), benchmark.many(5_000, 300), free_port()
    gateway = benchmark.gateway(smtp_port=sink, own_sink=sink, jabber="omemo_peer")
    peer = gateway.jabber.peer
    name = f"omemo_{devices}_devices" if devices > 1 else "omemo"

    def arrive(mails):
        peer.say(f"mails {mails}")
        last, = peer.hear("mails")
        return last

    def begin(first, number, beats=True):
        """What these users say in new sessions leaves as mail: (seconds, CPU, p99 and longest heartbeat meanwhile)."""
        before, p99, longest = gateway.cpu(), 0, 0
        peer.say("forget")
        peer.say(f"from {first}")
        if beats:
            peer.say("heartbeat 2")
        peer.say(f"handshakes {number}")
        start, = peer.hear("begun")
        peer.say(f"mails {number}")
        heard = peer.hear_all("mails", *(["heartbeat"] if beats else []))
        gateway.drained()
        if beats:
            _, p99, longest, _ = heard["heartbeat"]
        return (heard["mails"][0] - start) / 1e9, gateway.cpu() - before, p99, longest

    def mails_to_users():
        """(rate, CPU of each) of mails to 50 users."""
        peer.say("forget")
        before = gateway.cpu()
        peer.say(f"expect {count}")
        pump = Peer("lmtp_pump", gateway.lmtp_port, 50, count, "jabber.test")
        _, refused, start, _ = pump.hear("sent")
        _, last, errors = peer.hear("received")
        gateway.drained()
        cpu = (gateway.cpu() - before) / count
        pump.end()
        if refused or errors:
            raise Failure(f"{refused + errors:.0f} of {count} mails did not arrive\n{gateway.log_tail()}")
        return count / ((last - start) / 1e9), cpu

    peer.say("cost " + str(benchmark.many(5_000, 500)))
    if devices == 1:
        for what, value in zip(("encrypt", "decrypt", "start", "decrypt_first"), peer.hear("cost")):
            figure(f"omemo_library_{what}_us", value)
    others = benchmark.many(100, 20)
    people = users + others
    peer.say(f"greet {people}")  # accounts and contacts exist from here on
    arrive(people)
    peer.say(f"allow {people}")
    gateway.drained()
    if devices == 1:
        before = gateway.cpu()
        peer.say(f"say {count}")
        arrive(count)
        figure("clear_to_mail_cpu_us", (gateway.cpu() - before) / count)
        figure("mail_to_clear_cpu_us", mails_to_users()[1])
    peer.say(f"devices {devices}")
    peer.say(f"people {people}")
    peer.hear("people")

    peer.say("heartbeat 2")
    _, p99, *_ = peer.hear("heartbeat")
    figure(f"heartbeat_before_{name}_p99_us", p99)  # on a busy machine the ones below say as much of the machine
    while_they = f"heartbeat_while_{users}_{name}"
    seconds, _, p99, _ = begin(0, users)  # with keys of the gateway that are made first
    figure(f"{name}_sessions_with_new_keys_rate", users / seconds)
    figure(f"{while_they}_accounts_begin_p99_us", p99, "<=5000", p99 <= 5000)
    *_, p99, longest = min((begin(0, users) for _ in range(2)), key=lambda each: each[2])
    seconds, cpu, *_ = begin(0, users, beats=False)
    figure(f"{name}_sessions_rate", users / seconds)
    figure(f"{name}_session_cpu_us", cpu / users)
    figure(f"{while_they}_sessions_begin_p99_us", p99, "<=5000", p99 <= 5000)
    figure(f"{while_they}_sessions_begin_longest_us", longest)

    before = gateway.resident_kib()
    begin(users, others, beats=False)
    figure(f"{name}_account_kib", (gateway.resident_kib() - before) / others)

    peer.say("forget")
    before = gateway.cpu()
    peer.say(f"whisper {count}")
    start, _ = peer.hear("whispered")
    last = arrive(count)
    figure(f"{name}_to_mail_rate", count / ((last - start) / 1e9))
    figure(f"{name}_to_mail_cpu_us", (gateway.cpu() - before) / count)
    rate, cpu = mails_to_users()
    figure(f"mail_to_{name}_rate", rate)
    figure(f"mail_to_{name}_cpu_us", cpu)
    peer.say("opened")
    opened, failed = peer.hear("opened")
    benchmark.end(gateway)
    if failed or opened < count * devices:
        raise Failure(f"of {count} messages for {devices} devices {opened:.0f} could be decrypted, {failed:.0f} not")
