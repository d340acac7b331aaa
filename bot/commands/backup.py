"""`callboard backup FILE`: the record copied to a file, while `serve` runs."""

import argparse
import sys
from pathlib import Path

from bot.config import load_config, load_secrets, store_url
from bot.storage.backup import write_backup
from bot.storage.store import open_store


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("file", type=Path, help="the file to write; it holds personal data: keep it like the record")


def run(options: argparse.Namespace) -> int:
    """Back up."""
    store = open_store(store_url(load_config(options.config), load_secrets()))
    try:
        rows = write_backup(store, options.file)
    except OSError as error:
        print(f"callboard backup: {options.file}: {error.strerror}; nothing was written", file=sys.stderr)
        return 1
    finally:
        store.close()
    print(f"{rows} rows written to {options.file}")
    return 0
