"""What a real server does too seldom to be tested with one: news at awkward moments, letters that are not given."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bot.channels.email.mailbox import Mailbox, NotGivenError
from bot.channels.email.settings import ImapSettings

Answer = Callable[[bytes, bytes], bytes]
PATIENCE = 60


def usual(tag: bytes, command: bytes) -> bytes:
    """What a quiet server with one letter answers to a command."""
    name = command.split()[0].upper()
    told = {
        b"CAPABILITY": b"* CAPABILITY IMAP4rev1 IDLE MOVE\r\n",
        b"SELECT": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 17] .\r\n",
        b"UID": b"* SEARCH 1\r\n" if b"SEARCH" in command else b"",
    }
    if name == b"IDLE":
        return b"+ idling\r\n"
    return told.get(name, b"") + tag + b" OK .\r\n"


@contextmanager
def session(answer: Answer) -> Iterator[Mailbox]:
    """A mailbox on a server that says what a test wants it to say, each answer in one packet."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            idle = b""
            connection.sendall(b"* OK hello\r\n")
            for line in lines:
                tag, _, command = line.strip().partition(b" ")
                if tag == b"DONE":
                    connection.sendall(idle + b" OK .\r\n")
                    continue
                idle = tag
                connection.sendall(answer(tag, command))

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    settings = ImapSettings(
        host="127.0.0.1", port=listener.getsockname()[1], user="bot", security="none", idle_seconds=PATIENCE
    )
    mailbox = Mailbox(settings, "secret")
    try:
        yield mailbox
    finally:
        mailbox.close()
        server.join(PATIENCE)
        listener.close()


def waited(mailbox: Mailbox) -> bool:
    """Whether it waited for the whole time, though there were news."""
    began = time.monotonic()
    mailbox.wait(lambda: False, lambda: False)
    return time.monotonic() - began > PATIENCE / 2


@pytest.mark.parametrize("news", [b"* 2 EXISTS\r\n", b"* 2 EXISTS\r\n* 1 RECENT\r\n"])
def test_news_in_one_packet_with_the_start_of_idle(news: bytes) -> None:
    def answer(tag: bytes, command: bytes) -> bytes:
        return usual(tag, command) + (news if command == b"IDLE" else b"")

    with session(answer) as mailbox:
        assert mailbox.newer(0) == [1]
        assert not waited(mailbox)
        assert mailbox.newer(0) == [1]


@pytest.mark.parametrize("command", [b"STORE", b"FETCH", b"SEARCH"])
def test_news_told_with_the_answer_to_another_command(command: bytes) -> None:
    """IDLE does not tell them again."""

    def answer(tag: bytes, heard: bytes) -> bytes:
        return (b"* 2 EXISTS\r\n" if command in heard else b"") + usual(tag, heard)

    with session(answer) as mailbox:
        assert mailbox.newer(0) == [1]
        mailbox.letter(1)
        mailbox.mark([1], answered=True)
        assert not waited(mailbox)


def test_without_news_it_waits_until_it_is_woken() -> None:
    looks: list[bool] = []
    with session(usual) as mailbox:
        mailbox.newer(0)
        mailbox.wait(lambda: False, lambda: bool(looks.append(True)) or len(looks) > 2)
        assert len(looks) == 3
        assert mailbox.newer(0) == [1]


def test_the_uidvalidity_stays_known() -> None:
    with session(usual) as mailbox:
        mailbox.newer(0)
        assert [mailbox.uidvalidity, mailbox.uidvalidity] == [17, 17]


def test_a_letter_that_the_server_does_not_give_is_not_gone() -> None:
    def answer(tag: bytes, command: bytes) -> bytes:
        if b"FETCH 1" in command:
            return tag + b" NO [SERVERBUG] Internal error\r\n"
        if b"FETCH 3" in command:
            return b"* 3 FETCH (UID 3 BODY[]<0> {5}\r\nhello)\r\n" + tag + b" OK .\r\n"
        return usual(tag, command)

    with session(answer) as mailbox:
        with pytest.raises(NotGivenError):
            mailbox.letter(1)
        assert mailbox.letter(2) is None
        assert mailbox.letter(3) == b"hello"


def test_the_whole_of_a_long_letter_is_not_asked_for() -> None:
    heard: list[bytes] = []

    def answer(tag: bytes, command: bytes) -> bytes:
        heard.append(command)
        return usual(tag, command)

    with session(answer) as mailbox:
        mailbox.letter(1)
    assert re.search(rb"UID FETCH 1 \(UID BODY\.PEEK\[\]<0\.\d+>\)", b"\n".join(heard))
