"""The words by which reports and absence notes tell what they are, in many languages: for letters whose fields do not say it.

Expressions, the codes of RFC 5321 and RFC 3463 among words, and what follows from them. Does not know fields, headers or parts.
Every expression is linear in a line, and lines are cut before.
"""

import re
from itertools import islice
from typing import Literal

from bot.correspondence.letters import read_letter

Fate = Literal["failed", "delayed"]
LINES, LINE, DETAIL = 400, 300, 300

_FAILED = re.compile(
    r"undeliver|\bnot (?:be |been )?(?:be )?deliver|n['’]t (?:be )?deliver|deliver\w* (?:to .{0,80} )?(?:has |have )?fail|failed to deliver|n['’]t able to deliver|(?:not able|unable) to deliver|returned (?:mail|to sender)|delivery failure"
    r"|failure notice|permanent (?:fatal )?error|address not found|unknown (?:user|recipient)|(?:user|recipient|host|domain|address)(?: is)? (?:unknown|not found)|no such (?:user|mailbox|recipient)|mailbox (?:is )?(?:full|unavailable)|over quota|(?:was|been|is|message) (?:\w+ )?reject|not accept"
    r"|nicht (?:zugestellt|zustellbar|ausgeliefert)|unzustellbar|(?:zustellung|übermittlung) .{0,40}fehlgeschlagen|zustellfehler|fehler bei der (?:nachrichten)?zustellung|postfach .{0,30}voll"
    r"|n['’]a pas (?:pu|été) .{0,20}(?:remis|délivr|distribu|livr|achemin)|non (?:remis|délivr|distribu)|(?:échec|erreur) de .{0,5}(?:remise|distribution|livraison)|(?:remise|distribution|livraison) impossible|impossible de (?:remettre|distribuer)"
    r"|no (?:se )?(?:ha |pudo |puede )?(?:podido )?(?:ser )?entreg|(?:error|fallo|fallido) .{0,10}entrega|no entregado|non .{0,30}(?:consegna|recapita)|manca(?:to recapito|ta consegna)|impossibile (?:recapitare|consegnare)|errore di consegna"
    r"|não .{0,30}entreg|falha na entrega|nie .{0,40}dostarcz|niedostarczon|не .{0,40}достав|недоставлен|teslim edile?me|iletile?me|gönderile?me|退信|退件|[无無]法(?:送达|送達|投递|投遞|发送|傳送)|(?:投递|投遞|发送|寄送)失[败敗]|未能(?:送达|投递)"
    r"|配信(?:不能|できません)|配達できません|niet (?:worden )?(?:afgeleverd|bezorgd)|onbestelbaar|kunde inte levereras|kunne ikke leveres|nelze doručit|nedoručiteln|kézbesíthetetlen",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"\bdelayed\b|\(delay\)|delivery delay|\bwarning only\b|not (?:yet been|been) (?:delivered|sent) ?(?:yet)?.{0,60}(?:retr|try|attempt|action is required)|\bnot yet (?:been )?deliver|n['’]t (?:been delivered|delivered) yet"
    r"|\bnot been delivered yet|will (?:be )?(?:retried|re-?try|keep (?:on )?trying|continue|try again|be attempted)|being retried|delivery attempts will|could not send message for|temporary problem|delivery incomplete|has been (?:delayed|postponed)"
    r"|noch nicht .{0,30}(?:zugestellt|ausgeliefert)|verzöger|weitere zustellversuche|(?:weiterhin|erneut|weiter) versuch"
    r"|pas encore|\bretard|nouvelles? tentatives?|en attente|aún no|todavía no|\bretras|demorad|reintent|(?:volverá a|seguirá) intent|non (?:è )?(?:stat[oa] )?ancora|\britard|riprov|nuovi tentativi|ainda não|atrasad"
    r"|opóźni|jeszcze nie|ponowi|kolejne próby|задерж|отложен|ещ[её] не|повторн\w+ попыт|gecik|henüz|yeniden den|tekrar den|延[迟遲误誤]|推[迟遲]|[继繼][续續][尝嘗][试試]|尚未|稍[后後]重[试試]|遅延|再試行|nog niet|vertraag|försen|forsink",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"\bpermanent (?:fatal )?errors?\b|(?:i['’]ve|i have|has been|have been|we have|we['’]ve) (?:given up|giving up)|\bgave up\b|\bgiving up on\b|not going to try|retry (?:timeout|time) exceeded|message expired|queue too long|too long in the queue|in the queue too long"
    r"|(?:not|never) be (?:retried|attempted again)|no (?:further|more) (?:delivery )?attempts|keine weiteren (?:zustell)?versuche|(?:wurden?|wird) (?:\w+ )?(?:aufgegeben|eingestellt)|endgültig (?:fehl|nicht)|permanenter fehler|dauerhafter? fehler"
    r"|erreur (?:permanente|définitive)|error permanente|errore permanente|błąd trwały|trwały błąd|постоянная ошибка|kalıcı (?:bir )?hata|永久",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\breject|refus|abgelehnt|abgewiesen|zurückgewiesen|rejeté|rechazad|rifiutat|respint|odrzucon|отклонен|reddedil|拒",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"^[-–_=>*#\s]{0,80}(?:below this line is a copy|this is a copy of|included is a copy|(?:start of )?(?:the )?(?:original|returned) (?:message|mail)(?: headers)?(?: follows)?\W*$|(?:message )?headers follow|(?:the )?headers? of the (?:original )?message|original[- ]?(?:nachricht|message headers)|ursprüngliche (?:nachricht|e-?mail)"
    r"|(?:es folgt|hier folgt) .{0,20}kopie|kopie (?:der|ihrer) (?:nachricht|e-?mail)|message (?:original|d['’]origine)|mensaje original|messaggio originale|oryginalna wiadomość|исходное (?:сообщение|письмо)|原(?:始)?(?:邮件|郵件)(?:内容|信息|如下|标题|標題)?\s*[:：-]|özgün ileti|(?:return-path|received|message-id):\s)",
    re.IGNORECASE,
)
_AWAY_SUBJECT = re.compile(
    r"^(?:автоматический ответ|автоматична відповідь|автоматичен отговор|otomatik (?:yanıt|cevap)|automatikus válasz|răspuns automat|αυτόματη απάντηση|automatická odpoveď|avtomatski odgovor|automatski odgovor|automatinis atsakymas|automātiskā atbilde|automaatvastus"
    r"|trả lời tự động|balasan otomatis|رد تلقائي|الرد التلقائي|מענה אוטומטי|การตอบกลับอัตโนมัติ|resposta automàtica|erantzun automatikoa|ответ об отсутствии)\s*(?:[:：(–-]|$)",
    re.IGNORECASE,
)
_AWAY_ONLY = re.compile(
    r"\bout of (?:the )?office\b|\b(?:away|absent|on (?:\w+ )?leave|on (?:\w+ )?(?:vacation|holidays?)) (?:until|from|and|till|through|between|for|on|this)\b|\bon (?:\w+ )?(?:leave|vacation|holidays?)\W*$|\bautomatic(?:ally)? (?:reply|response|generated)|\bauto-?reply"
    r"|\b(?:am|be) (?:back|available again|in the office again)\b|\bi(?:['’]ll| will| shall)(?: then| only)? (?:return|reply|respond|answer|read|get back|come back)\b|\b(?:no|limited|not have) access to (?:my )?(?:e-?)?mails?|thank(?:s| you)(?: very much)? for (?:your|the) (?:e-?)?(?:mail|message)|(?:urgent|emergency).{0,80}\b(?:contact|write to|call)\b|\b(?:mail|message)s? (?:is|are|will)(?: be)? not (?:be )?(?:forwarded|read)"
    r"|abwesenheitsnotiz|automatische (?:antwort|nachricht)|nicht im büro|außer haus|\babwesend\b|\b(?:im|in) (?:\w+ )?(?:urlaub|elternzeit|mutterschutz)\b|\bab (?:dem )?.{1,30} wieder (?:da|im|erreichbar)|wieder (?:erreichbar|im büro|im haus|für sie da)|nach meiner rückkehr|(?:vielen |herzlichen |besten )?dank für ihre (?:e-?)?(?:mail|nachricht)|dringenden (?:fällen|angelegenheiten|anliegen)|(?:mail|nachricht)(?:en)? (?:wird|werden) nicht (?:weitergeleitet|gelesen)|nur (?:eingeschränkt|sporadisch) .{0,30}(?:erreichbar|mails)",
    re.IGNORECASE,
)
_ANSWERS = re.compile(
    r"\?|^\W*(?:no|yes|ok(?:ay)?|nein|ja|great|sure|gern\w*)\b|\bat \d|\bum \d|\bstart|\b(?:work|suit|fit)s?\b|\b(?:passt|klappt|beginn\w*)\b|^\W*(?:slot |number |nr\.? |option |termin )?\d{1,3}\W*$|\b(?:accept|declin|withdr[ae]w|confirm|refus|reject|agree|offer|interview|slot|position|decision|appl(?:y|ied|ication)|decid|resign|choose|pick|prefer|i (?:take|cannot|can['’]?t|could|would|won['’]t)|yes|unfortunately|unable)|\bmy (?:out of|auto)|\bplease (?!contact|write to|call\b|note\b|be aware)"
    r"|\b(?:nehme|annehm|angenomm|zusag|absag|sage\b|zurückzieh|ziehe|bestätig|ablehn|lehne|angebot|termin|gespräch|stelle\b|bewerb|entscheid|kündig|wähl|leider\b.{0,40}(?:nicht|kann|muss)(?!.{0,40}(?:mail|nachricht|erreichbar))|ich (?:möchte|würde|kann nicht)|ja\b|einverstanden|freigestellt)"
    r"|accett|accepte|acepto|aceito|declino|refuse|rifiut|przyjm|zgadzam|принима|согла|kabul|接受|同意",
    re.IGNORECASE | re.MULTILINE,
)
_ENHANCED = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d]|\.\d)")
_REPLY_CODE = re.compile(
    r"(?:^|said:?|says:?|errors?:?|code:?|reply:?|response:?|was:?|smtp[;:]?|failed:|reason:|[>)])[\s\"'(<#]{0,12}([45])[0-7]\d(?:[ -]|:|$)",
    re.IGNORECASE,
)


