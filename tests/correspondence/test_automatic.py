"""What no person wrote is recognised; what a person wrote about it is not taken for it."""

import pytest

from bot.correspondence.automatic import automatic

REPORTS = [
    "Reporting-MTA: dns; mail.ufz.de\nFinal-Recipient: rfc822; a@b.c\nAction: failed",
    "This is the mail system at host mx.example.org.\nI'm sorry: your message could not be delivered to one or more recipients.",
    "Mail Delivery Subsystem: Undeliverable mail",
    "Ihre Nachricht konnte nicht zugestellt werden.",
]
AWAY = [
    "I am out of the office until 3 March. For urgent matters write to my colleague.",
    "Automatic reply: thank you for your message. I am on parental leave until May.",
    "Abwesenheitsnotiz: Ich bin bis zum 3. März nicht im Büro.",
    "Ich bin derzeit nicht im Büro und lese meine Mails ab Montag.",
]
PEOPLE = [
    "When is the deadline?",
    "I am out of the office next week - can the interview be moved?",
    "I am currently a master student. Can I apply?",
    "Ich bin derzeit im Master. Darf ich mich bewerben?",
    "The project on mail delivery drones sounds great.",
    "",
]


@pytest.mark.parametrize("text", REPORTS)
def test_delivery_reports_are_not_answered(ask, text):
    assert automatic(text) == "delivery report"
    assert ask(text).kind == "abstain"


@pytest.mark.parametrize("text", AWAY)
def test_absence_notes_are_not_answered(ask, text):
    assert automatic(text) == "absence note"
    assert ask(text).kind == "abstain"


@pytest.mark.parametrize("text", PEOPLE)
def test_people_are_answered(text):
    assert automatic(text) is None
