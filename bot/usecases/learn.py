"""From a coordinator's answer to one person to a general wording for everybody: what must not stand in it, and the draft.

Knows what in a wording looks personal, and which question tests it. Nothing of what the applicant or the coordinator wrote enters a
draft by itself: a draft holds only what was typed for everybody. Does not read or write files.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

import msgspec

from bot.answering.decisions import Decision
from bot.answering.grounds import stated
from bot.answering.wording import Voice, name_of
from bot.correspondence.letters import read_letter
from bot.correspondence.patterns import CLOSING
from bot.model.conversation import Matter, Question
from bot.model.draft import Draft, Proof, distinctive
from bot.model.hand_over import Line, Request
from bot.model.knowledge import Call, Fact, Knowledge, Statement
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.evaluate import DEFAULT_NOW, Gold, grade

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+|(?<!\w)@\w{4,}")
_NUMBER = re.compile(r"\+?\d(?:[ ()/.-]{0,2}\d){5,}")
_DATE = re.compile(r"\d{1,4}([./-])\s?\d{1,2}\1\s?\d{1,4}(?:\D{1,3}\d{1,2}[:.]\d{2})?")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
RUN = 7
"""So many words in a row that stand in the applicant's message are the applicant's."""
NAME_WORDS = 4
"""A last line of no more words, each with a capital, is a name."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request with its conversation and what persons answered."""

    request: Request
    lines: tuple[Line, ...] = ()
    answers: tuple[Line, ...] = ()

    @property
    def written(self) -> list[str]:
        """The applicant's own messages."""
        return [line.text for line in self.lines if line.who == "applicant"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a coordinator typed for everybody: the wording by language, who states it when, and how one may ask for it."""

    matter: Matter
    say: dict[str, str]
    by: str
    on: date
    asked: str = ""


CAPITALS = 0.3
"""The share of words with a capital beyond which a text's capitals tell nothing of names, as in German."""


def objections(texts: Sequence[str], case: Case, knowledge: Knowledge) -> list[str]:
    """Why these words cannot go to everybody, each with its cure; empty if nothing looks personal."""
    found = [f"begins with a salutation ({text.split(',')[0][:40]}): leave it out" for text in texts if _greets(text)]
    personal = dict.fromkeys(_personal(case, knowledge))
    for text in texts:
        words = {word.casefold() for word in _WORD.findall(text)}
        found += [
            f"holds {known!r}, which is the applicant's own: leave it out"
            for known in personal
            if (known.casefold() in words if _WORD.fullmatch(known) else known.casefold() in text.casefold())
        ]
        found += [
            f"repeats the applicant's words {run!r}: say it in general words" for run in _shared(text, case.written)
        ]
    return list(dict.fromkeys(found))


def _greets(text: str) -> bool:
    """Whether a text addresses somebody, as a letter does."""
    flat = " ".join(text.split())
    sentences = read_letter(f"{text}\n\n.").sentences
    return bool(flat[:1].isalpha() and sentences) and not flat.casefold().startswith(sentences[0][:12].casefold())


def _personal(case: Case, knowledge: Knowledge) -> Iterator[str]:
    """Addresses, numbers and names by which the applicant could be known."""
    public = {word.casefold() for text in _public(knowledge) for word in _WORD.findall(text)}
    address = case.request.address
    if len(address) > 3:
        yield address
    names = re.split(r"[._+-]|\d+", address.partition("@")[0]) if "@" in address else []
    for text in case.written:
        yield from _ADDRESS.findall(text)
        yield from _NUMBER.findall(_DATE.sub(" ", text))
        names += _signed(text)
        names += _capitalised(text)
    for line in case.answers:
        salutation = read_letter(f"{line.text}\n\n.").salutation or _opening(line.text)
        names += [word for word in _WORD.findall(salutation)[1:] if word[0].isupper()]
    yield from (name for name in names if len(name) > 2 and name.casefold() not in public)


def _capitalised(text: str) -> list[str]:
    """Two or more words in a row that begin with a capital within a sentence, which may be a name; none of a text in which most
    nouns begin so.
    """
    sentences = [_WORD.findall(sentence)[1:] for sentence in read_letter(text).sentences]
    within = [word for words in sentences for word in words]
    if sum(word[0].isupper() for word in within) > len(within) * CAPITALS:
        return []
    pairs = [pair for words in sentences for pair in pairwise(words) if all(word[0].isupper() for word in pair)]
    return [word for pair in pairs for word in pair]


def _opening(text: str) -> str:
    """The salutation that stands on one line with what follows."""
    return text.partition(",")[0] if _greets(text) else ""


def _signed(text: str) -> list[str]:
    """The names under a message: its last line, or what follows a closing, if it looks like a name."""
    lines = [line.strip(" ,.!-") for line in text.splitlines() if line.strip(" ,.!-")]
    after = [lines[place + 1] for place, line in enumerate(lines[:-1]) if CLOSING.match(line)]
    ends = [*after, *(lines[-1:] if len(lines) > 1 else [])]
    split = [_WORD.findall(line) for line in ends]
    return [
        word for words in split if 0 < len(words) <= NAME_WORDS and all(w[0].isupper() for w in words) for word in words
    ]


def _public(knowledge: Knowledge) -> Iterator[str]:
    """Words that every applicant may read anyway."""
    for call in knowledge.calls.values():
        yield from call.name.values()
        yield from (person.name for person in call.people.values())
        yield from (organisation.name for organisation in call.organisations.values())
        yield from (f"{project.name} {project.title}" for project in call.projects)
        yield from (quote for _, entry in call.cited() for quote in entry.quotes)


def _shared(text: str, messages: Sequence[str]) -> Iterator[str]:
    """Runs of RUN words of a text that stand in a message, too."""
    words = [word.casefold() for word in re.findall(r"\w+", text)]
    known = set()
    for message in messages:
        theirs = [word.casefold() for word in re.findall(r"\w+", message)]
        known |= {tuple(theirs[place : place + RUN]) for place in range(len(theirs) - RUN + 1)}
    for place in range(len(words) - RUN + 1):
        if tuple(words[place : place + RUN]) in known:
            yield " ".join(words[place : place + RUN])
            return


def unsuited(matter: Matter, knowledge: Knowledge) -> str:
    """Why no fact can be learned on a matter, with the cure; "" if one can."""
    topic, call = knowledge.topics.get(matter.topic), knowledge.calls.get(matter.call)
    if topic is None:
        return f"`{matter.topic}` is no topic: name one with --topic (knowledge/topics/)"
    if topic.kind != "fact" or topic.by:
        return f"`{topic.id}` holds no facts ({topic.kind}): name the topic that the answer is about with --topic"
    if call is None:
        return f"`{matter.call}` is no call: name one with --call ({', '.join(knowledge.calls)})"
    if matter.project and matter.project not in [project.id for project in call.projects]:
        return f"`{matter.project}` is no project of {call.id}: name one with --project, or --project '' for the whole call"
    return ""


def drafted(wish: Wish, request: int, answer: AnswerQuestion, name: str) -> Draft:
    """The draft of a wish, with its test question as it was typed."""
    matter = wish.matter
    fact = Fact(topic=matter.topic, say=wish.say, statement=Statement(by=wish.by, on=wish.on, text=wish.say["en"]))
    language = answer(Question(wish.asked, DEFAULT_NOW)).language if wish.asked else "en"
    question = wish.asked or answer.knowledge.topics[matter.topic].asks
    must = distinctive(wish.say.get(language, wish.say["en"]))
    proof = Proof(question=question, must=must, lang=language)
    return Draft(
        id=name,
        call=matter.call,
        project=matter.project,
        fact=fact,
        phrasings={language: (wish.asked,)} if wish.asked else {},
        question=proof,
        requests=(request,),
    )


def proved(draft: Draft, brain_with: AnswerQuestion, others: Sequence[str] = ()) -> Draft:
    """The draft with the first of its question and `others` that is answered right with its fact, each as it stands or after a
    turn that names the call or project; the draft's own question if none is.
    """
    subject = subject_of(draft, brain_with.knowledge)
    for question in (draft.question.question, *others):
        for earlier in ((), (subject,)):
            proof = msgspec.structs.replace(draft.question, question=question, conversation=earlier)
            tried = msgspec.structs.replace(draft, question=proof)
            gold = gold_of(tried)
            given = brain_with(Question(gold.question, gold.now, gold.conversation))
            if grade(gold, given, understood=given.understood).verdict == "right":
                return tried
    return msgspec.structs.replace(draft, question=msgspec.structs.replace(draft.question, conversation=(subject,)))


def subject_of(draft: Draft, knowledge: Knowledge) -> str:
    """The name of the project or call that a draft is about."""
    call: Call = knowledge.calls[draft.call]
    return call.project(draft.project).name if draft.project else name_of(call, draft.question.lang)


def gold_of(draft: Draft) -> Gold:
    """The draft's test question, to be graded."""
    proof = draft.question
    return Gold(
        id=draft.id,
        category="learned",
        language=proof.lang,
        question=proof.question,
        kinds=(proof.kind,),
        must=tuple(re.compile(pattern, re.IGNORECASE) for pattern in proof.must),
        must_not=tuple(re.compile(pattern, re.IGNORECASE) for pattern in proof.must_not),
        conversation=proof.conversation,
    )


def needs_phrasing(draft: Draft, answer: AnswerQuestion) -> bool:
    """Whether one of the draft's ways of asking is not yet read as its topic."""
    subject = subject_of(draft, answer.knowledge)
    ways = [way for several in draft.phrasings.values() for way in several]
    return any(draft.fact.topic not in answer(Question(way, DEFAULT_NOW, (subject,))).topics for way in ways)


def preview(draft: Draft, brain_with: AnswerQuestion, now: datetime) -> dict[str, str]:
    """What everybody who asks will read, by language: the words and the guard of the brain that has the draft's fact.

    A language is "" if the guard would stop the reply there.
    """
    brain = brain_with._brain
    knowledge = brain.knowledge
    call, topic = knowledge.calls[draft.call], knowledge.topics[draft.fact.topic]
    project = call.project(draft.project) if draft.project else None
    grounds = tuple(stated(knowledge, topic, call, project))
    decision = Decision("stated", topic, (call,), (project,) if project else (), grounds)
    shown = {}
    for language in draft.fact.say:
        worded = brain.replies.word(decision, Voice(language, now))
        computed = [*worded.computed, *brain.replies.computed(decision, Voice(language, now))]
        stopped = brain.guard.unsupported(worded.text, worded.grounds, computed, brain.replies.nameable(decision))
        shown[language] = "" if stopped else worded.text
    return shown
