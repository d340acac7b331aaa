"""What day it is, seen from a call: to the minute, across summer time, on other clocks."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.dates import Left, elsewhere
from bot.model.moments import moment_words, window_words

BERLIN = ZoneInfo("Europe/Berlin")
DEADLINE = datetime(2026, 2, 22, 23, 59, tzinfo=BERLIN)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("now", "state", "days"),
    [
        (DEADLINE - timedelta(days=7), "open", 7),
        (DEADLINE - timedelta(days=6), "closing", 6),
        (DEADLINE - MINUTE, "closing", 0),
        (DEADLINE, "closing", 0),
        (DEADLINE + timedelta(seconds=59), "closing", 0),
        (DEADLINE + MINUTE, "closed", 1),
        (datetime.fromisoformat("2026-02-22T22:59:30+00:00"), "closing", 0),
        (datetime.fromisoformat("2026-02-22T23:00:00+00:00"), "closed", 1),
        (datetime.fromisoformat("2026-02-23T04:29:00+05:30"), "closing", 0),
        (datetime.fromisoformat("2026-02-23T04:30:00+05:30"), "closed", 1),
    ],
)
def test_the_last_minute_named_still_counts(now, state, days):
    left = Left.until(DEADLINE, now)
    assert (left.state, left.days) == (state, days)


def test_days_left_are_calendar_days_across_summer_time():
    moment = datetime(2026, 3, 31, 23, 59, tzinfo=BERLIN)
    before_the_change = datetime(2026, 3, 28, 23, 59, tzinfo=BERLIN)
    assert Left.until(moment, before_the_change).days == 3


@given(
    seconds=st.integers(-(10**7), 10**7),
    zone=st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"]),
)
def test_the_askers_zone_does_not_change_what_is_left(seconds, zone):
    now = DEADLINE + timedelta(seconds=seconds)
    assert Left.until(DEADLINE, now) == Left.until(DEADLINE, now.astimezone(ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/New_York", "Sunday, 22 February 2026, 17:59 EST"),
        ("Asia/Kolkata", "Monday, 23 February 2026, 04:29 IST"),
    ],
)
def test_a_deadline_on_other_clocks(zone, words):
    assert moment_words(elsewhere(DEADLINE, zone), "en") == words


def test_windows_name_a_shared_month_once():
    assert window_words(date(2026, 3, 11), date(2026, 3, 20), "en") == "11 to 20 March 2026"
    assert window_words(date(2026, 3, 30), date(2026, 4, 2), "de") == "30. März 2026 bis 2. April 2026"


@pytest.mark.parametrize(
    ("now", "closed"),
    [
        ("2026-02-12T12:00:00+01:00", False),
        ("2026-02-22T23:59:00+01:00", False),
        ("2026-02-23T00:00:00+01:00", True),
        ("2026-02-22T18:00:00-05:00", True),
        ("2026-06-01T12:00:00+02:00", True),
    ],
)
def test_the_reply_knows_whether_the_call_is_closed(ask, now, closed):
    english = ask("Is the IDEAS call still open?", now=now)
    german = ask("Ist die IDEAS-Ausschreibung noch offen?", now=now)
    assert ("closed" in english.reply) == closed, english.reply
    assert ("geschlossen" in german.reply) == closed, german.reply
    assert "22 February 2026" in english.reply
    assert "22. Februar 2026" in german.reply


def test_the_reply_counts_the_days_left(ask):
    assert "10 days" in ask("How many days are left to apply to IDEAS?", now="2026-02-12T12:00:00+01:00").reply
    assert (
        "10 Tage"
        in ask("Wie viele Tage bleiben noch für die Bewerbung bei IDEAS?", now="2026-02-12T12:00:00+01:00").reply
    )


@pytest.mark.parametrize(
    ("city", "hour", "day"), [("New York", "17:59", "22"), ("Delhi", "04:29", "23"), ("Kolkata", "04:29", "23")]
)
def test_the_reply_tells_the_deadline_at_the_askers_place(ask, city, hour, day):
    reply = ask(f"What time is the IDEAS deadline in {city}?").reply
    assert hour in reply
    assert f"{day} February 2026, {hour}" in reply
