"""What arrived at people, by the journals of the mail server and of Telegram: replies of the record, and the calendar entries in them.

Reads calendar entries with a few lines of its own. What is no reply of the record is a problem; whether the rest is right is told in
`booking_audit.py`.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from booking_scene import BookingScene, Person

_OURS = re.compile(r"<([0-9a-f]{32})\.(\d+)@")


@dataclass(frozen=True)
class Entry:
    """A calendar entry as it arrived."""

    uid: str
    sequence: int
    method: str
    starts: datetime
    attendee: str


@dataclass(frozen=True)
class Copy:
    """A reply as it arrived at an address: its number in the record, its words, its calendar entries."""

    reply: int
    address: str
    text: str
    entries: tuple[Entry, ...]


def letters(
    scene: BookingScene, replies: dict[int, dict[str, Any]], people: dict[str, Person], problems: list[str]
) -> Iterator[Copy]:
    for letter in scene.sink.letters():
        known = _OURS.match(letter.message_id)
        row = replies.get(int(known[2])) if known else None
        if row is None or letter.recipients != (row["address"],) or row["channel"] != "email":
            problems.append(f"letter {letter.message_id} to {letter.recipients} is no reply of the record")
            continue
        one = people.get(row["address"])
        if one is not None and (known[1] != row["thread"] or letter.message["In-Reply-To"] not in one.written):
            problems.append(
                f"letter {letter.message_id} answers {letter.message['In-Reply-To']}, which is not its message"
            )
        calendars = [
            part.get_payload(decode=True).decode()
            for part in letter.message.walk()
            if part.get_content_type() in ("text/calendar", "application/ics")
        ]
        if len(set(calendars)) > 1 or len(calendars) not in (0, 2):
            problems.append(f"letter {letter.message_id} carries {len(calendars)} entries that differ")
        text = letter.message.get_body(("plain",)).get_content()
        yield Copy(row["id"], row["address"], text, tuple(map(_entry, calendars[:1])))


def chats(scene: BookingScene, replies: dict[int, dict[str, Any]], problems: list[str]) -> Iterator[Copy]:
    """Texts of a chat carry no number: each is the reply with these words; of several with the same, by turns."""
    planned: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in replies.values():
        if row["channel"] == "telegram" and row["body"]:
            body = json.loads(row["body"])
            notice = f"{body['notice']}\n\n" if body.get("notice") else ""
            planned[row["address"], plain(f"{notice}{body['text']}")].append(row["id"])
    met: Counter[tuple[str, str]] = Counter()
    for effect in scene.telegram.journalled():
        if not effect["method"].startswith("send") or not effect["message_id"]:
            continue
        key = (str(effect["chat_id"]), plain(effect["text"] or ""))
        if key not in planned:
            problems.append(f"chat {key[0]} got a text that is not in the record: {key[1][:80]}")
            continue
        number = planned[key][met[key] % len(planned[key])]
        met[key] += 1
        file = effect["params"].get("document")
        yield Copy(number, key[0], effect["text"] or "", (_entry(file["text"]),) if file else ())


def plain(text: str) -> str:
    return " ".join(text.split())


def _entry(text: str) -> Entry:
    """A calendar entry, from its lines (RFC 5545, section 3.1)."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    fields = {re.split("[;:]", line, maxsplit=1)[0]: line.rpartition(":")[2] for line in lines}
    starts = datetime.strptime(fields["DTSTART"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return Entry(fields["UID"], int(fields["SEQUENCE"]), fields["METHOD"], starts, fields["ATTENDEE"])


def calendar(entries: Iterable[Entry]) -> dict[str, Entry]:
    """What a calendar shows after these arrived: of each entry the highest revision."""
    shown: dict[str, Entry] = {}
    for entry in entries:
        if entry.uid not in shown or entry.sequence > shown[entry.uid].sequence:
            shown[entry.uid] = entry
    return {uid: entry for uid, entry in shown.items() if entry.method == "REQUEST"}
