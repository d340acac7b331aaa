"""The text of a call's published page, from a file or from its address.

Knows HTTP, the encodings and the visible text of an HTML page. Does not know what is looked for in it.
"""

import codecs
import time
from html.parser import HTMLParser
from pathlib import Path

import httpx
from bs4.dammit import EncodingDetector

from bot.usecases.drift import squeeze

SECONDS = 30.0
LARGEST = 5_000_000
_AGENT = "Callboard (looks whether quotes still stand in the page)"
_SAVE = "open it in a browser, save the page, and give the file"
_TEXTS = ("text/", "application/xhtml", "application/xml")
_HIDDEN = ("script", "style", "template")
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike strong sub sup tt u var wbr".split()  # noqa: E501,SIM905 - names of HTML, as its standard lists them
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class PageError(Exception):
    """A page that cannot be read: why, and what to do."""


class _Text(HTMLParser):
    """The visible text of a page; a block or a line break parts words, an inline tag does not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        self._part(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)

    def _part(self, tag: str) -> None:
        if tag not in _INLINE:
            self.pieces.append(" ")


def read_page(place: str, *, seconds: float = SECONDS, largest: int = LARGEST) -> str:
    """The words of the page at an address (http, https) or in a file; raises PageError."""
    if place.casefold().startswith(("http://", "https://")):
        return _fetched(place, seconds, largest)
    return page_text(Path(place))


def page_text(file: Path) -> str:
    """The words of a page saved as a file, white space squeezed; HTML tags removed where it is HTML."""
    try:
        return _words(file.read_bytes(), None)
    except OSError as error:
        raise PageError(f"cannot be read: {error.strerror}; give a file, or an address with https://") from None


def _fetched(address: str, seconds: float, largest: int) -> str:
    ends = time.monotonic() + seconds
    late = f"did not answer in full within {seconds:g} seconds: try again later, or {_SAVE}"
    try:
        with (
            httpx.Client(follow_redirects=True, timeout=seconds, headers={"User-Agent": _AGENT}) as client,
            client.stream("GET", address) as response,
        ):
            _acceptable(response)
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > largest:
                    raise PageError(f"is larger than {largest / 1e6:g} MB, too large for a page: give its own address")
                if time.monotonic() > ends:
                    raise PageError(late)
    except httpx.TimeoutException:
        raise PageError(late) from None
    except httpx.TooManyRedirects:
        raise PageError(f"leads in circles (redirects): {_SAVE}") from None
    except httpx.UnsupportedProtocol as error:
        raise PageError(f"leads to an address that is no web page ({error}): {_SAVE}") from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise PageError(f"cannot be fetched ({error}): check the address and the connection, or {_SAVE}") from None
    return _words(bytes(content), response.charset_encoding)


def _acceptable(response: httpx.Response) -> None:
    if response.is_error:
        status = f"{response.status_code} {response.reason_phrase}".strip()
        raise PageError(f"answers {status}: check the address; if a browser shows the page, {_SAVE}")
    kind = response.headers.get("content-type", "text/html").casefold()
    if not kind.startswith(_TEXTS):
        raise PageError(f"is no web page but {kind.partition(';')[0]}: save its text as a file, and give that")


def _words(content: bytes, charset: str | None) -> str:
    text = _decoded(content, charset)
    if "<html" in text[:2000].casefold() or "<!doctype" in text[:200].casefold():
        parser = _Text()
        try:
            parser.feed(text)
            parser.close()
        except AssertionError:  # html.parser gives up on some broken declarations ("<![x"); what it read before counts
            parser.pieces.append(" ")
        text = "".join(parser.pieces)
    return squeeze(text)


def _decoded(content: bytes, charset: str | None) -> str:
    """Text by its byte order mark, the header, the page's own word, UTF-8, Western European: the first that fits."""
    marked = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    declared = EncodingDetector.find_declared_encoding(content[:4096], is_html=True)
    for name in (marked, charset, declared, "utf-8"):
        try:
            if name:
                return content.decode("cp1252" if name.casefold() in ("iso-8859-1", "latin-1", "ascii") else name)
        except (LookupError, UnicodeError):
            continue
    return content.decode("cp1252", errors="replace")
