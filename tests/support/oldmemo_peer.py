"""The other implementation of OMEMO 0.3: Debian's python3-oldmemo, one device that talks with one other, as an object and as a program.

As a program it reads one JSON object a line ({"do": "receive", "encrypted": XML}) and answers each with one. The elements are
written here: the library's own (oldmemo.etree) need a package that Debian does not install with it.
"""

import asyncio
import base64
import json
import secrets
import sys
import xml.etree.ElementTree as xml

import omemo
import x3dh
import xeddsa
from omemo.storage import Just, Nothing, Storage
from oldmemo import oldmemo

NS = "{%s}" % oldmemo.NAMESPACE
PEER = "bob@mail.test"


def _text(data):
    return base64.b64encode(data).decode()


def _key(key):
    return _text(oldmemo.StateImpl.serialize_public_key(key))


def print_element(element):
    """Without prefixes; the element is not to be used afterwards."""
    for each in element.iter():
        each.tag = each.tag.removeprefix(NS)
    element.set("xmlns", oldmemo.NAMESPACE)
    return xml.tostring(element).decode()


def _read(element, parse=oldmemo.StateImpl.parse_public_key):
    return parse(base64.b64decode(element.text))


class _Memory(Storage):
    def __init__(self):
        super().__init__(disable_cache=True)
        self._all = {}

    async def _load(self, key):
        return Just(self._all[key]) if key in self._all else Nothing()

    async def _store(self, key, value):
        self._all[key] = value

    async def _delete(self, key):
        self._all.pop(key, None)


class OldmemoPeer:
    def __init__(self):
        self.device = secrets.randbelow(2**31 - 1) + 1
        self._backend = oldmemo.Oldmemo(_Memory())
        self._session = None
        self._bundle = None  # of the correspondent
        self._peer = 0  # its device

    async def bundle(self):
        if await self._backend.get_num_visible_pre_keys() < 100:
            await self._backend.generate_pre_keys(100 - await self._backend.get_num_visible_pre_keys())
        ours = await self._backend.get_bundle("alice@jabber.test", self.device)
        keys, bundle = ours.bundle, xml.Element(NS + "bundle")
        # The sign of the identity key, which its form in the element does not say, is in the signature.
        signature = keys.signed_pre_key_sig[:63] + bytes([keys.signed_pre_key_sig[63] | keys.identity_key[31] & 0x80])
        xml.SubElement(bundle, NS + "signedPreKeyPublic", signedPreKeyId=str(ours.signed_pre_key_id)).text = _key(keys.signed_pre_key)
        xml.SubElement(bundle, NS + "signedPreKeySignature").text = _text(signature)
        xml.SubElement(bundle, NS + "identityKey").text = _key(xeddsa.ed25519_pub_to_curve25519_pub(keys.identity_key))
        prekeys = xml.SubElement(bundle, NS + "prekeys")
        for key in keys.pre_keys:
            xml.SubElement(prekeys, NS + "preKeyPublic", preKeyId=str(ours.pre_key_ids[key])).text = _key(key)
        return print_element(bundle)

    def knows(self, device, text):
        """The correspondent's bundle; it must be known before anything of theirs is read, for the sign of their key."""
        self._peer, bundle = device, xml.fromstring(text)
        signed = bundle.find(NS + "signedPreKeyPublic")
        signature = _read(bundle.find(NS + "signedPreKeySignature"), bytes)
        identity = xeddsa.curve25519_pub_to_ed25519_pub(_read(bundle.find(NS + "identityKey")), bool(signature[63] >> 7))
        ids = {_read(key): int(key.get("preKeyId")) for key in bundle.iter(NS + "preKeyPublic")}
        keys = x3dh.Bundle(identity, _read(signed), signature[:63] + bytes([signature[63] & 0x7F]), frozenset(ids))
        self._bundle = oldmemo.BundleImpl(PEER, device, keys, int(signed.get("signedPreKeyId")), ids)

    async def says(self, text):
        """An <encrypted/> element; "" is a KeyTransportElement."""
        plain = await (self._backend.encrypt_plaintext(text.encode()) if text else self._backend.encrypt_empty())
        content, key = plain
        exchange = None
        if self._session is None:
            self._session, material = await self._backend.build_session_active(PEER, self._peer, self._bundle, key)
            exchange = self._session.key_exchange
        else:
            material = await self._backend.encrypt_key_material(self._session, key)
            if self._session.initiation is omemo.session.Initiation.ACTIVE and not self._session.confirmed:
                exchange = self._session.key_exchange
        data = material.serialize()
        if exchange:
            data, _ = exchange.serialize(data)
        encrypted = xml.Element(NS + "encrypted")
        header = xml.SubElement(encrypted, NS + "header", sid=str(self.device))
        xml.SubElement(header, NS + "key", {"rid": str(self._peer)} | ({"prekey": "true"} if exchange else {})).text = _text(data)
        xml.SubElement(header, NS + "iv").text = _text(content.initialization_vector)
        if not content.empty:
            xml.SubElement(encrypted, NS + "payload").text = _text(content.ciphertext)
        return print_element(encrypted)

    async def receives(self, encrypted):
        element = xml.fromstring(encrypted)
        header, payload = element.find(NS + "header"), element.find(NS + "payload")
        mine = next(key for key in header.iter(NS + "key") if int(key.get("rid")) == self.device)
        data = base64.b64decode(mine.text)
        if mine.get("prekey"):
            sign = bool(self._bundle.identity_key[31] >> 7)
            exchange, data = oldmemo.KeyExchangeImpl.parse(data, sign)
            material = oldmemo.EncryptedKeyMaterialImpl.parse(data, PEER, self._peer)
            if self._session and self._session.key_exchange.builds_same_session(exchange):
                key = await self._backend.decrypt_key_material(self._session, material)
            else:
                self._session, key = await self._backend.build_session_passive(PEER, self._peer, exchange, material)
                await self._backend.delete_pre_key(self._session)
        else:
            material = oldmemo.EncryptedKeyMaterialImpl.parse(data, PEER, self._peer)
            key = await self._backend.decrypt_key_material(self._session, material)
        if payload is None:
            return ""
        content = oldmemo.ContentImpl(base64.b64decode(payload.text), base64.b64decode(header.find(NS + "iv").text))
        return (await self._backend.decrypt_plaintext(content, key)).decode()

    def forgets(self):
        """Its session is lost."""
        self._session = None


async def _does(peer, what):
    deed = what["do"]
    if deed == "bundle":
        return {"device": peer.device, "bundle": await peer.bundle()}
    if deed == "know":
        return {"fingerprint": peer.knows(what["device"], what["bundle"])}
    if deed == "say":
        return {"encrypted": await peer.says(what["text"])}
    if deed == "forget":
        return {"done": peer.forgets()}
    try:
        return {"text": await peer.receives(what["encrypted"])}
    except (omemo.session_manager.OMEMOException, StopIteration) as error:
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    alice = OldmemoPeer()
    for line in sys.stdin:
        print(json.dumps(asyncio.run(_does(alice, json.loads(line)))), flush=True)
