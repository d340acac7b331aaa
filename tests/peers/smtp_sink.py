"""The tests' mail server as a process of its own: what it took survives the death of the tests' worker, and its own.

`SmtpSink` starts, stops, kills and freezes it, sets its faults and reads its journal. Run as a script it is that
process: a thin coat over `smtp_server.py`.
"""

import argparse
import json
import os
import signal
import ssl
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from daemons import Daemon, free_port
from smtp_faults import Fault, write_control
from smtp_letters import Letter, read_journal
from smtp_server import SmtpServer


class SmtpSink(Daemon):
    """A server on 127.0.0.1:`port` with a journal that outlives it; the settings are those of `SmtpServer`.

    `tls`: the files of a certificate and its key, as `Certificates.pair` gives them.
    """

    def __init__(
        self,
        folder: Path,
        *,
        tls: tuple[Path, Path] | None = None,
        implicit_tls: bool = False,
        users: Mapping[str, str] | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(folder)
        self.port = free_port()
        self.journal = folder / "journal.jsonl"
        self._control, self._listening = folder / "control.json", folder / "listening"
        self._settings = {
            "port": self.port,
            "tls": [str(path) for path in tls] if tls else None,
            "implicit_tls": implicit_tls,
            "users": dict(users) if users is not None else None,
            "journal": str(self.journal),
            "control": str(self._control),
            "listening": str(self._listening),
            "seed": seed,
        }
        self._changes = 0

    def command(self) -> list[str]:
        self._listening.unlink(missing_ok=True)
        return [sys.executable, str(Path(__file__).resolve()), json.dumps(self._settings)]

    def ready(self) -> bool:
        """A connection would tell too, but it would use up faults."""
        return self._listening.exists()

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}

    def fail(self, *faults: Fault) -> None:
        """What goes wrong from now on, instead of what was said before; without any, nothing."""
        self._changes += 1
        write_control(self._control, faults, self._changes)

    def letters(self) -> list[Letter]:
        """Return what was accepted so far, oldest first, over every start; a letter taken twice stands there twice."""
        return read_journal(self.journal)

    def message_ids(self) -> list[str]:
        return [letter.message_id for letter in self.letters()]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("settings", type=json.loads)
    settings = parser.parse_args(arguments).settings
    context = None
    if settings["tls"]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*settings["tls"])
    server = SmtpServer(
        port=settings["port"],
        tls=context,
        implicit_tls=settings["implicit_tls"],
        users=settings["users"],
        journal=Path(settings["journal"]),
        control=Path(settings["control"]),
        seed=settings["seed"],
    )
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: end.set())
    with server:
        Path(settings["listening"]).touch()
        end.wait()


if __name__ == "__main__":
    main()
