"""Headers give one line of words, and addresses that mail can go to."""

import pytest

from bot.correspondence.headers import address_in, header_text, ids_in


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("=?utf-8?Q?Gr=C3=BC?= =?utf-8?B?w58=?=", "Grüß"),
        ("=?utf-8?Q?split_=C3?= =?utf-8?Q?=BC?=", "split ü"),
        ("=?utf-8?B?%%%?= rest", "rest"),
        ("=?martian?Q?a?=", "a"),
        ("a\r\n b\tc\x00d", "a b c d"),
        ("plain = text ?", "plain = text ?"),
    ],
)
def test_headers_are_decoded_to_one_line(header, words):
    assert words in header_text(header)
    assert header_text(header).isprintable()


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("Jo Doe <Jo@Home.Example>", "Jo@home.example"),
        ('"Doe, Jo" <jo@home.example>', "jo@home.example"),
        ("jo@home.example, jo@HOME.example", "jo@home.example"),
        ("jo@home.example, kim@home.example", ""),
        ("=?utf-8?q?jo=40home.example?=", ""),
        ("jo..doe@home.example", ""),
        ("jo@müller.example", "jo@xn--mller-kva.example"),
        ("", ""),
    ],
)
def test_one_address_is_usable(header, address):
    assert address_in([header]) == address


def test_ids_are_read_in_order():
    headers = {"references": ["<a@x> junk <b c@x> <b@x>", "<c@x>"]}
    assert ids_in(headers, "references") == ["a@x", "b@x", "c@x"]
    assert ids_in(headers, "message-id") == []
