"""Who names something of the standard library includes its header, or gets it from a header of the house: what other libraries include
differs between their versions, and code that compiles on one Debian would not on the next."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "shared"))
sys.dont_write_bytecode = True
import source  # noqa: E402

HEADERS = {
    "algorithm": r"std::ranges::(find\w*|any_of|all_of|none_of|count\w*|sort|lower_bound|transform|move|replace|binary_search)\b"
                 r"|std::(find|find_if|any_of|all_of|sort|clamp|min|max|lower_bound|transform)\(",
    "array": r"std::array\b",
    "atomic": r"std::atomic\b",
    "cctype": r"std::(tolower|toupper|isdigit|isspace)\b",
    "charconv": r"std::(from|to)_chars\b",
    "chrono": r"std::chrono\b",
    "cstdint": r"std::u?int(8|16|32|64|ptr)_t\b",
    "deque": r"std::deque\b",
    "functional": r"std::function\b",
    "limits": r"std::numeric_limits\b",
    "list": r"std::list\b",
    "map": r"std::(multi)?map\b",
    "memory": r"std::(make_)?(shared|unique)(_ptr)?\b|std::weak_ptr\b",
    "mutex": r"std::(mutex|lock_guard|unique_lock)\b",
    "optional": r"std::(optional|nullopt)\b",
    "set": r"std::(multi)?set\b",
    "span": r"std::span\b",
    "sstream": r"std::[io]?stringstream\b",
    "stdexcept": r"std::(runtime|logic)_error\b",
    "string": r"std::string\b",
    "utility": r"std::(exchange|pair|as_const|move)\b",
    "variant": r"std::(variant|get_if|visit)\b",
    "vector": r"std::vector\b",
}
NAMES = {header: re.compile(pattern) for header, pattern in HEADERS.items()}
STANDARD, OURS = re.compile(r"^#include <(\w+)>", re.M), re.compile(r'^#include "([^"]+)"', re.M)


def check(root):
    texts, reached = {}, {}

    def headers(name):
        """The standard headers that a file gets from itself and from headers of the house."""
        if name not in reached:
            reached[name] = set()  # of a circle
            text = Path(root, name).read_text() if Path(root, name).exists() else ""
            reached[name] = set(STANDARD.findall(text)).union(*map(headers, OURS.findall(text)))
        return reached[name]

    complaints = []
    for path in source.cpp(root):
        name = path.relative_to(root).as_posix()
        texts[name] = source.code_of(path.read_text())
        for header, names in NAMES.items():
            found = names.search(texts[name])
            if found and header not in headers(name):
                place = f"{name}:{source.line_of(texts[name], found.start())}"
                complaints.append(f"{place}: {found[0]} stands here: include <{header}>")
    return complaints


GOOD = {
    "xmpp/a.h": "#include <string>\n#include <cstdint>\nstd::string a(std::uint8_t);\n",
    "xmpp/a.cpp": '#include "xmpp/a.h"\nstd::string a(std::uint8_t) { return "std::vector"; }\n',
}
BAD = {
    "a name without its header": ({"xmpp/b.cpp": '#include "xmpp/a.h"\nstd::vector<int> b;\n'}, "include <vector>"),
    "a header of another library": ({"xmpp/b.cpp": "#include <unicode/uchar.h>\nstd::int32_t b;\n"}, "include <cstdint>"),
}

if __name__ == "__main__":
    source.main(check, GOOD, BAD)
