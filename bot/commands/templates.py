"""`callboard templates`: the letters that tell people their result, what each needs, and with a KIND its words in both languages."""

import argparse
import sys
from collections.abc import Iterable
from textwrap import indent, wrap

from bot.commands.asking import folders
from bot.files.knowledge_files import load_knowledge
from bot.files.mail_templates import load_mail_templates
from bot.mailing.template import MailTemplate
from bot.mailing.values import Type
from bot.model.campaign import DECISIONS, KINDS, decision_of
from bot.model.knowledge import Call

HOW: dict[Type, str] = {
    "line": "one line",
    "text": "text, with paragraphs",
    "date": "a day: 2026-03-12 or 12.03.2026",
    "time": "a time: 2026-03-12 14:00 or 12.03.2026 14:00",
    "link": "a link: https://...",
    "project": "a project of the call",
    "number": "a whole number",
    "people": "names: Ada Muster; Bo Beispiel",
}
"""How a field of each type is typed into a table or after --set."""
_WIDTH = 118
_ENDS = """Give a field as a column of the table, or for everybody: --set FIELD=VALUE.
Every letter also has the person's name, the line that signs (campaigns.sign in the settings) and an address to write to.
`callboard templates KIND` shows the words of one; they stand in {folder}."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("kind", nargs="?", choices=KINDS, metavar="KIND", help=f"one of: {', '.join(KINDS)}")
    parser.add_argument(
        "--call", metavar="CALL", help="with what this call has to say: its projects, the dates it states"
    )


def run(options: argparse.Namespace) -> int:
    """List the templates, or show one; 2 if the call is unknown."""
    found = folders(options)
    knowledge = load_knowledge(found.knowledge)
    templates = load_mail_templates(found.templates, knowledge.topics)
    call = knowledge.calls.get(options.call) if options.call is not None else None
    if options.call is not None and call is None:
        known = ", ".join(knowledge.calls)
        print(f"callboard templates: --call {options.call}: there is no such call; one of {known}", file=sys.stderr)
        return 2
    if options.kind is not None:
        shown = templates[options.kind]
        print("\n".join([*_lines(shown, call), *_projects([shown], call), *_words(shown)]))
        return 0
    for template in templates.values():
        print("\n".join([*_lines(template, call), ""]))
    print("\n".join([*_projects(templates.values(), call), _ENDS.format(folder=found.templates / "mail")]))
    return 0


def _lines(template: MailTemplate, call: Call | None) -> list[str]:
    """A template's name and its fields, those that it needs first."""
    sort = "decision" if decision_of(template.kind) in DECISIONS else "notice"
    lines = [f"{template.kind} ({sort}): {template.about}"]
    names = sorted(template.fields, key=lambda name: template.fields[name].optional)
    width = max(map(len, names), default=0)
    for name in names:
        field = template.fields[name]
        need = "optional" if field.optional else "required"
        start = f"  {name:{width}}  {need}  "
        told = wrap(f"{field.en} ({HOW[field.type]})", _WIDTH - len(start))
        lines += [start + told[0], *(" " * len(start) + line for line in told[1:])]
    stated = template.stated(call, "en") if call is not None else {}
    facts = [f"the call's {topic}: {words or _silent(template, topic)}" for topic, words in stated.items()]
    return lines + [
        line for fact in facts for line in wrap(fact, _WIDTH, initial_indent="  ", subsequent_indent="    ")
    ]


def _projects(templates: Iterable[MailTemplate], call: Call | None) -> list[str]:
    """The projects that a field may name, if there is such a field."""
    if call is None or not any(field.type == "project" for one in templates for field in one.fields.values()):
        return []
    names = "; ".join(project.name for project in call.projects) or "none"
    return [*wrap(f"Projects of {call.id}: {names}", _WIDTH, subsequent_indent="  "), ""]


def _silent(template: MailTemplate, topic: str) -> str:
    if topic in template.facts:
        return "not stated, but the letter needs it: add the fact to the call, or change the template"
    return "not stated; the letter does without"


def _words(template: MailTemplate) -> list[str]:
    lines = []
    for language, wording in template.wordings.items():
        lines += ["", f"--- {language}", f"Subject: {wording.subject}", "", indent(wording.text.rstrip(), "  ")]
    return lines
