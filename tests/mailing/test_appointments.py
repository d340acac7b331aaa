"""Days and times that mails speak of: none has gone by, and nobody has somebody else's appointment unseen."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from coordinator_tables import COLUMNS, csv_file

from bot.files.column_files import load_heads
from bot.files.mail_templates import load_mail_templates
from bot.files.tables import read_table
from bot.mailing.appointments import Appointments
from bot.mailing.writing import LetterWriter, Mailbox
from bot.storage.store import open_store
from bot.usecases.campaign_draft import Wish
from bot.usecases.plan_campaign import PlanCampaign
from bot.usecases.plan_invitations import PlanInvitations

REPOSITORY = Path(__file__).parent.parent.parent
TEMPLATES = load_mail_templates(REPOSITORY / "templates")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=BERLIN)
LATER = "2026-12-10 14:00"
VIDEO = "https://meet.example.org/1"
GIVEN = {"name": "Ada Muster", "sender": "The desk", "contact": "desk@example.org"}


@pytest.fixture(scope="module")
def call(knowledge):
    return knowledge.calls["ideas-2026"]


@pytest.fixture
def plans(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'record.db'}")
    desk = Mailbox("desk@example.org", "The desk")
    known = (store.campaigns, TEMPLATES, load_heads(COLUMNS), LetterWriter(desk), desk.name, desk.address, "v1")
    yield PlanCampaign(*known, PlanInvitations(store.slots, desk))
    store.close()


def looked(call, kind, *mails, now=NOW):
    """What has gone by, per mail, and what was kept of all."""
    template = TEMPLATES[kind]
    dates = Appointments(template.fields, call.zone, now)
    gone = []
    for row, texts in enumerate(mails, 2):
        values, wrong = template.read({**GIVEN, **texts}, call, "Asia/Kolkata", "en")
        assert not wrong
        gone.append([(each.field, each.what) for each in dates.add(row, f"Person {row}", values)])
    return gone, dates


def invited(time=LATER, where="online", **more):
    return {"interview": time, "where": where, **more}


def test_days_and_times_gone_by(call) -> None:
    gone, _ = looked(
        call,
        "interview",
        invited("2026-02-12 09:00", reply_by="2020-01-01"),
        invited("2026-11-23 11:59"),
        invited("2026-11-23 12:00", reply_by="2026-11-23"),
        invited(),
    )
    assert gone[0] == [("interview", "2026-02-12 09:00 has passed"), ("reply_by", "2020-01-01 has passed")]
    assert gone[1:] == [[("interview", "2026-11-23 11:59 has passed")], [], []]


def test_a_day_lasts_until_its_end_on_the_calls_clock(call) -> None:
    offer = {"project": call.projects[0].id, "reply_by": "2026-12-01"}
    for utc, gone in (((2026, 12, 1, 22, 59), False), ((2026, 12, 1, 23, 0), True)):
        (found,), _ = looked(call, "offer", offer, now=dt.datetime(*utc, tzinfo=dt.UTC))
        assert bool(found) == gone


def test_what_was_before_may_have_gone_by(call) -> None:
    gone, dates = looked(call, "interview-change", invited(before="2026-02-12 09:00"), invited(before=LATER))
    assert gone == [[], []]
    assert dates.good_until == dt.datetime(2026, 12, 10, 14, tzinfo=BERLIN)
    (found,), _ = looked(call, "interview-cancellation", {"interview": "2026-02-12 09:00", "next": "We write again."})
    assert found  # it "will not take place"


def test_good_until_is_the_first_of_all(call) -> None:
    _, dates = looked(call, "interview", invited(), invited("2026-12-11 09:00", reply_by="2026-12-01"))
    assert dates.good_until == dt.datetime(2026, 12, 1, 23, 59, 59, tzinfo=BERLIN)
    assert looked(call, "rejection", {})[1].good_until is None


def test_one_slot_for_two_people(call) -> None:
    def slots(*mails):
        return [*looked(call, "interview", *mails)[1].same_slots()]

    (found,) = slots(invited(link=VIDEO), invited(), invited(link=VIDEO, where="Zoom"), invited(link=VIDEO))
    assert (found.level, found.code, found.row) == ("orange", "same-slot", 4)
    assert "Person 4 and Person 2 (row 2), and 1 more" in found.what
    assert [each.row for each in slots(invited(where="Room 1"), invited(where="Room 1"))] == [3]
    assert slots(invited(link=VIDEO), invited(link=f"{VIDEO}2")) == []
    assert slots(invited(where="Room 1"), invited(where="Room 2"), invited("2026-12-10 15:00", where="Room 1")) == []


def test_a_plan_with_dates_gone_by_is_blocked(call, plans, tmp_path) -> None:
    """Of a row with its row, of what is given for everybody once."""
    rows = [
        ["Name", "E-Mail", "due"],
        ["Ada Muster", "a@x.org", "2020-01-01"],
        ["Bo Beispiel", "b@x.org", "2027-01-02"],
    ]
    table = read_table(csv_file(tmp_path, rows))
    shared = {"documents": "A copy"}
    draft = plans.draft(Wish(call, "document-request", table, "Cora", shared=shared), now=NOW)
    assert [(each.code, each.row, each.what) for each in draft.findings if each.level == "red"] == [
        ("past", 2, "2020-01-01 has passed")
    ]
    table = read_table(csv_file(tmp_path, [row[:2] for row in rows]))
    draft = plans.draft(Wish(call, "document-request", table, "Cora", shared={**shared, "due": "2020-01-01"}), now=NOW)
    assert [(each.code, each.row, each.column) for each in draft.findings if each.level == "red"] == [
        ("past", 0, "due")
    ]
    assert "no-record" in {each.code for each in draft.findings}


def test_a_plan_keeps_until_when_it_is_good(call, plans, tmp_path) -> None:
    table = read_table(csv_file(tmp_path, [["Name", "E-Mail"], ["Ada Muster", "a@x.org"]]))
    shared = {"documents": "A copy", "due": "2027-01-02"}
    draft = plans.draft(Wish(call, "document-request", table, "Cora", shared=shared), now=NOW)
    assert not draft.blocked
    kept = plans.write(draft, NOW).plan.good_until
    assert kept == dt.datetime(2027, 1, 2, 23, 59, 59, tzinfo=BERLIN)
