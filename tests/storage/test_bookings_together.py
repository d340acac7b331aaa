"""Slots booked by many at once: no slot twice, nobody two; nor does anybody wait in vain for a sender, also with mails that come back."""

from contextlib import closing

from bot.model.message import Sent, Settled, Unknown
from bot.model.own_mail import Booking
from bot.storage.store import Store, open_store
from bot.usecases.own_mail_ports import SlotTakenError
from tests.storage.interviews import back, booking, holders, offered, token_of, told
from tests.storage.letters import CALL, WORKER, begin, claim, mail, sends, states
from tests.storage.record import NOW, letter, rows, says, take
from tests.storage.test_record_together import together

PEOPLE, SLOTS, TURNS = 16, 8, 3


def test_many_who_book_at_once_hold_one_slot_each_or_none(url: str) -> None:
    with closing(open_store(url)) as store:
        offered(store, SLOTS)
        mails = {str(number): told(store, str(number)) for number in range(PEOPLE)}
        received = {who: take(store, letter("1", f"{who}@example.org")) for who in mails}

        def attack(who: str) -> list[str]:
            """Everybody wants the first that is free, over and over; then another one."""
            found, mine = [], received[who]
            for _ in range(TURNS):
                free = [one for one in store.slots.slots(CALL) if one.free(NOW)]
                if not free:
                    return [*found, "none left"]
                wanted = booking(store, mails[who], free[0])
                try:
                    store.inbox.settle(mine, Settled("answered", replies=(says(who),), booking=wanted), NOW)
                except SlotTakenError:
                    found.append("taken")
                    continue
                found.append("booked")
                assert store.inbox.receive(letter("2", f"{who}@example.org", key=f"{who} {len(found)}"))
                mine = next(one for one in store.inbox.unanswered(100) if one.incoming.address == f"{who}@example.org")
            return found

        outcomes = together(*[lambda who=who: attack(who) for who in mails])
        slots = [one for one in store.slots.slots(CALL) if one.holder]
        assert len({one.holder for one in slots}) == len(slots)
        booked = sum(one.count("booked") for one in outcomes)
        assert booked == len(rows(store, "invitations")) == rows(store, "tracks", "what").count("booked")
        assert len(rows(store, "replies")) == rows(store, "messages", "state").count("answered") == booked
        assert {one.holder for one in slots} == {
            who for who, found in zip(mails, outcomes, strict=True) if "booked" in found
        }
        assert {one.person: one.invitation.slot for one in store.slots.appointments(CALL)} == {
            one.holder: one.id for one in slots
        }


def test_of_all_who_want_the_same_slot_one_has_it(url: str) -> None:
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        slot = offered(one, 1)[0]
        wanted = {str(number): booking(one, told(one, str(number)), slot) for number in range(PEOPLE)}
        received = {who: take(one, letter("1", f"{who}@example.org")) for who in wanted}

        def book(store: Store, who: str, which: Booking) -> bool:
            try:
                store.inbox.settle(received[who], Settled("answered", replies=(says(who),), booking=which), NOW)
            except SlotTakenError:
                return False
            return True

        works = [
            lambda store=(one, two)[place % 2], who=who, which=which: book(store, who, which)
            for place, (who, which) in enumerate(wanted.items())
        ]
        got = together(*works)
        assert sum(got) == 1
        assert len(rows(one, "invitations")) == len(rows(one, "replies")) == 1
        assert holders(one.slots.slots(CALL)) == [dict(zip(got, wanted, strict=True))[True]]


def test_bookings_and_senders_at_once_never_wait_for_each_other_in_vain(url: str) -> None:
    """Late words of the server about the mails by which is booked, and changes that are claimed, begun and taken back meanwhile."""
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        slots = offered(one, PEOPLE)
        mails = {str(number): told(one, str(number), outcome=Unknown("lost")) for number in range(PEOPLE)}
        changes = sends(one, [*mails], "interview-change")
        wanted = {who: booking(one, number, slot) for (who, number), slot in zip(mails.items(), slots, strict=True)}
        received = {who: take(one, letter("1", f"{who}@example.org")) for who in mails}

        def book(some: list[str]) -> None:
            for who in some:
                settled = Settled("answered", replies=(says(who),), booking=wanted[who])
                one.inbox.settle(received[who], settled, NOW)

        def send() -> None:
            for _ in range(PEOPLE):
                numbers = claim(two, changes, limit=4)
                begun = two.ledger.mark(WORKER, numbers[::-1], NOW)
                two.ledger.settle(WORKER, [(number, Sent(), NOW) for number in begun])

        def arrive() -> None:
            for _ in range(4):
                two.ledger.settle(WORKER, [(number, Sent(), NOW) for number in reversed(mails.values())])

        who = list(mails)
        together(lambda: book(who[::2]), lambda: book(who[1::2]), send, arrive)
        assert sorted(one.holder for one in one.slots.slots(CALL)) == sorted(who)
        assert set(rows(one, "messages", "state")) == {"answered"}
        claim(one, changes)
        assert set(states(one, changes)) <= {"sent", "cancelled"}


def test_failures_and_senders_at_once_lose_nothing(url: str) -> None:
    count = 40
    with closing(open_store(url)) as one, closing(open_store(url)) as two:
        people = [str(number) for number in range(count)]
        campaign = sends(one, [mail(who, token=token_of(who)) for who in people])
        numbers = begin(one, campaign)

        def receive(store: Store) -> None:
            for who in people:
                store.inbox.receive(back(token=token_of(who), key=f"failure {who}"))

        def send() -> None:
            for start in range(0, count, 4):
                two.ledger.settle(WORKER, [(number, Sent(), NOW) for number in reversed(numbers[start : start + 4])])

        def settle() -> None:
            for _ in range(20):
                one.returns.settle(NOW)

        together(lambda: receive(one), lambda: receive(two), send, settle)
        one.returns.settle(NOW)
        assert set(states(one, campaign)) == {"bounced"}
        assert len(rows(one, "returns")) == len(one.campaigns.actions()) == count
        assert one.campaigns.broken_chain() is None
