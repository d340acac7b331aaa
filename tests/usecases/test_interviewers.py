"""Interviewers' calendars: what is due is exactly what is missing, nothing twice, nothing about what has gone by."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.files.template_files import load_templates
from bot.mailing.writing import Mailbox
from bot.model.knowledge import Call
from bot.model.message import Outgoing
from bot.model.slot import Appointment, Interviewer, Invitation, Meeting, PanelEntry, Slot
from bot.storage.campaign_schema import deliveries
from bot.storage.store import Store
from bot.usecases.interviewers import TellInterviewers, reconcile
from tests.storage.interviews import VEGA, booking, books, entry, offered
from tests.storage.interviews import told as mailed
from tests.storage.letters import CALL
from tests.storage.record import NOW as RECORD_NOW

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
ADA, BO, CY = Interviewer("Ada", "ada@x.example"), Interviewer("Bo", "bo@x.example"), Interviewer("Cy")
WORDS = load_templates(Path(__file__).parents[2] / "templates")
DEMO = Call(id="demo", kind="other", name={"en": "Demo school"}, zone="Europe/Berlin")


def meeting(day: int = 1, *panel: Interviewer, place: str = "R 1") -> Meeting:
    return Meeting(NOW + timedelta(days=day), 30, place, "https://x.example/1", panel)


def appointment(uid: str, when: Meeting, sequence: int = 0, method: str = "REQUEST") -> Appointment:
    invitation = Invitation(uid, sequence, "CANCEL" if method == "CANCEL" else "REQUEST", when)
    return Appointment("demo", f"p-{uid}", f"Person {uid}", f"{uid}@y.example", invitation)


@dataclass
class Record:
    """Appointments and interviewers' entries of a call, kept as the record does."""

    stand: list[Appointment] = field(default_factory=list)
    noted: dict[tuple[str, str], PanelEntry] = field(default_factory=dict)
    letters: list[Outgoing] = field(default_factory=list)

    def appointments(self, call: str) -> list[Appointment]:
        return [one for one in self.stand if one.call == call]

    def calls(self) -> list[str]:
        return ["demo"]

    def slots(self, call: str) -> list[Slot]:
        del call
        return []

    def entries(self, call: str) -> dict[str, tuple[str, int]]:
        return {uid: (uid, 9) for (uid, _), one in self.noted.items() if one.call == call}

    def known(self) -> dict[tuple[str, str], tuple[int, str, Meeting]]:
        return {key: (one.sequence, one.method, one.meeting) for key, one in self.noted.items()}

    def tell(self, changes: Sequence[PanelEntry], letters: Sequence[Outgoing], now: datetime) -> int:
        del now
        for change, letter in zip(changes, letters, strict=True):
            before = self.noted.get((change.uid, change.address))
            assert before is None or change.sequence > before.sequence
            self.noted[change.uid, change.address] = change
            self.letters.append(letter)
        return len(changes)


def due(record: Record, now: datetime = NOW) -> list[tuple[str, str, str, int]]:
    found = reconcile(record.stand, record.known(), now)
    return [(one.entry.uid, one.entry.address, one.entry.method, one.entry.sequence) for one in found]


def told(record: Record, now: datetime = NOW) -> list[tuple[str, str, str, int]]:
    """What was due, told."""
    found = due(record, now)
    assert look(record, now) == len(found)
    return found


def look(record: Record, now: datetime = NOW, language: str = "en") -> int:
    own = Mailbox("office@school.example", "The School")
    return TellInterviewers(record, record, WORDS, lambda: {"demo": DEMO}, own, language).look(now)  # type: ignore[arg-type] # only what it reads


def test_each_interviewer_with_an_address_is_asked_once() -> None:
    record = Record([appointment("u", meeting(1, ADA, BO, CY), 3)])
    assert told(record) == [("u", ADA.address, "REQUEST", 3), ("u", BO.address, "REQUEST", 3)]
    assert told(record) == []


