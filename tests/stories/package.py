"""cpack makes a Debian package of what is installed: its files, what it needs, its configuration, and its scripts."""

import pathlib
import shutil
import subprocess
import sys

from coigate import program
from install import FILES
from play import check, check_equal, tell
from server import Failure, work_folder


def output_of(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    check_equal(done.returncode, 0, f"{command[0]} ends with 0 {done.stderr}")
    return done.stdout


def main():
    work = work_folder()
    try:
        tell("Make")
        build = pathlib.Path(program()).resolve().parent
        output_of("cpack", "--config", build / "CPackConfig.cmake", "-B", work)
        (package,) = work.glob("coigate_*.deb")
        root = work / "root"
        output_of("dpkg-deb", "--raw-extract", package, root)
        control = root / "DEBIAN"
        found = {str(path.relative_to(root)): path.stat().st_mode & 0o777 for path in root.rglob("*")
                 if path.is_file() and control not in path.parents}
        check_equal(found, FILES, "every file is where it belongs, and nothing else")
        tell("What it says of itself")
        depends = output_of("dpkg-deb", "--field", package, "Depends")
        for name in ("libgloox18", "librnp0", "libotr5", "libc6", "systemd"):
            check(name in depends, f"it needs {name}")
        check_equal(control.joinpath("conffiles").read_text(), "/etc/coigate/coigate.toml\n", "the admin's configuration is kept")
        for script in ("postinst", "prerm", "postrm"):
            check_equal(control.joinpath(script).stat().st_mode & 0o777, 0o755, f"{script} can be run")
            output_of("sh", "-n", control / script)
        check(output_of(root / "usr/bin/coigate", "--version").startswith("coigate "), "the program runs")
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
