"""coigate as a service, with no Jabber server in sight: ready, watched, reloaded, asked, stopped; and refused where it must be.

What systemd does is done by hand here: the notification socket, the watchdog's variable, the signals.
"""

import grp
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import sys
import termios
import types

from certificates import Certificates
from coigate import Coigate, program
from play import check, check_equal, tell
from server import Failure, free_port, wait_until, work_folder


def as_others():
    """In front of a command, so that root is a user as others are, who may not look into every process."""
    return ["setpriv", "--bounding-set=-all"] if os.geteuid() == 0 else []


class Service(Coigate):
    """A Coigate whose notifications are kept in `said`."""

    def __init__(self, work):
        nobody = types.SimpleNamespace(component_domain="coi.jabber.test", component_port=free_port(), domain="jabber.test", secret="xyzzy")
        super().__init__(work, nobody, Certificates(work), level="info")
        self.said = []

    def command(self):
        return [*as_others(), *super().command()]

    def environment(self):
        self.said = []
        return super().environment() | {"WATCHDOG_USEC": "400000"}

    def listen(self):
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

    def reload(self):
        self.forget()
        before = len(self.log_text())
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "READY=1" in self.listen(), 10, "READY=1 after SIGHUP")
        check(self.said.index("RELOADING=1") < self.said.index("READY=1"), "RELOADING=1 comes before READY=1")
        return self.log_text()[before:]

    def run(self, *arguments, config=None):
        return subprocess.run([program(), *arguments, "--config", str(config or self.config)], capture_output=True, text=True,
                              timeout=60, stdin=subprocess.DEVNULL, start_new_session=True)


def types_password(coigate):
    """account add on a terminal, for a mailbox whose servers nobody runs."""
    nowhere = f"127.0.0.1:{free_port()}"
    pid, terminal = pty.fork()
    if pid == 0:
        os.execl(program(), "coigate", "account", "add", "a@jabber.test", "a@mail.test", "--config", str(coigate.config),
                 "--imap-server", nowhere, "--smtp-server", nowhere)
    seen = b""
    while b"Password of a@mail.test: " not in seen:
        seen += os.read(terminal, 4096)
    wait_until(lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO, 10, "the echo is off")
    os.write(terminal, b"open sesame\n")
    try:
        while chunk := os.read(terminal, 4096):
            seen += chunk
    except OSError:  # how a terminal says that its program has ended
        pass
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    check(status == 1 and b"coigate: " in seen, "account add asks for the password, tries the login, and says what failed")
    check(b"sesame" not in seen, "the password is not shown")
    coigate.check_log("sesame")


def is_asked(coigate):
    tell("The subcommands ask it")
    check_equal(coigate.run("account", "list").stdout, "There are no accounts.\n", "account list: no accounts")
    check_equal(coigate.run("queue", "list").stdout, "Nothing waits.\n", "queue list: nothing waits")
    check_equal(coigate.run("queue", "list", "--json").stdout, "", "queue list --json: no lines")
    unknown = coigate.run("account", "show", "nobody@jabber.test")
    check(unknown.returncode == 1 and unknown.stderr.startswith("coigate: "), "account show of nobody is refused in words")
    check_equal(coigate.run("queue", "drop", "77").returncode, 1, "queue drop of what is not there is refused")
    types_password(coigate)
    silent = coigate.run("account", "add", "a@jabber.test", "a@mail.test")
    check(silent.returncode == 64 and "--password-file" in silent.stderr, "without a terminal the password must come from a file")


def keeps_its_secrets(coigate):
    tell("The process keeps its secrets")
    process = pathlib.Path("/proc", str(coigate.process.pid))
    core = next(line for line in process.joinpath("limits").read_text().splitlines() if line.startswith("Max core file size"))
    check_equal(core.split()[4:6], ["0", "0"], "no core is ever written")
    read = subprocess.run([*as_others(), "cat", process / "environ"], capture_output=True)
    check(read.returncode != 0 and b"denied" in read.stderr, "other processes of its user cannot look into it")
    check("Umask:\t0077" in process.joinpath("status").read_text(), "umask 077")
    check_equal(oct(coigate.folder.joinpath("store.key").stat().st_mode & 0o777), "0o600", "the key was made, for its owner alone")
    coigate.check_log("xyzzy")


