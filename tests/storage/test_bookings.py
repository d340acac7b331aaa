"""Slots claimed by messages: by one person each, one a person, with everything that belongs to it or nothing at all."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.model.message import Sent, Settled
from bot.storage.store import Store
from bot.usecases.own_mail_ports import SlotTakenError
from tests.storage.interviews import AHEAD, booking, books, entry, holders, offered, told
from tests.storage.letters import CALL, WORKER, begin, claim, mail, planned, sends, states
from tests.storage.record import LATER, NOW, letter, rows, says, take


def nothing_of(store: Store) -> None:
    """The last message waits to be answered anew."""
    assert store.inbox.unanswered(1000)
    assert "answered" not in rows(store, "messages", "state")
    assert rows(store, "replies") == rows(store, "invitations") == []
    assert "booked" not in rows(store, "tracks", "what")
    assert set(rows(store, "slots", "holder")) <= {None}


def test_a_slot_is_booked_with_its_message(store: Store) -> None:
    slot = offered(store)[1]
    delivery = told(store)
    wanted = booking(store, delivery, slot)
    assert (wanted.sequence, wanted.mail.appointment) == (0, None)
    books(store, wanted)
    assert rows(store, "messages", "state") == ["answered"]
    assert len(rows(store, "replies")) == 1
    assert holders(store.slots.slots(CALL)) == ["", "17", ""]
    assert store.slots.slots(CALL)[1].name == "Person 17"
    (row,) = rows(store, "invitations")
    assert (row.uid, row.sequence, row.method, row.slot) == (wanted.uid, 0, "REQUEST", slot.id)
    assert (row.invited, row.delivery, row.starts) == (delivery, None, slot.meeting.starts)
    track = rows(store, "tracks")[-1]
    assert (track.what, track.person, track.address, track.name) == ("booked", "17", "17@example.org", "Person 17")
    assert (track.by, track.delivery) == ("applicant", None)
    own = store.own_mails.mail(delivery)
    assert own is not None
    assert own.appointment is not None
    assert (own.appointment.invitation.slot, own.appointment.stands, own.superseded) == (slot.id, True, False)
    assert own.appointment.invitation.meeting == slot.meeting
    assert store.slots.entry(CALL, "17") == (wanted.uid, 1)


def test_booking_another_slot_frees_the_first(store: Store) -> None:
    first, second, _ = offered(store)
    delivery = told(store)
    books(store, booking(store, delivery, first))
    wanted = booking(store, delivery, second)
    books(store, wanted)
    assert holders(store.slots.slots(CALL)) == ["", "17", ""]
    (appointment,) = store.slots.appointments(CALL)
    assert (appointment.invitation.slot, appointment.invitation.sequence) == (second.id, 1)
    assert len(set(rows(store, "invitations", "uid"))) == 1
    books(store, booking(store, delivery, second))
    assert store.slots.appointments(CALL)[0].invitation.sequence == 2, "the same once more is a revision"
    other = told(store, "18")
    books(store, booking(store, other, first))
    assert holders(store.slots.slots(CALL)) == ["18", "17", ""]


def test_a_slot_that_somebody_holds_is_refused_and_theirs_kept(store: Store) -> None:
    first, second, _ = offered(store)
    one, two = told(store, "17"), told(store, "18")
    books(store, booking(store, one, first))
    books(store, booking(store, two, second))
    with pytest.raises(SlotTakenError):
        books(store, booking(store, two, first))
    assert holders(store.slots.slots(CALL)) == ["17", "18", ""]
    assert [len(rows(store, name)) for name in ("replies", "invitations")] == [2, 2]
    assert Counter(rows(store, "messages", "state")) == {"answered": 2, "received": 1}
    received = store.inbox.unanswered(1)[0]
    store.inbox.settle(received, Settled("answered", replies=(says("taken"),)), NOW)
    assert store.inbox.unanswered(1) == []


def test_the_same_person_under_another_number_holds_one(store: Store) -> None:
    """The address links them; whichever key they book by, it is one person."""
    first, second, _ = offered(store)
    one = told(store, "17")
    two = told(store, "", address="17@EXAMPLE.org", name="Person 17", token="c" * 32, after=1)
    books(store, booking(store, one, first))
    wanted = booking(store, two, second)
    assert wanted.mail.person == "17@example.org"
    assert wanted.sequence == 1
    books(store, wanted)
    assert rows(store, "slots", "holder") == [None, "17@example.org", None]
    assert [one.invitation.slot for one in store.slots.appointments(CALL)] == [second.id]
    assert store.slots.entries(CALL) == {"17": (wanted.uid, 2), "17@example.org": (wanted.uid, 2)}


@pytest.mark.parametrize("why", ["withdrawn", "past", "other call", "gone", "stale entry", "not theirs"])
def test_what_cannot_be_booked_leaves_nothing(store: Store, why: str) -> None:
    slot = offered(store)[0]
    wanted = booking(store, told(store), slot)
    now = NOW
    if why == "withdrawn":
        assert store.slots.withdraw([slot.id], "cora", NOW) == []
    elif why == "past":
        now = AHEAD
    elif why == "other call":
        wanted = replace(wanted, slot=offered(store, call="other")[0])
    elif why == "gone":
        wanted = replace(wanted, slot=replace(slot, id=999))
    elif why == "stale entry":
        planned(store, [mail("17", invitation=entry("known@x"), after=1)], "interview-change")
        with store.engine.begin() as connection:
            connection.execute(sa.text("UPDATE invitations SET sequence = 4"))
        with pytest.raises(SlotTakenError):
            books(store, wanted)
        assert len(rows(store, "invitations")) == 1
        return
    else:
        wanted = replace(wanted, mail=replace(wanted.mail, person="18"))
    with pytest.raises(SlotTakenError):
        books(store, wanted, now=now)
    nothing_of(store)


@pytest.mark.parametrize("later", ["rejection", "interview-cancellation", "offer", "withdrawn"])
def test_who_was_told_something_later_cannot_book(store: Store, later: str) -> None:
    slot = offered(store)[0]
    wanted = booking(store, told(store), slot)
    if later == "withdrawn":
        store.campaigns.react(CALL, store.campaigns.told(CALL)[0], "withdrawn", "maria", LATER)
    else:
        told(store, "17", later)  # type: ignore[arg-type]
    with pytest.raises(SlotTakenError):
        books(store, wanted)
    nothing_of(store)


@pytest.mark.parametrize("later", ["reminder", "free-text", "interview-change"])
def test_notices_do_not_hinder_booking(store: Store, later: str) -> None:
    slot = offered(store)[0]
    delivery = told(store)
    told(store, "17", later)  # type: ignore[arg-type]
    books(store, booking(store, delivery, slot))
    assert holders(store.slots.slots(CALL))[0] == "17"


def test_what_was_only_planned_does_not_hinder_booking(store: Store) -> None:
    slot = offered(store)[0]
    wanted = booking(store, told(store), slot)
    planned(store, ["17"], "rejection")
    books(store, wanted)


@pytest.mark.parametrize("kind", ["interview-change", "interview-cancellation", "interview"])
def test_what_was_planned_before_the_booking_does_not_go(store: Store, kind: str) -> None:
    slot = offered(store)[0]
    delivery = told(store)
    before = sends(store, ["17"], kind)  # type: ignore[arg-type]
    books(store, booking(store, delivery, slot))
    assert claim(store, before) == []
    assert states(store, before) == ["cancelled"]
    after = sends(store, ["17"], kind)  # type: ignore[arg-type]
    assert len(claim(store, after)) == 1, "who planned it knew of the booking"


@pytest.mark.parametrize("kind", ["rejection", "reminder", "offer", "free-text"])
def test_a_booking_contradicts_nothing_else(store: Store, kind: str) -> None:
    slot = offered(store)[0]
    delivery = told(store)
    campaign = sends(store, ["17"], kind)  # type: ignore[arg-type]
    books(store, booking(store, delivery, slot))
    assert len(claim(store, campaign)) == 1


def test_what_is_claimed_is_taken_back_and_looked_at_again(store: Store) -> None:
    slot = offered(store)[0]
    delivery = told(store)
    campaign = sends(store, ["17", "18"], "interview-change")
    numbers = claim(store, campaign)
    books(store, booking(store, delivery, slot))
    assert sorted(states(store, campaign)) == ["claimed", "planned"]
    assert len(store.ledger.mark(WORKER, numbers, NOW)) == 1
    assert claim(store, campaign) == []


def test_what_breaks_while_booking_leaves_nothing(store: Store) -> None:
    slot = offered(store)[0]
    wanted = booking(store, told(store), slot)

    def fall(*_: object) -> None:
        raise KeyboardInterrupt

    received = take(store, letter("1", "17@example.org"))
    sa.event.listen(store.engine, "commit", fall)
    with pytest.raises(KeyboardInterrupt):
        store.inbox.settle(received, Settled("answered", replies=(says(),), booking=wanted), NOW)
    sa.event.remove(store.engine, "commit", fall)
    nothing_of(store)
    store.inbox.settle(received, Settled("answered", replies=(says(),), booking=wanted), NOW)
    assert holders(store.slots.slots(CALL))[0] == "17"


def test_an_erased_message_books_nothing(store: Store) -> None:
    slot = offered(store)[0]
    wanted = booking(store, told(store), slot)
    received = take(store, letter("1", "17@example.org"))
    store.people.expire(NOW + timedelta(days=50))
    store.inbox.settle(received, Settled("answered", replies=(says(),), booking=wanted), NOW)
    assert (rows(store, "slots", "holder")[0], rows(store, "invitations")) == (None, [])


def test_a_mail_that_gives_another_time_frees_the_slot_when_it_leaves(store: Store) -> None:
    first = offered(store)[0]
    delivery, other = told(store), told(store, "18")
    books(store, booking(store, delivery, first))
    uid, sequence = store.slots.entry(CALL, "17")
    letter_ = mail("17", after=1, invitation=entry(uid, sequence))
    campaign = sends(store, [letter_], "interview-change")
    assert holders(store.slots.slots(CALL))[0] == "17", "it has not left yet"
    assert store.slots.entry(CALL, "17") == (uid, sequence + 1)
    (number,) = begin(store, campaign)
    assert holders(store.slots.slots(CALL)) == ["", "", ""]
    store.ledger.settle(WORKER, [(number, Sent(), NOW)])
    assert rows(store, "slots", "holder")[0] == "17", "it is put right when somebody books"
    (appointment,) = store.slots.appointments(CALL)
    assert (appointment.told, appointment.invitation.slot) == (number, None)
    books(store, booking(store, other, first))
    assert holders(store.slots.slots(CALL))[0] == "18"
    told(store, "18", "interview-cancellation", invitation=entry(store.slots.entry(CALL, "18")[0], 1, "CANCEL"))
    assert holders(store.slots.slots(CALL)) == ["", "", ""]
    assert {one.person: one.stands for one in store.slots.appointments(CALL)} == {"17": True, "18": False}
