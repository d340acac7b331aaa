"""A deadline on the asker's own clock, when the question names a place.

Knows that a place counts only where a date is told. Does not know where places come from (a port).
"""

from bot.answering.chosen import Chosen
from bot.answering.dates import Places, elsewhere
from bot.answering.grounds import facts_of
from bot.answering.parts import Part
from bot.answering.wording import Templates, Voice
from bot.answering.words import tokens
from bot.model.moments import moment_words

_CLOSING = ("deadline", "deadline-time", "still-open")


def _unnamed(part: Part) -> str:
    """The part's words that are no name of the knowledge: the name of a call after "in" is no place."""
    named = {
        index for mention in part.mentions for index in range(mention.first, mention.last) if not mention.of("place")
    }
    return " ".join(word.text for index, word in enumerate(part.words) if index not in named)


A_PLACE = "London time"
"""Any, in words that tell a place."""


class Clocks:
    """Tells an instant in another zone."""

    def __init__(self, places: Places, templates: Templates, living: frozenset[str]) -> None:
        self._living = living
        self._places = places
        self._templates = templates

    def warm_up(self) -> None:
        """Look at the places of the world once, which takes a second."""
        self._places.zones(A_PLACE)

    def _says_where(self, topic: str, message: str) -> bool:
        """Whether the whole message is to be looked at: the hour is asked for, or the asker says where they are."""
        if topic not in _CLOSING:
            return False
        return topic == "deadline-time" or any(word.folded in self._living for word in tokens(message))

    def additions(self, entry: Chosen, voice: Voice, message: str) -> list[str]:
        """Sentences on the told instants at the places that the part names; the whole message, where the hour is asked for."""
        moments = [
            moment
            for ground in (*entry.decision.grounds, *entry.decision.beside)
            if (fact := facts_of(ground)) and (moment := fact.moment(ground.call.zone))
        ]
        if not moments:
            return []
        sentences = []
        topic = entry.decision.topic.id if entry.decision.topic else ""
        for place, zones in self._places.zones(message if self._says_where(topic, message) else _unnamed(entry.part)):
            local = {elsewhere(moments[0], zone).utcoffset(): elsewhere(moments[0], zone) for zone in zones}
            if len(local) > 1:
                sentences.append(self._templates.say(voice.language, "which-zone", country=place))
            for moment in local.values() if len(local) == 1 else ():
                words = moment_words(moment, voice.language)
                sentences.append(self._templates.say(voice.language, "elsewhere", city=place, moment=words))
        return sentences
