"""Counts numbered messages: which arrived, which twice, and whether a repeat had the id of its first copy."""

import re
from collections import defaultdict


class Tally:
    """`word` is what stands before the number in a text: "chat 0042." """

    def __init__(self, word):
        self.word = word
        self._pattern = re.compile(rf"\b{word} (\d{{4}})\.")
        self.ids = defaultdict(list)  # number: the id of each copy, in order of arrival

    def text(self, number):
        return f"{self.word} {number:04}."

    def take(self, text, message_id):
        """Counts a message that came; one that is not numbered by this tally is ignored."""
        found = self._pattern.search(text)
        if found:
            self.ids[int(found[1])].append(message_id)

    def missing(self, total):
        return [number for number in range(total) if number not in self.ids]

    @property
    def repeats(self):
        return sum(len(copies) - 1 for copies in self.ids.values())

    @property
    def with_two_ids(self):
        return {number: copies for number, copies in self.ids.items() if len(set(copies)) > 1}
