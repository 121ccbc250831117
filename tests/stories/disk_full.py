"""The disk of the store fills up: nothing is dropped in silence, both sides are told to wait, and it goes on by itself afterwards.

The store stands on a tmpfs of 4 MiB that a file fills. Where mounting is not permitted (a container without CAP_SYS_ADMIN), the
kernel's limit on file size does the same to the process: its files cannot grow any more.
"""

import contextlib
import resource
import shutil
import signal
import smtplib
import subprocess

from play import World, check, tell
from server import wait_until, work_folder


class SmallDisk:
    """A tmpfs that fill() fills."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=755", "coigate-play", folder], capture_output=True,
                              text=True, check=False)
        self.mounted = done.returncode == 0
        self.why_not = done.stderr.strip()

    def fill(self, world):
        if not self.mounted:
            resource.prlimit(world.coigate.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            return
        with contextlib.suppress(OSError), open(self.folder / "filler", "wb", buffering=0) as filler:
            while filler.write(bytes(4096)):
                pass

    def free(self, world):
        if not self.mounted:
            resource.prlimit(world.coigate.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            return
        (self.folder / "filler").unlink()

    def unmount(self):
        if self.mounted:
            subprocess.run(["umount", self.folder], check=True)


def lmtp_code(world, mail):
    """What coigate says to a mail, at whichever command."""
    try:
        with smtplib.LMTP("127.0.0.1", world.coigate.lmtp_port, timeout=60) as lmtp:
            lmtp.sendmail("bob@mail.test", ["alice@jabber.test"], mail)
            return 250
    except smtplib.SMTPRecipientsRefused as refused:
        return refused.recipients["alice@jabber.test"][0]
    except smtplib.SMTPResponseException as refused:
        return refused.smtp_code


folder = work_folder()
disk = SmallDisk(folder / "disk")
tell("the store is on a tmpfs of 4 MiB" if disk.mounted else f"mount is not permitted ({disk.why_not}): limiting file size instead")
try:
    with World(folder=folder, gateway={"store": disk.folder}) as world:
        if not disk.mounted:
            world.coigate.stop()
            # A write over the limit shall fail with EFBIG, not end the process.
            world.coigate.in_child = lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            world.coigate.start()
        alice, bob = world.jabber("alice"), world.mail("bob")
        alice.writes("bob@mail.test", "While there is room")
        first = bob.reads("While there is room")

        disk.fill(world)
        tell("-- the disk is full")
        codes = []

        def refused():
            codes.append(lmtp_code(world, bob.compose("alice@jabber.test", f"probe {len(codes)}.").as_bytes()))
            return codes[-1] // 100 == 4
        wait_until(refused, 30, lambda: f"LMTP answers 4xx; it answered {codes[-5:]}")
        tell(f"  coigate's LMTP answers {codes[-1]} after {len(codes) - 1} mails that still found room")
        bob.writes("alice@jabber.test", "Sent while the disk was full", reply_to=first)
        stanza = alice.writes("bob@mail.test", "Written while the disk was full")
        big = [alice.say(world.coigate.jid_of("bob@mail.test"), f"more {n}. " + "x" * 20000) for n in range(40)]

        def alice_is_told():
            return [s for s in alice.came if s.type == "error" and s.error[0] == "resource-constraint"]
        wait_until(lambda: alice_is_told() or not world.coigate.running(), 30, "Alice hears resource-constraint")
        check(world.coigate.running(), "coigate is still there")

        disk.free(world)
        tell("-- there is room again")
        alice.reads("Sent while the disk was full", "bob@mail.test", seconds=90)
        alice.writes("bob@mail.test", "Room again")
        bob.reads("Room again", seconds=60)
        told = {s.id for s in alice.came if s.type == "error"}

        def all_accounted():
            bob.fetch()
            texts = [mail.get_content() for mail in bob.came]
            left = [n for n, s in enumerate(big) if s not in told and not any(f"more {n}." in text for text in texts)]
            first_left = stanza not in told and not any("Written while" in text for text in texts)
            return not left and not first_left
        wait_until(all_accounted, 60, "every message of Alice arrived, or was refused with an error")
        tell(f"  of {len(big) + 1} messages {len(told)} were refused with resource-constraint, the others arrived")
        for number in range(len(codes)):
            if codes[number] == 250:
                alice.reads(f"probe {number}.", "bob@mail.test")
finally:
    disk.unmount()
    shutil.rmtree(folder, ignore_errors=True)
