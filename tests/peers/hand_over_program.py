"""Callboard with mail (Dovecot, Postfix) and Telegram (the fake Bot API) in one program, and the clients coordinators answer with."""

import logging
import smtplib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from html import escape
from typing import Any

import msgspec
import pytest
from daemons import PATIENCE, wait_for
from dovecot import User
from email_program import Callboard, House, plain

from bot.channels.telegram.settings import TelegramSettings
from bot.config import HandOverSettings, Secrets
from bot.model.hand_over import Coordinator
from bot.wiring import serving
from tests.channels.harness import SHORT
from tests.telegram_server import ANN, Limits, TelegramServer

GROUP, CORA, DIRK = -1001007, 7100071, 7200072
OWN_WORDS = "No, there is no age limit.\n\nYou can be of any age."


class Bureau(Callboard):
    """The program with two coordinators, who have mailboxes and a Telegram group."""

    def __init__(self, house: House, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(house, monkeypatch)
        self.telegram = telegram
        self.cora, self.dirk = house.person("cora"), house.person("dirk")
        people = (
            Coordinator(name="Cora", email=self.cora.address, telegram=CORA),
            Coordinator(name="Dirk", email=self.dirk.address, telegram=DIRK, language="de"),
        )
        self.config = msgspec.structs.replace(
            self.config,
            telegram=TelegramSettings(api_url=telegram.url, coordinators_chat=GROUP),
            coordinators=people,
            hand_over=HandOverSettings(answer_days=2, remind_hours=48, reminders=1),
        )
        telegram.group(GROUP, "supergroup")

    async def _serve(self, ready: threading.Event) -> None:
        import asyncio

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        logging.getLogger("bot").addHandler(self._warnings)
        secrets = Secrets(self.telegram.token, imap_password=self.password, smtp_password=self.password)
        with serving.serving_program(self.config, secrets, self.house.folders, lambda: self.house.brain) as program:
            ready.set()
            await program.run(self._stop)
        logging.getLogger("bot").removeHandler(self._warnings)

    def chat(self, text: str, chat: int = ANN) -> str:
        """An applicant writes in a chat and is answered."""
        had = len(self.telegram.replies(chat))
        self.telegram.say(text, chat)
        return self.heard(chat, had + 1)[had]

    def heard(self, chat: int = ANN, count: int = 1) -> list[str]:
        """What a chat got, once it is so many messages."""
        self.telegram.wait_for(lambda fake: len(fake.replies(chat)) >= count, PATIENCE)
        return self.telegram.replies(chat)

    def got(self, person: User, words: str) -> EmailMessage:
        """The last letter to somebody that holds these words, once it is there."""
        found: list[EmailMessage] = []

        def there() -> bool:
            found[:] = [one for one in self.house.dovecot.letters(person) if words in plain(one)]
            return bool(found)

        wait_for(there, what=f"{words!r} for {person.address}")
        return found[-1]

    def posted(self, words: str) -> dict[str, Any]:
        """The last message in the coordinators' group that holds these words, once it is there and known to be."""

        def there(fake: TelegramServer) -> dict[str, Any] | None:
            sent = [one for one in fake.sent if one["chat_id"] == GROUP and words in (one["text"] or "")]
            return fake.message(sent[-1]) if sent else None

        found: dict[str, Any] = self.telegram.wait_for(there, PATIENCE)
        sent = "select id from replies where kind = 'to-coordinator' and state = 'sent' and outcome = ?"
        wait_for(lambda: self.record(sent, str(found["message_id"])), what=f"{words!r} noted as sent")
        return found

    def answer_in_group(self, to: dict[str, Any], text: str, user: int = CORA) -> None:
        self.telegram.say(text, GROUP, user, reply_to=to)

    def send(self, letter: EmailMessage | bytes, sender: User) -> None:
        """A coordinator's mail program hands a letter to Postfix."""
        with smtplib.SMTP("127.0.0.1", self.house.postfix.mx_port, timeout=PATIENCE) as session:
            data = letter if isinstance(letter, bytes) else letter.as_bytes()
            session.sendmail(sender.address, [self.house.bot.address], data)

    def dealt_with(self, count: int) -> None:
        """So many messages are done with."""
        self.settled(count)


def _reply(
    to: EmailMessage, sender: User, text: str, page: str = "", prefix: str = "Re", **headers: str
) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = f"Somebody <{sender.address}>"
    letter["To"] = str(to["From"])
    letter["Subject"] = f"{prefix}: {to['Subject']}"
    letter["Message-ID"] = make_msgid(domain="client.test")
    letter["In-Reply-To"] = to["Message-ID"]
    letter["References"] = " ".join(filter(None, [to["References"], to["Message-ID"]]))
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(text)
    if page:
        letter.add_alternative(page, subtype="html")
    return letter


def _quoted(to: EmailMessage) -> str:
    return "\n".join(f"> {line}".rstrip() for line in plain(to).splitlines())


def _page(to: EmailMessage) -> str:
    return "<br>\n".join(escape(line) for line in plain(to).splitlines())


def _divs(text: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.splitlines())


def gmail(to: EmailMessage, sender: User, text: str) -> EmailMessage:
    """Gmail in a browser: HTML with gmail_quote, and its plain twin."""
    said = "On Thu, Jan 15, 2026 at 12:00 PM Callboard <bot@test.invalid> wrote:"
    page = (
        f'<div dir="ltr">{_divs(text)}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{escape(said)}<br></div><blockquote class="gmail_quote" '
        f'style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">{_page(to)}'
        "</blockquote></div>"
    )
    return _reply(to, sender, f"{text}\n\n{said}\n\n{_quoted(to)}\n", page)


def gmail_page_only(to: EmailMessage, sender: User, text: str) -> EmailMessage:
    """The same without the plain twin."""
    letter = gmail(to, sender, text)
    page = letter.get_body(("html",)).get_content()
    bare = _reply(to, sender, "")
    bare.set_content(page, subtype="html")
    return bare


def outlook(to: EmailMessage, sender: User, text: str) -> EmailMessage:
    """Outlook: a block of headers instead of marks before each line, and a signature above it."""
    head = [
        "From: Callboard <bot@test.invalid>",
        "Sent: Thursday, January 15, 2026 12:00 PM",
        f"To: {sender.address}",
        f"Subject: {to['Subject']}",
    ]
    plain_part = "\n".join([text, "", "", *head, "", plain(to)])
    rows = "<br>".join(f"<b>{escape(line.split(':')[0])}:</b>{escape(line.partition(':')[2])}" for line in head)
    own = "".join(f'<p class="MsoNormal">{escape(line) or "&nbsp;"}<o:p></o:p></p>' for line in text.splitlines())
    page = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang="EN-US"><div class="WordSection1">'
        f'{own}<p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">'
        f'<p class="MsoNormal">{rows}<o:p></o:p></p></div></div><p class="MsoNormal">{_page(to)}</p></div></body></html>'
    )
    return _reply(to, sender, plain_part, page, prefix="RE", Thread_Topic="request")


