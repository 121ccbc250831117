"""A program of the terminal, as its user sees it: pexpect types, pyte is the screen.

What was ever to be read is remembered, line by line: a text that has scrolled away has been shown. A line is new if
it stands on the screen more often than ever before. A thread reads all the time, so that the program never waits for us.
"""

import collections
import threading
import time

import pexpect
import pyte

from server import Failure

ROWS, COLUMNS = 60, 250


class Terminal:
    def __init__(self, command, environment, name):
        self.name, self._command, self._environment = name, command, environment
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._news = threading.Condition()
        self._lines, self._most = [], collections.Counter()
        self._child, self._ended = None, True

    def start(self):
        self._child = pexpect.spawn(self._command[0], [str(part) for part in self._command[1:]], env=self._environment,
                                    dimensions=(ROWS, COLUMNS), timeout=None)
        self._child.delaybeforesend = None
        self._ended = False
        threading.Thread(target=self._read, args=(self._child,), daemon=True).start()

    def _read(self, child):
        while True:
            try:
                data = child.read_nonblocking(65536, timeout=None)
            except (pexpect.EOF, OSError, ValueError):
                data = b""
            with self._news:
                if data:
                    self._stream.feed(data)
                    for line, times in collections.Counter(line.strip() for line in self._screen.display).items():
                        self._lines += [line] * max(0, times - self._most[line])
                        self._most[line] = max(times, self._most[line])
                self._ended = not data
                self._news.notify_all()
            if not data:
                return

    def types(self, line):
        """A line and the Enter key."""
        self._child.send(line.encode() + b"\r")

    def mark(self):
        """Here: what shows() is to look at begins after it."""
        with self._news:
            return len(self._lines)

    def shown(self, since=0):
        """All lines that were on the screen, oldest first."""
        with self._news:
            return self._lines[since:]

    def shows(self, text, seconds=30, since=0):
        """Waits until a line that contains `text` was on the screen; returns the line."""
        return self.shows_one((text,), seconds, since)

    def shows_one(self, texts, seconds=30, since=0):
        """Waits for a line that contains one of `texts`."""
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                for line in self._lines[since:]:
                    if any(text in line for text in texts):
                        return line
                if self._ended or not self._news.wait(deadline - time.monotonic()):
                    raise Failure(f"{self.name} does not show {' or '.join(map(repr, texts))} within {seconds:g} s; its screen:\n"
                                  f"{self._picture()}")

    def stands(self, *texts, seconds=30):
        """Waits until a line on the screen, as it is now, contains all `texts`; returns the line."""
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                for line in self._screen.display:
                    if all(text in line for text in texts):
                        return line.strip()
                if self._ended or not self._news.wait(deadline - time.monotonic()):
                    raise Failure(f"{self.name} does not show {texts} within {seconds:g} s; its screen:\n{self._picture()}")

    def count(self, text):
        """How many lines of the screen contain it, as it is now."""
        with self._news:
            return self._count(text)

    def counts(self, text, number, seconds=30):
        """Waits until that many lines of the screen contain it."""
        deadline = time.monotonic() + seconds
        with self._news:
            while self._count(text) < number:
                if self._ended or not self._news.wait(deadline - time.monotonic()):
                    raise Failure(f"{self.name} does not show {text!r} {number} times within {seconds:g} s; its screen:\n{self._picture()}")

    def _count(self, text):
        return sum(text in line for line in self._screen.display)

    def _picture(self):
        return "\n".join(line.rstrip() for line in self._screen.display if line.strip())

    @property
    def running(self):
        return not self._ended

    def kill(self):
        """SIGKILL, now."""
        if self._child is not None:
            self._child.close(force=True)

    def ends(self, seconds=10):
        """Waits for the end of the program; kills it if it does not come."""
        deadline = time.monotonic() + seconds
        with self._news:
            while not self._ended and self._news.wait(deadline - time.monotonic()):
                pass
        self.kill()


class TerminalClient:
    """A chat client in a terminal of its own; each program's class says how its user reads and types."""

    terminal: Terminal

    def mark(self):
        return self.terminal.mark()

    def shown(self, since=0):
        return self.terminal.shown(since)

    def kill(self):
        self.terminal.kill()

    def close(self):
        if self.terminal.running:
            self.terminal.types("/quit")
            self.terminal.ends()
