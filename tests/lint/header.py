"""Each C++ file begins with what it is, and no file or type has a name that says nothing."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "shared"))
sys.dont_write_bytecode = True
import source  # noqa: E402

VAGUE = "Manager|Handler|Helpers?|Utils?|Utilities|Impl|Base|Common|Misc"
TYPE = re.compile(rf"\b(?:class|struct|enum class|enum|union)\s+(\w*(?:{VAGUE}))\b")
FILE = re.compile(rf"(^|_)({VAGUE})(_|$)", re.I)


def check(root):
    complaints = []
    for path in source.cpp(root):
        name, text = path.relative_to(root).as_posix(), path.read_text()
        if not re.match(r"// \S", text):
            complaints.append(f"{name}:1: a file begins with a comment: what it is, by which specification, what is left out")
        if path.suffix == ".h" and "#pragma once" not in text:
            complaints.append(f"{name}:1: #pragma once is missing")
        for part in path.relative_to(root).with_suffix("").parts:
            if FILE.search(part):
                complaints.append(f"{name}: the name {part} does not say what it is")
        code = source.code_of(text)
        for match in TYPE.finditer(code):
            complaints.append(f"{name}:{source.line_of(code, match.start())}: the name {match[1]} does not say what it is")
    return complaints


GOOD = {"coi/a.h": "// What a is.\n\n#pragma once\nclass Database {}; // a Manager\n", "coi/a.cpp": "// The inside of a.\nvoid f(BarHandler&);\n"}
BAD = {
    "a file without a beginning": ({"coi/b.cpp": "#include <string>\n// b\n"}, "coi/b.cpp:1: a file begins"),
    "an empty comment": ({"coi/b.cpp": "//\n"}, "a file begins"),
    "a header that is read twice": ({"coi/b.h": "// b\n"}, "#pragma once"),
    "a vague type": ({"coi/b.h": "// b\n#pragma once\nclass\nAccountManager {};\n"}, "AccountManager does not say"),
    "a vague file": ({"coi/mail_utils.h": "// b\n#pragma once\n"}, "mail_utils does not say"),
    "a vague folder": ({"coi/common/b.h": "// b\n#pragma once\n"}, "common does not say"),
}

if __name__ == "__main__":
    source.main(check, GOOD, BAD)
