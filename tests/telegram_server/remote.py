"""The fake as a process of its own, which outlives a bot that is killed; driven as TelegramServer is."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from tests.telegram_server.control import SHOWN
from tests.telegram_server.server import TOKEN

REPOSITORY = Path(__file__).parent.parent.parent
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class RemoteServer:
    """`with RemoteServer(journal) as server:` has the acts and sights of TelegramServer, by way of /control/."""

    def __init__(self, journal: Path, port: int = 0, *options: str) -> None:
        self.journal = journal
        self.token = TOKEN
        command = [
            sys.executable,
            "-m",
            "tests.telegram_server",
            "--port",
            str(port),
            "--journal",
            str(journal),
            *options,
        ]
        self._process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        if self._process.stdout is None or not (first := self._process.stdout.readline()):
            raise RuntimeError("the fake Telegram did not start")
        self.port = int(first)
        self.url = f"http://127.0.0.1:{self.port}"
        self.base_url, self.base_file_url = f"{self.url}/bot", f"{self.url}/file/bot"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in SHOWN:
            return self._control(name, {})
        return lambda *args, **given: self._control(name, {"args": args, **given})

    def wait_for(self, predicate: Callable[[Self], Any], timeout: float = 10) -> Any:
        """What the predicate gives as soon as it is true; it is asked again and again."""
        until = time.monotonic() + timeout
        while not (found := predicate(self)):
            if time.monotonic() > until:
                raise TimeoutError(f"not so within {timeout} s; sent: {self.sent[-5:]}, refused: {self.refused[-5:]}")
            time.sleep(0.02)
        return found

    def journalled(self) -> list[dict[str, Any]]:
        """What took effect, as the journal has it."""
        return [json.loads(line) for line in self.journal.read_text().splitlines()] if self.journal.exists() else []

    def stop(self) -> None:
        """Ends the process; a mistake of the fake itself is raised here."""
        self._process.terminate()
        status = self._process.wait(timeout=10)
        if self._process.stdout is not None:
            self._process.stdout.close()
        if status:
            raise RuntimeError(f"the fake Telegram ended with {status}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _control(self, name: str, given: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/control/{name}", json.dumps(given).encode(), headers)
        try:
            with DIRECT.open(request, timeout=60) as answer:
                return json.load(answer)["result"]
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise ValueError(json.load(refusal)["error"]) from None
