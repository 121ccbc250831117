"""A Jabber client that speaks OMEMO 0.3 by the other library (tests/support/oldmemo_peer.py): one device of its user, with one contact."""

import asyncio
import base64
import secrets
import ssl
import urllib.request
import xml.etree.ElementTree as ET

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from expect import check, check_equal
from oldmemo_peer import NS, OldmemoPeer, print_element
from otr_play import sealed
from people import JabberPerson
from server import Failure

OMEMO = NS[1:-1]
LIST, BUNDLE = f"{OMEMO}.devicelist", f"{OMEMO}.bundles:"
PUBSUB = "http://jabber.org/protocol/pubsub"


class OldmemoClient(JabberPerson):
    """`access`: who may read what it publishes [XEP-0060 §4.5]; clients of today say "open", or "presence" by saying nothing."""

    def __init__(self, world, name):
        super().__init__(world, name)
        self.peer, self.contact = OldmemoPeer(), None
        self._number = 0

    @property
    def device(self):
        return self.peer.device

    def _does(self, coroutine):
        return asyncio.run(coroutine)

    # What it publishes

    def _publishes(self, node, payload, access):
        options = "" if not access else (
            "<publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>"
            f"{PUBSUB}#publish-options</value></field><field var='pubsub#access_model'><value>{access}</value></field></x></publish-options>")
        answer = self.iq(self.jid, "set", f"<pubsub xmlns='{PUBSUB}'><publish node='{node}'><item id='current'>{payload}</item></publish>"
                         f"{options}</pubsub>")
        check_equal(answer.type, "result", f"{node.rpartition('.')[2]} is published")

    def publishes_list(self, *devices, access=None):
        """The devices of the user, all at once."""
        items = "".join(f"<device id='{device.device}'/>" for device in devices)
        self._publishes(LIST, f"<list xmlns='{OMEMO}'>{items}</list>", access)

    def publishes_bundle(self, access=None):
        self._publishes(f"{BUNDLE}{self.device}", self._does(self.peer.bundle()), access)

    # What it reads of the contact

    def _item(self, node):
        answer = self.iq(self.contact, "get", f"<pubsub xmlns='{PUBSUB}'><items node='{node}'/></pubsub>")
        item = answer.xml.find(f"{{{PUBSUB}}}pubsub/{{{PUBSUB}}}items/{{{PUBSUB}}}item")
        if item is None:
            raise Failure(f"{self.contact} publishes no {node}: {answer}")
        return item[0]

    def meets(self, who):
        """Reads the contact's device and its keys."""
        self.contact = self.world.coigate.jid_of(who.address)
        devices = [int(each.get("id")) for each in self._item(LIST)]
        check_equal(len(devices), 1, "the contact has one device")
        self.peer.knows(devices[0], ET.tostring(self._item(f"{BUNDLE}{devices[0]}"), encoding="unicode"))

    # Messages

    def sends_encrypted(self, encrypted, extra="", body="no OMEMO here", stanza=None):
        """Returns the stanza's id."""
        self._number += 1
        stanza = stanza or f"omemo-{self.device}-{self._number}"
        fallback = f"<body>{body}</body>" if body else ""
        self.send(f"<message to='{self.contact}' type='chat' id='{stanza}' xml:lang='en'>{encrypted}{fallback}"
                  f"<encryption xmlns='urn:xmpp:eme:0' namespace='{OMEMO}' name='OMEMO'/><store xmlns='urn:xmpp:hints'/>{extra}</message>")
        return stanza

    def encrypts(self, text):
        return self._does(self.peer.says(sealed(text) if text else ""))

    def says(self, _who, text, **what):
        self.world.tell(f"{self.jid}, device {self.device} → {self.contact}: {text}")
        return self.sends_encrypted(self.encrypts(text), **what)

    def _is_of_contact(self, stanza):
        return stanza.kind == "message" and stanza.type != "error" and stanza.sender.split("/")[0] == self.contact and \
            stanza.xml.find(f"{NS}encrypted") is not None

    def _reads_next(self, what, seconds):
        """The next encrypted message of the contact: its stanza, and its text; None if it cannot be read."""
        stanza = self.wait_for(self._is_of_contact, seconds, what)
        try:
            return stanza, self._does(self.peer.receives(ET.tostring(stanza.xml.find(f"{NS}encrypted"), encoding="unicode")))
        except StopIteration:  # there is no key for this device
            return stanza, None
        except Exception as error:  # the library's exceptions have no base of their own
            self.world.tell(f"  {self.jid}, device {self.device} cannot read: {type(error).__name__}")
            return stanza, None

    def hears(self, text, who, seconds=30):
        """Waits for it, and skips what else comes; returns the stanza."""
        while True:
            stanza, heard = self._reads_next(f"{text!r} by OMEMO", seconds)
            if heard and sealed(text) in heard:
                check(text not in stanza.body, f"device {self.device} decrypts {text!r} of {who.address}; its body says: {stanza.body}")
                return stanza

    def is_told_by_omemo(self, words, who, seconds=30):
        """By the gateway, in the conversation with `who`."""
        while True:
            _, heard = self._reads_next(f"{words!r} by OMEMO", seconds)
            if heard and words in heard:
                return self.world.tell(f"  {self.jid} is told by OMEMO, in the conversation with {who.address}: {heard}")

    def cannot_read_next(self, seconds=30):
        stanza, heard = self._reads_next("an encrypted message", seconds)
        check_equal(heard, None, f"device {self.device} cannot read what came")
        return stanza

    def gets_new_session(self, seconds=30):
        """By an empty message that starts one [XEP-0384 §4.6]."""
        def starts_one(stanza):
            return self._is_of_contact(stanza) and stanza.xml.find(f"{NS}encrypted/{NS}payload") is None
        stanza = self.wait_for(starts_one, seconds, "a new session")
        self._does(self.peer.receives(ET.tostring(stanza.xml.find(f"{NS}encrypted"), encoding="unicode")))
        self.world.tell(f"  {self.jid}, device {self.device}: a new session of the gateway")

    def is_confirmed(self, seconds=30):
        """Its session, by an empty message in it; its next message needs no prekey."""
        def is_empty(stanza):
            return self._is_of_contact(stanza) and stanza.xml.find(f"{NS}encrypted/{NS}payload") is None
        stanza = self.wait_for(is_empty, seconds, "an empty message")
        keys = stanza.xml.findall(f"{NS}encrypted/{NS}header/{NS}key")
        check_equal([key.get("prekey") for key in keys], [None], "it is in the session of the device")
        self._does(self.peer.receives(ET.tostring(stanza.xml.find(f"{NS}encrypted"), encoding="unicode")))

    # Files [XEP-0454]

    def sends_sealed_file(self, _who, name, content):
        """Encrypted on the file store, and its key in the encrypted link; returns the stanza's id."""
        key, iv = secrets.token_bytes(32), secrets.token_bytes(12)
        url = self.uploads(name, "application/octet-stream", AESGCM(key).encrypt(iv, content, None))
        self.world.tell(f"{self.jid}, device {self.device} → {self.contact}: the file {name}")
        link = f"aesgcm://{url.removeprefix('https://')}#{(iv + key).hex()}"
        return self.sends_encrypted(self._does(self.peer.says(link)))

    def opens_sealed_file(self, who, kind, seconds=40):
        """Waits for the link to a file of this kind (".png"); returns the file's bytes."""
        while True:
            stanza, link = self._reads_next(f"a file of {who.address}", seconds)
            if link and link.startswith("aesgcm://"):
                break
        check("aesgcm" not in ET.tostring(stanza.xml, encoding="unicode"), "the link stands nowhere in the clear")
        url, _, secret = link.removeprefix("aesgcm://").partition("#")
        check(url.endswith(kind), f"device {self.device} is sent a file {kind}: {url}")
        context = ssl.create_default_context(cafile=self.world.certificates.ca_file)
        with urllib.request.urlopen(f"https://{url}", context=context, timeout=20) as answer:
            sealed_bytes = answer.read()
        secret = bytes.fromhex(secret)
        return AESGCM(secret[-32:]).decrypt(secret[:-32], sealed_bytes, None)

    def forgets_session(self):
        self.peer.forgets()

    def is_left_out(self, seconds=30):
        """The next encrypted message is for other devices."""
        stanza = self.wait_for(self._is_of_contact, seconds, "an encrypted message")
        return str(self.device) not in [key.get("rid") for key in stanza.xml.findall(f"{NS}encrypted/{NS}header/{NS}key")]

    def settles(self):
        """What the server has to tell the gateway of the published list stands before this question (on Prosody)."""
        check(self.answers(self.world.coigate.domain), "the gateway answers")

    @staticmethod
    def damaged(encrypted):
        """The authentication code of the message key is another one."""
        element = ET.fromstring(encrypted)
        for key in element.iter(NS + "key"):
            data = base64.b64decode(key.text)
            key.text = base64.b64encode(data[:-1] + bytes([data[-1] ^ 1])).decode()
        return print_element(element)
