"""What a template of a letter may say: which names it uses, whether each is known, and whether it can be empty where it stands.

Knows Jinja2's syntax tree (https://jinja.palletsprojects.com/en/stable/extensions/#ast). A letter's template writes values and asks
whether they are there, and no more: no filters, loops, calls or assignments, so that nothing can fail or be left blank when 10,000
letters are written.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from jinja2 import Environment, TemplateSyntaxError, nodes

from bot.mailing.fields import Field
from bot.mailing.values import ATTRIBUTES

GIVEN = ("name", "sender", "contact")
"""Names that every template has beside its own fields: the person's, the line that signs, the address to write to."""
CHOICES = ("times", "more", "telegram")
"""Names that the program gives to letters by which people choose a time: the free ones, whether there are others, a link to the bot."""
MAY_LACK = frozenset({"more", "telegram"})
"""Those of them that may be empty."""
_PLAIN = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Compare, nodes.Operand)
_TO_WRITE = "a letter's template may only write {{ field }} and ask {% if field %}"


@dataclass(frozen=True, slots=True)
class Misuse:
    """Something a template must not say: its line there (from 1), and what is wrong with the cure."""

    line: int
    what: str


@dataclass(slots=True)
class Names:
    """The names a text uses: fields, facts of the call by topic, and of these the ones that the text cannot do without."""

    fields: set[str] = field(default_factory=set)
    facts: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)
    misuses: list[Misuse] = field(default_factory=list)


def names_in(
    environment: Environment,
    source: str,
    fields: Mapping[str, Field],
    topics: Collection[str] | None,
    *,
    subject: bool = False,
    choices: bool = False,
) -> Names:
    """The names that `source` uses, with every misuse; `choices` says that the letter lets people choose a time.

    Topics are not checked where `topics` is None.
    """
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        return Names(misuses=[Misuse(error.lineno, f"is no template: {error.message}")])
    walk = _Walk(fields, topics, CHOICES if choices else (), subject=subject)
    walk.visit(tree, frozenset())
    return walk.names


class _Walk:
    """A walk through a template; `sure` are the names that an `if` around has found to be there."""

    def __init__(
        self, fields: Mapping[str, Field], topics: Collection[str] | None, choices: Collection[str], *, subject: bool
    ) -> None:
        self.names = Names()
        self._choices = choices
        self._fields = fields
        self._topics = topics
        self._subject = subject

    def visit(self, node: nodes.Node, sure: frozenset[str]) -> None:
        """Look at one part of the template."""
        if isinstance(node, nodes.If):
            self._branches(node, sure)
        elif isinstance(node, nodes.CondExpr):
            there, absent = self._asked(node.test, sure)
            self.visit(node.expr1, sure | there)
            if node.expr2 is None:
                self._misuse(node, "asks `if` without `else`: write {% if field %}...{% endif %}")
            else:
                self.visit(node.expr2, sure | absent)
        elif isinstance(node, nodes.And | nodes.Or | nodes.Not):
            self._asked(node, sure)
        elif isinstance(node, nodes.Name | nodes.Getattr):
            self._used(node, sure)
        elif isinstance(node, _PLAIN):
            for inner in node.iter_child_nodes():
                self.visit(inner, sure)
        else:
            self._misuse(node, f"uses `{type(node).__name__.lower()}`: {_TO_WRITE}")

    def _branches(self, node: nodes.If, sure: frozenset[str]) -> None:
        there, absent = self._asked(node.test, sure)
        for inner in node.body:
            self.visit(inner, sure | there)
        for other in node.elif_:
            more, less = self._asked(other.test, sure | absent)
            for inner in other.body:
                self.visit(inner, sure | absent | more)
            absent |= less
        for inner in node.else_:
            self.visit(inner, sure | absent)

    def _asked(self, test: nodes.Node, sure: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        """The names that are there if the test holds, and those that are there if it does not."""
        if isinstance(test, nodes.Not):
            there, absent = self._asked(test.node, sure)
            return absent, there
        if isinstance(test, nodes.And):
            first, no = self._asked(test.left, sure)
            second, neither = self._asked(test.right, sure | first)
            return first | second, no & neither
        if isinstance(test, nodes.Or):
            one, no = self._asked(test.left, sure)
            other, neither = self._asked(test.right, sure | no)
            return one & other, no | neither
        name = _path(test)
        if name in self._fields or name in self._choices or name.startswith("call.facts."):
            self._used(test, sure | {name})
            return frozenset({name}), frozenset()
        self.visit(test, sure)
        return frozenset(), frozenset()

    def _used(self, node: nodes.Node, sure: frozenset[str]) -> None:
        path = _path(node)
        first, _, attribute = path.partition(".")
        if path in GIVEN or path == "call.name":
            return
        if path in self._choices:
            self._choice(node, path, sure)
        elif path.startswith("call.facts."):
            self._fact(node, path, sure)
        elif first in self._fields:
            self._field(node, first, attribute, sure)
        elif first == "call":
            self._misuse(node, f"`{path}` is unknown: of a call there are `call.name` and `call.facts.TOPIC`")
        else:
            known = ", ".join([*self._fields, *GIVEN, *self._choices, "call"])
            self._misuse(node, f"`{path or 'what stands here'}` is unknown: use one of {known}, or add it to `fields:`")

    def _field(self, node: nodes.Node, name: str, attribute: str, sure: frozenset[str]) -> None:
        known = self._fields[name]
        self.names.fields.add(name)
        if attribute and attribute not in ATTRIBUTES[known.type]:
            of = ", ".join(f"`{name}.{one}`" for one in sorted(ATTRIBUTES[known.type]))
            self._misuse(node, f"`{name}.{attribute}` is unknown: use `{name}`{f' or {of}' if of else ''}")
        elif known.optional and name not in sure:
            self._misuse(
                node, f"`{name}` is optional and would leave a gap: put it inside {{% if {name} %}}...{{% endif %}}"
            )
        elif known.type == "text" and self._subject:
            self._misuse(node, f"`{name}` may have several lines, a subject has one: give it the type `line`")

    def _choice(self, node: nodes.Node, name: str, sure: frozenset[str]) -> None:
        self.names.fields.add(name)
        if self._subject:
            self._misuse(node, f"`{name}` belongs into the text: a subject is one line for everybody")
        elif name in MAY_LACK and name not in sure:
            self._misuse(node, f"`{name}` may be empty: put it inside {{% if {name} %}}...{{% endif %}}")

    def _fact(self, node: nodes.Node, path: str, sure: frozenset[str]) -> None:
        topic = path.removeprefix("call.facts.").replace("_", "-")
        if self._topics is not None and topic not in self._topics:
            self._misuse(node, f"`{path}` names no topic: use an id of knowledge/topics, with _ for -")
            return
        self.names.facts.add(topic)
        if path not in sure:
            self.names.needed.add(topic)

    def _misuse(self, node: nodes.Node, what: str) -> None:
        self.names.misuses.append(Misuse(node.lineno, what))


def _path(node: nodes.Node) -> str:
    """A name as it is written, as in call.facts.deadline; "" for anything else."""
    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr) and (before := _path(node.node)):
        return f"{before}.{node.attr}"
    return ""
