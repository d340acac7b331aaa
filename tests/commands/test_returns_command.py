"""`callboard returns`: the list and its exit code, every return, and a person's word on one."""

from datetime import UTC, datetime

import pytest
from campaigns_desk import ADA, CALL

from bot.commands.main import main
from bot.storage.return_schema import returns


@pytest.fixture
def run(alone):
    """Runs the command; the exit code."""

    def ran(*words, by=ADA):
        identity = ["--by", by] if {*words} & {"match", "done"} else []
        code = main(["--config", str(alone.folder / "config.yaml"), "returns", *map(str, words), *identity])
        alone.out, alone.err = alone.capture.readouterr()
        return code

    return ran


@pytest.fixture
def sent(alone):
    """Three rejections that left."""
    assert alone.plan() == 0
    assert alone.approve(1) == 0
    assert alone.run("send", 1) == 0
    return alone


def comes(desk, **more):
    known = {"at": datetime.now(UTC), "kind": "failed", "address": "li.wei@example.org", "detail": "550 no such user"}
    with desk.store() as store, store.engine.begin() as connection:
        return connection.execute(returns.insert().values(**known | more)).inserted_primary_key[0]


def test_nothing_that_waits_is_one_line_and_no_mistake(sent, run):
    assert run() == 0
    assert len(sent.out.splitlines()) == 1
    assert run(CALL) == 0
    assert run("list") == 0
    assert "Nothing came back" in sent.out


def test_a_failure_is_matched_by_a_person_cured_and_laid_aside(sent, run):
    number = comes(sent)
    assert run() == 1
    assert f"callboard returns match {number} N:ROW" in sent.out
    assert "550 no such user" in sent.out
    assert run("match", number, "1:3") == 0
    assert sent.states(1) == {"sent": 2, "bounced": 1}
    assert run(CALL) == 1
    print(sent.out)
    assert f"callboard campaign address {CALL} a-2 NEW-ADDRESS" in sent.out
    assert f"--call {CALL} --kind rejection --instead-of 1" in sent.out
    assert "1 not reached" in sent.out
    assert run("done", number) == 0
    assert run() == 0


def test_all_are_laid_aside_and_the_list_keeps_them_newest_last(sent, run):
    first, second = comes(sent, detail="the first"), comes(sent, detail="the second\x1b[2J")
    assert run("done", "all") == 0
    assert "2 noted" in sent.out
    assert run() == 0
    assert run("list", "--days", "2") == 0
    print(sent.out)
    assert sent.out.index("the first") < sent.out.index("the second")
    assert ADA in sent.out
    assert "\x1b" not in sent.out
    assert run("done", first, second) == 0
    assert "Nothing was left" in sent.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no-call",), "no call `no-call`"),
        ((CALL, "more"), "`more` is not understood"),
        (("match", "1"), "give a return and a mail"),
        (("match", "x", "1:3"), "`x` is no number"),
        (("match", "1", "x"), "`x` is no mail"),
        (("match", "1", "1:99"), "campaign 1 has no mail of row 99"),
        (("match", "77", "1:3"), "there is no such return"),
        (("done",), "give the numbers"),
        (("done", "77"), "there is no return 77"),
        (("list", "--days", "0"), "is no number of days"),
    ],
)
def test_a_mistake_is_told_with_its_cure_and_changes_nothing(sent, run, words, said):
    assert run(*words) == 1
    assert said in sent.err
    assert sent.states(1) == {"sent": 3}


def test_only_who_may_prepare_gives_their_word(sent, run):
    sent.settings["coordinators"] = [
        {"name": ADA, "email": "ada@school.example"},
        {"name": "Gil", "email": "gil@school.example", "rights": ["approve"]},
    ]
    sent.configure()
    number = comes(sent)
    assert run("done", number, by="Gil") == 1
    assert run("match", number, "1:3", by="Gil") == 1
    assert run() == 1
