"""Every cited section exists: [RFC 5321 §4.5.2], [XEP-0184 §5.3] and [COI-C "Message Encryption"] stand in sections.txt.

A line of that table is a specification and its sections, or the headings that the house cites where sections have no
numbers. What is `unchecked` there may be cited with any section. `tests/lint/sections.py --from FOLDER` prints the lines of
the specifications whose texts lie in FOLDER (xep-0184.xml, rfc5321.txt), to be checked against the house and kept.
"""
import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "shared"))
sys.dont_write_bytecode = True
import source  # noqa: E402

TABLE = "tests/lint/sections.txt"
NUMBER = r"(?:\d+|[A-Z])(?:\.\d+)*"
WRAP = re.compile(r"\n[ \t]*(?:///?(?!/)|#|--)?[ \t]*")


def table(text):
    """{specification: its sections, None if unchecked}"""
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            spec, sections = line.split(":", 1)
            found[spec] = None if sections.strip() == "unchecked" else set(re.findall(r'"[^"]+"|[\w.]+', sections))
    return found


def citations(text, specs, of_file):
    """(position, specification or None, section); one without its specification belongs to the last that was cited, in
    `of_file` to that."""
    text = WRAP.sub(lambda match: " " * len(match[0]), text).replace('\\"', ' "')
    name = "|".join([r"RFC\s+\d+", r"XEP-\d{4}", r"COI-[A-Z]\b"]
                    + [re.escape(spec) for spec in sorted(specs, reverse=True) if not re.match(r"(RFC|XEP|COI)\b", spec)])
    token = re.compile(rf'(?P<spec>\b(?:{name}))|(?:§|[Aa]ppendix )(?P<number>{NUMBER})|(?P<sign>§?)(?P<heading>"[^"]+")')
    last = of_file
    for bracket in re.finditer(r"\[[^\[\]]*\]", text):
        if not re.search(rf'§|\b(?:{name}) +(?:"|[Aa]ppendix )', bracket[0]):
            continue
        spec = None
        for found in token.finditer(bracket[0]):
            if found["spec"]:
                spec = last = re.sub(r"\s+", " ", found["spec"])
            elif found["number"] or found["sign"] or spec:
                section = found["number"] or '"' + " ".join(found["heading"].strip('"').split()) + '"'
                yield bracket.start() + found.start(), spec or of_file or last, section
    for found in re.finditer(rf"({name}) §({NUMBER})", re.sub(r"\[[^\[\]]*\]", lambda match: " " * len(match[0]), text)):
        yield found.start(), re.sub(r"\s+", " ", found[1]), found[2]


def rows(text):
    """The same of the rows of STANDARDS.md."""
    at = 0
    for line in text.splitlines(keepends=True):
        row = re.match(r"\| ((?:RFC|XEP)[- ]\d+) \|", line)
        for found in re.finditer(rf"((?:RFC \d+|XEP-\d{{4}}) )?§({NUMBER})", line if row else ""):
            yield at + found.start(), (found[1] or row[1]).strip(), found[2]
        at += len(line)


def check(root):
    specs = table(Path(root, TABLE).read_text())
    complaints, cited = [], set()
    paths = source.files(root, ".cpp", ".h", ".py", ".lua", rooms=source.ROOMS + ("tests", "prosody"))
    for path in paths + [path for path in (Path(root, "HACKING.md"), Path(root, "STANDARDS.md")) if path.exists()]:
        if path.parent.name == "lint":  # this file's bad examples
            continue
        name, text = path.relative_to(root).as_posix(), path.read_text()
        of_file = re.match(r"xmpp/xep/xep(\d{4})_", name)
        found = rows(text) if name == "STANDARDS.md" else citations(text, specs, of_file and f"XEP-{of_file[1]}")
        for position, spec, section in found:
            cited.add(spec)
            if spec not in specs:
                complaints.append(f"{name}:{source.line_of(text, position)}: {spec} has no line in {TABLE}")
            elif specs[spec] is not None and section not in specs[spec]:
                complaints.append(f"{name}:{source.line_of(text, position)}: {spec} has no section {section}")
    return complaints + [f"{TABLE}: no section of {spec} is cited" for spec in specs if spec not in cited]


