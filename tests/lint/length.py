"""No file over 500 lines (in gateway/ over 400), no function over 60 lines: what is longer has two jobs."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "shared"))
sys.dont_write_bytecode = True
import source  # noqa: E402

FILE_LINES, GATEWAY_LINES, FUNCTION_LINES = 500, 400, 60
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
TEST = re.compile(r"\b(TEST|TEST_F|TEST_P)\s*\(")


def functions(code):
    """(name, first line, last line) of each function body at namespace or class scope, by counting braces."""
    found, stack, head = [], [], 0
    for match in re.finditer(r"[{};]|^[ \t]*#(?:[^\n\\]|\\.)*(?:\\\n[^\n]*)*", code, re.M | re.S):
        mark = match[0]
        if mark == "{":
            intro = code[head:match.start()]
            inside = any(kind == "function" for kind, _, _ in stack)
            if inside:
                kind = "block"
            elif "(" in intro and not re.search(r"=\s*$", intro) and not re.match(r"\s*(namespace|extern)\b", intro):
                kind = "function"
            else:
                kind = "scope" if SCOPE.search(intro) else "block"
            stack.append((kind, intro, head + len(intro) - len(intro.lstrip())))
        elif mark == "}":
            if stack:
                kind, intro, start = stack.pop()
                if kind == "function":
                    name = re.search(r"([\w:~]+|operator[^\s(]+)\s*\(", intro)
                    found.append((name[1] if name else "?", source.line_of(code, start), source.line_of(code, match.start())))
        head = match.end()
    return found


def check(root):
    complaints = []
    for path in source.files(root, ".cpp", ".h", ".py"):
        name, text = path.relative_to(root).as_posix(), path.read_text()
        lines = text.count("\n")
        most = GATEWAY_LINES if name.startswith("gateway/") else FILE_LINES
        if lines > most:
            complaints.append(f"{name}: {lines} lines are more than {most}: which two files is it?")
        if path.suffix == ".py":
            continue
        for function, first, last in functions(source.code_of(text)):
            if last - first + 1 > FUNCTION_LINES:
                complaints.append(f"{name}:{first}: {function} has {last - first + 1} lines, more than {FUNCTION_LINES}")
    return complaints


STATEMENTS = "    f(1);  // {\n" * 58
GOOD = {
    "coi/a.cpp": "namespace coi {\nint a(int x) {\n" + STATEMENTS + "}\nconst char* b = R\"({{{)\";\n" + "int x;\n" * 70 + "}\n",
    "coi/b.h": "struct B {\n" + "    int x() { return '{'; }\n" * 100 + "};\n",
    "coi/c.py": "x = 1\n" * 500,
    "gateway/queue/a.cpp": "int x;\n" * 400,
}
BAD = {
    "a long file": ({"coi/d.h": "int x;\n" * 501}, "coi/d.h: 501 lines"),
    "a long file in gateway/": ({"gateway/queue/d.h": "int x;\n" * 401}, "gateway/queue/d.h: 401 lines are more than 400"),
    "a long Python file": ({"tests/d.py": "x = 1\n" * 501}, "tests/d.py: 501 lines"),
    "a long function": ({"coi/d.cpp": "namespace coi {\n\nvoid d() {\n" + STATEMENTS + "    f();\n}\n}\n"}, "coi/d.cpp:3: d has 61 lines"),
    "a long member": ({"coi/d.h": "struct D {\n    void d() const {\n" + STATEMENTS * 2 + "    }\n};\n"}, "d has 118 lines"),
    "a long test": ({"tests/d.cpp": "TEST(A, b) {\n" + STATEMENTS * 2 + "}\n"}, "TEST has 118 lines"),
    "a long constructor": ({"coi/d.cpp": "D::D(int x) : y{x}, z(1) {\n" + STATEMENTS * 2 + "}\n"}, "has 118 lines"),
}

if __name__ == "__main__":
    source.main(check, GOOD, BAD)
