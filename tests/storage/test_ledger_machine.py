"""Deliveries under any order of events: senders that die, pauses, people's words; no step but those of the table, nothing twice."""

from collections import Counter
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.model.campaign import CAMPAIGN_STEPS, CampaignState, Told
from bot.model.delivery import OPEN, STEPS, DeliveryState
from bot.model.message import Outcome, Refused, Sent, TryLater, Unknown
from bot.storage.store import Store
from tests.storage.letters import CALL, mail, planned
from tests.storage.record import NOW, empty

OUTCOMES = st.sampled_from(
    [Sent("ok"), Sent("ok"), TryLater(40, "busy"), TryLater(5, "down", all=True), Refused("no"), Unknown("lost")]
)
TWICE = {("unknown", "cancelled"), ("sending", "cancelled")}
"""Two steps in one transaction: in a cancelled campaign nothing is sent again."""
PEOPLE = [str(number) for number in range(6)]


class Senders(RuleBasedStateMachine):
    """Two campaigns to the same people, the second waiting for the first; senders that come and go."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        empty(store)
        self.store = store
        self.now = NOW
        first = planned(store, PEOPLE)
        told = store.campaigns.told(CALL)
        second = planned(store, [mail(one.person, after=one.number) for one in told], "interview")
        self.campaigns = [first.id, second.id]
        for campaign in self.campaigns:
            assert store.campaigns.move(campaign, ["planned"], "approved")
            assert store.campaigns.move(campaign, ["approved"], "sending")
        self.worker = 1
        self.claimed: dict[int, str] = {}
        self.begun: dict[int, str] = {}
        self.late: list[tuple[int, str]] = []
        self.maybe_there: Counter[int] = Counter()
        self.again: Counter[int] = Counter()
        self.seen = self.states()
        self.stood = self.campaign_states()

    @property
    def name(self) -> str:
        return f"worker {self.worker}"

    def states(self) -> dict[int, DeliveryState]:
        found = [self.store.campaigns.deliveries(campaign) for campaign in self.campaigns]
        return {one.id: one.state for some in found for one in some}

    def campaign_states(self) -> list[CampaignState]:
        return [self.store.ledger.state(campaign) for campaign in self.campaigns]

    @rule(which=st.integers(0, 1), to=st.sampled_from(["sending", "sending", "paused"]))
    def move(self, which: int, to: CampaignState) -> None:
        before = [state for state, after in CAMPAIGN_STEPS.items() if to in after]
        moved = self.store.campaigns.move(self.campaigns[which], before, to)
        assert moved == (self.stood[which] in before)

    @rule(which=st.sampled_from([0, 0, 1]), limit=st.integers(1, 4))
    def claim(self, which: int, limit: int) -> None:
        campaign = self.campaigns[which]
        claimed = self.store.ledger.claim(campaign, self.name, self.now, limit)
        assert not claimed or self.store.ledger.state(campaign) == "sending"
        assert not {one.id for one in claimed} & self.begun.keys()
        self.claimed |= {one.id: self.name for one in claimed}

    @rule(which=st.sampled_from([0, 0, 1]), limit=st.integers(1, 4))
    def begin(self, which: int, limit: int) -> None:
        self.claim(which, limit)
        self.only_steps_of_the_table()
        self.mark(limit)

    @rule(number=st.integers(1, 3))
    def mark(self, number: int) -> None:
        mine = [one for one, worker in self.claimed.items() if worker == self.name][:number]
        before = self.states()
        begun = self.store.ledger.mark(self.name, mine, self.now)
        assert all(before[one] == "claimed" for one in begun)
        for one in mine:
            del self.claimed[one]
        self.begun |= dict.fromkeys(begun, self.name)

    @precondition(lambda self: self.begun or self.claimed)
    @rule(data=st.data(), outcome=OUTCOMES)
    def settle(self, data: st.DataObject, outcome: Outcome) -> None:
        known = {**self.claimed, **self.begun}
        one = data.draw(st.sampled_from(sorted(known)))
        worker = known[one]
        if one in self.begun and not isinstance(outcome, TryLater | Refused):
            self.maybe_there[one] += 1
        if one in self.claimed and isinstance(outcome, Sent | Unknown):
            return  # before its text left, a mail cannot have arrived
        self.claimed.pop(one, None)
        self.begun.pop(one, None)
        self.store.ledger.settle(worker, [(one, outcome, self.now)])

    @rule(number=st.integers(0, 3), outcome=OUTCOMES)
    def record(self, number: int, outcome: Outcome) -> None:
        """As a sender does: what ended and what begins at once."""
        mine = [one for one, worker in self.claimed.items() if worker == self.name][:number]
        ended = [one for one, worker in self.begun.items() if worker == self.name]
        if not isinstance(outcome, TryLater | Refused):
            self.maybe_there.update(ended)
        marks, outcomes = [(one, self.now) for one in mine], [(one, outcome, self.now) for one in ended]
        begun = self.store.ledger.record(self.name, marks, outcomes)
        for one in ended:
            del self.begun[one]
        for one in mine:
            del self.claimed[one]
        self.begun |= dict.fromkeys(begun, self.name)

    @rule()
    def release(self) -> None:
        self.store.ledger.release(self.name)
        self.claimed = {one: worker for one, worker in self.claimed.items() if worker != self.name}

    @rule()
    def killed(self) -> None:
        """The sender is gone; the next one recovers. What it was sending may have arrived, and its word may still come."""
        self.late += self.begun.items()
        self.maybe_there.update(list(self.begun))
        self.claimed, self.begun = {}, {}
        self.worker += 1
        self.store.ledger.recover(self.name, self.now)
        assert not {"claimed", "sending"} & set(self.states().values())

    @precondition(lambda self: self.begun)
    @rule()
    def killed_while_sending(self) -> None:
        self.killed()

    @precondition(lambda self: self.late)
    @rule()
    def late_word(self) -> None:
        one, worker = self.late.pop()
        before = self.states()[one]
        self.store.ledger.settle(worker, [(one, Sent("late"), self.now)])
        assert self.states()[one] in (before, "sent")

    @rule(arrived=st.booleans())
    def resolve(self, arrived: bool) -> None:
        unknown = [one for one, state in self.states().items() if state == "unknown"]
        for one in unknown[:1]:
            assert self.store.campaigns.resolve(one, arrived=arrived, by="maria", now=self.now)
            self.again[one] += not arrived

    @rule(person=st.sampled_from(PEOPLE[:2]))
    def withdraw(self, person: str) -> None:
        known = Told(0, person, f"{person}@example.org", person, "", self.now)
        self.store.campaigns.react(CALL, known, "withdrawn", "maria", self.now)

    @rule(which=st.integers(0, 1), sure=st.integers(0, 5))
    def cancel(self, which: int, sure: int) -> None:
        if sure == 0:
            self.store.campaigns.cancel(self.campaigns[which], "wrong", self.now)

    @rule(seconds=st.sampled_from([1, 10, 60]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def only_steps_of_the_table(self) -> None:
        before, after = self.seen, self.states()
        stood, stands = self.stood, self.campaign_states()
        for one, state in after.items():
            step = (before[one], state)
            known = state == before[one] or state in STEPS[before[one]] or step in TWICE
            assert known, f"{one}: {before[one]} -> {state}"
        for old, new in zip(stood, stands, strict=True):
            assert new == old or new in CAMPAIGN_STEPS[old]
        self.seen, self.stood = after, stands

    @invariant()
    def nothing_is_sent_twice_without_a_persons_word(self) -> None:
        for one in self.maybe_there:
            assert self.maybe_there[one] <= 1 + self.again[one]
        assert {one for one, state in self.states().items() if state == "sending"} == set(self.begun)

    @invariant()
    def the_numbers_add_up(self) -> None:
        for campaign, state in zip(self.campaigns, self.stood, strict=True):
            counts = self.store.campaigns.counts(campaign)
            assert sum(counts.values()) == len(PEOPLE)
            count, due = self.store.ledger.open(campaign, self.now)
            assert count == sum(counts[one] for one in OPEN)
            assert due is None or due > self.now
            if state == "cancelled":
                assert counts["planned"] == counts["waiting"] == counts["claimed"] == 0

    def teardown(self) -> None:
        """Whatever happened, the rest is sent, the first campaign before the second."""
        self.killed()
        self.only_steps_of_the_table()
        for which, _ in enumerate(self.campaigns):
            self.move(which, "sending")
            self.only_steps_of_the_table()
        self.now += timedelta(days=1)
        for campaign, state in zip(self.campaigns, self.stood, strict=True):
            while found := self.store.ledger.claim(campaign, self.name, self.now, 2):
                numbers = [one.id for one in found]
                assert self.store.ledger.mark(self.name, numbers, self.now) == set(numbers)
                self.store.ledger.settle(self.name, [(one, Sent("ok"), self.now) for one in numbers])
                self.maybe_there.update(numbers)
            assert state in ("sending", "cancelled")
            assert self.store.ledger.open(campaign, self.now) == (0, None)
        self.nothing_is_sent_twice_without_a_persons_word()


def test_no_step_but_those_of_the_table(store: Store) -> None:
    run_state_machine_as_test(
        lambda: Senders(store),
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        ),
    )
