"""cmake --install puts everything where Debian would, keeps a configuration that is there, and what it installs runs."""

import subprocess

from expect import check, check_equal
from installation import FILES, Installation, output_of
from scenario import play, scenario


@scenario
def it_is_installed(tree):
    """Every file is where it belongs, and the program runs."""
    tree.installs()
    tree.has_exactly(FILES)
    check(output_of(tree.program, "--version").startswith("coigate "), "the program runs")


@scenario(includes=[it_is_installed])
def configuration_is_kept(tree):
    """The configuration has no problems as it is. The admin changes it, and installs again."""
    check("has no problems" in output_of(tree.program, "check", "--config", tree.config), "the configuration has no problems as it is")
    tree.config.write_text("# mine\n")
    tree.installs()
    check_equal(tree.config.read_text(), "# mine\n", "it is kept by the next installation")


@scenario(includes=[it_is_installed])
def systemd_understands_its_files(tree):
    """The user and the folders are made in the empty tree."""
    for tool, name, *arguments in (("systemd-sysusers", "usr/lib/sysusers.d/coigate.conf"),
                                   ("systemd-tmpfiles", "usr/lib/tmpfiles.d/coigate.conf", "--create")):
        done = subprocess.run([tool, f"--root={tree.root}", *arguments, tree.root / name], capture_output=True, text=True)
        check(done.returncode == 0 and not done.stderr.strip().startswith(str(tree.root / name)), f"{tool} understands {name} {done.stderr}")
    check("coigate:" in tree.root.joinpath("etc/passwd").read_text(), "the user coigate is there")
    check(tree.root.joinpath("etc/credstore").is_dir(), "/etc/credstore is there")


play(__name__, stage=Installation.for_actors)
