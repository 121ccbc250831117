"""Lines of a story that must be true: each is printed when it is, and fails with what was expected and what was found."""

import email.message

from server import Failure


def tell(line):
    print(line, flush=True)


def check(holds, what):
    """A line that must be true."""
    if not holds:
        raise Failure(f"not true: {what}")
    tell(f"  ✓ {what}")


def check_equal(found, expected, what):
    if found != expected:
        raise Failure(f"not true: {what}\n  expected {expected!r}\n  found    {found!r}")
    tell(f"  ✓ {what}")


def check_words(text, words, what):
    """`text` contains each of `words` (a string or several)."""
    missing = [each for each in ([words] if isinstance(words, str) else words) if each not in text]
    if missing:
        raise Failure(f"not true: {what}\n  expected {', '.join(map(repr, missing))} in it\n  found    {text!r}")
    tell(f"  ✓ {what}")


def address_of(who):
    """The mail address of a person, or the address itself."""
    return getattr(who, "address", who)


def check_mail(mail, fields):
    """Header fields by name, `_` for `-`: a text, a person (address), a mail (Message-ID), `...` (there is one), None (there is none)."""
    for name, expected in fields.items():
        name = name.replace("_", "-")
        found = mail[name]
        if expected is ...:
            check(found, f"its {name} is there")
        elif expected is None:
            check_equal(found, None, f"it has no {name}")
        elif name in ("From", "To"):
            check_equal(found.addresses[0].addr_spec, address_of(expected), f"its {name} is {address_of(expected)}")
        else:
            if isinstance(expected, email.message.EmailMessage):
                expected = expected["Message-ID"]
            check_equal(found, expected, f"its {name} is {expected}")


ABOUT = {"replaces": "{urn:xmpp:message-correct:0}replace", "replies_to": "{urn:xmpp:reply:0}reply",
         "retracts": "{urn:xmpp:message-retract:1}retract",
         "confirms": "{urn:xmpp:receipts}received"}


def about(stanza, element):
    """The id of the message that a stanza is about by that element (a key of ABOUT); None if it has none."""
    found = stanza.xml.find(ABOUT[element])
    return None if found is None else found.get("id")


def check_stanza(stanza, starts="", has=(), lacks=(), type=None, **which):
    """How its body starts, what it has and lacks, its type, and which message it is about (ABOUT: an id, a stanza, or None)."""
    for words in [has] if isinstance(has, str) else has:
        if words not in stanza.body:
            raise Failure(f"not true: it has {words!r}\n  found    {stanza.body!r}")
    if not stanza.body.startswith(starts):
        raise Failure(f"not true: it starts with {starts!r}\n  found    {stanza.body!r}")
    for words in [lacks] if isinstance(lacks, str) else lacks:
        if words in stanza.body:
            raise Failure(f"not true: it lacks {words!r}\n  found    {stanza.body!r}")
    if type is not None:
        check_equal(stanza.type, type, f"its type is {type}")
    for name, expected in which.items():
        check_equal(about(stanza, name), getattr(expected, "id", expected), f"it {name.replace('_', ' ')} the expected message")
