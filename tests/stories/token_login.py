"""Alice links her mailbox by an OAuth 2.0 access token; a stale one, and another's, are named.

[RFC 7628] OAUTHBEARER, and XOAUTH2. Dovecot validates the tokens (JSON Web Tokens, HS256) by itself, for IMAP and for
Postfix's submission.
"""

import base64
import functools
import hashlib
import hmac
import json
import re
import secrets
import time

from dovecot import Dovecot, is_since_2_4
from play import World, check, check_equal

SINCE_2_4 = """
auth_mechanisms = plain login {mechanism}
oauth2 {{
  introspection_mode = local
  username_attribute = email
  oauth2_local_validation {{
    dict fs {{
      fs posix {{
        prefix = {folder}/keys/
      }}
    }}
  }}
}}
"""
BEFORE_2_4 = """
auth_mechanisms = plain login {mechanism}
passdb {{
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = {folder}/oauth2.conf
}}
"""
OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = email
"""


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class TokenDovecot(Dovecot):
    """Passwords for the people of the play, tokens for whoever brings one."""

    def __init__(self, *arguments, mechanism):
        super().__init__(*arguments)
        self._secret = secrets.token_bytes(32)
        key = self.folder / "keys/default/HS256/default"
        key.parent.mkdir(parents=True)
        key.write_bytes(base64.b64encode(self._secret))
        (self.folder / "oauth2.conf").write_text(OAUTH2.format(folder=self.folder))
        config = SINCE_2_4 if is_since_2_4() else BEFORE_2_4
        self.config.write_text(self.config.read_text() + config.format(mechanism=mechanism, folder=self.folder))

    def token(self, user, seconds=600):
        now = int(time.time())
        claims = {"sub": user, "email": user, "iat": now - 60, "nbf": now - 60, "exp": now + seconds}
        signed = encoded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()) + b"." + encoded(json.dumps(claims).encode())
        return (signed + b"." + encoded(hmac.digest(self._secret, signed, hashlib.sha256))).decode()


def play(mechanism):
    with World(dovecot=functools.partial(TokenDovecot, mechanism=mechanism), mail_people=("bob", "carol")) as world:
        alice, bob, token = world.jabber("alice"), world.mail("bob"), world.dovecot.token
        refused = alice.links("carol@mail.test", token("carol@mail.test", seconds=-30), oauth="true")
        check(refused.error and "OAuth token" in refused.error[1], f"a stale token is named: {refused.error}")
        refused = alice.links("carol@mail.test", token("bob@mail.test"), oauth="true")
        check(refused.error and "OAuth token" in refused.error[1], "so is a token of somebody else")
        check_equal(alice.links("carol@mail.test", token("carol@mail.test"), oauth="true").error, None, f"hers is taken by {mechanism}")
        alice.writes("bob@mail.test", "Hello Bob, by a token")
        mail = bob.reads("Hello Bob, by a token")
        check_equal(mail["From"].addresses[0].addr_spec, "carol@mail.test", "the mail is from her mailbox")
        bob.writes("carol@mail.test", "Hello Carol", reply_to=mail)
        alice.reads("Hello Carol", "bob@mail.test")
        logged_in = rf"(Login|Logged in): user=<carol@mail\.test>, method={mechanism.upper()}"
        check(re.search(logged_in, world.dovecot.log_text()), "Dovecot says so, too")


for each in ("oauthbearer", "xoauth2"):
    play(each)
