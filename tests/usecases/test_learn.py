"""What is learned from one answer: nothing personal in it, nobody's words in another's reply, everybody told once."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from bot.model.conversation import Matter
from bot.model.draft import Draft
from bot.model.hand_over import Line, Request
from bot.model.knowledge import Knowledge
from bot.storage.learned import Learned
from bot.storage.recorded import RecordedQuestions
from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.learn import Case, Wish, drafted, objections, preview, unsuited
from bot.usecases.tell_waiting import TellWaiting, Told
from bot.wiring.folders import Folders
from bot.wiring.learning import Workshop
from bot.wiring.serving import PAGES
from tests.usecases.office import NOON, Office

SAY = {
    "en": "There is no age limit: applicants of any age may apply.",
    "de": "Es gibt keine Altersgrenze: Bewerbungen sind in jedem Alter möglich.",
}
AGE = Matter("stated", "age-limit", "ideas-2026")
ASKED = ["Is there an age limit for IDEAS?", "Gibt es eine Altersgrenze bei IDEAS?", "is there an age limit"]


@pytest.fixture(scope="module")
def draft(brain: AnswerQuestion) -> Draft:
    return drafted(Wish(AGE, SAY, "Cora", date(2026, 1, 15)), 1, brain, "1-age-limit")


@pytest.fixture(scope="module")
def new(brain: AnswerQuestion, folders: Folders, draft: Draft) -> AnswerQuestion:
    store = open_store("sqlite:///:memory:")
    try:
        return Workshop(folders, brain, store).with_draft(draft, lambda done, total: None)
    finally:
        store.close()


def tell(store: Store, new: AnswerQuestion, office: Office, matter: Matter = AGE) -> Told:
    books = store.hand_overs, RecordedQuestions(store.engine), Learned(store.engine)
    told = TellWaiting(new, new.templates, *books, PAGES)(matter, office.now)
    office.deliver()
    return told


WORD = st.text("bcdfghjkmnpqrstvwxz", min_size=6, max_size=9)
NOISE = st.lists(
    st.sampled_from(["I come from", "please", "my number is", "thanks,", "I wrote to", "because"]), max_size=4
)


@st.composite
def applicants(draw: st.DrawFn) -> list[tuple[str, str, set[str]]]:
    """(address, message, its marker words) of several; the same marker never stands with two."""
    found = []
    for number in range(draw(st.integers(2, 4))):
        markers = [f"{word}{chr(97 + number)}y".capitalize() for word in draw(st.lists(WORD, min_size=1, max_size=4))]
        before = " ".join(f"{noise} {markers[0]}" for noise in draw(NOISE))
        after = " ".join(f"{noise} {markers[-1]}" for noise in draw(NOISE))
        question = draw(st.sampled_from(ASKED))
        name = draw(st.sampled_from(["", f"\n\nBest regards,\n{markers[0]}"]))
        address = draw(st.sampled_from([f"{100 + number}", f"{markers[0].lower()}{number}@example.net"]))
        found.append((address, f"{before}\n\n{question}\n\n{after}{name}".strip(), {m.casefold() for m in markers}))
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(applicants(), st.lists(WORD, min_size=1, max_size=5))
def test_no_word_of_one_person_reaches_another(brain, new, people, answer):
    store = open_store("sqlite:///:memory:")
    try:
        office = Office(store, brain)
        for address, message, _ in people:
            office.say(message, address)
        told = [left for left in office.told() if left.body.kind == "to-coordinator"]
        personal = {f"{word}zz" for word in answer}
        if told:
            office.reply("Dear you, " + " ".join(sorted(personal)), told[0])
            first = told[0].body.hand_over
            assert first is not None
            answered = office.request(first).address
        else:
            answered = ""
        waiting = [one.id for one in store.hand_overs.waiting_for(AGE)]
        before = len(office.left)
        found = tell(store, new, office)
        assert sorted([*found.told, *found.left]) == waiting
        fresh = office.left[before:]
        event(f"{len(fresh)} told, {len(found.left)} left")
        assert len(fresh) == len(found.told)
        assert answered not in {left.to for left in fresh}
        assert tell(store, new, office).told == ()
        for left in office.left:
            if left.body.kind == "to-coordinator":
                continue
            others = set().union(*(markers for address, _, markers in people if address != left.to))
            said = f"{left.text} {left.body.notice} {left.body.subject}".casefold()
            assert not {word for word in others if word in said}
            if left.to != answered:
                assert not {word for word in personal if word in said}
    finally:
        store.close()


def test_who_waits_is_told_once_in_their_language_and_others_keep_waiting(brain, new):
    store = open_store("sqlite:///:memory:")
    office = Office(store, brain)
    office.asked("Gibt es eine Altersgrenze bei IDEAS?", "5")
    office.asked("Does IDEAS pay for the visa?", "6")
    office.asked("Is there an age limit for IDEAS? Does IDEAS pay for the visa?", "ann@example.net")
    assert tell(store, new, office) == Told((1, 3), ())
    assert SAY["de"] in office.texts("5")[-1]
    assert SAY["en"] in office.texts("ann@example.net")[-1]
    assert office.to("ann@example.net")[-1].body.notice
    assert [office.request(number).state for number in (1, 2, 3)] == ["closed", "waiting", "waiting"]
    assert [matter.topic for matter in office.request(3).matters] == [
        "visa"
    ]  # of which a person still has to say something
    assert tell(store, new, office) == Told()
    store.close()


def test_who_is_taken_or_forgotten_meanwhile_is_left_alone(brain, new):
    store = open_store("sqlite:///:memory:")
    office = Office(store, brain)
    told = office.asked("Is there an age limit for IDEAS?", "5")
    stale = office.request()
    office.reply("I write to you myself.", told["cora@example.org"])
    asked = RecordedQuestions(store.engine).of(stale)[0]
    outgoing = [replace(office.left[0].body, text="too late")]
    assert not Learned(store.engine).tell(stale, asked, outgoing, [AGE], "v", office.now)
    assert not Learned(store.engine).tell(replace(stale, conversation=None), asked, outgoing, [AGE], "v", office.now)
    assert tell(store, new, office) == Told()
    assert "too late" not in office.texts("5")
    store.close()


def case(text: str, answer: str = "", address: str = "5") -> Case:
    channel = "email" if "@" in address else "telegram"
    request = Request(1, "taken", 1, channel, address, "en", NOON, (AGE,), 1, 1, "Cora")
    answers = (Line(2, NOON, "Cora", answer),) if answer else ()
    return Case(request, (Line(1, NOON, "applicant", text),), answers)


LETTER = "Hello,\nmay I apply at 55? Call +49 351 123 45 67 or see www.myself.example. I was born 22.02.1970.\nRegards,\nIda Weiß"


@pytest.mark.parametrize(
    ("wording", "named"),
    [
        ("Dear Ida, there is no age limit.", "salutation"),
        ("Sehr geehrte Frau Weiß, es gibt keine Grenze.", "salutation"),
        ("Ida may apply.", "'Ida'"),
        ("Everybody may apply, as Weiß did.", "'Weiß'"),
        ("Call +49 351 123 45 67.", "'+49 351 123 45 67'"),
        ("See www.myself.example. for it", "'www.myself.example.'"),
        ("Write to weiss.karla@example.net.", "'weiss.karla@example.net'"),
        ("As Karla asked: yes.", "'karla'"),
        ("We thank Susi.", "'Susi'"),
        ("may I apply at 55? Call plus 49", ""),
        ("They were told: may I apply at 55? Call +49 351", "repeats the applicant's words"),
        ("There is no age limit. Born before 22.02.1970 is fine.", ""),
        ("Applicants of any age may apply.", ""),
        ("Prof. Dr. Steffen Löck says: any age.", ""),
    ],
)
def test_what_looks_personal_is_named(knowledge: Knowledge, wording: str, named: str):
    found = objections([wording], case(LETTER, "Dear Susi, you may.", "weiss.karla@example.net"), knowledge)
    assert bool(found) == bool(named), found
    assert named in "; ".join(found)


@pytest.mark.parametrize(
    ("matter", "named"),
    [
        (AGE, ""),
        (Matter("", "age-limt", "ideas-2026"), "no topic"),
        (Matter("", "chances", "ideas-2026"), "holds no facts"),
        (Matter("", "age-limit", ""), "no call"),
        (Matter("", "age-limit", "ideas-2026", "nothing"), "no project"),
    ],
)
def test_what_cannot_be_learned_is_told_with_its_cure(knowledge: Knowledge, matter: Matter, named: str):
    assert bool(unsuited(matter, knowledge)) == bool(named)
    assert named in unsuited(matter, knowledge)


def test_a_german_wording_with_another_figure_is_not_said(brain: AnswerQuestion, folders: Folders):
    say = {"en": "One may apply until the age of 60.", "de": "Man kann sich bis 61 Jahre bewerben."}
    draft = drafted(Wish(AGE, say, "Cora", date(2026, 1, 15)), 1, brain, "1-age-limit")
    store = open_store("sqlite:///:memory:")
    new = Workshop(folders, brain, store).with_draft(draft, lambda done, total: None)
    shown = preview(draft, new, NOON)
    store.close()
    assert shown["en"]
    assert shown["de"] == ""
