"""When an automatic answer must not follow another: loops, repeats, too many of them (RFC 3834, section 2).

Two machines that answer each other never stop by themselves, and not every machine says that it is one. What is left to a
person here is never lost: it stays in the record with its reason, and in its mailbox unread. What asks something of its own is
left only if it comes faster than anybody reads, for the second time, or above the cap.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.conversation import Answer
from bot.model.message import Incoming, Received
from bot.usecases.ports import Inbox, Outbox
from bot.usecases.requests import read_request

DAY = timedelta(hours=24)
PROMPT = timedelta(seconds=20)
"""Nobody reads a reply and writes an answer to it in less; what comes faster was written by a machine."""
AT_ONCE = timedelta(seconds=5)
"""The same for a letter that does not say what it answers: it may be a second one, written before the reply was read."""
ENOUGH = 3
"""Replies a day after which only questions are answered."""
BRIEF = 3
"""Words of a letter that picks a time and says nothing else."""
PICKS = 4
"""Letters of the same words, but for numbers, that somebody may write in a day who has a time to choose."""
TELLING = 4
"""Words of a line by which one knows whose it is."""
_DIGITS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Manners:
    """How often an address is answered automatically a day, and when not at all. Chats are people: only letters are held back."""

    inbox: Inbox
    outbox: Outbox
    cap: int = 10

    def before(self, received: Received) -> str:
        """Why a message must not be answered, told before reading it; "" if it may be."""
        incoming = received.incoming
        if incoming.channel != "email":
            return ""
        if looks := (incoming.context or {}).get("looks"):
            return looks
        since = incoming.received - DAY
        answered = self.outbox.answered_since(received.conversation, since)
        prompt = (when for reply, when in answered if reply == incoming.reacts_to)
        number = received.about is not None and len(incoming.text.split()) <= BRIEF  # "3" is written in a second
        if not number and any(incoming.received - when < PROMPT for when in prompt):
            return "prompt reaction"
        if not answered:
            return ""
        if not read_request(incoming.text) and (reason := self._mechanical(received, [when for _, when in answered])):
            return reason
        if len(answered) < self.cap:
            return ""
        return "over the cap" if "cap" in self.inbox.reasons(received, since) else "cap"

    def _mechanical(self, received: Received, answered: list[datetime]) -> str:
        """What shows that a letter without a request was written by a machine, or asks for no answer; "" if nothing does."""
        incoming, since = received.incoming, received.incoming.received - DAY
        at_once = any(timedelta() <= incoming.received - when <= AT_ONCE for when in answered)
        if incoming.reacts_to is None and at_once and not _asks(incoming):
            return "prompt reaction"
        if echoes(incoming.text, self.outbox.texts_since(received.conversation, since)):
            return "echo"
        said = [fingerprint(text) for text in self.inbox.recent(received, since)]
        often = said.count(fingerprint(incoming.text))
        if often > (PICKS if received.about is not None else 0):  # by its number a time is picked, and picked again
            return "repeated"
        return "asks nothing" if len(answered) >= ENOUGH and not _asks(incoming) and received.about is None else ""

    def after(self, received: Received, answer: Answer) -> str:
        """Why an answer must not be sent; "" if it may be. Thanks, and texts that ask nothing, end an exchange of letters."""
        if received.incoming.channel != "email" or _asks(received.incoming):
            return ""
        said = self.outbox.texts_since(received.conversation, received.incoming.received - DAY)
        asks_nothing = answer.kind == "smalltalk" or not answer.understood
        if asks_nothing and said:
            return "asks nothing"
        told = len(said) > 1 and fingerprint(answer.reply) in map(fingerprint, said)
        return "told already" if told else ""


def _asks(incoming: Incoming) -> bool:
    """Whether a letter is a request, or has a question mark in its text or in the subject of a new one."""
    asked = "?" in incoming.text or "?" in (incoming.context or {}).get("asks", "")
    return asked or read_request(incoming.text) is not None


def fingerprint(text: str) -> str:
    """The text without numbers, punctuation and case: machines count and date what they repeat."""
    return _DIGITS.sub(" ", text).casefold().strip()


def echoes(text: str, said: list[str]) -> bool:
    """Whether a letter gives back what it was told, and asks nothing of its own.

    At least half of its telling lines are ours, broken anew or not, and more than half of one of our replies is in it: a choice
    copied from those we offered is no echo.
    """
    ours = [_words(one) for one in said]
    lines = [line for line in text.splitlines() if fingerprint(line)]
    telling = [line for line in lines if len(fingerprint(line).split()) >= TELLING]
    known = sum(any(_words(line) in one for one in ours) for line in telling)
    if not known or 2 * known < len(telling) or not any(_gives_back(text, one) for one in said):
        return False
    # The end of a question of ours may stand on a line of its own.
    asking = [(line, f"{before} {line}") for before, line in zip(["", *lines], lines, strict=False) if "?" in line]
    return all(
        any(_words(longer) in one or (line in telling and _words(line) in one) for one in ours)
        for line, longer in asking
    )


def _gives_back(text: str, reply: str) -> bool:
    lines = [_words(line) for line in reply.splitlines() if fingerprint(line)]
    return 2 * sum(line in _words(text) for line in lines) > len(lines)


def _words(text: str) -> str:
    return f" {fingerprint(text)} "
