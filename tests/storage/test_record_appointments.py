"""Where interviews stand when mails come back, coordinators name times, and somebody's address was wrong: nobody shares a time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.model.message import Outcome, Refused, Sent, TryLater, Unknown
from bot.model.slot import Invitation, Slot
from bot.storage.store import Store
from bot.usecases.own_mail_ports import SlotTakenError
from tests.storage.interviews import VEGA, back, booking, books, entry, holders, offered, token_of, told
from tests.storage.letters import CALL, WORKER, begin, claim, last, mail, sends, states
from tests.storage.record import NOW, chat, rows, take

TOKEN = "d" * 32
WRONG, RIGHT = "17@example.org", "right@example.org"


def fails(store: Store, token: str, person: str = "17") -> None:
    """The report of a server that a mail did not arrive."""
    address = f"{person}@example.org"
    assert store.inbox.receive(back("failed", sender="mailer@x.example", token=token, addresses=(address,)))


def at_slots(store: Store) -> list[int]:
    """The slots of all interviews that take place."""
    return [one.invitation.slot or 0 for one in store.slots.appointments(CALL) if one.stands]


def moved(store: Store, method: str = "REQUEST") -> int:
    """A mail that changes or cancels the interview of 17, and has left."""
    uid, sequence = store.slots.entry(CALL, "17")
    kind: Any = "interview-change" if method == "REQUEST" else "interview-cancellation"
    return told(store, "17", kind, invitation=entry(uid, sequence, method), token=TOKEN)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
@pytest.mark.parametrize("meanwhile", [True, False])
def test_a_slot_is_not_given_back_by_a_mail_that_comes_back(store: Store, method: str, meanwhile: bool) -> None:
    first = offered(store)[0]
    mine, other = told(store), told(store, "18")
    books(store, booking(store, mine, first))
    moved(store, method)
    if meanwhile:
        books(store, booking(store, other, first))
    fails(store, TOKEN)
    if not meanwhile:
        assert holders(store.slots.slots(CALL)) == ["", "", ""]
        books(store, booking(store, other, first))
    assert holders(store.slots.slots(CALL)) == ["18", "", ""]
    assert at_slots(store) == [first.id]
    (unclear,) = (one for one in store.slots.appointments(CALL) if one.person == "17")
    assert (unclear.unclear, unclear.stands, unclear.invitation.method) == (True, False, method)
    own = store.own_mails.mail(mine)
    assert own is not None
    assert (own.appointment, own.superseded, own.unclear) == (None, True, True)
    with pytest.raises(SlotTakenError):
        books(store, booking(store, mine, offered(store)[1]))


def test_what_is_unclear_is_over_with_the_next_mail(store: Store) -> None:
    first, second, _ = offered(store)
    mine = told(store)
    books(store, booking(store, mine, first))
    moved(store)
    fails(store, TOKEN)
    again = told(store, "17", token="e" * 32, revision=2)
    own = store.own_mails.mail(again)
    assert own is not None
    assert (own.superseded, own.unclear) == (False, False)
    books(store, booking(store, again, second))
    assert at_slots(store) == [second.id]
    assert not any(one.unclear for one in store.slots.appointments(CALL))


@pytest.mark.parametrize(
    ("outcome", "stands", "unclear"),
    [
        (None, True, False),
        (Sent(), True, False),
        (Unknown("lost"), True, False),
        (TryLater(1, "busy"), True, False),
        (Refused("554 no"), False, True),
    ],
)
def test_an_entry_counts_from_when_it_begins_to_leave(
    store: Store, outcome: Outcome | None, stands: bool, unclear: bool
) -> None:
    first = offered(store)[0]
    mine, other = told(store), told(store, "18")
    books(store, booking(store, mine, first))
    uid, sequence = store.slots.entry(CALL, "17")
    after = last(store.campaigns.told(CALL), "17")
    campaign = sends(store, [mail("17", after=after, invitation=entry(uid, sequence))], "interview-change")
    (number,) = begin(store, campaign)
    books(store, booking(store, other, first))
    if outcome is not None:
        store.ledger.settle(WORKER, [(number, outcome, NOW)])
    (mine_,) = (one for one in store.slots.appointments(CALL) if one.person == "17")
    assert (mine_.stands, mine_.unclear, mine_.invitation.slot) == (stands, unclear, None)
    assert holders(store.slots.slots(CALL))[0] == "18"


def test_a_first_entry_that_does_not_arrive_is_none(store: Store) -> None:
    told(store, "17", "interview", invitation=entry("first@x"), token=TOKEN)
    fails(store, TOKEN)
    assert store.slots.appointments(CALL) == []
    delivery = told(store)
    books(store, booking(store, delivery, offered(store)[0]))


def named(slot: Slot, uid: str = "named@x", sequence: int = 0, **more: Any) -> Invitation:
    """An entry by which a coordinator names the time of a slot."""
    return Invitation(uid, sequence, "REQUEST", replace(slot.meeting, **more))


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"starts": timedelta(minutes=-20)},
        {"minutes": None, "panel": ()},
        {"link": "", "panel": ()},
        {"link": "https://meet.example/2", "place": "Room 2", "panel": (replace(VEGA, address="VEGA@school.example"),)},
    ],
)
def test_a_time_that_a_coordinator_names_is_not_free(store: Store, more: dict[str, Any]) -> None:
    slot = offered(store)[1]
    if "starts" in more:
        more = more | {"starts": slot.meeting.starts + more["starts"]}
    delivery = told(store)
    wanted = booking(store, delivery, slot)
    told(store, "18", "interview", invitation=named(slot, **more))
    listed = store.slots.slots(CALL)
    assert (holders(listed), listed[1].name) == (["", "18", ""], "Person 18")
    with pytest.raises(SlotTakenError):
        books(store, wanted)
    assert at_slots(store) == [0]


@pytest.mark.parametrize("more", [{"starts": timedelta(minutes=30)}, {"link": "https://meet.example/2", "panel": ()}])
def test_what_is_at_another_time_or_place_hinders_nobody(store: Store, more: dict[str, Any]) -> None:
    slot = offered(store)[1]
    if "starts" in more:
        more = {"starts": slot.meeting.starts + more["starts"]}
    told(store, "18", "interview", invitation=named(slot, **more))
    delivery = told(store)
    books(store, booking(store, delivery, slot))
    assert holders(store.slots.slots(CALL)) == ["", "17", ""]


def test_a_time_that_was_named_is_free_when_its_person_has_another(store: Store) -> None:
    first, second, _ = offered(store)
    told(store, "18", "interview", invitation=named(first))
    told(store, "18", "interview-change", invitation=named(second, sequence=1))
    delivery = told(store)
    books(store, booking(store, delivery, first))
    assert holders(store.slots.slots(CALL)) == ["17", "18", ""]
    told(store, "18", "interview-cancellation", invitation=replace(named(second, sequence=2), method="CANCEL"))
    assert holders(store.slots.slots(CALL)) == ["17", "", ""]


def test_who_has_a_time_by_name_may_take_its_slot(store: Store) -> None:
    slot = offered(store)[0]
    told(store, "17", "interview", invitation=named(slot))
    delivery = told(store)
    books(store, booking(store, delivery, slot))
    assert at_slots(store) == [slot.id]


def test_a_letter_that_may_leave_at_any_moment_holds_its_time(store: Store) -> None:
    slot = offered(store)[0]
    delivery = told(store)
    campaign = sends(store, [mail("18", invitation=named(slot))], "interview")
    (number,) = claim(store, campaign)
    assert holders(store.slots.slots(CALL))[0] == "18"
    with pytest.raises(SlotTakenError):
        books(store, booking(store, delivery, slot))
    store.ledger.release(WORKER)
    assert holders(store.slots.slots(CALL))[0] == ""
    assert [one.person for one in store.slots.appointments(CALL)] == []
    assert claim(store, campaign) == [number]


def test_a_letter_does_not_go_whose_time_somebody_booked_since(store: Store) -> None:
    first, second, _ = offered(store)
    delivery = told(store)
    campaign = sends(
        store,
        [mail("18", invitation=named(first, "18@x")), mail("19", invitation=named(second, "19@x")), mail("20")],
        "interview",
    )
    books(store, booking(store, delivery, first))
    assert len(claim(store, campaign)) == 2
    assert states(store, campaign) == ["cancelled", "claimed", "claimed"]
    outcome = store.campaigns.deliveries(campaign)[0].outcome
    assert outcome == f"somebody else has booked slot {first.id}, at the same time"


def test_a_letter_goes_whose_planner_knew_of_the_booking(store: Store) -> None:
    """Naming it is a red finding: whoever planned it all the same has said so."""
    first = offered(store)[0]
    books(store, booking(store, told(store), first))
    campaign = sends(store, [mail("18", invitation=named(first))], "interview")
    assert len(claim(store, campaign)) == 1


def test_a_mail_that_came_back_and_arrived_all_the_same_books_nothing_and_says_so(store: Store) -> None:
    slot = offered(store)[0]
    delivery = told(store)
    fails(store, token_of("17"))
    own = store.own_mails.mail(delivery)
    assert own is not None
    assert (own.superseded, own.unclear) == (True, True)
    with pytest.raises(SlotTakenError):
        books(store, booking(store, delivery, slot))


@pytest.mark.parametrize("later", ["rejection", "withdrawn", "declined", "interview-cancellation"])
def test_who_is_out_has_no_interview_and_holds_no_slot(store: Store, later: Any) -> None:
    first = offered(store)[0]
    mine, other = told(store), told(store, "18")
    books(store, booking(store, mine, first))
    if later in ("withdrawn", "declined"):
        store.campaigns.react(CALL, store.campaigns.told(CALL)[0], later, "maria", NOW)
    else:
        told(store, "17", later, token=TOKEN)
    assert holders(store.slots.slots(CALL)) == ["", "", ""]
    assert not any(one.stands for one in store.slots.appointments(CALL))
    own = store.own_mails.mail(mine)
    assert own is not None
    assert own.appointment is not None
    assert (own.appointment.stands, own.unclear) == (False, False)
    books(store, booking(store, other, first))
    assert holders(store.slots.slots(CALL)) == ["18", "", ""]
    if later == "rejection":
        fails(store, TOKEN)
        assert at_slots(store) == [first.id], "what comes back gives nothing back"


def test_who_is_let_in_again_books_again(store: Store) -> None:
    first, second, _ = offered(store)
    books(store, booking(store, told(store), first))
    told(store, "17", "rejection")
    again = told(store, "17", token="e" * 32, revision=2)
    assert not any(one.stands for one in store.slots.appointments(CALL))
    books(store, booking(store, again, second))
    assert at_slots(store) == [second.id]


def relocated(store: Store, address: str = RIGHT) -> None:
    known = next(one for one in store.campaigns.told(CALL) if one.person == "17")
    store.campaigns.relocate(CALL, known, address, "cora", NOW)


def test_a_mail_to_an_address_that_was_wrong_proves_nothing(store: Store) -> None:
    first, second, _ = offered(store)
    delivery = told(store, link="word")
    bound = take(store, chat()).conversation
    assert store.own_mails.bind("word", bound, NOW) is not None
    assert store.inbox.receive(back("reply", sender=WRONG, token=token_of("17")))
    before = store.inbox.unanswered(10)[-1]
    assert before.about == delivery
    wanted = booking(store, delivery, first)
    relocated(store)
    assert store.own_mails.mail(delivery) is None
    assert store.own_mails.of_chat(bound) is None
    assert store.own_mails.bind("word", bound, NOW) is None
    assert store.inbox.receive(back("reply", sender=WRONG, token=token_of("17")))
    assert store.inbox.unanswered(10)[-1].about is None
    follows = replace(back("reply", sender=WRONG), thread=before.incoming.thread)
    assert store.inbox.receive(follows)
    assert store.inbox.unanswered(10)[-1].about is None, "nor does the thread"
    with pytest.raises(SlotTakenError):
        books(store, wanted)
    again = told(store, "17", address=RIGHT, token="e" * 32, revision=2)
    books(store, booking(store, again, second))
    assert store.own_mails.mail(delivery) is None
    fails(store, token_of("17"))
    assert rows(store, "deliveries", "state")[0] == "bounced", "its server may still say that it failed"


def test_an_address_that_is_right_again_proves_again(store: Store) -> None:
    delivery = told(store)
    relocated(store)
    relocated(store, WRONG)
    assert store.own_mails.mail(delivery) is not None


def test_an_address_that_was_recorded_before_the_mail_changes_nothing(store: Store) -> None:
    told(store, "17", "shortlist")
    relocated(store)
    delivery = told(store, "17", address=RIGHT)
    assert store.own_mails.mail(delivery) is not None


def test_all_numbers_of_a_person_move_together(store: Store) -> None:
    one = told(store, "17")
    two = told(store, "18", address=WRONG, after=1)
    relocated(store)
    assert store.own_mails.mail(one) is None
    assert store.own_mails.mail(two) is None


def test_of_replies_with_a_token_all_are_written_down_and_none_listed_that_belongs_to_nothing(store: Store) -> None:
    delivery = told(store)
    for token in (token_of("17"), "f" * 32):
        assert store.inbox.receive(back("reply", sender="mallory@example.net", token=token))
    assert rows(store, "returns", "delivery") == [delivery, None]
    assert [one.delivery for one, *_ in store.returns.listed(NOW - timedelta(days=1))] == [delivery]
    assert store.inbox.receive(back("reply", sender="mallory@example.net"))
    assert len(rows(store, "returns")) == 2
