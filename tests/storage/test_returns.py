"""What comes back: each letter with its delivery, failures that end one, and nothing that tells a stranger whether a mail exists."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.model.message import Incoming, Refused, Sent, TryLater, Unknown
from bot.model.returned import Returned
from bot.storage.campaign_schema import deliveries
from bot.storage.store import Store
from tests.storage.interviews import back, booking, books, entry, offered, token_of, told
from tests.storage.letters import CALL, WORKER, begin, claim, mail, planned, sends, states
from tests.storage.record import LATER, NOW, chat, letter, rows, take

TOKEN = token_of("17")
STRANGER = "mallory@example.net"


def only(store: Store) -> Any:
    """The one return of the record."""
    (row,) = rows(store, "returns")
    return row


def state_of(store: Store, delivery: int) -> tuple[str, str]:
    """How a delivery stands, and why."""
    with store.engine.connect() as connection:
        chosen = sa.select(deliveries.c.state, deliveries.c.outcome).where(deliveries.c.id == delivery)
        row = connection.execute(chosen).one()
    return row.state, row.outcome


@pytest.mark.parametrize("outcome", [Sent("250 ok"), Unknown("lost")], ids=["sent", "unknown"])
def test_a_failure_with_the_token_ends_the_delivery(store: Store, outcome: Any) -> None:
    delivery = told(store, outcome=outcome)
    failure = back(token=TOKEN, sender="daemon@mx.example", addresses=("17@Example.org",), status="5.1.1", detail="no")
    assert store.inbox.receive(failure)
    assert state_of(store, delivery) == ("bounced", "5.1.1 no")
    row = only(store)
    assert (row.kind, row.delivery, row.proven, row.at, row.message) == ("failed", delivery, True, NOW, 1)
    assert (row.address, row.status, row.detail) == ("17@Example.org", "5.1.1", "no")
    (done,) = store.campaigns.actions()
    assert (done.by, done.what, done.detail.endswith(f"delivery {delivery}: 5.1.1")) == ("Callboard", "bounced", True)
    assert "example.org" not in done.detail
    assert store.campaigns.broken_chain() is None
    assert store.campaigns.told(CALL) == [], "they were not told"
    assert not store.inbox.receive(failure)
    assert len(rows(store, "returns")) == len(store.campaigns.actions()) == 1
    assert store.inbox.receive(back(token=TOKEN, status="5.1.1"))
    assert len(store.campaigns.actions()) == 1, "it is over already"
    assert len(rows(store, "returns")) == 2
    ((found, of, call, kind), _) = store.returns.listed(NOW)
    assert (found.delivery, found.proven, found.handled, found.by) == (delivery, True, None, "")
    assert of is not None
    assert (of.id, of.state, call, kind) == (delivery, "bounced", CALL, "interview-booking")
    assert store.returns.listed(LATER) == []


@pytest.mark.parametrize("kind", ["delayed", "away", "calendar", "reply"])
def test_only_a_failure_ends_a_delivery(store: Store, kind: Any) -> None:
    delivery = told(store)
    store.inbox.receive(back(kind, token=TOKEN, says="accepted"))
    assert state_of(store, delivery)[0] == "sent"
    assert (only(store).kind, only(store).proven, only(store).says) == (kind, True, "accepted")
    assert store.campaigns.actions() == []


def in_state(store: Store, state: str) -> int:
    """A delivery in a state in which it surely did not leave."""
    letter_ = mail("17", token=TOKEN)
    if state == "planning":
        number = store.campaigns.open(planned(store, ["9"]).plan, NOW)
        store.campaigns.add(number, [letter_])
        return store.campaigns.deliveries(number)[0].id
    campaign = sends(store, [letter_])
    (number,) = [one.id for one in store.campaigns.deliveries(campaign)]
    if state == "claimed":
        claim(store, campaign)
    elif state in ("waiting", "refused"):
        begin(store, campaign)
        outcome = TryLater(60, "busy") if state == "waiting" else Refused("550 no")
        store.ledger.settle(WORKER, [(number, outcome, NOW)])
    elif state == "cancelled":
        store.campaigns.cancel(campaign, "wrong", NOW)
    return number


@pytest.mark.parametrize("state", ["planning", "planned", "claimed", "waiting", "refused", "cancelled"])
def test_a_token_that_did_not_leave_is_none(store: Store, state: str) -> None:
    delivery = in_state(store, state)
    before = state_of(store, delivery)
    store.inbox.receive(back(token=TOKEN, detail="no"))
    store.inbox.receive(back("reply", token=TOKEN))
    kept = [(row.kind, row.delivery, row.proven) for row in rows(store, "returns")]
    assert kept == [("failed", None, False), ("reply", None, False)]
    assert [one.kind for one, *_ in store.returns.listed(NOW)] == ["failed"]
    assert state_of(store, delivery) == before
    assert rows(store, "messages", "about") == [None, None]
    assert store.own_mails.mail(delivery) is None
    assert not store.returns.match(1, delivery, "maria", NOW)
    assert not store.returns.match(1, 999, "maria", NOW)


def test_a_failure_that_comes_before_the_servers_yes_waits_for_it(store: Store) -> None:
    campaign = sends(store, [mail("17", token=TOKEN)])
    (delivery,) = begin(store, campaign)
    store.inbox.receive(back(token=TOKEN, status="5.2.2", detail="full"))
    assert (states(store, campaign), only(store).proven) == (["sending"], True)
    assert store.returns.settle(LATER) == store.returns.untold() == []
    store.ledger.settle(WORKER, [(delivery, Sent("250 ok"), LATER)])
    assert store.returns.settle(LATER) == [delivery]
    assert state_of(store, delivery) == ("bounced", "5.2.2 full")
    assert store.returns.settle(LATER) == []
    assert [one.what for one in store.campaigns.actions()] == ["bounced"]


def test_a_failure_of_an_earlier_try_does_not_end_a_later_one(store: Store) -> None:
    campaign = sends(store, [mail("17", token=TOKEN)])
    (delivery,) = begin(store, campaign)
    store.inbox.receive(back(token=TOKEN))
    store.ledger.settle(WORKER, [(delivery, TryLater(1, "busy"), NOW)])
    begin(store, campaign, now=LATER)
    store.ledger.settle(WORKER, [(delivery, Sent(), LATER)])
    assert store.returns.settle(LATER) == []
    assert states(store, campaign) == ["sent"]


@pytest.mark.parametrize("kind", ["failed", "delayed", "away"])
def test_without_a_token_the_address_is_a_perhaps(store: Store, kind: Any) -> None:
    told(store, "17", "shortlist")
    delivery = told(store, "17", token="d" * 32)
    store.inbox.receive(back(kind, "daemon@mx.example", addresses=("other@example.org", "17@EXAMPLE.ORG")))
    assert (only(store).delivery, only(store).proven, only(store).address) == (delivery, False, "17@EXAMPLE.ORG")
    assert state_of(store, delivery)[0] == "sent"
    assert store.returns.untold() == store.returns.settle(LATER) == []
    assert rows(store, "messages", "about") == [None]


@pytest.mark.parametrize(
    ("kind", "more", "written"),
    [
        ("failed", {"received": NOW + timedelta(days=31)}, True),
        ("delayed", {"addresses": ("18@example.org",)}, True),
        ("failed", {"addresses": ()}, True),
        ("away", {"addresses": ("18@example.org",)}, False),
        ("failed", {"thread": "a" * 32, "reacts_to": 7}, False),
        ("failed", {"token": "e" * 32}, True),
        ("reply", {"token": "e" * 32}, False),
        ("reply", {}, False),
        ("calendar", {"uid": "nobody@x"}, False),
    ],
)
def test_what_belongs_to_no_mail(store: Store, kind: Any, more: dict[str, Any], written: bool) -> None:
    """Too long ago, another address, one of our other letters, or a token that never was."""
    told(store)
    store.inbox.receive(back(kind, **{"sender": "17@example.org"} | more))
    noted = written or "token" in more  # a reply's token never was: that takes as long as one that is another's
    assert [row.delivery for row in rows(store, "returns")] == ([None] if noted else [])
    listed = store.returns.listed(NOW)
    assert [(of, call, kind_) for _, of, call, kind_ in listed] == ([(None, "", None)] if written else [])


def test_a_reply_from_the_address_is_about_the_mail(store: Store) -> None:
    delivery = told(store)
    received = take(store, back("reply", "17@EXAMPLE.org", TOKEN))
    assert received.about == delivery
    assert received.incoming.returned == Returned("reply"), "its kind alone is kept"
    assert TOKEN not in str(rows(store, "messages"))
    assert (only(store).proven, only(store).address) == (True, "17@EXAMPLE.org")
    later = take(store, letter("and?", "17@EXAMPLE.org", thread=received.incoming.thread))
    assert later.about == delivery, "the same thread"
    last_ = take(store, letter("and?", "17@EXAMPLE.org", thread=received.incoming.thread))
    assert last_.about == delivery
    assert take(store, letter("hello", "17@EXAMPLE.org")).about is None, "another thread"
    assert take(store, letter("and?", STRANGER, thread=received.incoming.thread)).about is None, "another person"
    assert take(store, chat("and?", thread=received.incoming.thread)).about is None
    assert len(rows(store, "returns")) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"sender": STRANGER},
        {"sender": STRANGER, "addresses": ("17@example.org",)},  # answers go elsewhere
        {"sender": "17@example.org", "addresses": (STRANGER,)},
        {"sender": "17@example.org.example.net"},
    ],
)
def test_a_token_from_another_address_proves_nothing(store: Store, more: dict[str, Any]) -> None:
    delivery = told(store)
    received = take(store, back("reply", token=TOKEN, **more))
    assert received.about is None
    assert (only(store).delivery, only(store).proven) == (delivery, False)
    assert state_of(store, delivery)[0] == "sent"


def seen_of(store: Store, incoming: Incoming) -> list[Any]:
    """What the message's row holds, but what is random."""
    received = take(store, incoming)
    assert received.about is None
    row = rows(store, "messages")[-1]._mapping
    return [value for name, value in row.items() if name not in ("id", "key", "thread", "conversation")]


