"""Matters of messages as the record keeps them: JSON, [form, topic, call, project] each."""

from collections.abc import Sequence
from dataclasses import astuple

import msgspec

from bot.model.conversation import Matter


def encoded(matters: Sequence[Matter]) -> str:
    """As the record keeps them."""
    return msgspec.json.encode([astuple(matter) for matter in matters]).decode()


def decoded(matters: str) -> tuple[Matter, ...]:
    """From the record."""
    return tuple(Matter(*values) for values in msgspec.json.decode(matters))
