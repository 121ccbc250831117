"""Who may include whom: `gateway` knows all folders, the others only themselves; inside of it includes go downwards; Asio stands in few files."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "shared"))
sys.dont_write_bytecode = True
import source  # noqa: E402

MAY_INCLUDE = {"config": {"config"}, "xmpp": {"xmpp"}, "coi": {"coi"}, "gateway": {"gateway", "config", "xmpp", "coi", "po"}}
# The folders of gateway/, from the lowest up: what each may include of the others (HACKING, "The map"). The files that stand straight
# in gateway/ (log, localization, await) are for all, and include no folder.
FOLDERS = {
    "model": set(),
    "translate": {"model"},
    "store": {"model"},
    "accounts": {"model", "translate", "store"},
    "encryption": {"model", "translate", "store", "accounts"},
    "queue": {"model", "translate", "store", "accounts", "encryption"},
    "transport": {"model", "translate", "store", "accounts", "encryption", "queue"},
    "pipeline": {"model", "translate", "store", "accounts", "encryption", "queue", "transport"},
    "service": {"model", "translate", "store", "accounts", "encryption", "transport"},
    "daemon": {"model", "translate", "store", "accounts", "encryption", "queue", "transport", "pipeline", "service"},
}
# The database is known to gateway/store/ alone: others call its operations (HACKING, "The store"). SQLITE is what nobody else includes.
SQLITE = "gateway/store/sqlite/"
ASIO = re.compile(r"xmpp/(component|connection)\.(h|cpp)|coi/net/.*|gateway/(await\.h|(transport|daemon)/.*|queue/smtp_sender\.(h|cpp))")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)

DATABASE = re.compile(rf'\bDatabase\b|#\s*include\s*"{SQLITE}')


def folder_of(name):
    """The folder of gateway/ that a path stands in; "" for a file straight in it."""
    return name.split("/")[1] if name.count("/") > 1 else ""


def knows_database(name):
    """Whether a file may know the database: the store's, but no header that others include; and tests, which look at the disk."""
    return (not name.startswith("gateway/") or name.startswith(SQLITE)
            or folder_of(name) == "store" and name.endswith(".cpp"))


def check(root):
    complaints = []
    for path in source.cpp(root):
        name = path.relative_to(root).as_posix()
        folder = name.split("/")[0]
        text = path.read_text()
        if not knows_database(name):
            for match in DATABASE.finditer(text):
                complaints.append(f"{name}:{source.line_of(text, match.start())}: the database stands here: call an operation of gateway/store")
        for match in INCLUDE.finditer(text):
            quoted, what = match[1] == '"', match[2]
            place = f"{name}:{source.line_of(text, match.start())}"
            if quoted and not Path(root, what).exists():
                complaints.append(f'{place}: "{what}" is not a path from the root')
            if quoted and folder in MAY_INCLUDE and what.split("/")[0] not in MAY_INCLUDE[folder]:
                complaints.append(f"{place}: {folder} must not include {what}: it may know {', '.join(sorted(MAY_INCLUDE[folder]))}")
            if what == "boost/asio.hpp":
                complaints.append(f"{place}: include only the <boost/asio/...> headers that are needed")
            elif what.startswith("boost/asio") and folder != "tests" and not ASIO.fullmatch(name):
                complaints.append(f"{place}: Asio does not stand here: the list is in {Path(__file__).name}")
            if quoted and folder == "gateway" and what.startswith("gateway/"):
                mine, other = folder_of(name), folder_of(what)
                if other and other != mine and other not in FOLDERS.get(mine, set()):
                    complaints.append(f"{place}: gateway/{mine} must not include {what}: "
                                      f"it may know {', '.join(sorted(FOLDERS.get(mine, set()))) or 'no other folder'}")
    return complaints


GOOD = {
    "gateway/translate/feature/text.cpp": '#include "gateway/translate/feature/text.h"\n#include "coi/message.h"\n',
    "gateway/translate/feature/text.h": "#include <string>\n",
    "coi/message.h": "",
    "coi/net/stream.h": "#include <boost/asio/awaitable.hpp>\n",
    "gateway/store/store.h": "",
    "gateway/model/event.h": "",
    "gateway/log.h": "",
    "gateway/pipeline/incoming.h": "",
    "gateway/store/sqlite/database.h": "class Database {};\n",
    "gateway/store/store.cpp": '#include "gateway/store/sqlite/database.h"\nDatabase* opened;\n',
    "tests/a.cpp": '#include "gateway/store/sqlite/database.h"\nDatabase database;\n',
    "gateway/queue/a.cpp": '#include "gateway/store/store.h"\n#include "gateway/log.h"\n',
    "xmpp/stanza.h": "",
}
BAD = {
    "a sibling folder": ({"coi/a.h": '#include "xmpp/stanza.h"\n'}, "coi must not include xmpp/stanza.h"),
    "config that knows the gateway": ({"config/a.h": '#include "gateway/store/store.h"\n'}, "config must not include"),
    "a feature with the store": ({"gateway/translate/feature/a.cpp": '#include "gateway/store/store.h"\n'}, "gateway/translate must not include"),
    "a folder that looks up": ({"gateway/queue/b.cpp": '#include "gateway/pipeline/incoming.h"\n'}, "gateway/queue must not include"),
    "a folder below a file for all": ({"gateway/log.cpp": '#include "gateway/model/event.h"\n'}, "must not include gateway/model/event.h"),
    "a folder that nobody knows": ({"gateway/odd/a.cpp": '#include "gateway/model/event.h"\n'}, "gateway/odd must not include"),
    "a database in the queue": ({"gateway/queue/b.cpp": '#include "gateway/store/sqlite/database.h"\n'}, "b.cpp:1: the database stands here"),
    "a lambda over the database": ({"gateway/queue/b.cpp": "\nauto work = [](Database& db) {};\n"}, "b.cpp:2: the database stands here"),
    "a database in an operation's header": ({"gateway/store/ids.h": "void note(Database&);\n"}, "ids.h:1: the database stands here"),
    "a feature with Asio": ({"gateway/translate/feature/a.cpp": "#include <boost/asio/post.hpp>\n"}, "Asio does not stand here"),
    "Asio in the xmpp folder": ({"xmpp/a.cpp": " # include <boost/asio/post.hpp>\n"}, "xmpp/a.cpp:1: Asio does not stand here"),
    "all of Asio": ({"coi/net/a.h": "\n#include <boost/asio.hpp>\n"}, "coi/net/a.h:2: include only"),
    "a relative path": ({"coi/a.h": '#include "message.h"\n'}, "not a path from the root"),
}

if __name__ == "__main__":
    source.main(check, GOOD, BAD)
