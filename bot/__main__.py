"""Starts the commands: `callboard` and `python -m bot`."""

import sys

from bot.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
