"""Calendar entries, read back by icalendar: the instant that was meant, every word as written, and no word beginning a field.

tests/peers/test_calendar.py has them read by an engine that shares nothing with ours.
"""

import datetime as dt
import re
from dataclasses import replace
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.mailing.invitation import calendar, entry
from bot.mailing.writing import Mailbox
from bot.model.slot import Invitation, Meeting

STAMP = dt.datetime(2026, 2, 1, 8, 15, 30, 999, tzinfo=dt.timezone(dt.timedelta(hours=1)))
STARTS = dt.datetime(2026, 3, 20, 10, tzinfo=ZoneInfo("Europe/Berlin"))
MEETING = Meeting(STARTS, 30, "Room 5", "https://meet.example/5")
ASKED = Invitation("1f@example.org", 3, "REQUEST", MEETING)
DESK, ADA = Mailbox("desk@example.org", "The desk"), Mailbox("ada@example.net", "Ada Muster")
clock = dt.datetime.fromisoformat
EARLY, LATE = clock("1980-01-01"), clock("2099-01-01")
ZONES = sorted(available_timezones() - {"Factory", "localtime"})
WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff"), max_size=200
)
FIELDS = {
    "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS", "TRANSP",
    "ORGANIZER", "ATTENDEE",
}  # fmt: skip


def written(invitation=ASKED, **changes):
    told = {"summary": "Interview", "description": "Text", "organizer": DESK, "attendee": ADA, "language": "en"}
    return entry(invitation, **(told | {"stamp": STAMP} | changes))


def lines(data):
    """The content lines, unfolded as RFC 5545, section 3.1 says, without any parser."""
    text = data.decode("utf-8")
    assert text.endswith("\r\n")
    assert not re.search(r"(?<!\r)\n|\r(?!\n)", text)
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def names(data):
    return [re.split("[:;]", line)[0] for line in lines(data)]


def event(data):
    (found,) = Calendar.from_ical(data).walk("VEVENT")
    return found


def at(**changes):
    return replace(ASKED, meeting=replace(MEETING, **changes))


def test_an_entry_says_what_is_known_and_nothing_else():
    assert sorted(lines(written())) == sorted(
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Callboard//Callboard//EN", "CALSCALE:GREGORIAN", "METHOD:REQUEST",
            "BEGIN:VEVENT", "UID:1f@example.org", "SEQUENCE:3", "DTSTAMP:20260201T071530Z", "DTSTART:20260320T090000Z",
            "DTEND:20260320T093000Z", "SUMMARY;LANGUAGE=en:Interview", "DESCRIPTION;LANGUAGE=en:Text",
            "LOCATION:Room 5\\, https://meet.example/5", "URL:https://meet.example/5", "STATUS:CONFIRMED", "TRANSP:OPAQUE",
            'ORGANIZER;CN="The desk":mailto:desk@example.org',
            'ATTENDEE;CN="Ada Muster";PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:ada@example.net',
            "END:VEVENT", "END:VCALENDAR",
        ]
    )  # fmt: skip


def test_a_cancellation_names_the_same_entry_and_asks_for_no_answer():
    data = written(replace(ASKED, sequence=4, method="CANCEL"))
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "UID:1f@example.org", "SEQUENCE:4"} <= set(lines(data))
    assert b"RSVP" not in data


def test_what_nobody_said_is_left_out():
    data = written(at(minutes=None, place="", link=""))
    assert not {"DTEND", "LOCATION", "URL"} & set(names(data))
    assert b"CN=" not in written(organizer=Mailbox("desk@example.org"), attendee=Mailbox("ada@example.net"))


def test_the_same_entry_has_the_same_bytes():
    assert written() == written()


