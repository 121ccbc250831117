"""The same as invite for a Jabber user who has linked a mailbox: handshake, chat and receipts by its IMAP and SMTP servers."""

import invite
from scenario import play, scenario


@scenario
def alice_links_a_mailbox(alice, ana):
    """Alice links the mailbox ana@mail.test; she has no address before."""
    alice.uses_mailbox(ana)


play(__name__, of=invite)
