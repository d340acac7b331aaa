"""`callboard campaign` as coordinators use it: from a table to delivered mail, with a real mail server that fails on the tests' word."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path

import pytest
import sqlalchemy as sa
from campaigns_desk import ADA, BO, CALL, PEOPLE, Desk
from smtp_server import Fault, SmtpServer

from bot.commands.campaign import agreeing, looking


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.chdir(tmp_path)
    made = Desk(tmp_path, capsys, server)
    made.configure()
    return made


@pytest.fixture
def alone(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Without a mail server."""
    monkeypatch.chdir(tmp_path)
    made = Desk(tmp_path, capsys)
    made.configure()
    return made


def test_from_a_table_to_delivered_mail(desk: Desk) -> None:
    assert desk.plan() == 0, desk.err
    assert "SEND 3 REJECTIONS" in desk.out
    assert desk.results() == []
    assert desk.run("show", 1) == 0
    assert desk.run("preview", 1) == 0
    assert len(list((desk.folder / "campaign-1").glob("*.eml"))) == 3
    assert desk.run("test", 1) == 0
    tests = desk.letters()
    assert {letter["To"].addresses[0].addr_spec for letter in tests} == {"ada@school.example"}
    assert len(tests) == 3
    assert desk.approve(1) == 0, desk.err
    assert desk.results() == []
    assert desk.run("send", 1) == 0, desk.err
    assert sorted(parseaddr(letter["To"])[1] for letter in desk.results()) == sorted(row[2] for row in PEOPLE)
    assert desk.states(1) == {"sent": 3}
    assert desk.run("status", 1) == 0
    assert "finished" in desk.out
    assert desk.run("send", 1) == 1  # nothing is left
    assert len(desk.results()) == 3


def test_what_was_previewed_is_what_goes(desk: Desk, server: SmtpServer) -> None:
    desk.plan()
    assert desk.approve(1) == 0
    previewed = sorted(file.read_bytes() for file in (desk.folder / "preview-1").glob("*.eml"))
    assert desk.run("send", 1) == 0
    arrived = sorted(letter.text for letter in server.letters if "school.example" not in letter.recipients[0])
    assert [one.rstrip(b"\r\n") for one in arrived] == [one.rstrip(b"\r\n") for one in previewed]


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
        desk.run("preview", 1)
    desk.run("approve", 1, "--mail-code", by=BO)
    code = "000000" if wrong in ("code", "unseen") else desk.code()
    phrase = "SEND 3 OFFERS 0000" if wrong == "phrase" else desk.phrase(1)
    if wrong == "other":
        desk.plan("shortlist", rows=[("B-1", "Bea Other", "bea@example.org")])
        desk.run("preview", 2)
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


def test_an_unknown_outcome_waits_for_a_person(desk: Desk, server: SmtpServer) -> None:
    desk.plan()
    desk.approve(1)
    server.faults = [Fault("dot", "lost", match="li.wei"), Fault("dot", "drop", match="ines")]
    desk.run("send", 1)
    assert desk.states(1) == {"sent": 1, "unknown": 2}
    server.faults = []
    desk.run("resume", 1)
    assert len(desk.results()) == 2  # nothing of unknown outcome goes again by itself
    assert desk.run("resolve", 1) == 0
    assert "li.wei@example.org" in desk.out
    assert desk.run("resolve", 1, "--arrived", "li.wei@example.org", "--again", "ines@example.org") == 0
    assert desk.run("send", 1) == 0
    assert desk.states(1) == {"sent": 3}
    assert sorted(parseaddr(letter["To"])[1] for letter in desk.results()) == sorted(row[2] for row in PEOPLE)


def test_a_refused_address_is_planned_anew(desk: Desk, server: SmtpServer) -> None:
    desk.plan()
    desk.approve(1)
    server.faults = [Fault("rcpt", "refuse", code=550, match="ines")]
    desk.run("send", 1)
    assert desk.states(1) == {"sent": 2, "refused": 1}
    server.faults = []
    assert desk.plan(rows=PEOPLE) == 1  # the others were told
    assert desk.plan(rows=[("A-3", "Ines Roth", "ines.roth@example.org")]) == 0, desk.out
    assert desk.run("send", 2) == 1  # with a yes of its own
    assert desk.approve(2) == 0
    assert desk.run("send", 2) == 0


def test_contradictions_are_blocked_and_passed_with_a_reason(desk: Desk) -> None:
    desk.plan("rejection")
    assert desk.plan("shortlist") == 1
    assert "contradiction" in desk.out
    assert desk.plan("rejection") == 1
    assert "same-wave" in desk.out
    assert desk.run("cancel", 1, "--yes") == 0
    assert desk.states(1) == {"cancelled": 3}
    assert desk.plan("shortlist") == 0, desk.out


