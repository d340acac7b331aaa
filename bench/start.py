"""What starting costs: `callboard ask` as a process, from its start to its end, and the memory it takes at most."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.tables import table

RUNS = 5
_QUESTION = "When is the deadline for the IDEAS PhD positions?"
_PLACE = "Until when can I apply, in Delhi time?"
_COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "callboard --help": ["-m", "bot", "--help"],
    "callboard ask": ["-m", "bot", "ask", _QUESTION],
    "callboard ask, with a place": ["-m", "bot", "ask", _PLACE],
}


def tables() -> Iterator[str]:
    """One table; every command runs once unmeasured, so that files are in memory and the index is learnt."""
    rows = []
    for name, arguments in _COMMANDS.items():
        _run(arguments)
        measured = [_run(arguments) for _ in range(RUNS)]
        times = sorted(seconds for seconds, _ in measured)
        memory = max(peak for _, peak in measured)
        rows.append([name, f"{statistics.median(times):.2f}", f"{times[-1]:.2f}", f"{memory / 1e6:.0f}"])
    yield table(f"Start to end of a process ({RUNS} runs)", ["", "median s", "slowest s", "peak MB"], rows)


def _run(arguments: list[str]) -> tuple[float, int]:
    """Seconds and peak memory in bytes of one run; wait4 tells the memory of just this process."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=Path(__file__).parents[1], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - started, usage.ru_maxrss * unit
