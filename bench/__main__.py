"""Prints all tables, or those named: `python -m bench answers start ranking`."""

import argparse
import sys

from bench import answers, ranking, start

_TABLES = {"answers": answers.tables, "start": start.tables, "ranking": ranking.tables}


def main() -> int:
    """Measure and print, table by table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures Callboard on this machine.")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"one of {', '.join(_TABLES)} (default: all)")
    chosen: list[str] = parser.parse_args().tables or list(_TABLES)
    if unknown := [name for name in chosen if name not in _TABLES]:
        parser.error(f"no table `{unknown[0]}`: choose from {', '.join(_TABLES)}")
    for name in chosen:
        for table in _TABLES[name]():
            print(f"{table}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
