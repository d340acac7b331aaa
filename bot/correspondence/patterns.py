"""The lines of a letter that are no words of its writer's: what clients, servers and offices add, in many languages.

Expressions only, each for one line. Does not know what follows from a line: that is told in quotes, own_words and letters.
"""

import re

# Words of others.

QUOTED = re.compile(r"^\s*>")
WROTE_ON = re.compile(r"^\s*(?:on\b.{4,160}\bwrote\s*:|am\b.{4,160}\bschrieb\b.{0,80}:)\s*$", re.IGNORECASE)
YOU_WROTE = re.compile(r"\byou (?:wrote|write)\b", re.IGNORECASE)
CLOCK = re.compile(
    r"(?<![\d.])\d{1,2}[:h]\d{2}(?!\.?\d)|\b(?:kl\.?|klo|um|at|ore|alle|às|à|\d{4},?)\s\d{1,2}\.\d{2}(?!\.?\d|\.\s)",
    re.IGNORECASE,
)
"""A time of day. Written with a full stop it may also be a part of a date, or a section: only what stands before tells."""
DATE = re.compile(
    r"\b\d{1,2}(?:\.\s?|[/-])\d{1,2}(?:\.\s?|[/-])(?:\d{4}|\d{2})\b|\b\d{4}([./-])\d{1,2}\1\d{1,2}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th|\.|º)?,? (?:de |of )?[^\W\d_]{3,12}\.?,? (?:de )?\d{4}\b|\b[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b"
    r"|\b\d{4}[年년]"
)
"""A whole date with its year."""
WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|napisał(?:\(a\)|a)?|pisze|escreveu|skrev|kirjoitti|yazdı|napsal\(a\)|írta|написал\(?а?\)?|пишет|писал\(?а?\)?)\b|写道|寫道",
    re.IGNORECASE,
)
FROM = re.compile(
    r"^[\s*]*(?:from|von|de|da|van|od|från|fra|lähettäjä|kimden|от|发件人|寄件者|差出人|보낸 사람)\s?\*?\s?[:：]",
    re.IGNORECASE,
)
SENT = re.compile(
    r"^[\s*]*(?:sent|date|gesendet|datum|envoyé|enviado(?: el| em)?|fecha|data|inviato|verzonden|wysłano|skickat|sendt|dato|odesláno|lähetetty|дата|отправлено|发送时间|日期|送信日時|보낸 날짜)\s?\*?\s?[:：]",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"^\s*(?:[-–_=]{2,}\s*(?:forwarded (?:message|by)|weitergeleitete (?:nachricht|e-?mail)|message (?:transféré|réexpédié|d'origine)|mensaje (?:reenviado|original)|messaggio (?:inoltrato|originale)"
    r"|doorgestuurd bericht|oorspronkelijk bericht|mensagem (?:encaminhada|reencaminhada|original)|(?:przekazana|oryginalna) wiadomość|wiadomość oryginalna|original[e -]{0,2}(?:message|nachricht)"
    r"|ursprüngliche (?:nachricht|e-?mail)|转发(?:的)?邮件|原始邮件)\b.{0,60}"
    r"|begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado|inizio (?:del )?messaggio inoltrato"
    r"|begin doorgestuurd bericht|início da mensagem (?:reencaminhada|encaminhada))\s?:?[\s-]*$",
    re.IGNORECASE,
)

# What stands below a letter, and around it.

SIGNATURE = re.compile(r"^\s*(?:--|__+|—)\s*$")
CLOSING = re.compile(
    r"^\s*(?:(?:(?:many|my|with)\s+)?(?:best|kind|warm|kindest|warmest|many|cordial)\s*(?:regards|wishes|greetings)?|(?:kind |best |warm )?regards|sincerely"
    r"|yours\s+(?:sincerely|faithfully|truly)|cheers|many thanks(?: and .*)?|thank you(?: very much| so much| in advance| for your time)?|thanks(?: a lot| in advance)?"
    r"|all the best|saludos(?: cordiales)?|cordialement|mit (?:freundlichen|besten|herzlichen|lieben) grüßen|(?:viele|beste|liebe|herzliche|freundliche|schöne) grüße"
    r"|mfg|lg|vg|vielen dank(?: im voraus)?|danke(?: im voraus| schön)?|greetings|with (?:kind|best|warm)\w* \w+)\s*[,.!]?\s*$",
    re.IGNORECASE,
)
SENT_FROM = re.compile(
    r"^\s*(?:sent (?:from|via|with) (?:the )?(?:my|outlook|mail|yahoo|proton|samsung|gmail|mobile|a (?:mobile|phone))\b.*|von (?:meine[mr]?|iphone|ipad)\b.*gesendet|gesendet (?:von|mit|aus)\b.*|diese nachricht wurde von meine[mr] .* gesendet"
    r"|envoyé (?:de|depuis|à partir)\b.*|enviado (?:desde|do|a partir)\b.*|inviato (?:da|dal)\b.*|verzonden (?:vanaf|vanuit|met)\b.*|wysłan[eo] z\b.*|skickat från\b.*|sendt fra\b.*|отправлено (?:с|из)\b.*"
    r"|(?:get|holen sie sich|obtenir|télécharger|obtener|scarica) outlook (?:for|für|pour|para|per)\b.*|outlook (?:for|für) (?:ios|android).*|发自我的.*|从我的.*发送|iPhoneから送信)$",
    re.IGNORECASE,
)
DISCLAIMER = re.compile(
    r"^\W*(?:confidentiality (?:notice|note)|disclaimer\s*[:-]|caution\s*: this e?-?mail|\[?external (?:e-?mail|sender)|this (?:e-?mail|message|communication)(?: and any| \(including|, including| may contain| is (?:intended|confidential)| contains confidential)"
    r"|the information (?:contained )?in this e?-?(?:mail|message)|please consider the environment|diese (?:e-?mail|nachricht) (?:enthält|ist|kann) (?:vertraulich|ausschließlich|möglicherweise)|der inhalt dieser e-?mail"
    r"|ce (?:message|courriel)(?: et| est|,)|este (?:mensaje|correo)(?: y| es| puede|,)|questo messaggio|virus-free\.|diese e-?mail wurde von .* virenfrei)",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s*_{10,}$")
ASKED = re.compile(r"[?？](?!\w)|^\s*p\.?\s?s\b", re.IGNORECASE | re.MULTILINE)
