"""Every text that the gateway says stands in every catalogue: translated, not fuzzy, with the same placeholders.

The German texts say du.
"""
import re
import subprocess
import sys
from pathlib import Path

root = Path(sys.argv[1])
sys.path.insert(0, str(root / "po"))
sys.dont_write_bytecode = True
from extract import extract  # noqa: E402

failures = []
FORMAL = {"de.po": r"\bIh(nen|re[nmrs]?)\b|[a-z]en Sie\b"}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    return done.stdout if done.returncode == 0 else failures.append(f"{' '.join(command)}: {done.stderr.strip()}") or ""


def entries(po):
    """{(msgid, plural): [translations]} of what is neither fuzzy nor obsolete."""
    found, entry, field = {}, {}, None
    for line in run("msgattrib", "--no-fuzzy", "--no-obsolete", "--no-wrap", po).splitlines() + [""]:
        if not line.strip():
            if entry.get("msgid"):
                texts = [text for name, text in entry.items() if name.startswith("msgstr")]
                found[entry["msgid"], entry.get("msgid_plural")] = texts
            entry, field = {}, None
        match = re.match(r'(msg[\w\[\]]+)? ?"(.*)"$', line)
        if match:
            field = match[1] or field
            text = match[2].replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")
            entry[field] = entry.get(field, "") + text
    return found


def placeholders(text):
    return set(re.findall(r"\{[1-9]\}", text))


wanted, errors = extract(root)
failures += errors
catalogues = sorted((root / "po").glob("*.po"))
if not wanted or not catalogues:
    failures.append("no texts or no catalogues were found")
for catalogue in catalogues:
    name = catalogue.relative_to(root)
    run("msgfmt", "--check", "--output-file=/dev/null", str(name))
    have = entries(str(name))
    for (text, plural), places in wanted.items():
        texts = have.get((text, plural))
        if not texts or not all(texts):
            failures.append(f"{places[0]}: not translated in {name}: {text!r}; run po/update and translate it")
            continue
        allowed = placeholders(text) | placeholders(plural or "")
        for translation in texts:
            if re.search(FORMAL.get(catalogue.name, "$^"), translation):
                failures.append(f"{name}: says Sie, where the others say du: {translation!r}")
            # A singular form may leave {1} out ("one day"); nothing may be made up, nothing else may be lost.
            if not placeholders(translation) <= allowed or (allowed - placeholders(translation)) - ({"{1}"} if plural else set()):
                failures.append(f"{name}: other placeholders than {text!r}: {translation!r}")
    for text, plural in have.keys() - wanted.keys():
        failures.append(f"{name}: no source says {text!r} any more; run po/update")
if failures:
    sys.exit("\n".join(failures))
print(f"{len(wanted)} texts in {len(catalogues)} catalogues")
