"""A deadline on the asker's own clock, when the question names a place.

Knows that a place counts only where a date is told. Does not know where places come from (a port).
"""

from bot.answering.choose import Chosen
from bot.answering.dates import Places, elsewhere, moment_words, zone_words
from bot.answering.grounds import facts_of
from bot.answering.wording import Templates, Voice


class Clocks:
    """Tells an instant in another zone."""

    def __init__(self, places: Places, templates: Templates) -> None:
        self._places = places
        self._templates = templates

    def additions(self, entry: Chosen, voice: Voice) -> list[str]:
        """Sentences on the told instants at the places that the part names."""
        moments = [
            moment
            for ground in (*entry.decision.grounds, *entry.decision.beside)
            if (fact := facts_of(ground)) and (moment := fact.moment(ground.call.zone))
        ]
        if not moments:
            return []
        sentences = []
        for place, zones in self._places.zones(entry.part.text):
            local = {elsewhere(moments[0], zone).utcoffset(): elsewhere(moments[0], zone) for zone in zones}
            if len(local) > 1:
                sentences.append(self._templates.say(voice.language, "which-zone", country=place))
            for moment in local.values() if len(local) == 1 else ():
                city = place if zone_words(moment, voice.language) else place
                sentences.append(self._templates.say(voice.language, "elsewhere", city=city, moment=moment_words(moment, voice.language), zone=moment.tzinfo))
        return sentences
