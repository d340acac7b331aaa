"""What a sentence wishes of times: which numbers, days and hours it names together, whether it wants or refuses them, and how surely.

Knows words of choosing, refusing, asking and hesitating (`picking_words.py`). Does not know which times are offered (`picking.py`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from bot.answering import picking_words as known
from bot.answering.picking_marks import Sentence
from bot.answering.picking_tokens import Mark

FEW = 3
"""Unknown words beside a time that may still be picked; more tell a story."""
LARGEST = 9999
"""A greater number is no slot's, and one so large must be introduced."""
_BARE = 999

Introduced = Literal["", "weak", "strong"]


@dataclass(slots=True)
class Wish:
    """One time as a sentence names it: a number or an ordinal, and the marks of time beside it.

    `noun` says that an ordinal counts slots ("the third one"), `on` that it is said of a day ("on the 15th"); `plain` that it is
    surely a time that is meant, `certain` that it is wanted.
    """

    number: Mark | None = None
    introduced: Introduced = ""
    noun: bool = False
    on: bool = False
    times: list[Mark] = field(default_factory=list)
    led: str = ""
    refused: bool = False
    certain: bool = True
    plain: bool = True

    def takes(self, mark: Mark) -> bool:
        """Whether a mark can be said of the same time: not two numbers, nor two days."""
        if mark.of_time:
            return all(one.kind != mark.kind for one in self.times)
        return self.number is None

    @property
    def named(self) -> bool:
        """Whether it names a time; a mere part of the day does not."""
        return self.number is not None or any(mark.kind != "part" for mark in self.times)


def wishes(sentence: Sentence, zones: Collection[str]) -> list[Wish]:
    """The wishes of a sentence, none if it asks something else; `zones` are words by which a clock is named."""
    marks = _without(sentence.marks, known.SOFT)
    words = [mark.word for mark in marks if mark.kind == "word"]
    mood = _mood(sentence, words, zones)
    if mood == "asks":
        return []
    clauses = _clauses(marks)
    denied = [any(_negates(clause, place) for place in range(len(clause))) for clause, _ in clauses]
    chooses = any(word in known.CHOOSING for word in words)
    firmly = any(word in known.CHOOSING - known.POLITE for word in words)
    found: list[Wish] = []
    for (clause, unwanted), refuses in zip(clauses, denied, strict=True):
        strange = [word for word in _words(clause) if word not in known.KNOWN and word not in zones]
        for wish in _grouped(clause):
            wish.refused = unwanted or refuses
            sure = wish.refused or _sure(wish, len(strange), chooses=chooses, firmly=firmly)
            if sure is None:
                continue
            others = any(denied) and not refuses
            wish.plain = sure
            wish.certain = sure and mood == "states" and not others
            found.append(wish)
    _moved(found, words)
    return found


def negates(sentence: Sentence) -> bool:
    """Whether it refuses something, be it in another sentence."""
    marks = _without(sentence.marks, known.SOFT)
    return any(_negates(marks, place) for place in range(len(marks)))


def _words(marks: Sequence[Mark]) -> list[str]:
    return [mark.word for mark in marks if mark.kind == "word"]


def _at(words: Sequence[str], place: int, phrases: Collection[tuple[str, ...]]) -> int:
    """How many words the longest of the phrases that begins at a place has; 0 if none does."""
    return max((len(one) for one in phrases if tuple(words[place : place + len(one)]) == one), default=0)


def _without(marks: Sequence[Mark], phrases: Collection[tuple[str, ...]]) -> list[Mark]:
    words = [mark.word for mark in marks]
    kept: list[Mark] = []
    place = 0
    while place < len(marks):
        size = _at(words, place, phrases)
        kept += [] if size else [marks[place]]
        place += size or 1
    return kept


def _mood(sentence: Sentence, words: Sequence[str], zones: Collection[str]) -> Literal["states", "wavers", "asks"]:
    proposes = any(_at(words, place, known.PROPOSING) for place in range(len(words)))
    if any(word in known.WONDERING for word in words):
        return "asks"
    if not proposes and any(word in known.ASKING for word in words[:2]):
        return "asks"
    if sentence.asks and not proposes and not any(word in known.REQUESTING for word in words):
        plain = all(word in known.KNOWN or word in zones for word in words)
        return "wavers" if plain or any(word in known.FREE for word in words) else "asks"
    unchosen = any(word in known.INTERVIEW for word in words) and not any(word in known.CHOOSING for word in words)
    wavers = proposes or unchosen or any(word in known.HEDGES for word in words)
    return "wavers" if wavers else "states"


def _negates(marks: Sequence[Mark], place: int) -> bool:
    """Whether a mark refuses; "no" before a number is an abbreviation behind "slot"."""
    word = marks[place].word
    if word == "no" and place and marks[place - 1].word in known.STRONG:
        return False
    return marks[place].kind == "word" and word in known.NEGATIONS


