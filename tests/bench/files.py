"""What a file of 10 MB costs each way: memory beside what the gateway holds at rest, time, and CPU.

Into Jabber by LMTP, onto the gateway's own file store, and out of that store; to mail from an HTTPS server. Each figure is a function of a
Benchmark (tests/bench/run). Memory is the most that was resident while the file was carried, over what was resident before.
"""

import email.policy
import pathlib
import smtplib
import ssl
import time
import urllib.request
from email.message import EmailMessage

from world import Failure, Gateway, JabberServer, figure, free_port

from file_server import FileServer

MEGABYTE = 1_000_000


class Cost:
    """`with Cost(gateway, "name")`: prints what the gateway took meanwhile."""

    def __init__(self, gateway, name, most_kib):
        self.gateway, self.name, self.most_kib = gateway, name, most_kib

    def __enter__(self):
        pathlib.Path(f"/proc/{self.gateway.process.pid}/clear_refs").write_text("5")  # what was resident at most begins anew
        self.resident, self.cpu, self.start = self.gateway.resident_kib(), self.gateway.cpu(), time.monotonic()

    def __exit__(self, kind, *_):
        if kind:
            return
        figure(f"{self.name}_ms", (time.monotonic() - self.start) * 1000)
        figure(f"{self.name}_cpu_ms", (self.gateway.cpu() - self.cpu) / 1000)
        memory = self.gateway.most_resident_kib() - self.resident
        figure(f"{self.name}_memory_kib", memory, f"<={self.most_kib:.0f}", memory <= self.most_kib)


def mail_with(content, number, headers=()):
    mail = EmailMessage(policy=email.policy.SMTP)
    for name, value in {"Date": "Sat, 21 Nov 2026 12:00:00 +0000", "From": "Bob <bob0@sink.test>", "To": "user0@jabber.test",
                        "Subject": "Message from Bob", "Message-ID": f"<chat${number}.file@sink.test>", "Chat-Version": "1.0", **dict(headers)}.items():
        mail[name] = value
    mail.set_content("")
    mail.add_attachment(content, "image", "jpeg", filename="earth.jpg")
    return mail.as_bytes()


def give(gateway, mail):
    """By LMTP, without smtplib's search for dots, which takes longer than all else."""
    with smtplib.LMTP("127.0.0.1", gateway.lmtp_port, timeout=60) as lmtp:
        lmtp.ehlo("bench.test")
        lmtp.mail("bob0@sink.test")
        lmtp.rcpt("user0@jabber.test")
        lmtp.docmd("DATA")
        lmtp.send(mail + b".\r\n")
        code, words = lmtp.getreply()
    if code != 250:
        raise Failure(f"the mail with the file was refused: {code} {words}\n{gateway.log_tail()}")


def world(benchmark, mail_port):
    """A gateway with a file store of its own, where user0 has written before."""
    benchmark.worlds += 1
    gateway = Gateway(benchmark.work / f"world{benchmark.worlds}", JabberServer(mail_port), benchmark.certificates, mail_port)
    port, certificates = free_port(), benchmark.certificates
    gateway.change_config("[relay]", f"""[files]
listen = "127.0.0.1:{port}"
url = "https://localhost:{port}/files/"
tls_certificate = "{certificates.certificate}"
tls_key = "{certificates.key}"

[relay]""")
    gateway.start()
    gateway.jabber.peer.say("pump 50")
    gateway.jabber.peer.hear("pumped")
    gateway.jabber.peer.say("mails 50")
    gateway.jabber.peer.hear("mails")
    return gateway


def files(benchmark):
    """Each way once to warm up with a small file, and then the large one."""
    content = bytes(range(251)) * (10 * MEGABYTE // 251)
    port = free_port()
    gateway = world(benchmark, port)
    jabber = gateway.jabber.peer

    def comes(mail):
        jabber.say("expect 1")
        give(gateway, mail)
        jabber.hear("received")

    comes(mail_with(content[:1000], 1))
    large = mail_with(content, 2)
    with Cost(gateway, "file_to_jabber", 1024):
        comes(large)

    link = next((gateway.store / "files").glob("*.earth.jpg"))
    largest = max((gateway.store / "files").iterdir(), key=lambda path: path.stat().st_size)
    token, _, name = largest.name.split(".", 2)
    url = gateway.config.read_text().split('url = "https', 1)[1].split('"', 1)[0]
    context = ssl.create_default_context(cafile=benchmark.certificates.ca_file)

    def visitor(address):
        with urllib.request.urlopen(address, context=context, timeout=60) as answer:
            return len(answer.read())
    small = link.name.split(".", 2)
    visitor(f"https{url}{small[0]}/{small[2]}")
    with Cost(gateway, "file_served", 1024):
        if visitor(f"https{url}{token}/{name}") != len(content):
            raise Failure("it is not the file")

    with FileServer(benchmark.certificates) as store:
        def goes_to_mail(what, name):
            jabber.say(f"share {store.has(name, 'image/jpeg', what)}")
            jabber.say("mails 1")
            jabber.hear("mails")
        goes_to_mail(content[:1000], "small.jpg")
        gateway.drained()
        with Cost(gateway, "file_to_mail", 1024):
            goes_to_mail(content, "earth.jpg")
    benchmark.end(gateway)
