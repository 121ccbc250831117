"""Alice links a mailbox on a COI server: what the server files under COI/Chats reaches her, too, and nothing comes twice.

Debian has no COI server. Dovecot is dressed as one: it offers the capability, its METADATA say that COI is enabled, and
mail is filed by the detail of its recipient, as the message filter would.
"""

import subprocess

from dovecot import Dovecot, is_since_2_4
from play import World, check, check_equal
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

    def enables_coi(self, user):
        self._doveadm("mailbox", "create", "-u", user, self.chats)
        for name, value in (("enabled", "yes"), ("mailbox-root", "Talk"), ("message-filter", "active")):
            self._doveadm("mailbox", "metadata", "set", "-u", user, "-s", "", f"{ENTRY}/{name}", value)

    def _doveadm(self, *arguments):
        done = subprocess.run(["doveadm", "-c", self.config, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"doveadm {' '.join(arguments)}: {done.stderr}")


with World(dovecot=CoiDovecot, mail_people=("bob", "carol")) as world:
    alice, bob = world.jabber("alice"), world.mail("bob")
    world.dovecot.enables_coi("carol@mail.test")
    check_equal(alice.links("carol@mail.test").error, None, "Alice links a mailbox on a COI server")

    alice.writes("bob@mail.test", "Hello Bob, from a COI server")
    first = bob.reads("from a COI server")

    def filed(text, folder):
        """Bob's answer, delivered into that folder of Carol's."""
        mail = bob.compose("carol@mail.test", text, reply_to=first, headers={"Chat-Version": "1.0"})
        world.tell(f"{bob.address} → carol@mail.test, filed under {folder or 'INBOX'}: {text}")
        detail = f"+{folder}" if folder else ""
        code, words = world.dovecot.lmtp(mail.as_bytes(), f"carol{detail}@mail.test", bob.address)
        check_equal(code, 250, words)
        return mail

    filed("In the INBOX", "")
    alice.reads("In the INBOX", bob.address)
    moved = filed("Filed as a chat", CoiDovecot.chats)
    alice.reads("Filed as a chat", bob.address)

    world.dovecot.lmtp(moved.as_bytes(), "carol@mail.test", bob.address)
    filed("The last one", CoiDovecot.chats)
    alice.reads("The last one", bob.address)
    filed("And the very last", "")
    alice.reads("And the very last", bob.address)
    check(not any("Filed as a chat" in stanza.body for stanza in alice.came), "a copy in the other folder is no second message")
