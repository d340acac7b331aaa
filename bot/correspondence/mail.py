"""A letter as it arrived, read for answering: who wrote it, what in their own words, and whether a machine did.

Knows headers (RFC 5322) and where in a text a person's own words end: quoted history, forwarded matter, signatures and
disclaimers, as clients of many languages write them. Does not know MIME's parts, topics, the network or the clock.

In doubt words are kept: a signature that is read costs little, a question that is not read costs an answer.
"""

import re
from bisect import bisect
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses
from functools import cache

from mailparser_reply import EmailMessage
from mailparser_reply.constants import MAIL_LANGUAGES

from bot.correspondence import mime
from bot.correspondence.automatic import (
    absent,
    automatic,
    failed_recipients,
    told_by_addresses,
    told_by_headers,
    told_by_type,
)
from bot.correspondence.letters import CLOSING, INTRODUCES_QUOTE, QUOTED, SIGNATURE

SUBJECT, REFERENCES = 200, 50
INTRODUCTION = 250
"""Characters of the longest line that introduces a quote; the library's expressions are cubic in it (250: 6 ms)."""

TAIL = 40
"""Lines after a closing, no question among them, that are still a signature."""

TRIES = 60
"""Lines of a letter that the library is asked about."""

_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-][a-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}@(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}",
    re.IGNORECASE,
)
_ID = re.compile(r"<([!-;=?-~]{1,200}@[!-;=?-~]{1,200})>")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}(?!\.?\d)")
_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|napisał(?:\(a\)|a)?|pisze|escreveu|skrev|kirjoitti|yazdı|napsal\(a\)|írta|написал\(?а?\)?|пишет|писал\(?а?\)?)\b|写道|寫道",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"^[\s*]*(?:from|von|de|da|van|od|från|fra|lähettäjä|kimden|от|发件人|寄件者|差出人|보낸 사람)\s?\*?\s?[:：]",
    re.IGNORECASE,
)
_SENT = re.compile(
    r"^[\s*]*(?:sent|date|gesendet|datum|envoyé|enviado(?: el| em)?|fecha|data|inviato|verzonden|wysłano|skickat|sendt|dato|odesláno|lähetetty|дата|отправлено|发送时间|日期|送信日時|보낸 날짜)\s?\*?\s?[:：]",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^\s*(?:[-–_=]{2,}\s*(?:forwarded (?:message|by)|weitergeleitete (?:nachricht|e-?mail)|message (?:transféré|réexpédié|d'origine)|mensaje (?:reenviado|original)|messaggio (?:inoltrato|originale)"
    r"|doorgestuurd bericht|oorspronkelijk bericht|mensagem (?:encaminhada|reencaminhada|original)|(?:przekazana|oryginalna) wiadomość|wiadomość oryginalna|original[e -]{0,2}(?:message|nachricht)"
    r"|ursprüngliche (?:nachricht|e-?mail)|转发(?:的)?邮件|原始邮件)\b.{0,60}"
    r"|begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado|inizio (?:del )?messaggio inoltrato"
    r"|begin doorgestuurd bericht|início da mensagem (?:reencaminhada|encaminhada))\s?:?[\s-]*$",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"^\s*(?:sent (?:from|via|with) (?:the )?(?:my|outlook|mail|yahoo|proton|samsung|gmail|mobile|a (?:mobile|phone))\b.*|von (?:meine[mr]?|iphone|ipad)\b.*gesendet|gesendet (?:von|mit|aus)\b.*|diese nachricht wurde von meine[mr] .* gesendet"
    r"|envoyé (?:de|depuis|à partir)\b.*|enviado (?:desde|do|a partir)\b.*|inviato (?:da|dal)\b.*|verzonden (?:vanaf|vanuit|met)\b.*|wysłan[eo] z\b.*|skickat från\b.*|sendt fra\b.*|отправлено (?:с|из)\b.*"
    r"|(?:get|holen sie sich|obtenir|télécharger|obtener|scarica) outlook (?:for|für|pour|para|per)\b.*|outlook (?:for|für) (?:ios|android).*|发自我的.*|从我的.*发送|iPhoneから送信)$",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"^\W*(?:confidentiality (?:notice|note)|disclaimer\s*[:-]|caution\s*: this e?-?mail|\[?external (?:e-?mail|sender)|this (?:e-?mail|message|communication)(?: and any| \(including|, including| may contain| is (?:intended|confidential)| contains confidential)"
    r"|the information (?:contained )?in this e?-?(?:mail|message)|please consider the environment|diese (?:e-?mail|nachricht) (?:enthält|ist|kann) (?:vertraulich|ausschließlich|möglicherweise)|der inhalt dieser e-?mail"
    r"|ce (?:message|courriel)(?: et| est|,)|este (?:mensaje|correo)(?: y| es| puede|,)|questo messaggio|virus-free\.|diese e-?mail wurde von .* virenfrei)",
    re.IGNORECASE,
)
_FAREWELLS = "|".join(
    word.rstrip(",.") for language in MAIL_LANGUAGES.values() for word in language.get("signatures", ())
)
_FAREWELL = re.compile(rf"^\s*(?:{_FAREWELLS})(?:[\s,]+\w+){{0,2}}[\s,.!]*$", re.IGNORECASE)
_RULE = re.compile(r"^\s*_{10,}$")
_DATE = re.compile(r"\d[:./-]\d|\d{4}|\d\s?[年월月]")
_DATED = re.compile(r"\d{4}(?!.*[?!]$)|\d[:./]\d(?!.*[?!]$)")
_ASKED = re.compile(r"[?？](?!\w)|^\s*p\.?\s?s\b", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter as it arrived, read for answering."""

    sender: str
    """The address a reply goes to: Reply-To if it holds exactly one that is not ours, else From; "" if none is usable."""
    author: str
    """The address of From; "" if unusable."""
    subject: str
    """One line of at most 200 characters, all of which print."""
    message_id: str
    """Without < and >; "" if absent or malformed."""
    references: tuple[str, ...]
    """What References and In-Reply-To name, oldest first, the last 50 of them."""
    text: str
    """The person's own words; "" if there are none."""
    attachments: tuple[str, ...]
    """Names, or the type of what is nameless; never read."""
    automatic: str | None
    """Why this must never be answered automatically; None for a person's letter."""
    bounced: tuple[str, ...]
    """Addresses that a delivery report says failed for good. Anybody can write such a report."""
    unreadable: bool
    """A person's, but encrypted or without any text."""


def read_mail(data: bytes, own: Collection[str] = ()) -> Mail:
    """Read whatever arrived; never raises. `own` are our own addresses."""
    message = mime.parse(data)
    headers = mime.headers(message)
    try:
        content = mime.content(message)
    except Exception:  # the email package raises much on malformed parts, all of which are only unreadable
        content = mime.Content(None)
    author = _address(headers.get("from", ()))
    ours = {address.lower() for address in own}
    answers_to = _address(headers.get("reply-to", ()))
    subject = mime.header_text(next(iter(headers.get("subject", ())), ""))[:SUBJECT].strip()
    text = own_words(content.text or "").partition("-----BEGIN PGP MESSAGE-----")[0].strip()
    reason = _reason(message, content, headers, ours, subject, text)
    bounced = failed_recipients(message) if reason == "bounce" else ()
    references = list(dict.fromkeys(_ids(headers, "references") + _ids(headers, "in-reply-to")))
    return Mail(
        sender=answers_to if answers_to and answers_to.lower() not in ours else author,
        author=author,
        subject=subject,
        message_id=next(iter(_ids(headers, "message-id")), ""),
        references=tuple(references[-REFERENCES:]),
        text=text,
        attachments=content.attachments,
        automatic=reason,
        bounced=tuple(dict.fromkeys(address for failed in bounced if (address := _normal(failed)))),
        unreadable=reason is None and (content.encrypted or content.text is None),
    )


def _reason(
    message: Message,
    content: mime.Content,
    headers: Mapping[str, Sequence[str]],
    ours: Collection[str],
    subject: str,
    text: str,
) -> str | None:
    """Why no answer may follow; what tells of a bounce comes before what a bounce shares with other automatic mail."""
    author = _address(headers.get("from", ()))
    if author.lower() in ours:
        return "own mail"
    senders = [_address(headers.get(name, ())) for name in ("from", "reply-to", "sender")]
    kind = message.get_content_type()
    reason = told_by_type(kind, mime.parameter(message, "report-type"), content.calendar)
    reason = reason or told_by_addresses([address for address in senders if address])
    if reason is None and _is_echo(headers, ours):
        return "own mail"
    reason = reason or told_by_headers(headers)
    if reason is None and absent(subject, text):
        return "absence note"
    reason = reason or automatic(text)
    return "bounce" if reason == "delivery report" else reason


def _is_echo(headers: Mapping[str, Sequence[str]], ours: Collection[str]) -> bool:
    """Whether a letter of ours came back to us: by its X-Loop, or sent by a machine with an id of our own domain."""
    if any(address in value.lower() for value in headers.get("x-loop", ()) for address in ours):
        return True
    domains = {address.rpartition("@")[2] for address in ours}
    sent_by_machine = any(value.strip().lower() not in {"", "no"} for value in headers.get("auto-submitted", ()))
    return sent_by_machine and any(name.rpartition("@")[2].lower() in domains for name in _ids(headers, "message-id"))


def _address(values: Sequence[str]) -> str:
    """The one usable address of a header, "" if there is none or several (RFC 5322, 3.4).

    Encoded words are not decoded before: an address never holds any (RFC 2047, 5), so what they spell is no address.
    """
    if not values or len(values[0]) > mime.PARAMETERS:
        return ""
    try:
        found = {_normal(address) for _, address in getaddresses([values[0]]) if address}
    except (ValueError, IndexError, RecursionError):
        return ""
    return found.pop() if len(found) == 1 else ""


def _normal(address: str) -> str:
    """With its domain in lower case and ASCII (RFC 5890); "" if it is none that mail goes to."""
    local, _, domain = address.rpartition("@")
    try:
        domain = domain if domain.isascii() else domain[:253].encode("idna").decode()
    except ValueError:
        return ""
    written = f"{local}@{domain.lower()}"
    return written if _ADDRESS.fullmatch(written) and ".." not in written else ""


def _ids(headers: Mapping[str, Sequence[str]], name: str) -> list[str]:
    return [found for value in headers.get(name, ()) for found in _ID.findall(value)]


def own_words(text: str) -> str:
    """The lines that are the person's own, among and below quoted ones too."""
    lines = [line.rstrip() for line in text.split("\n")]
    ends = _Ends.of(lines)
    own: list[str] = []
    number = tries = 0
    begun = history = False
    while number < len(lines):
        height, tries = _history(lines, number, tries)
        history = history or height != 0
        if height is None:
            break
        height = height or _not_read(lines, number, ends if begun else None)
        own.append("" if height else lines[number])
        begun = begun or bool(own[-1])
        number += height or 1
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(own)).strip("\n")
    return kept if kept.strip() or history else text.strip()


def _history(lines: Sequence[str], number: int, tries: int) -> tuple[int | None, int]:
    """How many lines from here are quoted or introduce quotes, None if all that follows is history; and the new `tries`."""
    line = lines[number]
    if QUOTED.match(line):
        return 1, tries
    if not line or len(line) > INTRODUCTION:
        return 0, tries
    height, tries = _introduction(lines, number, tries)
    forwarded = bool(_FORWARDED.match(line))
    if _quote_follows(lines, number + max(height, 1)):
        return height or int(forwarded), tries
    dated = any(map(_DATE.search, lines[number : number + height]))
    return None if dated or forwarded or _heads(lines, number) else 0, tries


@dataclass(frozen=True, slots=True)
class _Ends:
    """Where history goes on and where something is asked: told once, lest a letter of closings takes quadratic time."""

    history: Sequence[int]
    asked: Sequence[int]

    @classmethod
    def of(cls, lines: Sequence[str]) -> "_Ends":
        history = [number for number, line in enumerate(lines) if QUOTED.match(line) or _may_introduce(line)]
        asked = [number for number, line in enumerate(lines) if _ASKED.search(line)]
        return cls((*history, len(lines)), (*asked, len(lines)))

    def after(self, number: int) -> tuple[int, bool]:
        """The next line of history, and whether anything is asked before."""
        end = self.history[bisect(self.history, number)]
        return end, self.asked[bisect(self.asked, number)] < end


def _not_read(lines: Sequence[str], number: int, ends: _Ends | None) -> int:
    """How many lines from here are a signature or a disclaimer; no `ends` before the person's first words."""
    line = lines[number]
    if not line or len(line) > INTRODUCTION:
        return 0
    if _RULE.match(line) or (len(line) <= 80 and _SENT_FROM.match(line) and "?" not in line):
        return 1
    if _DISCLAIMER.match(line) and not (number and lines[number - 1]):
        end = next((far for far in range(number, len(lines)) if not lines[far]), len(lines))
        return 0 if any(map(_ASKED.search, lines[number:end])) else end - number
    signature = SIGNATURE.match(line)
    if ends is None or not (signature or CLOSING.match(line) or _FAREWELL.match(line)):
        return 0
    end, asked = ends.after(number)
    return 1 if asked or (end - number > TAIL and not signature) else end - number


def _may_introduce(line: str) -> bool:
    if len(line) > INTRODUCTION:
        return False
    return bool(_FORWARDED.match(line) or _FROM.match(line) or (_CLOCK.search(line) and _WROTE.search(line)))


def _quote_follows(lines: Sequence[str], number: int) -> bool:
    following = (line for line in lines[number : number + 4] if line)
    return bool(QUOTED.match(next(following, "")))


def _heads(lines: Sequence[str], number: int) -> bool:
    """Whether the headers of an earlier letter stand here, as Outlook and GMX write them: at least From and when."""
    if not (_FROM.match(lines[number]) or _SENT.match(lines[number])):
        return False
    block = [line for line in lines[number : number + 10] if line][:5]
    return any(map(_FROM.match, block)) and any(_SENT.match(line) and _CLOCK.search(line[:200]) for line in block)


def _introduction(lines: Sequence[str], number: int, tries: int) -> tuple[int, int]:
    """How many lines from here say who wrote what follows (clients break them), and how often the library was asked."""
    for height in (1, 2, 3):
        window = lines[number : number + height]
        joined = " ".join(line.strip() for line in window)
        if len(window) < height or not window[-1] or len(joined) > INTRODUCTION:
            break
        if not joined.endswith((":", "：")) or not re.search(r"\d", joined):
            continue
        if (_CLOCK.search(joined) and ("@" in joined or _WROTE.search(joined))) or INTRODUCES_QUOTE.match(joined):
            return (height if height == 1 or _DATED.search(window[0]) else 0), tries
        tries += 1
        if tries <= TRIES and _library().fullmatch("\n".join(window)):
            return height, tries
    return 0, tries


@cache
def _library() -> re.Pattern[str]:
    """What introduces quotes in thirteen languages."""
    pattern: re.Pattern[str] = EmailMessage(text="", languages=list(MAIL_LANGUAGES)).HEADER_REGEX
    return pattern
