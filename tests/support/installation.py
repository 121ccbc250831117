"""What cmake installs into an empty tree, and the Debian package that cpack makes of it."""

import os
import pathlib
import subprocess

from coigate import program
from expect import check_equal
from play import Stage

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


def output_of(*command, **environment):
    """What a command prints; it must end with 0."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=os.environ | environment)
    check_equal(done.returncode, 0, f"{command[0]} ends with 0 {done.stderr}")
    return done.stdout


class Tree:
    """A folder that stands for a machine's root."""

    def __init__(self, root):
        self.root, self.build = root, pathlib.Path(program()).resolve().parent
        self.program, self.config, self.control = root / "usr/bin/coigate", root / "etc/coigate/coigate.toml", root / "DEBIAN"

    def installs(self):
        """By cmake --install."""
        output_of("cmake", "--install", self.build, "--prefix", "/usr", DESTDIR=str(self.root))

    def unpacks_package(self):
        """Makes the Debian package, and unpacks it; its control files are in DEBIAN. Returns the package's path."""
        output_of("cpack", "--config", self.build / "CPackConfig.cmake", "-B", self.root.parent)
        (package,) = self.root.parent.glob("coigate_*.deb")
        output_of("dpkg-deb", "--raw-extract", package, self.root)
        return package

    def has_exactly(self, files):
        """Paths and modes; control files do not count."""
        found = {str(path.relative_to(self.root)): path.stat().st_mode & 0o777 for path in self.root.rglob("*")
                 if path.is_file() and self.control not in path.parents}
        check_equal(found, files, "every file is where it belongs, and nothing else")


class Installation(Stage):
    """`tree`, which is empty."""

    def __init__(self):
        super().__init__()
        self.tree = Tree(self.work / "root")
