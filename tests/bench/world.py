"""The gateway under measurement, its peers as processes, and what /proc says of them."""

import contextlib
import json
import os
import pathlib
import re
import socket
import sqlite3
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/bench"
sys.path.insert(0, str(ROOT / "tests/support"))

import coigate  # noqa: E402
from server import Failure, free_port, wait_until  # noqa: E402

PEERS = {"component_server": [], "lmtp_pump": [], "raw_imap": ["-lssl", "-lcrypto"]}  # pgp_peer, otr_peer, omemo_peer and store_filler need CMake, and are not in BUILD


def figure(name, value, target=None, reached=None):
    text = f"{value:.3g}" if isinstance(value, float) and abs(value) < 100 else f"{value:.0f}"
    print(f"{name}={text}" + ("" if target is None else f" target={target} reached={'yes' if reached else 'no'}"), flush=True)


def build(log):
    """The release program and the peers."""
    log("building (release) ...")
    for command in (["cmake", "--preset", "release"], ["cmake", "--build", "--preset", "release", "--target", "coigate", "pgp_peer", "otr_peer", "omemo_peer", "store_filler"]):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    BUILD.mkdir(parents=True, exist_ok=True)
    newest_header = max(header.stat().st_mtime for header in (ROOT / "tests/bench").glob("*.h"))
    for name, libraries in PEERS.items():
        source, program = ROOT / f"tests/bench/{name}.cpp", BUILD / name
        newest = max(source.stat().st_mtime, newest_header)
        if not program.exists() or program.stat().st_mtime < newest:
            subprocess.run(["clang++-19", "-std=c++20", "-O2", f"-I{ROOT}", source, "-o", program, "-lpthread", *libraries],
                           check=True)


class Peer:
    """A peer that is told and tells by lines."""

    def __init__(self, name, *arguments):
        program = BUILD / name if name in PEERS else ROOT / "build/release/tests/bench" / name
        self._process = subprocess.Popen([program, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, line):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self, word):
        """The rest of the next line that begins with `word`, as numbers; what others say before it is passed over."""
        return self.hear_all(word)[word]

    def hear_all(self, *words):
        """The same for several, in whatever order they come."""
        heard = {}
        for line in self._process.stdout:
            first, *rest = line.split()
            if first == "failed:":
                raise Failure(line.strip())
            if first in words:
                heard[first] = [float(value) for value in rest]
            if len(heard) == len(words):
                return heard
        raise Failure(f"a peer ended before it said {' and '.join(words)}")

    def end(self):
        self._process.kill()
        self._process.wait()


class JabberServer:
    """The scripted Jabber server, as tests/support/coigate.py wants one."""

    domain, component_domain, secret = "jabber.test", "coi.jabber.test", "bench"

    def __init__(self, smtp_port=0, program="component_server"):
        self.component_port = free_port()
        self.peer = Peer(program, self.component_port, smtp_port, self.component_domain, self.domain)


class Gateway(coigate.Coigate):
    """One coigate with a fresh store, its CPU, its memory, its control socket."""

    def __init__(self, work, jabber, certificates, smtp_port):
        work.mkdir()
        super().__init__(work, jabber, certificates, smtp_port=smtp_port, level="info")
        self.jabber = jabber

    def command(self):
        return [str(ROOT / "build/release/coigate"), "serve", "--config", str(self.config)]

    def start(self):
        super().start()
        self.jabber.peer.hear("online")
        return self

    def cpu(self):
        """Microseconds of CPU so far, of all threads."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1000

    def resident_kib(self):
        return self._status("VmRSS")

    def most_resident_kib(self):
        """Since it was started."""
        return self._status("VmHWM")

    def _status(self, line):
        return int(re.search(rf"{line}:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())[1])

    def commits(self):
        """Commits of the whole run, said in the log when the store closes: call it after stop()."""
        return int(re.findall(r"store: closed after (\d+) commits", self.log_text())[-1])

    def ask(self, verb, **values):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.folder / "control"))
            control.sendall(json.dumps({"verb": verb} | values).encode() + b"\n")
            answer = json.loads(control.makefile().readline())
        if "error" in answer:
            raise Failure(f"{verb}: {answer['error']}")
        return answer

    def drained(self, taken=0, seconds=120):
        """Waits until this many messages in all were taken (before, a letter may still be with a worker), and nothing is queued."""
        if taken:
            with contextlib.closing(sqlite3.connect(f"file:{self.store}/coigate.db?mode=ro", uri=True)) as db:
                wait_until(lambda: (db.execute("SELECT max(id) FROM known").fetchone()[0] or 0) >= taken, seconds,
                           f"{taken} messages are taken")
        wait_until(lambda: not self.ask("queue.list", most=1)["entries"], seconds, "the queue is empty")


def usage_of(command):
    """Runs a limit's program; (seconds, CPU microseconds)."""
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status != 0:
        raise Failure(f"{command[0]} failed")
    return time.monotonic() - start, (usage.ru_utime + usage.ru_stime) * 1e6
