"""What no person wrote is recognised; what a person wrote about it is not taken for it."""

import pytest

from bot.correspondence.automatic import absent, automatic, told_by_addresses, told_by_headers, told_by_type

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
    "My mail to the professor could not be delivered to him. Please tell me the right address.",
    "Meine Nachricht an Frau Hille war unzustellbar. Teilen Sie mir bitte die richtige Adresse mit.",
    "My mail bounced, what now?\n\nReporting-MTA: dns; mx.example.org\nAction: failed",
    "I am out of the office until Friday. Please let me know whether a later interview is possible.",
    "I am on parental leave until May and would like to apply.",
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


MACHINES = [
    ({"auto-submitted": ["auto-replied; owner-email=x@example.org"]}, "auto-submitted"),
    ({"auto-submitted": ["Auto-Generated (rejected)"]}, "auto-submitted"),
    ({"x-auto-response-suppress": ["DR, RN, OOF"]}, "suppressed"),
    ({"x-auto-response-suppress": ["All"]}, "suppressed"),
    ({"x-autoreply": ["yes"]}, "auto-submitted"),
    ({"x-ms-exchange-generated-message-source": ["Mailbox Rules Agent"]}, "auto-submitted"),
    ({"x-failed-recipients": ["a@example.org"]}, "bounce"),
    ({"precedence": ["Bulk"]}, "bulk"),
    ({"precedence": ["auto_reply"]}, "bulk"),
    ({"precedence": ["LIST"]}, "list"),
    ({"list-id": ["<a.example.org>"]}, "list"),
    ({"list-help": ["<mailto:a@example.org>"]}, "list"),
    ({"mailing-list": ["list a@example.org"]}, "list"),
    ({"return-path": ["<>"]}, "null sender"),
]
PERSONAL = [
    {},
    {"auto-submitted": ["No"]},
    {"auto-submitted": ["no (sent by hand)"]},
    {"auto-submitted": [""]},
    {"list-unsubscribe": ["<mailto:a@example.org>"], "x-mailer": ["Bulk Mailer"]},
    {"precedence": ["first-class"]},
    {"precedence": ["normal"]},
    {"return-path": ["<jane@example.org>"]},
    {"x-auto-response-suppress": ["DR, RN, NRN"]},
    {"x-autoreply": ["no"]},
]


@pytest.mark.parametrize(("headers", "reason"), MACHINES)
def test_headers_of_machines_are_told(headers, reason):
    assert told_by_headers(headers) == reason


@pytest.mark.parametrize("headers", PERSONAL)
def test_headers_that_persons_have_mute_nobody(headers):
    assert told_by_headers(headers) is None


@pytest.mark.parametrize(
    ("local", "reason"),
    [
        ("MAILER-DAEMON", "bounce"),
        ("postmaster", "bounce"),
        ("bounces+17-jane=example.org", "bounce"),
        ("bounce-17", "bounce"),
        ("no-reply", "no-reply"),
        ("noreply+17", "no-reply"),
        ("do_not_reply", "no-reply"),
        ("calendar-noreply", "no-reply"),
        ("owner-alumni", "list"),
        ("alumni-request", "list"),
        ("alumni-bounces+jane=example.org", "list"),
        ("jane+noreply", None),
        ("jane+bounces", None),
        ("noreplya", None),
        ("anoreply", None),
        ("bouncey", None),
        ("owner", None),
        ("request", None),
    ],
)
def test_addresses_of_machines_are_told(local, reason):
    assert told_by_addresses([f"{local}@example.org"]) == reason


@pytest.mark.parametrize(
    ("kind", "report", "method", "reason"),
    [
        ("multipart/report", "delivery-status", "", "bounce"),
        ("multipart/report", "disposition-notification", "", "read receipt"),
        ("multipart/report", "feedback-report", "", "complaint"),
        ("multipart/report", "", "", "report"),
        ("multipart/mixed", "delivery-status", "", None),
        ("multipart/alternative", "", "reply", "calendar"),
        ("multipart/alternative", "", "request", None),
    ],
)
def test_reports_are_told_by_their_type(kind, report, method, reason):
    assert told_by_type(kind, report, method) == reason


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: x?",
        "AutoReply",
        "Automatische Antwort: x",
        "Abwesenheitsnotiz",
        "Réponse automatique : x",
        "Respuesta automática: x",
        "Risposta automatica: x",
        "Autosvar: x",
        "Automatisch antwoord: x",
        "自动回复: x",
        "Out of Office",
        "Out of the office until Monday",
        "Abwesenheit vom 3. bis 5. März",
    ],
)
def test_subjects_of_absence_are_told(subject):
    assert absent(subject, "Thank you for your letter.")


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Automatic reply: x",
        "AW: Abwesenheitsnotiz",
        "Out of office during the interview week?",
        "Abwesenheit bei der Prüfung",
        "Automatic replies in your portal",
        "Question about an automatic reply: x",
        "",
    ],
)
def test_subjects_of_persons_are_not(subject):
    assert not absent(subject, "What can I do?")


def test_words_of_absence_with_a_question_are_a_persons():
    assert not absent("Out of office until May", "Can I start in June?")
