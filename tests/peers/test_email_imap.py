"""The mailbox over the program's life: first start, restarts, a server that dies, freezes, or begins the mailbox anew."""

from email.message import EmailMessage

import email_program
import pytest
from daemons import wait_for
from dovecot import User
from email_program import QUESTION, Callboard, House
from imap_proxy import ImapProxy

from bot.channels.email import mailbox, smtp

house, callboard = email_program.house, email_program.callboard
ANSWERED = {r"\Seen", r"\Answered"}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "TIMEOUT", 2)
    monkeypatch.setattr(smtp, "SOON", 1.0)  # 454 at AUTH while Dovecot, whom Postfix asks, is away


def questions(house: House, *people: User) -> list[EmailMessage]:
    return [house.write(person, QUESTION, Subject=f"Question {person.login}") for person in people]


def answered_once(house: House, callboard: Callboard, *people: User) -> None:
    """Each has one answer, and keeps having one: what is known is not read anew by a later start."""
    for person in people:
        house.replies(person)
    wait_for(lambda: not callboard.record("select id from replies where state != 'sent'"))
    callboard.stop()
    with callboard:
        late = house.person("late")
        house.ask(late)
    for person in people:
        assert len(house.dovecot.letters(person)) == 1


def test_the_first_start_answers_todays_unread_letters_only(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    old, read, new = (house.person(name) for name in ("old", "read", "new"))
    for letter, moment, flag in zip(
        questions(house, old, read, new), ("30-Dec-2025 10:00:00 +0000", None, None), ("", r"\Seen", ""), strict=True
    ):
        with house.dovecot.session(house.bot) as session:
            session.append("INBOX", f"({flag})", f'"{moment}"' if moment else None, letter.as_bytes())
    with Callboard(house, monkeypatch) as callboard:
        house.replies(new)
        wait_for(lambda: house.flags() == [set(), {r"\Seen"}, ANSWERED])
        assert callboard.record("select count(*) from messages") == [(1,)]
        assert [house.dovecot.letters(person) for person in (old, read)] == [[], []]
        answered_once(house, callboard, new)


def test_a_restart_answers_what_came_meanwhile_and_nothing_twice(house: House, callboard: Callboard) -> None:
    anna, bo = house.person(), house.person("bo")
    house.ask(anna)
    callboard.stop()
    house.deliver(questions(house, bo)[0])
    callboard.start()
    house.replies(bo)
    answered_once(house, callboard, anna, bo)


def test_letters_are_told_at_once(house: House, callboard: Callboard) -> None:
    """The server is asked every two minutes only; these all come within one."""
    people = [house.person() for _ in range(40)]
    house.ask(people[0])
    for person in people[1:]:
        house.deliver(questions(house, person)[0])
        if len(person.login) % 2:
            house.replies(person)
    answered_once(house, callboard, *people)


@pytest.mark.parametrize("exists", [True, False])
def test_answered_letters_move_to_the_folder_for_them(
    house: House, monkeypatch: pytest.MonkeyPatch, exists: bool
) -> None:
    anna, bo = house.person(), house.person("bo")
    if exists:
        with house.dovecot.session(house.bot) as session:
            session.create("Done")
    with Callboard(house, monkeypatch, imap_done="Done") as callboard:
        house.ask(anna)
        house.deliver(house.write(bo, "I am away.", Auto_Submitted="auto-replied"))
        callboard.settled(2)
        wait_for(lambda: len(house.dovecot.letters(house.bot, "Done")) == 1)
        assert [letter["From"] for letter in house.dovecot.letters(house.bot)] == [bo.address]
        assert house.flags() == [set()]
        house.ask(bo)
        wait_for(lambda: len(house.dovecot.letters(house.bot, "Done")) == 2)
        answered_once(house, callboard, anna, bo)


@pytest.mark.parametrize("way", ["killed", "frozen", "thrown out"])
def test_a_server_that_goes_and_comes_back(house: House, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    before, while_away, after = (house.person(name) for name in ("before", "away", "after"))
    with Callboard(house, monkeypatch, imap_idle_seconds=2) as callboard:
        house.ask(before)
        if way == "killed":
            house.dovecot.kill()
            house.post(questions(house, while_away)[0])
            house.dovecot.start()
        elif way == "frozen":
            house.dovecot.freeze()
            house.post(questions(house, while_away)[0])
            wait_for(lambda: callboard.failures, what="a failed session")
            house.dovecot.thaw()
        else:
            house.dovecot.throw_out(house.bot)
            house.post(questions(house, while_away)[0])
        house.replies(while_away)
        house.ask(after)
        answered_once(house, callboard, before, while_away, after)


def test_killed_with_letters_under_way(house: House, callboard: Callboard) -> None:
    people = [house.person() for _ in range(12)]
    for number, letter in enumerate(questions(house, *people)):
        house.deliver(letter)
        if number % 4 == 1:
            house.dovecot.kill()
            house.dovecot.start()
    answered_once(house, callboard, *people)


@pytest.mark.parametrize("way", ["cut", "refused", "held"])
def test_a_network_that_breaks(house: House, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    people = [house.person() for _ in range(3)]
    with (
        ImapProxy(house.dovecot.imap_port) as proxy,
        Callboard(house, monkeypatch, imap_port=proxy.port, imap_idle_seconds=2) as callboard,
    ):
        house.ask(people[0])
        {"cut": proxy.cut, "refused": proxy.refuse, "held": proxy.hold}[way]()
        house.deliver(questions(house, people[1])[0])
        if way != "cut":
            wait_for(lambda: callboard.failures, what="a failed session")
        if way == "refused":
            proxy.accept()
        proxy.release()
        house.replies(people[1])
        house.ask(people[2])
        answered_once(house, callboard, *people)


@pytest.mark.parametrize("command", [b"STORE", b"MOVE", b"FETCH", b"SEARCH"])
def test_an_answer_of_the_server_gets_lost(house: House, monkeypatch: pytest.MonkeyPatch, command: bytes) -> None:
    anna, bo = house.person(), house.person("bo")
    with ImapProxy(house.dovecot.imap_port) as proxy:
        plain_way = {"imap_host": "127.0.0.1", "imap_port": proxy.port, "imap_security": "none", "imap_done": "Done"}
        with Callboard(house, monkeypatch, **plain_way) as callboard:
            proxy.lose_answer(command)
            house.ask(anna)
            wait_for(lambda: proxy.lost == 1)
            house.ask(bo)
            wait_for(lambda: len(house.dovecot.letters(house.bot, "Done")) == 2)
            assert house.dovecot.letters(house.bot) == []
            answered_once(house, callboard, anna, bo)


@pytest.mark.parametrize("running", [True, False])
def test_a_mailbox_begun_anew(house: House, monkeypatch: pytest.MonkeyPatch, running: bool) -> None:
    """Another UIDVALIDITY; the old letters are in it too, and letters nobody has read yet."""
    callboard = Callboard(house, monkeypatch, imap_idle_seconds=2).start()
    before, meanwhile, after = (house.person(name) for name in ("before", "meanwhile", "after"))
    house.ask(before)
    wait_for(lambda: house.flags() == [ANSWERED])
    if not running:
        callboard.stop()
    house.dovecot.recreate_mailbox(house.bot, keep=True)
    house.deliver(questions(house, meanwhile)[0])
    if not running:
        callboard.start()
    house.replies(meanwhile)
    house.ask(after)
    wait_for(lambda: house.flags() == [ANSWERED] * 3)
    answered_once(house, callboard, before, meanwhile, after)


def test_a_letter_read_twice_is_answered_once(house: House, callboard: Callboard) -> None:
    anna = house.person()
    letter = questions(house, anna)[0]
    house.deliver(letter)
    house.replies(anna)
    house.deliver(letter)
    house.ask(house.person("bo"))
    answered_once(house, callboard, anna)
    assert callboard.record("select count(*) from messages") == [(3,)]


def test_a_wrong_password_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    anna = house.person()
    house.deliver(questions(house, anna)[0])
    callboard = Callboard(house, monkeypatch)
    callboard.password = "wrong"
    with callboard:
        wait_for(lambda: "MailboxLoginError" in caplog.text)
    assert house.dovecot.letters(anna) == []
    callboard.password = house.bot.password
    with callboard:
        house.replies(anna)
    assert house.bot.login not in caplog.text
