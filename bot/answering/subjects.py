"""Who or what a question is about: the names of the knowledge found in a text.

Knows every way of naming a call, project, person, organisation, theme, field, skill or term, also with typos, without
accents, without titles. Does not know topics, and does not decide what an ambiguous name means: a mention keeps all its readings.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from bot.answering.words import Token, bare, fold, stemmed, tokens
from bot.model.knowledge import Call, Knowledge

KINDS = ("project", "person", "call", "org", "term", "theme", "field", "skill", "place")
"""Kinds of names, in the order in which a mention of several kinds is read."""


_INFLECTED = frozenset({"project", "theme", "skill", "field", "term"})
"""Kinds whose names are words of a language: they also count in the plural or another case."""


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """One reading of a mention: its kind, its id, and the call it belongs to ("" for the vocabulary's)."""

    kind: str
    id: str
    call: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of tokens (first to last, last excluded) that names something.

    `exact` is False where a typo was mended; `weak` is True where the words may be ordinary ones ("focus").
    """

    first: int
    last: int
    names: tuple[Name, ...]
    exact: bool = True
    weak: bool = False

    def of(self, kind: str) -> tuple[Name, ...]:
        """The readings of one kind."""
        return tuple(name for name in self.names if name.kind == kind)


@dataclass(slots=True)
class Gazetteer:
    """All names, by their folded words.

    `cased` holds names that are ordinary words too (a project called SHARP), as written; `announcing` are words for
    projects, beside which they count in lower case too.
    """

    entries: dict[tuple[str, ...], set[Name]] = field(default_factory=lambda: defaultdict(set))
    inflected: dict[tuple[str, ...], set[Name]] = field(default_factory=lambda: defaultdict(set))
    cased: dict[tuple[str, ...], str] = field(default_factory=dict)
    announcing: frozenset[str] = frozenset()
    _reach: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _mendable: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    _surnames: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _written: set[str] = field(default_factory=set)

    def add(self, text: str, name: Name) -> None:
        """Know `text` as a way of writing `name`."""
        words = tokens(text)
        if len(words) == 1 and name.kind in ("project", "call"):
            self._written.add(text)
        for form in {tuple(word.folded for word in words), tuple(bare(word.text) for word in words)}:
            if form:
                self.entries[form].add(name)
                self._reach[form[0]] = max(self._reach[form[0]], len(form))
                if name.kind in _INFLECTED and (
                    len(form) > 1 or (len(form[0]) > 4 and name.kind not in ("project", "term"))
                ):
                    inflected = stemmed(form)
                    self.inflected[inflected].add(name)
                    self._reach[inflected[0]] = max(self._reach[inflected[0]], len(form))

    def seal(self, ordinary: frozenset[str]) -> None:
        """Prepare for finding; `ordinary` are words that stand in questions without naming anything."""
        proper = {"project", "person", "org", "call", "term"}
        for form, names in self.entries.items():
            kinds = {name.kind for name in names}
            for word in form:
                if len(word) >= 5 and kinds & proper and word not in ordinary and word not in self._mendable[len(word)]:
                    self._mendable[len(word)].append(word)
            if "person" in kinds and len(form) == 1:
                self._surnames[form[0]] = form
            if kinds & {"project", "call"} and len(form) == 1 and form[0] in ordinary:
                self.cased[form] = next((written for written in self._written if fold(written) == form[0]), form[0])
        self._ordinary = ordinary

    _ordinary: frozenset[str] = frozenset()

    def find(self, words: Sequence[Token], announced: frozenset[str] = frozenset()) -> list[Mention]:
        """The mentions in `words`, longest first match, left to right.

        `announced` are words after which a person's name may be misspelt more freely (titles).
        """
        found: list[Mention] = []
        position = 0
        while position < len(words):
            mention = self._longest_at(words, position) or self._mended_at(words, position, announced)
            if mention is None:
                position += 1
            else:
                found.append(mention)
                position = mention.last
        return found

    def _longest_at(self, words: Sequence[Token], first: int) -> Mention | None:
        word = words[first]
        starts = {word.folded, bare(word.text), word.folded.removesuffix("s"), *stemmed((word.folded,))}
        reach = max(self._reach.get(start, 0) for start in starts)
        for last in range(min(len(words), first + reach), first, -1):
            names = self._names(words[first:last])
            if not names or (last == first + 1 and len(words[first].text) == 1 and words[first].text.islower()):
                continue  # a single small letter is no name: "r" is "are", not the language R
            written = self.cased.get(tuple(word.folded for word in words[first:last]))
            if written is None or written == " ".join(word.text for word in words[first:last]):
                return Mention(first, last, names)
            if sure := self._in_lower_case(words, first, last, names):
                return sure
        return None

    def _in_lower_case(self, words: Sequence[Token], first: int, last: int, names: tuple[Name, ...]) -> Mention | None:
        """A name that is an ordinary word too and is not written as a name: a project only beside a word for projects or at the end."""
        if all(name.kind == "call" for name in names):
            return Mention(first, last, names, weak=True)
        around = {word.folded for word in (*words[max(first - 1, 0) : first], *words[last : last + 1])}
        if last == len(words) or around & self.announcing:
            return Mention(first, last, names)
        others = tuple(name for name in names if name.kind not in ("project", "call"))
        return Mention(first, last, others) if others else None

    def _names(self, words: Sequence[Token]) -> tuple[Name, ...]:
        form = tuple(word.folded for word in words)
        known = self.entries.get(form)
        if known is None:
            known = self.entries.get(tuple(bare(word.text) for word in words))
        if known is None and (len(form) > 1 or len(form[0]) > 4):
            known = self.inflected.get(stemmed(form))
        if known is None and len(form[-1]) > 4 and form[-1].endswith("s"):  # genitives: "Curies"
            known = self.entries.get((*form[:-1], form[-1][:-1]))
        if known is None:
            return ()
        return _in_order(known)

    def _mended_at(self, words: Sequence[Token], first: int, announced: frozenset[str]) -> Mention | None:
        word = words[first].folded
        if len(word) < 4 or word in self._ordinary or not word.isalpha():
            return None
        if first and words[first - 1].folded in announced and (surname := self._nearest_surname(word)):
            return Mention(first, first + 1, _in_order(self.entries[surname]), exact=False)
        mended = self._nearest(word)
        if mended is None:
            return None
        repaired = [*words[:first], Token(mended, mended, words[first].start, words[first].end), *words[first + 1 :]]
        mention = self._longest_at(repaired, first)
        return Mention(mention.first, mention.last, mention.names, exact=False) if mention else None

    def _nearest(self, word: str) -> str | None:
        """The known word within one edit, or two from nine letters on, if there is exactly one nearest."""
        allowed = 2 if len(word) >= 9 else 1 if len(word) >= 5 else 0
        near: list[tuple[int, str]] = []
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            for known in self._mendable.get(length, ()):
                distance = OSA.distance(word, known, score_cutoff=allowed)
                if 0 < distance <= allowed:
                    near.append((distance, known))
        near.sort()
        nearest = [known for distance, known in near if distance == near[0][0]]
        meant = {frozenset(self.entries.get((known,), {Name("", known)})) for known in nearest}
        return nearest[0] if len(meant) == 1 else None

    def _nearest_surname(self, word: str) -> tuple[str, ...] | None:
        scored = sorted(((OSA.normalized_similarity(word, known), known) for known in self._surnames), reverse=True)
        if not scored or scored[0][0] < 0.7 or (len(scored) > 1 and scored[0][0] - scored[1][0] < 0.1):
            return None
        return self._surnames[scored[0][1]]


def _in_order(names: Iterable[Name]) -> tuple[Name, ...]:
    return tuple(sorted(names, key=lambda name: (KINDS.index(name.kind), name.id, name.call)))


def vocabulary_gazetteer(knowledge: Knowledge) -> Gazetteer:
    """The names known whatever the call: fields of study and skills."""
    gazetteer = Gazetteer()
    for name, text in vocabulary_names(knowledge):
        gazetteer.add(text, name)
    return gazetteer


def vocabulary_names(knowledge: Knowledge) -> Iterator[tuple[Name, str]]:
    """Every field and skill with every way of writing it."""
    for kind, terms in (("field", knowledge.vocabulary.fields), ("skill", knowledge.vocabulary.skills)):
        for term_id, term in terms.items():
            for text in (term.en, term.de, *term.also):
                yield Name(kind, term_id), text


def call_names(call: Call) -> Iterator[tuple[Name, str]]:
    """Every name of a call with every way of writing it."""
    yield from ((Name("call", call.id, call.id), text) for text in (*call.name.values(), *call.also))
    for project in call.projects:
        ways = [project.name, project.title, *(way for listed in project.also.values() for way in listed)]
        yield from ((Name("project", project.id, call.id), way) for way in ways if way)
    for person_id, person in call.people.items():
        for text in (*_ways_of_person(person.name), *person.also):
            yield Name("person", person_id, call.id), text
    for organisation_id, organisation in call.organisations.items():
        yield from ((Name("org", organisation_id, call.id), text) for text in (organisation.name, *organisation.also))
        yield from ((Name("place", place, call.id), place) for place in organisation.places)
    for theme_id, theme in call.theme_names.items():
        for text in (theme.en, theme.de, *(way for listed in theme.also.values() for way in listed)):
            yield Name("theme", theme_id, call.id), text
    for fact in (*call.facts, *(fact for project in call.projects for fact in project.facts)):
        if fact.term:
            yield from ((Name("term", fact.term, call.id), text) for text in (fact.term, *fact.also))


def proper_names(call: Call) -> Iterator[tuple[Name, str]]:
    """The names by which a reply itself calls projects, people and organisations."""
    for name, text in call_names(call):
        if name.kind in ("person", "org"):
            yield name, text
    yield from ((Name("project", project.id, call.id), project.name) for project in call.projects)


def _ways_of_person(name: str) -> Iterator[str]:
    """Prof. Dr. Ada Maria Lovelace: the name whole, without titles, first and last name, last name."""
    parts = [part for part in name.split() if not part.endswith(".") and fold(part) not in _TITLES]
    yield name
    yield " ".join(parts)
    particles = [index for index, part in enumerate(parts) if part.islower()]
    surname = parts[particles[0] :] if particles else parts[-1:]
    yield " ".join(surname)
    yield parts[-1]
    yield f"{parts[0]} {' '.join(surname)}"


_TITLES = frozenset({"prof", "dr", "professor", "dmsc", "jun", "mr", "ms", "mrs"})
