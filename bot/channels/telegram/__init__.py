"""Telegram, through python-telegram-bot: an edge that carries messages and decides nothing."""

import os

# Durations as timedelta: python-telegram-bot 22 warns at each one that is read as a number (its release notes of 22.2).
os.environ.setdefault("PTB_TIMEDELTA", "true")
