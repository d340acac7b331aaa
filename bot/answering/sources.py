"""Where a reply's facts stand, in words: the call with its sections, and whose statement a fact is that no words of the call carry.

Knows grounds and the templates of sources. Does not know what the reply says.
"""

from collections.abc import Sequence

from bot.answering.grounds import Ground
from bot.answering.wording import Templates, Voice, name_of

MANY_PLACES = 4
"""Up to so many places of a call are named with their projects; more by their sections alone (the lines name the projects)."""


def source_lines(grounds: Sequence[Ground], voice: Voice, templates: Templates) -> list[str]:
    """One line for all quoted grounds, one for each statement."""
    quoted = [_place(ground, voice) for ground in grounds if any(ground.entry.quotes)]
    lines = [templates.say(voice.language, "source", sources=_grouped(quoted))] if quoted else []
    for ground in grounds:
        if ground.entry.statement and not any(ground.entry.quotes):
            by, on = ground.entry.statement.by, ground.entry.statement.on.isoformat()
            lines.append(templates.say(voice.language, "statement", by=by, on=on))
    return list(dict.fromkeys(lines))


def _place(ground: Ground, voice: Voice) -> tuple[str, str, str]:
    """The call's name, the section with its project, and the section alone."""
    place = ground.section
    return name_of(ground.call, voice.language), place, ground.entry.section or place.rpartition(", ")[2]


def _grouped(places: Sequence[tuple[str, str, str]]) -> list[str]:
    """Sources of one call together: "the call, “A”, “B”", from (call, section with project, section)."""
    grouped: dict[str, dict[str, str]] = {}
    for call, place, section in places:
        grouped.setdefault(call, {}).update({place: section} if place else {})
    return [
        ", ".join(
            [call, *(f"“{name}”" for name in dict.fromkeys(found if len(found) <= MANY_PLACES else found.values()))]
        )
        for call, found in grouped.items()
    ]
