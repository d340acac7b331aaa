"""Which offered time a message picks: in the ways people write, on two clocks, and never one that was not offered or not wanted."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import picking_words
from bot.answering.picking import Offered, Pick, picked

BERLIN = ZoneInfo("Europe/Berlin")


def offered(*starts: str, zone: str = "Europe/Berlin", first: int = 1) -> list[Offered]:
    moments = [datetime.fromisoformat(start).replace(tzinfo=BERLIN) for start in starts]
    return [Offered(number, one, one.astimezone(ZoneInfo(zone))) for number, one in enumerate(moments, first)]


WEEK = (
    "2027-03-15 09:00",  # 1, Monday
    "2027-03-15 10:00",
    "2027-03-15 14:00",
    "2027-03-16 10:00",  # 4, Tuesday
    "2027-03-16 10:45",
    "2027-03-16 15:00",
    "2027-03-17 09:00",  # 7, Wednesday
    "2027-03-17 11:30",
    "2027-03-18 10:00",  # 9, Thursday
    "2027-03-18 13:00",
    "2027-03-19 09:15",  # 11, Friday
    "2027-03-19 16:00",
)
SLOTS = offered(*WEEK)

ONE = r"""
3: 3 | 3. | Nr. 3 | Nr.3 | No. 3 | #3 | slot 3 please | slot3 | Slot: 3 | (3) | 3! | "3" | /slot 3 | /slot@callboard_bot 3
3: I'd take the 3rd one | the third one please | den 3. Termin bitte | dritter Termin | Slot three please | Termin drei | drei
3: Je prends le 3 | le créneau 3 s'il vous plaît | numéro 3 | Prefiero el 3 | número 3, gracias | Prendo il 3 | numero 3
3: 我选3 | 第3个 | 3号 | ３ | ٣ | ३ | I confirm slot 3 | Guten Morgen, die 3 bitte | Good morning, number 3 would be great
3: 3 if possible | Wenn möglich Nummer 3 | Can I take slot 3? | Könnte ich Termin 3 haben?
12: number 12 | Number 12, please. | Friday 4 pm | Friday at 4 | Friday 16:00 | Freitag 16 Uhr | 16 Uhr | 16:00 | 19/3 16:00
12: Freitag, 19. März 2027, 16:00 Uhr MEZ | 3/19 at 4pm | 2027-03-19 16:00 | 2027-03-19T16:00 | March 19th, 4 p.m.
12: the 19th at 4 pm | Friday, March 19, 2027 at 4:00 PM | 19.03., 16:00 | am 19. um 16 Uhr | the one on Friday afternoon
12: I can come on Friday at 4 pm | I'd love the Friday 4pm one | Ich möchte auf Freitag 16 Uhr umbuchen | 4pm Friday
2: 15 March 10:00 | am 15.3. um 10 Uhr | Monday at 10 | Montag um zehn | Mo 10:00 | Mon, 10:00 | le lundi 15 mars à 10h
4: Tuesday at 10 | Dienstag 10 Uhr | Tuesday 10 | Di 10 | Could I have Tuesday at 10? | 10:00-10:30 on Tuesday | Tuesday\n10:00
4: Tuesday 10 to 11 | slot 4 (Tuesday, 16 March 2027, 10:00) | 10 am Dienstag | martes a las 10 | martedì alle 10
5: mardi à 10h45 | el martes a las 10:45 | martedì alle 10:45 | 3月16日10点45分 | 周二 10:45 | Di., 16.3., 10:45 Uhr | 10.45 Uhr
8: Mittwoch halb zwölf | Wednesday at half past eleven | Wed 11:30am | Mi. 11:30 | Mittwoch 11.30 | 11:30 | 17/03/2027 11:30
9: um 10 am 18.3. | Do 10:00 | Thursday, 10 o'clock
5: 5 instead of 3 | 5 statt 3 | Please move me from 3 to 5 | Bitte von 3 auf 5 verschieben | 5 5 5 | 3 does not suit me. Slot 5 please
7: Ich nehme die 7. | Ich nehme Termin 7, danke! | I discussed it with my supervisor and would go for slot 7 | 7\nAnna
7: Hallo, ich hätte gerne Termin Nr. 7. Viele Grüße, Anna Muster | 7\n\nBest regards\nAnna Muster | Wednesday morning at 9
"""
NONE = r"""
not 3 | 3 does not suit me | anything but 3 | any day except Monday | neither 3 nor 4 | weder 3 noch 4 | Termin 3 passt leider nicht
I can't do 3 | I cannot do\nslot 3 | Ich kann nicht am Freitag um 16 Uhr | slot 3 clashes with my exam | Slot 3 is bad for me
please cancel slot 3 | 3 passt mir nicht | nicht die 3 | no me conviene el 3 | pas le 3 | 不要3 | kein Termin 3
I have 3 publications | I am 25 years old | My application number is 3 | I live in room 3 | my phone is 0171 2345678
I have 3 slots in mind | You offer 5 slots | I have an exam on Tuesday at 10 | I was born on 15.3.1999 | I have 2 questions
On Tue, 9 March 2027 at 10:00 Callboard wrote: | When is slot 3? | Who has slot 3? | Is somebody else in slot 3? | Wo ist Termin 3?
Thanks! | yes | ok | any time is fine | When is my interview? | I may be late | the last one | mir ist alles recht | hello
I would like to know whether slot 3 is in German | How long does slot 3 take? | mail me at anna3@example.org | version 3.1.4159
"""
SEVERAL = r"""
3 4: 3 or 4 | 3 oder 4 | 3 and 4 both work | slot 3 or 4, please | 3, 4 | first choice: 3, second choice: 4
3 4 5: 3, 4 or 5
1 2 3: the one on Monday | Montag | am 15. März
2 4 9: 10:00 | um 10 | 10 Uhr
3: Is slot 3 still free? | Geht 3? | 3? | please explain slot 3 | How about 3? | maybe 3
5: not 3 but 5 | 3 passt nicht, aber 5
3 4: slot 3 (Tuesday 10:00)
4: If 3 is gone, 4 please | next Tuesday at 10 | My interview is on Tuesday at 10
3: Slot 3\nDoes not suit me | Slot 3. That does not suit me.
2 4 9: tomorrow at 10 | after 10:00 | ab 10 Uhr
"""
MISSING = (
    "slot 99 | 99 | number 14 | Tuesday at 11 | 20 March 10:00 | Sunday at 10 | Dienstag um 11 Uhr | am 20.3. | 8:00"
)


def phrases(line: str) -> list[str]:
    return [phrase.strip().replace(r"\n", "\n") for phrase in line.split(" | ")]


def table(text: str) -> list[tuple[tuple[int, ...], str]]:
    rows = [line.partition(": ") for line in text.strip().splitlines()]
    return [(tuple(map(int, numbers.split())), phrase) for numbers, _, line in rows for phrase in phrases(line)]


@pytest.mark.parametrize(("numbers", "text"), table(ONE))
def test_a_time_said_in_one_way_is_picked(numbers, text):
    assert picked(text, SLOTS).one == numbers[0]


@pytest.mark.parametrize("text", [phrase for line in NONE.strip().splitlines() for phrase in phrases(line)])
def test_what_is_refused_asked_or_merely_mentioned_is_no_pick(text):
    assert not picked(text, SLOTS)


@pytest.mark.parametrize(("numbers", "text"), table(SEVERAL))
def test_what_is_not_sure_is_asked_back(numbers, text):
    found = picked(text, SLOTS)
    assert (found.slots, found.one) == (numbers, None)


@pytest.mark.parametrize("text", phrases(MISSING))
def test_a_time_that_is_not_offered_is_said_to_be_missing(text):
    assert picked(text, SLOTS) == Pick(missing=True)


LETTER = """Dear committee,

