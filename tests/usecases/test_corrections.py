"""Corrections on the real brain: a call's file is changed, and those who were told the old are told the new, in their language."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.wording import Voice
from bot.config import Config
from bot.model.conversation import Told
from bot.model.correction import Telling, changes
from bot.model.message import Outgoing
from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.corrections import Correct, UnsupportedCorrectionError
from bot.wiring.answering import answering
from bot.wiring.correcting import correcting
from bot.wiring.folders import Folders
from tests.conftest import NOW, REPOSITORY
from tests.storage.record import ANN, BOB, answer, chat, due, letter, rows, send

ENGLISH = "What is the application deadline for the IDEAS PhD positions?"
GERMAN = "Wann ist Bewerbungsschluss für die IDEAS-Promotionsstellen?"
START = "When do the IDEAS PhD positions start?"
LATER = NOW + timedelta(days=3)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> AnswerQuestion:
    """The brain after the deadline moved by a week."""
    return _edited(tmp_path_factory.mktemp("changed"), "2026-02-22 23:59", "2026-03-01 23:59")


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store("sqlite:///:memory:")
    yield opened
    opened.close()


def _edited(folder: Path, old: str, new: str) -> AnswerQuestion:
    shutil.copytree(REPOSITORY / "knowledge", folder / "knowledge")
    file = folder / "knowledge" / "calls" / "ideas-2026" / "call.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    config = Config(knowledge=str(folder / "knowledge"), templates=str(REPOSITORY / "templates"))
    return answering(Folders.of(config))


def _asks(store, ask, sender, question):
    """Somebody asks and is answered; what they were told is kept."""
    said = ask(question)
    assert said.told
    incoming = letter(question, sender, received=NOW) if "@" in sender else chat(question, sender, received=NOW)
    reply = Outgoing(said.reply, said.kind, said.language, citations=said.citations, told=said.told)
    answer(store, incoming, reply, now=NOW)
    send(store, incoming.channel, NOW)


def _deadline(correct: Correct):
    (change,) = [change for change in correct.changes() if change.topic == "deadline"]
    return change


def test_while_nothing_changes_nothing_is_listed(store, brain, ask):
    _asks(store, ask, ANN, ENGLISH)
    correct = correcting(brain, store)
    assert correct.changes() == []
    assert correct.absent() == []


def test_a_changed_deadline_is_told_to_those_who_were_told_the_old_one(store, brain, ask, changed):
    _asks(store, ask, ANN, ENGLISH)
    _asks(store, ask, "100", GERMAN)
    _asks(store, ask, BOB, START)
    correct = correcting(changed, store)
    change = _deadline(correct)
    assert [one.telling.address for one in change.standing("open")] == [ANN, "100"]
    assert "22. Februar 2026" in change.said
    (now,) = correct.stated(change, "en", LATER)
    assert "1 March 2026" in now
    assert len(correct.tell(change, change.standing("open"), "Ben", LATER)) == 2
    (mail,), (message,) = due(store), due(store, "telegram")
    assert (mail.address, mail.body.kind, mail.body.language) == (ANN, "correction", "en")
    assert "15 January 2026" in mail.body.text
    assert "22 February 2026" in mail.body.text.split("This is what holds now:")[0]
    assert "1 March 2026" in mail.body.text.split("This is what holds now:")[1]
    assert mail.body.sources[0] in mail.body.text
    assert "/human" in mail.body.notice
    assert message.body.language == "de"
    assert "Am 15. Januar 2026" in message.body.text
    assert "1. März 2026" in message.body.text.split("Jetzt gilt:")[1]
    assert message.body.notice == ""
    assert _deadline(correct).standing("open") == []


def test_a_correction_tells_what_the_next_change_finds(store, ask, changed, brain, tmp_path):
    _asks(store, ask, ANN, ENGLISH)
    correct = correcting(changed, store)
    correct.tell(change := _deadline(correct), change.people, "", LATER)
    send(store)
    again = correcting(_edited(tmp_path, "2026-02-22 23:59", "2026-03-08 23:59"), store)
    first, second = [change for change in again.changes() if change.topic == "deadline"]
    assert [first.people[0].standing, second.people[0].standing] == ["sent", "open"]
    assert "1 March 2026" in second.said
    again.tell(second, second.people, "", LATER)
    (reply,) = due(store)
    assert "8 March 2026" in reply.body.text
    assert rows(store, "replies", "citations")[-1] != "[]"
    assert correcting(brain, store).changes() != []


def test_what_is_stated_no_more_is_told_with_whom_to_ask(store, ask, tmp_path):
    _asks(store, ask, ANN, ENGLISH)
    correct = correcting(_edited(tmp_path, "topic: deadline\n", "topic: title\n"), store)
    change = _deadline(correct)
    assert correct.stated(change, "en", LATER) == ()
    correct.tell(change, change.people, "", LATER)
    (reply,) = due(store)
    assert "does not state this any more" in reply.body.text
    assert "coordinator" in reply.body.text.lower() or "@" in reply.body.text
    assert _deadline(correct).standing("open") == []


def test_every_fact_and_requirement_can_be_corrected(store, brain):
    """Whatever is stated was once told otherwise, to somebody of each language: the guard stops no correction but where it
    stops the answer itself.
    """
    stated = correcting(brain, store)._stated()
    for number, (call, project, topic) in enumerate(stated):
        old = (Told(call, project, topic, "0" * 16, "It was otherwise."),)
        for language in brain.templates.languages:
            sender = f"{number}.{language}@example.org"
            answer(store, letter("?", sender, received=NOW), Outgoing("It was.", "answer", language, told=old), now=NOW)
    send(store, now=NOW)
    correct = correcting(brain, store)
    listed = correct.changes()
    assert len(listed) == len(stated)
    stopped = []
    for change in listed:
        try:
            assert len(correct.tell(change, change.standing("open"), "", LATER)) == len(brain.templates.languages)
        except UnsupportedCorrectionError:
            stopped.append(change)
    assert [change.key for change in stopped if not _stopped_as_answer(correct, change)] == []


def _stopped_as_answer(correct, change):
    decision = correct._decision(change, correct._grounds(change))
    for language in correct.templates.languages:
        voice = Voice(language, LATER)
        worded = correct.replies.word(decision, voice)
        computed, names = correct.replies.computed(decision, voice), correct.replies.nameable(decision)
        if correct.guard.unsupported(worded.text, worded.grounds, computed, names):
            return True
    return False


def test_words_without_support_are_stopped_and_nothing_is_planned(store, ask, changed, monkeypatch):
    _asks(store, ask, ANN, ENGLISH)
    correct = correcting(changed, store)
    change = _deadline(correct)
    monkeypatch.setattr(type(correct), "_say", lambda *_, **values: f"{values.get('new')} 4711 euro")
    with pytest.raises(UnsupportedCorrectionError, match="4711"):
        correct.tell(change, change.people, "", LATER)
    assert due(store) == []


def test_a_call_whose_folder_is_away_is_not_compared(store, brain):
    old = (Told("gone-2020", "", "deadline", "0" * 16, "It was in 2020."),)
    answer(store, letter(), Outgoing("It was in 2020.", "answer", "en", told=old))
    send(store)
    correct = correcting(brain, store)
    assert (correct.changes(), correct.absent()) == ([], ["gone-2020"])


def test_answers_from_other_knowledge_are_noticed(store, brain, ask):
    _asks(store, ask, ANN, ENGLISH)
    assert correcting(brain, store).answered_elsewhere() == NOW


HISTORIES = st.lists(
    st.tuples(
        st.integers(1, 4),  # who
        st.sampled_from(["deadline", "start"]),
        st.integers(1, 3),  # the value
        st.sampled_from(["planned", "sending", "sent", "unknown", "sent", "sent"]),
    ),
    max_size=25,
)


@given(HISTORIES, st.fixed_dictionaries({"deadline": st.integers(0, 3), "start": st.integers(0, 3)}))
def test_exactly_those_whose_newest_knowledge_is_stale_are_to_be_told(history, now):
    tellings = [
        Telling(number, number, who, "email", f"{who}@example.org", "en", NOW, state, "answer", (_value(topic, value),))
        for number, (who, topic, value, state) in enumerate(history, start=1)
    ]
    current = {("call", "", topic): frozenset({str(value)}) for topic, value in now.items() if value}
    found = changes(tellings, [], current, frozenset({"call"}))
    listed = {(one.telling.conversation, change.topic, change.digest) for change in found for one in change.people}
    arrived = [one for one in history if one[3] in ("sent", "unknown")]
    assert listed == {(who, topic, str(value)) for who, topic, value, _ in arrived if value != now[topic]}
    to_tell = {(one.telling.conversation, change.topic) for change in found for one in change.standing("open")}
    expected = set()
    for who, topic in {(who, topic) for who, topic, *_ in history}:
        mine = [(value, state) for author, about, value, state in history if (author, about) == (who, topic)]
        stale = [
            place for place, (value, state) in enumerate(mine) if state in ("sent", "unknown") and value != now[topic]
        ]
        known = [place for place, (value, state) in enumerate(mine) if state != "unknown" and value == now[topic]]
        if stale and max(stale) > max(known, default=-1):
            expected.add((who, topic))
    assert to_tell == expected


def _value(topic: str, value: int) -> Told:
    return Told("call", "", topic, str(value), f"It is {value}.")
