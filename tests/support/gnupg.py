"""Debian's gpg with a home of its own, and mail as Autocrypt programs build it on top: the people on the mail side of a play.

PGP/MIME [RFC 3156] by hand with Python's email, as K-9 and Thunderbird write it: `protected-headers="v1"` inside, `Subject: ...` outside.
Keys are named by their fingerprint everywhere: the people of a play have several for one address.
"""

import base64
import email
import email.policy
import email.utils
import pathlib
import re
import subprocess
import tempfile

from server import Failure

SMTP = email.policy.SMTP


class Opened:
    """What gpg says of a message: `plain` bytes, and its status lines."""

    def __init__(self, plain, status):
        self.plain, self.status = plain, status

    def is_good_by(self, fingerprint):
        return bool(re.search(rf"\[GNUPG:\] VALIDSIG .*{fingerprint}", self.status))

    @property
    def mail(self):
        return email.message_from_bytes(self.plain, policy=email.policy.default)


class Gnupg:
    def __init__(self, folder):
        self.home = folder
        self.home.mkdir(mode=0o700, parents=True)

    def run(self, *arguments, given=b"", proof=None):
        """(stdout, status lines); `proof`: the status line that says it went well, where gpg's exit status does not."""
        command = ["gpg", "--homedir", self.home, "--batch", "--no-tty", "--status-fd", "2", "--pinentry-mode", "loopback",
                   "--passphrase", "", "--trust-model", "always", *arguments]
        done = subprocess.run(list(map(str, command)), input=given, capture_output=True)
        status = done.stderr.decode(errors="replace")
        if (done.returncode != 0) if proof is None else (f"[GNUPG:] {proof}" not in status):
            raise Failure(f"gpg {' '.join(map(str, arguments))}: {status}")
        return done.stdout, status

    def close(self):
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], capture_output=True)

    def make_key(self, address, lifetime="0"):
        """Ed25519 and Cv25519, with the user id of an Autocrypt key; returns the fingerprint. `lifetime`: as gpg reads it."""
        _, status = self.run("--yes", "--quick-gen-key", f"<{address}>", "future-default", "default", lifetime)
        return re.search(r"KEY_CREATED \w (\w+)", status)[1]

    def revoke(self, fingerprint):
        """By the certificate that gpg made with the key."""
        certificate = (self.home / "openpgp-revocs.d" / f"{fingerprint}.rev").read_text()
        self.run("--import", given=certificate.replace(":-----BEGIN", "-----BEGIN").encode())

    def revoke_subkey(self, fingerprint):
        """Adds a subkey for encryption, and revokes the first one."""
        self.run("--quick-add-key", fingerprint, "cv25519", "encr", "0")
        subprocess.run(["gpg", "--homedir", str(self.home), "--no-tty", "--pinentry-mode", "loopback", "--passphrase", "", "--command-fd", "0",
                        "--edit-key", fingerprint], input=b"key 1\nrevkey\ny\n1\nstolen\n\ny\nsave\n", capture_output=True, check=True)

    def thief_reads(self, subkey, message):
        """What somebody reads in an armoured message who has stolen nothing but that secret subkey."""
        with tempfile.TemporaryDirectory(dir=self.home.parent) as folder:
            thief = Gnupg(pathlib.Path(folder) / "gpg")
            thief.run("--import", given=self.run("--export-secret-subkeys", subkey + "!")[0])
            shown = subprocess.run(["gpg", "--homedir", str(thief.home), "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--decrypt"],
                                   input=message if isinstance(message, bytes) else message.encode(), capture_output=True, check=False)
            thief.close()
        return shown.stdout

    def take_key(self, keydata):
        """Imports a public key; returns its fingerprint."""
        _, status = self.run("--import", given=keydata)
        return re.search(r"IMPORT_OK \d+ (\w+)", status)[1]

    def autocrypt(self, address, fingerprint, mutual=True):
        """The field's value, folded."""
        key = self.run("--export", "--export-options", "export-minimal", fingerprint)[0]
        dense = base64.b64encode(key).decode()
        lines = "".join(f"\r\n {dense[at:at + 72]}" for at in range(0, len(dense), 72))
        return f"addr={address};{' prefer-encrypt=mutual;' if mutual else ''} keydata={lines}"

    def close_message(self, plain, to, signer=None):
        """Armoured; encrypted to the fingerprint `to`, signed by `signer` if there is one."""
        sign = ["--sign", "--local-user", signer] if signer else []
        return self.run("--armor", "--encrypt", *sign, "--recipient", to, given=plain)[0]

    def open_mail(self, mail):
        """Decrypts a multipart/encrypted mail; Opened."""
        parts = list(mail.iter_parts())
        if mail.get_content_type() != "multipart/encrypted" or len(parts) != 2:
            raise Failure(f"not an encrypted mail:\n{mail.as_string()[:2000]}")
        # Hidden recipients: gpg tries all its keys, and calls each that does not fit an error.
        return Opened(*self.run("--decrypt", given=parts[1].get_content(), proof="DECRYPTION_OKAY"))


