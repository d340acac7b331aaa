"""Interviewers, their addresses and the online room of a sheet of slots."""

import pytest

from bot.mailing.slot_people import read_link, read_panel
from bot.model.slot import Interviewer

COLUMNS = {"interviewers": "Who", "addresses": "Mail"}


def test_addresses_belong_to_the_names_at_their_place() -> None:
    panel, found = read_panel("Ada Muster;  Bo   Beispiel; Cy", "ada@x.example; ;cy@X.example", 4, COLUMNS)
    assert found == []
    assert panel == (
        Interviewer("Ada Muster", "ada@x.example"),
        Interviewer("Bo Beispiel"),
        Interviewer("Cy", "cy@x.example"),
    )


def test_names_with_commas_or_without_addresses() -> None:
    assert read_panel("Muster, Ada; Beispiel, Bo", "", 4, COLUMNS)[0] == (
        Interviewer("Muster, Ada"),
        Interviewer("Beispiel, Bo"),
    )
    assert read_panel("Ada, Bo", "", 4, COLUMNS)[0] == (Interviewer("Ada"), Interviewer("Bo"))
    assert read_panel("", "", 4, COLUMNS) == ((), [])


@pytest.mark.parametrize(
    ("names", "addresses", "column"),
    [
        ("Ada;;Bo", "", "Who"),
        ("Ada;", "", "Who"),
        ("Ada; ada", "", "Who"),
        ("ada@x.example", "", "Who"),
        ("Ada \u202eretsuM", "", "Who"),
        ("A" * 201, "", "Who"),
        (";".join(f"P{number}" for number in range(21)), "", "Who"),
        ("Ada; Bo", "ada@x.example", "Mail"),
        ("Ada", "ada@x.example; bo@x.example", "Mail"),
        ("", "ada@x.example", "Mail"),
        ("Ada; Bo", "ada@x.example; Ada@X.example", "Mail"),
        ("Ada", "ada at x.example", "Mail"),
        ("Ada", "ada@x", "Mail"),
        ("Ada", "Ada <ada@x.example>", "Mail"),
        ("Ada", "ada@x.example\r\nBcc: all@x.example", "Mail"),
    ],
)
def test_what_cannot_be_invited_is_named(names: str, addresses: str, column: str) -> None:
    _, found = read_panel(names, addresses, 4, COLUMNS)
    assert [(each.level, each.row, each.column) for each in found] == [("red", 4, column)]
    assert found[0].cure


@pytest.mark.parametrize("text", ["https://meet.example.org/j/1?pwd=x", "https://meet.example.org:8443/a#b", ""])
def test_links_that_are_sent(text: str) -> None:
    assert read_link(text, 4, "Zoom") == (text, [])


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)", "meet.example.org/j/1", "https://meet.example.org/ https://evil.example/", "ftp://x.example/",
        "https://user@evil.example/", "https://localhost/", "https://x.example/\u202e", "http://", f"https://x.example/{'a' * 800}",
        "file:///etc/passwd", 'https://x.example/"onclick=', "data:text/html,x", "Zoom 123 456",
    ],
)  # fmt: skip
def test_links_that_are_none(text: str) -> None:
    link, found = read_link(text, 4, "Zoom")
    assert (link, [(each.code, each.level, each.row, each.column) for each in found]) == (
        "",
        [("link", "red", 4, "Zoom")],
    )


def test_a_link_without_encryption_is_shown() -> None:
    link, found = read_link("http://meet.example.org/1", 4, "Zoom")
    assert (link, [each.level for each in found]) == ("http://meet.example.org/1", ["orange"])
