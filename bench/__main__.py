"""Prints all tables, or those named: `python -m bench answers start ranking planning sending`.

Each is measured in a process of its own, so that none finds the memory or the caches of another.
"""

import argparse
import importlib
import subprocess
import sys

_TABLES = ("answers", "start", "ranking", "planning", "sending")


def main() -> int:
    """Measure and print, table by table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures Callboard on this machine.")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"one of {', '.join(_TABLES)} (default: all)")
    chosen: list[str] = parser.parse_args().tables or list(_TABLES)
    if unknown := [name for name in chosen if name not in _TABLES]:
        parser.error(f"no table `{unknown[0]}`: choose from {', '.join(_TABLES)}")
    if len(chosen) > 1:
        return max(subprocess.run([sys.executable, "-m", "bench", name], check=False).returncode for name in chosen)
    for table in importlib.import_module(f"bench.{chosen[0]}").tables():
        print(f"{table}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