def test_nothing_tells_whether_a_token_exists(store: Store) -> None:
    told(store)
    in_waiting = sends(store, [mail("18", token=token_of("18"))])
    assert states(store, in_waiting) == ["planned"]
    tokens = [TOKEN, token_of("18"), "f" * 32, ""]
    seen = [seen_of(store, back("reply", STRANGER, token)) for token in tokens]
    assert seen == [seen[0]] * 4
    assert rows(store, "replies") == []


def test_a_calendar_answers_by_its_entrys_uid(store: Store) -> None:
    delivery = told(store, "17", "interview", invitation=entry("one@x"), token=TOKEN)
    store.inbox.receive(back("calendar", uid="one@x", says="declined"))
    assert (only(store).delivery, only(store).proven, only(store).says) == (delivery, True, "declined")
    assert rows(store, "messages", "about") == [None]


def test_a_calendar_answers_to_what_was_booked(store: Store) -> None:
    slot, delivery = offered(store)[0], told(store)
    wanted = booking(store, delivery, slot)
    books(store, wanted)
    store.inbox.receive(back("calendar", uid=wanted.uid, says="accepted"))
    assert (only(store).delivery, only(store).proven) == (delivery, True)


def test_an_interviewers_calendar_is_no_applicants(store: Store) -> None:
    told(store, "17", "interview", invitation=entry("one@x"))
    with store.engine.begin() as connection:
        values = "1, 'one@x', 'vega@school.example', 'c', 0, 'REQUEST', '2026-01-15 12:00:00'"
        connection.execute(
            sa.text(f"INSERT INTO panel (id, uid, address, call, sequence, method, starts) VALUES ({values})")
        )
    store.inbox.receive(back("calendar", "Vega@school.example", uid="one@x", says="declined"))
    assert rows(store, "returns") == []