def test_answers_count_for_the_places(desk: Desk) -> None:
    desk.plan("shortlist", rows=PEOPLE)
    assert desk.run("answer", CALL, "A-1", "withdrawn") == 0
    assert desk.run("answer", CALL, "noor@example.org", "accepted") == 1
    assert "--reason" in desk.err
    assert desk.run("people", CALL) == 0
    assert "withdrawn" in desk.out
    assert desk.run("answer", CALL, "Nobody", "declined") == 1


def test_paused_and_cancelled(desk: Desk) -> None:
    desk.plan()
    assert desk.run("pause", 1) == 1
    desk.approve(1)
    assert desk.run("cancel", 1, "--yes") == 0
    assert desk.run("send", 1) == 1
    assert desk.results() == []


def test_a_server_that_refuses_the_sender_stops_it(desk: Desk, server: SmtpServer) -> None:
    desk.plan()
    desk.approve(1)
    server.faults = [Fault("mail", "refuse", code=550)]
    assert desk.run("send", 1) == 1
    assert "Paused" in desk.out
    assert desk.states(1).get("sent") is None
    server.faults = []
    assert desk.run("resume", 1) == 0
    assert len(desk.results()) == 3


def test_the_log_shows_a_change(desk: Desk) -> None:
    desk.plan()
    desk.approve(1)
    desk.run("send", 1)
    assert desk.run("export", 1, desk.folder / "log.jsonl") == 0
    assert desk.run("verify", desk.folder / "log.jsonl") == 0
    assert desk.run("export", 1, desk.folder / "log.jsonl") == 1  # no log is overwritten
    assert desk.run("export", 1, desk.folder / "log.csv") == 0
    changed = (desk.folder / "log.jsonl").read_text().replace("Noor Haddad", "Noor Hadded")
    (desk.folder / "changed.jsonl").write_text(changed)
    assert desk.run("verify", desk.folder / "changed.jsonl") == 1
    with desk.store() as store, store.engine.begin() as connection:
        connection.execute(sa.text("update actions set by = 'Mallory' where id = 2"))
    desk.run("show", 1)
    assert "changed afterwards, from entry 2" in desk.out


def test_without_a_mail_server(alone: Desk) -> None:
    assert alone.plan() == 0, alone.err
    assert alone.approve(1) == 0, alone.err
    assert alone.run("send", 1) == 0
    assert len(alone.results()) == 3
    assert "outgoing" in alone.out or (alone.folder / "outgoing").is_dir()


def test_rubbish(desk: Desk) -> None:
    nothing = desk.folder / "nothing.csv"
    nothing.write_bytes(b"\xff\xd8\xff\xe0 a picture")
    for table in (nothing, desk.folder / "missing.csv", desk.folder):
        assert desk.run("plan", table, "--call", CALL, "--kind", "rejection") == 1
        assert desk.err
    assert desk.run("plan", desk.table(), "--call", "no-call", "--kind", "rejection") == 1
    assert desk.run("plan", desk.table(), "--call", CALL, "--kind", "rejection", "--set", "x") == 1
    assert desk.run("plan", desk.table(), "--call", CALL, "--kind", "rejection", "--count", 3, "--set", "fee=5") == 1
    assert desk.run("status", 99) == 1
    assert desk.run("list") == 0
    assert looking.SHOWN


def test_what_was_told_before_callboard(desk: Desk) -> None:
    offer = ("offer", "--set", "reply_by=2026-04-01", "--set", "project=TrustSeg")
    assert desk.plan(*offer) == 1
    assert "contradiction" in desk.out
    known = ("record", desk.table(), "--call", CALL, "--kind", "interview")
    assert desk.run(*known, "--count", 2, "--yes") == 1  # not as many as the minutes say
    assert desk.run(*known, "--count", 3, "--yes") == 0
    assert desk.run(*known, "--count", 3, "--yes") == 1  # they know
    assert desk.plan(*offer) == 0, desk.out
    assert desk.letters() == []
    for person, answer in (("A-1", "accepted"), ("A-2", "declined")):
        assert desk.run("answer", CALL, person, answer) == 0
    assert "Places taken: 2 of 6" in desk.out


def test_a_field_in_one_language(desk: Desk) -> None:
    rows = [("A-1", "Noor Haddad", "noor@example.org", "en"), ("A-2", "Jörg Roth", "roth@example.org", "de")]
    table = desk.table(rows, ("Application no.", "Name", "Email", "Language"))
    more = ("--set", "note=Take care.", "--set", "note.de=Alles Gute.", "--set", "fee.de=5")
    assert desk.run("plan", table, "--call", CALL, "--kind", "rejection", "--count", 2, *more) == 1
    assert desk.run("plan", table, "--call", CALL, "--kind", "rejection", "--count", 2, *more[:4]) == 0, desk.out
    with desk.store() as store:
        texts = [text for _, text, _ in store.campaigns.letters(1)]
    assert ["Take care." in text for text in texts] == [True, False]
    assert ["Alles Gute." in text for text in texts] == [False, True]


