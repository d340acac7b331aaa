"""A word that is a sub-command or a call's id: `callboard slots add ...`, `callboard slots CALL`.

argparse has no sub-command that can be left out for another word.
"""

import argparse
from collections.abc import Sequence
from typing import Any, Self


class StepOrCall(argparse.Action):
    """Takes the first word and what follows: a step reads the rest, any other word is a call."""

    def __init__(self, option_strings: Sequence[str], dest: str, **given: Any) -> None:
        super().__init__(option_strings, dest, **{**given, "nargs": argparse.PARSER, "required": False})
        self.parsers: dict[str, argparse.ArgumentParser] = {}
        self.program = ""

    @classmethod
    def added_to(cls, parser: argparse.ArgumentParser) -> Self:
        """Add it to a command."""
        what = (
            "the call whose weeks are shown (not needed where one call alone has slots), or a step with its own words"
        )
        action = parser.add_argument("slot_call", action=cls, metavar="CALL", help=what)
        assert isinstance(action, cls)
        action.program = parser.prog
        return action

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's name
        """Add a step."""
        del help
        self.parsers[name] = argparse.ArgumentParser(prog=f"{self.program} {name}", description=description)
        return self.parsers[name]

    def described(self) -> str:
        """The steps, for the command's help."""
        lines = [f"  {name:10} {parser.description}" for name, parser in self.parsers.items()]
        return "\n".join(["steps (each has its own --help):", *lines])

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Read the words."""
        first, *rest = values
        if first in self.parsers:
            for name, value in vars(self.parsers[first].parse_args(rest)).items():
                setattr(namespace, name, value)
            namespace.step = first
        elif rest:
            parser.error(f"`{first}` is no step ({', '.join(self.parsers)}); of a call give its id only")
        else:
            namespace.slot_call = first
