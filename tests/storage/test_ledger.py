"""The senders' ledger: each mail is claimed once, begun once, and ends as the server said."""

from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.model.campaign import Told
from bot.model.message import Outcome, Refused, Sent, TryLater, Unknown
from bot.storage.senders import AlreadySendingError, sending
from bot.storage.store import Store, open_store
from tests.storage.letters import CALL, WORKER, begin, claim, last, mail, planned, sends, states
from tests.storage.record import EVER, LATER, NOW, rows

OTHER = "worker 2"


def finish(store: Store, numbers: list[int], outcome: Outcome, worker: str = WORKER) -> None:
    store.ledger.settle(worker, [(number, outcome, LATER) for number in numbers])


def react(store: Store, person: str, reaction: str = "withdrawn") -> None:
    known = Told(0, person, f"{person}@example.org", person, "shortlist", NOW)
    store.campaigns.react(CALL, known, reaction, "maria", NOW)  # type: ignore[arg-type]


def test_a_mail_is_claimed_begun_and_sent(store: Store) -> None:
    campaign = sends(store, ["1", "2"])
    claimed = store.ledger.claim(campaign, WORKER, NOW, 100)
    assert [one.address for one in claimed] == ["1@example.org", "2@example.org"]
    assert claimed[0].body == b"To: 1\r\n\r\nDear 1\r\n"
    assert states(store, campaign) == ["claimed", "claimed"]
    one, two = (claim.id for claim in claimed)
    assert store.ledger.mark(WORKER, [one], NOW) == {one}
    assert store.ledger.mark(WORKER, [one], NOW) == set(), "begun once"
    begun = store.ledger.record(WORKER, [(two, LATER)], [(one, Sent("250 2.0.0 queued"), LATER)])
    assert begun == {two}
    first, second = store.campaigns.deliveries(campaign)
    assert (first.state, first.outcome, first.tries, first.began, first.finished) == (
        "sent",
        "250 2.0.0 queued",
        1,
        NOW,
        LATER,
    )
    assert (second.state, second.began) == ("sending", LATER)
    assert store.ledger.used("mail", NOW) == [(NOW, 1), (LATER, 1)]
    assert store.ledger.used("mail", LATER) == [(LATER, 1)]


@pytest.mark.parametrize(
    ("begun", "outcome", "state", "tries"),
    [
        (True, Sent("ok"), "sent", 1),
        (True, TryLater(60, "busy"), "waiting", 1),
        (True, Refused("no such user"), "refused", 1),
        (True, Unknown("lost"), "unknown", 1),
        (False, TryLater(60, "greylisted"), "waiting", 1),
        (False, TryLater(60, "no connection", all=True), "waiting", 0),
        (False, Refused("no such user"), "refused", 1),
        (False, Sent("never"), "claimed", 0),
        (False, Unknown("never"), "claimed", 0),
    ],
)
def test_what_became_of_it(store: Store, begun: bool, outcome: Outcome, state: str, tries: int) -> None:
    campaign = sends(store)
    numbers = begin(store, campaign) if begun else claim(store, campaign)
    finish(store, numbers, outcome, OTHER)
    assert states(store, campaign) == ["sending" if begun else "claimed"], "not another worker's"
    finish(store, numbers, outcome)
    found = store.campaigns.deliveries(campaign)[0]
    assert (found.state, found.tries) == (state, tries)
    assert found.due == (LATER + timedelta(seconds=60) if state == "waiting" else None)


def test_what_waits_is_claimed_when_it_is_due(store: Store) -> None:
    campaign = sends(store, ["1", "2"])
    finish(store, begin(store, campaign, limit=1), TryLater(60, "busy"))
    due = LATER + timedelta(seconds=60)
    assert store.ledger.open(campaign, NOW) == (2, None)
    second = begin(store, campaign, now=NOW)
    assert store.ledger.open(campaign, NOW) == (2, due)
    assert claim(store, campaign, now=due - timedelta(seconds=1)) == []
    assert store.ledger.open(campaign, due) == (2, None)
    finish(store, begin(store, campaign, now=due), Sent())
    finish(store, second, Refused("no"))
    assert store.ledger.open(campaign, due) == (0, None)


def test_rows_go_in_order_with_those_that_waited(store: Store) -> None:
    campaign = sends(store, [str(number) for number in range(6)])
    first = begin(store, campaign, limit=3)
    finish(store, first, TryLater(0, "busy"))
    assert claim(store, campaign, now=EVER, limit=4) == [*first, first[-1] + 1]


