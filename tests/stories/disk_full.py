"""The disk of the store fills up: nothing is dropped in silence, both sides are told to wait, and it goes on by itself afterwards.

The store is on a tmpfs of 4 MiB that a file fills, or where mounting is not permitted, the process has a limit on file size (small_disk.py).
"""

from expect import check, tell
from mail_client import text_of
from scenario import play, scenario
from server import wait_until
from small_disk import WorldOnSmallDisk

BIG = [f"more {n}. " + "x" * 20000 for n in range(40)]


@scenario
def disk_is_full(alice, bob, gateway, disk, world):
    """Both sides are told to wait, and coigate lives."""
    alice.writes(bob, "While there is room")
    bob.reads("While there is room")
    disk.fill()

    def is_refused():
        number = len(world.probes)
        world.probes.append(gateway.says(bob.compose(alice.address, f"probe {number}."), alice)[0])
        return world.probes[-1] // 100 == 4
    wait_until(is_refused, 30, lambda: f"LMTP answers 4xx; it answered {world.probes[-5:]}")
    bob.answers("Sent while the disk was full")
    world.written = {alice.writes(bob, "Written while the disk was full"): "Written while"}
    world.written |= {alice.say(gateway.jid_of(bob.address), text): text[:9] for text in BIG}
    wait_until(lambda: alice.refused_ids("resource-constraint") or not gateway.running(), 30, "Alice is told resource-constraint")
    check(gateway.running(), "coigate is still running")


@scenario(includes=[disk_is_full])
def there_is_room_again(alice, bob, disk, world):
    """Everything that was not refused arrives."""
    disk.free()
    alice.reads("Sent while the disk was full", bob, seconds=90)
    alice.writes(bob, "Room again")
    bob.reads("Room again", seconds=60)
    told = alice.refused_ids()

    def missing():
        bob.fetch()
        texts = [text_of(mail) for mail in bob.came]
        return [text for stanza, text in world.written.items() if stanza not in told and not any(text in each for each in texts)]
    wait_until(lambda: not missing(), 60, "every message of Alice arrived, or was refused with an error")
    tell(f"  of {len(world.written)} messages {len(told)} were refused with resource-constraint, the others arrived")
    for number, code in enumerate(world.probes):
        if code == 250:
            alice.reads(f"probe {number}.", bob)


play(__name__, stage=WorldOnSmallDisk.for_actors)
