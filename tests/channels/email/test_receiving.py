"""A letter as a message of the record: what stands in it, and whose thread it may name."""

from datetime import datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.email.receiving import as_incoming
from bot.model.message import Incoming
from bot.model.returned import Returned

NOW = datetime.fromisoformat("2026-01-15T12:00:00+01:00")
OWN = frozenset({"bot@callboard.example"})
TOKEN = "0123456789abcdef" * 2
OURS = f"<{TOKEN}.7@callboard.example>"


def read(text: str = "When is the deadline?", **headers: str) -> Incoming:
    known = {"From": "anna@example.org", "To": "bot@callboard.example", "Message-ID": "<1@example.org>"}
    known |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in known.items() if value)
    return as_incoming(f"{head}\r\n{text}\r\n".encode(), OWN, "5:9", NOW)


def test_a_letter() -> None:
    incoming = read(Subject="Deadline")
    assert (incoming.channel, incoming.form, incoming.stop) == ("email", "text", "")
    assert (incoming.address, incoming.place, incoming.received) == ("anna@example.org", "5:9", NOW)
    assert incoming.text == "When is the deadline?"
    assert incoming.context == {
        "author": "anna@example.org",
        "message_id": "1@example.org",
        "references": "",
        "subject": "Deadline",
        "asks": "Deadline",
    }


def test_an_answer_to_ours_names_thread_and_reply() -> None:
    incoming = read(Subject="Re: Deadline", References=f"<0@x> {OURS}", In_Reply_To=OURS)
    assert (incoming.thread, incoming.reacts_to) == (TOKEN, 7)
    assert incoming.context["asks"] == ""


@pytest.mark.parametrize(
    ("text", "subject", "read_as"),
    [
        ("", "When is the deadline?", "When is the deadline?"),
        ("", "Re: When is the deadline?", ""),
        ("And the salary?", "Deadline", "And the salary?"),
    ],
)
def test_a_letter_without_text_asks_by_its_subject(text: str, subject: str, read_as: str) -> None:
    assert read(text, Subject=subject).text == read_as


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied", "Subject": "Away"},
        {"Subject": "Automatic reply: Deadline"},
        {"X_Autoreply": "yes"},
        {"Precedence": "bulk"},
    ],
)
def test_what_a_machine_answers_to_ours_does_not_say_that_ours_came_back(headers: dict[str, str]) -> None:
    """Else an absence note would show a delivered reply as refused, and mute the person."""
    incoming = read(In_Reply_To=OURS, References=OURS, **headers)
    assert incoming.stop
    assert (incoming.thread, incoming.reacts_to) == ("", None)


def report(action: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: bot@callboard.example\r\nSubject: Undelivered Mail\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; anna@example.org\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {OURS}\r\nSubject: Re: x\r\n\r\n--b--\r\n"
    ).encode()


def test_a_report_names_the_reply_that_failed() -> None:
    incoming = as_incoming(report("failed"), OWN, "", NOW)
    assert (incoming.stop, incoming.thread, incoming.reacts_to) == ("bounce", TOKEN, 7)


def test_a_delay_names_none() -> None:
    incoming = as_incoming(report("delayed"), OWN, "", NOW)
    assert (incoming.stop, incoming.reacts_to) == ("bounce", None)


def test_without_a_usable_address_nobody_is_answered() -> None:
    for sender in ("", "nobody", "a@b@c", "undisclosed:;"):
        assert read(From=sender).stop


def test_the_key_is_the_letters_not_the_places() -> None:
    assert read().key == as_incoming(b"X: y\r\n" + as_bytes(), OWN, "6:1", NOW).key
    assert read().key != read(From="eve@example.org").key
    assert read().key != read("And the salary?").key


def as_bytes() -> bytes:
    head = "From: anna@example.org\r\nTo: bot@callboard.example\r\nMessage-ID: <1@example.org>\r\n"
    return f"{head}\r\nWhen is the deadline?\r\n".encode()


