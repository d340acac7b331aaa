"""What an HTML letter shows, as lines of text.

Knows how the usual clients mark quotes, history and signatures in HTML. Does not know MIME, nor whose words a text holds.

Python's parser reads some broken HTML in quadratic time: what is never closed is made harmless before.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag
from bs4.exceptions import ParserRejectedMarkup

from bot.correspondence.texts import TEXT, clean

HTML, STYLE = 120_000, 1_000
"""Characters of HTML that are read, and of one style."""

QUOTE = ">"
HISTORY = "-----Original Message-----"
"""The lines that stand in the text of an HTML letter for a quoted passage, and for all that follows being history."""

_DATA = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=]+")
_NO_TAG = re.compile(r"<(?:[!?][^<>]*>|(?![/a-zA-Z][^<>]{0,3000}>))")
_TAGS = re.compile(r"<[^<>]*>")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$)",
    re.IGNORECASE,
)
_INDENT = re.compile(r"border\s*:\s*(?:none|0)", re.IGNORECASE)
_LINE_BREAK, _PARAGRAPH_END = "\1", "\2"
_UNSEEN = frozenset({"head", "script", "style", "template", "title", "object", "svg", "noscript", "select"})
_PARAGRAPH = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "hr"})
_LINE = frozenset(
    {"div", "tr", "dt", "dd", "section", "article", "header", "footer", "center", "body", "blockquote", "li"}
)
_INTRODUCTIONS = frozenset({"gmail_attr", "moz-cite-prefix", "moz-email-headers-table", "reply-intro"})
_QUOTES = frozenset(
    {"yahoo_quoted", "protonmail_quote", "tutanota_quote", "zmail_extra", "ntes-mailmaster-quote", "isReplyContent"}
)
_HISTORY = frozenset({
    "divRplyFwdMsg", "appendonsend", "mail-editor-reference-message-container", "ms-outlook-mobile-reference-message",
    "moz-forward-container", "OutlookMessageHeader", "OLK_SRC_BODY_SECTION", "zwchr",
})  # fmt: skip
_OWN_SIGNATURES = frozenset({
    "gmail_signature", "moz-signature", "protonmail_signature_block", "Signature", "signature", "AppleMailSignature",
    "ms-outlook-mobile-signature", "yahoo-signature",
})  # fmt: skip


def html_text(html: str, limit: int = HTML) -> str:
    """What an HTML letter shows, as lines: quoted passages as one line `>`, history cut off at `HISTORY`."""
    try:
        soup = BeautifulSoup(_harmless(html, limit), "html.parser", multi_valued_attributes=None)
    except ParserRejectedMarkup:
        return _lines([_TAGS.sub(" ", html[:limit])])
    shown: list[str] = []
    open_tags: list[tuple[Tag, Iterator[object], int]] = [(soup, iter(soup.contents), -1)]
    length = preformatted = asked = 0
    while open_tags and length < TEXT:
        tag, children, signature = open_tags[-1]
        child = next(children, None)
        if child is None:
            open_tags.pop()
            if asked <= signature:  # nothing is asked in it
                del shown[signature:]
            shown.append(_break(tag))
            preformatted -= tag.name == "pre"
        elif isinstance(child, Tag):
            instead = "\n" if child.name == "br" else _instead(child)
            if instead is None:
                begin = len(shown) if _marks(child) & _OWN_SIGNATURES else -1
                open_tags.append((child, iter(child.contents), begin))
                preformatted += child.name == "pre"
            shown.extend([_break(child), "- " if child.name == "li" else ""] if instead is None else [instead])
            if instead == f"\n{HISTORY}\n":
                break
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            shown.append(str(child) if preformatted else re.sub(r"\s+", " ", child))
            length += len(shown[-1])
            asked = len(shown) if "?" in child else asked
    return _lines(shown)


def _harmless(html: str, limit: int) -> str:
    """The body, without comments and with every `<` that begins no tag escaped.

    Python's parser reads to the end of the text for each comment or tag that is never closed: without this, 50 kB cost 15 s.
    """
    begin = re.search(r"<body\b", html, re.IGNORECASE)
    first, *others = _DATA.sub("", html[begin.start() if begin else 0 :]).split("<!--")
    visible = first + "".join(other.partition("-->")[2] for other in others)
    whole, cut_off, begun_tag = visible[:limit].rpartition("<")
    if len(visible) <= limit or ">" in begun_tag:
        whole += cut_off + begun_tag
    return "<body>" + _NO_TAG.sub(lambda found: "" if found[0].endswith(">") else "&lt;", whole)


def _break(tag: Tag) -> str:
    if tag.name in {"td", "th"}:
        return " "
    return _PARAGRAPH_END if tag.name in _PARAGRAPH else _LINE_BREAK if tag.name in _LINE else ""


def _instead(tag: Tag) -> str | None:
    """What stands for an element that is not read; None if it is read."""
    style = str(tag.get("style", ""))
    if tag.name in _UNSEEN or tag.has_attr("hidden") or _HIDDEN.search(style[:STYLE]):
        return ""
    marks = _marks(tag)
    if marks & _HISTORY:
        return f"\n{HISTORY}\n"
    if marks & _INTRODUCTIONS:
        return f"\n{HISTORY}\n" if "---" in _begins(tag) else ""
    indented = tag.name == "blockquote" and _INDENT.search(style[:STYLE]) and not tag.has_attr("type")
    if (tag.name == "blockquote" and not indented) or marks & _QUOTES or tag.get("name") == "quote":
        return f"\n{QUOTE}\n"
    return None


def _marks(tag: Tag) -> set[str]:
    return {str(tag.get("id", "")), *str(tag.get("class", "")).split()}


def _begins(tag: Tag) -> str:
    """The first words in it, or near it."""
    near = islice(tag.next_elements, 10)
    return next((text for part in near if isinstance(part, NavigableString) and (text := part.strip())), "")


def _lines(pieces: Iterable[str]) -> str:
    """The pieces as lines; a line that is already ended is not ended again by an element, only by a line break."""
    lines: list[str] = []
    line = ""
    for piece in pieces:
        if piece in {_LINE_BREAK, _PARAGRAPH_END}:
            lines.extend([line] if line.strip() else [])
            lines.extend([""] if piece == _PARAGRAPH_END else [])
            line = ""
        else:
            first, *others = piece.split("\n")
            line += first
            if others:
                lines.extend([line, *others[:-1]])
                line = others[-1]
    text = "\n".join(" ".join(line.split()) for line in [*lines, line])
    return re.sub(r"\n{3,}", "\n\n", clean(text))[:TEXT].strip("\n")
