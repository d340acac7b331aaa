"""What comes back is told apart and finds its mail, whichever server, client or person of whatever language wrote it."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.email.receiving import as_incoming
from bot.correspondence.calendar_answers import calendar_answer
from bot.correspondence.mail import read_mail
from bot.correspondence.returned import read_return
from bot.correspondence.returned_words import fate_in, one_line, report_lines, status_in
from bot.model.returned import Returned, ReturnKind

LETTERS = Path(__file__).parent / "returns"
OWN = frozenset({"phd@institute.example.org"})
TOKEN = "0123456789abcdef" * 2
"""Stands in letters of base64 as it is; elsewhere it is filled in."""
MESSAGE_ID = f"<{TOKEN}.mail@institute.example.org>"
NOW = datetime.fromisoformat("2026-03-02T12:00:00+01:00")
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((LETTERS / "index.yaml").read_text(encoding="utf-8"))
FILES = sorted(LETTERS.glob("*.eml"))


def letter(name: str) -> bytes:
    return (LETTERS / f"{name}.eml").read_bytes().replace(b"TOKEN", TOKEN.encode())


def read(data: bytes) -> Returned | None:
    return read_return(data, read_mail(data, OWN))


def test_every_letter_is_expected() -> None:
    assert {file.stem for file in FILES} == set(EXPECTED)
    assert len(FILES) >= 45


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_letter_is_read_as_what_it_is(name: str, line_end: bytes) -> None:
    expected = EXPECTED[name]
    found = read(letter(name).replace(b"\r\n", b"\n").replace(b"\n", line_end))
    if expected["kind"] is None:
        assert found is None
        return
    assert found is not None
    told = (found.kind, found.token, list(found.addresses), found.status, found.uid, found.says)
    wanted = (expected["kind"], TOKEN if expected["token"] else "", expected["addresses"])
    assert told == (*wanted, *(expected.get(field, "") for field in ("status", "uid", "says")))
    assert expected.get("detail", "") in found.detail
    assert found.detail


@pytest.mark.parametrize("name", EXPECTED)
def test_the_message_that_it_becomes(name: str) -> None:
    data, expected = letter(name), EXPECTED[name]
    incoming = as_incoming(data, OWN, "1:1", NOW)
    assert incoming.returned == read(data)
    assert (incoming.context or {}).get("looks", "") == expected.get("looks", "")
    if "stop" in expected:
        assert incoming.stop == expected["stop"]
    elif expected["kind"] is not None:
        assert bool(incoming.stop) == (expected["kind"] != "reply")
    if "address" in expected:
        assert incoming.address == expected["address"]


def test_what_a_delay_and_a_failure_share_does_not_mix_them_up() -> None:
    """Each report of the corpus, with its actions told the other way round, is the other."""
    for name, expected in EXPECTED.items():
        text = letter(name)
        if expected["kind"] not in {"failed", "delayed"} or b"\nAction: " not in text or name.startswith("mixed"):
            continue
        other = "delayed" if expected["kind"] == "failed" else "failed"
        turned = text.replace(f"Action: {expected['kind']}".encode(), f"Action: {other}".encode())
        found = read(turned)
        assert found is not None
        assert found.kind == other, name


def test_the_kinds_are_all_in_the_corpus() -> None:
    assert {expected["kind"] for expected in EXPECTED.values()} == {*get_args(ReturnKind), None}


@pytest.mark.parametrize(
    "name", [name for name, expected in EXPECTED.items() if expected["kind"] in {"failed", "delayed"}]
)
def test_a_report_of_a_letter_without_our_id_carries_no_token(name: str) -> None:
    expected = EXPECTED[name]
    data = letter(name).replace(f"{TOKEN}.mail@".encode(), b"20260302.4711@").replace(b"=2Email=40", b"-x=40")
    found = read(data)
    assert found is not None
    assert found.kind == expected["kind"]
    assert list(found.addresses) == expected["addresses"]
    if "base64" not in name and name not in {"chinese_failed", "m365_headers_in_html_only"}:  # there it is in base64
        assert found.token == ""


def test_reports_of_our_other_letters_are_none() -> None:
    """Their failures are told by thread and reply, as ever."""
    other = f"{'ab' * 16}.17@institute.example.org"
    for name, expected in EXPECTED.items():
        if expected["kind"] in {"failed", "delayed"} and expected["token"] and b"base64" not in letter(name):
            data = letter(name).replace(f"{TOKEN}.mail@institute.example.org".encode(), other.encode())
            if b"=2Email=40" not in data and b".mail&#64;" not in data:
                assert read(data) is None, name


@pytest.mark.parametrize(
    ("subject", "text", "fate"),
    [
        ("failure notice", "", "failed"),
        ("Delivery", "550 5.1.1 unknown", "failed"),
        ("Delivery", "Remote host said: 554 no", "failed"),
        ("Warning: message delayed 4 hours", "It will be retried. You hear if it fails permanently.", "delayed"),
        ("Message delayed", "This is a permanent error.", "failed"),
        ("Delayed", "We could not deliver it yet: 451 4.7.1 greylisted", "delayed"),
        ("Undelivered", "It was not delivered and will be retried for 3 days.", "delayed"),
        ("Delivery", "Your message of 550 bytes arrived.", None),
        ("Hello", "Version 15.20.5.1.1234 of the server", None),
        ("Hello", "The server 192.168.5.1.10 greets you", None),
    ],
)
def test_words_tell_failures_and_delays(subject: str, text: str, fate: str | None) -> None:
    assert fate_in(subject, report_lines(text)) == fate


def test_what_the_returned_letter_says_is_no_word_of_the_report() -> None:
    lines = report_lines("Your mail is on its way.\n\n--- Original message follows ---\n550 5.1.1 undeliverable")
    assert fate_in("Mail", lines) is None


@pytest.mark.parametrize(
    ("text", "fate", "status"),
    [
        ("451 4.7.1 then 550 5.1.1", "failed", "5.1.1"),
        ("451 4.7.1 then 550 5.1.1", "delayed", "4.7.1"),
        ("4.4.7 expired", "failed", "4.4.7"),
        ("550 5.1.1 gone", "delayed", ""),
        ("#5.1.1)", "failed", "5.1.1"),
        ("550-5.7.26 no", "failed", "5.7.26"),
        ("15.1.1 5.1.1.1 5.1", "failed", ""),
    ],
)
def test_codes_are_those_of_rfc_3463(text: str, fate: Any, status: str) -> None:
    assert status_in(text, fate) == status


def test_a_detail_is_one_line_that_prints() -> None:
    assert one_line(f"a\nb\t\x1b[2J\u202e c{'x' * 999}").startswith("a b [2J c")
    assert len(one_line("x " * 999)) <= 300


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH", ""])
def test_entries_that_are_no_answers_are_none(method: str) -> None:
    text = f"BEGIN:VCALENDAR\nMETHOD:{method}\nBEGIN:VEVENT\nUID:1\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example\n"
    assert calendar_answer(text, "a@b.example") is None


BOMBS = {
    "hex": b"\n" + b"0123456789abcdef" * 120_000,
    "hex in a report": b"From: mailer-daemon@x.example\n\n" + b"a" * 1_900_000,
    "ids": b"From: mailer-daemon@x.example\n\n" + f"{MESSAGE_ID} ".encode() * 30_000,
    "references": b"References: " + f"{MESSAGE_ID} ".encode() * 30_000 + b"\n\nx",
    "references in text": b"From: mailer-daemon@x.example\n\n" + b"References:\n " * 140_000,
    "quoted references": b"From: mailer-daemon@x.example\n\n" + b"> " * 900_000 + b"References:\n" + b"> \n" * 40_000,
    "tags": b"From: mailer-daemon@x.example\nContent-Type: text/html\n\n" + b"<" * 1_900_000,
    "open tags": b"From: mailer-daemon@x.example\nContent-Type: text/html\n\n" + b"<br " * 400_000,
    "entities": b"From: mailer-daemon@x.example\nContent-Type: text/html\n\n" + b"&#" + b"0" * 1_900_000,
    "addresses": b"From: mailer-daemon@x.example\n\nundeliverable\n" + b"a.b+c@d.e-f" * 170_000,
    "address parts": b"From: mailer-daemon@x.example\n\nundeliverable\n" + (b"a" * 290 + b"\n") * 6_000,
    "codes": b"From: mailer-daemon@x.example\n\n" + b"5.1." * 450_000,
    "words": b"From: mailer-daemon@x.example\n\n" + b"not been not deliver n't " * 80_000,
    "cyrillic words": b"From: mailer-daemon@x.example\n\n" + "не не не ".encode() * 100_000,
    "fields": b"From: mailer-daemon@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
    b"Content-Type: message/delivery-status\n\n" + b"Action: failed\nFinal-Recipient: rfc822; a@b.example\n\n" * 16_000,
    "field spaces": b"From: mailer-daemon@x.example\n\nFinal-Recipient: x\n\n" + b" " * 1_900_000 + b"x",
    "blank lines": b"From: mailer-daemon@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
    b"Content-Type: message/delivery-status\n\n" + b"x:\n \n" * 24_000,
    "base64": b"From: mailer-daemon@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
    b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + b"QUJD\n" * 49_000,
    "letters in letters": b"From: mailer-daemon@x.example\nContent-Type: message/rfc822\n\n"
    + b"Content-Type: message/rfc822\n\n" * 5_000,
    "calendar folds": b"Content-Type: text/calendar; method=REPLY\n\nMETHOD:REPLY\n" + b" x\n" * 49_000,
    "calendar quotes": b'Content-Type: text/calendar; method=REPLY\n\nMETHOD:REPLY\nATTENDEE;CN="'
    + b'";PARTSTAT="' * 90_000,
    "calendars": b"Content-Type: multipart/mixed; boundary=b\n\n"
    + (b"--b\nContent-Type: text/calendar\n\nMETHOD:X\n" + b"UID:1\n" * 100) * 400,
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_letter_takes_long(name: str) -> None:
    mail = read_mail(BOMBS[name], OWN)
    begin = time.process_time()
    read_return(BOMBS[name], mail)
    assert time.process_time() - begin < 5  # far above the slowest, for machines under load


def assert_sane(found: Returned | None) -> None:
    if found is None:
        return
    assert found.kind in get_args(ReturnKind)
    assert found.token == "" or (len(found.token) == 32 and set(found.token) <= set("0123456789abcdef"))
    assert len(found.detail) <= 300
    assert len(found.uid) <= 255
    assert len(found.addresses) <= 5
    assert all(text.isprintable() for text in (found.detail, found.uid, found.status, found.says, *found.addresses))
    assert found.says in {"", "accepted", "declined", "tentative"}
    assert not (found.kind == "delayed" and found.status.startswith("5"))


@settings(deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_a_damaged_letter_is_read(file: Path, data: st.DataObject) -> None:
    text = bytearray(letter(file.stem))
    for _ in range(data.draw(st.integers(1, 8))):
        begin = data.draw(st.integers(0, len(text)))
        text[begin : begin + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
    assert_sane(read(bytes(text)))


@settings(deadline=None)
@given(st.sampled_from(FILES), st.sampled_from(FILES), st.data())
def test_letters_cut_and_pasted_are_read(first: Path, second: Path, data: st.DataObject) -> None:
    one, other = letter(first.stem), letter(second.stem)
    head, tail = data.draw(st.integers(0, len(one))), data.draw(st.integers(0, len(other)))
    assert_sane(read(one[:head] + other[tail:]))


@settings(deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_read(data: bytes) -> None:
    assert_sane(read(data))