def test_a_move_changes_the_entry_and_nothing_else() -> None:
    record = Record([appointment("u", meeting(1, ADA)), appointment("v", meeting(2, ADA))])
    told(record)
    record.stand[0] = appointment("u", meeting(3, ADA), 1)
    assert told(record) == [("u", ADA.address, "REQUEST", 1)]
    record.stand[0] = appointment("u", meeting(3, ADA, place="R 2"), 1)
    assert told(record) == [("u", ADA.address, "REQUEST", 2)]


def test_a_revision_that_says_the_same_is_not_sent() -> None:
    record = Record([appointment("u", meeting(1, ADA))])
    told(record)
    record.stand[0] = appointment("u", meeting(1, ADA, CY), 4)
    assert told(record) == []


def test_another_panel_is_told_on_both_sides() -> None:
    record = Record([appointment("u", meeting(1, ADA))])
    told(record)
    record.stand[0] = appointment("u", meeting(1, BO), 1)
    assert told(record) == [("u", ADA.address, "CANCEL", 1), ("u", BO.address, "REQUEST", 1)]
    record.stand[0] = appointment("u", meeting(1, ADA), 1)
    assert told(record) == [("u", BO.address, "CANCEL", 2), ("u", ADA.address, "REQUEST", 2)]


@pytest.mark.parametrize("left", [[], [appointment("u", meeting(1, ADA), 1, "CANCEL")]])
def test_what_is_cancelled_or_gone_is_taken_back_once(left: list[Appointment]) -> None:
    record = Record([appointment("u", meeting(1, ADA))])
    told(record)
    record.stand = left
    assert told(record) == [("u", ADA.address, "CANCEL", 1)]
    assert told(record) == []
    record.stand = [appointment("u", meeting(2, ADA), 2)]
    assert told(record) == [("u", ADA.address, "REQUEST", 2)]


def test_what_has_gone_by_is_left_alone() -> None:
    record = Record([appointment("u", meeting(1, ADA)), appointment("w", meeting(-1, ADA))])
    told(record)
    later = NOW + timedelta(days=2)
    record.stand = []
    assert due(record, later) == []


def test_capitals_of_an_address_are_no_other_address() -> None:
    record = Record([appointment("u", meeting(1, ADA))])
    told(record)
    record.stand = [appointment("u", meeting(2, replace(ADA, address="Ada@X.example")), 1)]
    assert told(record) == [("u", "ada@x.example", "REQUEST", 1)]


STATES = st.dictionaries(
    st.sampled_from(["u", "v", "w"]),
    st.tuples(
        st.integers(-1, 3), st.sets(st.sampled_from([ADA, BO, CY])), st.sampled_from(["R 1", "R 2"]), st.booleans()
    ),
)


@given(st.lists(STATES, max_size=6))
def test_after_telling_calendars_hold_what_stands(states) -> None:
    record, calendars = Record(), {}
    for sequence, state in enumerate(states):
        record.stand = [
            appointment(uid, meeting(day, *panel, place=place), sequence, "REQUEST" if stands else "CANCEL")
            for uid, (day, panel, place, stands) in state.items()
        ]
        for one in reconcile(record.stand, record.known(), NOW):
            key = one.entry.uid, one.entry.address
            number, held = calendars.get(key, (-1, None))
            assert one.entry.sequence > number
            assert (one.entry.method == "CANCEL") <= (held is not None)
            calendars[key] = one.entry.sequence, one.entry.meeting if one.entry.method == "REQUEST" else None
        look(record)
        wanted = {
            (one.invitation.uid, person.address): replace(one.invitation.meeting, panel=())
            for one in record.stand
            for person in one.invitation.meeting.panel
            if one.stands and person.address and one.invitation.meeting.starts > NOW
        }
        assert {key: held for key, (_, held) in calendars.items() if held is not None} == wanted
        assert due(record) == []


