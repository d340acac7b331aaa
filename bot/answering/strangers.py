"""Names that the knowledge does not hold, in a role that decides the answer: another school's deadline is not ours.

Knows what an unknown name looks like (capitals inside a word, an acronym, a name after a title or after "at"), and the
words that questions use anyway. Does not know which institutions exist.
"""

from dataclasses import replace

from bot.answering.choose import Chosen
from bot.answering.decisions import Decision
from bot.answering.lexicon import Lexicon
from bot.answering.words import Token
from bot.model.knowledge import Knowledge


class Strangers:
    """Blocks an answer that an unknown name makes doubtful."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon, ordinary: frozenset[str]) -> None:
        self._calls = tuple(knowledge.calls.values())
        self._lexicon = lexicon
        self._ordinary = ordinary

    def checked(self, entry: Chosen) -> Chosen:
        """The entry, or one that says that the name is unknown."""
        decision = entry.decision
        if decision.kind != "answer" or entry.part.names("project", "call"):
            return entry
        stranger = self._stranger(entry)
        if stranger is None:
            return entry
        values = {"name": stranger}
        unknown = Decision(
            "unknown-name", decision.topic, self._calls, values=values, reason=f"unknown name {stranger}"
        )
        return replace(entry, decision=unknown)

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
