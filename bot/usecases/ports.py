"""What use cases need from outside: floor 3 implements these."""

import logging
from typing import Protocol


class Log(Protocol):
    """Takes notes without personal data: ids and reasons, never texts."""

    def warning(self, message: str, *values: object) -> None:
        """Note something that a person should look at."""
        ...


def silent_log() -> Log:
    """The library's own log, silent until the program configures it."""
    return logging.getLogger("bot")