def keeps_its_doors_apart(coigate):
    tell("Who may deliver mail may not administer")
    door = coigate.folder / "lmtp" / "socket"
    folder = door.parent.stat()
    check_equal((door.stat().st_gid, oct(door.stat().st_mode & 0o777)), (folder.st_gid, "0o660"), "the LMTP socket belongs to its folder's group")
    check(coigate.folder.joinpath("control").stat().st_gid != folder.st_gid, "and the control socket does not")
    good = coigate.config.read_text()
    coigate.config.write_text(good.replace("/lmtp/socket", "/lmtp"))
    check("relay.lmtp_listen: is in the folder of the control socket" in coigate.run("check").stdout, "check remarks upon both in one folder")
    coigate.config.write_text(good)


def is_reloaded(coigate):
    tell("SIGHUP")
    good = coigate.config.read_text()
    coigate.config.write_text(good.replace('level = "info"', 'level = "debug"').replace("coi.jabber.test", "other.jabber.test"))
    log = coigate.reload()
    check("log.level was taken over" in log, "what was taken over is named")
    check("xmpp.component" in log and "restart" in log, "what needs a restart is named")
    coigate.config.write_text("[xmpp]\ncomponent = 5\n[mial]\n")
    log = coigate.reload()
    check(":2: xmpp.component must be text" in log and ":3: there is no section [mial]" in log, "all problems of a broken file are named")
    check("nothing was reloaded" in log, "and nothing is taken over")
    coigate.config.write_text(good)
    coigate.reload()
    check_equal(coigate.run("queue", "list").returncode, 0, "it goes on serving")


def is_stopped(coigate):
    tell("SIGTERM")
    coigate.forget()
    check_equal(coigate.stop(), 0, "it ends with 0")
    check("STOPPING=1" in coigate.listen(), "and says STOPPING=1")
    check(not coigate.folder.joinpath("control").exists(), "the control socket is gone")
    late = coigate.run("account", "list")
    check(late.returncode == 69 and "coigate is not running" in late.stderr, "account list says that nobody answers")


def refuses(coigate):
    tell("What it refuses")
    bad = coigate.folder / "bad.toml"
    bad.write_text('[xmpp]\nsecret_file = "/nonexistent"\nservr = "a"\n')
    for command in ("check", "serve"):
        done = coigate.run(command, config=bad)
        check_equal(done.returncode, 2, f"{command} ends with 2")
        check(f"{bad}:3: there is no key xmpp.servr. Did you mean server?" in done.stderr and "xmpp.component is missing" in done.stderr
              and "/nonexistent does not exist" in done.stderr, f"{command} names all three problems")
    check_equal(coigate.run("check").returncode, 0, "check of the good file ends with 0")
    open_secret = coigate.folder / "secret"
    open_secret.chmod(0o644)
    done = coigate.run("check")
    check(done.returncode == 0 and "is open to every user" in done.stdout, "a secret that everybody can read is remarked upon")
    open_secret.chmod(0o600)


def main():
    work = work_folder()
    coigate = Service(work)
    coigate.folder.joinpath("secret").chmod(0o600)
    coigate.config.write_text(coigate.config.read_text().replace(f"127.0.0.1:{coigate.lmtp_port}", f"unix:{coigate.folder}/lmtp/socket"))
    coigate.folder.joinpath("lmtp").mkdir()
    os.chown(coigate.folder / "lmtp", -1, grp.getgrnam("mail").gr_gid)
    coigate.folder.joinpath("lmtp").chmod(0o2750)  # as coigate.tmpfiles makes it
    try:
        refuses(coigate)
        tell("Start, without a Jabber server")
        coigate.start()
        check(any(line.startswith("STATUS=") and "connecting to the Jabber server" in line for line in coigate.said), "STATUS says what is missing")
        is_asked(coigate)
        second = coigate.run("serve")
        check(second.returncode == 1 and "another coigate already runs" in second.stderr, "a second one on the same socket is refused")
        check_equal(coigate.run("queue", "list").returncode, 0, "and does not harm the first")
        keeps_its_secrets(coigate)
        keeps_its_doors_apart(coigate)
        is_reloaded(coigate)
        coigate.forget()
        wait_until(lambda: coigate.listen().count("WATCHDOG=1") >= 3, 10, "three WATCHDOG=1")
        check(True, "the loop tells the watchdog that it is alive")
        is_stopped(coigate)
    except Failure as failure:
        print(f"{failure}\n{coigate.log_tail()}", file=sys.stderr)
        return 1
    finally:
        coigate.kill()
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
