"""A stranger adds a call by adding one folder, and every topic of the catalogue works for it at once."""

import argparse
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from bot.answering.context import Memory, Subject
from bot.answering.wording import Voice
from bot.commands import check
from bot.files.index_files import index_name
from bot.files.knowledge_files import load_knowledge
from bot.model.conversation import Question
from bot.wiring.answering import answering
from bot.wiring.folders import Folders

CALLS = Path(__file__).parent / "calls"
CALL = "tidal-lab-2027"
NOW = datetime.fromisoformat("2027-01-15T12:00:00-04:00")
ASKED = {
    "When is the deadline?": ("14 March 2027", "17:00"),
    "How much does the job pay?": ("78,000",),
    "How long is the contract?": ("30 months",),
    "When does the position start?": ("1 June 2027",),
    "Which documents do I need?": ("cover letter", "CV", "work sample"),
    "Who supervises the work?": ("Noor Haddad",),
    "Who can I contact with questions?": ("Maren Oduya",),
    "How many positions are there?": ("two",),
    "Do I need to know Python?": ("Python",),
    "Where do I submit my application?": ("https://apply.tidal-lab.example",),
    "Wann ist die Bewerbungsfrist?": ("14. März 2027",),
    "Wie lange läuft der Vertrag?": ("30 Monate",),
}


def with_third_call(folders, folder, *others):
    """A folder of knowledge like the repository's with the third call and `others`."""
    for name in ("topics", "vocabulary", "phrasings"):
        (folder / name).symlink_to(folders.knowledge / name)
    (folder / "calls").mkdir()
    shutil.copytree(CALLS / CALL, folder / "calls" / CALL)
    for other in others:
        (folder / "calls" / other).symlink_to(folders.knowledge / "calls" / other)
    return Folders(folder, folders.templates)


@pytest.fixture(scope="module")
def alone(brain, folders, tmp_path_factory):
    return with_third_call(folders, tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def third(alone):
    return answering(alone)


@pytest.fixture(scope="module")
def three(brain, folders, tmp_path_factory):
    return answering(with_third_call(folders, tmp_path_factory.mktemp("three"), *brain.knowledge.calls))


def test_a_new_call_needs_no_new_index(alone, folders, knowledge):
    topics = load_knowledge(alone.knowledge).topics
    assert index_name(alone.knowledge, topics) == index_name(folders.knowledge, knowledge.topics)


@pytest.mark.parametrize(("text", "facts"), ASKED.items(), ids=ASKED)
def test_it_is_answered_at_once(third, text, facts):
    answer = third(Question(text, NOW))
    assert answer.kind == "answer", answer.reply
    assert {citation.call for citation in answer.citations} == {CALL}
    for fact in facts:
        assert fact.casefold() in answer.reply.casefold()


def test_a_requirement_is_told_with_its_strength(third):
    reply = third(Question("Which qualifications are an advantage?", NOW)).reply
    assert "sensor data" in reply
    assert "advantage" in reply


def test_what_it_does_not_state_is_not_invented(third):
    answer = third(Question("Is there an age limit?", NOW))
    assert answer.kind == "abstain"
    assert answer.citations == ()


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_topic_of_the_catalogue_can_be_told(third, language):
    parts = third._brain
    subject = Subject(calls=tuple(third.knowledge.calls.values()))
    (part,) = parts.reader.read("When is the deadline?")
    answers = parts.chooser._answers
    for topic in third.knowledge.topics.values():
        decide = answers.decide if topic.kind == "fact" else None
        decision = decide(topic, part, subject, Memory()) if decide else answers.declined(topic, subject)
        voice = Voice(language, NOW)
        worded = parts.replies.word(decision, voice, [])
        computed = [*worded.computed, *parts.replies.computed(decision, voice)]
        assert worded.text.strip() or topic.kind in ("background", "small-talk"), topic.id
        assert parts.guard.unsupported(worded.text, worded.grounds, computed, parts.replies.nameable(decision)) == [], (
            topic.id
        )


def test_its_quotes_stand_in_its_page(alone, capsys):
    page = [f"{CALL}={CALLS / CALL}.txt"]
    options = argparse.Namespace(config=None, knowledge=str(alone.knowledge), page=page)
    assert check.run(options) == 0
    quotes = sum(len(entry.quotes) for _, entry in load_knowledge(alone.knowledge).calls[CALL].cited())
    assert f"{quotes} of {quotes} quotes stand in" in capsys.readouterr().out


def test_among_three_calls_an_unnamed_deadline_is_asked_back_or_told_for_all(three):
    answer = three(Question("When is the deadline?", datetime.fromisoformat("2026-01-15T12:00:00+01:00")))
    dated = [call for call in three.knowledge.calls.values() if any(fact.topic == "deadline" for fact in call.facts)]
    assert len(three.knowledge.calls) == 3
    assert answer.kind in ("clarify", "answer")
    for call in dated:
        assert call.name["en"] in answer.reply, answer.reply


@pytest.mark.parametrize(("name", "date"), [("Tidal Lab", "14 March 2027"), ("IDEAS", "22 February 2026")])
def test_among_three_calls_a_named_one_is_answered(three, name, date):
    answer = three(Question(f"When is the deadline of the {name} call?", NOW))
    assert answer.kind == "answer"
    assert date in answer.reply


def test_the_other_calls_are_answered_as_before(three, brain):
    for text in ("Who supervises TrustSeg?", "How is the DKFZ postdoc paid?", "Wann sind die Interviews bei IDEAS?"):
        assert three(Question(text, NOW)) == brain(Question(text, NOW))
