"""Prosody as a private instance: c2s and component ports, accounts in plain files, message archive on."""

import os
import pathlib
import pwd
import shutil

from server import Server, free_port, owned_folder

ROOT = pathlib.Path(__file__).resolve().parents[2]

_CONFIG = """
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
plugin_paths = {{ "{plugins}" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {c2s} }}
component_ports = {{ {component} }}
component_interfaces = {{ "127.0.0.1" }}
modules_enabled = {{ "roster", "saslauth", "tls", "disco", "ping", "mam", "offline", "carbons", "smacks", "blocklist", "pep", "vcard4", "register" }}
modules_disabled = {{ "s2s" }}
bounce_blocked_messages = true
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
ssl = {{ key = "{key}", certificate = "{certificate}" }}
http_ports = {{ }}
https_ports = {{ {files} }}
https_interfaces = {{ "127.0.0.1" }}
https_ssl = {{ key = "{key}", certificate = "{certificate}" }}
VirtualHost "{domain}"
{host}Component "{component_domain}"
    component_secret = "{secret}"
{component_modules}{more}"""

# Lets the component ask the users' archives for what it missed, as docs/admin.md tells.
_GRANT = """    modules_enabled = {{ "privilege", "privilege_archive" }}
    privileged_entities = {{ ["{component_domain}"] = {{ iq = {{ ["urn:xmpp:mam:2"] = "set" }} }} }}
"""


# Lets it name contacts in the users' contact lists.
_ROSTER_GRANT = """    modules_enabled = {{ "privilege" }}
    privileged_entities = {{ ["{component_domain}"] = {{ roster = "both" }} }}
"""


# Lets it ask for room in the users' file store on their behalf.
_FILES_GRANT = """    modules_enabled = {{ "privilege" }}
    privileged_entities = {{ ["{component_domain}"] = {{ iq = {{ ["urn:xmpp:http:upload:0"] = "get" }} }} }}
"""

# Lets it send messages on the users' behalf.
_MESSAGE_GRANT = """    modules_enabled = {{ "privilege" }}
    privileged_entities = {{ ["{component_domain}"] = {{ message = "outgoing" }} }}
"""

# A file store, where clients find it by service discovery.
_FILES = """Component "upload.{domain}" "http_file_share"
    http_host = "localhost"
    http_external_url = "https://localhost:{port}/"
    http_file_share_size_limit = {largest}
    http_file_share_access = {{ {access} }}
"""


class Prosody(Server):
    package = "prosody"
    user = "prosody"
    lets_ask_archives = lets_name_contacts = lets_store_for_users = lets_send_for_users = False
    largest_file = 0  # bytes; 0: there is no file store
    domain, component_domain, secret = "jabber.test", "coi.jabber.test", "a secret only for this play"

    def __init__(self, work, certificates, users, ports=None):
        super().__init__(work)
        self.ports = ports or {"Jabber clients": free_port(), "components": free_port()}
        if self.largest_file:
            self.ports["files"] = free_port()
        self.c2s_port, self.component_port = list(self.ports.values())[:2]
        owned_folder(self.folder, self.user, 0o755)
        (self.folder / "certs").mkdir(exist_ok=True)  # it looks there, whatever `ssl` says
        self.config = self.folder / "prosody.cfg.lua"
        self.config.write_text(_CONFIG.format(
            folder=self.folder, c2s=self.c2s_port, component=self.component_port, domain=self.domain,
            component_domain=self.component_domain, secret=self.secret, key=certificates.key,
            certificate=certificates.certificate, plugins=self._plugins(), files=self.ports.get("files", ""),
            host=self._grant().format(component_domain=self.component_domain),
            component_modules='    modules_enabled = { "privilege" }\n' if self._grant() else "", more=self._file_store()))
        for name, password in users.items():
            self.add_user(name, password)

    def _grant(self):
        return (_GRANT if self.lets_ask_archives else _ROSTER_GRANT if self.lets_name_contacts
                else _FILES_GRANT if self.lets_store_for_users else _MESSAGE_GRANT if self.lets_send_for_users else "")

    def _file_store(self):
        """Where the component may not ask for the users, it asks for itself."""
        if not self.largest_file:
            return ""
        access = "" if self.lets_store_for_users else f'"{self.domain}", "{self.component_domain}"'
        return _FILES.format(domain=self.domain, port=self.ports["files"], largest=self.largest_file, access=access)

    def add_user(self, name, password):
        """A client account; `name` is a plain local part."""
        folder = owned_folder(self.folder / "data", self.user)
        for part in (self.domain.replace(".", "%2e"), "accounts"):
            folder = owned_folder(folder / part, self.user)
        file = folder / f"{name}.dat"
        file.write_text(f'return {{ ["password"] = "{password}"; }};\n')
        entry = pwd.getpwnam(self.user)
        os.chown(file, entry.pw_uid, entry.pw_gid)

    def _plugins(self):
        """Our own module, where Prosody's user can read it."""
        folder = owned_folder(self.folder / "plugins", self.user)
        if self.lets_ask_archives:
            shutil.copy(ROOT / "prosody/mod_privilege_archive.lua", folder)
        return folder

    def command(self):
        return ["prosody", "-F", "--config", str(self.config)]


class ProsodyWithArchive(Prosody):
    """Lets the component ask the users' archives (mod_privilege of prosody-modules, and our module beside it)."""

    lets_ask_archives = True


class ProsodyWithRoster(Prosody):
    """Lets the component name contacts in the users' contact lists (mod_privilege of prosody-modules)."""

    lets_name_contacts = True


class ProsodyWithOwnMessages(Prosody):
    """Lets the component send messages on the users' behalf (mod_privilege of prosody-modules)."""

    lets_send_for_users = True


class ProsodyWithFiles(Prosody):
    """Has a file store, and lets the component use it on the users' behalf (mod_privilege of prosody-modules)."""

    lets_store_for_users = True
    largest_file = 100_000


class ProsodyWithOwnFiles(Prosody):
    """Has a file store, and lets the component use it for itself."""

    largest_file = 100_000


class ProsodyWithOwnMessagesAndFiles(ProsodyWithOwnMessages):
    """Has a file store beside, and lets the component use it for itself."""

    largest_file = 100_000
