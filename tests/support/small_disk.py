"""A world whose store is on a disk that fills up: a tmpfs of 4 MiB that a file fills.

Where mounting is not permitted (a container without CAP_SYS_ADMIN), the kernel's limit on file size does the same to the process: its files
cannot grow any more.
"""

import contextlib
import resource
import shutil
import signal
import subprocess

from expect import tell
from play import World
from server import work_folder


class SmallDisk:
    def __init__(self, folder):
        self.folder, self.coigate = folder, None
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=755", "coigate-play", folder], capture_output=True,
                              text=True, check=False)
        self.mounted = done.returncode == 0
        tell("the store is on a tmpfs of 4 MiB" if self.mounted else f"mount is not permitted ({done.stderr.strip()}): limiting file size instead")

    def _limit(self, size):
        resource.prlimit(self.coigate.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def fill(self):
        if not self.mounted:
            return self._limit(4096)
        with contextlib.suppress(OSError), open(self.folder / "filler", "wb", buffering=0) as filler:
            while filler.write(bytes(4096)):
                pass
        return tell("-- the disk is full")

    def free(self):
        if not self.mounted:
            return self._limit(resource.RLIM_INFINITY)
        (self.folder / "filler").unlink()
        return tell("-- there is room again")

    def unmount(self):
        if self.mounted:
            subprocess.run(["umount", self.folder], check=True)


class WorldOnSmallDisk(World):
    """`disk` is the store's; `probes` and `written` are for the story's own records."""

    def __init__(self, **setting):
        self._folder = work_folder()
        self.disk = SmallDisk(self._folder / "disk")
        super().__init__(folder=self._folder, gateway={"store": self.disk.folder}, **setting)
        self.disk.coigate, self.probes, self.written = self.coigate, [], {}
        if not self.disk.mounted:  # a write over the limit shall fail with EFBIG, not end the process
            self.coigate.in_child = lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def _end(self, error):
        try:
            super()._end(error)
        finally:
            self.disk.unmount()
            shutil.rmtree(self._folder, ignore_errors=True)
