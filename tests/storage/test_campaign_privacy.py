"""What campaigns keep of people, and for how long; what a backup of them is worth."""

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.campaign import Aside, Finding, Override, Recipient, Told
from bot.model.message import Sent, Unknown
from bot.storage.backup import read_backup, write_backup
from bot.storage.store import Store, open_store
from tests.storage.letters import CALL, WORKER, begin, claim, last, mail, plan, planned, sends, states
from tests.storage.record import LATER, NOW, rows

WORD = "xylograph"


def anna(**more: object) -> dict[str, object]:
    """Somebody whose every trace is the word."""
    known = {"person": f"{WORD}-17", "address": f"{WORD}@example.org", "name": f"Anna {WORD}"}
    return known | {"subject": f"Dear {WORD}", "text": WORD, "body": WORD.encode()} | more


def held(store: Store) -> list[str]:
    """The tables in which the word stands."""
    found = []
    for table in ("campaigns", "deliveries", "letters", "tracks", "approvals", "actions"):
        found += [table for row in rows(store, table) if WORD in str(row).lower()]
    return sorted(set(found))


def finished(store: Store, call: str = CALL) -> int:
    """A campaign that told somebody their result."""
    more = {
        "aside": (Aside(3, WORD, WORD, WORD),),
        "overrides": (Override(WORD, WORD),),
        "findings": (Finding("orange", "odd", WORD),),
        "shared": {"contact": WORD},
    }
    letter = mail(**anna(oddities=(WORD,)))  # type: ignore[arg-type]
    campaign = sends(store, [letter], call=call, **more)
    numbers = begin(store, campaign)
    store.ledger.settle(WORKER, [(numbers[0], Sent(f"250 {WORD}@example.org queued"), LATER)])
    assert store.campaigns.move(campaign, ["sending"], "finished", WORD)
    return campaign


def test_what_ended_is_forgotten_and_counts_stay(store: Store) -> None:
    campaign = finished(store)
    known = store.campaigns.told(CALL)[0]
    store.campaigns.react(CALL, known, "withdrawn", "maria", LATER)
    store.campaigns.note("maria", "planned", campaign, "1 mail", NOW)
    other = finished(store, "other-call")
    assert held(store) == ["campaigns", "deliveries", "letters", "tracks"]
    assert store.campaigns.expire([CALL, CALL], LATER) == 1
    assert store.campaigns.expire(["other-call"], LATER) == 1
    assert held(store) == []
    assert store.campaigns.expire([CALL], LATER) == store.campaigns.expire([], LATER) == 0
    assert (states(store, campaign), states(store, other)) == (["sent"], ["sent"])
    assert store.campaigns.campaign(campaign).total == 1  # type: ignore[union-attr]
    told = store.campaigns.told(CALL)
    assert [one.what for one in told] == ["shortlist", "withdrawn"]
    assert len({one.person for one in told}) == 1, "whose reaction it was is known still"
    assert told[0].person != store.campaigns.told("other-call")[0].person
    assert store.campaigns.broken_chain() is None
    (left,) = store.campaigns.letters(campaign)
    assert (left[0].state, left[0].address, left[1:]) == ("sent", "", ("", b""))


def test_what_is_on_its_way_is_not_forgotten(store: Store) -> None:
    campaign = sends(store, [mail(**anna())])  # type: ignore[arg-type]
    numbers = begin(store, campaign)
    store.campaigns.cancel(campaign, "wrong", LATER)
    assert store.campaigns.expire([CALL], LATER) == 0
    assert held(store) == ["deliveries", "letters", "tracks"]
    store.ledger.settle(WORKER, [(numbers[0], Sent(WORD), LATER)])
    assert store.campaigns.expire([CALL], LATER) == 1
    assert held(store) == []


def test_who_was_only_recorded_is_forgotten(store: Store) -> None:
    assert store.campaigns.last_told() == {}
    store.campaigns.record(CALL, "offer", [Recipient(2, f"{WORD}@example.org", WORD)], "maria", NOW)
    known = store.campaigns.told(CALL)[0]
    store.campaigns.react(CALL, known, "accepted", "maria", LATER)
    store.campaigns.record("other", "offer", [Recipient(2, "b@example.org", "Bo")], "maria", NOW)
    assert store.campaigns.last_told() == {CALL: LATER, "other": NOW}
    store.campaigns.expire([CALL], LATER)
    assert held(store) == []
    assert store.campaigns.last_told() == {"other": NOW}


def test_what_was_broken_off_goes_with_its_call(store: Store) -> None:
    number = store.campaigns.open(plan(), NOW)
    store.campaigns.add(number, [mail(**anna())])  # type: ignore[arg-type]
    assert store.campaigns.expire([CALL], LATER) == 0
    assert held(store) == ["deliveries", "letters"], "it is perhaps being written"
    store.campaigns.expire([CALL], NOW + timedelta(days=1))
    assert held(store) == []


