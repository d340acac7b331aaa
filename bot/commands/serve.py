"""`callboard serve`: every configured channel in one process, until SIGTERM or Ctrl-C.

Its log goes to standard error and holds ids, never texts or addresses: what libraries log is reduced to who logs how urgently.
"""

import argparse
import asyncio
import logging
import signal
import sys
from functools import partial

from bot.commands.asking import folders
from bot.commands.opening import show_progress
from bot.commands.systemd import notify, signs_of_life
from bot.config import VARIABLES, load_config, load_secrets
from bot.storage.engine import AlreadyServingError
from bot.storage.store import NewerSchemaError
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.serve import Serve
from bot.wiring.answering import answering
from bot.wiring.folders import Folders
from bot.wiring.serving import NothingToServeError, serving_program


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--quiet", action="store_true", help="log only what a person should look at")


def run(options: argparse.Namespace) -> int:
    """Serve."""
    _log_to_stderr(logging.WARNING if options.quiet else logging.INFO)
    config, secrets, found = load_config(options.config), load_secrets(), folders(options)
    brain: AnswerQuestion | None = None
    known = ""
    try:
        while True:
            with serving_program(config, secrets, found, partial(_brain, brain, found), known) as serve:
                brain = asyncio.run(_until_told(serve))
                known = serve.watch.known if serve.watch is not None else ""
                lost = serve.lost
            if lost:
                return 1
            if brain is None:
                break
    except NothingToServeError:
        token = VARIABLES["telegram_token"]
        print(
            f"Nothing to serve: set {token} in the environment for Telegram, or `imap` and `smtp` in the settings for email"
            " (config.example.yaml explains them).",
            file=sys.stderr,
        )
        return 1
    except AlreadyServingError:
        print(
            "Another callboard serves from this store; stop it first, or give this one a store of its own.",
            file=sys.stderr,
        )
        return 1
    except NewerSchemaError as error:
        print(f"This store was written by a later Callboard (schema {error}): install that one.", file=sys.stderr)
        return 1
    return 0


def _brain(fresh: AnswerQuestion | None, found: Folders) -> AnswerQuestion:
    return fresh or answering(found, show_progress)


async def _until_told(serve: Serve) -> AnswerQuestion | None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    names = ", ".join(channel.name for channel in serve.channels)
    logging.getLogger("bot").info("serving %s; SIGTERM or Ctrl-C ends it", names)
    notify("READY=1")
    living = asyncio.create_task(signs_of_life(serve.runtime))
    fresh = await serve.run(stop)
    living.cancel()
    if fresh is not None:
        return fresh
    logging.getLogger("bot").info("stopped; what is not yet answered or sent stays in the record")
    return None


class _OnlyOurWords(logging.Filter):
    """Lets our own notes through and reduces those of libraries, which quote addresses, tokens and texts."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Reduce a library's note to its logger and the type of the error."""
        if not record.name.startswith("bot"):
            kind = record.exc_info[0] if record.exc_info else None
            record.msg, record.args = f"a note of {record.name}" + (f" on {kind.__name__}" if kind else ""), ()
            record.exc_info = record.exc_text = record.stack_info = None
        return True


def _log_to_stderr(level: int) -> None:
    handler = logging.StreamHandler()
    handler.addFilter(_OnlyOurWords())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(level)
