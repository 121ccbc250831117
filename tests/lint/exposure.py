"""The unit is hardened to an exposure of at most 1.5, and systemd understands every line of it."""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

unit = Path(sys.argv[1], "systemd/coigate.service")
judged = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)], capture_output=True, text=True)
level = re.search(r"Overall exposure level for coigate\.service: ([\d.]+)", judged.stdout)
if not level:
    sys.exit(f"systemd-analyze security gives no figure:\n{judged.stdout}{judged.stderr}")
if float(level[1]) > 1.5:
    bad = "\n".join(line for line in judged.stdout.splitlines() if line.startswith("✗"))
    sys.exit(f"exposure {level[1]} is more than 1.5:\n{bad}")

# verify wants the program to be there; any executable stands in for it.
with tempfile.TemporaryDirectory() as folder:
    copy = Path(folder, unit.name)
    copy.write_text(unit.read_text().replace("ExecStart=/usr/bin/coigate", "ExecStart=/bin/true"))
    verified = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True)
complaints = [line for line in verified.stderr.splitlines() if unit.name in line]
if complaints:
    sys.exit("\n".join(complaints))
print(f"exposure {level[1]}")
