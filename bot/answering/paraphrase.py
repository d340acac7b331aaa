"""Projects by what they are about: "the one on chemicals in rivers" without its name.

Knows each project's words (names, ways of calling it, themes, sentences), weighed by how few projects share them. A match must
be clear; otherwise it is doubtful and the asker is asked.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.answering.subjects import Name
from bot.answering.words import Token, stems, tokens
from bot.model.knowledge import Call, Knowledge, Project

CLEAR = 1.5
"""A best match counts if its score is this many times the second's."""
LEAST = 0.6
"""Score of a match that counts where the part points at a project ("the project on ...")."""
LEAST_UNANNOUNCED = 1.7
"""Score of a match that counts where it does not."""
STRONG = 0.25
"""Weight from which on a word counts as naming the project, and is masked before topics are ranked."""
_RICH = frozenset(
    {
        "about",
        "title",
        "keywords",
        "tasks",
        "methods",
        "data",
        "research-questions",
        "disciplines",
        "group",
        "workplace",
        "term",
    }
)


@dataclass(frozen=True, slots=True)
class Match:
    """The projects that the words may mean (one if clear), and which words say so."""

    projects: tuple[Name, ...] = ()
    words: tuple[int, ...] = ()


class Paraphrases:
    """The words by which each project can be told."""

    def __init__(
        self,
        knowledge: Knowledge,
        common: Mapping[str, float],
        function_words: frozenset[str],
        pointers: frozenset[str],
    ) -> None:
        self._function_words = function_words
        self._pointers = pointers
        self._words: dict[Name, dict[str, float]] = {}
        self._common = common
        self.kinds = {call.id: call.kind for call in knowledge.calls.values()}
        for call in knowledge.calls.values():
            bags = {project.id: self._bag(call, project) for project in call.advertised}
            spread: Counter[str] = Counter(word for bag in bags.values() for word in bag)
            for project_id, bag in bags.items():
                rarity = {word: math.log((1 + len(bags)) / spread[word]) / math.log(1 + len(bags)) for word in bag}
                self._words[Name("project", project_id, call.id)] = {
                    word: strength * rarity[word] * (1 - self._common.get(word, 0.0)) for word, strength in bag.items()
                }
        self._long = sorted(
            {word for bag in self._words.values() for word in bag if len(word) >= 6}, key=len, reverse=True
        )

    def _bag(self, call: Call, project: Project) -> dict[str, float]:
        names = [project.name, project.title, *(way for ways in project.also.values() for way in ways)]
        keywords = [text for fact in project.facts if fact.topic in ("keywords", "disciplines") for text in fact.quotes]
        themes = [call.theme_names[tag.theme] for tag in project.themes]
        themed = [
            text
            for theme in themes
            for text in (theme.en, theme.de, *(way for ways in theme.also.values() for way in ways))
        ]
        told = [
            text
            for fact in project.facts
            if fact.topic in _RICH
            for text in (*fact.say.values(), *fact.quotes, fact.term or "")
        ]
        bag: dict[str, float] = {}
        for texts, strength in ((told, 0.4), (themed, 0.5), (keywords, 0.8), (names, 1.0)):
            words = {token.folded for text in texts for token in tokens(text)}
            for stem in (stem for word in words if self._tells(word) for stem in stems(word)):
                bag[stem] = strength
        return bag

    def _tells(self, word: str) -> bool:
        return len(word) > 2 and not word.isdigit() and word not in self._function_words and word not in self._pointers

    def find(self, words: Sequence[Token], taken: Iterable[int] = (), calls: Collection[str] = ()) -> Match:
        """The project that the words mean; `taken` are positions of words that name something else.

        `calls` are those that the words name or imply, if any: projects of other calls are not meant.
        """
        pointing = any(word.folded in self._pointers for word in words)
        told = [
            (index, word.folded)
            for index, word in enumerate(words)
            if index not in set(taken) and self._tells(word.folded)
        ]
        gains = {
            name: {index: gain for index, word in told if (gain := self._gain(word, bag))}
            for name, bag in self._words.items()
            if not calls or name.call in calls
        }
        scores = sorted(((sum(found.values()), name) for name, found in gains.items()), key=lambda scored: -scored[0])
        if not scores or scores[0][0] < (LEAST if pointing else LEAST_UNANNOUNCED):
            return Match()
        best = scores[0][0]
        rivals = tuple(name for score, name in scores if score * CLEAR > best)
        strong = {index for name in rivals for index, gain in gains[name].items() if gain >= STRONG}
        if len(rivals) == 1:
            return Match(rivals, tuple(sorted(strong)))
        return Match(rivals, tuple(sorted(strong))) if pointing and len(rivals) <= 3 else Match()

    def _gain(self, word: str, bag: Mapping[str, float]) -> float:
        """The word's weight for a project; of a compound ("Katastrophenschäden") that of the longest part known."""
        direct = max((bag.get(stem, 0.0) for stem in stems(word)), default=0.0)
        if direct or len(word) < 9 or any(stem in self._common for stem in stems(word)):
            return direct
        inner = next((stem for stem in self._long if stem in word), None)
        return 0.8 * bag.get(inner, 0.0) if inner else 0.0