def test_two_workers_never_claim_the_same(store: Store) -> None:
    campaign = sends(store, [str(number) for number in range(6)])
    one, two = claim(store, campaign, limit=3), claim(store, campaign, OTHER, limit=3)
    assert len({*one, *two}) == 6
    assert store.ledger.mark(WORKER, two, NOW) == set()
    assert store.ledger.release(WORKER) == 3
    assert store.ledger.release(WORKER) == 0
    assert store.ledger.mark(WORKER, one, NOW) == set()
    assert claim(store, campaign, OTHER) == one


@pytest.mark.parametrize("state", ["planned", "approved", "paused", "cancelled"])
def test_only_a_campaign_that_is_sending_is_claimed_from(store: Store, state: str) -> None:
    if state in ("planned", "approved"):
        campaign = planned(store).id
        store.campaigns.move(campaign, ["planned"], "approved" if state == "approved" else "planned") if (
            state == "approved"
        ) else None
    else:
        campaign = sends(store)
        store.campaigns.move(campaign, ["sending"], state)  # type: ignore[arg-type]
    assert store.ledger.state(campaign) == state
    assert claim(store, campaign) == []


def test_nothing_begins_after_a_pause(store: Store) -> None:
    campaign = sends(store)
    numbers = claim(store, campaign)
    assert store.campaigns.move(campaign, ["sending"], "paused", "20 failures in a row")
    assert store.ledger.mark(WORKER, numbers, NOW) == set()
    assert store.campaigns.campaign(campaign).note == "20 failures in a row"  # type: ignore[union-attr]
    assert store.ledger.release(WORKER) == 1
    assert store.campaigns.move(campaign, ["paused"], "sending")
    assert begin(store, campaign, OTHER) == numbers


def test_cancelling_ends_all_but_what_is_on_the_way(store: Store) -> None:
    campaign = sends(store, [str(number) for number in range(5)])
    later, lost, sent = begin(store, campaign, limit=3)
    claim(store, campaign, limit=1)
    assert store.campaigns.cancel(campaign, "wrong table", NOW) == 2
    assert states(store, campaign) == ["sending", "sending", "sending", "cancelled", "cancelled"]
    finish(store, [later], TryLater(5, "busy"))
    finish(store, [lost], Unknown("lost"))
    finish(store, [sent], Sent())
    assert states(store, campaign) == ["cancelled", "unknown", "sent", "cancelled", "cancelled"]
    assert [one.outcome for one in store.campaigns.deliveries(campaign)][3:] == ["wrong table"] * 2
    assert store.campaigns.cancel(campaign, "again", NOW) == 0


def test_a_sender_that_is_gone_is_taken_from(store: Store) -> None:
    campaign = sends(store, ["1", "2"])
    gone = begin(store, campaign, limit=1)
    claim(store, campaign, limit=1)
    with sending(store.engine, OTHER) as held:
        assert held()
        assert store.ledger.recover(OTHER, NOW) == (1, 1)
        assert store.ledger.recover(OTHER, NOW) == (0, 0)
    assert states(store, campaign) == ["unknown", "planned"]
    assert store.campaigns.deliveries(campaign)[0].outcome == "the sender was gone while sending"
    finish(store, gone, Sent("late"))
    assert states(store, campaign) == ["sent", "planned"], "its own late 250"


def test_a_late_yes_does_not_lift_what_a_person_settled(store: Store) -> None:
    campaign = sends(store, ["1", "2"])
    one, two = begin(store, campaign)
    store.ledger.recover(OTHER, NOW)
    assert store.campaigns.resolve(one, arrived=False, by="maria", now=NOW)
    assert not store.campaigns.resolve(one, arrived=False, by="maria", now=NOW)
    assert store.campaigns.resolve(two, arrived=True, by="maria", now=NOW)
    finish(store, [one, two], Sent("late"))
    assert states(store, campaign) == ["planned", "sent"]
    assert store.campaigns.deliveries(campaign)[1].outcome == "arrived, says maria"
    assert begin(store, campaign, OTHER) == [one]


def test_sending_again_after_all_was_finished(store: Store) -> None:
    campaign = sends(store, ["1"])
    numbers = begin(store, campaign)
    finish(store, numbers, Unknown("lost"))
    assert store.campaigns.move(campaign, ["sending"], "finished")
    assert store.campaigns.resolve(numbers[0], arrived=False, by="maria", now=NOW)
    assert store.ledger.state(campaign) == "sending"
    assert begin(store, campaign) == numbers


def test_nothing_of_a_cancelled_campaign_is_sent_again(store: Store) -> None:
    campaign = sends(store, ["1"])
    numbers = begin(store, campaign)
    finish(store, numbers, Unknown("lost"))
    store.campaigns.cancel(campaign, "wrong", NOW)
    assert store.campaigns.resolve(numbers[0], arrived=False, by="maria", now=NOW)
    assert states(store, campaign) == ["cancelled"]


