"""Who interviews, and in which online room, as cells of a sheet of slots say it.

Knows lists of names and addresses, and links. Does not know times, nor who interviews elsewhere at the same time.
"""

from collections.abc import Mapping

from bot.mailing.addresses import read_address
from bot.mailing.cells import shown
from bot.mailing.fields import is_link
from bot.model.campaign import Finding
from bot.model.slot import Interviewer

LONGEST_LINK, LONGEST_NAME, MOST_PEOPLE = 800, 200, 20
_INSECURE = "http://"


def read_link(text: str, row: int, column: str) -> tuple[str, list[Finding]]:
    """The link ("" if there is none or it is no address of a page), and what is odd about it."""
    if not text:
        return "", []
    insecure = text[: len(_INSECURE)].casefold() == _INSECURE
    if (
        len(text) > LONGEST_LINK
        or not text.isprintable()
        or not is_link(f"https://{text[len(_INSECURE) :]}" if insecure else text)
    ):
        what, cure = f"`{shown(text)}` is no link that can be sent", "give one address that starts with https://"
        return "", [Finding("red", "link", what, cure, row, column)]
    if insecure:
        what = f"`{shown(text)}` is read along by others on its way (http)"
        return text, [Finding("orange", "insecure-link", what, "use the address with https://", row, column)]
    return text, []


def read_panel(
    names: str, addresses: str, row: int, columns: Mapping[str, str]
) -> tuple[tuple[Interviewer, ...], list[Finding]]:
    """The interviewers, each with the address at the same place of the list ("" where there is none), and what is wrong."""
    people, given = _listed(names), _listed(addresses)
    found: list[Finding] = []

    def stop(code: str, what: str, cure: str, field: str) -> None:
        found.append(Finding("red", code, what, cure, row, columns.get(field, "")))

    if not all(people):
        stop(
            "panel",
            "names nobody between two signs, or at an end",
            "write names as: Ada Muster; Bo Beispiel",
            "interviewers",
        )
    if long := [one for one in people if len(one) > LONGEST_NAME]:
        stop(
            "panel",
            f"`{shown(long[0])}` is too long for a name",
            "write names as: Ada Muster; Bo Beispiel",
            "interviewers",
        )
    if unseen := [one for one in people if not one.isprintable()]:
        stop("unseen", f"`{shown(unseen[0])}` holds a character that nobody sees", "type the name anew", "interviewers")
    if mails := [one for one in people if "@" in one]:
        stop("panel", f"`{shown(mails[0])}` is no name", "write addresses into the column `addresses`", "interviewers")
    if len(people) > MOST_PEOPLE:
        stop("panel", f"names {len(people)} people", f"name at most {MOST_PEOPLE}", "interviewers")
    if len({one.casefold() for one in people}) < len(people):
        stop("panel", "names somebody twice", "name each once; tell people of one name apart", "interviewers")
    if given and len(given) != len(people):
        what = f"lists {len(given)} address{'es' if len(given) != 1 else ''} for {len(people)} interviewer{'s' if len(people) != 1 else ''}"
        cure = "give one for each, in the same order, with nothing between two ; for whoever has none"
        stop("panel-addresses", what, cure, "addresses")
    if found:
        return (), found
    panel: list[Interviewer] = []
    for index, name in enumerate(people):
        address, odd = (
            read_address(given[index], row, columns.get("addresses", "")) if given and given[index] else ("", None)
        )
        panel.append(Interviewer(name, address))
        found += [odd] if odd is not None else []
    used = [one.address.casefold() for one in panel if one.address]
    if len({*used}) < len(used):
        stop("panel-addresses", "gives one address to two interviewers", "give each their own", "addresses")
    return tuple(panel), found


def _listed(text: str) -> list[str]:
    """The items of a list, parted by semicolons; by commas where there is none."""
    if not text:
        return []
    return [" ".join(one.split()) for one in text.split(";" if ";" in text else ",")]
