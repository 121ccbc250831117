#!/usr/bin/env python3
"""Prints the template of all texts for people, po/coigate.pot, from the say() calls in gateway/.

xgettext cannot tell say(lang, "text", {"argument"}) from say(lang, "singular", "plural", n): it does not see C++ braces. So the calls
are read here. A text is made of string literals only (concatenated, or chosen by ?:); anything else is an error with its place.
"""
import json
import re
import sys
from pathlib import Path

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|\w+|::|[^\s\w]', re.S)
OPEN, CLOSE = "([{", ")]}"


def tokens(source):
    """(line, token) without comments."""
    for match in TOKEN.finditer(source):
        if not match.group().startswith(("//", "/*")):
            yield source.count("\n", 0, match.start()) + 1, match.group()


def arguments(stream, at):
    """The arguments, as lists of tokens, of the call whose opening parenthesis is stream[at]."""
    found, depth = [[]], 0
    for _, token in stream[at:]:
        if token in CLOSE:
            depth -= 1
            if depth == 0:
                return found
        if token == "," and depth == 1:
            found.append([])
        elif depth > 0:
            found[-1].append(token)
        if token in OPEN:
            depth += 1
    return found


def literal(pieces):
    """The text of one or more adjacent string literals; None if anything else is among them."""
    if not pieces or not all(piece.startswith('"') for piece in pieces):
        return None
    return "".join(json.loads(piece) for piece in pieces)


def alternatives(argument):
    """The texts of `literal` or `condition ? literal : literal`; None if it is neither."""
    if "?" not in argument:
        return None if literal(argument) is None else [literal(argument)]
    rest = argument[argument.index("?") + 1:]
    if ":" not in rest:
        return None
    either, other = literal(rest[:rest.index(":")]), alternatives(rest[rest.index(":") + 1:])
    return None if either is None or other is None else [either, *other]


def extract(root):
    """{(msgid, plural or None): ["file:line", …]} and a list of errors."""
    found, errors = {}, []
    for path in sorted(Path(root, "gateway").rglob("*.cpp")):
        name = path.relative_to(root).as_posix()
        if name == "gateway/localization.cpp":
            continue
        stream = list(tokens(path.read_text()))
        for i, (line, token) in enumerate(stream[:-1]):
            later = token == "say_later" and stream[i + 1][1] == "("  # a text that a table keeps until it is said
            if not later and (token != "say" or stream[i + 1][1] != "(" or stream[i - 1][1] in (".", "std")):
                continue
            given = arguments(stream, i + 1)
            argument = given[0] if later else given[1] if len(given) > 1 else []
            texts = alternatives(argument)
            if texts is None:
                if len(argument) == 1 and argument[0].endswith("_later"):
                    continue
                errors.append(f"{name}:{line}: the text of say() must be a string literal; one from a table is marked there with "
                              "say_later(\"…\") and its variable's name ends in _later")
                continue
            plural = literal(given[2]) if len(given) > 3 and not later else None
            for text in texts:
                found.setdefault((text, plural), []).append(f"{name}:{line}")
    return found, errors


def quote(text):
    return json.dumps(text, ensure_ascii=False)


def main():
    found, errors = extract(Path(__file__).resolve().parent.parent)
    if errors:
        sys.exit("\n".join(errors))
    print('# The texts that coigate says to people; made by po/extract.py.\nmsgid ""\nmsgstr ""\n"Project-Id-Version: coigate\\n"\n'
          '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
          '"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"')
    for (text, plural), places in found.items():
        files = dict.fromkeys(place.split(":")[0] for place in places)  # without lines, which change with every edit
        print("\n" + "\n".join(f"#: {name}" for name in files))
        print(f"msgid {quote(text)}")
        print(f"msgid_plural {quote(plural)}\nmsgstr[0] \"\"\nmsgstr[1] \"\"" if plural else 'msgstr ""')


if __name__ == "__main__":
    main()
