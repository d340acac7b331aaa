"""Those who wait for what is stated now get it: each one a reply to their own question, by the bot, in their own language.

Knows the record's book of requests and the brain with the new knowledge. Nothing of anybody else's message enters a reply.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, cast

from bot.answering.decisions import KIND_OF
from bot.answering.wording import Templates, topic_name
from bot.model.conversation import Answer, Matter, Question
from bot.model.draft import Recorded
from bot.model.hand_over import Request
from bot.model.message import Channel, Choice, Outgoing
from bot.usecases.answer_question import AnswerQuestion


class Requests(Protocol):
    """The book of requests to a person."""

    def waiting_for(self, matter: Matter) -> list[Request]:
        """Requests that wait and ask this."""
        ...


class Questions(Protocol):
    """Questions of the record."""

    def of(self, request: Request) -> list[Recorded]:
        """The applicant's own questions of a request, the last first."""
        ...


class Learned(Protocol):
    """The book of replies to those who waited."""

    def tell(
        self,
        request: Request,
        asked: Recorded,
        outgoing: Sequence[Outgoing],
        answered: Sequence[Matter],
        knowledge: str,
        now: datetime,
    ) -> bool:
        """Plan a reply, page by page, and note what is answered, in one commit; False if the request does not wait any more."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What became of those who waited: request numbers told, and left to a person because the bot does not answer them so."""

    told: tuple[int, ...] = ()
    left: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TellWaiting:
    """Tells everybody who waits for a matter."""

    answer: AnswerQuestion
    templates: Templates
    requests: Requests
    questions: Questions
    learned: Learned
    pages: Mapping[Channel, Callable[[Outgoing], Sequence[Outgoing]]]

    def __call__(self, matter: Matter, now: datetime) -> Told:
        """Plan the replies; whoever was told before is not waiting any more and gets nothing."""
        told, left = [], []
        for request in self.requests.waiting_for(matter):
            found = self._answered(request, matter, now)
            if found is None:
                left.append(request.id)
                continue
            asked, answer, answered = found
            outgoing = self.pages[cast(Channel, request.channel)](self._outgoing(request, answer, matter))
            if self.learned.tell(request, asked, outgoing, answered, self.answer.knowledge.version, now):
                told.append(request.id)
        return Told(tuple(told), tuple(left))

    def _answered(
        self, request: Request, matter: Matter, now: datetime
    ) -> tuple[Recorded, Answer, tuple[Matter, ...]] | None:
        """The applicant's own question that the bot answers on this matter now, the last one first."""
        for asked in self.questions.of(request):
            answer = self.answer(Question(asked.text, now, asked.earlier))
            stated = tuple(one for one in answer.matters if KIND_OF.get(one.form) == "answer")
            if answer.kind == "answer" and any(one.same(matter) for one in stated):
                return asked, answer, stated
        return None

    def _outgoing(self, request: Request, answer: Answer, matter: Matter) -> Outgoing:
        def say(*path: str, **values: object) -> str:
            return self.templates.say(answer.language, "service", *path, **values)

        topic = topic_name(self.answer.knowledge.topics[matter.topic], answer.language)
        outgoing = Outgoing(
            f"{say('answered-later', topic=topic)}\n\n{answer.reply}",
            answer.kind,
            answer.language,
            choices=tuple(Choice(choice, choice) for choice in answer.choices),
            sources=answer.sources,
            citations=answer.citations,
            topics=answer.topics,
            matters=answer.matters,
            told=answer.told,
        )
        return replace(outgoing, notice=say("footer")) if request.channel == "email" else outgoing
