"""Names that the knowledge does not hold, in a role that decides the answer: another school's deadline is not ours.

Knows what an unknown name looks like (capitals inside a word, an acronym, a name after a title or after "at"), and the
words that questions use anyway. Does not know which institutions exist.
"""

from dataclasses import replace

from bot.answering.chosen import Chosen
from bot.answering.decisions import Decision
from bot.answering.lexicon import Lexicon
from bot.answering.parts import unknown_people
from bot.answering.words import Token
from bot.model.knowledge import Knowledge

_OF_PEOPLE = frozenset(
    {"person", "projects-by-person", "supervisors", "supervisor-institution", "additional-pis", "person-contact"}
)
"""Topics whose answer an unknown person's name makes wrong."""


class Strangers:
    """Blocks an answer that an unknown name makes doubtful."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon, ordinary: frozenset[str]) -> None:
        self._calls = tuple(knowledge.calls.values())
        self._lexicon = lexicon
        self._ordinary = ordinary

    def checked(self, entry: Chosen) -> Chosen:
        """The entry, or one that says that the name is unknown."""
        decision = entry.decision
        of_people = decision.topic is not None and decision.topic.id in _OF_PEOPLE and not entry.part.names("person")
        if of_people and (people := unknown_people(entry.part, self._lexicon)):
            return self._unknown(entry, people[0])
        if decision.kind != "answer" or entry.part.names("project", "call"):
            return entry
        stranger = self._stranger(entry)
        return entry if stranger is None else self._unknown(entry, stranger)

    def _unknown(self, entry: Chosen, name: str) -> Chosen:
        reason = f"unknown name {name}"
        decision = Decision("unknown-name", entry.decision.topic, self._calls, values={"name": name}, reason=reason)
        return replace(entry, decision=decision)

    def _stranger(self, entry: Chosen) -> str | None:
        part = entry.part
        named = {index for mention in part.mentions for index in range(mention.first, mention.last)}
        for index, word in enumerate(part.words):
            if index not in named and self._looks_like_a_name(word) and word.folded not in self._ordinary:
                return word.text
        return None

    @staticmethod
    def _looks_like_a_name(word: Token) -> bool:
        """An acronym of four letters or more, or capitals and small letters or digits mixed inside a word."""
        inner = word.text[1:]
        mixed = any(char.isupper() for char in inner) and any(char.islower() for char in word.text)
        acronym = len(word.text) >= 4 and word.text.isupper() and word.text.isalpha()
        return mixed or acronym
