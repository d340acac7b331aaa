"""A later log of a campaign must not contradict an earlier one."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model.campaign import Action
from bot.usecases.campaign_log_compare import compare
from tests.usecases.test_campaign_log import (
    ACTIONS,
    CAMPAIGN,
    DELIVERIES,
    LOG,
    NOW,
    a_delivery,
    letter,
    log,
    rechained,
)


def test_a_log_forged_from_end_to_end_contradicts_an_earlier_one() -> None:
    forged = rechained([line.replace("p2@x.org", "me@x.org") for line in LOG])
    assert compare(LOG, forged).contradictions == ("row 3: address was 'p2@x.org', is 'me@x.org'",)


def test_bytes_exchanged_with_their_digest_left_standing_are_found() -> None:
    old = base64.b64encode(letter(DELIVERIES[1])).decode()
    forged = rechained([line.replace(old, base64.b64encode(b"other").decode()) for line in LOG])
    assert compare(LOG, forged).contradictions == ("row 2: its bytes are others",)


def test_a_later_log_may_go_on_but_not_contradict() -> None:
    onward = [
        a_delivery(0, state="bounced", outcome="550 unknown"),
        DELIVERIES[1],
        a_delivery(2, state="sent", tries=2, finished=NOW + timedelta(hours=1)),
        a_delivery(3, state="sent"),
    ]
    more = [*ACTIONS, Action(4, NOW, "Dirk", "resolved", 7, "", "c4")]
    assert compare(LOG, log(onward, more, later=2)).agree


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"state": "planned"}, "row 2: was refused, is planned"),
        ({"outcome": "550 other"}, "row 2: reply was '250 2.0.0 Ok', is '550 other'"),
        ({"finished": NOW + timedelta(1)}, "row 2: finished was"),
        ({"address": "else@x.org"}, "row 2: address was"),
        ({"name": "Else"}, "row 2: name was"),
    ],
)
def test_a_later_log_that_contradicts_is_told(changed: dict[str, object], what: str) -> None:
    later = [DELIVERIES[0], a_delivery(1, **changed), *DELIVERIES[2:]]
    compared = compare(LOG, log(later, later=1, text=lambda each: letter(DELIVERIES[each.id])))
    assert [each.startswith(what) for each in compared.contradictions] == [True]


def test_missing_and_added_mails_and_actions_are_told() -> None:
    changed = [replace(ACTIONS[0], by="Eve"), *ACTIONS[1:2]]
    added = compare(LOG, log([*DELIVERIES[1:], a_delivery(9)], changed, later=1))
    assert added.contradictions == (
        "action 1 (planned) is not in the later log as it was",
        "action 3 (sent) is not in the later log as it was",
        "row 10: a mail was added",
        "row 1: its mail is missing",
    )


def test_another_campaign_an_earlier_log_and_a_broken_one_are_told() -> None:
    assert "campaign's digest" in compare(LOG, log(campaign=replace(CAMPAIGN, digest="9" * 64))).contradictions[0]
    assert "other way round" in compare(log(later=1), LOG).contradictions[0]
    assert "second log is not whole" in compare(LOG, LOG[:-1]).contradictions[0]


def test_what_a_retention_blanked_is_counted_and_no_contradiction() -> None:
    blank = [replace(each, address="", name="", outcome="") for each in DELIVERIES]
    compared = compare(LOG, log(blank, later=1, text=lambda _: b""))
    assert compared.agree
    assert compared.erased == 4
