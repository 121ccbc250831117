"""What grows with use: the memory of a long queue, what ten thousand accounts make of a message's cost, and what accounts cost
that only exist.

Each figure is a function of a Benchmark (tests/bench/run).
"""

import sqlite3
import statistics
import time

from world import Peer, figure, free_port, wait_until


def waiting(gateway):
    """How many messages are queued, from the store's own table."""
    with sqlite3.connect(f"file:{gateway.store / 'coigate.db'}?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM queue").fetchone()[0]


def burst(benchmark):
    """100,000 stanzas while the mail server is away; then it comes back, and takes all of them."""
    count, port = benchmark.many(100_000, 2_000), free_port()
    gateway = benchmark.gateway(smtp_port=port)
    peer = gateway.jabber.peer
    peer.say("pump 100")
    peer.hear("pumped")
    wait_until(lambda: waiting(gateway) == 100, 60, "the first messages wait")
    before, start = gateway.resident_kib(), time.monotonic()
    peer.say(f"pump {count}")
    peer.hear("pumped")
    wait_until(lambda: waiting(gateway) == count + 100, 300, lambda: f"all messages wait ({waiting(gateway)} do)")
    seconds, grown = time.monotonic() - start, (gateway.resident_kib() - before) / 1024
    figure("burst_messages", count)
    figure("burst_taken_per_second", count / seconds)
    figure("burst_growth_mib", grown, "<=16", grown <= 16)
    with benchmark.sink(port):
        start = time.monotonic()
        wait_until(lambda: waiting(gateway) == 0, 600, lambda: f"all messages are delivered ({waiting(gateway)} wait)")
        figure("burst_delivered_per_second", (count + 100) / (time.monotonic() - start))
    peer.say("expect 0")
    _, _, errors = peer.hear("received")
    figure("burst_lost", errors, "0", errors == 0)
    benchmark.end(gateway)


def growth(benchmark):
    """A message's cost and latency among 100 accounts, and among 10,000 of the same gateway."""
    port, accounts = free_port(), 0
    gateway, costs, slowest, memory = benchmark.gateway(smtp_port=port, own_sink=port), [], [], []
    for many in (100, benchmark.many(10_000, 500)):
        introduce(gateway.jabber.peer, many - accounts)
        accounts = many
        memory.append(gateway.resident_kib())
        latencies = sorted(benchmark.pingpong(gateway, benchmark.many(300, 100)))
        gateway.jabber.peer.say("mails 0")
        gateway.jabber.peer.hear("mails")
        count, before = benchmark.many(10_000, 500), gateway.cpu()
        gateway.jabber.peer.say(f"pump {count}")
        arrived(gateway.jabber.peer, count)
        costs.append((gateway.cpu() - before) / count)
        slowest.append(latencies[len(latencies) * 99 // 100])
        figure(f"accounts_{accounts}_cpu_us", costs[-1])
        figure(f"accounts_{accounts}_latency_p50_us", statistics.median(latencies))
        figure(f"accounts_{accounts}_latency_p99_us", slowest[-1])
    each = (memory[1] - memory[0]) / (accounts - 100)
    figure("growth_cpu_ratio", costs[1] / costs[0], "<=1.2", costs[1] <= 1.2 * costs[0])
    figure("growth_p99_ratio", slowest[1] / slowest[0], "<=1.5", slowest[1] <= 1.5 * slowest[0])
    figure("growth_kib_each", each, "<=4", each <= 4)
    benchmark.end(gateway)


def introduce(peer, accounts):
    """That many users write for the first time, which also makes their keys."""
    for _ in range(0, accounts, 100):
        peer.say("newcomers 100")
        arrived(peer, 100)


def arrived(peer, count):
    peer.hear("pumped")
    peer.say(f"mails {count}")
    peer.hear("mails")


def directory(benchmark):
    """What accounts and contacts cost that only exist: seconds at start and memory, against a gateway without any; and what it takes
    to show all of them online, for which their contacts are read."""
    accounts, contacts = benchmark.many(100_000, 2_000), 20
    gateway = benchmark.gateway()
    gateway.stop()
    gateway.start_seconds = 300
    base_seconds, base_kib = started(gateway)
    gateway.stop()
    filler = Peer("store_filler", gateway.store / "coigate.db", gateway.folder / "store.key", accounts, contacts)
    filler.hear("filled")
    filler.end()
    seconds, kib = started(gateway)
    before, start = gateway.cpu(), time.monotonic()
    gateway.jabber.peer.say(f"presences {accounts * (1 + contacts // 4)}")  # of the gateway, and of whom they have subscribed to
    gateway.jabber.peer.hear("presences")
    shown_seconds, shown_cpu = time.monotonic() - start, gateway.cpu() - before
    shown_kib, most_kib = gateway.resident_kib(), gateway.most_resident_kib()
    gateway.stop()
    gateway.jabber.peer.end()
    figure("directory_accounts", accounts)
    figure("directory_contacts_each", contacts)
    figure("directory_empty_start_seconds", base_seconds)
    figure("directory_start_seconds", seconds, "<=5", seconds <= 5)
    figure("directory_start_cpu_seconds", before / 1e6)
    figure("directory_kib_each", (kib - base_kib) / accounts, "<=4", kib - base_kib <= 4 * accounts)
    figure("directory_shown_seconds", shown_seconds)
    figure("directory_shown_cpu_us_each", shown_cpu / accounts)
    figure("directory_shown_kib_each", (shown_kib - base_kib) / accounts, "<=4", shown_kib - base_kib <= 4 * accounts)
    figure("directory_most_kib_each", (most_kib - base_kib) / accounts)


def started(gateway):
    """Seconds until the gateway is on line, and its memory then."""
    start = time.monotonic()
    gateway.start()
    return time.monotonic() - start, gateway.resident_kib()
