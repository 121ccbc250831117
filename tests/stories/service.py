"""coigate as a service, with no Jabber server in sight: ready, watched, reloaded, asked, stopped; and refused where it must be."""

import subprocess

from expect import check, check_equal
from scenario import play, scenario
from server import free_port
from systemd import Alone, as_others

BROKEN = '[xmpp]\nsecret_file = "/nonexistent"\nservr = "a"\n'


@scenario
def what_it_refuses(gateway):
    """A broken configuration is refused, and all that is wrong in it is named."""
    bad = gateway.folder / "bad.toml"
    bad.write_text(BROKEN)
    for command in ("check", "serve"):
        gateway.complains(command, config=bad, status=2, words=[
            f"{bad}:3: there is no key xmpp.servr. Did you mean server?", "xmpp.component is missing", "/nonexistent does not exist"])
    gateway.answers("check")
    gateway.secret.chmod(0o644)
    check("is open to every user" in gateway.answers("check"), "a secret that everybody can read is remarked upon")
    gateway.secret.chmod(0o600)


@scenario
def it_starts(gateway):
    """It is ready without a Jabber server, and says what is missing."""
    gateway.start()
    check(any(line.startswith("STATUS=") and "connecting to the Jabber server" in line for line in gateway.said), "STATUS says what is missing")


@scenario(includes=[it_starts])
def it_is_asked(gateway):
    """The subcommands ask it."""
    gateway.answers("account", "list", output="There are no accounts.\n")
    gateway.answers("queue", "list", output="Nothing waits.\n")
    gateway.answers("queue", "list", "--json", output="")
    gateway.complains("account", "show", "nobody@jabber.test", status=1, words="coigate: there is no account of nobody@jabber.test")
    gateway.complains("queue", "drop", "77", status=1)
    gateway.complains("account", "add", "a@jabber.test", "a@mail.test", status=64, words="--password-file")  # there is no terminal


@scenario(includes=[it_starts])
def password_is_typed(gateway):
    """account add at a terminal, for a mailbox whose servers nobody runs."""
    nowhere = f"127.0.0.1:{free_port()}"
    status, seen = gateway.at_a_terminal("account", "add", "a@jabber.test", "a@mail.test", "--imap-server", nowhere, "--smtp-server", nowhere,
                                         password="open sesame")
    check("Password of a@mail.test: " in seen, "it asks for the password")
    check(status == 1 and "coigate: " in seen, "tries the login, and says what failed")
    check("sesame" not in seen, "the password is not shown")
    gateway.check_log("sesame")


@scenario(includes=[it_starts])
def another_is_started(gateway):
    """A second one on the same socket is refused, and does not harm the first."""
    gateway.complains("serve", status=1, words="another coigate already runs")
    gateway.answers("queue", "list")


@scenario(includes=[it_starts])
def it_keeps_its_secrets(gateway):
    """No core, no look into its memory, no file for others, nothing in the log."""
    check_equal(gateway.limit("Max core file size"), ("0", "0"), "no core is ever written")
    read = subprocess.run([*as_others(), "cat", gateway.proc("environ")], capture_output=True)
    check(read.returncode != 0 and b"denied" in read.stderr, "other processes of its user cannot look into it")
    check("Umask:\t0077" in gateway.proc("status").read_text(), "umask 077")
    check_equal(oct(gateway.key_file.stat().st_mode & 0o777), "0o600", "the key was made, for its owner alone")
    gateway.check_log("xyzzy")


@scenario(includes=[it_starts])
def mail_system_is_no_admin(gateway):
    """Who may deliver mail may not administer."""
    socket, control, folder = (path.stat() for path in (gateway.lmtp_folder / "socket", gateway.folder / "control", gateway.lmtp_folder))
    check_equal((socket.st_gid, oct(socket.st_mode & 0o777)), (folder.st_gid, "0o660"), "the LMTP socket belongs to its folder's group")
    check(control.st_gid != folder.st_gid, "and the control socket does not")
    good = gateway.config.read_text()
    gateway.config.write_text(good.replace("/lmtp/socket", "/lmtp"))
    check("relay.lmtp_listen: is in the folder of the control socket" in gateway.answers("check"), "check remarks upon both in one folder")
    gateway.config.write_text(good)


@scenario(includes=[it_starts])
def it_is_reloaded(gateway):
    """SIGHUP: what was taken over is named, and what was not; a broken file changes nothing."""
    good = gateway.config.read_text()
    log = gateway.reloads(good.replace('level = "info"', 'level = "debug"').replace("coi.jabber.test", "other.jabber.test"))
    check("log.level was taken over" in log, "what was taken over is named")
    check("xmpp.component" in log and "restart" in log, "what needs a restart is named")
    log = gateway.reloads("[xmpp]\ncomponent = 5\n[mial]\n")
    check(":2: xmpp.component must be text" in log and ":3: there is no section [mial]" in log, "all problems of a broken file are named")
    check("nothing was reloaded" in log, "and nothing is taken over")
    gateway.reloads(good)
    gateway.answers("queue", "list")


@scenario(includes=[it_starts])
def it_is_watched(gateway):
    """The loop tells the watchdog that it is alive."""
    gateway.forget()
    gateway.notifies("WATCHDOG=1", times=3)


@scenario(includes=[it_is_watched])
def it_is_stopped(gateway):
    """SIGTERM; afterwards nothing answers."""
    gateway.forget()
    gateway.ends_well()
    gateway.notifies("STOPPING=1")
    check(not gateway.folder.joinpath("control").exists(), "the control socket is gone")
    gateway.complains("account", "list", status=69, words="coigate is not running")


play(__name__, stage=Alone.for_actors)
