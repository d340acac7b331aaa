"""Where knowledge and templates are read from."""

from dataclasses import dataclass
from pathlib import Path

from bot.config import Config, find_folder


@dataclass(frozen=True, slots=True)
class Folders:
    """The two folders."""

    knowledge: Path
    templates: Path

    @classmethod
    def of(cls, config: Config) -> "Folders":
        """The folders that a config names, or those found without."""
        return cls(
            find_folder("knowledge", config.knowledge, "calls"),
            find_folder("templates", config.templates, "replies"),
        )