def test_a_waiting_list_goes_by_rows(desk: Desk) -> None:
    head = ("Application no.", "Name", "Email", "Rank")
    rows = [(*row, rank) for row, rank in zip(PEOPLE, ("2", "1", "3"), strict=True)]
    for given, code in ((rows, 1), (sorted(rows, key=lambda row: row[3]), 0)):
        table = desk.table(given, head)
        assert desk.run("plan", table, "--call", CALL, "--kind", "waiting-list", "--count", 3) == code
    assert desk.run("people", CALL) == 0
    assert "Li Wei" in desk.out.splitlines()[-1]


def test_places_are_counted_again_before_anything_leaves(desk: Desk) -> None:
    rows = [(f"A-{number}", f"Person {chr(64 + number)}ab", f"p{number}@example.org") for number in range(1, 8)]
    offer = ("offer", "--set", "reply_by=2026-04-01", "--set", "project=TrustSeg")
    assert desk.run("record", desk.table(rows), "--call", CALL, "--kind", "interview", "--count", 7, "--yes") == 0, (
        desk.out
    )
    assert desk.plan(*offer, rows=rows) == 1
    assert "[places]" in desk.out
    assert desk.plan(*offer, "--places", 7, rows=rows) == 1
    assert desk.plan(*offer, rows=rows[:6]) == 0, desk.out
    assert desk.run("answer", CALL, "A-2", "declined") == 0
    assert desk.plan(*offer, rows=rows[6:]) == 0, desk.out
    assert desk.run("answer", CALL, "A-2", "accepted", "--reason", "changed their mind by phone") == 0
    assert "More places are promised" in desk.out
    assert desk.approve(2) == 1
    assert "plan again" in desk.err


def test_whoever_planned_hears_of_the_approval(desk: Desk) -> None:
    desk.plan()
    assert desk.approve(1) == 0
    told = [letter for letter in desk.letters() if "wants to approve" in letter["Subject"]]
    assert [parseaddr(letter["To"])[1] for letter in told] == ["ada@school.example"]


@pytest.mark.parametrize("left", ["{{ name }}", "<<Vorname>>", "«Datum»", "[NAME]", "{% if x %}"])
def test_a_placeholder_that_nobody_filled_in(desk: Desk, left: str) -> None:
    assert desk.plan("rejection", "--set", f"note=Dear {left}, all the best.") == 1
    assert "[placeholder]" in desk.out


def test_what_a_class_means_is_shown_and_can_be_forgotten(desk: Desk) -> None:
    head = ("Application no.", "Name", "Email", "Decision")
    table = desk.table([(*PEOPLE[0], "Absage"), (*PEOPLE[1], "Zusage"), (*PEOPLE[2], "Zusage?")], head)
    plan = ("plan", table, "--call", CALL, "--kind", "shortlist")
    assert desk.run(*plan) == 1
    assert "Zusage?" in desk.out
    said = ("--class", "Zusage?=none", "--class", "Absage=shortlist")
    assert desk.run(*plan, *said) == 0, desk.out
    assert "against its usual meaning (rejection)" in desk.out
    assert desk.run("cancel", 1, "--yes") == 0
    assert desk.run(*plan) == 0
    assert "against its usual meaning (rejection)" in desk.out  # said once, and shown each time
    assert desk.run("cancel", 2, "--yes") == 0
    assert desk.run(*plan, "--class", "Absage=-") == 1


def test_what_a_killed_sender_left_is_seen_and_settled_whatever_became_of_the_campaign(desk: Desk) -> None:
    desk.plan()
    desk.approve(1)
    with desk.store() as store:
        now = datetime.now(UTC)
        store.campaigns.move(1, ("approved",), "sending")
        claimed = store.ledger.claim(1, "gone", now, 1)
        assert store.ledger.mark("gone", [claimed[0].id], now) == {claimed[0].id}
    assert desk.run("cancel", 1, "--yes") == 0
    assert desk.states(1) == {"cancelled": 2, "unknown": 1}
    assert desk.run("resolve", 1) == 0
    assert "noor@example.org" in desk.out
    assert desk.run("resolve", 1, "--arrived", "all") == 0
    assert desk.states(1) == {"cancelled": 2, "sent": 1}
    desk.run("show", 1)
    assert "resolved: arrived" in desk.out  # who said so stands in the log
