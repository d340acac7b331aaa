"""Inbox and outbox under any order of events, crashes and erasures among them."""

from collections import Counter
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.model.message import CRASHES, DOUBTS, Incoming, Outcome, Refused, Reply, Sent, TryLater, Unknown
from bot.storage.store import Store
from tests.storage.record import ANN, BOB, NOW, empty, letter, rows, says, settle

OUTCOMES = st.sampled_from([Sent(), Sent(), TryLater(40, "busy"), Refused("no"), Unknown("lost")])


class Record(RuleBasedStateMachine):
    """One process that receives, answers and sends, and is killed now and then."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        empty(store)
        self.store = store
        self.now = NOW
        self.received: list[Incoming] = []
        self.under_way: list[Reply] = []
        self.begun: Counter[int] = Counter()
        self.maybe_there: Counter[int] = Counter()
        self.order: dict[str, list[int]] = {}

    @rule(sender=st.sampled_from([ANN, BOB]))
    def receive(self, sender: str) -> None:
        incoming = letter(sender=sender, received=self.now)
        assert self.store.inbox.receive(incoming)
        self.received.append(incoming)

    @precondition(lambda self: self.received)
    @rule(data=st.data())
    def receive_again(self, data: st.DataObject) -> None:
        assert not self.store.inbox.receive(data.draw(st.sampled_from(self.received)))

    @rule(replies=st.integers(0, 3))
    def answer(self, replies: int) -> None:
        for received in self.store.inbox.unanswered(1):
            state = "answered" if replies else "ignored"
            settle(self.store, received, *[says()] * replies, state=state, now=self.now)

    @rule()
    def begin(self) -> None:
        for reply in self.store.outbox.due("email", self.now, 1):
            assert reply.address not in {other.address for other in self.under_way}
            assert self.store.outbox.begin(reply)
            assert not self.store.outbox.begin(reply)
            self.under_way.append(reply)
            self.begun[reply.id] += 1
            order = self.order.setdefault(reply.address, [])
            assert not order or order[-1] <= reply.id, "a reply overtook another"
            order.append(reply.id)

    @precondition(lambda self: self.under_way)
    @rule(outcome=OUTCOMES)
    def finish(self, outcome: Outcome) -> None:
        reply = self.under_way.pop(0)
        if not isinstance(outcome, TryLater | Refused):
            self.maybe_there[reply.id] += 1
        self.store.outbox.finish(reply, outcome, self.now)

    @rule()
    def killed(self) -> None:
        for reply in self.under_way:
            self.maybe_there[reply.id] += 1
        self.under_way = []
        self.store.outbox.recover(self.now)

    @rule(seconds=st.sampled_from([10, 60, 3600]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def forget(self) -> None:
        for received in self.store.inbox.unanswered(1):
            self.store.people.erase(received, self.now)
            self.under_way = [reply for reply in self.under_way if reply.address != received.incoming.address]
            self.order.pop(received.incoming.address, None)

    @rule(hours=st.integers(1, 5))
    def expire(self, hours: int) -> None:
        self.store.people.expire(self.now - timedelta(hours=hours))
        sending = {row.id for row in rows(self.store, "replies") if row.state == "sending"}
        self.under_way = [reply for reply in self.under_way if reply.id in sending]

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        states = Counter(rows(self.store, "messages", "state"))
        assert states.total() == len(self.received)
        assert set(states) <= {"received", "answered", "ignored", "erased"}
        assert len(self.store.inbox.unanswered(1000)) == states["received"]
        for row in rows(self.store, "replies"):
            assert self.maybe_there[row.id] <= 1 + row.doubts, "sent twice without a doubt"
            assert row.doubts <= CRASHES
            assert row.tries == self.begun[row.id]
            assert (row.state == "sending") == (row.id in {reply.id for reply in self.under_way})
            if row.state in ("planned", "sending") and self.maybe_there[row.id]:
                assert row.doubts >= 1
            if row.state == "unknown":
                assert row.doubts >= DOUBTS

    def teardown(self) -> None:
        """Whatever happened, the rest is sent, in order."""
        self.killed()
        self.now += timedelta(days=1)
        while self.store.outbox.due("email", self.now, 1):
            self.begin()
            self.finish(Sent())
        assert set(rows(self.store, "replies", "state")) <= {"sent", "unknown", "refused", "erased"}
        self.nothing_is_lost_or_doubled()


def test_nothing_is_lost_or_doubled(store: Store) -> None:
    run_state_machine_as_test(
        lambda: Record(store),
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        ),
    )
