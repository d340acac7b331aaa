"""A question answered: from a message and the asker's earlier ones to the reply. The one brain behind every channel.

Knows the order of the steps: letter, language, parts, decisions, words, guard. Does not know channels, files or the clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.answering.choose import Chooser
from bot.answering.chosen import Chosen
from bot.answering.clocks import Clocks
from bot.answering.context import Memory
from bot.answering.decisions import Decision, matters_of
from bot.answering.guard import Guard
from bot.answering.language import Languages
from bot.answering.parts import Part
from bot.answering.reading import Reader
from bot.answering.replies import Replies, Worded
from bot.answering.strangers import Strangers
from bot.answering.wording import Templates, Voice, name_of
from bot.answering.words import clean
from bot.correspondence.automatic import automatic
from bot.correspondence.letters import read_letter
from bot.model.conversation import Answer, AnswerKind, Question, Told
from bot.model.knowledge import Knowledge
from bot.usecases.ports import Log

LIMIT = 100_000
"""Characters of a message that is read; longer ones get a clear reply."""
SENTENCES = 60
"""Sentences of a letter that are read."""
TURNS = 20
"""Earlier turns that are read again."""


@dataclass(frozen=True, slots=True)
class Explained:
    """An answer with how it came about."""

    answer: Answer
    chosen: tuple[Chosen, ...]
    memory: Memory


@dataclass(frozen=True, slots=True)
class Brain:
    """The parts that answering needs, put together by wiring."""

    knowledge: Knowledge
    reader: Reader
    chooser: Chooser
    strangers: Strangers
    replies: Replies
    clocks: Clocks
    templates: Templates
    languages: Languages
    guard: Guard
    log: Log


class AnswerQuestion:
    """Answers questions."""

    def __init__(self, brain: Brain) -> None:
        self._brain = brain

    @property
    def knowledge(self) -> Knowledge:
        """What it answers from."""
        return self._brain.knowledge

    @property
    def templates(self) -> Templates:
        """What it words replies with."""
        return self._brain.templates

    def warm_up(self, now: datetime) -> None:
        """Load what is only loaded when it is needed, so that nobody has to wait for it."""
        self._brain.clocks.warm_up()
        for call in self._brain.knowledge.calls.values():  # a bare name does not tell its language: that is looked into
            self(Question(call.id, now))

    def __call__(self, question: Question) -> Answer:
        """The answer to a question."""
        return self.explained(question).answer

    def explained(self, question: Question) -> Explained:
        """The answer with its parts and decisions."""
        text = clean(question.text[: LIMIT + 1])
        voice = Voice(self._brain.languages.of_reply(text[:4000], question.conversation), question.now)
        if len(question.text) > LIMIT:
            return self._fixed("too-long", "abstain", voice, limit=LIMIT)
        if reason := automatic(text):
            return self._fixed("automatic", "abstain", voice, reason=reason)
        memory = Memory()
        for turn in question.conversation[-TURNS:]:
            parts, asides = self._parts(clean(turn[:LIMIT]))
            _, memory = self._brain.chooser.message(parts, memory, asides) if parts else ((), memory)
        parts, asides = self._parts(text)
        if not parts:
            calls = [name_of(call, voice.language) for call in self._brain.knowledge.calls.values()]
            return self._fixed("what-about", "clarify", voice, calls=calls)
        chosen, memory = self._brain.chooser.message(parts, memory, asides)
        chosen = [self._brain.strangers.checked(entry) for entry in chosen if _left(entry, question)]
        if not chosen:
            return Explained(Answer("smalltalk", "", voice.language, understood=False), (), memory)
        return Explained(self._answer(chosen, voice, text), tuple(chosen), memory)

    @property
    def negations(self) -> frozenset[str]:
        """Words that turn a statement round."""
        return self._brain.reader.lexicon.negations

    def read(self, text: str) -> tuple[Part, ...]:
        """The parts of a message with their ranked topics, as they would be answered."""
        return tuple(self._parts(clean(text[:LIMIT]))[0])

    def _parts(self, text: str) -> tuple[list[Part], list[Part]]:
        """The parts of the letter, and its subject line and salutation as asides."""
        letter = read_letter(text)
        parts = [part for sentence in letter.sentences[:SENTENCES] for part in self._brain.reader.read(sentence)]
        asides = [
            part for line in (letter.subject, letter.salutation) if line for part in self._brain.reader.read(line)
        ]
        return parts, asides

    def _fixed(self, template: str, kind: AnswerKind, voice: Voice, **values: object) -> Explained:
        reply = self._brain.templates.say(voice.language, template, **values)
        return Explained(Answer(kind, reply, voice.language), (), Memory())

    def _answer(self, chosen: Sequence[Chosen], voice: Voice, message: str) -> Answer:
        worded = [self._worded(entry, voice, message) for entry in chosen]
        kinds = [kind for _, kind in worded]
        kind: AnswerKind = next(k for k in ("answer", "clarify", "abstain", "smalltalk") if k in kinds)
        text = "\n\n".join(dict.fromkeys(part.text for part, _ in worded if part.text))
        asking = [part for part, part_kind in worded if part_kind == "clarify"]
        return Answer(
            kind,
            text,
            voice.language,
            citations=tuple(dict.fromkeys(citation for part, _ in worded for citation in part.citations)),
            choices=asking[0].choices if len(asking) == 1 else (),
            sources=tuple(dict.fromkeys(line for part, _ in worded for line in part.sources)),
            topics=tuple(dict.fromkeys(entry.decision.topic.id for entry in chosen if entry.decision.topic)),
            matters=tuple(dict.fromkeys(matter for entry in chosen for matter in matters_of(entry.decision))),
            told=tuple(dict.fromkeys(told for part, _ in worded for told in self._told(part, voice))),
            understood=any(entry.decision.form not in ("not-understood", "left-over") for entry in chosen),
        )

    def _worded(self, entry: Chosen, voice: Voice, message: str) -> tuple[Worded, AnswerKind]:
        decision = entry.decision
        additions = self._brain.clocks.additions(entry, voice, message)
        worded = self._brain.replies.word(decision, voice, additions)
        problems = self._brain.guard.unsupported(
            worded.text, worded.grounds, self._computed(decision, worded, voice), self._brain.replies.nameable(decision)
        )
        if problems:
            self._brain.log.warning(
                "guard stopped a reply on %s: %d places without support",
                decision.topic.id if decision.topic else decision.form,
                len(problems),
            )
            safe = Decision("not-understood", None, decision.calls, reason=f"stopped by the guard: {problems}")
            text = self._brain.templates.say(voice.language, "guarded")
            return Worded(f"{text}\n{self._brain.replies.ask(safe, voice)}", ()), "abstain"
        return worded, decision.kind

    def _told(self, part: Worded, voice: Voice) -> list[Told]:
        """The facts in a reply, each with the words in which it was told."""
        return [
            Told(
                ground.call.id,
                ground.project.id if ground.project else "",
                ground.kind,
                ground.digest(),
                self._brain.replies.sentence(ground, voice),
            )
            for ground in part.grounds
            if ground.kind
        ]

    def _computed(self, decision: Decision, worded: Worded, voice: Voice) -> list[str]:
        return [*worded.computed, *self._brain.replies.computed(decision, voice)]


def _left(entry: Chosen, question: Question) -> bool:
    """Whether a decision is not on a topic that is answered elsewhere."""
    topic = entry.decision.topic
    return topic is None or topic.id not in question.without
