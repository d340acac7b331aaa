"""Letters to coordinators about a campaign: the code for an approval, and the oddest mails as their recipients would get them.

A test mail is the stored mail under another To and Subject: what is tested is what goes, but for what is the recipient's alone: the
word of a link, and the number of a calendar entry, which a coordinator's calendar would answer. Does not know servers.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.encoders import encode_base64
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from bot.answering.wording import Templates
from bot.mailing.template import Rendered
from bot.mailing.writing import LetterWriter, Mailbox
from bot.model.campaign import Campaign
from bot.model.delivery import Delivery
from bot.model.hand_over import Coordinator
from bot.usecases.campaign_ports import Campaigns
from bot.usecases.plan_invitations import STAND_IN

ODDEST = 3
"""Mails that are tested."""
_WORD = re.compile(rf"(?<=\?start=m-)[\w-]{{{len(STAND_IN)}}}", re.ASCII)
_ENTRY = re.compile(rb"\b[0-9a-f]{32}(?=\.interview@)")
_OTHER = ("To", "Subject", "Message-ID", "DKIM-Signature")


@dataclass(frozen=True, slots=True)
class ProveCampaign:
    """Writes to coordinators about campaigns."""

    book: Campaigns
    words: Templates
    writer: LetterWriter

    def code(self, campaign: Campaign, call: str, to: Coordinator, code: str, now: datetime) -> bytes:
        """The letter that brings somebody a code."""
        values = {"planner": campaign.plan.by, "phrase": campaign.phrase, "code": code}
        return self._letter("code", campaign, call, to, now, **values)

    def asked(self, campaign: Campaign, call: str, to: Coordinator, by: str, now: datetime) -> bytes:
        """The letter that tells the planner who is about to approve: whoever gave another's name for planning is seen so."""
        return self._letter("asked", campaign, call, to, now, by=by)

    def _letter(
        self, which: str, campaign: Campaign, call: str, to: Coordinator, now: datetime, **values: str
    ) -> bytes:
        kind = self.words.say(to.language, "coordinators", "campaign", "kinds", campaign.plan.kind)
        known = {"number": campaign.id, "count": campaign.total, "kind": kind, "call": call}
        subject, text = (
            self.words.say(to.language, "coordinators", "campaign", which, part, name=to.name, **known, **values)
            for part in ("subject", "text")
        )
        mail, own = Rendered(subject, f"{text}\n", ""), Mailbox(to.email, to.name)
        return self.writer.write(own, mail, token=secrets.token_hex(16), date=now, language=to.language)

    def tests(self, campaign: Campaign, to: Coordinator, now: datetime) -> list[tuple[Delivery, bytes]]:
        """The oddest mails of a campaign, addressed to a coordinator; each names whom it is meant for."""
        oddest = sorted(self.book.deliveries(campaign.id), key=lambda one: (-one.oddness, one.row))[:ODDEST]
        chosen = {one.id for one in oddest}
        bodies = {one.id: body for one, _, body in self.book.letters(campaign.id) if one.id in chosen}
        self.book.note(to.name, "tested", campaign.id, f"{len(oddest)} mails", now)
        return [(one, self._readdressed(one, bodies[one.id], to)) for one in oddest]

    def _readdressed(self, delivery: Delivery, body: bytes, to: Coordinator) -> bytes:
        letter = message_from_bytes(body, _class=EmailMessage, policy=SMTP)
        for name in _OTHER:
            del letter[name]
        _hide(letter)
        letter["To"] = Address(to.name, addr_spec=to.email)
        values = {"name": delivery.name, "address": delivery.address, "subject": delivery.subject}
        letter["Subject"] = self.words.say(to.language, "coordinators", "campaign", "test", "subject", **values)
        letter["Message-ID"] = f"<{secrets.token_hex(16)}.test@{self.writer.domain}>"
        return letter.as_bytes()


def _hide(letter: EmailMessage) -> None:
    """Replace what is the recipient's alone."""
    number = secrets.token_hex(16).encode("ascii")
    for part in letter.walk():
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html"):
            text = part.get_content()
            if (plain := _WORD.sub(STAND_IN, text)) != text:
                part.set_content(plain, subtype=kind.removeprefix("text/"), cte="quoted-printable")
        elif kind in ("text/calendar", "application/ics"):
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes), "an entry is one part"
            del part["Content-Transfer-Encoding"]
            part.set_payload(_ENTRY.sub(number, data))
            encode_base64(part)
