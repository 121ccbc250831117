"""A Dovecot that looks like a COI server: capability, METADATA, and mail filed by the detail of its recipient."""

import subprocess

from dovecot import Dovecot, is_since_2_4
from expect import address_of
from server import Failure

CONFIG = """
imap_metadata = yes
recipient_delimiter = +
lmtp_save_to_detail_mailbox = yes
"""
SINCE_2_4 = """
imap_capability {
  COI = yes
}
mail_attribute {
  dict file {
    path = %{home}/attributes
  }
}
"""
BEFORE_2_4 = """
imap_capability = +COI
mail_attribute_dict = file:%h/attributes
"""
ENTRY = "/private/vendor/vendor.dovecot/coi/config"


class CoiDovecot(Dovecot):
    """The root of the COI folders is renamed; its separator is Maildir's, a full stop."""
    chats = "Talk.Chats"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.config.write_text(self.config.read_text() + CONFIG + (SINCE_2_4 if is_since_2_4() else BEFORE_2_4))

    def enables_coi(self, who):
        self._doveadm("mailbox", "create", "-u", address_of(who), self.chats)
        for name, value in (("enabled", "yes"), ("mailbox-root", "Talk"), ("message-filter", "active")):
            self._doveadm("mailbox", "metadata", "set", "-u", address_of(who), "-s", "", f"{ENTRY}/{name}", value)

    def coi_setting(self, who, name):
        """Its value; "" where it is not set."""
        said = self._doveadm("mailbox", "metadata", "get", "-u", address_of(who), "-s", "", f"{ENTRY}/{name}")
        return said.strip()

    def _doveadm(self, *arguments):
        done = subprocess.run(["doveadm", "-c", self.config, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"doveadm {' '.join(arguments)}: {done.stderr}")
        return done.stdout
