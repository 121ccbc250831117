"""A Dovecot whose users may log in by OAuth 2.0 access tokens, which it validates by itself (JSON Web Tokens, HS256)."""

import base64
import hashlib
import hmac
import json
import secrets
import time

from dovecot import Dovecot, is_since_2_4
from expect import address_of

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
    """Passwords for its users, and tokens for whoever has one. `mechanism`: oauthbearer [RFC 7628] or xoauth2."""

    def __init__(self, *arguments, mechanism):
        super().__init__(*arguments)
        self._secret = secrets.token_bytes(32)
        self.mechanism = mechanism
        key = self.folder / "keys/default/HS256/default"
        key.parent.mkdir(parents=True)
        key.write_bytes(base64.b64encode(self._secret))
        (self.folder / "oauth2.conf").write_text(OAUTH2.format(folder=self.folder))
        config = SINCE_2_4 if is_since_2_4() else BEFORE_2_4
        self.config.write_text(self.config.read_text() + config.format(mechanism=mechanism, folder=self.folder))

    def token(self, who, seconds=600):
        """A token of that user, which is valid for so long."""
        now, user = int(time.time()), address_of(who)
        claims = {"sub": user, "email": user, "iat": now - 60, "nbf": now - 60, "exp": now + seconds}
        signed = encoded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()) + b"." + encoded(json.dumps(claims).encode())
        return (signed + b"." + encoded(hmac.digest(self._secret, signed, hashlib.sha256))).decode()