def report_lines(text: str) -> list[str]:
    """The lines of a report up to the letter that it returns, each cut, empty ones as ""."""
    lines: list[str] = []
    for line in islice(text.split("\n"), LINES):
        cut = line[:LINE].rstrip()
        if _BODY.match(cut):
            break
        lines.append(cut)
    return lines


def fate_in(subject: str, lines: list[str]) -> Fate | None:
    """Whether words say that a letter failed for good or is delayed; None if they say neither."""
    text = " ".join(line for line in lines if line)
    final = bool(_FINAL.search(text)) or any(code.startswith("5") for code in codes_in(lines))
    if (_DELAYED.search(subject) or _DELAYED.search(text)) and not final:
        return "delayed"
    return "failed" if final or _FAILED.search(subject) or _FAILED.search(text) else None


def codes_in(lines: list[str]) -> list[str]:
    """The codes of RFC 3463 among words, and the class ("5") of a reply that has only a code of RFC 5321."""
    enhanced = [code for line in lines for code in _ENHANCED.findall(line)]
    return enhanced or [found[1] for line in lines if (found := _REPLY_CODE.search(line))]


def status_in(text: str, fate: Fate) -> str:
    """The code of RFC 3463 that fits: of a delay only 4.x.x, of a failure 5.x.x before 4.x.x (which expired); "" without."""
    found = _ENHANCED.findall(text)
    fitting = [code for code in found if code.startswith("4" if fate == "delayed" else "5")]
    return next(iter(fitting or (found if fate == "failed" else [])), "")