@given(
    st.datetimes(EARLY, LATE).map(lambda time: time.replace(microsecond=0)),
    st.sampled_from(ZONES),
    st.sampled_from([0, 1]),
    st.none() | st.integers(1, 3000),
)
@example(clock("2026-10-25T02:30"), "Europe/Berlin", 1, 60)
@example(clock("2026-10-25T02:30"), "Europe/Berlin", 0, 60)
@example(clock("2026-11-01T01:30"), "America/New_York", 1, 30)
@example(clock("2026-04-05T01:45"), "Australia/Lord_Howe", 1, 15)
@example(clock("2026-03-29T01:30"), "Europe/Berlin", 0, 120)
def test_every_instant_comes_back(shown, zone, fold, minutes):
    starts = shown.replace(tzinfo=ZoneInfo(zone), fold=fold)
    read = event(written(at(starts=starts, minutes=minutes)))
    assert read["DTSTART"].dt.timestamp() == starts.timestamp()
    assert read["DTSTART"].dt.utcoffset() == dt.timedelta(0)
    if minutes:
        assert read["DTEND"].dt.timestamp() == starts.timestamp() + 60 * minutes


@given(st.datetimes(EARLY, LATE, timezones=st.timezones()))
def test_every_stamp_comes_back_to_the_second(stamp):
    assert event(written(stamp=stamp))["DTSTAMP"].dt.timestamp() == int(stamp.timestamp())


@given(WORDS, WORDS, WORDS)
@example('a, b; c: "d" \\ \\n \\, ^n ^^ ^\'', 'Ada "the first", Muster; \\ ^n', "C:\\new\\, x")
@example("\U0001f393" * 60, "é" * 80, "締" * 80)
@example("x" * 200, "y" * 200, "z" * 200)
@example("\\", "\\", "\\")
def test_words_come_back_as_they_were(summary, name, place):
    data = written(
        at(place=place), summary=summary, organizer=replace(DESK, name=name), attendee=replace(ADA, name=name)
    )
    read = event(data)
    assert str(read["SUMMARY"]) == " ".join(summary.split())
    shown = " ".join(name.split()).replace("\\", "/")
    assert read["ATTENDEE"].params.get("CN", "") == read["ORGANIZER"].params.get("CN", "") == shown
    assert str(read["LOCATION"]) == ", ".join(filter(None, [" ".join(place.split()), MEETING.link]))
    assert set(names(data)) - FIELDS == {"BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD"}


def test_a_letter_s_text_keeps_its_lines():
    text = "Dear Ada,\n\n  your interview;\tsoon: \\n is no line.\n-- \nThe desk\n"
    assert str(event(written(description=text))["DESCRIPTION"]) == text
    assert str(event(written(description="a\r\nb\rc\u2028d"))["DESCRIPTION"]) == "a\nb\nc\nd"


