"""The fake over HTTP: the Bot API under /bot<token>/ and the test's own wishes under /control/."""

import contextlib
import json
import re
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tornado.httputil import HTTPFile, parse_body_arguments

from tests.telegram_server.shapes import Upload
from tests.telegram_server.state import ApiError, Json

CALL = re.compile(r"/bot(?P<token>[^/]*)/(?P<method>\w+)")
CONTROL = "/control/"
TOKEN = re.compile(r"\d+:[\w-]{30,}", re.ASCII)

Answer = tuple[int, Json | bytes]
Calls = Callable[[str, Json], Answer | None]
Controls = Callable[[str, Json], Any]


class Listener(ThreadingHTTPServer):
    """Listens on this machine and hangs up on everybody when closed."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, token: str, calls: Calls, controls: Controls) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.token, self.calls, self.controls = token, calls, controls
        self._serving: dict[threading.Thread, Any] = {}
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(target=self._serve, args=(request, client_address), daemon=True)
        with self._lock:
            self._serving[thread] = request
        thread.start()

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._serving.pop(threading.current_thread())

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed in the middle are what this server is for."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """Ends all connections and waits for those who served them."""
        with self._lock:
            serving = dict(self._serving)
        for connection in serving.values():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in serving:
            thread.join(timeout=10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer leaves in one piece
    server: Listener

    def do_POST(self) -> None:
        path = urlsplit(self.path)
        params = self._params(path.query)
        if path.path.startswith(CONTROL):
            try:
                self._answer(200, {"result": self.server.controls(path.path.removeprefix(CONTROL), params)})
            except Exception as mistake:
                self._answer(400, {"error": f"{type(mistake).__name__}: {mistake}"})
            return
        call = CALL.fullmatch(path.path)
        if call is None or not TOKEN.fullmatch(call["token"]):
            self._answer(404, ApiError(404, "Not Found").answer())
        elif call["token"] != self.server.token:
            self._answer(401, ApiError(401, "Unauthorized").answer())
        else:
            answer = self.server.calls(call["method"], params)
            if answer is None:
                self.close_connection = True
            else:
                self._answer(*answer)

    def do_GET(self) -> None:
        self.do_POST()

    def _params(self, query: str) -> Json:
        """What was sent as query, form, form with files, or JSON."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the client went away in the middle")
        kind = self.headers.get("Content-Type", "")
        arguments: dict[str, list[bytes]] = {}
        files: dict[str, list[HTTPFile]] = {}
        parse_body_arguments("application/x-www-form-urlencoded", query.encode(), arguments, files)
        if kind.startswith("application/json"):
            return json.loads(body or b"{}")
        parse_body_arguments(kind, body, arguments, files)
        texts: Json = {name: values[-1].decode() for name, values in arguments.items()}
        return texts | {name: Upload(given[-1].filename, given[-1].body) for name, given in files.items()}

    def _answer(self, status: int, answer: Json | bytes) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if isinstance(answer, dict) else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Silent."""
