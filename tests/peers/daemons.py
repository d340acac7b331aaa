"""A program of this machine run as a private daemon: start, stop, kill, freeze, and no leftovers.

Knows processes, ports and waiting. Does not know mail or databases.

A daemon runs in the foreground as our own child, with stdin, stdout and stderr detached, in a session of its own. The
kernel tells it to end when these tests end in whatever way (`setpriv --pdeathsig`). That signal belongs to the thread
which started the child, so one thread starts them all and lives as long as the tests.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

PATIENCE = 60.0  # seconds; generous, for a busy machine: nothing is ever asserted about speed
FIRST_PORT, LAST_PORT = 20000, 32000  # below the kernel's own range, whence a passing connection could take a port

_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="peers")
_given_ports: set[int] = set()

T = TypeVar("T")


def wait_for(predicate: Callable[[], T], seconds: float = PATIENCE, what: str = "") -> T:
    """Ask until the answer is true; return it. Fail after `seconds`."""
    end = time.monotonic() + seconds
    while not (answer := predicate()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {what or predicate}")
        time.sleep(0.02)
    return answer


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on and that was not given before."""
    while True:
        port = random.randrange(FIRST_PORT, LAST_PORT)
        if port in _given_ports:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given_ports.add(port)
        return port


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def require(program: str, package: str, *folders: str) -> str:
    """Return the path of a program; a missing one is a failure, never a skip."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/postfix/sbin", *folders])
    if found := shutil.which(program, path=path):
        return found
    raise RuntimeError(f"{program} is missing: install with apt-get install --no-install-recommends {package}")


def require_root(name: str) -> None:
    if os.geteuid() != 0:
        raise RuntimeError(f"{name} takes the roles of several users: run these tests as root, in a container")


def run(command: list[str], folder: Path, *, fine: tuple[int, ...] = (0,)) -> None:
    """Run a program to its end, away from our terminal and pipes; tell what it said when it fails."""
    log = folder / f"{Path(command[0]).name}.run.log"
    with log.open("ab") as told:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=told, stderr=told, check=False, timeout=PATIENCE
        )
    if done.returncode not in fine:
        raise RuntimeError(f"{' '.join(command)} failed ({done.returncode}):\n{log.read_text(errors='replace')}")


def fill(template: str, known: dict[str, object]) -> str:
    """Return a file of this folder with what stands between @ signs filled in."""
    text = Path(__file__).with_name(template).read_text(encoding="utf-8")
    return re.sub(r"@(\w+)@", lambda found: str(known[found[1]]), text)


def descendants(pid: int) -> list[int]:
    """Return a process and all that it started, the parents first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    family = [pid]
    for member in family:
        family.extend(children.get(member, []))
    return family


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _signal(pid: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, what)


class Daemon:
    """One program with its folder. A subclass says what to run, when it is ready and by which signal it ends."""

    stop_signal = signal.SIGTERM
    grace = PATIENCE  # seconds for an end in good order

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._family: list[int] = []

    def command(self) -> list[str]:
        raise NotImplementedError

    def ready(self) -> bool:
        raise NotImplementedError

    def log_text(self) -> str:
        """Return what the program told so far."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        """Start, or start again after `kill` or `stop`: same ports, same files."""
        if self.running:
            return
        on_death = f"--pdeathsig={self.stop_signal.name.removeprefix('SIG')}"
        command = [require("setpriv", "util-linux"), on_death, *self.command()]
        self._process = _starter.submit(self._spawn, command).result()
        end = time.monotonic() + PATIENCE
        while not self.ready():
            if not self.running or time.monotonic() > end:
                self.kill()
                raise RuntimeError(f"{command[2:]} did not start:\n{self.log_text()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End in good order; whatever then still lives is killed."""
        if self._process is not None:
            self.thaw()
            family = descendants(self._process.pid)
            self._process.send_signal(self.stop_signal)
            try:
                self._process.wait(self.grace)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._bury(family)

    def kill(self) -> None:
        """Kill -9 of the program and of every process that it started; nobody gets time to clean up."""
        if self._process is not None:
            self.freeze()  # a stopped master cannot start another child meanwhile
            self._process.kill()
            self._bury(self._family)

    def freeze(self) -> None:
        """Stop every process where it stands: connections stay open, nobody answers."""
        if self.running and not self._family:
            master = self._process.pid
            _signal(master, signal.SIGSTOP)
            self._family = descendants(master)
            for pid in self._family[1:]:
                _signal(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after `freeze`."""
        for pid in reversed(self._family):
            _signal(pid, signal.SIGCONT)
        self._family = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _spawn(self, command: list[str]) -> "subprocess.Popen[bytes]":
        with (self.folder / "start.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment(),
                start_new_session=True,
            )

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def _bury(self, family: list[int]) -> None:
        """Kill what is left of a family, wait until it is gone, forget it."""
        for pid in family:
            if _alive(pid):
                _signal(pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        wait_for(lambda: not any(map(_alive, family)), what=f"the end of {family}")
        self._process, self._family = None, []
