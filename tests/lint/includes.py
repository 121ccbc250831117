"""Who may include whom: `gateway` knows all rooms, the others only themselves; Asio stands in few files."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "shared"))
sys.dont_write_bytecode = True
import source  # noqa: E402

MAY_INCLUDE = {"config": {"config"}, "xmpp": {"xmpp"}, "coi": {"coi"}, "gateway": {"gateway", "config", "xmpp", "coi", "po"}}
ASIO = re.compile(r"xmpp/(component|connection)\.(h|cpp)|coi/net/.*"  # HACKING, decision 7
                  r"|gateway/(await\.h|(transport|daemon)/.*|queue/smtp_sender\.(h|cpp))")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)


def check(root):
    complaints = []
    for path in source.cpp(root):
        name = path.relative_to(root).as_posix()
        room = name.split("/")[0]
        text = path.read_text()
        for match in INCLUDE.finditer(text):
            quoted, what = match[1] == '"', match[2]
            place = f"{name}:{source.line_of(text, match.start())}"
            if quoted and not Path(root, what).exists():
                complaints.append(f'{place}: "{what}" is not a path from the root')
            if quoted and room in MAY_INCLUDE and what.split("/")[0] not in MAY_INCLUDE[room]:
                complaints.append(f"{place}: {room} must not include {what}: it may know {', '.join(sorted(MAY_INCLUDE[room]))}")
            if what == "boost/asio.hpp":
                complaints.append(f"{place}: include only the <boost/asio/...> headers that are needed")
            elif what.startswith("boost/asio") and room != "tests" and not ASIO.fullmatch(name):
                complaints.append(f"{place}: Asio does not stand here: the list is in {Path(__file__).name}")
            if name.startswith("gateway/translate/feature/") and what.startswith("gateway/store/"):
                complaints.append(f"{place}: a feature is pure: it never includes the store")
    return complaints


GOOD = {
    "gateway/translate/feature/text.cpp": '#include "gateway/translate/feature/text.h"\n#include "coi/message.h"\n',
    "gateway/translate/feature/text.h": "#include <string>\n",
    "coi/message.h": "",
    "coi/net/stream.h": "#include <boost/asio/awaitable.hpp>\n",
    "gateway/store/store.h": "",
    "xmpp/stanza.h": "",
}
BAD = {
    "a sibling room": ({"coi/a.h": '#include "xmpp/stanza.h"\n'}, "coi must not include xmpp/stanza.h"),
    "config that knows the gateway": ({"config/a.h": '#include "gateway/store/store.h"\n'}, "config must not include"),
    "a feature with the store": ({"gateway/translate/feature/a.cpp": '#include "gateway/store/store.h"\n'}, "never includes the store"),
    "a feature with Asio": ({"gateway/translate/feature/a.cpp": "#include <boost/asio/post.hpp>\n"}, "Asio does not stand here"),
    "Asio in the xmpp room": ({"xmpp/a.cpp": " # include <boost/asio/post.hpp>\n"}, "xmpp/a.cpp:1: Asio does not stand here"),
    "all of Asio": ({"coi/net/a.h": "\n#include <boost/asio.hpp>\n"}, "coi/net/a.h:2: include only"),
    "a relative path": ({"coi/a.h": '#include "message.h"\n'}, "not a path from the root"),
}

if __name__ == "__main__":
    source.main(check, GOOD, BAD)
