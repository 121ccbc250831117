"""A scripted IMAP server with TLS that can be thousands of mailboxes at once, and a submission server that takes any login.

[RFC 3501], [RFC 2177] IDLE, [RFC 4954] AUTH PLAIN: just what a linked mailbox says. It runs on a thread of its own; a mailbox
is made by its first login. What it counts is the benchmark's: logins, resumed TLS sessions, who waits in IDLE.
"""

import asyncio
import base64
import re
import ssl
import threading
import time

CAPABILITIES = "IMAP4rev1 IDLE LITERAL+ SASL-IR AUTH=PLAIN"


class Mailbox:
    def __init__(self):
        self.mails = []
        self.idling = set()  # writers to tell of new mail


class ImapPeer:
    def __init__(self, certificate, key, imap_port, submission_port):
        self.imap_port, self.submission_port = imap_port, submission_port
        self.mailboxes, self.logins, self.resumed, self._writers = {}, 0, 0, set()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, key)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._call(self._listen())

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    async def _listen(self):
        options = {"ssl": self._tls, "backlog": 4096}
        self._servers = [await asyncio.start_server(self._imap, "127.0.0.1", self.imap_port, **options),
                         await asyncio.start_server(self._submission, "127.0.0.1", self.submission_port, **options)]

    def idling(self):
        return sum(len(mailbox.idling) for mailbox in list(self.mailboxes.values()))

    def deliver(self, user, mail):
        """Puts the mail there and tells who waits; the time (monotonic ns) at which they were told."""
        return self._call(self._deliver(user, mail))

    async def _deliver(self, user, mail):
        mailbox = self.mailboxes[user]
        mailbox.mails.append(mail)
        at = time.monotonic_ns()
        for writer in mailbox.idling:
            writer.write(b"* %d EXISTS\r\n" % len(mailbox.mails))
        return at

    def drop_all(self):
        """Ends every connection at once, as a server that is restarted."""
        async def drop():
            self.logins = self.resumed = 0
            for writer in list(self._writers):
                writer.transport.abort()
        self._call(drop())

    async def _imap(self, reader, writer):
        self._writers.add(writer)
        user = mailbox = None
        try:
            writer.write(f"* OK [CAPABILITY {CAPABILITIES}] ready\r\n".encode())
            while line := await reader.readline():
                tag, _, command = line.decode().rstrip("\r\n").partition(" ")
                verb = command.split(" ")[0].upper()
                if verb in ("LOGIN", "AUTHENTICATE"):
                    user = await self._login(command, reader, writer)
                    mailbox = self.mailboxes.setdefault(user, Mailbox())
                    self.logins += 1
                    self.resumed += writer.get_extra_info("ssl_object").session_reused
                    writer.write(f"{tag} OK [CAPABILITY {CAPABILITIES}] logged in\r\n".encode())
                elif verb == "IDLE":
                    await self._idle(tag, mailbox, reader, writer)
                else:
                    self._answer(tag, verb, command, mailbox, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    @staticmethod
    async def _login(command, reader, writer):
        words = command.split(" ")
        if words[0].upper() == "LOGIN":
            return words[1].strip('"')
        if len(words) == 2:
            writer.write(b"+ \r\n")
            words.append((await reader.readline()).decode().strip())
        return base64.b64decode(words[2]).split(b"\0")[1].decode()

    @staticmethod
    async def _idle(tag, mailbox, reader, writer):
        writer.write(b"+ idling\r\n")
        mailbox.idling.add(writer)
        try:
            await reader.readline()  # DONE
        finally:
            mailbox.idling.discard(writer)
        writer.write(f"{tag} OK done\r\n".encode())

    @staticmethod
    def _answer(tag, verb, command, mailbox, writer):
        if verb == "CAPABILITY":
            writer.write(f"* CAPABILITY {CAPABILITIES}\r\n".encode())
        elif verb == "LIST":
            writer.write(b'* LIST (\\HasNoChildren) "/" INBOX\r\n')
        elif verb in ("SELECT", "EXAMINE"):
            writer.write(f"* {len(mailbox.mails)} EXISTS\r\n* OK [UIDVALIDITY 1] 1\r\n"
                         f"* OK [UIDNEXT {len(mailbox.mails) + 1}] next\r\n* FLAGS (\\Seen)\r\n".encode())
        elif "FETCH" in command.upper().split(" ")[:2]:
            first, last = re.search(r"FETCH (\d+)(?::(\d+|\*))?", command, re.I).groups()
            last = first if last is None else len(mailbox.mails) if last == "*" else last
            for number in range(int(first), min(int(last), len(mailbox.mails)) + 1):
                mail = mailbox.mails[number - 1]
                what = (f"BODY[] {{{len(mail)}}}\r\n".encode() + mail if "BODY" in command.upper() else
                        b"FLAGS () RFC822.SIZE %d" % len(mail))
                writer.write(b"* %d FETCH (UID %d %s)\r\n" % (number, number, what))
        elif verb == "LOGOUT":
            writer.write(b"* BYE\r\n")
        writer.write(f"{tag} OK done\r\n".encode())

    async def _submission(self, reader, writer):
        try:
            writer.write(b"220 localhost ESMTP\r\n")
            while line := await reader.readline():
                words = line.decode().split()
                verb = words[0].upper()
                if verb == "AUTH" and len(words) == 2:
                    writer.write(b"334 \r\n")
                    await reader.readline()
                writer.write({"EHLO": b"250-localhost\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n", "AUTH": b"235 welcome\r\n",
                              "QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n"))
                if verb == "QUIT":
                    break
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()