def test_an_erased_call_can_be_planned_anew(store: Store) -> None:
    finished(store)
    store.campaigns.expire([CALL], LATER)
    campaign = planned(store, [mail(**anna())])  # type: ignore[arg-type]
    assert campaign.total == 1


def under_way(store: Store) -> dict[str, int]:
    """Campaigns in every state; their numbers."""
    found = {"finished": sends(store, ["1"])}
    store.ledger.settle(WORKER, [(begin(store, found["finished"])[0], Sent("ok"), LATER)])
    store.campaigns.move(found["finished"], ["sending"], "finished")
    found["sending"] = sends(store, [str(number) for number in range(10, 14)])
    one, two = begin(store, found["sending"], limit=2)
    store.ledger.settle(WORKER, [(one, Unknown("lost"), LATER)])
    claim(store, found["sending"], limit=1)
    found["planned"] = planned(store, [mail("20", body=bytes(range(256)))]).id
    found["cancelled"] = sends(store, ["30", "31"])
    begin(store, found["cancelled"], limit=1)
    store.campaigns.cancel(found["cancelled"], "wrong", LATER)
    found["planning"] = store.campaigns.open(plan(), NOW)
    store.campaigns.add(found["planning"], [mail("40")])
    assert two
    return found


def test_a_restored_record_sends_nothing_by_itself(store: Store, tmp_path: Path) -> None:
    found = under_way(store)
    bodies = [body for *_, body in store.campaigns.letters(found["planned"])]
    store.campaigns.note("maria", "planned", found["planned"], "1 mail", NOW)
    digest = store.campaigns.digest(found["planned"])
    write_backup(store, tmp_path / "backup")
    for line in (tmp_path / "backup").read_text().splitlines():
        assert json.loads(line)
    with closing(open_store(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        read_backup(other, tmp_path / "backup")
        book = other.campaigns
        assert {name: one.state if (one := book.campaign(number)) else "" for name, number in found.items()} == {
            "finished": "finished",
            "sending": "paused",
            "planned": "paused",
            "cancelled": "cancelled",
            "planning": "",
        }
        assert states(other, found["finished"]) == ["sent"]
        assert states(other, found["sending"]) == ["unknown"] * 4
        assert states(other, found["planned"]) == ["unknown"]
        assert states(other, found["cancelled"]) == ["unknown", "cancelled"]
        outcomes = [one.outcome for one in book.deliveries(found["sending"])]
        assert outcomes == ["lost", *["open when the backup was made"] * 3]
        assert [body for *_, body in book.letters(found["planned"])] == bodies == [bytes(range(256))]
        assert book.digest(found["planned"]) == digest
        assert book.broken_chain() is None
        assert len(rows(other, "tracks")) == 8
        numbers = [one.id for one in book.deliveries(found["planned"])]
        assert book.resolve(numbers[0], arrived=False, by="maria", now=LATER)
        book.ask_approval(found["planned"], "jan", digest, "AB12", LATER)
        assert book.approve(found["planned"], "jan", digest, "AB12", LATER) == ""
        assert book.move(found["planned"], ["paused"], "sending")
        assert claim(other, found["planned"]) == numbers
        assert planned(other, ["50"]).id > found["planned"]


def test_a_restored_record_is_known_to_later_plans(store: Store, tmp_path: Path) -> None:
    found = under_way(store)
    write_backup(store, tmp_path / "backup")
    read_backup(store, tmp_path / "backup")
    told = store.campaigns.told(CALL)
    assert last(told, "13") > 0
    assert all(isinstance(one, Told) and one.state in ("sent", "unknown") for one in told)
    assert store.campaigns.campaign(found["planned"]).state == "paused"  # type: ignore[union-attr]


@pytest.mark.parametrize("state", ["planned", "approved", "sending", "paused"])
def test_nothing_open_is_erased(store: Store, state: str) -> None:
    ended = finished(store)
    told = store.campaigns.told(CALL)
    second = mail(**anna(after=told[-1].number))  # type: ignore[arg-type]
    campaign = planned(store, [second], "interview").id
    for before, after in (("planned", "approved"), ("approved", "sending"), ("sending", "paused")):
        if state in (after, "paused") or (state == "sending" and after == "approved"):
            assert store.campaigns.move(campaign, [before], after)  # type: ignore[list-item, arg-type]
    assert store.campaigns.campaign(campaign).state == state  # type: ignore[union-attr]
    assert store.campaigns.expire([CALL], LATER) == 1
    assert store.campaigns.deliveries(ended)[0].address == ""
    assert store.campaigns.deliveries(campaign)[0].person == f"{WORD}-17"
    assert [one.person for one in store.campaigns.told(CALL)] == [f"{WORD}-17"] * 2, "it is checked against them"
    store.campaigns.cancel(campaign, "never sent", LATER)
    assert store.campaigns.expire([CALL], LATER) == 1
    assert held(store) == []
