"""Postfix as a private instance: takes mail for mail.test (to Dovecot) and for jabber.test (to coigate), both by LMTP.

Port `smtp` trusts this machine, as coigate's relay uses it; `submission` (STARTTLS) and `submissions` (TLS) want a login that
Dovecot checks. Mail to the addresses in FAILURES fails, each in its own way. Retries come within seconds, so that a play sees them.
"""

import re
import shutil
import subprocess

from server import Failure, Server, free_port, owned_folder

# Address: what the server answers to RCPT ("": it takes the mail, and Dovecot does not know the mailbox); what is wrong, for people.
FAILURES = {
    "nobody@mail.test": ("550 5.1.1 User unknown", "there is no such mailbox"),
    "full@mail.test": ("552 5.2.2 Mailbox full", "the mailbox is full"),
    "spam@mail.test": ("554 5.7.1 Message looks like spam", "it looks like spam"),
    "closed@mail.test": ("550 5.2.1 This mailbox is closed", "the mailbox takes no mail"),
    "later@mail.test": ("450 4.2.1 Try again later", "it waits and is tried again, for days"),
    "bounce@mail.test": ("", "it is taken, and comes back as a bounce"),
}

_MAIN = """
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = mx.mail.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
lmtp_dns_support_level = disabled
smtp_host_lookup = native
biff = no
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = mail.test
virtual_mailbox_maps = texthash:{folder}/etc/mailboxes
virtual_transport = lmtp:inet:127.0.0.1:{dovecot_lmtp}
relay_domains = jabber.test
relay_transport = lmtp:inet:127.0.0.1:{gateway_lmtp}
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/etc/refused
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{dovecot_sasl}
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_client_connection_count_limit = 0
smtpd_discard_ehlo_keywords =
message_size_limit = {size_limit}
mailbox_size_limit = 0
virtual_mailbox_limit = 0
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
transport_retry_time = 1s
lmtp_connect_timeout = 5s
default_destination_concurrency_failed_cohort_limit = 1000
"""

_MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes -o smtpd_tls_security_level=may -o mynetworks=
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{submissions} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes -o smtpd_tls_wrappermode=yes -o mynetworks=
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(Server):
    package = "postfix"

    def __init__(self, work, certificates, dovecot, gateway_lmtp_port, size_limit=30 * 1024 * 1024, ports=None):
        super().__init__(work)
        self.ports = ports or {what: free_port() for what in ("SMTP", "submission", "submission over TLS")}
        self.smtp_port, self.submission_port, self.submissions_port = self.ports.values()
        self.etc = self.folder / "etc"
        self.etc.mkdir(exist_ok=True)
        owned_folder(self.folder / "data", "postfix")
        self.log.touch()  # also written by what runs as "postfix": postsuper, when it finds a file that a killed cleanup left
        shutil.chown(self.log, "postfix")
        (self.folder / "queue").mkdir(exist_ok=True)
        self._write("mailboxes", {address: "mailbox" for address in [*dovecot.users, *FAILURES]})
        self._write("refused", {address: answer for address, (answer, _) in FAILURES.items() if answer})
        (self.etc / "main.cf").write_text(_MAIN.format(
            folder=self.folder, dovecot_lmtp=dovecot.lmtp_port, dovecot_sasl=dovecot.sasl_port,
            gateway_lmtp=gateway_lmtp_port, certificate=certificates.certificate, key=certificates.key, size_limit=size_limit))
        (self.etc / "master.cf").write_text(_MASTER.format(
            smtp=self.smtp_port, submission=self.submission_port, submissions=self.submissions_port))

    def _write(self, table, rows):
        (self.etc / table).write_text("".join(f"{key} {value}\n" for key, value in rows.items()))

    def command(self):
        check = subprocess.run(["/usr/sbin/postfix", "-c", self.etc, "check"], capture_output=True, text=True, check=False)
        if check.returncode != 0:
            raise Failure(f"Postfix does not accept its configuration:\n{check.stderr}\n{self.log_tail()}")
        return ["/usr/lib/postfix/sbin/master", "-c", str(self.etc), "-d"]

    def also_relays(self, domain, lmtp_port):
        """A second gateway's domain; before the start."""
        self._write("transport", {domain: f"lmtp:inet:127.0.0.1:{lmtp_port}"})
        config = self.etc / "main.cf"
        config.write_text(config.read_text().replace("relay_domains = ", f"relay_domains = {domain} ") +
                          f"transport_maps = texthash:{self.etc}/transport\n")

    def flush(self):
        """Tries everything in the queue again, now."""
        subprocess.run(["/usr/sbin/postqueue", "-c", self.etc, "-f"], check=True, capture_output=True)

    def queue_size(self):
        listing = subprocess.run(["/usr/sbin/postqueue", "-c", self.etc, "-j"], capture_output=True, text=True, check=True)
        return len(listing.stdout.splitlines())

    def message_ids(self):
        """The Message-ID of each mail that it took, in the order in which it took them."""
        return re.findall(r"cleanup\[\d+\]: \w+: message-id=(<[^>]*>)", self.log_text())
