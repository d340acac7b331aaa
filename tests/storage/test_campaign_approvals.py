"""Approvals: a code of one's own, for what was planned, for an hour."""

from datetime import timedelta

import pytest

from bot.model.campaign import CampaignState
from bot.storage.campaign_approvals import TRIES
from bot.storage.store import Store
from tests.storage.letters import planned
from tests.storage.record import LATER, NOW, rows

HOUR = timedelta(hours=1)


def test_a_right_code_approves_once(store: Store) -> None:
    campaign = planned(store)
    book, digest = store.campaigns, campaign.digest
    assert book.approve(campaign.id, "jan", digest, "AB12", NOW) == "unasked"
    book.ask_approval(campaign.id, "jan", digest, "AB12", NOW)
    assert "AB12" not in str(rows(store, "approvals"))
    assert book.approve(campaign.id, "maria", digest, "AB12", NOW) == "unasked"
    assert book.approve(campaign.id, "jan", digest, "AB13", NOW) == "wrong"
    assert book.approvals(campaign.id) == []
    assert book.approve(campaign.id, "jan", digest, " ab 12 ", LATER) == ""
    assert [(one.by, one.at, one.digest) for one in book.approvals(campaign.id)] == [("jan", LATER, digest)]
    assert book.approve(campaign.id, "jan", digest, "AB12", LATER) == "unasked", "a code is used once"
    assert book.approve(77, "jan", digest, "AB12", LATER) == "unasked"


def test_a_code_is_for_a_digest_a_person_and_an_hour(store: Store) -> None:
    one, two = planned(store, ["1"]), planned(store, ["2"])
    book = store.campaigns
    book.ask_approval(one.id, "jan", one.digest, "AB12", NOW)
    assert book.approve(one.id, "jan", two.digest, "AB12", NOW) == "changed"
    assert book.approve(two.id, "jan", two.digest, "AB12", NOW) == "unasked"
    assert book.approve(one.id, "jan", one.digest, "AB12", NOW + HOUR + timedelta(seconds=1)) == "late"
    assert book.approve(one.id, "jan", one.digest, "AB12", NOW - timedelta(seconds=1)) == "late"
    book.ask_approval(one.id, "jan", one.digest, "CD34", NOW)
    assert book.approve(one.id, "jan", one.digest, "AB12", NOW) == "wrong", "an earlier code is void"
    book.ask_approval(one.id, "ann", "0" * 64, "EF56", NOW)
    assert book.approve(one.id, "ann", "0" * 64, "EF56", NOW) == "changed"
    book.cancel(one.id, "", NOW)
    assert book.approve(one.id, "jan", one.digest, "CD34", NOW) == "changed"
    assert book.approvals(one.id) == []


def test_a_code_is_not_guessed(store: Store) -> None:
    campaign = planned(store)
    store.campaigns.ask_approval(campaign.id, "jan", campaign.digest, "AB12", NOW)
    for _ in range(TRIES):
        assert store.campaigns.approve(campaign.id, "jan", campaign.digest, "0000", NOW) == "wrong"
    assert store.campaigns.approve(campaign.id, "jan", campaign.digest, "AB12", NOW) == "too often"


@pytest.mark.parametrize("steps", [("approved",), ("approved", "sending"), ("approved", "sending", "paused")])
def test_more_may_agree_later_but_not_while_it_is_sent(store: Store, steps: tuple[CampaignState, ...]) -> None:
    campaign = planned(store)
    book, before = store.campaigns, campaign.state
    book.ask_approval(campaign.id, "jan", campaign.digest, "AB12", NOW)
    for after in steps:
        assert book.move(campaign.id, [before], after)
        before = after
    said = book.approve(campaign.id, "jan", campaign.digest, "AB12", LATER)
    assert said == ("changed" if before == "sending" else "")
    assert len(book.approvals(campaign.id)) == (before != "sending")
