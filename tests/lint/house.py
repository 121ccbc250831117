"""docs/house.svg shows the folders as they are: drawn anew from the includes, it is the same. `house.py --write` draws it.

Who may include whom is the table FOLDERS in includes.py, what a folder is for the table of HACKING.md; an arrow is drawn where a folder
makes use of what it may. Each folder has one colour and one trunk at the left, from which its arrows go to the folders below.
"""
import re
import sys
from pathlib import Path
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent / "shared"))
sys.dont_write_bytecode = True
import includes  # noqa: E402
import source  # noqa: E402

DRAWING = "docs/house.svg"
COLOURS = {"model": "#5b6770", "translate": "#0f7c8a", "store": "#8a5a1e", "accounts": "#7a4fa3", "encryption": "#b0342c", "queue": "#1f6fb2",
           "transport": "#5d7a12", "pipeline": "#c2620a", "service": "#a8327e", "daemon": "#2c3e50"}
SIDES = {"xmpp": ("what a Jabber", "server says", "#2f7f8f", "#e3f1f4"), "coi": ("what a mail", "says", "#b07d1e", "#fbf0dc"),
         "config": ("the operator's", "configuration", "#7a8691", "#eef0f2")}
INK, SOFT, PAPER = "#20262c", "#4a5560", "#fbfaf7"
# Pixels: the sides' width, the boxes' left and right edge, between trunks, between arrows that end at one box, between boxes.
SIDE, LEFT, RIGHT, TRUNKS, SLOT, GAP = 116, 410, 850, 24, 10, 22
TOP, WIDTH = 96, 1110


def folder_of(name):
    """The place in the drawing of a file or an include; "gateway" for a file straight in gateway/."""
    return includes.folder_of(name) or "gateway" if name.startswith("gateway/") else name.split("/")[0]


def read(files):
    """(number of files of each folder, the pairs (user, used)) of {name: text}."""
    count, uses = {}, set()
    for name, text in files.items():
        user = folder_of(name)
        count[user] = count.get(user, 0) + 1
        for match in includes.INCLUDE.finditer(text):
            used = folder_of(match[2])
            if match[1] == '"' and used in includes.FOLDERS.get(user, set()) | set(SIDES):
                uses.add((user, used))
    return count, {(user, used) for user, used in uses if user in includes.FOLDERS}


def purposes(hacking):
    """What each folder of gateway/ is for, by the table in HACKING.md with three columns."""
    return dict(re.findall(r"^\| `(\w+)/` \| ([^|]+) \| [^|]+ \|$", hacking, re.M))


