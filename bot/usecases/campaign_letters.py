"""The letters of a draft, as they are written down and sent: words, calendar entry, a link of one's own, how odd each is.

The words that are kept and compared show a stand-in where the letter's bytes have the person's own link.
"""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.mailing.invitation import entry
from bot.mailing.oddity import Rated, rate
from bot.mailing.template import Rendered
from bot.mailing.writing import Calendar, LetterWriter, Mailbox
from bot.model.campaign import Recipient
from bot.model.delivery import Letter
from bot.model.slot import Invitation
from bot.usecases.campaign_draft import Draft
from bot.usecases.plan_invitations import STAND_IN, new_word


def letters_of(draft: Draft, writer: LetterWriter, organizer: Mailbox, now: datetime) -> Iterator[Letter]:
    """Every letter of a draft, in the order of the table."""
    mails = [(one, draft.mails[one.row]) for one in draft.recipients]
    rated = rate(
        [Rated(one.row, one.name, one.address, mail.subject, mail.text, one.language, one.zone) for one, mail in mails]
    )
    for one, mail in mails:
        token = secrets.token_hex(16)
        link = new_word() if STAND_IN in mail.text else ""
        oddness, oddities = rated.get(one.row, (0.0, ()))
        invitation = draft.invitations.get(one.row)
        to = Mailbox(one.address, one.name)
        calendar = _calendar(invitation, one, mail, organizer, now) if invitation else None
        words = _own(mail, link) if link else mail
        yield Letter(
            row=one.row,
            person=draft.persons[one.row],
            address=one.address,
            name=one.name,
            language=one.language,
            token=token,
            revision=draft.vetted.revision[one.row],
            subject=mail.subject,
            text=mail.text,
            body=writer.write(to, words, token=token, date=now, language=one.language, calendar=calendar),
            after=draft.vetted.after[one.row],
            oddness=oddness,
            oddities=oddities,
            fields=draft.fields[one.row],
            link=link,
            invitation=invitation,
        )


def _own(mail: Rendered, link: str) -> Rendered:
    return replace(mail, text=mail.text.replace(STAND_IN, link), html=mail.html.replace(STAND_IN, link))


def _calendar(invitation: Invitation, one: Recipient, mail: Rendered, organizer: Mailbox, now: datetime) -> Calendar:
    data = entry(
        invitation,
        summary=mail.event or mail.subject,
        description=mail.text,
        organizer=organizer,
        attendee=Mailbox(one.address, one.name),
        stamp=now,
        language=one.language,
    )
    return Calendar(invitation.method, data)
