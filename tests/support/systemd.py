"""coigate as systemd runs it, with no Jabber server in sight. What systemd does is done by hand: the notification socket, the watchdog's
variable, the signals."""

import grp
import os
import pathlib
import pty
import subprocess
import termios
import types

from certificates import Certificates
from coigate import Coigate, program
from expect import check, check_equal, check_words
from play import Stage
from server import free_port, wait_until


def as_others():
    """In front of a command, so that root is a user as others are, who may not look into every process."""
    return ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []


class Service(Coigate):
    """A Coigate whose notifications are kept in `said`; its LMTP socket is in a folder as coigate.tmpfiles makes it."""

    def __init__(self, work):
        nobody = types.SimpleNamespace(component_domain="coi.jabber.test", component_port=free_port(), domain="jabber.test", secret="xyzzy")
        super().__init__(work, nobody, Certificates(work), level="info")
        self.said = []
        self.lmtp_folder, self.secret, self.key_file = self.folder / "lmtp", self.folder / "secret", self.folder / "store.key"
        self.lmtp_folder.mkdir()
        os.chown(self.lmtp_folder, -1, grp.getgrnam("mail").gr_gid)
        self.lmtp_folder.chmod(0o2750)
        self.change_config(f"127.0.0.1:{self.lmtp_port}", f"unix:{self.lmtp_folder}/socket")

    def command(self):
        return [*as_others(), *super().command()]

    def environment(self):
        self.said = []
        return super().environment() | {"WATCHDOG_USEC": "400000"}

    def listen(self):
        """All that it has notified since forget()."""
        try:
            while True:
                self.said += self._notify.recv(4096).decode().splitlines()
        except BlockingIOError:
            return self.said

    def is_ready(self):
        return "READY=1" in self.listen()

    def forget(self):
        self.listen()
        self.said = []

    def notifies(self, words, times=1):
        wait_until(lambda: sum(words in line for line in self.listen()) >= times, 10, lambda: f"{words!r}, {times} times: {self.said}")
        check(True, f"it notifies {words}")

    def reloads(self, text, logged=""):
        """As Coigate's, and returns what it has logged meanwhile."""
        before = len(self.log_text())
        self.forget()
        super().reloads(text, logged)
        check(self.said.index("RELOADING=1") < self.said.index("READY=1"), "RELOADING=1 comes before READY=1")
        return self.log_text()[before:]

    # Its command line

    def run(self, *arguments, config=None):
        return subprocess.run([program(), *arguments, "--config", str(config or self.config)], capture_output=True, text=True,
                              timeout=60, stdin=subprocess.DEVNULL, start_new_session=True)

    def answers(self, *arguments, output=None):
        """A subcommand ends with 0 (and prints exactly `output`); returns what it prints."""
        done = self.run(*arguments)
        check_equal(done.returncode, 0, f"{' '.join(arguments)} ends with 0 {done.stderr}")
        if output is not None:
            check_equal(done.stdout, output, f"{' '.join(arguments)} prints what it should")
        return done.stdout

    def complains(self, *arguments, status, words=(), config=None):
        """A subcommand ends with that status, and says each of `words` on stderr."""
        done = self.run(*arguments, config=config)
        check_equal(done.returncode, status, f"{' '.join(arguments)} ends with {status}")
        check_words(done.stderr, words, "and says why")

    def at_a_terminal(self, *arguments, password):
        """Runs a subcommand at a terminal, types the password when it is asked for; returns (status, all that was to be seen)."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execl(program(), "coigate", *arguments, "--config", str(self.config))
        seen = b""
        while b"Password of " not in seen or not seen.endswith(b": "):
            seen += os.read(terminal, 4096)
        wait_until(lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO, 10, "the echo is off")
        os.write(terminal, password.encode() + b"\n")
        try:
            while chunk := os.read(terminal, 4096):
                seen += chunk
        except OSError:  # how a terminal says that its program has ended
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(terminal)
        return status, seen.decode()

    # Its process

    def proc(self, name):
        return pathlib.Path("/proc", str(self.process.pid), name)

    def limit(self, name):
        """(soft, hard) of one of its resource limits."""
        line = next(line for line in self.proc("limits").read_text().splitlines() if line.startswith(name))
        return tuple(line.removeprefix(name).split()[:2])


class Alone(Stage):
    """Only `gateway`, which a scenario starts."""

    def __init__(self):
        super().__init__()
        os.umask(0o022)  # as systemd's, so that a stricter one is coigate's own
        self.coigate = Service(self.work)
        self.servers = [self.coigate]

    def __enter__(self):
        return self
