"""An address of a table as it is to be written to, or what is wrong with it.

Knows the syntax of addresses (RFC 5321, 5322, through email-validator) and what people put into a cell beside one. Asks no network.
"""

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from bot.mailing.cells import shown
from bot.model.campaign import Finding

LONGEST = 254
_SEVERAL = re.compile(r"@.*[\s;,/|&].*@|@.*[;,|]|@[^@]*@", re.DOTALL)
_PLAIN = re.compile(r"[a-z0-9]+(?:[.\-][a-z0-9]+)*")
_ONE = "write one address and nothing else"


def read_address(text: str, row: int, column: str) -> tuple[str, Finding | None]:
    """The address ("" if it is none), and a finding: red if it is none, orange if somebody should look at it twice."""
    if mistake := _mistake(text):
        code, what, cure = mistake
        return "", Finding("red", code, what, cure, row, column)
    local, _, domain = text.rpartition("@")
    try:
        plain = validate_email(f"a@{domain}", check_deliverability=False) if not _known(domain) else None
        checked = validate_email(f"{local}@example.org", check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        reason = " ".join(str(error).split()).rstrip(".")
        what = f"`{shown(text)}` is no address ({reason[:1].lower()}{reason[1:]})"
        return "", Finding("red", "malformed-address", what, "ask the person, or mend what was typed", row, column)
    if plain is None:
        return f"{checked.local_part}@{domain}", None
    address = f"{checked.local_part}@{plain.ascii_domain}"
    if plain.domain.isascii():
        return address, None
    what = f"the domain of `{shown(text)}` has letters that may only look like others; it is written to as {address}"
    return address, Finding("orange", "look-alike", what, "compare it with what the person gave", row, column)


@lru_cache(maxsize=4096)
def _known(domain: str) -> bool:
    """Whether a domain of plain letters was found sound; those are few in a table, and checking is slow."""
    if not _PLAIN.fullmatch(domain) or "xn--" in domain:
        return False
    try:
        return validate_email(f"a@{domain}", check_deliverability=False).ascii_domain == domain
    except EmailNotValidError:
        return False


def _mistake(text: str) -> tuple[str, str, str] | None:
    if not text:
        return "no-address", "has no address", "ask for it, or take the row out of the table"
    if len(text) > LONGEST:
        return "malformed-address", f"`{shown(text)}` is far too long for an address", _ONE
    if any(unicodedata.category(char) in ("Cf", "Cc", "Cs", "Zl", "Zp") or char == "\u00a0" for char in text):
        return "malformed-address", f"`{shown(text)}` holds a character that nobody sees", "type the address anew"
    if text.casefold().startswith("mailto:"):
        return "malformed-address", f"`{shown(text)}` is a link", f"{_ONE}, without mailto:"
    if "<" in text or ">" in text:
        return "malformed-address", f"`{shown(text)}` is a name with an address", _ONE
    if _SEVERAL.search(text):
        return "malformed-address", f"`{shown(text)}` is more than one address", "keep the one that the letter goes to"
    if text.startswith(("'", "`", "’")):
        return "malformed-address", f"`{shown(text)}` begins with an apostrophe", "delete that sign"
    if text[-1] in ".,;:":
        return "malformed-address", f"`{shown(text)}` ends in `{text[-1]}`", "delete that sign"
    return None
