"""Whether what is asked and answered has the published shape of the Bot API."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

PUBLISHED = Path(__file__).parent / "bot-api-10.1.json"
KINDS: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
    "True": (bool,),
}
BUTTON_LOOKS = {"text", "icon_custom_emoji_id", "style"}


class ShapeError(ValueError):
    """Something is not of the shape the Bot API publishes."""


@dataclass(frozen=True)
class Upload:
    """A file that came as a part of a form."""

    name: str
    content: bytes

    def told(self) -> dict[str, Any]:
        return {"file_name": self.name, "file_size": len(self.content)}


@dataclass(frozen=True)
class Field:
    """One field of a method or a type."""

    name: str
    types: tuple[str, ...]
    required: bool
    length: tuple[int, int, str] | None = None
    always: str | None = None

    @classmethod
    def of(cls, row: list) -> "Field":
        more = row[3] if len(row) > 3 else {}
        length = tuple(more["length"]) if "length" in more else None
        return cls(row[0], tuple(row[1]), row[2], length, more.get("always"))

    def fits(self, value: object, where: str) -> None:
        if self.always is not None and value != self.always:
            raise ShapeError(f"{where}: must be {self.always!r}, not {value!r}")
        if self.length is not None and isinstance(value, str):
            least, most, unit = self.length
            size = len(value.encode()) if unit == "bytes" else len(value)
            if not least <= size <= most:
                raise ShapeError(f"{where}: has {size} {unit}, allowed are {least}-{most}")


class Shapes:
    """The published methods and types that the fake speaks."""

    @cached_property
    def published(self) -> dict[str, Any]:
        return json.loads(PUBLISHED.read_text())

    @cached_property
    def fields(self) -> dict[str, dict[str, Field]]:
        """The fields of every method and type; a method begins small and a type big, so no name is both."""
        both = self.published["methods"] | self.published["types"]
        return {name: {row[0]: Field.of(row) for row in entry.get("fields", [])} for name, entry in both.items()}

    def request(self, method: str, raw: Mapping[str, object]) -> dict[str, Any]:
        """The parameters with their types; what came as the text of a form is read first."""
        if method not in self.published["methods"]:
            raise ShapeError(f"method {method} is not among those the fake knows")
        fields = self.fields[method]
        read = {name: _read(value, fields[name].types) if name in fields else value for name, value in raw.items()}
        self._object(read, fields, method)
        return read

    def result(self, method: str, value: object) -> None:
        self.value(value, self.published["methods"][method]["returns"], f"result of {method}")

    def value(self, value: object, types: Iterable[str], where: str) -> None:
        """Whether the value is of one of the types."""
        mistakes = []
        for kind in types:
            try:
                return self._one(value, kind, where)
            except ShapeError as mistake:
                mistakes.append(str(mistake))
        raise ShapeError(" | ".join(mistakes))

    def _one(self, value: object, kind: str, where: str) -> None:
        if kind in KINDS:
            if not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and bool not in KINDS[kind]):
                raise ShapeError(f"{where}: {value!r} is no {kind}")
            if kind == "True" and value is not True:
                raise ShapeError(f"{where}: may only be True")
        elif kind == "InputFile":
            if not isinstance(value, Upload):
                raise ShapeError(f"{where}: is no uploaded file")
        elif kind.startswith("Array of "):
            if not isinstance(value, list):
                raise ShapeError(f"{where}: {value!r} is no array")
            for place, item in enumerate(value):
                self.value(item, [kind.removeprefix("Array of ")], f"{where}[{place}]")
        else:
            self._typed(value, kind, where)

    def _typed(self, value: object, kind: str, where: str) -> None:
        entry = self.published["types"][kind]
        if "subtypes" in entry:
            return self.value(value, entry["subtypes"], where)
        if not isinstance(value, dict):
            raise ShapeError(f"{where}: {value!r} is no {kind}")
        self._object(value, self.fields[kind], f"{where} ({kind})")
        if kind == "InlineKeyboardButton" and len(value.keys() - BUTTON_LOOKS) != 1:
            raise ShapeError(f"{where}: a button has exactly one action, not {sorted(value.keys() - BUTTON_LOOKS)}")
        return None

    def _object(self, value: Mapping[str, object], fields: Mapping[str, Field], where: str) -> None:
        if missing := [name for name, field in fields.items() if field.required and name not in value]:
            raise ShapeError(f"{where}: missing {', '.join(missing)}")
        if unknown := value.keys() - fields.keys():
            raise ShapeError(f"{where}: unknown field {', '.join(sorted(unknown))}")
        for name, inner in value.items():
            self.value(inner, fields[name].types, f"{where}.{name}")
            fields[name].fits(inner, f"{where}.{name}")


def _read(value: object, types: tuple[str, ...]) -> object:
    """A form carries text only: numbers, truths and objects are read from it."""
    if not isinstance(value, str):
        return value
    if "Integer" in types and value.removeprefix("-").isdigit():
        return int(value)
    if "String" in types:
        return value
    if types == ("Boolean",) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    try:
        return json.loads(value)
    except ValueError:
        return value


SHAPES = Shapes()
