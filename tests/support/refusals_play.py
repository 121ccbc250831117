"""What the stories about refusals have in common: mail that the Jabber server refuses, between mail that it takes."""

import collections
import os
import time

from play import check, check_equal
from server import wait_until

TRIES = 1000 if os.environ.get("COIGATE_LONG") else 10


def seen(person, texts):
    came = {stanza.body for stanza in person.came}
    return [text for text in texts if text in came]


def are_refused(world, alice, kind, sender, friend, reader="alice@jabber.test"):
    """Nothing of `sender` to `reader` is answered with 250; everything of `friend` to Alice is, and comes. Returns the shortest time in
    which a friend's mail was answered."""
    begin, replies, fastest = time.monotonic(), collections.Counter(), []

    def delivers(person, text, to):
        return world.coigate.lmtp(person.compose(to, text).as_bytes(), to, person.address)[0]

    taken = collections.Counter()
    for i in range(TRIES):
        replies[delivers(sender, f"{kind} {i}.", reader)] += 1
        if i % 10 == 9:
            start = time.monotonic()
            taken[delivers(friend, f"a friend, {kind} {i}.", alice.jid)] += 1
            fastest.append(time.monotonic() - start)
    world.tell(f"{kind}: {dict(replies)} for {TRIES} mails, {dict(taken)} for those of a friend, in {time.monotonic() - begin:.1f} s")
    check(not replies[250] and replies[550], f"{kind}: no mail is answered as delivered")
    check_equal(set(taken), {250}, "a friend's is")
    friends = [f"a friend, {kind} {i}." for i in range(9, TRIES, 10)]
    wait_until(lambda: len(seen(alice, friends)) == len(friends), 30, "and all of it comes")
    check_equal(seen(alice, [f"{kind} {i}." for i in range(TRIES)]), [], "nothing else does")
    return min(fastest)
