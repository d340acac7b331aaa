"""The promise checked at run time: a reply holds no number, name or address that its grounds do not.

Knows the finished reply, the grounds it shows, and values that were computed from them and from now. Does not know how the reply was
worded, so a mistake in a template, a fact or the code above is caught here all the same.
"""

import re
from collections.abc import Iterable, Sequence

from bot.answering.grounds import Ground
from bot.answering.subjects import Gazetteer, Name
from bot.answering.words import tokens
from bot.model.knowledge import Fact, Knowledge, Organisation, Tag

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+|(?:https?://|www\.)[\w./~?=&%#-]*[\w/]", re.IGNORECASE)
_GUARDED = ("project", "person", "org")


class Guard:
    """Compares replies with their grounds, for the names of one knowledge."""

    def __init__(self, knowledge: Knowledge, gazetteer: Gazetteer) -> None:
        self._knowledge = knowledge
        self._gazetteer = gazetteer

    def unsupported(
        self, reply: str, grounds: Sequence[Ground], computed: Iterable[str], names: Iterable[Name] = ()
    ) -> list[str]:
        """What stands in `reply` without support; empty if all is well.

        `computed` are texts derived from the grounds and now (dates, counts, names of calls); `names` may be named whatever the grounds.
        """
        support = "\n".join([*self._texts(grounds), *computed])
        problems = [address for address in _ADDRESS.findall(reply) if address not in support]
        known = set(_numbers(support))
        problems += [number for number in _numbers(reply) if number not in known]
        allowed = {*self._names(support), *names, *self._typed(grounds)}
        allowed |= {Name(name.kind, parent, name.call) for name in allowed for parent in self._parents(name)}
        return problems + [f"{name.kind} {name.id}" for name in self._strict(reply, allowed)]

    def _strict(self, reply: str, allowed: set[Name]) -> list[Name]:
        """Names in the reply none of whose readings is allowed."""
        found = []
        for mention in self._gazetteer.find(tokens(reply)):
            guarded = [name for name in mention.names if name.kind in _GUARDED]
            if guarded and mention.exact and len(guarded) == len(mention.names) and not set(guarded) & allowed:
                found.append(guarded[0])
        return found

    def _names(self, text: str) -> set[Name]:
        return {name for mention in self._gazetteer.find(tokens(text)) for name in mention.names}

    def _parents(self, name: Name) -> list[str]:
        if name.kind != "org":
            return []
        parent = self._knowledge.calls[name.call].organisations[name.id].part_of
        return [parent] if parent else []

    def _texts(self, grounds: Sequence[Ground]) -> Iterable[str]:
        for ground in grounds:
            yield ground.section
            yield from ground.entry.quotes
            if ground.entry.statement:
                yield f"{ground.entry.statement.text} {ground.entry.statement.by} {ground.entry.statement.on.isoformat()}"

    def _typed(self, grounds: Sequence[Ground]) -> set[Name]:
        """Names that the grounds carry as typed values: their people with their institutions, their organisations, their project."""
        found: set[Name] = set()
        for ground in grounds:
            call = ground.call
            if ground.project:
                found.add(Name("project", ground.project.id, call.id))
            entry = ground.entry
            if isinstance(entry, Organisation):
                found |= {Name("org", key, call.id) for key, value in call.organisations.items() if value is entry}
            if isinstance(entry, Tag) or not isinstance(entry, Fact):
                continue
            found |= {Name("person", person, call.id) for person in entry.people}
            homes = (call.people[person].organisation for person in entry.people)
            found |= {Name("org", home, call.id) for home in (*entry.organisations, *homes) if home}
        return found


def _numbers(text: str) -> list[str]:
    """Numbers as digits without leading zeros; 22.02.2026 and 23:59 count part by part."""
    return [
        str(int(part)) for number in _NUMBER.findall(text) for part in re.split(r"[.,:]", number) if part.isdecimal()
    ]
