"""What follows the mails that told people their result, put together: who may be told about theirs, the slots, the interviewers."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.config import Config
from bot.mailing.writing import Mailbox
from bot.storage.store import Store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.desk import Desk
from bot.usecases.interviewers import TellInterviewers
from bot.usecases.keep_calendars import KeepCalendars
from bot.usecases.morning import Books
from bot.usecases.own_mail import OwnMailAnswers
from bot.usecases.own_talk import OwnTalk
from bot.usecases.requests import Requests
from bot.usecases.runtime import Runtime
from bot.usecases.tell_bounces import TellBounces

NOBODY = Mailbox("callboard@localhost", "Callboard")
"""Who writes where no mail server is configured."""


def organizer(config: Config) -> Mailbox:
    """Whose invitations calendars show."""
    return Mailbox(config.smtp.address, config.smtp.name) if config.smtp is not None else NOBODY


def own_talk(config: Config, store: Store, answer: AnswerQuestion, requests: Requests, desk: Desk) -> OwnTalk:
    """What answers whoever has a mail."""
    answers = OwnMailAnswers(
        knowledge=answer.knowledge,
        templates=answer.templates,
        slots=store.slots,
        organizer=organizer(config),
        contacts=requests.contacts,
        move_hours=config.campaigns.move_hours,
    )
    return OwnTalk(store.own_mails, answers, desk, answer)


def books(store: Store) -> Books:
    """What the morning list is made of."""
    return Books(store.campaigns, store.returns, store.slots, store.own_mails)


@dataclass(frozen=True, slots=True)
class Following:
    """What runs beside serving for mails that left."""

    bounces: TellBounces
    calendars: KeepCalendars

    def wake(self) -> None:
        """A message was received or answered: look whether something follows from it."""
        self.bounces.wake()
        self.calendars.wake()


def following(
    config: Config, store: Store, answer: AnswerQuestion, runtime: Runtime, on_planned: Callable[[], None]
) -> Following:
    """What tells coordinators of mails that came back, and interviewers of their appointments."""
    first = next((one.language for one in config.coordinators), "en")
    tell = TellInterviewers(
        slots=store.slots,
        panel=store.panel,
        words=answer.templates,
        calls=lambda: answer.knowledge.calls,
        own=organizer(config),
        language=first,
    )
    bounces = TellBounces(
        returns=store.returns,
        book=store.routines,
        knowledge=answer.knowledge,
        templates=answer.templates,
        coordinators=config.coordinators,
        runtime=runtime,
        on_planned=on_planned,
    )
    return Following(bounces, KeepCalendars(tell, runtime, on_planned))
