"""Dovecot as a private instance: IMAP (STARTTLS and TLS), LMTP for Postfix, and SASL for Postfix's submission port."""

import functools
import imaplib
import re
import subprocess

from expect import address_of
from lmtp import LmtpServer
from server import Server, free_port, owned_folder, wait_until

_COMMON = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
listen = 127.0.0.1
ssl = yes
auth_mechanisms = plain login scram-sha-1 scram-sha-256
auth_failure_delay = 0
auth_cache_size = 0
first_valid_uid = 8
mail_max_userip_connections = 100
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener sasl {{
    port = {sasl}
  }}
}}
"""

# Dovecot 2.4 has other names for much, and wants to know first for which version a configuration was written.
_SINCE_2_4 = """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = imap lmtp
ssl_server_cert_file = {certificate}
ssl_server_key_file = {key}
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
passdb passwd-file {{
  passwd_file_path = {folder}/users
}}
userdb static {{
  fields {{
    uid = mail
    gid = mail
    home = {folder}/mail/%{{user}}
  }}
}}
"""

_BEFORE_2_4 = """
protocols = imap lmtp
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u
}}
"""


@functools.cache
def is_since_2_4():
    """Whether the installed Dovecot takes the configuration language of 2.4."""
    said = subprocess.run(["/usr/sbin/dovecot", "--version"], capture_output=True, text=True, check=False).stdout
    return [int(number) for number in re.findall(r"\d+", said)[:2]] >= [2, 4]


class Dovecot(LmtpServer, Server):
    package = "dovecot-imapd"

    def __init__(self, work, certificates, users, ports=None):
        """`users`: mail address to password."""
        super().__init__(work)
        self.ports = ports or {what: free_port() for what in ("IMAP", "IMAP over TLS", "LMTP", "SASL")}
        self.imap_port, self.imaps_port, self.lmtp_port, self.sasl_port = self.ports.values()
        owned_folder(self.folder / "mail", "mail")
        self.config = self.folder / "dovecot.conf"
        self.config.write_text(((_SINCE_2_4 if is_since_2_4() else _BEFORE_2_4) + _COMMON).format(
            folder=self.folder, certificate=certificates.certificate, key=certificates.key, imap=self.imap_port,
            imaps=self.imaps_port, lmtp=self.lmtp_port, sasl=self.sasl_port))
        self.users = {}
        for address, password in users.items():
            self.set_password(address, password)

    def set_password(self, address, password):
        """Adds a user, or changes the password; from then on only that one logs in."""
        self.users[address] = password
        fresh = self.folder / "users.new"
        fresh.write_text("".join(f"{user}:{{PLAIN}}{secret}\n" for user, secret in self.users.items()))
        fresh.chmod(0o644)
        fresh.rename(self.folder / "users")
        if self.running():  # it looks at the file once a second
            wait_until(lambda: self._logs_in(address, password), 20, f"{address} logs in by the new password")

    def _logs_in(self, address, password):
        with imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=20) as client:
            try:
                client.login(address, password)
            except imaplib.IMAP4.error:
                return False
            return True

    def restarts(self):
        self.stop()
        self.start()

    def cuts_off(self, who, words, octets):
        """Damages the user's mail with those words: its file is shorter than its name says."""
        box = self.folder / "mail" / address_of(who) / "Maildir"
        broken = next(file for file in [*box.glob("new/*"), *box.glob("cur/*")] if words in file.read_bytes())
        broken.write_bytes(broken.read_bytes()[:-octets])

    def command(self):
        return ["/usr/sbin/dovecot", "-F", "-c", str(self.config)]


class DovecotWithoutSent(Dovecot):
    """No folder is made for sent mail, and none is marked."""

    def __init__(self, *arguments, **setting):
        super().__init__(*arguments, **setting)
        text = self.config.read_text()
        begin = text.index("  mailbox Sent {")
        self.config.write_text(text[:begin] + text[text.index("}\n", begin) + 2:])


class DovecotWithSubaddresses(Dovecot):
    """Mail to `name+Folder@mail.test` is put into that folder."""

    def __init__(self, *arguments, **setting):
        super().__init__(*arguments, **setting)
        self.config.write_text(self.config.read_text() + "lmtp_save_to_detail_mailbox = yes\n")
