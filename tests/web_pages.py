"""A web server with pages of every sort, on a thread of its own."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


class WebPages:
    """Pages by path: (content type, bytes). `slow` never ends, `drip` sends a byte at a time, `circle` leads to itself."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.released = Event()

    def add(self, path: str, content: bytes | str, kind: str = "text/html; charset=utf-8") -> str:
        self.pages[path] = kind, content if isinstance(content, bytes) else content.encode()
        return f"{self.address}/{path}"


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        web, path = self.server.web, self.path.strip("/")
        if path == "slow":
            web.released.wait()
        elif path == "drip":
            self._start(200, {"Content-Type": "text/html"})
            while not web.released.wait(0.02):
                try:
                    self.wfile.write(b".")
                except OSError:
                    return
        elif path == "no-http":
            self.wfile.write(bytes(range(256)))
        elif path == "not-gzip":
            self._start(200, {"Content-Type": "text/html", "Content-Encoding": "gzip"})
            self.wfile.write(b"\x00\x01 no gzip")
        elif path == "bomb":
            self._start(200, {"Content-Type": "text/html", "Content-Encoding": "gzip"})
            self.wfile.write(gzip.compress(b"." * 60_000_000))
        elif path.startswith("to/"):
            self._start(302, {"Location": path.removeprefix("to/")})
        elif path == "circle":
            self._start(302, {"Location": "/circle"})
        elif path in web.pages:
            kind, content = web.pages[path]
            self._start(200, {"Content-Type": kind} if kind else {})
            self.wfile.write(content)
        else:
            self._start(404, {})

    def _start(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    web: WebPages

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no news."""


@contextmanager
def web_pages() -> Iterator[WebPages]:
    """The server, as long as it is used."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.web = WebPages(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.web
        finally:
            server.web.released.set()
            server.shutdown()
            thread.join()
