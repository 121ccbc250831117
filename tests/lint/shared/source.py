"""What the lints share: the C++ files of the house, their text without comments, and a lint's way to prove itself.

A lint is `check(root)`, which answers a list of complaints. Before it looks at the house it must complain about each of its
bad examples, and must not about the good one: a rule that can no longer fail is found at once.
"""
import re
import sys
import tempfile
from pathlib import Path

ROOMS = ("config", "xmpp", "coi", "gateway")


def files(root, *suffixes, rooms=ROOMS + ("tests",)):
    """All files of these rooms with these suffixes, sorted; nothing that was built."""
    found = []
    for room in rooms:
        found += [path for path in Path(root, room).rglob("*") if path.suffix in suffixes and path.is_file()]
    return sorted(found)


def cpp(root, rooms=ROOMS + ("tests",)):
    return files(root, ".cpp", ".h", rooms=rooms)


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|(?:u8|[LuU])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)


def code_of(text):
    """The text with comments, strings and characters blanked; lines stay where they are."""
    return _TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def _complaints(check, example):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in example.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return check(Path(folder))


def prove(check, good, bad):
    """Exits if the lint is blind: `bad` is {what is wrong: ({file: text}, words of the complaint)}."""
    complaints = _complaints(check, good)
    if complaints:
        sys.exit(f"self-test: the good example is complained about: {complaints}")
    for wrong, (example, words) in bad.items():
        complaints = _complaints(check, good | example)
        if not any(words in complaint for complaint in complaints):
            sys.exit(f"self-test: {wrong} is not found; complaints: {complaints}")


def main(check, good, bad):
    prove(check, good, bad)
    if "--self-test" in sys.argv:
        print(f"{len(bad)} bad examples found")
        return
    complaints = check(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    for complaint in complaints:
        print(complaint)
    sys.exit(f"{len(complaints)} complaints" if complaints else 0)
