"""When an automatic answer must not follow another: loops, repeats, too many of them (RFC 3834, section 2).

Two machines that answer each other never stop by themselves, and not every machine says that it is one. What is left to a
person here is never lost: it stays in the record with its reason, and in its mailbox unread.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from bot.model.conversation import Answer
from bot.model.message import Received
from bot.usecases.ports import Inbox, Outbox
from bot.usecases.requests import read_request

DAY = timedelta(hours=24)
PROMPT = timedelta(seconds=20)
"""Nobody reads a reply and writes an answer to it in less; what comes faster was written by a machine."""
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
        answered = self.outbox.answered_since(received.conversation, incoming.received - DAY)
        prompt = (when for reply, when in answered if reply == incoming.reacts_to)
        if any(incoming.received - when < PROMPT for when in prompt):
            return "prompt reaction"
        if not answered:
            return ""
        if not read_request(incoming.text) and fingerprint(incoming.text) in map(
            fingerprint, self.inbox.recent(received, incoming.received - DAY)
        ):
            return "repeated"
        if len(answered) < self.cap:
            return ""
        return "over the cap" if "cap" in self.inbox.reasons(received, incoming.received - DAY) else "cap"

    def after(self, received: Received, answer: Answer) -> str:
        """Why an answer must not be sent; "" if it may be. Thanks, and texts that ask nothing, end an exchange of letters."""
        if received.incoming.channel != "email" or "?" in received.incoming.text:
            return ""
        asks_nothing = answer.kind == "smalltalk" or not answer.understood
        since = received.incoming.received - DAY
        return "asks nothing" if asks_nothing and self.outbox.answered_since(received.conversation, since) else ""


def fingerprint(text: str) -> str:
    """The text without numbers, punctuation and case: machines count and date what they repeat."""
    return _DIGITS.sub(" ", text).casefold().strip()
