"""xmpp: URIs, as programs take them on their command line [RFC 5122]."""

from urllib.parse import quote


def chat_uri(jid, more=""):
    return f"xmpp:{quote(jid, safe='@')}?message{more}"
