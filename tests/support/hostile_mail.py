"""Mail as an attacker gives it: bytes that no mail program writes, in an LMTP session that waits for no answer."""

import smtplib
import socket

from expect import address_of, tell


def chat(sender, to, text, message_id, head=""):
    """A COI mail, byte by byte; `head`: more lines of its header."""
    return (f"From: {address_of(sender)}\r\nTo: {address_of(to)}\r\nMessage-ID: <{message_id}>\r\nMIME-Version: 1.0\r\n"
            f"Chat-Version: 1.0\r\n{head}\r\n{text}").encode()


# Headers that make a mail of many parts, of nested parts, of many fields, of many addresses.
MEMORY_BOMBS = [
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "--b\r\n\r\nx\r\n" * 100_000,
    "".join(f"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n" for i in range(2000)),
    "X-A: b\r\n" * 200_000,
    "Cc: " + ",\r\n ".join(f"u{i}@mail.test" for i in range(200_000)) + "\r\n",
]


def raw_lmtp(server, mail, to, sender):
    """Sends a whole LMTP session at once, the mail as it is; returns what is said to the mail's end, as (code, line)."""
    with socket.create_connection(("127.0.0.1", server.lmtp_port), timeout=60) as peer:
        peer.sendall(b"LHLO attacker.test\r\nMAIL FROM:<%s>\r\nRCPT TO:<%s>\r\nDATA\r\n" % (address_of(sender).encode(), address_of(to).encode()) +
                     mail + b"\r\n.\r\nQUIT\r\n")
        peer.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: peer.recv(65536), b"")).decode(errors="replace").splitlines()
    begun = next((i for i, line in enumerate(said) if line.startswith("354")), len(said) - 2)
    end = said[begun + 1] if len(said) > begun + 1 else "421 closed"
    tell(f"  {server.name}'s LMTP: {end}")
    return int(end[:3]), end


def codes_of_recipients(server, to, sender, count):
    """Names a recipient so many times in one transaction, without waiting; returns the codes of the answers."""
    with smtplib.LMTP("127.0.0.1", server.lmtp_port, timeout=60) as peer:
        peer.ehlo("attacker.test")
        peer.mail(address_of(sender))
        peer.send(b"RCPT TO:<%s>\r\n" % address_of(to).encode() * count)
        return [peer.getreply()[0] for _ in range(count)]
