"""Letters answered end to end: Postfix and Dovecot before the program, people with mailboxes behind it."""

from email.message import EmailMessage

import email_program
import pytest
from daemons import wait_for
from email_program import QUESTION, Callboard, House, html, plain

house, callboard = email_program.house, email_program.callboard
DEADLINE = "22 February 2026"
ANSWERED = {r"\Seen", r"\Answered"}


def test_a_letter_is_answered_in_its_thread(
    house: House, callboard: Callboard, caplog: pytest.LogCaptureFixture
) -> None:
    anna = house.person()
    letter = house.write(anna, QUESTION, Subject="Deadline?", From=f"Anna Ä <{anna.address}>")
    house.post(letter)
    (reply,) = house.replies(anna)
    assert DEADLINE in plain(reply)
    assert " ".join(plain(reply).replace("-- ", "").split()) == html(reply)
    assert reply["In-Reply-To"] == letter["Message-ID"] == reply["References"]
    assert reply["Subject"] == "Re: Deadline?"
    assert reply["Auto-Submitted"] == "auto-replied"
    assert reply["From"].addresses[0].addr_spec == house.bot.address
    assert reply["To"].addresses[0].addr_spec == anna.address
    assert "with ESMTPSA" in "".join(reply.get_all("Received"))
    assert callboard.settled(1) == [("answered", "")]
    wait_for(lambda: house.flags() == [ANSWERED])
    house.ask(anna, "Which documents do I need?")
    assert callboard.record("select count(distinct place) from messages") == [(2,)]
    assert "recreated" not in caplog.text


def test_over_tls_from_the_first_byte(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = {"imap_port": house.dovecot.imaps_port, "smtp_port": house.postfix.smtps_port}
    with Callboard(house, monkeypatch, imap_security="tls", smtp_security="tls", **ports):
        reply = house.ask(house.person())
    assert DEADLINE in plain(reply)
    assert "with ESMTPSA" in "".join(reply.get_all("Received"))


@pytest.mark.parametrize("side", ["imap", "smtp"])
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_whom_it_does_not_know_it_tells_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, side: str, security: str
) -> None:
    """The servers' certificates are not those of the system's authorities."""
    ports = {"imap_port": house.dovecot.imaps_port, "smtp_port": house.postfix.smtps_port}
    changes = {f"{side}_security": security, f"{side}_ca_file": None}
    if security == "tls":
        changes |= {f"{side}_port": ports[f"{side}_port"]}
    anna = house.person()
    with Callboard(house, monkeypatch, **changes):
        house.deliver(house.write(anna, QUESTION))
        wait_for(lambda: "SSLCertVerificationError" in caplog.text or "certificate is not accepted" in caplog.text)
    assert house.dovecot.letters(anna) == []
    assert house.flags() == [set()]


def test_a_letter_of_html_only(house: House, callboard: Callboard) -> None:
    anna = house.person()
    letter = house.write(anna, "")
    letter.set_content(f"<html><body><p>Dear team,</p><p><b>{QUESTION}</b></p></body></html>", subtype="html")
    house.deliver(letter)
    (reply,) = house.replies(anna)
    assert DEADLINE in plain(reply)


def test_several_questions_are_answered_in_order(house: House, callboard: Callboard) -> None:
    text = (
        "Dear team,\n\nI have three questions about the IDEAS PhD positions:\n1. Which documents do I need?\n"
        "2. When is the deadline?\n3. How long does the position last?\n\nBest regards,\nAnna\n"
    )
    said = plain(house.ask(house.person(), text)).lower()
    places = [said.find(word) for word in ("transcript of records", DEADLINE.lower(), "3 years")]
    assert -1 not in places
    assert places == sorted(places)


def test_what_is_quoted_is_not_asked_again(house: House, callboard: Callboard) -> None:
    text = f"Who supervises ABC?\n\nOn Thu, 15 Jan 2026 at 12:00, Bo <bo@example.org> wrote:\n> {QUESTION}\n> Bo\n"
    assert DEADLINE not in plain(house.ask(house.person(), text))


def test_attachments_are_named(house: House, callboard: Callboard) -> None:
    anna = house.person()
    letter = house.write(anna, QUESTION)
    letter.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="Lebenslauf Ä <b>.pdf")
    house.deliver(letter)
    (reply,) = house.replies(anna)
    assert DEADLINE in plain(reply)
    assert "Lebenslauf Ä <b>.pdf" in plain(reply)
    assert "Lebenslauf Ä <b>.pdf" in html(reply)


def project_of(house: House) -> tuple[str, str]:
    """A project, and a word of the name of who supervises it."""
    call = house.brain.knowledge.calls["ideas-2026"]
    return call.advertised[0].name, call.advertised[1].name


def test_a_second_letter_is_understood_with_the_first(house: House, callboard: Callboard) -> None:
    first, _ = project_of(house)
    anna, bo = house.person(), house.person("bo")
    letter = house.ask(anna, f"What is the project {first} about?")
    direct = house.ask(bo, f"And who supervises {first}?")
    callboard.later(minutes=5)
    house.deliver(house.answer_to(letter, anna, "And who supervises it?"))
    answer = house.replies(anna, 2)[-1]
    assert answer["In-Reply-To"] == house.dovecot.letters(house.bot)[-1]["Message-ID"]
    assert own(answer).split("\n")[0] == own(direct).split("\n")[0]
    assert callboard.record("select count(distinct thread) from messages") == [(2,)]


def test_a_forged_thread_sees_nothing_of_the_first(house: House, callboard: Callboard) -> None:
    first, _ = project_of(house)
    anna, eve = house.person(), house.person("eve")
    letter = house.ask(anna, f"What is the project {first} about?")
    callboard.later(minutes=5)
    house.deliver(house.answer_to(letter, eve, "And who supervises it?"))
    answer = house.replies(eve)[0]
    assert first not in own(answer)
    callboard.later(minutes=5)
    house.deliver(house.answer_to(letter, eve, "/mydata"))
    (file,) = house.replies(eve, 2)[1].iter_attachments()
    assert first not in file.get_content().decode()
    assert anna.address not in file.get_content().decode()
    assert callboard.record("select count(distinct thread) from messages") == [(3,)]
    assert len(house.dovecot.letters(anna)) == 1


def own(letter: EmailMessage) -> str:
    return plain(letter).replace("\r\n", "\n").partition("\n-- \n")[0]


def test_reply_to_is_where_the_answer_goes(house: House, callboard: Callboard) -> None:
    anna, other = house.person(), house.person("other")
    house.deliver(house.write(anna, QUESTION, Reply_To=f"Else <{other.address}>"))
    assert DEADLINE in plain(house.replies(other)[0])
    assert house.dovecot.letters(anna) == []


def test_long_ids_and_encoded_words_come_back_whole(house: House, callboard: Callboard) -> None:
    anna = house.person()
    subject = "=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3D0D=3D0ABcc=3A=5Feve=40test=2Einvalid=3F=3D?="
    long = f"<{'A1B2C3D4' * 10}@eurprd04.prod.outlook.test>"
    head = f"From: {anna.address}\r\nTo: {house.bot.address}\r\nSubject: {subject}\r\nMessage-ID: {long}\r\n"
    house.deliver(f"{head}\r\n{QUESTION}\r\n".encode())
    (reply,) = house.replies(anna)
    assert reply["In-Reply-To"] == long
    assert reply["References"] == long
    assert reply["Subject"] == "Re: =?utf-8?q?x=0D=0ABcc:_eve@test.invalid?="
    assert "Bcc" not in reply
