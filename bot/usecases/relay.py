"""A coordinator's answer brought to the applicant it answers, and to nobody else.

What cannot or must not be brought on is said to its author: nothing of it is lost in silence. Two who answer at once do not both
reach the applicant unawares: whoever has not seen the other's answer is shown it first.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model.hand_over import Coordinator, Request, Step
from bot.model.message import Incoming, Outgoing, Received, Settled
from bot.usecases.desk import Desk, Words
from bot.usecases.manners import DAY, PROMPT, fingerprint

_DONE = re.compile(r"^[ \t]*/done(?:@\w+)?(?:[ \t.,!]+|$)", re.IGNORECASE | re.MULTILINE)
_NUMBERED = re.compile(r"\[Callboard \d+\]")
"""The mark in the subject of our letters to coordinators."""
MOST = 30
"""Letters of a coordinator about one request in a day, beyond which a machine may be writing them."""
HELD = ("prompt reaction", "looks automatic", "repeated", "too many", "not from a coordinator")
"""Why a letter is not passed on."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Takes coordinators' messages."""

    desk: Desk

    def concerns(self, received: Received) -> bool:
        """Whether a message answers a letter to coordinators, or means to."""
        if received.request is not None:
            return True
        incoming = received.incoming
        subject = (incoming.context or {}).get("subject", "")
        return bool(_NUMBERED.search(subject)) and self.desk.author(incoming) is not None

    def __call__(self, received: Received, now: datetime) -> Settled:
        """What to do with it."""
        incoming = received.incoming
        author = self.desk.author(incoming)
        request = self.desk.hand_overs.get(received.request) if received.request is not None else None
        if request is None:
            return self._told(received, "unmatched")
        if author is None:
            gone = request.state == "erased"
            return Settled("ignored", "forgotten", blank=True) if gone else self._from_stranger(received, request, now)
        if reason := self._doubt(received, request):
            return self._held(received, request, author, reason)
        text, ends = _DONE.sub("", incoming.text).strip(), bool(_DONE.search(incoming.text))
        if request.state == "erased" or request.conversation is None:
            return replace(
                self._said(received, request, author, self.desk.outcome("forgotten", number=request.id)), blank=True
            )
        if not text and not ends:
            return self._said(received, request, author, self.desk.outcome("empty"))
        if not text:
            said = self._said(received, request, author, self.desk.outcome("closed", number=request.id))
            return replace(said, step=Step("close", request.id, by=author.name))
        if other := self.desk.hand_overs.overtaken(request.id, incoming.reacts_to, author.name):
            return self._said(received, request, author, self._overtaken(request, other))
        return self._relayed(received, request, author, text, ends=ends, now=now)

    def _relayed(
        self, received: Received, request: Request, author: Coordinator, text: str, *, ends: bool, now: datetime
    ) -> Settled:
        desk = self.desk
        language = request.language if request.language in desk.templates.languages else "en"
        notice = desk.templates.say(language, "service", "hand-over", "person", author=author.name)
        answer = Outgoing(
            text,
            "person",
            language,
            notice=notice,
            via="email" if request.channel == "email" else "telegram",
            author=author.name,
            hand_over=request.id,
        )
        passed_on = desk.outcome(
            "passed-on",
            attachments=list(received.incoming.attachments),
            others=desk.others(request),
            teachable=any(matter.form == "not-stated" for matter in request.matters),
            number=request.id,
            text=text,
        )
        told = desk.to_coordinators(
            request, desk.outcome("answered", author=author.name, text=text), now, but=author.name
        )
        if received.incoming.channel == "telegram":  # who is in the group has read it there
            told = [one for one in told if one.via != "telegram"]
        mine = self._said(received, request, author, passed_on)
        step = Step("close" if ends else "answer", request.id, by=author.name)
        return replace(mine, replies=(answer, *mine.replies, *told), step=step)

    def _overtaken(self, request: Request, other: str) -> Words:
        lines = self.desk.hand_overs.lines(request, 0)

        def text(language: str) -> str:
            shown = self.desk.conversation(lines, language)
            return self.desk.outcome("overtaken", other=other, lines=shown)(language)

        return text

    def _doubt(self, received: Received, request: Request) -> str:
        """Why a letter may be a machine's, which must not speak to an applicant in a person's name; "" if nothing shows it."""
        incoming = received.incoming
        if incoming.channel != "email":
            return ""
        said = self.desk.hand_overs.said_about(request.id, received, incoming.received - DAY)
        held = [reason for reason, _ in said if reason in HELD]
        if self._prompt(incoming):
            return "prompt reaction"
        if (incoming.context or {}).get("looks") and "looks automatic" not in held:  # who insists is a person
            return "looks automatic"
        if fingerprint(incoming.text) in [fingerprint(text) for reason, text in said if reason not in HELD]:
            return "repeated"
        return "too many" if len(said) >= MOST else ""

    def _prompt(self, incoming: Incoming) -> bool:
        """Whether it came faster than anybody reads and writes: an absence note that does not say it is one."""
        left = self.desk.hand_overs.told_at(incoming.reacts_to) if incoming.reacts_to is not None else None
        return left is not None and timedelta() <= incoming.received - left < PROMPT

    def _held(self, received: Received, request: Request, author: Coordinator, reason: str) -> Settled:
        """Not passed on; its author is told so once a day for each reason, lest two machines write to each other."""
        said = self.desk.hand_overs.said_about(request.id, received, received.incoming.received - DAY)
        told = reason in [earlier for earlier, _ in said]
        text = self.desk.outcome("held", number=request.id, reason=reason)
        replies = () if told else (self.desk.letter(author, request, text),)
        return Settled("ignored", reason, replies=replies)

    def _from_stranger(self, received: Received, request: Request, now: datetime) -> Settled:
        incoming = received.incoming
        if incoming.channel == "telegram":
            number = incoming.address.partition("/")[2]
            return self._told(received, "unknown-member", number=number)
        said = self.desk.hand_overs.said_about(request.id, received, incoming.received - DAY)
        values = {"number": request.id, "address": incoming.address, "text": incoming.text}
        told: list[Outgoing] = []
        # once a day: it may be the robot of a mailbox that passes letters on
        if not said and not self._prompt(incoming):
            told = self.desk.to_coordinators(request, self.desk.outcome("unknown-author", **values), now)
        return Settled("ignored", "not from a coordinator", replies=tuple(told))

    def _said(self, received: Received, request: Request, author: Coordinator, text: Words) -> Settled:
        """A word back to the author about their message, where they wrote it."""
        if received.incoming.channel == "telegram":
            replies = self.desk.to_group(request, text)
        else:
            replies = [self.desk.letter(author, request, text)]
        return Settled("answered", "a coordinator", replies=tuple(replies))

    def _told(self, received: Received, outcome: str, **values: object) -> Settled:
        """A word back to whoever wrote, in place."""
        author = self.desk.author(received.incoming)
        language = author.language if author else "en"
        text = self.desk.outcome(outcome, **values)(language)
        return Settled("answered", outcome, replies=(Outgoing(text, "service", language),))