def diagnosis_in(lines: list[str]) -> str:
    """The server's words: from the first line with a code to the end of its paragraph; "" without."""
    for number, line in enumerate(lines):
        if _ENHANCED.search(line) or _REPLY_CODE.search(line):
            end = next((far for far in range(number, len(lines)) if not lines[far]), len(lines))
            return one_line(" ".join(lines[number : min(end, number + 4)]))
    return ""


def one_line(text: str) -> str:
    """At most 300 characters on one line, all of which print."""
    printed = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * DETAIL])
    return " ".join(printed.split())[:DETAIL].strip()


def refuses(subject: str, lines: list[str]) -> bool:
    """Whether a receipt says that the letter was turned away, as a mailbox's own rules do (RFC 5429)."""
    return any(_REFUSED.search(line) or _FAILED.search(line) for line in (subject, *lines))


def away_by_subject(subject: str) -> bool:
    """Whether the subject begins as clients begin absence notes, in languages that `automatic` leaves out."""
    return bool(_AWAY_SUBJECT.search(subject))


def only_absence(text: str) -> bool:
    """Whether a text tells of an absence in every sentence, and answers nothing: what a person wants would stand in another."""
    sentences = read_letter(text[: 10 * LINES]).sentences
    told = all(_AWAY_ONLY.search(one[:LINE]) for one in sentences)
    return bool(sentences) and told and len(text) <= 10 * LINES and not answers_plainly(text)


def answers_plainly(text: str) -> bool:
    """Whether words beside those of an absence may answer a mail, or ask something."""
    return any(_ANSWERS.search(line[:LINE]) for line in islice(text.split("\n"), LINES))
