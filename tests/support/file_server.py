"""An HTTPS server for plays, with files that it keeps back until it is told: `with FileServer(certificates) as store:`."""

import http.server
import ssl
import threading

from server import Failure


class FileServer:
    """Has the files that it is given; `keeps_back()`: its answers wait for `gives()`."""

    def __init__(self, certificates):
        self._files, self._asked, self._may_answer = {}, threading.Event(), threading.Event()
        self._may_answer.set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer._asked.set()
                outer._may_answer.wait(120)
                content_type, content = outer._files.get(self.path, ("text/plain", b""))
                try:
                    self.send_response(200 if self.path in outer._files else 404)
                    self.send_header("Content-Type", content_type)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:  # whoever asked has gone
                    pass

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.certificate, certificates.key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.gives()
        self._server.shutdown()
        self._server.server_close()

    def has(self, name, content_type, content):
        """A file; returns its address."""
        self._files[f"/{name}"] = (content_type, content)
        return f"https://localhost:{self.port}/{name}"

    def keeps_back(self):
        self._asked.clear()
        self._may_answer.clear()

    def was_asked(self, seconds=20):
        """Waits until somebody asks for a file."""
        if not self._asked.wait(seconds):
            raise Failure("nobody has asked the file server for a file")

    def gives(self):
        self._may_answer.set()
