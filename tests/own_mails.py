"""People who were told their result, and the program that answers them: what tests of own mails share."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.mailing.writing import Mailbox
from bot.model.campaign import Kind
from bot.model.message import Sent
from bot.model.slot import Interviewer, Meeting
from bot.storage.store import Store
from bot.usecases.answer_question import AnswerQuestion
from bot.usecases.own_mail import OwnMailAnswers
from bot.usecases.own_talk import OwnTalk
from tests.storage.letters import WORKER, last, mail, sends
from tests.usecases.office import Office

BOT = "call@school.example"
CALL = "ideas-2026"
TALK_NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
"""A moment after which all slots lie."""
ZONE = ZoneInfo("Europe/Berlin")
KINDS: tuple[Kind, ...] = ("shortlist", "interview-booking", "offer", "rejection", "waiting-list")


@dataclass(frozen=True)
class Recipient:
    """Somebody who was told something, with the proofs."""

    name: str
    address: str
    token: str
    link: str
    kind: Kind
    subject: str
    delivery: int


def meetings(count: int, minutes: int = 30) -> list[Meeting]:
    """So many times, one after another, in the second week of March."""
    first = datetime(2027, 3, 8, 9, 0, tzinfo=ZONE)
    panel = (Interviewer("Prof. Vega", "vega@school.example"),)
    starts = [first + timedelta(days=n // 8, minutes=45 * (n % 8)) for n in range(count)]
    return [Meeting(start, minutes, "online", "https://meet.example/room", panel) for start in starts]


def tell(
    store: Store, people: Sequence[str], kinds: Sequence[Kind] = KINDS, slots: int = 4, call: str = CALL
) -> dict[str, Recipient]:
    """Tell each of these something, in turn of the kinds; offer slots."""
    if slots:
        store.slots.add(call, meetings(slots), "Cora", TALK_NOW)
    told: dict[str, Recipient] = {}
    for place, name in enumerate(people):
        told[name] = tell_one(store, name, kinds[place % len(kinds)], call)
    return told


def tell_one(
    store: Store, name: str, kind: Kind, call: str = CALL, *, arrives: bool = True, **more: object
) -> Recipient:
    """Tell somebody something by a mail that leaves."""
    token, link = secrets.token_hex(16), secrets.token_urlsafe(18)
    subject, address = f"{kind} for {name.title()} {token[:4]}", f"{name}@applicants.example"
    fields = {"reply_by": "2027-03-05", "zone": "Asia/Kolkata", **more.pop("fields", {})}  # type: ignore[dict-item]
    more.setdefault("after", last(store.campaigns.told(call), f"N-{name}"))
    letter = mail(
        f"N-{name}", address=address, name=name.title(), subject=subject, token=token, link=link, fields=fields, **more
    )
    campaign = sends(store, [letter], kind, call)
    (claimed,) = store.ledger.claim(campaign, WORKER, TALK_NOW, 10)
    store.ledger.mark(WORKER, [claimed.id], TALK_NOW)
    if arrives:
        store.ledger.settle(WORKER, [(claimed.id, Sent("250 ok"), TALK_NOW)])
    return Recipient(name.title(), address, token, link, kind, subject, claimed.id)


def own_office(store: Store, brain: AnswerQuestion) -> Office:
    """The program, which answers recipients about their mails."""
    office = Office(store, brain, own_mails=store.own_mails)
    answers = OwnMailAnswers(
        knowledge=brain.knowledge,
        templates=brain.templates,
        slots=store.slots,
        organizer=Mailbox(BOT, "The School"),
        contacts=office.respond.requests.contacts,
        move_hours=24,
    )
    office.answer_about(OwnTalk(store.own_mails, answers, office.desk, brain))
    office.now = TALK_NOW
    return office
