"""Replies that carry a calendar entry: as a part that calendars offer to take over, and as a file, with one method."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from bot.correspondence.composing import Letterhead, compose
from bot.model.message import File, Outgoing, Reply

ENTRY = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nSUMMARY:Größe \u2028\r\n" + " .締\r\n" * 99 + "END:VCALENDAR\r\n"


def composed(file: File | None = None, kind: str = "booking", subject: str = "") -> tuple[EmailMessage, bytes]:
    body = Outgoing("Done.", kind, "en", notice="A bot wrote this.", file=file, subject=subject)
    context = {"message_id": "q@example.org", "references": "a@x", "subject": "Question"}
    asked = Reply(7, "email", "anna@example.org", context, "f" * 32, body, datetime(2026, 1, 15, tzinfo=UTC), 0)
    data = compose(asked, Letterhead("bot@callboard.example"), lambda **words: "<p>Done.</p>")
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert data.isascii()
    assert not message.defects
    return message, data


@pytest.mark.parametrize("kind", ["booking", "interviewer"])
def test_an_entry_goes_as_a_part_and_as_a_file(kind: str) -> None:
    message, data = composed(File("invite.ics", ENTRY, "text/calendar", "CANCEL"), kind)
    assert max(map(len, data.split(b"\r\n"))) <= 78
    assert message.get_content_type() == "multipart/mixed"
    words, file = message.iter_parts()
    parts = list(words.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    assert dict(parts[2]["Content-Type"].params) == {"charset": "utf-8", "method": "CANCEL"}
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert parts[2].get_payload(decode=True).decode() == file.get_payload(decode=True).decode() == ENTRY
    assert "A bot wrote this." in message.get_body(("plain",)).get_content()


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL\r\nBcc: eve@evil.example", "CANC"])
def test_an_entry_of_another_method_than_its_part_is_a_value_error(method: str) -> None:
    with pytest.raises(ValueError, match="not of the method"):
        composed(File("invite.ics", ENTRY, "text/calendar", method))


def test_a_calendar_to_look_at_is_a_file_only() -> None:
    message, _ = composed(File("week.ics", ENTRY, "text/calendar"))
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("week.ics", "text/calendar")
    assert [part.get_content_type() for part in message.iter_parts()] == ["multipart/alternative", "text/calendar"]


def test_what_goes_to_an_interviewer_answers_nothing() -> None:
    message, _ = composed(kind="interviewer", subject="Interview, 10 March: Zoë")
    assert message["Subject"] == "Interview, 10 March: Zoë"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "In-Reply-To" not in message
    assert "References" not in message
