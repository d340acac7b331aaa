"""Projects by what they are about: "the one on chemicals in rivers" without its name.

Knows each project's words (names, themes, keywords, sentences), weighed by how few projects share them. A match must
be clear; otherwise it is doubtful and the asker is asked.
"""

import math
from collections import Counter
from collections.abc import Iterable

import Stemmer

from bot.answering.reading import Part
from bot.answering.subjects import Name
from bot.answering.words import tokens
from bot.model.knowledge import Call, Knowledge, Project

CLEAR = 1.6
"""A best match counts if its score is this many times the second's."""
LEAST = 1.5
"""Score of a match that counts where the part points at a project ("the project on ..."); half as much more where it does not."""
_RICH = frozenset({"about", "title", "keywords", "tasks", "methods", "data", "research-questions", "disciplines", "group", "workplace", "term"})


class Paraphrases:
    """The words by which each project can be told."""

    def __init__(self, knowledge: Knowledge, ordinary: Counter[str]) -> None:
        self._stemmers = {language: Stemmer.Stemmer(language) for language in ("english", "german")}
        self._words: dict[Name, dict[str, float]] = {}
        common = max(ordinary.values(), default=1)
        self._ordinary = {stem: count / common for word, count in ordinary.items() for stem in self.stems([word])}
        for call in knowledge.calls.values():
            bags = {project.id: self._bag(call, project) for project in call.advertised}
            spread = Counter(word for bag in bags.values() for word in bag)
            for project_id, bag in bags.items():
                self._words[Name("project", project_id, call.id)] = {
                    word: strength * math.log((1 + len(bags)) / spread[word]) / math.log(1 + len(bags)) for word, strength in bag.items()
                }

    def stems(self, words: Iterable[str]) -> set[str]:
        """English and German stems of folded words."""
        return {stemmer.stemWord(word) for word in words for stemmer in self._stemmers.values()}

    def _bag(self, call: Call, project: Project) -> dict[str, float]:
        strong = [project.name, project.title, *(way for ways in project.also.values() for way in ways)]
        for tag in project.themes:
            theme = call.theme_names[tag.theme]
            strong += [theme.en, theme.de, *(way for ways in theme.also.values() for way in ways)]
        weak = [text for fact in project.facts if fact.topic in _RICH for text in (*fact.say.values(), *fact.quotes, fact.term or "")]
        bag: dict[str, float] = {}
        for texts, strength in ((weak, 0.5), (strong, 1.0)):
            for stem in self.stems(token.folded for text in texts for token in tokens(text) if len(token.folded) > 2):
                bag[stem] = strength
        return bag

    def find(self, part: Part, pointing: bool) -> tuple[tuple[Name, ...], tuple[Name, ...]]:
        """(the project meant,) or nothing; and the projects between which it is doubtful."""
        scores: list[tuple[float, Name]] = []
        for name, words in self._words.items():
            score = 0.0
            for content in set(part.content):
                stems = self.stems([content])
                gain = max((words.get(stem, 0.0) for stem in stems), default=0.0)
                score += gain * (1 - min(0.9, 8 * max(self._ordinary.get(stem, 0.0) for stem in stems)))
            scores.append((score, name))
        scores.sort(key=lambda scored: -scored[0])
        least = LEAST if pointing else 1.5 * LEAST
        if pointing and scores and scores[0][0] >= 0.6 * LEAST and (len(scores) == 1 or scores[0][0] >= 2 * CLEAR * scores[1][0]):
            return (scores[0][1],), ()
        if not scores or scores[0][0] < least:
            return (), ()
        rivals = [name for score, name in scores if score * CLEAR > scores[0][0]]
        if len(rivals) == 1:
            return (rivals[0],), ()
        return (), tuple(rivals) if pointing and len(rivals) <= 3 else ()
