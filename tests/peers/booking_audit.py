"""Bookings held against the journals of the peers: who holds what by the record, and what everybody's mailbox, chat and calendar say.

Reads the record with SQL, and what arrived with `booking_sights.py`, never with the code under test.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from booking_scene import COORDINATORS, NONE_LEFT, BookingScene, Person
from booking_sights import Copy, Entry, calendar, chats, letters, plain
from crash_audit import UNDER_WAY

REPLIES = """
SELECT replies.id, replies.message, replies.channel, replies.kind, replies.state, replies.doubts, replies.outcome, replies.body,
       replies.hand_over, messages.thread, conversations.address
FROM replies JOIN conversations ON conversations.id = replies.conversation LEFT JOIN messages ON messages.id = replies.message
ORDER BY replies.id
"""
MESSAGES = """
SELECT messages.id, messages.state, messages.reason, conversations.address
FROM messages LEFT JOIN conversations ON conversations.id = messages.conversation ORDER BY messages.id
"""
REQUESTS = """
SELECT hand_overs.id, hand_overs.message, hand_overs.told, conversations.address
FROM hand_overs JOIN conversations ON conversations.id = hand_overs.conversation
"""
SLOTS = "SELECT id, starts, minutes, panel, holder FROM slots ORDER BY id"
ENTRIES = "SELECT person, uid, sequence, method, starts, minutes, panel, slot FROM invitations ORDER BY id"
PANEL = "SELECT uid, address, sequence, method, starts FROM panel ORDER BY id"
WAITING = """
SELECT (SELECT count(*) FROM messages) AS messages,
       (SELECT count(*) FROM messages WHERE state = 'received') AS received,
       (SELECT count(*) FROM replies WHERE state IN ('planned', 'sending')) AS open,
       (SELECT count(*) FROM messages WHERE place <> '' AND NOT filed) AS unfiled,
       (SELECT count(*) FROM hand_overs WHERE told < message) AS untold
"""


@dataclass
class Audit:
    """What is wrong, and the figures; `copies` in the order of their arrival."""

    problems: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    copies: list[Copy] = field(default_factory=list)
    doubts: dict[int, int] = field(default_factory=dict)

    def wrong(self, *problems: str) -> None:
        self.problems += problems

    def confirmations(self, one: Person) -> list[tuple[int, int, int]]:
        """(sequence, copies, doubts) of each entry that somebody got."""
        mine = Counter(
            (entry.sequence, copy.reply) for copy in self.copies if copy.address == one.at for entry in copy.entries
        )
        return [(sequence, times, self.doubts[reply]) for (sequence, reply), times in sorted(mine.items())]


def all_done(scene: BookingScene, written: int) -> bool:
    """Whether all that was written is answered, all who must be told are, and the calendars are as the interviews stand."""
    (row,) = scene.rows(WAITING)
    if tuple(row.values()) != (written, 0, 0, 0, 0):
        return False
    noted = {(row["uid"], row["address"]): row["starts"] for row in scene.rows(PANEL) if row["method"] == "REQUEST"}
    return noted == _wanted(_current(scene).values())


def audit(scene: BookingScene, people: Iterable[Person], kills: int) -> Audit:
    """Hold the record against the journals."""
    found, by_address = Audit(), {one.at: one for one in people}
    replies = {row["id"]: row for row in scene.rows(REPLIES)}
    found.doubts = {number: row["doubts"] for number, row in replies.items()}
    found.copies = [*letters(scene, replies, by_address, found.problems), *chats(scene, replies, found.problems)]
    times = Counter(copy.reply for copy in found.copies)
    for row in replies.values():
        _judge_reply(row, times[row["id"]], found)
    _judge_messages(scene, by_address, replies, times, found)
    holders = _judge_slots(scene, by_address, found)
    _judge_confirmations(scene, by_address, found)
    _judge_others(
        scene, [one for one in by_address.values() if one.written and one.key not in holders], replies, times, found
    )
    _judge_interviewers(scene, set(by_address), found)
    if sum(found.doubts.values()) > kills * UNDER_WAY:
        found.wrong(f"{sum(found.doubts.values())} doubts after {kills} kills")
    if scene.url.startswith("sqlite") and scene.rows("PRAGMA integrity_check") != [{"integrity_check": "ok"}]:
        found.wrong("the store is broken")
    by_chat = sum(1 for one in by_address.values() if one.key in holders and one.chat)
    found.figures = {
        "kills": kills,
        "people": len(by_address),
        "slots": len(scene.rows(SLOTS)),
        "messages": sum(len(one.written) for one in by_address.values()),
        "replies": len(replies),
        "by mail": len(holders) - by_chat,
        "by chat": by_chat,
        "moved": sum(row["sequence"] > 0 for row in scene.rows(ENTRIES)),
        "none left": len(scene.rows(REQUESTS)),
        "interviewers": sum(row["kind"] == "interviewer" for row in replies.values()),
        "repeated": sum(count - 1 for count in times.values()),
        "doubted": sum(found.doubts.values()),
    }
    return found


def _current(scene: BookingScene) -> dict[str, dict[str, Any]]:
    """Each person's last entry in the record."""
    return {row["person"]: row for row in scene.rows(ENTRIES)}


