"""OpenPGP data that is small and costs its reader much, if the reader lets it."""

import base64
import hashlib
import random
import struct
import time
import zlib

from gnupg import encrypted_mail, fields, packet


def _number(bits):
    """A random number of exactly that size [RFC 9580 §3.2]."""
    value = random.getrandbits(bits) | 1 | 1 << (bits - 1)
    return struct.pack(">H", bits) + value.to_bytes((bits + 7) // 8, "big")


def _subpacket(kind, data):
    return bytes([len(data) + 1, kind]) + data


def costly_key(address, bits=16384, most=7000, secret=False):
    """An RSA "key" of random numbers, the exponent as large as the modulus, with as many self-signatures as fit into `most` bytes."""
    public = b"\x04" + struct.pack(">I", int(time.time()) - 1000) + b"\x01" + _number(bits) + _number(bits)
    fingerprint = hashlib.sha1(b"\x99" + struct.pack(">H", len(public)) + public).digest()
    user_id = f"<{address}>".encode()
    out = packet(5 if secret else 6, public + (b"\0" * 10 if secret else b"")) + packet(13, user_id)
    while True:
        hashed = _subpacket(2, public[1:5]) + _subpacket(27, b"\x0f") + _subpacket(33, b"\x04" + fingerprint)
        head = b"\x04\x13\x01\x08" + struct.pack(">H", len(hashed)) + hashed
        signed = b"\x99" + struct.pack(">H", len(public)) + public + b"\xb4" + struct.pack(">I", len(user_id)) + user_id + head + \
            b"\x04\xff" + struct.pack(">I", len(head))
        signature = packet(2, head + b"\0\0" + hashlib.sha256(signed).digest()[:2] + _number(bits - 1))
        if len(out) + len(signature) > most:
            return out
        out += signature


def costly_autocrypt(address):
    """The field's value, with a costly key."""
    dense = base64.b64encode(costly_key(address)).decode()
    return f"addr={address}; keydata=" + "".join("\r\n " + dense[at:at + 900] for at in range(0, len(dense), 900))


def nested(octets=2 * 10 ** 11, layers=4):
    """Compressed packets [RFC 9580 §5.6] in each other, some kB; the innermost are `octets` of empty blocks that give nothing."""
    def deflated(data):
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        return squeeze.compress(data) + squeeze.flush(zlib.Z_FULL_FLUSH)
    begin, unit, times = b"\xa3\x01", b"\0\0\0\xff\xff", octets // 5
    for _ in range(layers - 1):
        copies = max(1, (1 << 20) // len(unit))
        begin, unit, times = b"\xa3\x01" + deflated(begin), deflated(unit * copies), max(1, times // copies)
    return begin + unit * times


def closed_as_it_is(gpg, packets, to):
    """Armoured: the packets, encrypted to the fingerprint without a look at them."""
    return gpg.run("--armor", "--no-literal", "--compress-algo", "none", "--encrypt", "--recipient", to, given=packets)[0]


def costly_armour(address):
    """An armoured secret key, costly."""
    dense = base64.encodebytes(costly_key(address, most=40000, secret=True)).decode()
    return "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n" + dense + "-----END PGP PRIVATE KEY BLOCK-----\n"


def costly_mail(program, sender):
    """A mail of nested compression, encrypted to Alice; `program`: encrypted_play.Play."""
    return encrypted_mail(fields(sender, program.address, "...")[0], closed_as_it_is(program.gpg, nested(), program.alice_key))
