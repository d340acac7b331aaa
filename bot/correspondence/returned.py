"""What came back for a mail that told somebody their result: read from a letter, whoever or whatever wrote it.

Knows which letter is a failure, a delay, an absence note, a calendar's answer or a person's reply, and by which token it names the mail
(`model/returned.py`). Does not know deliveries: whether such a mail exists, and went to the writer, the record tells.

Where a letter may be a machine's or a person's, it counts as a reply: a person then reads it. Only fields or plain words make a failure,
and only in a letter that a server wrote: people forward what came back to them, and write an answer of their own above it.
"""

import re
from collections.abc import Iterator
from email.message import Message
from itertools import islice

from bot.correspondence import mime
from bot.correspondence.automatic import absent, automatic, told_by_addresses
from bot.correspondence.bounces import STATUS_PARTS, Told, recipients, report_parts
from bot.correspondence.calendar_answers import CalendarAnswer, calendar_answer
from bot.correspondence.headers import Headers, normal_address, read_headers
from bot.correspondence.mail import Mail
from bot.correspondence.returned_parts import PARTS, OwnId, inner_of, named, quoted, text_of
from bot.correspondence.returned_words import (
    Fate,
    answers_plainly,
    away_by_subject,
    codes_in,
    diagnosis_in,
    fate_in,
    one_line,
    only_absence,
    refuses,
    report_lines,
    status_in,
)
from bot.model.returned import Returned, ReturnKind

ADDRESSES = 5
_CALENDARS = ("text/calendar", "application/ics")
_WRITTEN_ADDRESS = re.compile(r"(?<![\w.+@-])[\w.+'-]{1,64}@[\w.-]{3,255}")
_BETWEEN, _BRACKETS = re.compile(r"[<>,;\s]+"), re.compile(r"[<>,;]+")
_BULK = ("list-unsubscribe", "list-id", "list-post")


def read_return(data: bytes, mail: Mail) -> Returned | None:
    """What a letter is to a mail that told a result, as far as it tells itself; None if nothing of that kind. Never raises."""
    try:
        return _read(mime.parse(data), mail)
    except Exception:  # the email package raises much on malformed parts: then only what the headers name counts
        known = named(mail.references)
        token = next((one.token for one in known if one.decision), "")
        return _said("reply", mail, token) if token and (mail.automatic is None or mail.by_words) else None


def _read(message: Message, mail: Mail) -> Returned | None:
    headers = read_headers(message)
    if mail.automatic == "own mail" and not _is_colleagues_absence(headers, mail):
        return None
    answered = _answered(headers)
    referred = next((one.token for one in answered if one.decision), "")
    if answer := _calendar(message, mail):
        token = referred or _quoted_token(message)
        return Returned("calendar", token, answer.uid, _writer(mail), says=answer.says, detail=mail.subject)
    if _is_servers(message, headers, mail) or (mail.automatic == "read receipt" and _turned_away(message, mail)):
        return _report(message, answered, mail)
    token = referred or _quoted_token(message)
    if _is_away(headers, mail, token):
        return _said("away", mail, token)
    token = token or _quoted_token(message, answered=True)
    return _said("reply", mail, token) if token and mail.automatic != "complaint" else None


def _said(kind: ReturnKind, mail: Mail, token: str) -> Returned:
    return Returned(kind, token, addresses=_writer(mail), detail=one_line(mail.subject))


def _writer(mail: Mail) -> tuple[str, ...]:
    return (mail.author,) if mail.author else ()


def _answered(headers: Headers) -> list[OwnId]:
    """Our ids in In-Reply-To, then in References, the last first; those too that a server broke, or took the brackets from."""
    found: list[OwnId] = []
    for value in (value for name in ("in-reply-to", "references") for value in headers.get(name, ())):
        found += named(tuple(_BETWEEN.split(value))) or named(tuple(_BRACKETS.split("".join(value.split()))))
    return found


def _quoted_token(message: Message, *, answered: bool = False) -> str:
    return next((one.token for one in quoted(message, answered=answered) if one.decision), "")


def _calendar(message: Message, mail: Mail) -> CalendarAnswer | None:
    for part in islice(report_parts(message), PARTS):
        if part.get_content_type() in _CALENDARS and (answer := calendar_answer(text_of(part), mail.author)):
            return answer
    return None


# Absence notes.