def of_xep(text):
    def walk(element, depth, prefix):
        for number, child in enumerate(element.findall(f"section{depth}"), 1):
            yield f"{prefix}{number}"
            yield from walk(child, depth + 1, f"{prefix}{number}.")
    text = re.sub(r"<!DOCTYPE.*?\]>", "", text, flags=re.S)
    return list(walk(xml.fromstring(re.sub(r"&(?!lt;|gt;|amp;|#)[\w.-]+;", "", text).encode()), 1, ""))


def of_rfc(text):
    """Headings are what stands as far left as the first one; each follows its like or is the first of its parent."""
    margin = min((len(match[1]) for match in re.finditer(r"^( *)1\.? +[A-Z-]", text, re.M)), default=0)
    found = []
    for match in re.finditer(rf"^ {{0,{margin}}}(Appendix )?({NUMBER})[.:]?(?: +\S|$)", text, re.M):
        number = match[2]
        above, _, last = number.rpartition(".")
        before = f"{above}{above and '.'}{int(last) - 1}" if last.isdigit() else "A" if match[1] else chr(ord(last) - 1)
        if number not in found and (before in found or match[1] and not above or last == "1" and above in ("", *found)):
            found.append(number)
    return found


def of_folder(folder):
    for path in sorted(Path(folder).glob("*")):
        text = path.read_text(errors="replace")
        if path.suffix == ".xml":
            print(f"{path.stem.upper()}: {' '.join(of_xep(text))}")
        elif path.suffix == ".txt":
            print(f"RFC {path.stem[3:]}: {' '.join(of_rfc(text))}")


GOOD = {
    TABLE: 'COI-C: "Message Encryption" "Folders"\nPNG: unchecked\nRFC 5321: 4 4.5 4.5.2 A\nXEP-0184: 5 5.3\n',
    "coi/a.cpp": '// [RFC 5321 §4.5,\n// §4.5.2, appendix A], [COI-C "Message\n// Encryption", "Folders"], [PNG §99]; a[i] = "[§]";\n',
    "xmpp/xep/xep0184_receipts.h": "// [RFC 5321 §4] [§5.3]\n",
    "STANDARDS.md": "| RFC 5321 | §4 as XEP-0184 §5 says, and §4.5.2 | yes | coi/a.cpp |\n",
}
BAD = {
    "a section that does not exist": ({"coi/b.h": "\n// [RFC 5321 §4, §4.5.9]\n"}, "coi/b.h:2: RFC 5321 has no section 4.5.9"),
    "one in the next line": ({"coi/b.h": "/// [RFC 5321 §4,\n/// §7]\n"}, "coi/b.h:2: RFC 5321 has no section 7"),
    "one of the second specification": ({"coi/b.h": "// [RFC 5321 §4, XEP-0184 §4]\n"}, "XEP-0184 has no section 4"),
    "one of the specification before": ({"coi/b.h": "// [RFC 5321 §4] and [§6]\n"}, "RFC 5321 has no section 6"),
    "one of the file's XEP": ({"xmpp/xep/xep0184_b.h": "// [RFC 5321 §4] and [§4]\n"}, "XEP-0184 has no section 4"),
    "one without brackets": ({"HACKING.md": "as XEP-0184 §6 says\n"}, "XEP-0184 has no section 6"),
    "one in a string": ({"coi/b.cpp": '"[COI-C \\"Folder\\"]"\n'}, 'COI-C has no section "Folder"'),
    "a heading that does not exist": ({"coi/b.h": '// [COI-C "Folders", "Message"]\n'}, 'COI-C has no section "Message"'),
    "a row's section": ({"STANDARDS.md": "| RFC 5321 | §4 and §4.6 | yes | coi/a.cpp |\n"}, "STANDARDS.md:1: RFC 5321 has no section 4.6"),
    "a specification that the table lacks": ({"coi/b.h": "// [RFC 822 §4]\n"}, "RFC 822 has no line"),
    "a section of nothing": ({"coi/b.h": "// [GIF89a §18]\n"}, "None has no line"),
    "a line that nobody needs": ({TABLE: GOOD[TABLE] + "RFC 1: 1 2\n"}, "no section of RFC 1 is cited"),
}

if __name__ == "__main__":
    if "--from" in sys.argv:
        of_folder(sys.argv[-1])
    else:
        source.main(check, GOOD, BAD)