def apple_mail(to: EmailMessage, sender: User, text: str) -> EmailMessage:
    """Apple Mail."""
    said = "On 15 Jan 2026, at 12:00, Callboard <bot@test.invalid> wrote:"
    page = (
        f'<html><head></head><body style="overflow-wrap: break-word;">{_divs(text)}<div><br>'
        f'<blockquote type="cite"><div>{escape(said)}</div><br class="Apple-interchange-newline"><div>{_page(to)}</div>'
        "</blockquote></div><br></body></html>"
    )
    return _reply(to, sender, f"{text}\n\n> {said}\n> \n{_quoted(to)}\n", page)


def thunderbird(to: EmailMessage, sender: User, text: str) -> EmailMessage:
    """Thunderbird: the answer below the quotation, and a signature."""
    said = "On 1/15/26 12:00 PM, Callboard wrote:"
    return _reply(to, sender, f"{said}\n{_quoted(to)}\n\n{text}\n\n-- \nCora Coordinator\nInstitute, Room 12\n")


def german(to: EmailMessage, sender: User, text: str) -> EmailMessage:
    """A German Outlook."""
    head = [
        "Von: Callboard <bot@test.invalid>",
        "Gesendet: Donnerstag, 15. Januar 2026 12:00",
        f"An: {sender.address}",
        f"Betreff: {to['Subject']}",
    ]
    return _reply(to, sender, "\n".join([text, "", "", *head, "", plain(to)]), prefix="AW")


CLIENTS: dict[str, Callable[[EmailMessage, User, str], EmailMessage]] = {
    one.__name__: one for one in (gmail, gmail_page_only, outlook, apple_mail, thunderbird, german)
}


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> Iterator[TelegramServer]:
    """A Telegram that is as quick as the machine."""
    for name, value in SHORT.items():
        monkeypatch.setattr(name, value)
    for pace in ("ALL", "CHAT", "GROUP"):
        monkeypatch.setattr(f"bot.channels.telegram.pacing.{pace}", 0.0)
    with TelegramServer(
        limits=Limits(overall_per_second=1000, private_per_second=1000, group_per_minute=1000)
    ) as server:
        yield server


@pytest.fixture
def bureau(house: House, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bureau]:
    """The program at work; nobody waits for others' second message, and quick answers are people's."""
    monkeypatch.setattr("bot.usecases.attend.PAUSE", 0.2)
    monkeypatch.setattr("bot.usecases.attend.GATHER", timedelta())
    for module in ("relay", "manners"):
        monkeypatch.setattr(f"bot.usecases.{module}.PROMPT", timedelta())
    with Bureau(house, telegram, monkeypatch) as program:
        yield program