def _wanted(current: Iterable[dict[str, Any]]) -> dict[tuple[str, str], datetime]:
    """(uid, interviewer) to when, of the interviews that stand."""
    standing = [row for row in current if row["method"] == "REQUEST"]
    return {(row["uid"], one["address"]): row["starts"] for row in standing for one in json.loads(row["panel"])}


def _judge_reply(row: dict[str, Any], copies: int, found: Audit) -> None:
    name = f"{row['channel']} reply {row['id']} ({row['kind']}) to {row['address']}"
    if row["state"] not in ("sent", "unknown"):
        found.wrong(f"{row['state']} ({row['outcome']}), {copies} copies arrived: {name}")
    if row["state"] == "sent" and not copies:
        found.wrong(f"sent, but in no journal: {name}")
    if copies > 1 + row["doubts"]:
        found.wrong(f"{copies} copies, {row['doubts']} doubts: {name}")


def _judge_messages(
    scene: BookingScene,
    people: dict[str, Person],
    replies: dict[int, dict[str, Any]],
    times: Counter[int],
    found: Audit,
) -> None:
    """Every message is in the record once, and got an answer where it came from."""
    messages = scene.rows(MESSAGES)
    recorded = Counter(row["address"] for row in messages)
    answered = {row["message"] for row in replies.values() if times[row["id"]] and row["address"] in people}
    for address, one in people.items():
        if recorded[address] != len(one.written):
            found.wrong(f"{recorded[address]} of {len(one.written)} messages recorded: {address}")
    for row in messages:
        if row["state"] != "answered" or row["reason"]:
            found.wrong(f"left {row['state']} ({row['reason']}): message {row['id']} of {row['address']}")
        if row["id"] not in answered:
            found.wrong(f"unanswered: message {row['id']} of {row['address']}")
    for letter in scene.dovecot.stored(scene.mailbox):
        if not {"\\Seen", "\\Answered"} <= letter.flags:
            found.wrong(f"not marked as answered: letter {letter.uid}")


def _judge_slots(scene: BookingScene, people: dict[str, Person], found: Audit) -> set[str]:
    """No slot is two people's, nobody has two, and slots and entries say the same; who holds one."""
    slots, current = scene.rows(SLOTS), _current(scene)
    known = {one.key: one for one in people.values()}
    held = {row["id"]: row for row in slots if row["holder"] is not None}
    for person, times in Counter(row["holder"] for row in held.values()).items():
        if times > 1 or person not in known:
            found.wrong(f"{person} holds {times} slots")
    for slot, times in Counter(row["slot"] for row in current.values() if row["method"] == "REQUEST").items():
        if times > 1:
            found.wrong(f"slot {slot} is the interview of {times} people")
    for number, row in held.items():
        entry = current.get(row["holder"])
        same = ("starts", "minutes", "panel")
        if entry is None or entry["slot"] != number or any(entry[name] != row[name] for name in same):
            found.wrong(f"slot {number}, {row['starts']}, is held by {row['holder']}, whose entry says {entry}")
    for person, entry in current.items():
        if entry["method"] == "REQUEST" and held.get(entry["slot"], {}).get("holder") != person:
            found.wrong(f"{person} has an entry for slot {entry['slot']}, which is not theirs")
    wanting = len(slots) - len(held)
    if wanting and any(one.state == "none" for one in people.values()):
        found.wrong(f"{wanting} slots are free, but people heard that none is")
    holders = {row["holder"] for row in held.values()}
    for one in people.values():
        if (one.state == "booked") != (one.key in holders) or (
            one.slot and held.get(one.slot, {}).get("holder") != one.key
        ):
            found.wrong(f"{one.at} believes to have slot {one.slot} ({one.state}); held: {one.key in holders}")
    return holders


