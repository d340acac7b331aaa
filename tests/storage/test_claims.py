"""What a claim looks at once more: what whoever it writes to was told since, as the same person, and the letter's bytes."""

import pytest

from bot.model.campaign import Kind, Recipient, Told
from bot.model.message import Sent
from bot.storage.campaign_schema import letters
from bot.storage.store import Store
from bot.usecases.campaign_ports import PlanConflictError
from tests.storage.letters import CALL, WORKER, begin, claim, last, mail, plan, planned, sends, states
from tests.storage.record import LATER, NOW

OLD, NEW = "a@example.org", "b@example.org"


def told_both(store: Store) -> None:
    """Number 7 was told something at an earlier address, and nobody else anything."""
    first = sends(store, [mail("7", address=OLD)])
    store.ledger.settle(WORKER, [(number, Sent(), NOW) for number in begin(store, first)])


def record(store: Store, kind: Kind, address: str, person: str = "") -> None:
    store.campaigns.record(CALL, kind, [Recipient(2, address, "Zoë", person)], "maria", LATER)


def outcomes(store: Store, campaign: int) -> list[str]:
    return [one.outcome for one in store.campaigns.deliveries(campaign)]


def test_an_earlier_address_is_the_same_person_at_the_claim(store: Store) -> None:
    told_both(store)
    offer = sends(store, [mail("7", address=NEW, after=last(store.campaigns.told(CALL), "7")), mail("8")], "offer")
    record(store, "rejection", OLD)
    assert len(claim(store, offer)) == 1
    assert states(store, offer) == ["cancelled", "claimed"]
    assert outcomes(store, offer)[0].startswith("contradicts: rejection")


def test_a_chain_may_be_long(store: Store) -> None:
    for number in range(6):
        record(store, "shortlist", f"{number}@example.org", f"n{number}")
        record(store, "shortlist", f"{number + 1}@example.org", f"n{number}")
    offer = sends(store, [mail("n0", address="0@example.org", after=12)], "offer")
    record(store, "rejection", "6@example.org", "n6")
    assert claim(store, offer) == []
    assert states(store, offer) == ["cancelled"]


def test_what_was_never_told_makes_nobody_the_same(store: Store) -> None:
    wrong = planned(store, [mail("7", address=OLD)])
    store.campaigns.cancel(wrong.id, "the rows had slipped", NOW)
    offer = sends(store, [mail("7", address=NEW)], "offer")
    record(store, "rejection", OLD)
    assert len(claim(store, offer)) == 1


def test_an_earlier_address_is_the_same_person_for_a_plan(store: Store) -> None:
    told_both(store)
    known = store.campaigns.told(CALL)[-1].number
    offer = store.campaigns.open(plan("offer"), NOW)
    store.campaigns.add(offer, [mail("7", address=NEW, after=known)])
    record(store, "rejection", OLD)
    with pytest.raises(PlanConflictError, match="rejection of Zoë was recorded"):
        store.campaigns.complete(offer, known, "maria", NOW)


def test_an_earlier_address_is_the_same_person_for_what_is_taken_back(store: Store) -> None:
    told_both(store)
    after = last(store.campaigns.told(CALL), "7")
    offer = sends(store, [mail("8"), mail("7", address=NEW, after=after)], "offer")
    eight, seven = claim(store, offer)
    store.campaigns.react(CALL, Told(0, OLD, OLD, "", "", NOW), "withdrawn", "maria", LATER)
    assert states(store, offer) == ["claimed", "planned"]
    assert store.ledger.mark(WORKER, [seven, eight], NOW) == {eight}


@pytest.mark.parametrize("kind", ["reminder", "document-request", "free-text"])
@pytest.mark.parametrize(
    ("since", "goes"),
    [
        ("offer", True),
        ("accepted", True),
        ("waiting-list", True),
        ("rejection", False),
        ("declined", False),
        ("withdrawn", False),
    ],
)
def test_a_notice_goes_unless_all_is_over(store: Store, kind: Kind, since: str, goes: bool) -> None:
    notice = sends(store, ["1"], kind)
    known = Told(0, "1", "1@example.org", "", "", NOW)
    store.campaigns.react(CALL, known, since, "maria", LATER)  # type: ignore[arg-type]
    assert len(claim(store, notice)) == goes
    assert states(store, notice) == ["claimed" if goes else "cancelled"]


def test_an_older_time_never_arrives_last(store: Store) -> None:
    older = sends(store, ["1", "2"], "interview-change")
    newer = sends(store, [mail("1", revision=2)], "interview-change")
    begin(store, newer)
    assert len(claim(store, older)) == 1
    assert states(store, older) == ["cancelled", "claimed"]
    assert outcomes(store, older)[0].startswith("contradicts: interview-change")


def test_a_newer_time_goes_after_an_older(store: Store) -> None:
    older = sends(store, ["1"], "interview-change")
    newer = sends(store, [mail("1", revision=2)], "interview-change")
    begin(store, older)
    assert len(claim(store, newer)) == 1


@pytest.mark.parametrize("gone", [False, True])
def test_changed_letters_stop_the_campaign(store: Store, gone: bool) -> None:
    campaign = sends(store, ["1", "2", "3"])
    changed = letters.delete() if gone else letters.update().values(body=b"another")
    numbers = [one.id for one in store.campaigns.deliveries(campaign)]
    assert len(claim(store, campaign, limit=1)) == 1
    with store.engine.begin() as connection:
        connection.execute(changed.where(letters.c.delivery == numbers[2]))
    assert claim(store, campaign) == []
    assert states(store, campaign) == ["claimed", "planned", "planned"]
    found = store.campaigns.campaign(campaign)
    assert found is not None
    assert (found.state, found.note) == (
        "paused",
        "the mails are not those that were planned: somebody changed the record",
    )
    assert store.ledger.mark(WORKER, numbers[:1], NOW) == set()
    assert [(one.by, one.what) for one in store.campaigns.actions(campaign)] == [("Callboard", "paused")]