def test_a_coordinators_answer_that_quotes_the_mail_is_no_return(store: Store) -> None:
    told(store)
    with store.engine.begin() as connection:
        values = "'a', 'waiting', '2026-01-15 12:00:00', '[]', 1"
        connection.execute(
            sa.text(f"INSERT INTO hand_overs (token, state, opened, matters, message) VALUES ({values})")
        )
    received = take(store, back("reply", "maria@school.example", TOKEN, thread="a"))
    assert received.request == 1
    assert rows(store, "returns") == []


def test_a_person_says_where_a_return_belongs(store: Store) -> None:
    delivery, other = told(store), told(store, "18")
    store.inbox.receive(back(addresses=("old@example.org",), status="5.1.1", detail="gone"))
    assert not store.returns.match(2, delivery, "maria", LATER)
    assert store.returns.match(1, delivery, "maria", LATER)
    assert (only(store).delivery, only(store).handled) == (delivery, None)
    assert state_of(store, delivery) == ("bounced", "5.1.1 gone")
    (done,) = store.campaigns.actions()
    assert (done.by, done.what) == ("maria", "return matched")
    assert "old@example.org" not in done.detail
    assert not store.returns.match(1, other, "maria", LATER), "it is known where it belongs"
    assert state_of(store, other)[0] == "sent"
    ((found, of, call, kind),) = store.returns.untold()
    assert (found.id, of.id, call, kind) == (1, delivery, CALL, "interview-booking")
    store.returns.told([found.id], LATER)
    assert store.returns.untold() == []
    assert store.returns.handle([1, 1, 77], "maria", LATER) == 1
    assert store.returns.handle([1], "jan", LATER) == store.returns.handle([], "jan", LATER) == 0
    assert (only(store).handled, only(store).by) == (LATER, "maria")
    assert [one.what for one in store.campaigns.actions()] == ["return matched", "returns handled"]
    assert store.campaigns.broken_chain() is None


def test_a_bounce_that_somebody_saw_to_is_not_told(store: Store) -> None:
    told(store)
    store.inbox.receive(back(token=TOKEN))
    assert len(store.returns.untold()) == 1
    store.returns.handle([1], "maria", LATER)
    assert store.returns.untold() == []
