"""The clock of this machine."""

from datetime import datetime


def clock() -> datetime:
    """Now, with the offset of this machine."""
    return datetime.now().astimezone()