@pytest.mark.parametrize(
    ("language", "new", "gone"),
    [
        ("en", "[Callboard] Interview with Person u: Monday, 2 November 2026, 13:00 CET", "[Callboard] CANCELLED: "),
        (
            "de",
            "[Callboard] Interview mit Person u: Montag, 2. November 2026, 13:00 Uhr MEZ (CET)",
            "[Callboard] ABGESAGT: ",
        ),
    ],
)
def test_the_letter_says_it_in_words_and_carries_the_entry(language: str, new: str, gone: str) -> None:
    record = Record([appointment("u", meeting(1, ADA))])
    look(record, language=language)
    record.stand = []
    look(record, language=language)
    first, last = record.letters
    assert (first.kind, first.to, first.via, first.subject) == ("interviewer", ADA.address, "email", new)
    assert all(word in first.text for word in ("Ada", "Person u", "R 1", "https://x.example/1", "30 "))
    assert last.subject.startswith(gone)
    for letter, method in ((first, "REQUEST"), (last, "CANCEL")):
        assert letter.file is not None
        assert (letter.file.name, letter.file.type, letter.file.method) == ("invite.ics", "text/calendar", method)
        made = Calendar.from_ical(letter.file.content)
        (event,) = made.walk("VEVENT")
        assert (made["method"], event["uid"], event["dtstart"].dt) == (method, "u", NOW + timedelta(days=1))
        assert event["attendee"] == f"mailto:{ADA.address}"
        assert event["organizer"] == "mailto:office@school.example"
    assert first.file is not None
    assert ":Interview: Person u (Demo school)" in first.file.content


def test_names_that_look_like_templates_stay_words() -> None:
    odd = replace(appointment("u", meeting(1, ADA)), name="{{ call }} {% raw %}")
    record = Record([odd])
    look(record)
    assert "{{ call }} {% raw %}" in record.letters[0].text


def on_record(store: Store) -> TellInterviewers:
    own = Mailbox("office@school.example", "The School")
    call = Call(id=CALL, kind="other", name={"en": "Demo school"}, zone="Europe/Berlin")
    return TellInterviewers(store.slots, store.panel, WORDS, lambda: {CALL: call}, own)


def test_on_a_record_bookings_and_mails_that_came_back_reach_the_panel_once(store: Store) -> None:
    work = on_record(store)
    first, second, _ = offered(store)
    delivery = mailed(store)
    assert work.look(RECORD_NOW) == 0
    books(store, booking(store, delivery, first))
    assert [work.look(RECORD_NOW), work.look(RECORD_NOW)] == [1, 0]
    books(store, booking(store, delivery, second))
    assert [work.look(RECORD_NOW), work.look(RECORD_NOW)] == [1, 0]
    assert {key[1]: known[:2] for key, known in store.panel.known().items()} == {VEGA.address: (1, "REQUEST")}


def test_an_interview_whose_mail_came_back_is_taken_out_with_its_call_and_name(store: Store) -> None:
    work = on_record(store)
    number = mailed(store, "18", "interview", invitation=entry("two@x", panel=(VEGA,)))
    assert work.look(RECORD_NOW) == 1
    with store.engine.begin() as connection:
        connection.execute(deliveries.update().where(deliveries.c.id == number).values(state="refused"))
    (due,) = work.due(RECORD_NOW)
    assert (due.entry.method, due.entry.call, due.entry.uid, due.applicant) == ("CANCEL", CALL, "two@x", "")
    assert [work.look(RECORD_NOW), work.look(RECORD_NOW)] == [1, 0]
    assert store.panel.known()["two@x", VEGA.address][:2] == (1, "CANCEL")


def test_two_who_look_at_once_tell_once(store: Store) -> None:
    one, two = on_record(store), on_record(store)
    mailed(store, "18", "interview", invitation=entry("two@x", panel=(VEGA,)))
    late = two.due(RECORD_NOW)
    assert one.look(RECORD_NOW) == 1
    assert (
        store.panel.tell(
            [each.entry for each in late], [two.letter(each, None, RECORD_NOW) for each in late], RECORD_NOW
        )
        == 0
    )
