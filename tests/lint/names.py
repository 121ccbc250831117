"""What is parsed can be found by name: a fuzzer is called as the file it tries, and that has a test of the same name; so has each XEP."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "shared"))
sys.dont_write_bytecode = True
import source  # noqa: E402

DRIVERS = {"cost", "replay"}  # what all fuzzers share


def sources(root):
    """{name of a header or of a folder: its path in the house}"""
    found = {}
    for room in source.ROOMS:
        for path in Path(root, room).rglob("*"):
            if path.suffix == ".h" or path.is_dir():
                found[path.stem] = path.relative_to(root)
    return found


def has_test(root, path):
    """A unit test beside its like, a scripted session of the same name, or, of a folder, tests of what is in it."""
    unit = Path(root, "tests/unit", path.parent)
    return (Path(root, "tests/unit", path).is_dir() or Path(unit, f"{path.stem}_test.cpp").exists()
            or any(Path(root, "tests/sessions").glob(f"{path.stem}*.cpp")))


def check(root):
    complaints, known = [], sources(root)
    for fuzzer in sorted(Path(root, "tests/fuzz").glob("*.cpp")):
        name = fuzzer.stem
        if name in DRIVERS:
            continue
        if name not in known:
            complaints.append(f"tests/fuzz/{name}.cpp: no file of the house is called {name}")
        elif not has_test(root, known[name]):
            complaints.append(f"tests/fuzz/{name}.cpp: {known[name]} has no test of its name")
    for xep in sorted(Path(root, "xmpp/xep").glob("*.h")):
        if not Path(root, "tests/unit/xmpp/xep", f"{xep.stem}_test.cpp").exists():
            complaints.append(f"xmpp/xep/{xep.name}: there is no tests/unit/xmpp/xep/{xep.stem}_test.cpp")
    return complaints


GOOD = {
    "coi/mail/a.h": "", "tests/fuzz/a.cpp": "", "tests/unit/coi/mail/a_test.cpp": "", "tests/fuzz/cost.cpp": "",
    "coi/net/b.h": "", "tests/fuzz/b.cpp": "", "tests/sessions/b_tls.cpp": "",
    "xmpp/otr/c.h": "", "tests/fuzz/otr.cpp": "", "tests/unit/xmpp/otr/c_test.cpp": "",
    "xmpp/xep/xep0001_d.h": "", "tests/unit/xmpp/xep/xep0001_d_test.cpp": "",
}
BAD = {
    "a fuzzer of nothing": ({"tests/fuzz/x.cpp": ""}, "no file of the house is called x"),
    "a fuzzed file without a test": ({"coi/mail/x.h": "", "tests/fuzz/x.cpp": ""}, "coi/mail/x.h has no test"),
    "a test in another folder": ({"coi/mail/x.h": "", "tests/fuzz/x.cpp": "", "tests/unit/coi/x_test.cpp": ""}, "has no test"),
    "a XEP without a test": ({"xmpp/xep/xep0002_x.h": ""}, "there is no tests/unit/xmpp/xep/xep0002_x_test.cpp"),
}

if __name__ == "__main__":
    source.main(check, GOOD, BAD)
