"""The guard reports whatever a reply says beyond its grounds, and lets true replies pass."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.wording import Voice
from bot.model.conversation import Question

NOW = datetime.fromisoformat("2026-01-15T12:00:00+01:00")
QUESTIONS = [
    "Who supervises EXACT?",
    "What is the deadline of the IDEAS call?",
    "How is the DKFZ postdoc paid?",
    "How long is the contract at IDEAS?",
    "Who is the employer for TrustSeg?",
    "What documents do I need for the DKFZ position?",
    "When are the IDEAS interviews?",
    "What are the requirements for Climate Disasters?",
    "Wer betreut TrustSeg?",
    "Wann endet die Bewerbungsfrist bei IDEAS?",
    "Is remote work possible at the DKFZ?",
    "How many IDEAS positions are there?",
    "Do Löck and Stadler fulfil the Y-supervision?",
]


class Attacked:
    """True replies of the brain, and what its guard says when words are inserted into them."""

    def __init__(self, brain):
        self.brain = brain._brain
        self.worded = [
            self._word(entry, text) for text in QUESTIONS for entry in brain.explained(Question(text, NOW)).chosen
        ]

    def _word(self, entry, text):
        voice = Voice(self.brain.languages.of_reply(text), NOW)
        worded = self.brain.replies.word(entry.decision, voice, [])
        computed = [*worded.computed, *self.brain.replies.computed(entry.decision, voice)]
        return worded, computed, self.brain.replies.nameable(entry.decision)

    def problems(self, which, insertion="", place=0):
        worded, computed, names = self.worded[which % len(self.worded)]
        gaps = [index for index, char in enumerate(worded.text) if char == " "]
        cut = gaps[place % len(gaps)]
        text = f"{worded.text[:cut]} {insertion}{worded.text[cut:]}" if insertion else worded.text
        return self.brain.guard.unsupported(text, worded.grounds, computed, names)

    def support(self, which):
        """Everything that the reply may rest on, as one text."""
        worded, computed, names = self.worded[which % len(self.worded)]
        typed = [
            ground.call.people[person].name
            for ground in worded.grounds
            for person in getattr(ground.entry, "people", ())
        ]
        named = [self.brain.knowledge.calls[name.call].people[name.id].name for name in names if name.kind == "person"]
        quoted = [
            text
            for ground in worded.grounds
            for text in (ground.section, *ground.entry.quotes, str(ground.entry.statement or ""))
        ]
        return "\n".join([*computed, *typed, *named, *quoted])


@pytest.fixture(scope="module")
def replies(brain):
    return Attacked(brain)


def test_true_replies_pass(replies):
    assert len(replies.worded) >= len(QUESTIONS)
    for which, (worded, _, _) in enumerate(replies.worded):
        assert replies.problems(which) == [], worded.text


attack = settings(max_examples=80, deadline=None)
WHICH = st.integers(0, len(QUESTIONS) - 1)
PLACE = st.integers(0, 500)


@attack
@given(
    which=WHICH,
    place=PLACE,
    number=st.integers(100, 10**7),
    form=st.sampled_from(["{}", "{} EUR", "{}%", "({})", "E{}", "{}th", "-{}", "{}:00"]),
)
def test_a_foreign_number_is_reported(replies, which, place, number, form):
    assert str(number) in replies.problems(which, form.format(number), place) or str(number) in replies.support(which)


@attack
@given(which=WHICH, place=PLACE, day=st.dates(date(2027, 1, 1), date(2099, 1, 1)))
def test_a_foreign_date_is_reported(replies, which, place, day):
    for written in (day.isoformat(), day.strftime("%d.%m.%Y"), day.strftime("%d %B %Y")):
        assert replies.problems(which, written, place)


ADDRESSES = [
    "jane.doe@ufz.de",
    "https://example.org/apply",
    "www.apply-here.com",
    "http://ufz.de.evil.example",
    "x_y+z@mail.hzdr.de",
]


@attack
@given(which=WHICH, place=PLACE, address=st.sampled_from([*ADDRESSES, *map(str.upper, ADDRESSES)]))
def test_a_foreign_address_is_reported(replies, which, place, address):
    assert replies.problems(which, address, place)


@attack
@given(which=WHICH, place=PLACE, chance=st.integers(0, 1000))
def test_a_person_whom_the_grounds_do_not_name_is_reported(replies, which, place, chance):
    people = [person for call in replies.brain.knowledge.calls.values() for person in call.people.values()]
    person = people[chance % len(people)]
    surname = person.name.split()[-1]
    assert replies.problems(which, person.name, place) or surname in replies.support(which)
