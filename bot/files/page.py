"""A call's quotes compared with the published page.

Knows that white space does not count, and the text of an HTML page. Does not know what the quotes are for.
"""

from html.parser import HTMLParser
from pathlib import Path

from bot.model.knowledge import Call, Cited, Project


class _Text(HTMLParser):
    """The visible text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style", "template")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "template") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def page_text(file: Path) -> str:
    """The page's words, white space squeezed; HTML tags removed where the file is HTML."""
    text = file.read_text(encoding="utf-8", errors="replace")
    if "<html" in text[:2000].casefold() or "<!doctype" in text[:200].casefold():
        parser = _Text()
        parser.feed(text)
        text = "".join(parser.pieces)
    return squeeze(text)


def squeeze(text: str) -> str:
    """White space of every kind and length as one space."""
    return " ".join(text.split())


def missing_quotes(call: Call, page: str) -> list[tuple[Project | None, Cited, str]]:
    """The quotes of the call that do not stand in the page's text."""
    return [
        (project, entry, quote)
        for project, entry in call.cited()
        for quote in entry.quotes
        if squeeze(quote) not in page
    ]
