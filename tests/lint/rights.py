"""Who may deliver mail may not administer: the LMTP socket has a folder and a group of its own."""
import re
import sys
from pathlib import Path

tree = Path(sys.argv[1])
control = re.search(r'^#socket = "(.+)/', tree.joinpath("config/coigate.toml").read_text(), re.M)[1]
problems = []
users = tree.joinpath("systemd/coigate.sysusers").read_text()
if not re.search(r"^g coigate-lmtp -", users, re.M):
    problems.append("systemd/coigate.sysusers makes no group coigate-lmtp")
if re.search(r"^m ", users, re.M):
    problems.append("systemd/coigate.sysusers puts somebody into a group")
if not re.search(r"^d /run/coigate-lmtp 2750 coigate coigate-lmtp", tree.joinpath("systemd/coigate.tmpfiles").read_text(), re.M):
    problems.append("systemd/coigate.tmpfiles makes no folder of that group, with the setgid bit, for the LMTP socket")
unit = tree.joinpath("systemd/coigate.service").read_text()
if "ReadWritePaths=-/run/coigate-lmtp" not in unit or "RuntimeDirectoryMode=0750" not in unit:
    problems.append("systemd/coigate.service: the LMTP folder cannot be written, or the control folder is open")
texts = [tree / "README.md", *tree.joinpath("docs").glob("*.md"), *tree.joinpath("config").glob("*")]
for text in texts:
    for number, line in enumerate(text.read_text().splitlines(), 1):
        if f"unix:{control}/" in line:
            problems.append(f"{text.relative_to(tree)}:{number} names an LMTP socket in the folder of the control socket")
        if re.search(r"postfix.{0,40}member of the group `coigate`|adduser postfix coigate(?!-lmtp)", line):
            problems.append(f"{text.relative_to(tree)}:{number} lets the mail server administer coigate")
if problems:
    sys.exit("\n".join(problems))
