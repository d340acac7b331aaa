"""The serving program put together: record, brain, channels."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from bot.answering.wording import name_of
from bot.channels.email.receiving import EmailReceiver
from bot.channels.email.sending import EmailSender
from bot.channels.email.settings import ImapSettings, SmtpSettings
from bot.channels.email.smtp import SmtpConnection
from bot.channels.telegram.pages import pages
from bot.channels.telegram.receiving import Profile, TelegramReceiver
from bot.channels.telegram.sending import TelegramSender
from bot.config import Config, Secrets, store_url
from bot.correspondence.composing import Letterhead
from bot.files.template_files import load_layout
from bot.storage.engine import serving
from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.attend import Attend
from bot.usecases.converse import Converse, Pages
from bot.usecases.deliver import Deliver
from bot.usecases.desk import Desk
from bot.usecases.hold import Hold
from bot.usecases.manners import Manners
from bot.usecases.relay import Relay
from bot.usecases.remind import Remind, SendReminders
from bot.usecases.requests import Requests
from bot.usecases.respond import Respond
from bot.usecases.retention import forget_decisions
from bot.usecases.routine import DoRoutines
from bot.usecases.runtime import Runtime
from bot.usecases.serve import ChannelParts, Serve
from bot.usecases.upkeep import Upkeep
from bot.usecases.watch import Watch
from bot.wiring.answering import answering, files_state, spans
from bot.wiring.clock import clock
from bot.wiring.folders import Folders
from bot.wiring.own_mails import books, following, own_talk
from bot.wiring.routines import routines

PAGES: Pages = {"telegram": pages, "email": lambda outgoing: [outgoing]}


class NothingToServeError(Exception):
    """Neither Telegram nor email is configured."""


@contextmanager
def serving_program(
    config: Config, secrets: Secrets, folders: Folders, answer: Callable[[], AnswerQuestion], known: str = ""
) -> Iterator[Serve]:
    """The program, ready to run; holds the store's lock (AlreadyServingError) until it is left.

    `known` is the state of the files that `answer` rests on, if they were read before.
    """
    if not secrets.telegram_token and config.imap is None:
        raise NothingToServeError
    store = open_store(store_url(config, secrets))
    try:
        with serving(store.engine) as held, ThreadPoolExecutor(1, "record") as executor:
            runtime = Runtime(clock, logging.getLogger("bot"), executor)
            state = known or files_state(folders)
            brain = answer()
            brain.warm_up(clock())
            hold = Hold(held, runtime)
            yield _assembled(config, secrets, store, brain, folders, runtime, state=state, hold=hold)
    finally:
        store.close()


def _assembled(
    config: Config,
    secrets: Secrets,
    store: Store,
    answer: AnswerQuestion,
    folders: Folders,
    runtime: Runtime,
    *,
    hold: Hold,
    state: str = "",
) -> Serve:
    requests = Requests(
        knowledge=answer.knowledge,
        templates=answer.templates,
        people=store.people,
        coordinators=[f"{one.name} <{one.email}>" for one in config.coordinators if one.email],
        keep_days=config.store.keep_days,
        decision_days=config.campaigns.keep_days,
        remind=Remind(store.reminders, answer.knowledge, answer.templates, spans(folders.knowledge)),
    )
    channels: list[ChannelParts] = []
    if secrets.telegram_token:
        channels.append(_telegram(config, secrets, answer, requests, store, runtime))
    if config.imap is not None and config.smtp is not None:
        channels.append(_email(config.imap, config.smtp, secrets, store, folders, runtime))
    first = next((one.email for one in config.coordinators if one.email), "")
    letters = config.imap is not None and config.smtp is not None  # with smtp alone only campaigns leave
    desk = Desk(
        store.hand_overs,
        answer.templates,
        answer.knowledge,
        config.coordinators,
        letters=letters,
        group=str(config.telegram.coordinators_chat or "") if secrets.telegram_token else "",
        answer_days=config.hand_over.answer_days,
        own_mails=store.own_mails,
    )
    respond = Respond(
        answer=answer,
        templates=answer.templates,
        outbox=store.outbox,
        manners=Manners(store.inbox, store.outbox, config.smtp.replies_per_day if config.smtp else 0),
        requests=requests,
        relay=Relay(desk),
        coordinator=first if letters else "",
        own=own_talk(config, store, answer, requests, desk),
    )

    def deliver() -> None:
        for channel in channels:
            channel.deliver.wake()

    def on_answered() -> None:
        deliver()
        attend.wake()
        after.wake()

    attend = Attend(desk, PAGES, runtime, config.hand_over.remind_hours, config.hand_over.reminders, deliver)
    after = following(config, store, answer, runtime, deliver)
    converse = Converse((store.inbox, store.outbox), respond, PAGES, runtime, on_answered)
    reminders = SendReminders(
        store.reminders,
        answer.knowledge,
        answer.templates,
        answer,
        partial(requests.question, "deadline"),
        runtime,
        deliver,
    )
    watch = Watch(partial(files_state, folders), partial(answering, folders), runtime, state)
    daily = DoRoutines(
        routines(config.routines, answer.knowledge, answer.templates, store.reports, books(store)) if letters else [],
        store.routines,
        config.coordinators,
        runtime,
        deliver,
    )
    old_campaigns = partial(forget_decisions, store.campaigns, answer.knowledge, config.campaigns.keep_days)
    errands = {
        "routines": daily.run,
        "knowledge": watch.run,
        "upkeep": Upkeep(store.people, runtime, config.store.keep_days, old_campaigns).run,
        "requests": attend.run,
        "reminders": reminders.run,
        **({"returns": after.bounces.run, "calendars": after.calendars.run} if letters else {}),
        "lock": hold.run,
    }
    return Serve(channels, converse, errands, store.outbox, runtime, watch, hold)


def _telegram(
    config: Config, secrets: Secrets, answer: AnswerQuestion, requests: Requests, store: Store, runtime: Runtime
) -> ChannelParts:
    profiles = []
    for language in answer.templates.languages:
        calls = [name_of(call, language) for call in answer.knowledge.calls.values()]
        about = answer.templates.say(language, "service", "about", calls=calls)
        profiles.append(Profile(language, tuple(requests.commands(language)), about))
    sender = TelegramSender()
    receiver = TelegramReceiver(
        config.telegram,
        (secrets.telegram_token, secrets.telegram_secret),
        tuple(profiles),
        sender,
        (runtime.clock, runtime.log),
    )
    return ChannelParts("telegram", receiver, Deliver("telegram", store.outbox, sender, runtime), receiver.close)


def _email(
    imap: ImapSettings, smtp: SmtpSettings, secrets: Secrets, store: Store, folders: Folders, runtime: Runtime
) -> ChannelParts:
    connection = SmtpConnection(smtp, secrets.smtp_password)
    sender = EmailSender(
        connection, Letterhead(smtp.address, smtp.name), load_layout(folders.templates), smtp.per_minute
    )
    own = frozenset({smtp.address, imap.user})
    receiver = EmailReceiver(imap, secrets.imap_password, own, store.mailboxes, runtime)
    deliver = Deliver("email", store.outbox, sender, runtime, on_sent=receiver.wake)
    return ChannelParts("email", receiver, deliver, sender.close)
