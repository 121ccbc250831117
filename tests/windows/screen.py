"""A screen without a monitor: Xvfb, a window manager, a session bus; keys and clicks by xdotool, pictures by import.

Programs run as a user of their own, because some refuse root.
"""

import os
import pathlib
import pwd
import shutil
import subprocess
import time

from server import Failure, wait_until

USER = "coigate-windows"
SIZE = (1280, 900)


def _user():
    """The passwd entry of the user that the programs run as; it is made if there is none."""
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--create-home", "--shell", "/bin/sh", USER], check=True)
        return pwd.getpwnam(USER)


class Screen:
    """`pictures`: the folder where pictures are kept; `language`: that of the programs."""

    def __init__(self, work, pictures, language="en_US.UTF-8"):
        self.user = _user()
        self.home = pathlib.Path(work) / "home"
        self.pictures = pathlib.Path(pictures)
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(exist_ok=True)
        for toolkit in ("gtk-3.0", "gtk-4.0"):
            settings = self.home / ".config" / toolkit / "settings.ini"
            settings.parent.mkdir(parents=True)
            settings.write_text("[Settings]\ngtk-cursor-blink=false\ngtk-enable-animations=false\n")  # so that pictures settle
        self.own_tree(self.home)
        self._processes = []
        reader, writer = os.pipe()
        self._start(["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp", "-ac"],
                    pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as file:
            self.display = ":" + file.readline().strip()
        runtime = self.home / "runtime"
        runtime.mkdir(mode=0o700)
        self._own(runtime)
        self.environment = {"HOME": str(self.home), "USER": USER, "LOGNAME": USER, "DISPLAY": self.display, "LANG": language,
                            "LC_ALL": language, "PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(runtime), "NO_AT_BRIDGE": "1",
                            "GTK_A11Y": "none", "LIBGL_ALWAYS_SOFTWARE": "1", "XDG_CURRENT_DESKTOP": "X"}
        bus = self._as_user(["dbus-daemon", "--session", "--print-address=1", "--nofork"], stdout=subprocess.PIPE, text=True)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        self._as_user(["openbox"])

    def _own(self, path):
        os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def own_tree(self, folder):
        """Gives a folder with all its files to the programs' user."""
        for path in [folder, *folder.rglob("*")]:
            self._own(path)

    def _start(self, command, **what):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **{"stdout": subprocess.DEVNULL, **what})
        self._processes.append(process)
        return process

    def _as_user(self, command, **what):
        return self._start(command, user=self.user.pw_uid, group=self.user.pw_gid, extra_groups=[], env=self.environment, cwd=self.home, **what)

    def run(self, *command, log="program.log", files=None):
        """Starts a program; its output goes to a file beside the pictures. `files`: what stands in the place of which file for it alone."""
        mounts = "".join(f"mount --bind '{new}' '{old}' && " for old, new in (files or {}).items())
        command = ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups", *command]
        if mounts:
            command = ["unshare", "-m", "sh", "-c", mounts + 'exec "$@"', "sh", *command]
        with open(self.pictures / log, "ab") as file:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=self.environment, cwd=self.home)
        self._processes.append(process)
        return process

    def _tool(self, *command):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    def windows(self, title):
        """The ids of the visible windows whose title contains this."""
        return self._tool("xdotool", "search", "--onlyvisible", "--name", title).split()

    def waits_for_window(self, title, seconds=30):
        wait_until(lambda: self.windows(title), seconds, f"a window {title!r}")
        return self.windows(title)[-1]

    def focus(self, title):
        window = self.waits_for_window(title)
        self._tool("xdotool", "windowactivate", "--sync", window)
        return window

    def places(self, title, left, top, width, height):
        """Brings the window to the front, and to this place."""
        window = self.focus(title)
        self._tool("xdotool", "windowsize", "--sync", window, str(width), str(height), "windowmove", "--sync", window, str(left), str(top))

    def press(self, *keys):
        """Keys as xdotool names them: Return, ctrl+n."""
        for key in keys:
            self._tool("xdotool", "key", "--clearmodifiers", key)

    def types(self, text):
        self._tool("xdotool", "type", "--delay", "15", text)

    def click(self, x, y, button=1):
        self._tool("xdotool", "mousemove", str(x), str(y), "click", str(button))

    def click_in(self, window, x, y):
        """At this place of a window, wherever it stands."""
        self._tool("xdotool", "mousemove", "--window", window, str(x), str(y), "click", "1")

    def pixels(self):
        """What the screen shows now."""
        return subprocess.run(["import", "-window", "root", "-depth", "8", "rgb:-"], env=self.environment, capture_output=True, check=True).stdout

    def settles(self, seconds=20):
        """Waits until two pictures of the screen in a row are the same."""
        end, before = time.monotonic() + seconds, None
        while time.monotonic() < end:
            now = self.pixels()
            if now == before:
                return
            before = now
            time.sleep(0.4)

    def picture(self, name):
        """Keeps what the screen shows as NAME.png; returns the path."""
        self.settles()
        path = self.pictures / f"{name}.png"
        subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=True)
        if not path.exists():
            raise Failure(f"no picture {path}")
        return path

    def close(self):
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.home, ignore_errors=True)
