"""What a letter that answers a decision mail asks: of that mail, of the call, or something that only a person can read.

Whoever answers such a mail mostly writes about it without naming it: "what now?", "until when?", "I'll be there". So the topics that the
mail answers are leaned towards. Only questions are for the bot alone: what somebody states, a person reads, and an act (accepting,
declining) is read only where it is stated plainly and nothing else is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.answering.parts import Part

ABOUT_IT = frozenset(
    {
        "notification",
        "waiting-list",
        "confirm-admission",
        "documents",
        "documents-missing",
        "deadline",
        "timeline",
        "how-to-apply",
        "apply-by-email",
        "where-to-submit",
        "rejection-notice",
        "submission-confirmation",
    }
)
"""Topics of calls that, in an answer to a mail, probably ask about the mail: it is told again, and a person reads the letter."""
GREETINGS = ("greeting", "thanks", "goodbye", "how-are-you")
YES = ("accept-offer", "confirm-interview")
CONTRACTED = frozenset({"t"})
"""What is left of "can't" and its like as a word."""
ASIDE = ("small-talk", "background")
"""Kinds of topics that ask nothing."""
LEAN = 3.0
"""How much more probable a topic is in an answer to the mail that speaks of it."""
SIGNED = 3
"""Words of a name under a letter."""
FAINT, PLAIN, SURE = 0.1, 0.3, 0.6
"""Probabilities: below which nothing was read; from which an act is believed; from which a question is about the call."""


@dataclass(frozen=True, slots=True)
class OwnReading:
    """The topics asked of the mail; whether a person must read the letter; whether something was surely asked of the call."""

    topics: frozenset[str] = frozenset()
    doubtful: bool = False
    public: bool = False


def read_answer(
    parts: Sequence[Part], own: Collection[str], acts: Collection[str], negations: frozenset[str] = frozenset()
) -> OwnReading:
    """Read the parts of an answer: `own` are the topics that the mail answers, `acts` those of them that a person must act on.

    A yes with one of `negations` in it is not believed: "I can't accept".
    """
    topics: set[str] = set()
    doubtful = public = False
    asking = [part for part in parts if part.ranking and not aside(part)]
    for part in asking:
        mine = [one for one in part.ranking if one.topic.id in own]
        near = [one for one in part.ranking if one.topic.id in ABOUT_IT]
        rest = [one for one in part.ranking if one not in mine and one not in near and one.topic.kind not in ASIDE]
        other = rest[0].probability if rest else 0.0
        weight = sum(one.probability for one in mine)
        around = sum(one.probability for one in near)
        if mine and weight >= FAINT and LEAN * weight >= max(other, around):
            best = mine[0]
            act = best.topic.id in acts
            turned = best.topic.id in YES and part.has(negations | CONTRACTED)
            believed = not act or (best.probability >= PLAIN and not part.question and not turned)
            topics |= {best.topic.id} if believed else set()
            doubtful = doubtful or not believed or act == part.question
        elif part.question and other >= SURE and other > LEAN * weight:
            public = True
        else:
            doubtful = True
    acting = topics & set(acts)
    if len(acting) > 1 or (acting and len(topics) > 1):  # "I would come, but ..."
        topics -= acting
        doubtful = True
    return OwnReading(frozenset(topics), doubtful or not asking, public)


def aside(part: Part) -> bool:
    """Whether a part only greets, thanks or tells something that asks for nothing."""
    return bool(part.ranking) and part.ranking[0].topic.kind in ASIDE and part.ranking[0].probability >= PLAIN


def greets(parts: Sequence[Part]) -> bool:
    """Whether a message only greets or thanks."""
    return all(aside(part) and part.ranking[0].topic.id in GREETINGS and len(part.words) <= SIGNED for part in parts)


def tells(part: Part) -> bool:
    """Whether a part says more than a name or a greeting."""
    return not aside(part) and (part.question or len(part.words) > SIGNED)
