"""The record held against the journals of the peers: what is lost, repeated or wrong after kills.

A reply in Telegram's journal carries no number: those of a chat are told apart by their texts, in the order of the record.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from crash import Scene

UNDER_WAY = 1 + 16  # replies that can be under way at once: one letter, and messages up to Deliver's WIDTH
_OURS = re.compile(r"<([0-9a-f]{32})\.(\d+)@")
REPLIES = """
SELECT replies.id, replies.channel, replies.state, replies.doubts, replies.outcome, messages.thread, conversations.address
FROM replies JOIN messages ON messages.id = replies.message JOIN conversations ON conversations.id = replies.conversation
ORDER BY replies.id
"""
MESSAGES = """
SELECT messages.state, messages.reason, messages.tries, conversations.address
FROM messages LEFT JOIN conversations ON conversations.id = messages.conversation
"""


@dataclass
class Audit:
    """What is wrong, and the figures; `copies` are the receipts of each reply in a journal, `doubts` what the record says of it."""

    problems: list[str] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)
    copies: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    doubts: dict[int, int] = field(default_factory=dict)

    def of(self, scene: Scene, address: str) -> list[tuple[int, int]]:
        """(copies, doubts) of each reply to an address."""
        mine = [reply["id"] for reply in scene.rows(REPLIES) if reply["address"] == address]
        return [(len(self.copies[reply]), self.doubts[reply]) for reply in mine]


def audit(scene: Scene, kills: int) -> Audit:
    """Hold the record against the journals."""
    found = Audit()
    replies = scene.rows(REPLIES)
    found.doubts = {reply["id"]: reply["doubts"] for reply in replies}
    _read_letters(scene, {reply["id"]: reply for reply in replies if reply["channel"] == "email"}, found)
    _read_chats(scene, [reply for reply in replies if reply["channel"] == "telegram"], found)
    _judge_messages(scene, {reply["address"] for reply in replies if found.copies.get(reply["id"])}, found)
    for reply in replies:
        _judge_reply(reply, found.copies.get(reply["id"], []), found)
    repeated, doubted = sum(len(copies) - 1 for copies in found.copies.values()), sum(found.doubts.values())
    if doubted > kills * UNDER_WAY:
        found.problems.append(f"{doubted} doubts after {kills} kills")
    if (health := scene.rows("PRAGMA integrity_check")) != [{"integrity_check": "ok"}]:
        found.problems.append(f"the store is broken: {health}")
    letters = sum("@" in address for address in scene.asked)
    states = Counter(reply["state"] for reply in replies)
    found.figures = {
        "kills": kills,
        "messages": len(scene.asked) - letters,
        "letters": letters,
        "replies": len(replies),
        "repeated": repeated,
        "doubted": doubted,
        **{state: states[state] for state in ("unknown", "refused")},
        "apologies": sum(message["reason"] == "failed" for message in scene.rows(MESSAGES)),
    }
    return found


def _read_letters(scene: Scene, replies: dict[int, dict], found: Audit) -> None:
    for letter in scene.sink.letters():
        known = _OURS.match(letter.message_id)
        reply = replies.get(int(known[2])) if known else None
        if reply is None or known[1] != reply["thread"] or letter.recipients != (reply["address"],):
            found.problems.append(f"letter {letter.message_id} to {letter.recipients} is no reply of the record")
            continue
        if letter.message["In-Reply-To"] != scene.asked.get(reply["address"]):
            found.problems.append(f"letter {letter.message_id} answers {letter.message['In-Reply-To']}")
        if any(before != letter.message_id for before in found.copies[reply["id"]]):
            found.problems.append(f"letter {letter.message_id} repeats another under a name of its own")
        found.copies[reply["id"]].append(letter.message_id)


def _read_chats(scene: Scene, replies: list[dict], found: Audit) -> None:
    texts: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for effect in scene.telegram.journalled():
        if effect["method"].startswith("send") and effect["message_id"]:
            texts[str(effect["chat_id"])].setdefault(effect["text"], []).append(str(effect["message_id"]))
    for chat, arrived in texts.items():
        planned = [reply["id"] for reply in replies if reply["address"] == chat]
        if chat not in scene.asked or len(arrived) > len(planned):
            found.problems.append(f"chat {chat} got {len(arrived)} texts, {len(planned)} are in the record")
        for reply, receipts in zip(planned, arrived.values(), strict=False):
            found.copies[reply].extend(receipts)


def _judge_messages(scene: Scene, answered: set[str], found: Audit) -> None:
    recorded = Counter(message["address"] for message in scene.rows(MESSAGES))
    for address in scene.asked:
        if address not in answered:
            found.problems.append(f"unanswered: {address}")
        if recorded[address] != 1:
            found.problems.append(f"recorded {recorded[address]} times: {address}")
    for message in scene.rows(MESSAGES):
        if message["state"] != "answered":
            found.problems.append(f"left {message['state']} ({message['reason']}): {message['address']}")
    for letter in scene.dovecot.stored(scene.mailbox):
        if not {"\\Seen", "\\Answered"} <= letter.flags:
            found.problems.append(f"not marked as answered: letter {letter.uid}")


def _judge_reply(reply: dict, copies: list[str], found: Audit) -> None:
    name = f"{reply['channel']} reply {reply['id']} to {reply['address']}"
    if reply["state"] not in ("sent", "unknown"):
        found.problems.append(f"{reply['state']}, {len(copies)} copies arrived: {name}")
    if reply["state"] == "sent" and not copies:
        found.problems.append(f"sent, but in no journal: {name}")
    if reply["state"] == "sent" and reply["channel"] == "telegram" and copies and reply["outcome"] not in copies:
        found.problems.append(f"sent as {reply['outcome']}, but arrived as {copies}: {name}")
    if len(copies) > 1 + reply["doubts"]:
        found.problems.append(f"{len(copies)} copies, {reply['doubts']} doubts: {name}")
