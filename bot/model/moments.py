"""How dates and times are written in a letter's or a reply's language (Unicode CLDR through Babel). Has no clock."""

import datetime as dt

from babel.dates import format_date


def date_words(day: dt.date, language: str, *, weekday: bool = False) -> str:
    """22 February 2026 or 22. Februar 2026."""
    pattern = "d. MMMM y" if language == "de" else "d MMMM y"
    return format_date(day, f"EEEE, {pattern}" if weekday else pattern, locale=language)


def moment_words(moment: dt.datetime, language: str) -> str:
    """Sunday, 22 February 2026, 23:59 CET."""
    clock = moment.strftime("%H:%M")
    hour = f"{clock} Uhr" if language == "de" else clock
    return f"{date_words(moment.date(), language, weekday=True)}, {hour} {zone_words(moment, language)}"


def zone_words(moment: dt.datetime, language: str) -> str:
    """The zone's abbreviation at that moment, in German for Central European Time too."""
    short = moment.strftime("%Z")
    if language == "de":
        short = {"CET": "MEZ (CET)", "CEST": "MESZ (CEST)"}.get(short, short)
    return f"UTC{short}" if short[:1] in "+-" else short


def window_words(first: dt.date, last: dt.date, language: str) -> str:
    """11 to 20 March 2026."""
    joint = "bis" if language == "de" else "to"
    if (first.year, first.month) == (last.year, last.month):
        start = f"{first.day}." if language == "de" else str(first.day)
    else:
        start = date_words(first, language)
    return f"{start} {joint} {date_words(last, language)}"
