"""`callboard fit`: learn the phrasings now, and keep the result (other commands do it when needed)."""

import argparse
from pathlib import Path

from bot.commands.asking import folders
from bot.commands.opening import show_progress
from bot.files.index_files import cache_folder, forget_older, index_name, write_index
from bot.files.knowledge_files import load_knowledge
from bot.wiring.answering import fit_index


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--into", type=Path, metavar="DIR", help="where the index is written (default: the cache)")


def run(options: argparse.Namespace) -> int:
    """Fit and write."""
    folder = folders(options).knowledge
    knowledge = load_knowledge(folder)
    file = (options.into or cache_folder()) / index_name(folder, knowledge.topics)
    index = fit_index(folder, knowledge, show_progress)
    write_index(index, file)
    forget_older(file)
    print(
        f"{index.postings.size} phrasings on {len(knowledge.topics)} topics -> {file} ({file.stat().st_size / 1e6:.0f} MB)"
    )
    return 0
