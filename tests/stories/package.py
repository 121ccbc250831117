"""cpack makes a Debian package of what is installed: its files, what it needs, its configuration, and its scripts."""

from expect import check, check_equal
from installation import FILES, Installation, output_of
from scenario import play, scenario


@scenario
def package_is_unpacked(tree):
    """The package says what it needs; its files are where they belong, its scripts can be run, and so can the program."""
    package = tree.unpacks_package()
    tree.has_exactly(FILES)
    depends = output_of("dpkg-deb", "--field", package, "Depends")
    for name in ("libgloox18", "librnp0", "libomemo-c0", "libotr5", "libc6", "systemd"):
        check(name in depends, f"it needs {name}")
    check_equal(tree.control.joinpath("conffiles").read_text(), "/etc/coigate/coigate.toml\n", "the admin's configuration is kept")
    for script in ("postinst", "prerm", "postrm"):
        check_equal(tree.control.joinpath(script).stat().st_mode & 0o777, 0o755, f"{script} can be run")
        output_of("sh", "-n", tree.control / script)
    check(output_of(tree.program, "--version").startswith("coigate "), "the program runs")


play(__name__, stage=Installation.for_actors)
