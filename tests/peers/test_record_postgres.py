"""The record on PostgreSQL: every test of tests/storage that is not about SQLite itself."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa
from daemons import wait_for
from postgres import Postgres

from bot.model.campaign import Recipient
from bot.model.message import Sent
from bot.storage.campaign_schema import deliveries
from bot.storage.engine import AlreadyServingError, serving
from bot.storage.senders import AlreadySendingError, sending
from bot.storage.store import Store, open_store
from bot.usecases.campaign_ports import PlanConflictError
from tests.storage import (
    test_bookings,
    test_bookings_together,
    test_campaign_approvals,
    test_campaign_privacy,
    test_campaigns,
    test_claims,
    test_hand_overs,
    test_ledger,
    test_ledger_machine,
    test_own_mails,
    test_record_appointments,
    test_record_corrections,
    test_record_inbox,
    test_record_machine,
    test_record_outbox,
    test_record_people,
    test_record_privacy,
    test_record_schema,
    test_record_together,
    test_reports,
    test_returns,
    test_returns_privacy,
    test_slots,
)
from tests.storage.letters import CALL, WORKER, begin, claim, mail, plan, sends, states
from tests.storage.record import NOW
from tests.storage.test_record_together import together

_MODULES = (
    test_record_appointments,
    test_bookings,
    test_bookings_together,
    test_campaign_approvals,
    test_campaign_privacy,
    test_campaigns,
    test_claims,
    test_hand_overs,
    test_ledger,
    test_ledger_machine,
    test_own_mails,
    test_record_corrections,
    test_record_inbox,
    test_record_machine,
    test_record_outbox,
    test_record_people,
    test_record_privacy,
    test_record_schema,
    test_record_together,
    test_reports,
    test_returns,
    test_returns_privacy,
    test_slots,
)
for _module in _MODULES:
    _tests = {name: test for name, test in vars(_module).items() if name.startswith("test_")}
    assert not _tests.keys() & globals().keys(), (
        f"{_module.__name__} names a test as another module does: one would be lost"
    )
    globals().update(_tests)


later_release = test_record_schema.later_release


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.fresh_database()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = open_store(url)
    yield store
    store.close()


def _end_sessions(postgres: Postgres, url: str) -> None:
    """What a restart of the server does to its sessions, waiting until they are gone."""
    database = url.rpartition("/")[2]
    with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [database])
        left = "select count(*) from pg_stat_activity where datname = %s"
        wait_for(lambda: connection.execute(left, [database]).fetchone() == (0,))


def _scalar(store: Store, asked: sa.TextClause) -> object:
    with store.engine.connect() as connection:
        return connection.scalar(asked)


def test_the_serving_process_can_tell_that_its_lock_was_lost(postgres: Postgres, url: str) -> None:
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        with serving(one.engine) as held:
            assert held()
            with pytest.raises(AlreadyServingError), serving(two.engine):
                pass
            assert held()
            _end_sessions(postgres, url)
            with serving(two.engine) as others:
                assert not held()
                assert not held(), "a new connection must not be taken for the old one"
                assert others()
        with serving(one.engine) as held:
            assert held()


def test_a_lock_lost_unnoticed_is_let_go_without_a_murmur(postgres: Postgres, url: str) -> None:
    with closing(open_store(url)) as store:
        with serving(store.engine):
            _end_sessions(postgres, url)
        with serving(store.engine) as held:
            assert held()


def test_a_sender_that_lives_is_not_taken_from(url: str) -> None:
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        campaign = sends(one, ["1", "2", "3"])
        with sending(two.engine, "second"):
            with sending(one.engine, "first"):
                begin(one, campaign, "first", limit=1)
                assert len(claim(one, campaign, "first", limit=1)) == 1
                assert two.ledger.recover("second", NOW) == (0, 0)
                assert len(claim(two, campaign, "second")) == 1
            assert two.ledger.recover("second", NOW) == (1, 1)
            assert states(two, campaign) == ["unknown", "planned", "claimed"]


def test_a_sender_can_tell_that_its_lock_was_lost(postgres: Postgres, url: str) -> None:
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        campaign = sends(one, ["1"])
        with sending(one.engine, "first") as held:
            begin(one, campaign, "first")
            with pytest.raises(AlreadySendingError), sending(two.engine, "first"):
                pass
            assert held()
            _end_sessions(postgres, url)
            with sending(two.engine, "second") as others:
                assert two.ledger.recover("second", NOW) == (0, 1)
                assert not held()
                assert others()


def test_two_senders_at_once_claim_each_mail_once(url: str) -> None:
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        campaign = sends(one, [str(number) for number in range(60)])

        def all_of(store: Store, worker: str) -> list[int]:
            found: list[int] = []
            while store.ledger.open(campaign, NOW)[0]:
                numbers = begin(store, campaign, worker, limit=3)
                store.ledger.settle(worker, [(number, Sent(), NOW) for number in numbers])
                found += numbers
            return found

        first, second = together(lambda: all_of(one, "first"), lambda: all_of(two, "second"))
        assert len(first) + len(second) == len({*first, *second}) == 60


@pytest.mark.parametrize("what", ["recorded", "begun", "cancelled", "released"])
def test_deliveries_are_locked_by_number_whoever_changes_them(url: str, what: str) -> None:
    """So a person's word and a sender's marks never wait for each other; the rows lie the other way round in the table."""
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        campaign = sends(one, [mail(f"{number}", row=99 - number) for number in range(20)])
        numbers = sorted(number for _ in range(20) for number in claim(one, campaign, limit=1))
        people = [Recipient(number, f"{number}@example.org", "") for number in range(20)]
        acts: dict[str, Callable[[], object]] = {
            "recorded": lambda: two.campaigns.record(CALL, "offer", people[::-1], "maria", NOW),
            "begun": lambda: two.ledger.mark(WORKER, numbers[::-1], NOW),
            "cancelled": lambda: two.campaigns.cancel(campaign, "wrong", NOW),
            "released": lambda: two.ledger.release(WORKER),
        }
        chosen = sa.select(deliveries.c.id).order_by(deliveries.c.id)
        waits = sa.text(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        )
        with ThreadPoolExecutor() as pool, one.engine.connect() as first, one.engine.connect() as other:
            first.execute(chosen.where(deliveries.c.id == numbers[0]).with_for_update())
            done = pool.submit(acts[what])
            try:
                wait_for(lambda: _scalar(one, waits) == 1)
                assert list(other.scalars(chosen.with_for_update(skip_locked=True))) == numbers[1:]
            finally:
                other.rollback()
                first.rollback()
            done.result()
        assert "claimed" not in states(one, campaign)


def test_of_two_plans_of_the_same_people_one_stands(url: str) -> None:
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        for number in range(20):
            plans = [
                (store, store.campaigns.open(plan(kind), NOW)) for store, kind in ((one, "shortlist"), (two, "offer"))
            ]
            for store, campaign in plans:
                store.campaigns.add(campaign, [mail(f"{number}")])
            known = max((entry.number for entry in one.campaigns.told(CALL)), default=0)

            def complete(store: Store, campaign: int, known: int = known) -> str:
                try:
                    return store.campaigns.complete(campaign, known, "maria", NOW).state
                except PlanConflictError:
                    return "conflict"

            done = together(*[lambda which=which: complete(*which) for which in plans])
            assert sorted(done) == ["conflict", "planned"]


def test_the_log_is_one_chain_whoever_writes(url: str) -> None:
    with closing(open_store(url)) as one, closing(open_store(url)) as two:

        def write(store: Store) -> None:
            for number in range(20):
                store.campaigns.note("maria", "tested", number, "", NOW)

        together(lambda: write(one), lambda: write(two))
        assert len(one.campaigns.actions()) == 40
        assert one.campaigns.broken_chain() is None
