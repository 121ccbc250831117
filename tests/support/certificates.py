"""A certificate authority for one play, and a server certificate that it signs; by the openssl program."""

import subprocess

_CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = {name}
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = {names}
"""


class Certificates:
    """`ca_file`, and `certificate`/`key` (PEM files) for the names given; valid for 30 days."""

    def __init__(self, work, names=("DNS:localhost", "DNS:mail.test", "DNS:*.mail.test", "DNS:jabber.test", "DNS:other.test",
                                    "IP:127.0.0.1")):
        folder = work / "certificates"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        self.ca_file, self.certificate, self.key = folder / "ca.pem", folder / "server.pem", folder / "server.key"
        ca_key = folder / "ca.key"
        self._make(folder, "ca", "coigate play CA", "", ["-keyout", ca_key, "-out", self.ca_file])
        self._make(folder, "server", "localhost", ",".join(names),
                   ["-CA", self.ca_file, "-CAkey", ca_key, "-keyout", self.key, "-out", self.certificate])
        self.key.chmod(0o644)  # each server reads it as its own user; it is worth nothing outside this folder

    @staticmethod
    def _make(folder, section, name, names, arguments):
        config = folder / f"{section}.cnf"
        config.write_text(_CONFIG.format(name=name, names=names or "DNS:unused.invalid"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "30", "-config", config, "-extensions", section, *arguments],
                       check=True, capture_output=True)
