"""Every specification that the code cites has a row in STANDARDS.md, and every row is true to its form."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "shared"))
sys.dont_write_bytecode = True
import source  # noqa: E402

CITATION = re.compile(r"\[[^\[\]\n]*\]")
SPEC = re.compile(r"\b(RFC \d+|XEP-\d{4}|COI-[A-Z]\b|NIST SP [\w-]+)")
ROW = re.compile(r"^\|(.+)\|(.+)\|(.+)\|(.+)\|\s*$")


def rows(text):
    """(line, spec, feature, verdict, files) of the table, without its head."""
    for number, line in enumerate(text.splitlines(), 1):
        match = ROW.match(line)
        if not match or re.fullmatch(r"[\s|:-]+", line) or match[1].strip() == "spec":
            continue
        yield number, *(cell.strip() for cell in match.groups())


def citations(root):
    """{spec: first place}; only inside brackets, which is how the house cites."""
    found = {}
    for path in source.files(root, ".cpp", ".h", ".py"):
        if path.parent.name == "lint":  # this file's bad examples
            continue
        text = path.read_text()
        for bracket in CITATION.finditer(text):
            for spec in SPEC.findall(bracket[0]):
                place = f"{path.relative_to(root).as_posix()}:{source.line_of(text, bracket.start())}"
                found.setdefault(spec, place)
    return found


def check(root):
    table = Path(root, "STANDARDS.md")
    if not table.exists():
        return ["STANDARDS.md is missing"]
    complaints, specs = [], set()
    for line, spec, _, verdict, files in rows(table.read_text()):
        specs.update(SPEC.findall(spec))
        if not re.match(r"(yes|partly|no)\b", verdict):
            complaints.append(f"STANDARDS.md:{line}: the verdict is yes, partly or no, not {verdict!r}")
        named = re.findall(r"[\w.-]+(?:/[\w.*-]+)+", files)
        if not named and not verdict.startswith("no"):
            complaints.append(f"STANDARDS.md:{line}: {spec} names no file")
        for file in named:
            if not list(Path(root).glob(file)):
                complaints.append(f"STANDARDS.md:{line}: {file} does not exist")
    for spec, place in sorted(citations(root).items()):
        if spec not in specs:
            complaints.append(f"{place}: {spec} is cited and has no row in STANDARDS.md")
    return complaints


HEAD = "| spec | section or feature | yes/partly/no | file |\n|---|---|---|---|\n"
GOOD = {
    "STANDARDS.md": HEAD + "| RFC 5321 | SMTP | partly: no VRFY | coi/a.cpp |\n| XEP-0999 | future | no | - |\n",
    "coi/a.cpp": "// [RFC 5321 §4.5.2] says so; RFC 1 is only spoken of.\n",
}
BAD = {
    "a missing table": ({"STANDARDS.md": HEAD}, "coi/a.cpp:1: RFC 5321 is cited"),
    "a citation without a row": ({"coi/b.h": "\n// [RFC 6186 §3, XEP-0114 §3]\n"}, "coi/b.h:2: XEP-0114 is cited"),
    "a COI citation without a row": ({"coi/b.h": '// [COI-C "Message-ID"]\n'}, "COI-C is cited"),
    "a row of a file that is gone": ({"STANDARDS.md": HEAD + "| RFC 5321 | x | yes | coi/gone.cpp |\n"}, "coi/gone.cpp does not exist"),
    "a row without a file": ({"STANDARDS.md": HEAD + "| RFC 5321 | x | yes | - |\n"}, "names no file"),
    "a verdict of another kind": ({"STANDARDS.md": HEAD + "| RFC 5321 | x | mostly | coi/a.cpp |\n"}, "not 'mostly'"),
}

if __name__ == "__main__":
    source.main(check, GOOD, BAD)
