"""The committee's log: whatever is done to it afterwards shows."""

import base64
import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.campaign import Action, Campaign, Override, Plan
from bot.model.delivery import Delivery
from bot.usecases.campaign_log import _canonical, _chain, as_table, export, verify

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
PLAN = Plan("a-call", "offer", "Cora", "", "t.csv", {}, "k", 6, overrides=(Override("p1@x.org", "by phone"),))
CAMPAIGN = Campaign(7, "finished", PLAN, NOW, "3f9a" + "0" * 60, 4)
STATES = ("sent", "refused", "unknown", "planned")
ACTIONS = [Action(n, NOW, "Cora", what, 7, "d", f"c{n}") for n, what in enumerate(("planned", "approved", "sent"), 1)]


def a_delivery(n: int, **changed: object) -> Delivery:
    delivery = Delivery(
        n, 7, n + 1, f"H{n}", f"p{n}@x.org", f"Pérez {n}", "en", f"{n:032x}", 1, "S", STATES[n % 4],
        tries=1, began=NOW, finished=NOW, outcome="250 2.0.0 Ok",
    )  # fmt: skip
    return replace(delivery, **changed)


DELIVERIES = [a_delivery(n) for n in range(4)]


def letter(delivery: Delivery) -> bytes:
    return f"To: {delivery.address}\r\n\r\n\xff{delivery.row}\r\n".encode("latin-1")


def log(
    deliveries: list[Delivery] = DELIVERIES,
    actions: list[Action] = ACTIONS,
    campaign: Campaign = CAMPAIGN,
    later: int = 0,
    text: Callable[[Delivery], bytes] = letter,
) -> list[str]:
    now = NOW + timedelta(hours=later)
    return list(export(campaign, ((each, text(each)) for each in deliveries), actions, "Dirk", now))


LOG = log()


def test_a_log_holds_who_when_exact_bytes_and_the_reply_and_its_counts_add_up() -> None:
    head, *middle, end = (json.loads(line) for line in LOG)
    assert (head["made_by"], head["phrase"], head["actions_chain"]) == ("Dirk", "SEND 4 OFFERS 3F9A", "c3")
    assert head["overrides"] == [{"address": "p1@x.org", "code": "", "reason": "by phone"}]
    assert [entry["did"] for entry in middle[:3]] == ["planned", "approved", "sent"]
    assert [base64.b64decode(entry["bytes"]) for entry in middle[3:]] == list(map(letter, DELIVERIES))
    assert {entry["reply"] for entry in middle[3:]} == {"250 2.0.0 Ok"}
    assert sum(end["states"].values()) == end["deliveries"] == end["planned"] == 4
    verdict = verify(LOG)
    assert verdict.whole
    assert verdict.seal == end["chain"]
    assert not verdict.remark
    assert verify([line + "\r\n" for line in LOG]).whole
    assert verify(LOG, seal=verdict.seal).whole


@given(st.data())
def test_any_changed_character_is_found_in_its_line(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(LOG) - 1))
    place = data.draw(st.integers(0, len(LOG[at]) - 1))
    new = data.draw(st.characters(codec="utf-8").filter(lambda c: c != LOG[at][place]))
    verdict = verify([*LOG[:at], LOG[at][:place] + new + LOG[at][place + 1 :], *LOG[at + 1 :]])
    assert (verdict.whole, verdict.line) == (False, at + 1)


@given(st.data())
def test_any_text_put_in_or_taken_out_within_a_line_is_found_there(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(LOG) - 1))
    start = data.draw(st.integers(0, len(LOG[at])))
    end = data.draw(st.integers(start, len(LOG[at])))
    line = LOG[at][:start] + data.draw(st.text(st.characters(exclude_characters="\r\n"))) + LOG[at][end:]
    verdict = verify([*LOG[:at], line, *LOG[at + 1 :]])
    assert verdict.whole if line == LOG[at] else (verdict.whole, verdict.line) == (False, at + 1)


@given(st.data())
def test_any_lines_removed_repeated_or_moved_are_found_where_it_begins(data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.sampled_from(LOG), max_size=12) | st.permutations(LOG))
    same = next((n for n, pair in enumerate(zip(lines, LOG, strict=False)) if pair[0] != pair[1]), min(len(lines), 9))
    verdict = verify(lines)
    assert verdict.whole if lines == LOG else (verdict.whole, verdict.line) == (False, min(same, len(LOG)) + 1)


@pytest.mark.parametrize(
    "line",
    [
        LOG[4].replace('":', '": ', 1),
        LOG[4] + " ",
        LOG[4].replace("\\u00e9", "é"),
        LOG[4].replace("{", '{"address":"me@x.org",', 1),
        json.dumps(dict(reversed(json.loads(LOG[4]).items())), separators=(",", ":")),
    ],
    ids=["space", "end", "letter", "twice", "order"],
)
def test_the_same_values_in_another_spelling_are_an_edit(line: str) -> None:
    assert json.loads(line) == json.loads(LOG[4])
    assert line != LOG[4]
    assert verify([*LOG[:4], line, *LOG[5:]]).line == 5


@pytest.mark.parametrize("kept", range(len(LOG)))
def test_a_log_cut_off_anywhere_is_found(kept: int) -> None:
    verdict = verify(LOG[:kept])
    assert (verdict.whole, verdict.line) == (False, kept + 1)
    assert "cut off" in verdict.what


def rechained(lines: list[str]) -> list[str]:
    """What somebody who knows the format can make: every line numbered and chained anew."""
    chain, made = "", []
    for number, line in enumerate(lines, 1):
        entry = {**json.loads(line), "line": number}
        entry["chain"] = chain = _chain(chain, entry)
        made.append(_canonical(entry))
    return made


def test_a_log_forged_from_end_to_end_shows_by_its_counts_and_its_seal() -> None:
    assert "counts" in verify(rechained([*LOG[:5], *LOG[6:]])).what
    forged = rechained([line.replace("p2@x.org", "me@x.org") for line in LOG])
    assert verify(forged).whole
    assert "seal" in verify(forged, seal=verify(LOG).seal).what


@pytest.mark.parametrize("line", ["", "{}", "[]", "NaN", '{"line":1,"x":1e999}', "[" * 100_000, "9" * 5000, "\ud800"])
def test_what_is_no_line_is_told_not_raised(line: str) -> None:
    assert verify([line, *LOG[1:]]).line == 1


def test_mails_missing_from_the_record_are_remarked() -> None:
    assert verify(log(DELIVERIES[:3])).remark == "4 mails were planned, the record had 3 when the log was made"


def test_the_table_has_no_formula() -> None:
    attacks = ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "a,b", 'say "x"', "two\nlines"]
    deliveries = [a_delivery(1, name=name, outcome=name) for name in attacks]
    rows = list(csv.reader("".join(as_table(deliveries)).splitlines(keepends=True)))
    assert rows[0] == ["row", "name", "address", "state", "began", "finished", "reply"]
    assert len(rows) == len(attacks) + 1
    for row, name in zip(rows[1:], attacks, strict=True):
        assert row[1] in (name, f"'{name}")
        assert not any(cell.lstrip()[:1] in ("=", "+", "-", "@") for cell in row if cell)
