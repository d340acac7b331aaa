"""The book of campaigns: plans written whole or not at all, approvals, the log, what people were told."""

import hashlib
from datetime import timedelta

import pytest

from bot.model.campaign import Aside, Finding, Override, Recipient, Told
from bot.model.delivery import STATES, IllegalStepError
from bot.model.message import Sent
from bot.storage.campaign_schema import actions, letters
from bot.storage.store import Store
from bot.usecases import campaign_ports
from bot.usecases.campaign_ports import PlanConflictError
from tests.storage.letters import CALL, WORKER, begin, claim, mail, plan, planned, sends, states
from tests.storage.record import ANN, LATER, NOW, rows

HOUR = timedelta(hours=1)


def test_the_books_are_what_campaigns_need(store: Store) -> None:
    book: campaign_ports.Campaigns = store.campaigns
    ledger: campaign_ports.Ledger = store.ledger
    assert book.campaigns() == []
    assert ledger.used("mail", NOW) == []


def test_a_plan_is_kept_with_its_letters(store: Store) -> None:
    wish = plan(
        shared={"date": "2027-03-01"},
        aside=(Aside(4, "Bo", ANN, "no address"),),
        overrides=(Override(ANN, "agreed by phone"),),
        findings=(Finding("orange", "twice", "named twice", row=3),),
        columns={"name": "Name"},
    )
    number = store.campaigns.open(wish, NOW)
    store.campaigns.add(number, [mail("2", row=3, oddness=0.5, oddities=("long name",), name="Zoë\0")])
    store.campaigns.add(number, [mail("1", row=2, body=b"\x00\xff"), mail("", row=4, address="Bo@Example.org ")])
    store.campaigns.add(number, [])
    found = store.campaigns.complete(number, 0, "maria", LATER)
    assert (found.state, found.plan, found.planned, found.total, len(found.digest)) == ("planned", wish, LATER, 3, 64)
    assert store.campaigns.campaign(number) == found
    assert store.campaigns.campaigns() == store.campaigns.campaigns(CALL) == [found]
    assert store.campaigns.campaigns("other") == []
    listed = store.campaigns.deliveries(number)
    assert [(one.row, one.person, one.name) for one in listed] == [
        (2, "1", "Person 1"),
        (3, "2", "Zoë"),
        (4, "bo@example.org", "Person "),
    ]
    assert (listed[1].oddness, listed[1].oddities, listed[1].subject) == (0.5, ("long name",), "News")
    assert listed[2].address == "Bo@Example.org "
    bodies = [(one, body) for one, _, body in store.campaigns.letters(number)]
    assert [one for one, _ in bodies] == listed
    assert bodies[0][1] == b"\x00\xff"
    assert store.campaigns.counts(number) == dict.fromkeys(STATES, 0) | {"planned": 3}
    assert store.campaigns.deliveries(number, ("sent", "unknown")) == []


def test_what_is_being_planned_counts_nothing(store: Store) -> None:
    number = store.campaigns.open(plan(), NOW)
    store.campaigns.add(number, [mail("1")])
    assert sum(store.campaigns.counts(number).values()) == store.campaigns.campaign(number).total == 0  # type: ignore[union-attr]
    store.campaigns.complete(number, 0, "maria", NOW)
    assert sum(store.campaigns.counts(number).values()) == store.campaigns.campaign(number).total == 1  # type: ignore[union-attr]


def test_more_letters_than_are_read_at_once(store: Store) -> None:
    campaign = planned(store, [str(number) for number in range(230)])
    assert [one.person for one, _, _ in store.campaigns.letters(campaign.id)] == [str(number) for number in range(230)]
    assert store.campaigns.digest(campaign.id) == campaign.digest


def test_the_digest_is_over_recipients_and_bytes(store: Store) -> None:
    campaign = planned(store, ["1", "2"])
    assert store.campaigns.digest(campaign.id) == campaign.digest
    assert store.campaigns.digest(77) == ""
    with store.engine.begin() as connection:
        connection.execute(letters.update().where(letters.c.delivery == 1).values(body=b"changed"))
    assert store.campaigns.digest(campaign.id) != campaign.digest
    one = planned(store, [mail("1", row=2, body=b"same", revision=2)])
    store.campaigns.cancel(one.id, "", NOW)
    two = planned(store, [mail("1", row=2, body=b"same", revision=3)])
    three = planned(store, [mail("1", row=2, body=b"same", address=ANN, revision=4)])
    assert one.digest == two.digest != three.digest