def test_what_stands_on_a_mail_under_way_waits_for_it(store: Store) -> None:
    first = sends(store, ["1", "2"])
    second = sends(store, ["1", "2", "3"], "interview")
    assert len(claim(store, second, limit=1)) == 1, "the third is not held up by the others"
    assert claim(store, second) == []
    assert states(store, second) == ["planned", "planned", "claimed"]
    one, two = begin(store, first)
    assert claim(store, second) == []
    finish(store, [one], Sent())
    finish(store, [two], Refused("no such user"))
    assert len(claim(store, second)) == 1
    assert states(store, second) == ["claimed", "cancelled", "claimed"]
    assert store.campaigns.deliveries(second)[1].outcome == "the shortlist before it was refused"


@pytest.mark.parametrize("same", [{"address": "other@example.org"}, {"person": "18"}])
def test_what_contradicts_what_was_done_since_is_cancelled(store: Store, same: dict[str, str]) -> None:
    campaign = sends(store, ["17", "2"])
    known = Told(0, **{"person": "17", "address": "17@Example.org", "name": "P"} | same, what="", when=NOW)
    store.campaigns.react(CALL, known, "withdrawn", "maria", NOW)
    assert len(claim(store, campaign)) == 1
    assert states(store, campaign) == ["cancelled", "claimed"]
    assert store.campaigns.deliveries(campaign)[0].outcome == "contradicts: withdrawn, recorded 2026-01-15"


def test_what_was_claimed_before_a_reaction_does_not_begin(store: Store) -> None:
    campaign = sends(store, ["1", "2"])
    one, two = claim(store, campaign)
    react(store, "1")
    assert store.ledger.mark(WORKER, [one, two], NOW) == {two}
    assert claim(store, campaign) == []
    assert states(store, campaign) == ["cancelled", "sending"]


def test_a_reaction_in_another_call_does_not_matter(store: Store) -> None:
    campaign = sends(store, ["1"], call="other-call")
    react(store, "1")
    assert len(claim(store, campaign)) == 1


def test_a_notice_contradicts_nothing_but_what_was_decided_does(store: Store) -> None:
    first = sends(store, ["1", "2"])
    finish(store, begin(store, first), Sent())
    told = store.campaigns.told(CALL)
    second = sends(store, ["1", "2"], "interview")
    reminder = sends(store, [mail("1", after=last(told, "1"))], "reminder")
    numbers = begin(store, reminder)
    finish(store, numbers, Sent())
    assert len(claim(store, second)) == 2, "a reminder was sent since"
    store.ledger.release(WORKER)
    rejected = sends(store, [mail("2", after=last(told, "2"))], "rejection")
    finish(store, begin(store, rejected), Unknown("lost"))
    assert len(claim(store, second)) == 1
    assert store.campaigns.deliveries(second)[1].outcome.startswith("contradicts: rejection")


def test_many_contradictions_do_not_hold_up_the_rest(store: Store) -> None:
    people = [str(number) for number in range(20)]
    campaign = sends(store, people)
    for person in people[:19]:
        react(store, person)
    assert len(claim(store, campaign, limit=3)) == 1
    assert states(store, campaign) == ["cancelled"] * 19 + ["claimed"]


def test_uses_of_the_relay_are_kept_a_month(store: Store) -> None:
    store.ledger.use("login", 2, NOW)
    store.ledger.use("login", 1, EVER)
    store.ledger.recover(WORKER, EVER)
    assert store.ledger.used("login", NOW) == [(EVER, 1)]
    assert store.ledger.used("mail", NOW) == []


def test_a_second_sender_of_a_name_is_refused(url: str) -> None:
    with closing(open_store(url)) as store:
        with sending(store.engine, WORKER) as held:
            assert held()
            with pytest.raises(AlreadySendingError), sending(store.engine, WORKER):
                pass
            assert held()
        with sending(store.engine, WORKER):
            pass


def test_words_of_servers_are_stored_whatever_they_hold(store: Store) -> None:
    campaign = sends(store)
    finish(store, begin(store, campaign), Refused("no\0\ud800" + "x" * 500))
    assert len(rows(store, "deliveries")[0].outcome) == 400


def test_no_campaign_no_state(store: Store) -> None:
    with pytest.raises(sa.exc.NoResultFound):
        store.ledger.state(77)
    assert store.ledger.claim(77, WORKER, NOW, 5) == []
    assert store.ledger.record(WORKER, [], []) == set()
