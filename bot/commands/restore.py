"""`callboard restore FILE`: a backup put in the record's place, while `serve` runs."""

import argparse
import sys
from pathlib import Path

from bot.commands.asking import agreed
from bot.config import load_config, load_secrets, store_url
from bot.storage.backup import BrokenBackupError, read_backup
from bot.storage.store import open_store


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("file", type=Path, help="a file that `callboard backup` wrote")
    parser.add_argument("--yes", action="store_true", help="do not ask before replacing what the record holds")


def run(options: argparse.Namespace) -> int:
    """Restore."""
    url = store_url(load_config(options.config), load_secrets())
    if not agreed(options, f"Replace everything that the record holds by {options.file}?"):
        print("Nothing was changed.")
        return 1
    store = open_store(url)
    try:
        rows = read_backup(store, options.file)
    except BrokenBackupError as error:
        print(f"callboard restore: {error}; nothing was changed", file=sys.stderr)
        return 1
    finally:
        store.close()
    print(f"{rows} rows restored from {options.file}; what was open in it is left to a person (callboard doctor)")
    return 0