def test_a_plan_that_is_not_whole_binds_nobody(store: Store) -> None:
    number = store.campaigns.open(plan(), NOW)
    store.campaigns.add(number, [mail("1")])
    assert store.campaigns.told(CALL) == []
    assert store.campaigns.revisions(CALL) == {}
    assert store.campaigns.last_of(CALL, "shortlist") is None
    store.campaigns.discard(number)
    assert rows(store, "deliveries") == rows(store, "letters") == store.campaigns.campaigns() == []
    with pytest.raises(PlanConflictError, match="not being planned"):
        store.campaigns.add(number, [mail("1")])
    with pytest.raises(PlanConflictError, match="not being planned"):
        store.campaigns.complete(number, 0, "maria", NOW)
    standing = planned(store, ["1"])
    store.campaigns.discard(standing.id)
    assert store.campaigns.campaign(standing.id) == standing, "what stands is not discarded"
    assert standing.id > number


def test_a_plan_that_was_broken_off_is_cleared_away(store: Store) -> None:
    number = store.campaigns.open(plan(), NOW)
    store.campaigns.add(number, [mail("1")])
    second = store.campaigns.open(plan(), NOW + HOUR)
    message = f"row 2: Person 1 stands in campaign {number} already: .* callboard campaign cancel {number}"
    with pytest.raises(PlanConflictError, match=message):
        store.campaigns.add(second, [mail("2"), mail("1", row=2)])
    assert len(rows(store, "deliveries")) == 1
    assert store.campaigns.cancel(number, "broken off", NOW) == 1
    store.campaigns.add(second, [mail("2"), mail("1")])
    other = store.campaigns.open(plan(call="other"), NOW)
    third = store.campaigns.open(plan(), NOW + 2 * HOUR + timedelta(seconds=1))
    assert [(one.id, one.state) for one in store.campaigns.campaigns()] == [
        (number, "cancelled"),
        (other, "planning"),
        (third, "planning"),
    ]
    with pytest.raises(PlanConflictError, match="not being planned"):
        store.campaigns.complete(number, 0, "maria", NOW)


def test_the_same_is_not_planned_twice(store: Store) -> None:
    first = planned(store, ["1"])
    second = store.campaigns.open(plan(), NOW)
    with pytest.raises(PlanConflictError, match=f"stands in campaign {first.id} already: plan this again"):
        store.campaigns.add(second, [mail("1")])
    with pytest.raises(PlanConflictError, match="two rows are the same person"):
        store.campaigns.add(second, [mail("3"), mail("3")])


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (mail("2"), False),
        (mail("1", revision=2), True),
        (mail("9", address="1@Example.ORG"), True),
    ],
)
def test_what_was_recorded_meanwhile_stops_a_plan(store: Store, other: object, same: bool) -> None:
    number = store.campaigns.open(plan("waiting-list"), NOW)
    store.campaigns.add(number, [mail("1")])
    planned(store, [other])  # type: ignore[list-item]
    if not same:
        assert store.campaigns.complete(number, 0, "maria", NOW).state == "planned"
        return
    with pytest.raises(PlanConflictError, match=r"shortlist of Person . was recorded while"):
        store.campaigns.complete(number, 0, "maria", NOW)
    assert store.campaigns.campaign(number) is None
    assert len(rows(store, "letters")) == len(rows(store, "tracks")) == 1


def test_what_was_known_and_other_calls_stop_nothing(store: Store) -> None:
    planned(store, ["1"])
    planned(store, ["1"], call="other")
    told = store.campaigns.told(CALL)
    number = store.campaigns.open(plan("interview"), NOW)
    store.campaigns.add(number, [mail("1", after=told[-1].number)])
    planned(store, ["1"], "rejection", call="third")
    assert store.campaigns.complete(number, told[-1].number, "maria", NOW).state == "planned"


def test_plans_written_at_the_same_time_see_each_other(store: Store) -> None:
    """The first was opened first and is complete last: its entries are later than what the second knew."""
    first = store.campaigns.open(plan("waiting-list"), NOW)
    store.campaigns.add(first, [mail("1")])
    planned(store, ["5"])
    known = store.campaigns.told(CALL)[-1].number
    second = store.campaigns.open(plan("rejection"), NOW)
    store.campaigns.add(second, [mail("1")])
    store.campaigns.complete(first, 0, "maria", NOW)
    with pytest.raises(PlanConflictError, match="waiting-list of Person 1"):
        store.campaigns.complete(second, known, "maria", NOW)


def test_what_people_were_told_and_did(store: Store) -> None:
    campaign = sends(store, ["1", "2"])
    planned(store, ["9"], call="other")
    number = begin(store, campaign, limit=1)[0]
    store.ledger.settle(WORKER, [(number, Sent(), LATER)])
    one, two = store.campaigns.told(CALL)
    assert (one.what, one.person, one.address, one.when, one.state) == (
        "shortlist",
        "1",
        "1@example.org",
        LATER,
        "sent",
    )
    assert (one.campaign, one.position, two.state) == (campaign, store.campaigns.deliveries(campaign)[0].row, "planned")
    assert one.digest == hashlib.sha256(b"News\nDear 1").hexdigest()
    store.campaigns.react(CALL, one, "withdrawn", "maria", LATER)
    store.campaigns.cancel(campaign, "wrong", LATER)
    told = store.campaigns.told(CALL)
    assert [(entry.what, entry.person, entry.state, entry.reaction) for entry in told] == [
        ("shortlist", "1", "sent", False),
        ("withdrawn", "1", "", True),
    ]
    assert store.campaigns.revisions(CALL) == {("1", "shortlist"): 1, ("2", "shortlist"): 1}
    again = planned(store, ["2"])
    assert store.campaigns.deliveries(again.id)[0].revision == 2
    assert store.campaigns.revisions(CALL)["2", "shortlist"] == 2


