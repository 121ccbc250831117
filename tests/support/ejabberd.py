"""ejabberd as a private instance, without Erlang distribution (no epmd, no cookie, no other port)."""

import glob
import os
import socket

from server import Failure, Server, free_port, owned_folder

_CONFIG = """
hosts: ["{domain}"]
loglevel: info
log_rotate_count: 0
ca_file: "{ca_file}"
certfiles: ["{pem}"]
acl: {{gateway: {{server: "{component_domain}"}}}}
access_rules: {{register: [{{allow: all}}], gateway: [{{allow: gateway}}]}}
registration_timeout: infinity
listen:
  - {{port: {c2s}, ip: "127.0.0.1", module: ejabberd_c2s, starttls: true, max_stanza_size: 262144, shaper: none, access: all}}
  - port: {component}
    ip: "127.0.0.1"
    module: ejabberd_service
    access: all
    shaper_rule: none
    hosts:
      "{component_domain}": {{password: "{secret}"}}
auth_method: internal
auth_password_format: plain
modules:
  mod_disco: {{}}
  mod_ping: {{}}
  mod_privacy: {{}}
  mod_blocking: {{}}
  mod_roster: {{}}
  mod_mam: {{default: always}}
  mod_offline: {{}}
  mod_caps: {{}}
  mod_carboncopy: {{}}
  mod_stream_mgmt: {{}}
  mod_register: {{ip_access: all, access: register}}
  mod_pres_counter: {{count: 5, interval: 60}}
"""


class Ejabberd(Server):
    package = "ejabberd"
    user = "ejabberd"
    start_seconds = 90
    domain, component_domain, secret = "jabber.test", "coi.jabber.test", "a secret only for this play"
    grants = ""
    lets_ask_archives = False  # it knows no such right for components

    def __init__(self, work, certificates, users, ports=None):
        super().__init__(work)
        self.users = users
        self.ports = ports or {"Jabber clients": free_port(), "components": free_port()}
        self.c2s_port, self.component_port = self.ports.values()
        owned_folder(self.folder, self.user, 0o755)
        for name in ("spool", "logs"):
            owned_folder(self.folder / name, self.user)
        pem = self.folder / "server.pem"
        pem.write_text(certificates.certificate.read_text() + certificates.key.read_text())
        self.config = self.folder / "ejabberd.yml"
        self.config.write_text(_CONFIG.format(
            domain=self.domain, component_domain=self.component_domain, secret=self.secret, c2s=self.c2s_port,
            component=self.component_port, ca_file=certificates.ca_file, pem=pem) + self.grants)

    def add_user(self, name, password):
        """Registers a user as a client would [XEP-0077 §3.1]."""
        with socket.create_connection(("127.0.0.1", self.c2s_port), 20) as stream:
            def say(xml, until):
                stream.sendall(xml.encode())
                came = b""
                while until not in came and (chunk := stream.recv(4096)):
                    came += chunk
                return came
            say(f"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='{self.domain}'>",
                b"</stream:features>")
            answer = say(f"<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>{name}</username>"
                         f"<password>{password}</password></query></iq>", b"id='r'")
            if b"result" not in answer:
                raise Failure(f"ejabberd does not register {name}: {answer.decode()}")

    def environment(self):
        return os.environ | {"ERL_LIBS": os.path.dirname(glob.glob("/usr/lib/*/ejabberd-*")[0]), "EJABBERD_CONFIG_PATH": str(self.config),
                             "EJABBERD_LOG_PATH": str(self.folder / "logs" / "ejabberd.log"), "HOME": str(self.folder),
                             "ERL_CRASH_DUMP": str(self.folder / "crash.dump"), "LC_ALL": "C.UTF-8"}

    def command(self):
        register = ",".join(f'ejabberd_auth:try_register(<<"{name}">>, <<"{self.domain}">>, <<"{password}">>)'
                            for name, password in self.users.items())
        return ["erl", "-noinput", "+K", "true", "-mnesia", "dir", f'"{self.folder}/spool"', "-s", "ejabberd",
                "-eval", f'{{ok, _}} = application:ensure_all_started(ejabberd), {register}, io:format("users are there~n").']

    def is_ready(self):
        return super().is_ready() and "users are there" in self.log_text().rsplit("started again", 1)[-1]

    def log_tail(self, lines=40):
        log = self.folder / "logs" / "ejabberd.log"
        more = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
        return "\n".join([super().log_tail(lines), *("  " + line for line in more)])

    def start(self):
        with open(self.log, "a", encoding="utf-8") as log:
            log.write("started again\n")
        return super().start()


class EjabberdWithOwnMessages(Ejabberd):
    """Lets the component send messages on the users' behalf."""

    grants = "  mod_privilege: {message: {outgoing: gateway}}\n"


class EjabberdWithEvents(Ejabberd):
    """Its users publish things [XEP-0163]."""

    grants = "  mod_pubsub: {plugins: [flat, pep]}\n"
