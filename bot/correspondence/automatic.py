"""What no person wrote, and must never be answered as if one had.

Knows the texts by which mail systems report (RFC 3464 and its common prose) and by which people's mailboxes say that they are
away. Headers (RFC 3834) are read at the mail edge, in a later floor; here only the text is at hand.
"""

import re

_REPORT = re.compile(
    r"reporting-mta:|final-recipient:|diagnostic-code:|^action:\s*(?:failed|delayed)|\bmail delivery (?:failed|system|subsystem)\b|this is the mail system at host"
    r"|undeliver(?:ed|able) (?:mail|message)|could not be delivered to|delivery (?:status notification|has failed|to the following recipients? failed)"
    r"|konnte nicht zugestellt werden|unzustellbar",
    re.IGNORECASE | re.MULTILINE,
)
_AWAY = re.compile(
    r"\bout of (?:the )?office\b|\bautomatic (?:reply|response)\b|\bauto-?reply\b|i am (?:currently )?(?:away|on (?:annual |parental )?leave|on vacation) (?:until|from|and)"
    r"|abwesenheitsnotiz|automatische antwort|ich bin (?:derzeit |momentan )?(?:bis|vom|nicht im büro|außer haus)",
    re.IGNORECASE,
)


def automatic(text: str) -> str | None:
    """Why this text counts as automatic mail; None for a person's."""
    if _REPORT.search(text):
        return "delivery report"
    if _AWAY.search(text) and "?" not in text:
        return "absence note"
    return None