def entity(text, sender=None, to=None, subject=None, date=None, extra=(), content_type="text/plain; charset=utf-8"):
    """The inside of an encrypted mail, CRLF; with header fields it is protected by its type [RFC 9788, old form]."""
    fields = [("From", sender), ("To", to), ("Subject", subject), ("Date", date), *extra]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields if value)
    protected = '; protected-headers="v1"' if head else ""
    return (f"Content-Type: {content_type}{protected}\r\n{head}\r\n" + text.replace("\n", "\r\n") + "\r\n").encode()


def fields(sender, to, subject, autocrypt=None, date=None, extra=()):
    """An outer header block without its MIME fields, CRLF; returns (block, Message-ID)."""
    name = email.utils.make_msgid(domain=sender.split("@")[1])
    lines = [("From", sender), ("To", to), ("Subject", subject), ("Date", date or email.utils.formatdate()), ("Message-ID", name),
             ("Autocrypt", autocrypt), *extra, ("MIME-Version", "1.0")]
    return "".join(f"{field}: {value}\r\n" for field, value in lines if value), name


def clear_mail(header, text):
    return (header + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
            text.replace("\n", "\r\n") + "\r\n").encode()


def encrypted_mail(header, message):
    """[RFC 3156 §4]; `message`: armoured."""
    return (header + 'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="=_e"\r\n\r\n'
            "--=_e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
            '--=_e\r\nContent-Type: application/octet-stream; name="encrypted.asc"\r\n\r\n').encode() + \
        message.replace(b"\n", b"\r\n") + b"\r\n--=_e--\r\n"


def dearmoured(message):
    body = message.split(b"\n\n", 1)[1].split(b"\n=")[0]
    return base64.b64decode(body)


def armoured(packets):
    lines = base64.encodebytes(packets)  # the check sum may be left out [RFC 9580 §6.1]
    return b"-----BEGIN PGP MESSAGE-----\n\n" + lines + b"-----END PGP MESSAGE-----\n"


def packets(message):
    """[(tag, body)] of a short message: lengths known, new form or old [RFC 9580 §4.2]."""
    found, at = [], 0
    while at < len(message):
        head = message[at]
        if head & 0x40:
            tag, first = head & 0x3F, message[at + 1]
            width, length = (1, first) if first < 192 else (2, ((first - 192) << 8) + message[at + 2] + 192) if first < 224 else \
                (5, int.from_bytes(message[at + 2:at + 6], "big"))
        else:
            tag, width = head >> 2 & 0xF, 1 << (head & 3)
            length = int.from_bytes(message[at + 1:at + 1 + width], "big")
        start = at + 1 + width
        found.append((tag, message[start:start + length]))
        at = start + length
    return found


def packet(tag, body):
    return bytes([0xC0 | tag, 255]) + len(body).to_bytes(4, "big") + body


def tampered(message):
    """One bit changed in the middle of what is encrypted."""
    *session_keys, (tag, data) = packets(dearmoured(message))
    data = data[:len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1:]
    return armoured(b"".join(packet(*each) for each in [*session_keys, (tag, data)]))


def without_integrity(message):
    """The same as a packet of the kind that has no integrity protection (tag 9): the oldest attack on it."""
    *session_keys, (_, data) = packets(dearmoured(message))
    return armoured(b"".join(packet(*each) for each in [*session_keys, (9, data[1:-22])]))
