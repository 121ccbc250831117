"""A name server as a private instance (dnsmasq) that knows the zones of a play and nothing else: any other name does not exist.

`records` are dnsmasq's own words, without "--": ("address=/imap.mail.test/127.0.0.1", "srv-host=_imaps._tcp.mail.test,imap.mail.test,993").
"""

from play import World
from server import Server, free_port


class NameServer(Server):
    package = "dnsmasq-base"

    def __init__(self, work, records, port=None):
        super().__init__(work)
        self.port = port or free_port()
        self.ports = {"DNS": self.port}
        self.config = self.folder / "dnsmasq.conf"
        self.config.write_text("\n".join([
            f"port={self.port}", "listen-address=127.0.0.1", "bind-interfaces", "no-resolv", "no-hosts", "no-poll", "local=/test/",
            "log-queries", "log-facility=-", f"pid-file={self.folder}/pid", "user=root", "group=root", *records, ""]))

    def command(self):
        return ["/usr/sbin/dnsmasq", "--keep-in-foreground", f"--conf-file={self.config}"]

    def asked(self, name):
        """How often somebody asked for this name."""
        return sum(f"] {name} from " in line for line in self.log_text().splitlines())


class WorldWithNames(World):
    """A world with a name server `dns`, which coigate asks. `records`: what it publishes, of a world."""

    def __init__(self, records, **setting):
        super().__init__(**setting)
        self.dns = NameServer(self.work, records(self))
        self.coigate.change_config("[mail]\n", f'[mail]\ndns_server = "127.0.0.1:{self.dns.port}"\n')
        self.servers.insert(0, self.dns)
