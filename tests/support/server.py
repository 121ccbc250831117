"""A real server as a private child process: its folder, its ports, its life and its log.

A Server writes its configuration into a folder of its own, listens on free loopback ports only, and dies with the program
that started it, however that ends. Nothing here sleeps to be safe: readiness is a condition that is polled to a deadline.
"""

import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

_claims = []


class Failure(Exception):
    """A line of the play that did not come true, or a server that did not start; its text is for people."""


def wait_until(condition, seconds, what):
    """Returns the condition's first true value; polls it, and fails after `seconds` with `what` was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"waited {seconds:g} s in vain: {what() if callable(what) else what}")
        time.sleep(0.02)


class Within:
    """`with Within(5):` fails if what is done in it takes more than 5 seconds."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        self._began = time.monotonic()

    def __exit__(self, kind, *_):
        took = time.monotonic() - self._began
        if kind is None and took > self.seconds:
            raise Failure(f"it took {took:.1f} s\n  expected at most {self.seconds} s")


class Paused:
    """`with Paused(server):` the servers' processes stand still (SIGSTOP) for what is done in it."""

    def __init__(self, *servers):
        self.servers = servers

    def __enter__(self):
        self._signal(signal.SIGSTOP)

    def __exit__(self, *_):
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        for server in self.servers:
            os.kill(server.process.pid, number)


def talker():
    """The port of a server that says IMAP's "still there" without end, to one client."""
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


def free_port():
    """A free TCP port on 127.0.0.1, below the range of outgoing connections, so that a restarted server finds it free again.

    Nobody else gets it as long as this program runs, before its server listens and while that is down.
    """
    while True:
        port = random.randrange(20000, 32000)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0coigate port {port}")  # goes with this program
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        if not listens(port):
            _claims.append(claim)
            return port
        claim.close()


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def work_folder(prefix="coigate-"):
    """A new folder that the servers' own users may enter."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    folder.chmod(0o755)
    return folder


def owned_folder(path, user, mode=0o750):
    """Makes `path` a folder of `user`."""
    path.mkdir(parents=True, exist_ok=True)
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)
    path.chmod(mode)
    return path


class _Guardian:
    """A process that outlives us by a moment: when its input ends, because we did, it kills the groups of our servers.

    (The kernel's own death signal is no help: it is forgotten by servers that change their user, as Postfix does.)
    """

    _PROGRAM = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
"""
    _process = None

    @classmethod
    def tell(cls, line):
        if cls._process is None:
            cls._process = subprocess.Popen([sys.executable, "-c", cls._PROGRAM], stdin=subprocess.PIPE, text=True,
                                            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls._process.stdin.write(line + "\n")
        cls._process.stdin.flush()


class Server:
    """One server process. A concrete server sets `package`, `user` (None: as we are), `ports` and command()."""

    package = ""
    user = None
    start_seconds = 30
    in_child = None  # what the new process does before it becomes the server

    def __init__(self, work):
        self.name = type(self).__name__
        self.folder = work / self.name.lower()
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o755)
        self.log = self.folder / "log"
        self.ports = {}
        self.process = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return os.environ | {"LC_ALL": "C.UTF-8"}

    def is_ready(self):
        return all(listens(port) for port in self.ports.values())

    def start(self):
        if os.geteuid() != 0:
            raise Failure(f"{self.name} needs root (its processes run as users of their own); run by sudo")
        command = self.command()
        if not shutil.which(command[0]):
            raise Failure(f"{command[0]} is missing: package {self.package} is not installed; .ci/setup installs it")
        for what, port in self.ports.items():
            if listens(port):
                raise Failure(f"port {port}, wanted by {self.name} for {what}, is in use by another program")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True, user=self.user,
                                            group=self.user, extra_groups=[] if self.user else None,
                                            preexec_fn=self.in_child)
        _Guardian.tell(f"+{self.process.pid}")
        wait_until(self._ready_or_dead, self.start_seconds, f"{self.name} is ready")
        return self

    def _ready_or_dead(self):
        if self.process.poll() is not None:
            raise Failure(f"{self.name} ended at start with status {self.process.returncode}")
        return self.is_ready()

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds=30):
        """SIGTERM, and SIGKILL to its whole group if that takes longer; returns the exit status (None: was not running)."""
        if self.process is None:
            return None
        status = self.process.poll()
        if status is None:
            self.process.terminate()
            try:
                status = self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Failure(f"{self.name} did not end within {seconds} s of SIGTERM") from None
        self._kill_group()
        self.process = None
        return status

    def kill(self):
        """SIGKILL, now."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._kill_group()
            self.process = None

    def _kill_group(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        _Guardian.tell(f"-{self.process.pid}")

    def restart(self):
        self.stop()
        wait_until(lambda: not any(listens(port) for port in self.ports.values()), 20, f"{self.name}'s ports are free")
        return self.start()

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def has_logged(self, words, times=1):
        """Waits until its log has these words, so many times."""
        wait_until(lambda: self.log_text().count(words) >= times, 20, f"the log of {self.name} says {words!r} {times} times")

    def log_tail(self, lines=40):
        tail = self.log_text().splitlines()[-lines:]
        return "\n".join([f"---- the last lines of {self.name}'s log"] + ["  " + line for line in tail])