@given(st.binary(max_size=400), st.binary(max_size=60), st.binary(max_size=60))
def test_whatever_arrives_becomes_a_message_that_can_be_kept(body: bytes, subject: bytes, name: bytes) -> None:
    head = b"From: " + name + b" <anna@example.org>\r\nSubject: " + subject + b"\r\n"
    attached = b'Content-Type: application/pdf; name="' + name + b'"\r\n'
    for data in (body, head + b"\r\n" + body, head + attached + b"\r\n" + body):
        incoming = as_incoming(data, OWN, "", NOW)
        assert isinstance(incoming.text, str)
        if not incoming.stop:
            msgspec.json.encode(incoming.context)
            msgspec.json.encode(incoming.attachments)


DECISION = f"<{TOKEN}.mail@callboard.example>"


@pytest.mark.parametrize("headers", [{"In_Reply_To": DECISION}, {"References": f"<a@b> {DECISION}"}])
def test_an_answer_to_a_decision_mail_is_a_message_like_others(headers: dict[str, str]) -> None:
    incoming = read("I accept! When does it start?", Subject="Re: Your result", **headers)
    assert (incoming.stop, incoming.address) == ("", "anna@example.org")
    detail = "Re: Your result"
    assert incoming.returned == Returned("reply", TOKEN, addresses=("anna@example.org",), detail=detail)


def test_a_letter_without_a_token_comes_back_for_nothing() -> None:
    assert read().returned is None
    assert read(In_Reply_To="<x.mail@callboard.example>").returned is None
    assert read(In_Reply_To=OURS, References=OURS).returned is None


def test_an_answer_about_a_decision_goes_to_its_author_only() -> None:
    """Else whoever has the mail could have its explanation sent elsewhere, as if its recipient had asked."""
    assert read(Reply_To="eve@example.com").address == "eve@example.com"
    incoming = read("And my slot?", Reply_To="eve@example.com", In_Reply_To=DECISION)
    assert (incoming.address, incoming.stop) == ("anna@example.org", "")
    quoting = read(f"What does it mean?\r\n\r\nMessage-ID: {DECISION}", Reply_To="eve@example.com")
    assert quoting.address == "anna@example.org"
    form = read("And my slot?", From="no-reply@forms.example", Reply_To="eve@example.com", In_Reply_To=DECISION)
    assert (form.address, form.stop) == ("no-reply@forms.example", "no-reply")
    unusable = read("And my slot?", From="nobody", Reply_To="eve@example.com", In_Reply_To=DECISION)
    assert (unusable.address, unusable.stop) == ("", "no address")


def test_a_person_who_accepts_and_is_away_is_not_thrown_away() -> None:
    incoming = read("I accept. I am away until Monday.", In_Reply_To=DECISION)
    assert incoming.stop == ""
    assert incoming.context["looks"] == "absence note"
    assert incoming.returned.kind == "reply"


def test_what_machines_send_about_a_decision_is_told_and_not_answered() -> None:
    note = read("Back on Monday.", In_Reply_To=DECISION, Auto_Submitted="auto-replied")
    assert (note.stop, note.returned.kind, note.returned.token) == ("auto-submitted", "away", TOKEN)
    for action in ("failed", "delayed"):
        incoming = as_incoming(report(action).replace(f"{TOKEN}.7@".encode(), f"{TOKEN}.mail@".encode()), OWN, "", NOW)
        assert (incoming.stop, incoming.thread, incoming.reacts_to) == ("bounce", "", None)
        assert (incoming.returned.kind, incoming.returned.token) == (action, TOKEN)
        assert incoming.returned.addresses == ("anna@example.org",)


def test_reports_of_our_other_letters_come_back_for_no_decision() -> None:
    for action in ("failed", "delayed"):
        assert as_incoming(report(action), OWN, "", NOW).returned is None


def test_a_note_in_a_language_that_only_its_subject_tells_is_not_answered_either() -> None:
    incoming = read("Pazartesi döneceğim.", Subject="Otomatik yanıt: Deadline", In_Reply_To=OURS, References=OURS)
    assert (incoming.stop, incoming.thread, incoming.reacts_to) == ("absence note", "", None)