def _judge_confirmations(scene: BookingScene, people: dict[str, Person], found: Audit) -> None:
    """Each revision of an entry reached its person by one reply, and nobody got any other."""
    rows = scene.rows(ENTRIES)
    revisions: dict[str, list[int]] = defaultdict(list)
    owners: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        revisions[row["person"]].append(row["sequence"])
        owners[row["uid"]].add(row["person"])
    for person, sequences in revisions.items():
        if sequences != list(range(len(sequences))):
            found.wrong(f"{person} has the revisions {sequences}")
    found.wrong(*(f"entry {uid} is of {len(persons)} people" for uid, persons in owners.items() if len(persons) > 1))
    for address, one in people.items():
        due = {(row["uid"], row["sequence"], row["method"], row["starts"]) for row in rows if row["person"] == one.key}
        got: dict[tuple[str, int, str, datetime], set[int]] = defaultdict(set)
        for copy in found.copies:
            for entry in copy.entries if copy.address == address else ():
                got[entry.uid, entry.sequence, entry.method, entry.starts].add(copy.reply)
                if entry.attendee != one.address:
                    found.wrong(f"{address} got an entry for {entry.attendee}")
        for which in due - set(got):
            found.wrong(f"{address} was never confirmed {which[3]} (revision {which[1]})")
        for which, numbers in got.items():
            if which not in due:
                found.wrong(f"{address} was confirmed {which[3]} (revision {which[1]}), which is not in the record")
            if len(numbers) > 1:
                found.wrong(f"{address} was confirmed {which[3]} by {len(numbers)} replies")


def _judge_others(
    scene: BookingScene,
    others: Iterable[Person],
    replies: dict[int, dict[str, Any]],
    times: Counter[int],
    found: Audit,
) -> None:
    """Whoever has no slot heard that none is left, last of all, and a person knows of it."""
    last = {copy.address: copy for copy in sorted(found.copies, key=lambda copy: copy.reply)}
    requests = {row["address"]: row for row in scene.rows(REQUESTS)}
    arrived = {(row["hand_over"], row["address"]) for row in replies.values() if row["hand_over"] and times[row["id"]]}
    for one in others:
        heard = plain(last[one.at].text) if one.at in last else ""
        if not any(words in heard for words in NONE_LEFT):
            found.wrong(f"{one.at} has no time, and heard last: {heard[:200]}")
        request = requests.get(one.at)
        if request is None or any((request["id"], each) not in arrived for each in COORDINATORS):
            found.wrong(f"{one.at} has no time, and not every coordinator knows")


def _judge_interviewers(scene: BookingScene, applicants: set[str], found: Audit) -> None:
    """Interviewers' calendars show the interviews that stand, and what they got was so at some time."""
    rows = scene.rows(ENTRIES)
    wanted = _wanted(_current(scene).values())
    ever = {(row["uid"], one["address"], row["starts"]) for row in rows for one in json.loads(row["panel"])}
    got: dict[str, list[Entry]] = defaultdict(list)
    sent: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for copy in found.copies:
        for entry in copy.entries if copy.address not in applicants else ():
            got[copy.address].append(entry)
            sent[entry.uid, copy.address, entry.sequence].add(copy.reply)
            if entry.attendee != copy.address or (entry.uid, copy.address, entry.starts) not in ever:
                found.wrong(f"{copy.address} got {entry}, which never was so")
    shown = {(uid, address): one.starts for address, all_ in got.items() for uid, one in calendar(all_).items()}
    for key in shown.keys() | wanted.keys():
        if shown.get(key) != wanted.get(key):
            found.wrong(f"the calendar of {key[1]} shows {shown.get(key)} for {key[0]}; it is {wanted.get(key)}")
    found.wrong(*(f"{key} went out by {len(numbers)} letters" for key, numbers in sent.items() if len(numbers) > 1))
    noted = {(row["uid"], row["address"]): row["starts"] for row in scene.rows(PANEL) if row["method"] == "REQUEST"}
    if noted != wanted:
        found.wrong(f"{len(noted.items() ^ wanted.items())} interviewers' entries are noted otherwise than they are")
