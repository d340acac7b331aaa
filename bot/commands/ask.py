"""`callboard ask "..."` prints a reply; `callboard ask --jsonl` answers lines of JSON (DESIGN.md 6)."""

import argparse
import json
import sys
from datetime import datetime
from typing import Any

from bot.commands.opening import open_answering
from bot.model.conversation import Answer, Question
from bot.usecases.answer_question import AnswerQuestion
from bot.wiring.clock import clock


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("question", nargs="*", help="the question; without one, standard input is read")
    parser.add_argument(
        "--jsonl",
        action="store_true",
        help='read lines {"id", "question", "conversation", "now"}, print lines {"id", "kind", "reply", "language", "citations"}',
    )
    parser.add_argument(
        "--now", metavar="TIME", help="answer as of this time, ISO 8601 with an offset (default: the clock)"
    )


def run(options: argparse.Namespace) -> int:
    """Answer."""
    try:
        now = read_time(options.now)
    except ValueError as error:
        print(f"callboard ask: --now: {error}", file=sys.stderr)
        return 2
    answer = open_answering(options)
    if options.jsonl:
        return _lines(answer, now)
    text = " ".join(options.question) or sys.stdin.read()
    print(answer(Question(text, now or clock())).reply)
    return 0


def read_time(text: str | None) -> datetime | None:
    """An ISO time with an offset; ValueError says what is missing."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text}` is no ISO 8601 time; write it as 2026-01-15T12:00:00+01:00") from None
    if moment.tzinfo is None:
        raise ValueError(f"`{text}` has no offset from UTC; write it as 2026-01-15T12:00:00+01:00")
    return moment


def _lines(answer: AnswerQuestion, now: datetime | None) -> int:
    failed = 0
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        try:
            question, identity = _question(line, now)
        except ValueError as error:
            print(f"line {number}: {error}", file=sys.stderr)
            failed = 1
            continue
        print(json.dumps({"id": identity, **as_json(answer(question))}, ensure_ascii=False), flush=True)
    return failed


def _question(line: str, now: datetime | None) -> tuple[Question, object]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON ({error.msg} at column {error.colno})") from None
    if not isinstance(value, dict) or not isinstance(value.get("question"), str):
        raise ValueError('needs an object with "question": a text')
    conversation = value.get("conversation") or []
    if not isinstance(conversation, list) or not all(isinstance(turn, str) for turn in conversation):
        raise ValueError('"conversation" must be a list of texts, the earlier turns of the asker')
    moment = read_time(value["now"]) if value.get("now") else now
    return Question(value["question"], moment or clock(), tuple(conversation)), value.get("id")


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer as the fixed interface has it."""
    citations = [{"call": c.call, "section": c.section, "quote": c.quote} for c in answer.citations]
    return {"kind": answer.kind, "reply": answer.reply, "language": answer.language, "citations": citations}
