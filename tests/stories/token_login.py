"""Alice links her mailbox by an OAuth 2.0 access token; a stale one, and another's, are named.

[RFC 7628] OAUTHBEARER, and XOAUTH2. Dovecot validates the tokens (token_dovecot.py), for IMAP and for Postfix's submission.
"""

import functools
import re

from expect import check
from scenario import play, scenario
from token_dovecot import TokenDovecot


@scenario
def she_links_it_by_a_token(alice, bob, carol, dovecot):
    """Alice gives three tokens: a stale one, Bob's, and her own."""
    alice.cannot_link(carol, "OAuth token", dovecot.token(carol, seconds=-30), oauth="true")
    alice.cannot_link(carol, "OAuth token", dovecot.token(bob), oauth="true")
    alice.uses_mailbox(carol, dovecot.token(carol), oauth="true")
    alice.writes(bob, "Hello Bob, by a token")
    bob.reads("Hello Bob, by a token", From=carol)
    bob.answers("Hello Carol")
    alice.reads("Hello Carol", bob)
    by = rf"(Login|Logged in): user=<carol@mail\.test>, method={dovecot.mechanism.upper()}"
    check(re.search(by, dovecot.log_text()), f"Dovecot says that she logged in by {dovecot.mechanism}")


for each in ("oauthbearer", "xoauth2"):
    play(__name__, dovecot=functools.partial(TokenDovecot, mechanism=each))
