"""Cuts the published Bot API down to what the fake speaks: `python -m tests.telegram_server.trim SOURCE.json`.

SOURCE is api.json of PaulSonOfLars/telegram-bot-api-spec. Kept are the methods below and every type they reach, with
names, types and what is required; of the descriptions only lengths ("1-64 bytes") and fixed values (always "member").
"""

import json
import re
import sys
from pathlib import Path

from tests.telegram_server.shapes import PUBLISHED

METHODS = [
    "getMe",
    "getUpdates",
    "setWebhook",
    "deleteWebhook",
    "getWebhookInfo",
    "sendMessage",
    "sendChatAction",
    "sendDocument",
    "answerCallbackQuery",
    "editMessageReplyMarkup",
    "editMessageText",
    "setMyCommands",
    "getMyCommands",
    "deleteMyCommands",
    "setMyDescription",
    "setMyShortDescription",
]
LENGTH = re.compile(r"(\d+)-(\d+) (bytes|characters)(?! after)")
FIXED = re.compile(r"(?:, always |must be )[“\"]?(?!(?:one|an|the)\b)(\w+)[”\"]?")


def main(source: Path) -> None:
    full = json.loads(source.read_text())
    methods = {name: _slim(full["methods"][name]) for name in METHODS}
    types = {name: _slim(full["types"][name]) for name in sorted(_reached(full))}
    head = {
        "origin": "https://github.com/PaulSonOfLars/telegram-bot-api-spec, read from https://core.telegram.org/bots/api",
        "licence": "MIT, the authors of telegram-bot-api-spec; trimmed by trim.py: a field is [name, types, required, more]",
        "version": full["version"],
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    for key, table in (("methods", methods), ("types", types)):
        rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in table.items())
        lines.append(f"  {json.dumps(key)}: {{\n{rows}\n  }}")
    PUBLISHED.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _reached(full: dict) -> set[str]:
    todo = [kind for name in METHODS for kind in _mentioned(full["methods"][name])]
    seen: set[str] = set()
    while todo:
        name = todo.pop().replace("Array of ", "")
        if name in full["types"] and name not in seen:
            seen.add(name)
            todo += _mentioned(full["types"][name])
    return seen


def _mentioned(entry: dict) -> list[str]:
    of_fields = [kind for field in entry.get("fields", []) for kind in field["types"]]
    return [*entry.get("returns", []), *entry.get("subtypes", []), *of_fields]


def _slim(entry: dict) -> dict:
    slim: dict = {key: entry[key] for key in ("returns", "subtypes") if entry.get(key)}
    if entry.get("fields"):
        slim["fields"] = [_field(field) for field in entry["fields"]]
    return slim


def _field(field: dict) -> list:
    more: dict = {}
    if "String" in field["types"] and (length := LENGTH.search(field["description"])):
        more["length"] = [int(length[1]), int(length[2]), length[3]]
    if field["types"] == ["String"] and (fixed := FIXED.search(field["description"])):
        more["always"] = fixed[1]
    return [field["name"], field["types"], field["required"], *([more] if more else [])]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
