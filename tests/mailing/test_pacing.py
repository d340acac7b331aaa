"""A relay is never given more than it takes, in any window, whatever the restarts; the expected end is kept to."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mailing.pacing import DAY, FEW, HOUR, MINUTE, PROFILES, Limits, Pace, expected_end, profile
from bot.mailing.settings import RelaySettings

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

limits_of_relays = st.builds(
    Limits,
    per_minute=st.integers(0, 5),
    per_hour=st.integers(0, 20),
    per_day=st.integers(0, 40),
).filter(lambda limits: limits.mails)


def most_within(times: list[datetime], window: timedelta) -> int:
    return max((sum(1 for other in times if at <= other < at + window) for at in times), default=0)


def kept(times: list[datetime], limits: Limits) -> bool:
    windows = ((MINUTE, limits.per_minute), (HOUR, limits.per_hour), (DAY, limits.per_day))
    return all(most_within(times, window) <= most for window, most in windows if most)


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_is_found_by_its_name_and_keeps_what_it_says(name: str) -> None:
    assert profile(RelaySettings(profile=name)) == PROFILES[name]


def test_the_settings_own_numbers_stand_before_the_profile_s() -> None:
    limits = profile(RelaySettings(profile="exchange-online", per_minute=10, per_day=0))
    assert limits == Limits(per_minute=10, connections=3)
    assert limits.lanes == 3
    assert profile(RelaySettings()).lanes == FEW


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no relay profile `exchange`: choose from none, exchange-online, hannover"):
        profile(RelaySettings(profile="exchange"))


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="`per_day` of a relay must not be below 0"):
        profile(RelaySettings(per_day=-1))


def test_without_limits_nothing_waits() -> None:
    pace = Pace(Limits().mails)
    for _ in range(3):
        pace.take()
        pace.begun(NOW)
    assert pace.wait(NOW) == 0
    assert pace.times == ()


def test_the_next_waits_until_the_oldest_leaves_the_window() -> None:
    pace = Pace(Limits(per_minute=2).mails, [(NOW, 1), (NOW + 10 * SECOND, 1)])
    assert pace.wait(NOW + 20 * SECOND) == 41
    assert pace.wait(NOW + 61 * SECOND) == 0


def test_what_is_announced_counts_until_it_happens_or_does_not() -> None:
    pace = Pace(Limits(per_minute=1).mails)
    pace.take()
    assert pace.wait(NOW + HOUR) == math.inf
    pace.drop()
    assert pace.wait(NOW + HOUR) == 0


def test_a_clock_put_back_lets_nothing_more_leave() -> None:
    pace = Pace(Limits(per_minute=2).mails)
    for at in (NOW, NOW - 30 * SECOND):
        pace.take()
        pace.begun(at)
    assert pace.times == (NOW - 30 * SECOND, NOW)
    assert pace.wait(NOW) == 31


def test_uses_noted_together_count_each() -> None:
    assert Pace(Limits(per_hour=5).mails, [(NOW, 3), (NOW - MINUTE, 2)]).wait(NOW) == 3600 + 1 - 60


steps = st.lists(
    st.tuples(st.sampled_from(["take", "take", "take", "begun", "begun", "drop", "restart"]), st.integers(0, 4000)),
    max_size=120,
)


@given(limits_of_relays, steps)
def test_no_window_ever_holds_more_than_its_limit(limits: Limits, done: list[tuple[str, int]]) -> None:
    """Mails announced by many lanes, begun late or never, over restarts that know only what was noted."""
    now, announced = NOW, 0
    noted: list[tuple[datetime, int]] = []
    pace = Pace(limits.mails)
    for step, seconds in done:
        now += timedelta(seconds=seconds)
        if step == "take":
            wait = pace.wait(now)
            if math.isinf(wait):
                assert announced
                continue
            now += timedelta(seconds=wait)
            assert pace.wait(now) == 0
            pace.take()
            announced += 1
        elif step == "restart":
            pace, announced = Pace(limits.mails, [use for use in noted if use[0] >= now - pace.longest]), 0
        elif announced:
            announced -= 1
            if step == "drop":
                pace.drop()
            else:
                noted.append((now, 1))
                pace.begun(now)
    assert kept([at for at, _ in noted], limits)


@given(limits_of_relays, st.integers(1, 60), st.sampled_from([0.0, 0.01, 2.0]))
def test_the_expected_end_is_when_the_last_mail_leaves(limits: Limits, left: int, rate: float) -> None:
    pace, now = Pace(limits.mails), NOW
    for _ in range(left):
        now += timedelta(seconds=1 / rate if rate else 0)
        now += timedelta(seconds=pace.wait(now))
        pace.take()
        pace.begun(now)
    told = expected_end(left, NOW, limits, rate)
    assert told is not None
    assert abs(told - now) < SECOND


def test_the_expected_end_without_limits_follows_the_rate() -> None:
    assert expected_end(600, NOW, Limits(), 10) == NOW + MINUTE
    assert expected_end(600, NOW, Limits(), 0) is None
    assert expected_end(0, NOW, Limits(), 0) == NOW


def test_the_expected_end_counts_what_left_already() -> None:
    limits = Limits(per_day=250)
    assert expected_end(1, NOW, limits, 0, [NOW - HOUR] * 250) == NOW + 23 * HOUR + SECOND