class Drawing:
    def __init__(self, count, uses, purpose):
        self.count, self.uses, self.purpose = count, uses, purpose
        self.order = [name for name in reversed(includes.FOLDERS) if name in count]  # from the top
        self.parts, self.box = [], {}
        y = TOP
        for name in self.order:
            height = max(50, SLOT * (len(self.users_of(name)) + 3))
            self.box[name] = (y, y + height)
            y += height + GAP
        self.bottom = y - GAP

    def users_of(self, name):
        """From the lowest of them, whose trunk is the innermost, to the highest."""
        return [user for user in reversed(self.order) if (user, name) in self.uses]

    def trunk(self, name):
        """Where a folder's trunk stands: the higher the folder, the farther out."""
        return LEFT - 30 - TRUNKS * (len(self.order) - 1 - self.order.index(name))

    def add(self, text):
        self.parts.append("  " + text)

    def text(self, x, y, words, size, extra=""):
        self.add(f'<text x="{x}" y="{y}" font-size="{size}" {extra}>{escape(words)}</text>')

    def arrow(self, path, marker, extra=""):
        self.add(f'<path d="{path}" marker-end="url(#{marker})" {extra}/>'.replace(" />", "/>"))

    def draw(self):
        self.sides()
        self.trunks()
        self.boxes()
        markers = {**COLOURS, **{name: side[2] for name, side in SIDES.items()}}
        tips = "".join(f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="5.5" markerHeight="5.5" orient="auto">'
                       f'<path d="M0 1 L10 5 L0 9 z" fill="{colour}"/></marker>' for name, colour in markers.items())
        height = self.bottom + 84
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="DejaVu Sans, Verdana, sans-serif" fill="{INK}">',
            "  <title>The folders of gateway/ and what each includes</title>",
            f"  <defs>{tips}</defs>",
            f'  <rect width="{WIDTH}" height="{height}" rx="14" fill="{PAPER}"/>',
            *self.parts, "</svg>", ""])

    def sides(self):
        for name, x in (("xmpp", 24), ("coi", WIDTH - 24 - SIDE)):
            top = TOP if name == "xmpp" else self.box[self.order[0]][0] + 32
            self.side(name, x, top, self.bottom)
        self.side("config", WIDTH - 24 - SIDE, TOP - 44, TOP + 20)

    def side(self, name, x, top, bottom):
        first, second, line, fill = SIDES[name]
        middle = x + SIDE // 2
        self.add(f'<rect x="{x}" y="{top}" width="{SIDE}" height="{bottom - top}" rx="10" fill="{fill}" stroke="{line}" stroke-width="1.5"/>')
        y = (top + bottom) // 2 - (8 if name == "config" else 14)
        self.add('<g text-anchor="middle">')
        self.text(middle, y, name + "/", 17, 'font-weight="bold"')
        self.text(middle, y + 18, first, 12, f'fill="{SOFT}"')
        self.text(middle, y + 33, second, 12, f'fill="{SOFT}"')
        if name != "config":
            self.text(middle, y + 54, files(self.count.get(name, 0)), 11.5, f'fill="{SOFT}"')
        self.add("</g>")

    def trunks(self):
        """Arrows to the sides first, so that the trunks run over them."""
        self.add('<g fill="none" stroke-width="1.3">')
        for name in self.order:
            top, bottom = self.box[name]
            if (name, "xmpp") in self.uses:
                self.arrow(f"M{LEFT} {top + SLOT} H{24 + SIDE + 2}", "xmpp", f'stroke="{SIDES["xmpp"][2]}" stroke-dasharray="2 4"')
            if (name, "coi") in self.uses:
                y = (top + bottom) // 2 if name != self.order[0] else bottom - 10
                self.arrow(f"M{RIGHT} {y} H{WIDTH - 26 - SIDE}", "coi", f'stroke="{SIDES["coi"][2]}" stroke-dasharray="2 4"')
            if (name, "config") in self.uses:
                self.arrow(f"M{RIGHT} {top + SLOT} H{WIDTH - 26 - SIDE}", "config", f'stroke="{SIDES["config"][2]}" stroke-dasharray="2 4"')
        self.add("</g>")
        self.add('<g fill="none" stroke-width="1.8" stroke-linejoin="round">')
        for name in self.order:
            ends = [self.box[used][0] + SLOT * (2 + self.users_of(used).index(name)) for used in self.order if (name, used) in self.uses]
            if not ends:
                continue
            x, start = self.trunk(name), self.box[name][1] - SLOT
            self.add(f'<path d="M{LEFT} {start} H{x + 8} Q{x} {start} {x} {start + 8} V{max(ends) - 8}" stroke="{COLOURS[name]}"/>')
            for y in ends:
                self.arrow(f"M{x} {y - 8} Q{x} {y} {x + 8} {y} H{LEFT - 2}", name, f'stroke="{COLOURS[name]}"')
        self.add("</g>")

    def boxes(self):
        self.text(LEFT, TOP - 36, "gateway/", 21, 'font-weight="bold"')
        self.text(LEFT, TOP - 14, "A folder includes only folders below it, and the sides.", 13, f'fill="{SOFT}"')
        for name in self.order:
            top, bottom = self.box[name]
            y = (top + bottom) // 2
            self.add(f'<rect x="{LEFT}" y="{top}" width="{RIGHT - LEFT}" height="{bottom - top}" rx="10" fill="#ffffff" '
                     f'stroke="{COLOURS[name]}" stroke-width="2"/>')
            self.text(LEFT + 18, y - 6, name + "/", 17, f'font-weight="bold" fill="{COLOURS[name]}"')
            self.text(RIGHT - 16, y - 6, files(self.count[name]), 11.5, f'text-anchor="end" fill="{SOFT}"')
            self.text(LEFT + 18, y + 15, self.purpose.get(name, ""), 12.5, f'fill="{SOFT}"')
        y = self.bottom + 30
        self.text(LEFT, y, "Not drawn: log, localization and await, straight in gateway/. Every folder may include them.", 12, f'fill="{SOFT}"')
        self.text(LEFT, y + 20, "An arrow goes from a folder to one that it includes: solid within gateway/, dotted to the sides.", 12, f'fill="{SOFT}"')


def files(number):
    return f"{number} file" + ("s" if number != 1 else "")


def draw(tree):
    """The drawing of {name: text}."""
    count, uses = read({name: text for name, text in tree.items() if name.endswith((".cpp", ".h")) and name.split("/")[0] in source.ROOMS})
    return Drawing(count, uses, purposes(tree.get("HACKING.md", ""))).draw()


def tree_of(root):
    paths = source.cpp(root, rooms=source.ROOMS) + [path for path in [Path(root, "HACKING.md")] if path.exists()]
    return {path.relative_to(root).as_posix(): path.read_text() for path in paths}


def check(root):
    tree = tree_of(root)
    complaints = [f"HACKING.md: its table of gateway/ has no line for {name}/" for name in includes.FOLDERS
                  if any(folder_of(file) == name for file in tree) and name not in purposes(tree.get("HACKING.md", ""))]
    path = Path(root, DRAWING)
    if not path.exists() or path.read_text() != draw(tree):
        complaints.append(f"{DRAWING} does not show the folders as they are: python3 tests/lint/{Path(__file__).name} --write")
    return complaints


GOOD = {
    "HACKING.md": "| `model/` | what everybody knows | `event` |\n| `queue/` | what waits | `scheduler` |\n",
    "gateway/model/event.h": "",
    "gateway/queue/scheduler.h": '#include "gateway/model/event.h"\n',
    "gateway/queue/scheduler.cpp": '#include "coi/result.h"\n',
    "coi/result.h": "",
}
GOOD[DRAWING] = draw(GOOD)
BAD = {
    "a new file": ({"gateway/queue/retry.h": ""}, "does not show"),
    "a new dependency": ({"gateway/model/event.h": '#include "coi/result.h"\n'}, "does not show"),
    "another purpose": ({"HACKING.md": GOOD["HACKING.md"].replace("waits", "sleeps")}, "does not show"),
    "a folder without a line": ({"gateway/store/ids.h": ""}, "no line for store/"),
}

if __name__ == "__main__":
    if "--write" in sys.argv:
        source.prove(check, GOOD, BAD)
        Path(DRAWING).write_text(draw(tree_of(Path("."))))
    else:
        source.main(check, GOOD, BAD)
