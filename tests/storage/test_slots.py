"""What interviewers offer and what calendars show: slots added and withdrawn, entries of people, entries of interviewers."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.model.message import Refused
from bot.model.slot import Meeting, PanelEntry
from bot.storage.store import Store
from bot.usecases.campaign_ports import PlanConflictError
from tests.storage.interviews import AHEAD, VEGA, booking, books, entry, holders, meetings, offered, told
from tests.storage.letters import CALL, mail, plan, planned, sends
from tests.storage.record import LATER, NOW, rows, says


def test_slots_are_offered_by_time_and_logged(store: Store) -> None:
    assert store.slots.add(CALL, [], "cora", NOW) == []
    late, early = meetings(2)[::-1]
    added = store.slots.add(CALL, [late, early], "cora", NOW)
    offered(store, 1, "other")
    assert [one.meeting for one in added] == [late, early]
    assert [one.meeting for one in store.slots.slots(CALL)] == [early, late]
    assert all(one.free(NOW) and not one.free(AHEAD + timedelta(days=1)) for one in added)
    assert [(one.by, one.what, one.detail) for one in store.campaigns.actions()] == [
        ("cora", "slots offered", f"{CALL}: slots 1, 2"),
        ("cora", "slots offered", "other: slots 3"),
    ]


def test_withdrawn_slots_are_named_while_they_are_held(store: Store) -> None:
    first, second, _ = offered(store)
    other = offered(store, 1, "other")[0]
    books(store, booking(store, told(store), first))
    (held,) = store.slots.withdraw([first.id, second.id, other.id, 99], "cora", LATER)
    assert (held.id, held.holder, held.name, held.withdrawn) == (first.id, "17", "Person 17", True)
    assert [one.withdrawn for one in store.slots.slots(CALL)] == [True, True, False]
    assert store.slots.slots(CALL)[0].holder == "17"
    last = store.campaigns.actions()[-1]
    assert (last.what, last.detail) == ("slots withdrawn", f"other, {CALL}: slots 1, 2, 4")
    assert [one.id for one in store.slots.withdraw([first.id], "cora", LATER)] == [first.id]
    assert len(store.campaigns.actions()) == 3, "once is enough"
    assert store.slots.withdraw([], "cora", LATER) == []


def test_entries_count_up_with_what_is_planned_and_stand_with_what_left(store: Store) -> None:
    assert store.slots.entry(CALL, "17") == ("", 0)
    assert store.slots.entries(CALL) == {}
    number = planned(store, [mail("17", invitation=entry("one@x", place="Room 5", link="https://x"))], "interview").id
    assert store.slots.appointments(CALL) == []
    assert store.slots.entry(CALL, "17") == ("one@x", 1)
    assert store.slots.entry("other", "17") == ("", 0)
    store.campaigns.cancel(number, "wrong", LATER)
    assert store.slots.entry(CALL, "17") == ("one@x", 1)
    told(store, "17", "interview", invitation=entry("one@x", 1), revision=2)
    told(store, "18", "interview", invitation=entry("two@x", panel=(VEGA,)), outcome=Refused("550 no"))
    (found,) = store.slots.appointments(CALL)
    assert (found.person, found.name, found.address, found.stands) == ("17", "Person 17", "17@example.org", True)
    assert (found.invitation.uid, found.invitation.sequence, found.invitation.slot) == ("one@x", 1, None)
    assert store.slots.entries(CALL)["17"] == ("one@x", 2)
    assert store.slots.entries(CALL)["17@example.org"] == ("one@x", 2)
    assert store.slots.entries(CALL)["18"] == ("two@x", 1)


def test_a_plan_that_is_discarded_leaves_no_link_and_no_entry(store: Store) -> None:
    number = store.campaigns.open(plan("interview"), NOW)
    store.campaigns.add(
        number, [mail("17", link="word", invitation=entry("one@x"), fields={"zone": "UTC"}), mail("18")]
    )
    assert [len(rows(store, name)) for name in ("links", "invitations", "letters")] == [1, 1, 2]
    assert rows(store, "letters", "fields") == ['{"zone":"UTC"}', "{}"]
    assert "word" not in str(rows(store, "links"))
    store.campaigns.discard(number)
    assert [len(rows(store, name)) for name in ("links", "invitations", "letters")] == [0, 0, 0]


def test_a_plan_gives_way_to_what_was_booked_meanwhile(store: Store) -> None:
    slot, delivery = offered(store)[0], told(store)
    known = store.campaigns.told(CALL)[-1].number
    wanted = booking(store, delivery, slot)
    for kind in ("interview-change", "reminder"):
        number = store.campaigns.open(plan(kind), NOW)  # type: ignore[arg-type]
        store.campaigns.add(number, [mail("17", after=known)])
        if kind == "interview-change":
            books(store, wanted)
            with pytest.raises(PlanConflictError, match="booked of Person 17"):
                store.campaigns.complete(number, known, "maria", NOW)
        else:
            assert store.campaigns.complete(number, known, "maria", NOW).state == "planned"
    number = store.campaigns.open(plan("interview-change"), NOW)
    with pytest.raises(PlanConflictError, match="chose a slot meanwhile"):
        store.campaigns.add(number, [mail("17", after=known, invitation=entry(wanted.uid, wanted.sequence))])


def test_who_was_told_is_listed_as_before(store: Store) -> None:
    """A booking changes neither where somebody stands nor what may follow."""
    slot, delivery = offered(store)[0], told(store)
    books(store, booking(store, delivery, slot))
    assert [one.what for one in store.campaigns.told(CALL)] == ["interview-booking", "booked"]
    assert not store.campaigns.told(CALL)[1].reaction
    assert sends(store, ["17"], "offer")


def change(sequence: int = 0, address: str = "vega@school.example", **more: object) -> PanelEntry:
    """An interviewer's entry."""
    meeting = Meeting(AHEAD, 30, "online", "https://meet.example/1")
    known = {"uid": "one@x", "address": address, "name": "Prof. Vega", "call": CALL, "sequence": sequence}
    return PanelEntry(**known | {"method": "REQUEST", "meeting": meeting} | more)  # type: ignore[arg-type]


def test_interviewers_entries_are_noted_with_their_letters(store: Store) -> None:
    to = [says(kind="interviewer", to="vega@school.example"), says(kind="interviewer", to="bo@school.example")]
    assert store.panel.calls() == []
    assert store.panel.tell([change(), change(address="bo@school.example")], to, NOW) == 2
    assert store.panel.known() == {
        ("one@x", "vega@school.example"): (0, "REQUEST", change().meeting),
        ("one@x", "bo@school.example"): (0, "REQUEST", change().meeting),
    }
    assert store.panel.tell([change(), change(1, method="CANCEL")], [to[0]] * 2, NOW) == 1
    assert store.panel.known()["one@x", "vega@school.example"][:2] == (1, "CANCEL")
    assert len(rows(store, "replies")) == 3
    told(store, "17", "interview", invitation=entry("two@x"), call="other")
    assert store.panel.calls() == sorted([CALL, "other"])


def test_an_entry_whose_letter_cannot_be_planned_is_not_noted(store: Store) -> None:
    def fall(*_: object) -> None:
        raise KeyboardInterrupt

    sa.event.listen(store.engine, "commit", fall)
    with pytest.raises(KeyboardInterrupt):
        store.panel.tell([change()], [says(to="vega@school.example")], NOW)
    sa.event.remove(store.engine, "commit", fall)
    assert store.panel.known() == {}
    assert rows(store, "replies") == []
    assert holders(store.slots.slots(CALL)) == []
