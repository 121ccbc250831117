"""cmake --install puts everything where Debian would, keeps a configuration that is there, and what it installs runs."""

import os
import pathlib
import shutil
import subprocess
import sys

from coigate import program
from play import check, check_equal, tell
from server import Failure, work_folder

FILES = {
    "usr/bin/coigate": 0o755,
    "etc/coigate/coigate.toml": 0o644,
    "usr/lib/systemd/system/coigate.service": 0o644,
    "usr/lib/sysusers.d/coigate.conf": 0o644,
    "usr/lib/tmpfiles.d/coigate.conf": 0o644,
    "usr/share/doc/coigate/admin.md": 0o644,
    "usr/share/doc/coigate/user.en.md": 0o644,
    "usr/share/doc/coigate/user.de.md": 0o644,
    "usr/share/doc/coigate/encryption.en.md": 0o644,
    "usr/share/doc/coigate/encryption.de.md": 0o644,
    "usr/share/doc/coigate/CHANGELOG.md": 0o644,
    "usr/share/doc/coigate/STANDARDS.md": 0o644,
    "usr/share/doc/coigate/copyright": 0o644,
    "usr/share/coigate/prosody/mod_privilege_archive.lua": 0o644,
}


def install(root):
    build = pathlib.Path(program()).resolve().parent
    done = subprocess.run(["cmake", "--install", build, "--prefix", "/usr"], capture_output=True, text=True,
                          env=os.environ | {"DESTDIR": str(root)})
    check_equal(done.returncode, 0, f"cmake --install ends with 0 {done.stderr}")


def main():
    work = work_folder()
    root = work / "root"
    try:
        tell("Install")
        install(root)
        found = {str(path.relative_to(root)): path.stat().st_mode & 0o777 for path in root.rglob("*") if path.is_file()}
        check_equal(found, FILES, "every file is where it belongs, and nothing else")
        run = [root / "usr/bin/coigate"]
        check(subprocess.run([*run, "--version"], capture_output=True, text=True).stdout.startswith("coigate "), "the program runs")
        tell("Its configuration")
        config = root / "etc/coigate/coigate.toml"
        checked = subprocess.run([*run, "check", "--config", config], capture_output=True, text=True)
        check(checked.returncode == 0 and "has no problems" in checked.stdout, f"has no problems as it is {checked.stderr}")
        config.write_text("# mine\n")
        install(root)
        check_equal(config.read_text(), "# mine\n", "is kept by the next installation")
        tell("systemd's files")
        for tool, name in (("systemd-sysusers", "usr/lib/sysusers.d/coigate.conf"), ("systemd-tmpfiles", "usr/lib/tmpfiles.d/coigate.conf")):
            # --create in an empty root: both files are understood, and make what they say.
            arguments = [tool, f"--root={root}"] + (["--create"] if tool == "systemd-tmpfiles" else []) + [root / name]
            done = subprocess.run(arguments, capture_output=True, text=True)
            check(done.returncode == 0 and not done.stderr.strip().startswith(str(root / name)), f"{tool} understands {name} {done.stderr}")
        check("coigate:" in root.joinpath("etc/passwd").read_text(), "the user coigate is there")
        check(root.joinpath("etc/credstore").is_dir(), "/etc/credstore is there")
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
