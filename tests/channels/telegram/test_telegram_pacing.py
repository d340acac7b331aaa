"""Flood limits: a message's turn in its chat and among all."""

import heapq
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.pacing import MANY, Pacing
from bot.usecases.deliver import WIDTH

Arrival = tuple[float, str]  # when, and the address that it is for: a chat, in groups with a person after a slash

ADDRESSES = st.one_of(
    st.integers(1, 60).map(str),
    st.tuples(st.integers(1, 3), st.integers(1, 30)).map(lambda pair: f"-{pair[0]}/{pair[1]}"),
)
ARRIVALS = st.lists(
    st.tuples(st.sampled_from((0.0, 0.0, 0.0, 0.001, 0.03, 0.5, 1.0, 3.0)), ADDRESSES), min_size=1, max_size=200
)

PATTERNS: dict[str, list[Arrival]] = {
    "everybody at once": [(0.0, str(chat)) for chat in range(200)],
    "everybody three times": [(0.0, str(chat)) for _ in range(3) for chat in range(40)],
    "a group of forty": [(0.0, f"-1/{person}") for person in range(40)],
    "one who writes and writes": [(number / 10, "1") for number in range(50)],
    "chats come free when others arrive": [
        *((0.0, str(chat)) for _ in range(2) for chat in range(16)),
        *((1.0, str(chat)) for chat in range(100, 140)),
    ],
    "groups come free when others arrive": [
        *((0.0, f"-{group}/{person}") for group in range(1, 6) for person in range(3)),
        *((3.0, str(chat)) for chat in range(60)),
    ],
}


def departures(arrivals: list[Arrival]) -> list[tuple[float, str]]:
    """When each message leaves for which chat, if they are handed over as Deliver does: each address in order, WIDTH at once."""
    pacing = Pacing()
    waiting = list(arrivals)
    busy: set[str] = set()
    events: list[tuple[float, int, str, str]] = [(when, -1, "arrived", "") for when, _ in arrivals]
    heapq.heapify(events)
    left: list[tuple[float, str]] = []
    while events:
        now, _, what, address = heapq.heappop(events)
        if what == "turn in chat":
            wait = pacing.among_all(address.partition("/")[0], now)
            heapq.heappush(events, (now + wait, len(left), "sent", address))
        elif what == "sent":
            left.append((now, address.partition("/")[0]))
            busy.remove(address)
        for one in list(waiting):
            if one[0] <= now and one[1] not in busy and len(busy) < WIDTH:
                waiting.remove(one)
                busy.add(one[1])
                wait = pacing.in_chat(one[1].partition("/")[0], now)
                heapq.heappush(events, (now + wait, len(left), "turn in chat", one[1]))
    assert not waiting
    return left


def most(times: list[float], seconds: float) -> int:
    """The most of these times within any so many seconds."""
    return max((sum(start <= one < start + seconds for one in times) for start in times), default=0)


def hold_limits(arrivals: list[Arrival]) -> None:
    left = departures(arrivals)
    assert len(left) == len(arrivals)
    chats = defaultdict(list)
    for when, chat in left:
        chats[chat].append(when)
    assert most([when for when, _ in left], 1.0) <= 30
    for chat, times in chats.items():
        assert most(times, 60.0 if chat.startswith("-") else 1.0) <= (20 if chat.startswith("-") else 1)


@given(ARRIVALS)
@settings(max_examples=60)
def test_no_pattern_of_arrivals_breaks_a_limit(gaps: list[Arrival]) -> None:
    now, arrivals = 0.0, []
    for gap, address in gaps:
        now += gap
        arrivals.append((now, address))
    hold_limits(arrivals)


@pytest.mark.parametrize("name", PATTERNS)
def test_the_worst_patterns(name: str) -> None:
    hold_limits(sorted(PATTERNS[name]))


def test_a_group_that_waits_holds_nobody_else_up() -> None:
    left = departures([(0.0, f"-1/{person}") for person in range(10)] + [(0.01, str(chat)) for chat in range(1, 6)])
    assert max(when for when, chat in left if not chat.startswith("-")) < 1


def test_a_message_alone_does_not_wait() -> None:
    pacing = Pacing()
    assert pacing.in_chat("1", 50.0) == 0
    assert pacing.among_all("1", 50.0) == 0
    assert pacing.in_chat("2", 50.0) == 0


def test_chats_of_the_past_are_forgotten() -> None:
    pacing = Pacing()
    for number in range(20 * MANY):
        pacing.in_chat(str(number), number / 25)
        pacing.among_all(str(number), number / 25)
    assert len(vars(pacing)["_chats"]) <= MANY + 1
