"""Whether the names by which entries of the knowledge point at each other exist.

Knows topics, vocabulary and one call with the documents it came from. Does not know YAML.
"""

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path

from bot.files.yaml_lines import Document, Mistake
from bot.model.knowledge import Call, Fact, Project, Requirement, Topic, Vocabulary
from bot.usecases.drift import after

Where = tuple[Document, tuple[str | int, ...]]


def check_topics(topics: dict[str, Topic], documents: dict[str, tuple[Document, str]], mistakes: list[Mistake]) -> None:
    """Every topic that a topic names exists, and none comes before itself."""
    for topic in topics.values():
        document, name = documents[topic.id]
        for key in ("answers", "near", "before"):
            for other in getattr(topic, key):
                _known(other, topics, "topic", (document, (name, key)), mistakes)
        for key in ("single", "over", "opposite"):
            if (other := getattr(topic, key)) is not None:
                _known(other, topics, "topic", (document, (name, key)), mistakes)
        if topic.id in after(topic.id, topics):
            what = f"`{topic.id}` comes before itself: remove one `before:` of the ring"
            mistakes.append(Mistake(document.file, document.line((name, "before")), what))


def check_call(
    call: Call,
    topics: dict[str, Topic],
    vocabulary: Vocabulary,
    documents: dict[str, Document],
    folder: Path,
    mistakes: list[Mistake],
) -> None:
    """Every topic, person, organisation, theme, field and skill that the call names exists."""
    holders = [topic.id for topic in topics.values() if topic.kind == "fact" and not topic.by]
    for coordinator in call.coordinators:
        _known(coordinator, call.people, "person of people.yaml", (documents[""], ("coordinators",)), mistakes)
    for person_id, person in call.people.items():
        if person.organisation:
            people = (Document(folder / "people.yaml"), ())
            _known(person.organisation, call.organisations, f"organisation (of {person_id})", people, mistakes)
    owners: list[Call | Project] = [call, *call.projects]
    for owner in owners:
        document = documents[owner.id if isinstance(owner, Project) else ""]
        for index, fact in enumerate(owner.facts):
            where: Where = (document, ("facts", index))
            _known(fact.topic, holders, "topic that holds facts", where, mistakes)
            for kind, name, known in _names_of_fact(fact, call):
                _known(name, known, kind, where, mistakes)
        for index, requirement in enumerate(owner.requirements):
            for kind, name, known in _names_of_requirement(requirement, vocabulary):
                _known(name, known, kind, (document, ("requirements", index)), mistakes)
        for index, tag in enumerate(owner.themes):
            _known(tag.theme, call.theme_names, "theme of themes.yaml", (document, ("themes", index)), mistakes)


def _names_of_fact(fact: Fact, call: Call) -> Iterator[tuple[str, str, Collection[str]]]:
    for person in fact.people:
        yield "person of people.yaml", person, call.people
    for organisation in fact.organisations:
        yield "organisation of organisations.yaml", organisation, call.organisations


def _names_of_requirement(
    requirement: Requirement, vocabulary: Vocabulary
) -> Iterator[tuple[str, str, Collection[str]]]:
    for name in requirement.fields:
        yield "field of vocabulary/fields.yaml", name, vocabulary.fields
    for name in requirement.skills:
        yield "skill of vocabulary/skills.yaml", name, vocabulary.skills


def _known(name: str, known: Collection[str], kind: str, where: Where, mistakes: list[Mistake]) -> None:
    if name in known:
        return
    document, path = where
    close = get_close_matches(name, known, n=1)
    cure = f"did you mean `{close[0]}`?" if close else "add it there, or correct the name"
    mistakes.append(Mistake(document.file, document.line(path), f"`{name}` is no {kind}: {cure}"))
