"""A rain of hostile mail and stanzas, over and over, and what it does to the event loop and to other users."""

import base64
import threading
import time

from coigate import program
from expect import check, check_equal, tell

SECONDS = 12  # of rain
FEW = 20  # messages of people who have nothing to do with it
MEGABYTE = 1_000_000

def filled(piece, size=MEGABYTE):
    """Lines of `piece`, so many octets."""
    line = piece * (900 // len(piece) + 1) + "\r\n"
    return line * (size // len(line))


def html(body):
    return "Content-Type: text/html; charset=utf-8\r\n\r\n" + body


def parts(count, head, body):
    return "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + f"--b\r\n{head}\r\n\r\n{body}\r\n" * count + "--b--\r\n"


def nested(depth, body):
    return "".join(f"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n" for i in range(depth)) + body


PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
BASE64 = "Content-Type: application/x\r\nContent-Transfer-Encoding: base64"

# What stands after the first header fields of each mail.
CASES = {
    "attributes": lambda: html("<p " + " ".join(f"a{i}='x'" for i in range(200_000)) + ">x"),
    "elements": lambda: html("<span>" * 990 + filled("<p>x</p>")),
    "end tags": lambda: html("<b>" * 999 + filled("</p></i></u>")),
    "links": lambda: html(filled("<a href=http://x.test>", MEGABYTE // 2) + "x" + filled("</a>", MEGABYTE // 2)),
    "entities": lambda: html(filled("&lt;&nbsp;&#120;")),
    "comments": lambda: html(filled("<!--")),
    "styles": lambda: html(filled("<p style='margin:0'>x")),
    "text parts": lambda: parts(190, "Content-Type: text/plain", filled("word ", 20_000)),
    "html parts": lambda: parts(4, "Content-Type: text/html", filled("<p>x")),
    "charsets": lambda: parts(20, "Content-Type: text/plain; charset=utf-7", filled("+AAA-", 100_000)),
    "line ends": lambda: PLAIN + "\r\n" * MEGABYTE,
    "attachment": lambda: parts(1, BASE64, base64.encodebytes(bytes(3 * MEGABYTE)).decode().replace("\n", "\r\n")),
    "depth": lambda: nested(19, html(filled("<p>x"))),
    "too deep": lambda: nested(2000, PLAIN),
    "boundaries": lambda: f"Content-Type: multipart/mixed; boundary={'b' * 60}\r\n\r\n" + ("--" + "b" * 59 + "\r\n") * 50_000,
    "parameters": lambda: "Content-Type: text/plain" + "".join(f"; a*{i}*=%41" for i in range(2200)) + "\r\n\r\nx",
    "continuations": lambda: "Content-Type: text/plain" + "".join(f"; a{i}*0*=utf-8''x" for i in range(1600)) + "\r\n\r\nx",
    "fields": lambda: "".join(f"X-{i}: y\r\n" for i in range(12_000)) + "\r\nx",
    "hops": lambda: "Received: x\r\n" * 15_000 + "\r\nx",
    "addresses": lambda: ("Cc: " + "a@xn--mnchen-3ya.test, " * 1400 + "\r\n") * 7 + "\r\nx",
    "comments in addresses": lambda: ("To: " + "(" * 31_000 + "\r\n") * 7 + "\r\nx",
    "encoded words": lambda: "X-Loop: " + "=?gb18030?b?gTCBMA==?= " * 1300 + "\r\n\r\nx",
    "references": lambda: "References: " + "<a@b> " * 5000 + "\r\n\r\nx",
    "quotes": lambda: PLAIN + "From: x\r\nx\r\n" * 20_000,
    "signatures": lambda: PLAIN + "-- \r\n" * 50_000,
    "attributions": lambda: PLAIN + "on 12:00 wrote x\r\nabc\r\n" * 12_000,
    "flowed": lambda: PLAIN.replace("utf-8", "utf-8; format=flowed; delsp=yes") + (">" * 500 + " a \r\n") * 500,
    "reports": lambda: "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
                       "Final-Recipient: rfc822;a\r\nAction: failed\r\n\r\n" * 5000 + "--b--\r\n",
    "armor": lambda: PLAIN + "-----BEGIN PGP MESSAGE-----\r\n\r\nxx\r\n-----END PGP MESSAGE-----\r\n" * 4000,
}


def hostile(name, number):
    """The mail of a case, from somebody else each time."""
    return (f"From: Eve <eve@evil{number % 7}.test>\r\nTo: alice@jabber.test\r\nSubject: {name}\r\n"
            f"Message-ID: <{number}@evil.test>\r\nMIME-Version: 1.0\r\n").encode() + MAILS[name].encode()


MAILS = {name: make() for name, make in CASES.items()}


class Shower(threading.Thread):
    """Gives mails to `deliver`, again and again until the end, and each once."""

    def __init__(self, first, names, deliver, until):
        super().__init__(daemon=True)
        self.first, self.names, self.deliver, self.until, self.answers = first, names, deliver, until, {}
        self.start()

    def run(self):
        number = 0
        while time.monotonic() < self.until or len(self.answers) < len(self.names):
            name = self.names[number % len(self.names)]
            self.answers[name] = self.deliver(hostile(name, self.first + number))
            number += 1


def shower(jabber, contact, until):
    """A user's own client sends what is large and wide; now and then, because it holds Prosody up for more than a second."""
    while time.monotonic() < until:
        jabber.send(f"<message to='{contact}' type='chat'><body>{'long ' * 30_000}</body></message>")
        jabber.send(f"<message to='{contact}' type='chat'><body>Hi</body><x xmlns='x:y'>{'<a/>' * 20_000}</x></message>")
        time.sleep(SECONDS / 4)


def middle(figures):
    return sorted(figures)[len(figures) // 2]


class Rain:
    """Two mail servers write to Alice by the relay, one to Zoe's mailbox, and Eve's client sends what is large and wide.

    `zoe` has nothing to do with it. measure() does it all; what it has measured is then held against limits.
    """

    def __init__(self, gateway, dovecot, alice, zoe, eve, mailbox):
        self.gateway, self.dovecot, self.alice, self.zoe, self.eve, self.mailbox = gateway, dovecot, alice, zoe, eve, mailbox
        self.is_sanitized = b"__asan_init" in open(program(), "rb").read()

    def _wait_of_others(self, number):
        """How long a message to Zoe takes."""
        began = time.monotonic()
        self.gateway.lmtp(f"From: bob@mail.test\r\nTo: zoe@jabber.test\r\nMessage-ID: <{number}@fair.test>\r\n"
                          f"Chat-Version: 1.0\r\n\r\nfair {number}.".encode(), "zoe@jabber.test", "bob@mail.test")
        self.zoe.reads(f"fair {number}.", "bob@mail.test")
        return time.monotonic() - began

    def measure(self):
        calm = self.gateway.heartbeat(1000)
        self.calm_waits = [self._wait_of_others(f"before {i}") for i in range(5)]
        until, eve = time.monotonic() + SECONDS, "eve@evil.test"
        relay = [Shower(100_000 * i, list(MAILS)[i::2], lambda mail: self.gateway.lmtp(mail, self.alice.address, eve), until) for i in (0, 1)]
        mailbox = Shower(200_000, list(MAILS), lambda mail: self.dovecot.lmtp(mail, self.mailbox.address, eve), until)
        threading.Thread(target=shower, args=(self.eve, self.gateway.jid_of("bob@mail.test"), until), daemon=True).start()
        measured, self.waits = [], []
        measuring = threading.Thread(target=lambda: measured.append(self.gateway.heartbeat(SECONDS * 1000)), daemon=True)
        measuring.start()
        while time.monotonic() < until:
            self.waits.append(self._wait_of_others(len(self.waits)))
            time.sleep(SECONDS / FEW / 2)
        measuring.join(60)
        for each in [*relay, mailbox]:
            each.join(120)
        self.figures, self.answers = measured[0], relay[0].answers | relay[1].answers
        self.calm_waits += [self._wait_of_others(f"after {i}") for i in range(5)]
        tell(f"  calm {calm}\n  in the rain {self.figures}\n  others waited {middle(self.waits):.3f} s, at most {max(self.waits):.3f} s; calm "
             f"{middle(self.calm_waits):.3f} s, at most {max(self.calm_waits):.3f} s")

    def each_mail_got_a_verdict(self):
        check_equal(set(self.answers), set(MAILS), "each mail got an answer")
        odd = {name: answer for name, answer in self.answers.items() if answer[0] not in (250, 451, 452, 550, 552, 554)}
        check_equal(odd, {}, "which is a verdict")

    def loop_was_held_at_most(self, milliseconds):
        """Sanitizers take five times the processor's time, so the limit is five times as high with them."""
        limit = milliseconds * (5 if self.is_sanitized else 1)
        check(self.figures["held_worst"] < limit, f"nothing holds the loop for {limit} ms")

    def others_waited_at_most(self, seconds):
        """Where the loop is late without being held up, it is the machine that has no time: a message passes the loop a few times."""
        limit = max(seconds, 10 * max(self.calm_waits), 10 * self.figures["late_p99"] / 1000)
        check(middle(self.waits) < limit, f"others' messages come within {limit:.1f} s")
