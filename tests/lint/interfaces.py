"""HACKING, "The way of a message", names every interface of gateway/ with the classes that implement it; and no module is told things by a bundle
of functions (`struct Calls`), which nobody can follow."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "shared"))
sys.dont_write_bytecode = True
import source  # noqa: E402

HEADING = "## The way of a message"
CLASS = re.compile(r"\b(?:class|struct)\s+([\w:]+)\s*(?:final\s*)?(?::\s*([^;{()]*))?\{")
BUNDLE = re.compile(r"\bstruct\s+\w*Calls\s*\{")


def body_of(code, begin):
    """The text between the brace before `begin` and its partner."""
    depth = 1
    for at in range(begin, len(code)):
        depth += {"{": 1, "}": -1}.get(code[at], 0)
        if depth == 0:
            return code[begin:at]
    return code[begin:]


def classes(root):
    """Of gateway/: {interface: its file} and {class: the names of its bases}. `State` is called as the class that it is of."""
    interfaces, bases = {}, {}
    for path in source.cpp(root, rooms=("gateway",)):
        code = source.code_of(path.read_text())
        for match in CLASS.finditer(code):
            name = match[1].split("::")[0]
            of_it = re.findall(r"(\w+)\s*(?:,|$)", (match[2] or "").strip())
            bases.setdefault(name, set()).update(of_it)
            if re.search(r"\bvirtual\b[^;{]*=\s*0\s*;", body_of(code, match.end())):
                interfaces[name] = path.relative_to(root).as_posix()
    return interfaces, bases


def rows(root):
    """{interface: the names beside it}, from the table of HACKING."""
    found = {}
    section = Path(root, "HACKING.md").read_text().partition(HEADING)[2].partition("\n## ")[0]
    for line in section.splitlines():
        cells = [re.findall(r"`(?:\w+::)?(\w+)`", cell) for cell in line.split("|")]
        if line.startswith("|") and len(cells) > 3:
            for interface in cells[1]:
                found[interface] = set(cells[2])
    return found


def check(root):
    complaints = []
    interfaces, bases = classes(root)
    table = rows(root)
    for interface, place in interfaces.items():
        if interface not in table:
            complaints.append(f"{place}: {interface} has no row in HACKING, “{HEADING[3:]}”")
            continue
        able = {name for name, of_it in bases.items() if interface in of_it and name not in interfaces}
        for name in sorted(able - table[interface]):
            complaints.append(f"HACKING.md: {name} implements {interface}, too")
        if not able & table[interface] and not any(interface in bases.get(other, ()) for other in interfaces):
            complaints.append(f"HACKING.md: none of {', '.join(sorted(table[interface]))} implements {interface}")
    for interface in sorted(table.keys() - interfaces.keys()):
        complaints.append(f"HACKING.md: gateway/ has no interface {interface}")
    for path in source.cpp(root, rooms=("gateway",)):
        name = path.relative_to(root).as_posix()
        code = source.code_of(path.read_text())
        for match in BUNDLE.finditer(code):
            complaints.append(f"{name}:{source.line_of(code, match.start())}: an interface with a name instead of a bundle of functions")
    return complaints


SENDER = "class Sender {\n  public:\n    virtual ~Sender() = default;\n    virtual void send(int) = 0;\n};\n"
GOOD = {
    "HACKING.md": HEADING + "\n| interface | is implemented by | is called by |\n|---|---|---|\n"
                  "| `Sender` (`queue/sender.h`) | `MailSender` | `Scheduler` |\n\n## Next\n| `Other` | `One` | `Two` |\n",
    "gateway/queue/sender.h": SENDER,
    "gateway/queue/mail_sender.cpp": "struct MailSender::State : Sender, std::enable_shared_from_this<State> {\n};\n",
}
BAD = {
    "an interface without a row": ({"gateway/queue/b.h": SENDER.replace("Sender", "Taker")}, "Taker has no row"),
    "a row of another class": ({"gateway/queue/mail_sender.cpp": "class JabberSender : public Sender {\n};\n"}, "JabberSender implements Sender, too"),
    "an interface that nobody implements": ({"gateway/queue/mail_sender.cpp": ""}, "none of MailSender implements Sender"),
    "a row of nothing": ({"gateway/queue/sender.h": ""}, "no interface Sender"),
    "a bundle of functions": ({"gateway/queue/b.h": "\nstruct Calls {\n};\n"}, "gateway/queue/b.h:2: an interface with a name"),
}

if __name__ == "__main__":
    source.main(check, GOOD, BAD)
