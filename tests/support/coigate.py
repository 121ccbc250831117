"""coigate itself as a private instance, beside whichever Jabber and mail servers the play has.

The program is $COIGATE, else the newest of build/dev and build/release. It is ready when it says so by sd_notify.
"""

import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess

from expect import check_equal
from lmtp import LmtpServer
from server import Failure, Server, free_port, listens, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]

_CONFIG = """
[xmpp]
component = "{component}"
server = "127.0.0.1:{component_port}"
secret_file = "{folder}/secret"
domain = "{jabber_domain}"

[store]
url = "sqlite:{store}/coigate.db"
key_file = "{folder}/store.key"

[mail]
ca_file = "{ca_file}"
allow_private_servers = true
register_domains = ["{jabber_domain}"]
ehlo_name = "coigate.mail.test"
{mail}
[relay]
domain = "{relay_domain}"
lmtp_listen = "127.0.0.1:{lmtp}"
smtp_server = "127.0.0.1:{smtp}"
smtp_security = "none"

[log]
level = "{level}"

[control]
socket = "{folder}/control"
"""


def program():
    """The coigate to play with."""
    if os.environ.get("COIGATE"):
        return os.environ["COIGATE"]
    built = [path for path in (ROOT / "build/dev/coigate", ROOT / "build/release/coigate") if path.exists()]
    if not built:
        raise Failure("there is no build/dev/coigate or build/release/coigate yet: build first, or set COIGATE")
    return str(max(built, key=lambda path: path.stat().st_mtime))


class Coigate(LmtpServer, Server):
    package = "(its own build)"

    def __init__(self, work, jabber_server, certificates, lmtp_port=None, smtp_port=25, relay_domain="jabber.test", store=None,
                 mail="", level="debug", more=""):
        """`store`: folder of the database, if not its own; `mail`: more lines for [mail]; `more`: further tables."""
        super().__init__(work)
        self.lmtp_port = lmtp_port or free_port()
        self.ports = {"LMTP": self.lmtp_port}
        self.store = store or self.folder
        self.domain = jabber_server.component_domain
        secret = self.folder / "secret"
        secret.write_text(jabber_server.secret + "\n")
        secret.chmod(0o600)
        self.config = self.folder / "coigate.toml"
        self.config.write_text(_CONFIG.format(
            folder=self.folder, component=self.domain, component_port=jabber_server.component_port, store=self.store,
            jabber_domain=jabber_server.domain, ca_file=certificates.ca_file, mail=mail, relay_domain=relay_domain,
            lmtp=self.lmtp_port, smtp=smtp_port, level=level) + more)
        self._notify = None

    def command(self):
        return [program(), "serve", "--config", str(self.config)]

    def environment(self):
        path = self.folder / "notify"
        path.unlink(missing_ok=True)
        if self._notify is not None:
            self._notify.close()
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(str(path))
        self._notify.setblocking(False)
        self._said_ready = False
        return super().environment() | {"NOTIFY_SOCKET": str(path)}

    def is_ready(self):
        try:
            while True:  # all of it: coigate says nothing into a full queue
                self._said_ready = b"READY=1" in self._notify.recv(4096) or self._said_ready
        except BlockingIOError:
            return self._said_ready and listens(self.lmtp_port)

    def change_config(self, old, new):
        """Puts `new` in the place of `old`; where coigate runs it has taken that over afterwards."""
        text = self.config.read_text()
        if old not in text:
            raise Failure(f"there is no {old!r} in coigate's configuration")
        text = text.replace(old, new)
        if self.running():
            self.reloads(text)
        else:
            self.config.write_text(text)

    def reloads(self, text, logged=""):
        """`text` is its configuration from now on; coigate has looked at it (SIGHUP), and its log has `logged`."""
        self.config.write_text(text)
        self.is_ready()  # what it said before is out of the way
        self._said_ready = False
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.is_ready() and logged in self.log_text(), 10, "coigate has looked at its new configuration")

    def jid_of(self, address):
        """The contact's JID of a mail address [XEP-0106]."""
        escaped = address.replace("\\", "\\5c")
        for char, code in ((" ", "20"), ('"', "22"), ("&", "26"), ("'", "27"), ("/", "2f"), (":", "3a"), ("<", "3c"), (">", "3e"),
                           ("@", "40")):
            escaped = escaped.replace(char, "\\" + code)
        return f"{escaped}@{self.domain}"

    def memory(self):
        """Resident memory in MiB."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20

    def ends_well(self):
        """Ends it by SIGTERM; its exit status must be 0."""
        check_equal(self.stop(), 0, "coigate ends with 0")

    def kills_zygote(self):
        """SIGKILL to the process that starts the processes for OpenPGP."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
            os.kill(int(children.read().split()[0]), signal.SIGKILL)

    def restarts(self):
        self.ends_well()
        self.start()

    def stored(self, query, *values):
        """The rows of a query on the store."""
        with sqlite3.connect(f"file:{self.store}/coigate.db?mode=ro", uri=True) as store:
            return store.execute(query, values).fetchall()

    def accounts(self):
        """The JIDs of the accounts that the running gateway has."""
        done = subprocess.run([program(), "account", "list", "--json", "--config", str(self.config)], capture_output=True, text=True,
                              check=True)
        return [json.loads(line)["jid"] for line in done.stdout.splitlines()]

    def account(self, jid, kind="mailbox"):
        """What the admin is shown of a user's account."""
        done = subprocess.run([program(), "account", "show", jid, "--json", "--config", str(self.config)], capture_output=True,
                              text=True, check=True)
        return next(row for row in map(json.loads, done.stdout.splitlines()) if row["kind"] == kind)

    def queue(self):
        """What waits in the running gateway, a line each."""
        done = subprocess.run([program(), "queue", "list", "--json", "--config", str(self.config)], capture_output=True, text=True,
                              check=True)
        return done.stdout.splitlines()

    def lets_go(self, number):
        """Its admin has a message of the queue tried now."""
        subprocess.run([program(), "queue", "retry", str(number), "--config", str(self.config)], capture_output=True, check=True)

    def waits_with(self, count):
        """Waits until so many messages are in its queue; returns them, as the admin is shown them."""
        wait_until(lambda: len(self.queue()) == count, 20, lambda: f"{count} in the queue: {self.queue()}")
        return [json.loads(line) for line in self.queue()]

    def heartbeat(self, milliseconds):
        """How late the loop was, and how long it was held, for so long from now on (gateway/daemon/heartbeat.h)."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.folder / "control"))
            control.sendall(json.dumps({"verb": "loop.heartbeat", "milliseconds": milliseconds}).encode() + b"\n")
            return json.loads(control.makefile().readline())

    def check_log(self, *secrets):
        """Fails if one of `secrets` (a body, a password) stands in the log."""
        log = self.log_text()
        for secret in secrets:
            if secret in log:
                raise Failure(f"coigate's log shows what it must never show: {secret!r}")