def test_what_people_were_told_elsewhere(store: Store) -> None:
    campaign = sends(store, ["1", "2", "3"])
    one, two, three = begin(store, campaign, limit=1) + claim(store, campaign)
    store.campaigns.record(
        CALL, "offer", [Recipient(2, "Two@example.org", "Zoë"), Recipient(3, ANN, "A", "4")], "m", LATER
    )
    store.campaigns.record(CALL, "offer", [], "maria", LATER)
    told = store.campaigns.told(CALL)[-2:]
    assert [(each.person, each.address, each.what, each.when, each.state, each.reaction) for each in told] == [
        ("two@example.org", "two@example.org", "offer", LATER, "", False),
        ("4", ANN, "offer", LATER, "", False),
    ]
    store.campaigns.record(CALL, "offer", [Recipient(2, "2@example.org", "Two")], "maria", LATER)
    assert store.ledger.mark(WORKER, [two, three], NOW) == {three}, "it is taken back, and cancelled when claimed again"
    assert claim(store, campaign) == []
    assert states(store, campaign) == ["sending", "cancelled", "sending"]
    assert one != two


def test_the_last_of_a_kind(store: Store) -> None:
    one = planned(store, ["1"])
    two = planned(store, ["2"])
    planned(store, ["1"], "interview")
    assert store.campaigns.last_of(CALL, "shortlist") == two
    assert store.campaigns.last_of(CALL, "shortlist", before=two.id) == one
    store.campaigns.cancel(two.id, "", NOW)
    assert store.campaigns.last_of(CALL, "shortlist") == one
    assert store.campaigns.last_of(CALL, "offer") is None


def test_columns_are_kept_for_the_next_table(store: Store) -> None:
    store.campaigns.keep_columns(CALL, {"name": "Name", "decision:ja": "offer"})
    store.campaigns.keep_columns(CALL, {"name": "Full name"})
    store.campaigns.keep_columns("other", {"name": "N"})
    store.campaigns.keep_columns(CALL, {})
    assert store.campaigns.columns(CALL) == {"name": "Full name", "decision:ja": "offer"}
    assert store.campaigns.columns("third") == {}


def test_steps_of_a_campaign(store: Store) -> None:
    number = planned(store).id
    assert not store.campaigns.move(number, ["approved"], "sending")
    with pytest.raises(IllegalStepError, match="from planned to sending"):
        store.campaigns.move(number, ["planned"], "sending")
    assert store.campaigns.move(number, ["planned"], "approved")
    assert not store.campaigns.move(number, ["planned"], "approved")
    assert store.campaigns.move(number, ["paused", "approved"], "sending")
    assert not store.campaigns.move(77, ["planned"], "approved")
    assert store.campaigns.cancel(77, "", NOW) == 0
    store.campaigns.previewed(number, NOW)
    store.campaigns.previewed(number, LATER)
    assert store.campaigns.campaign(number).previewed == NOW  # type: ignore[union-attr]
    assert store.campaigns.cancel(number, "wrong list", NOW) == 1
    found = store.campaigns.campaign(number)
    assert found is not None
    assert (found.state, found.note) == ("cancelled", "wrong list")
    assert states(store, number) == ["cancelled"]
    assert not store.campaigns.resolve(1, arrived=True, by="maria", now=NOW)
    assert not store.campaigns.resolve(77, arrived=False, by="maria", now=NOW)


def test_the_log_shows_what_was_changed_afterwards(store: Store) -> None:
    book = store.campaigns
    assert book.broken_chain() is None
    for number, words in enumerate(("6 mails", "Grüße\0", "")):
        book.note("maria", "planned", number % 2, words, NOW + timedelta(microseconds=number))
    assert [(one.number, one.by, one.what, one.detail) for one in book.actions(0)] == [
        (1, "maria", "planned", "6 mails"),
        (3, "maria", "planned", ""),
    ]
    assert len(book.actions()) == 3
    assert book.broken_chain() is None
    with store.engine.begin() as connection:
        connection.execute(actions.update().where(actions.c.id == 2).values(detail="7 mails"))
    assert book.broken_chain() == 2
    with store.engine.begin() as connection:
        connection.execute(actions.delete().where(actions.c.id == 2))
    assert book.broken_chain() == 3


def test_told_entries_are_values_of_the_model(store: Store) -> None:
    planned(store, ["1"])
    assert all(isinstance(one, Told) for one in store.campaigns.told(CALL))