def _is_away(headers: Headers, mail: Mail, token: str) -> bool:
    """Whether a machine wrote in place of somebody; without our token only what is sure to answer a letter."""
    reason = mail.automatic
    if reason is None:
        return away_by_subject(mail.subject)
    if reason == "absence note":
        return not token or only_absence(mail.text) or not (mail.by_words or answers_plainly(mail.text))
    if mail.by_words:
        return False
    if reason == "own mail":
        return True
    if reason == "read receipt":
        return bool(token)
    if absent(mail.subject, mail.text) or away_by_subject(mail.subject) or automatic(mail.text) == "absence note":
        return bool(token) or not any(name in headers for name in _BULK)
    return reason == "auto-submitted" and (bool(token) or _is_replied(headers))


def _is_replied(headers: Headers) -> bool:
    return any(value.strip().lower().startswith("auto-replied") for value in headers.get("auto-submitted", ()))


def _is_colleagues_absence(headers: Headers, mail: Mail) -> bool:
    """Whether a note of our own domain is a colleague's, who applied, and no letter of ours that came back."""
    ours = named((mail.message_id,))
    return (
        not ours
        and _is_replied(headers)
        and "x-loop" not in headers
        and any(one.decision for one in named(mail.references))
    )


# Reports.


def _is_servers(message: Message, headers: Headers, mail: Mail) -> bool:
    """Whether a server wrote this report: by its type, by who sent it, or by its envelope; words alone are anybody's."""
    if mail.automatic == "null sender":  # RFC 5321, 4.5.5: absence notes have none, too
        return automatic(mail.text) == "delivery report"
    if mail.automatic not in {"bounce", "report"}:
        return False
    daemon = not mail.author or told_by_addresses([mail.author]) == "bounce"
    return daemon or message.get_content_type() == "multipart/report" or "x-failed-recipients" in headers


def _report(message: Message, answered: list[OwnId], mail: Mail) -> Returned | None:
    """What a report says of one of our mails; None if it tells a success, or of another letter of ours."""
    own = next(iter(answered), None) or next(quoted(message), None)
    if own is not None and not own.decision:
        return None
    token = own.token if own else ""
    told = recipients(message)
    lines = report_lines(mime.content(message).text or "")
    fate = _fate(told, lines, message, mail)
    if fate is None:
        return _said("reply", mail, token) if token and not told else None
    concerned = [one for one in told if one.fate == fate]
    found = tuple(dict.fromkeys(address for one in concerned for address in one.addresses))
    addresses = found or mail.bounced or tuple(dict.fromkeys(_addresses(lines, message))) or _writer(mail)
    detail = next((one.diagnostic for one in concerned if one.diagnostic), "") or diagnosis_in(lines)
    status = _status(concerned, lines, fate)
    return Returned(
        fate, token, addresses=addresses[:ADDRESSES], status=status, detail=one_line(detail or mail.subject)
    )


def _fate(told: list[Told], lines: list[str], message: Message, mail: Mail) -> Fate | None:
    """Failed before delayed before neither, by the fields alone if there are any; else by words."""
    if told:
        fates = {one.fate for one in told}
        return "failed" if "failed" in fates else "delayed" if "delayed" in fates else None
    if mail.automatic == "read receipt":
        return "failed"
    if fate := fate_in(mail.subject, lines):
        return fate
    has_status = any(part.get_content_type() in STATUS_PARTS for part in islice(report_parts(message), PARTS))
    return "failed" if mail.bounced or (has_status and codes_in(lines)) else None


def _status(concerned: list[Told], lines: list[str], fate: Fate) -> str:
    """The most telling code: that of the fields, unless it is x.0.0 and the server's words hold a better one."""
    texts = [*(text for one in concerned for text in (one.status, one.diagnostic)), "\n".join(lines)]
    codes = [code for text in texts if (code := status_in(text, fate))]
    return next((code for code in codes if not code.endswith(".0.0")), next(iter(codes), ""))


def _addresses(lines: list[str], message: Message) -> Iterator[str]:
    """The addresses that a report without fields names, in order, without its own sender and whom it was sent to."""
    heads = " ".join(
        str(value)[:1000] for name, value in message.raw_items() if name.lower() in {"from", "to", "sender", "reply-to"}
    )
    for line in lines:
        for written in _WRITTEN_ADDRESS.findall(line) if "message-id" not in line.lower() else ():
            if (address := normal_address(written.rstrip("."))) and address.lower() not in heads.lower():
                yield address


def _turned_away(message: Message, mail: Mail) -> bool:
    """Whether a receipt is how a mailbox's own rules refuse a letter (RFC 5429, 2.1): deleted by no person, and refusing in words."""
    for part in islice(report_parts(message), PARTS):
        if part.get_content_type() == "message/disposition-notification":
            said = inner_of(part).lower()
            automatic_action = re.search(r"disposition:\s*automatic-action[^\n]{0,80};\s*deleted", said)
            return bool(automatic_action) and refuses(mail.subject, report_lines(mime.content(message).text or ""))
    return False