thank you very much for the invitation, I was so happy to read it! I have worked for 3 years on number 4 of a series,
and our group has 5 people. On Tuesday at 10 I have an exam. {}

Best regards
Anna Muster
12 Example Street, 69120 Heidelberg
"""


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        ("I would like to take slot 8.", 8),
        ("Could I take the interview on Wednesday at 11:30?", None),
        ("Number 8 would be best.", 8),
        ("My choice is 8.", 8),
        ("Wednesday at 11:30 suits me very well.", 8),
        ("", None),
    ],
)
def test_in_a_letter_only_what_is_chosen_counts(sentence, number):
    found = picked(LETTER.format(sentence), SLOTS)
    assert found.one == number or (number is None and set(found.slots) <= {8})


def test_lines_broken_in_a_letter_keep_their_meaning():
    assert not picked("I am sorry, but I really cannot take the\nslot 3 that you offer.", SLOTS).sure
    assert picked("I would like to take\nslot 3, please.", SLOTS).one == 3


def test_another_clock_counts_and_doubt_between_both_is_asked_back():
    slots = offered(*WEEK, zone="America/New_York")
    assert picked("Tuesday 14:00 CET", slots) == Pick(missing=True)
    assert picked("Tuesday at 10", slots).slots == (4, 6)  # 15:00 in Berlin is 10:00 in New York
    assert picked("Tuesday 10:00 my time", slots).one == 6
    assert picked("Tuesday 10:00 EDT", slots).one == 6
    assert picked("Tuesday 10:00 CET", slots).one == 4
    assert picked("Tuesday 10:00 Berlin time", slots).one == 4
    assert picked("Dienstag 10 Uhr Ihrer Zeit", slots).one == 4
    assert picked("Tuesday 6:45 pm", slots) == Pick(missing=True)
    assert picked("5:45 on Tuesday", slots).one == 5


@pytest.mark.parametrize(
    ("start", "there"),
    [
        ("2027-03-12 15:00", "9 am"),  # both in winter
        ("2027-03-16 15:00", "10 am"),  # America has changed its clocks, Europe has not
        ("2027-03-30 15:00", "9 am"),  # both in summer
        ("2027-11-03 15:00", "10 am"),  # Europe has changed back, America has not
        ("2027-11-09 15:00", "9 am"),
    ],
)
def test_clocks_in_the_weeks_when_europe_and_america_differ(start, there):
    slots = offered(start, zone="America/New_York")
    assert picked(f"{there} my time", slots).one == 1
    assert picked(there, slots).one == 1
    assert picked("3 pm your time", slots).one == 1


def test_a_day_can_be_another_one_on_the_other_clock():
    slots = offered("2027-03-16 01:00", "2027-03-17 10:00", zone="America/New_York")
    assert picked("Monday", slots).one == 1
    assert picked("Tuesday", slots).one == 1
    assert picked("Tuesday my time", slots) == Pick(missing=True)


def test_an_ordinal_is_sure_only_if_it_is_the_number_too():
    later = offered(*WEEK, first=41)
    assert picked("43", later).one == 43
    assert picked("the 3rd one", later) == Pick((43,))
    moved = [SLOTS[0], *SLOTS[2:]]  # the third of these is number 4
    assert picked("the 3rd one", moved) == Pick((3, 4))
    assert picked("slot 3", moved).one == 3


def test_a_mere_number_is_no_hour_unless_a_day_stands_beside_it():
    later = offered(*WEEK, first=41)
    assert picked("11:30", later).one == 48
    assert picked("16", later) == Pick(missing=True)
    assert picked("Friday 16", later).one == 52


WORDS = sorted(
    picking_words.KNOWN
    - {*picking_words.NUMBERS, *picking_words.ORDINALS, *picking_words.WEEKDAYS, *picking_words.HOURS}
)
SAYING = [phrase for _, phrase in (*table(ONE), *table(SEVERAL))]


@given(st.lists(st.sampled_from(WORDS) | st.sampled_from(["?", ".", ",", "\n"]), max_size=20))
def test_without_digits_days_or_ordinals_nothing_is_picked(words):
    assert not picked(" ".join(words), SLOTS)


@given(st.lists(st.sampled_from(SAYING) | st.sampled_from(WORDS) | st.text(max_size=10), max_size=6))
def test_a_pick_is_always_of_what_is_offered(parts):
    for sep in (" ", ". ", "\n", ", "):
        some = SLOTS[::2]
        found = picked(sep.join(parts), some)
        assert set(found.slots) <= {one.number for one in some}
        assert found.one is None or found.slots == (found.one,)


@given(st.text())
def test_any_text_can_be_read(text):
    assert isinstance(picked(text, SLOTS), Pick)


@given(st.sampled_from(SAYING), st.sampled_from(["not ", "nicht ", "I cannot take ", "anything but "]))
def test_whatever_is_refused_is_never_booked(phrase, refusal):
    assert picked(refusal + phrase.split("\n")[0].split(".")[0].split(",")[0], SLOTS).one is None


@given(st.integers(0, 10**7), st.sampled_from(["{}", "slot {}", "Nr. {}", "I take number {}", "Termin {} bitte"]))
def test_a_number_picks_that_slot_or_none(number, phrase):
    assert picked(phrase.format(number), SLOTS).one in (number, None)
    assert (picked(phrase.format(number), SLOTS).one == number) == (1 <= number <= len(SLOTS))


@given(st.permutations(SLOTS), st.sampled_from(SAYING))
def test_the_order_of_the_slots_does_not_matter(slots, phrase):
    assert picked(phrase, slots) == picked(phrase, SLOTS)


def test_nothing_offered_nothing_picked():
    assert picked("3", []).one is None
    assert not picked("hello", [])
