"""`callboard campaign approve`: who may say yes, to what, and for how long it holds."""

from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

import pytest
import sqlalchemy as sa
from campaigns_desk import ADA, BO, CALL, Desk

from bot.commands.campaign import agreeing


def test_the_planner_does_not_approve(desk: Desk) -> None:
    desk.plan()
    assert desk.approve(1, by=ADA) == 1
    assert "another person must agree" in desk.err
    assert desk.run("send", 1) == 1
    assert desk.results() == []


@pytest.mark.parametrize("wrong", ["phrase", "code", "other", "unseen"])
def test_a_yes_that_is_not_one(desk: Desk, wrong: str) -> None:
    desk.plan()
    if wrong != "unseen":
        desk.run("preview", 1, by=BO)
    desk.run("approve", 1, "--mail-code", by=BO)
    code = "000000" if wrong in ("code", "unseen") else desk.code()
    phrase = "SEND 3 OFFERS 0000" if wrong == "phrase" else desk.phrase(1)
    if wrong == "other":
        desk.plan("shortlist", rows=[("B-1", "Bea Other", "bea@example.org")])
        desk.run("preview", 2, by=BO)
        assert desk.run("approve", 2, "--phrase", desk.phrase(2), "--code", code, by=BO) == 1
    else:
        assert desk.run("approve", 1, "--phrase", phrase, "--code", code, by=BO) == 1
    assert desk.run("send", 1) == 1
    assert desk.results() == []


def test_a_change_voids_the_yes(desk: Desk) -> None:
    desk.plan()
    assert desk.approve(1) == 0
    with desk.store() as store, store.engine.begin() as connection:
        connection.execute(sa.text("update deliveries set address = 'mallory@example.org' where row = 2"))
    assert desk.run("send", 1) == 1
    assert "somebody changed the record" in desk.err
    assert desk.results() == []


def test_who_is_alone_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.configure(approvals=1)
    desk.plan()
    assert desk.approve(1, by=ADA) == 1
    assert "10 min" in desk.err or "11 min" in desk.err
    monkeypatch.setattr(agreeing, "clock", lambda: datetime.now(UTC) + timedelta(minutes=11))
    assert desk.run("approve", 1, "--mail-code") == 0
    assert desk.run("approve", 1, "--phrase", desk.phrase(1), "--code", desk.code()) == 0
    assert desk.run("send", 1) == 0


def test_rights(desk: Desk) -> None:
    coordinators = [
        {"name": ADA, "email": "ada@school.example", "rights": ["prepare"]},
        {"name": BO, "email": "bo@school.example", "rights": ["approve"]},
        {"name": "Cy", "email": "cy@school.example", "rights": ["send"]},
    ]
    desk.settings["coordinators"] = coordinators
    desk.configure()
    assert desk.run("plan", desk.table(), "--call", CALL, "--kind", "rejection", "--count", 3, by=BO) == 1
    assert desk.plan() == 0
    assert desk.approve(1) == 0
    assert desk.run("send", 1, by=ADA) == 1
    assert desk.run("send", 1, by="Mallory") == 1
    assert desk.run("send", 1, by="cy@school.example") == 0


def test_whoever_planned_hears_of_the_approval(desk: Desk) -> None:
    desk.plan()
    assert desk.approve(1) == 0
    told = [letter for letter in desk.letters() if "wants to approve" in letter["Subject"]]
    assert [parseaddr(letter["To"])[1] for letter in told] == ["ada@school.example"]


def test_a_yes_counts_only_while_its_giver_may_give_it(desk: Desk) -> None:
    desk.plan()
    assert desk.approve(1) == 0
    ada, bo = {"name": ADA, "email": "ada@school.example"}, {"name": BO, "email": "bo@school.example"}
    for known in ([ada], [ada, {**bo, "rights": ["prepare"]}]):
        desk.settings["coordinators"] = known
        desk.configure()
        assert desk.run("send", 1) == 1
        assert "more must agree" in desk.err
    desk.settings["coordinators"] = [{**ada, "name": "Ada Maria Muster"}, bo]
    desk.configure()
    assert desk.run("send", 1, by="ada@school.example") == 0


def test_the_planner_under_another_name(desk: Desk) -> None:
    desk.plan()
    desk.settings["coordinators"] = [
        {"name": "A. Muster", "email": "Ada@school.example"},
        {"name": BO, "email": "bo@school.example"},
    ]
    desk.configure()
    assert desk.run("preview", 1, by="A. Muster") == 0
    assert desk.run("approve", 1, "--mail-code", by="A. Muster") == 1
    assert "another person must agree" in desk.err


def test_whoever_approves_has_looked(desk: Desk) -> None:
    desk.plan()
    assert desk.run("preview", 1, by=ADA) == 0
    assert desk.run("approve", 1, "--mail-code", by=BO) == 1
    assert "look at it first" in desk.err