ATTACKS = {
    "crlf": "x\r\nATTENDEE:mailto:eve@evil.example",
    "lf": "x\nATTENDEE:mailto:eve@evil.example",
    "cr": "x\rATTENDEE:mailto:eve@evil.example",
    "folded": "x\r\n ATTENDEE:mailto:eve@evil.example",
    "end": "x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR",
    "alarm": "x\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM",
    "null": "x\x00\nMETHOD:CANCEL",
    "next line": "x\x85STATUS:CANCELLED",
    "line separator": "x\u2028STATUS:CANCELLED",
    "paragraph separator": "x\u2029STATUS:CANCELLED",
    "vertical tab": "x\x0bSTATUS:CANCELLED",
    "file separator": "x\x1cSTATUS:CANCELLED",
    "escape": "x\x1b[2J",
    "delete": "x\x7f\x9f",
    "surrogate": "x\ud80a",
    "noncharacter": "x\ufffe\uffff",
    "quote": 'x";RSVP=FALSE:mailto:eve@evil.example',
    "parameter": "x;CN=Eve:mailto:eve@evil.example",
    "escaped line": "x\\nATTENDEE:mailto:eve@evil.example",
    "caret line": "x^nATTENDEE:mailto:eve@evil.example",
    "backslash at the end": "x\\",
    "long": "x " * 60 + "\nATTENDEE:mailto:eve@evil.example",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_no_word_begins_a_field(attack):
    plain = names(written(at(link="a")))
    for data in (
        written(at(link="a"), summary=attack),
        written(at(link="a"), description=attack),
        written(at(link=attack)),
        written(at(link="a", place=attack)),
        written(at(link="a"), organizer=replace(DESK, name=attack)),
        written(at(link="a"), attendee=replace(ADA, name=attack)),
        written(at(link="a"), language=attack),
    ):
        assert names(data) == plain
        read = event(data)
        assert (str(read["ATTENDEE"]), str(read["STATUS"])) == ("mailto:ada@example.net", "CONFIRMED")
        assert not read.subcomponents
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]", data.decode())
    assert names(calendar([(ASKED, attack, attack)], name=attack, stamp=STAMP)) == names(
        calendar([(ASKED, "x", "x")], name="x", stamp=STAMP)
    )


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_no_address_and_no_link_is_written_that_is_none(attack):
    for who in ("organizer", "attendee"):
        for address in (attack, f"{attack}@example.net", f"ada@{attack}"):
            with pytest.raises(ValueError, match=r"no address|control character"):
                written(**{who: Mailbox(address)})
    if not re.fullmatch(r"[!-~]+", attack):
        assert "URL" not in names(written(at(link=f"https://meet.example/{attack}")))
        with pytest.raises(ValueError, match="uid"):
            written(replace(ASKED, uid=attack))


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("ada.d+x_y-z@example.net", "mailto:ada.d+x_y-z@example.net"),
        ("o'hara@example.net", "mailto:o'hara@example.net"),
        ("ada@bücher.example", "mailto:ada@xn--bcher-kva.example"),
        ("a?b&c=d@example.net", "mailto:a%3Fb%26c%3Dd@example.net"),
        ("a%41/#b@example.net", "mailto:a%2541%2F%23b@example.net"),
    ],
)
def test_addresses_are_uris(address, uri):
    assert str(event(written(attendee=Mailbox(address)))["ATTENDEE"]) == uri


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://meet.example/r/5?a=1,2;b=%C3%A9&c=[x]#y", True),
        ("HTTP://meet.example", True),
        ("meet.example/5", False),
        ("tel:+49301234", False),
        ("javascript:alert(1)", False),
        ("https://meet.example/ä", False),
        ("https://meet.example/ and more", False),
        ('https://meet.example/"x"', False),
        ("https://meet.example/\nX:y", False),
    ],
)
def test_a_link_to_the_web_is_one_to_click_and_every_link_can_be_read(link, url):
    read = event(written(at(link=link)))
    assert str(read["LOCATION"]) == f"Room 5, {' '.join(link.split())}"
    assert read.get("URL") == (link if url else None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"invitation": at(starts=STARTS.replace(tzinfo=None))},
        {"stamp": STAMP.replace(tzinfo=None)},
        {"invitation": replace(ASKED, uid="")},
        {"invitation": replace(ASKED, sequence=-1)},
    ],
    ids=["time", "stamp", "uid", "sequence"],
)
def test_an_entry_needs_zones_a_uid_and_a_sequence(wrong):
    with pytest.raises(ValueError, match=r"zone|uid"):
        written(**wrong)


def test_a_calendar_of_all_interviews_invites_nobody():
    other = replace(ASKED, uid="2@example.org", method="CANCEL")
    data = calendar([(ASKED, "Ada", "Text"), (other, "Bo, é", "")], name="Interviews; March", stamp=STAMP)
    read = Calendar.from_ical(data)
    assert (read["METHOD"], read["NAME"], read["X-WR-CALNAME"]) == ("PUBLISH", "Interviews; March", "Interviews; March")
    assert [str(one["SUMMARY"]) for one in read.walk("VEVENT")] == ["Ada", "Bo, é"]
    assert [str(one["STATUS"]) for one in read.walk("VEVENT")] == ["CONFIRMED", "CANCELLED"]
    assert not {"ATTENDEE", "ORGANIZER"} & set(names(data))
    assert names(calendar([(ASKED, "Ada", "")], name="x", stamp=STAMP, organizer=DESK)).count("ORGANIZER") == 1
    assert "VEVENT" not in calendar([], name="x", stamp=STAMP).decode()
