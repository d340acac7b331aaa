"""`callboard campaign plan`, `record`, `answer`: what a table may hold, and what people were told before."""

import pytest
from campaigns_desk import CALL, PEOPLE, SOON, Desk


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


def test_what_was_told_before_callboard(desk: Desk) -> None:
    offer = ("offer", "--set", f"reply_by={SOON}", "--set", "project=TrustSeg")
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
    offer = ("offer", "--set", f"reply_by={SOON}", "--set", "project=TrustSeg")
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
