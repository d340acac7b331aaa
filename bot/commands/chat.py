"""`callboard chat`: the conversation in the terminal; with input from a pipe it answers line by line and ends."""

import argparse
import contextlib
import sys
from typing import Any

from bot.channels.terminal import Conversation, run_lines
from bot.commands.ask import read_time
from bot.commands.opening import open_answering
from bot.wiring.clock import clock


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--now", metavar="TIME", help="answer as of this time, ISO 8601 with an offset (default: the clock)"
    )


def run(options: argparse.Namespace) -> int:
    """Chat until the asker leaves."""
    fixed = getattr(options, "now", None)
    try:
        now = read_time(fixed)
    except ValueError as error:
        print(f"callboard chat: --now: {error}", file=sys.stderr)
        return 2
    answer = open_answering(options)
    conversation = Conversation(answer, (lambda: now) if now else clock)
    if not sys.stdin.isatty():
        run_lines(conversation, sys.stdin, lambda reply: print(f"{reply}\n", flush=True))
        return 0
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - gives input() editing and history where the platform has it
    print(conversation_start(answer))
    while True:
        try:
            text = input("\nyou> ").strip()
        except EOFError:
            print()
            return 0
        if text in ("/quit", "/exit"):
            return 0
        if text:
            print(f"\n{conversation.say(text)}")


def conversation_start(answer: Any) -> str:
    """The first lines of a chat: that it is a bot, what it knows, how to leave."""
    calls = ", ".join(call.name["en"] for call in answer.knowledge.calls.values())
    return f"Callboard, a bot. It answers questions about: {calls}. Ask in English or German; /quit or Ctrl-D ends."