def _clauses(marks: Sequence[Mark]) -> list[tuple[list[Mark], bool]]:
    """The parts of a sentence that are refused or wanted each for itself; each with whether what leads it says "instead of"."""
    words = [mark.word for mark in marks]
    found: list[tuple[list[Mark], bool]] = [([], False)]
    place = 0
    while place < len(marks):
        if size := _at(words, place, known.INSTEAD) or _at(words, place, known.ALL_BUT):
            found.append(([], True))
            place += size
            continue
        if marks[place].word in known.BREAKS or (marks[place].kind == "comma" and not _listed(marks, place)):
            found += [([], False)] if found[-1][0] else []
        else:
            found[-1][0].append(marks[place])
        place += 1
    return [(clause, unwanted) for clause, unwanted in found if clause]


def _listed(marks: Sequence[Mark], place: int) -> bool:
    """Whether a comma, colon or the like stands before what it introduces or goes on listing: "slot: 3", "Tuesday, 10:00"."""
    if place == 0 or place + 1 == len(marks):
        return False
    before, after = marks[place - 1], marks[place + 1]
    if before.word in known.STRONG | known.WEAK:
        return True
    return (before.of_time or before.kind in ("number", "ordinal")) and (
        after.of_time or after.kind in ("number", "ordinal") or after.word in known.AT or after.word in known.OF_DAY
    )


def _grouped(clause: Sequence[Mark]) -> list[Wish]:
    """What a clause names, each time for itself; what it names alone behind "or" shares the words that lead the one before."""
    found: list[Wish] = []
    fresh = joined = True
    for place, mark in enumerate(clause):
        if mark.kind == "word" and mark.word in known.JOINTS:
            fresh = True
            continue
        named = _named(clause, place)
        if named is None:
            continue
        if fresh or not found or not found[-1].takes(named):
            joined = bool(found)
            found.append(Wish(led=clause[place - 1].word if place else ""))
            fresh = False
        wish = found[-1]
        if named.of_time:
            wish.times.append(named)
            continue
        wish.number = named
        wish.introduced, wish.on = _introduced(clause, place), _on(clause, place)
        wish.noun = named.kind == "ordinal" and _noun(clause, place)
        if joined and len(found) > 1 and not wish.introduced:
            wish.introduced = found[-2].introduced
    for wish, before in zip(found[1:], found, strict=False):
        if wish.number is None and all(mark.kind in ("clock", "part") for mark in wish.times):
            wish.times += [mark for mark in before.times if mark.kind in ("date", "weekday")]
    return [wish for wish in found if wish.named]


def _named(clause: Sequence[Mark], place: int) -> Mark | None:
    """The mark if it names something; a number in words only where it is introduced, or says nothing else."""
    mark = clause[place]
    if mark.kind == "number" and place + 1 < len(clause) and clause[place + 1].word in known.PLURALS:
        return None
    if mark.kind in ("number", "ordinal"):
        words_only = bool(mark.word)
        return mark if not words_only or _noun(clause, place) or _introduced(clause, place) else None
    if mark.of_time:
        return mark
    if mark.kind == "word" and mark.word in known.NUMBERS and (len(clause) == 1 or _introduced(clause, place)):
        return Mark("number", number=known.NUMBERS[mark.word])
    return None


def _introduced(clause: Sequence[Mark], place: int) -> Introduced:
    """How a number is said to be that of a slot."""
    back = place - 1
    weak = False
    while back >= 0 and (clause[back].kind == "comma" or clause[back].word in known.WEAK | known.IS):
        weak = weak or clause[back].word in known.WEAK
        back -= 1
    if back >= 0 and clause[back].kind == "word" and clause[back].word in known.STRONG:
        return "strong"
    if place + 1 < len(clause) and clause[place + 1].word in known.COUNTERS:
        return "weak"
    owned = back >= 0 and clause[back].kind == "word" and clause[back].word not in known.KNOWN
    return "weak" if weak and not owned else ""


def _noun(clause: Sequence[Mark], place: int) -> bool:
    after = clause[place + 1].word if place + 1 < len(clause) else ""
    return after in known.SLOT_NOUNS or after in known.COUNTERS


def _on(clause: Sequence[Mark], place: int) -> bool:
    words = [mark.word for mark in clause[max(place - 2, 0) : place]]
    return words[-1:] == ["am"] or "on" in words


def _sure(wish: Wish, strange: int, *, chooses: bool, firmly: bool) -> bool | None:
    """Whether a wish is a pick, or merely may be one; None if it is none."""
    if wish.number is not None and (wish.introduced or wish.noun):
        if wish.number.number > LARGEST:
            return None
        if not strange:
            return True
        if wish.introduced == "strong" or wish.noun:
            return firmly and strange <= 2 * FEW
        return False if chooses else None
    if wish.number is not None and wish.number.number > _BARE:
        return None
    if not strange:
        return True
    return False if wish.times and chooses and strange <= FEW else None


def _moved(found: Sequence[Wish], words: Sequence[str]) -> None:
    """From 3 to 5: where somebody wants to move, what stands behind "from" is left."""
    if not any(word in known.CHANGES for word in words):
        return
    for first, second in pairwise(found):
        if first.led in known.FROM and second.led in known.TOWARDS:
            first.refused = True
