"""Names are found however people write them, and ordinary words are not taken for names."""

import pytest

from bot.answering.subjects import Gazetteer, Name
from bot.answering.words import tokens


@pytest.fixture(scope="module")
def named(brain):
    """The names of one kind in a text, by id."""

    def found(text, kind):
        mentions = brain._brain.reader.gazetteer.find(tokens(text), brain._brain.reader.lexicon.titles)
        return {name.id for mention in mentions if not mention.weak for name in mention.of(kind)}

    return found


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Who is Prof. Dr. Steffen Löck?", "loeck"),
        ("Who is Steffen Löck?", "loeck"),
        ("who is loeck", "loeck"),
        ("who is Lock?", "loeck"),
        ("LÖCK'S project", "loeck"),
        ("Zscheischlers Projekt", "zscheischler"),
        ("Prof. Zscheischer", "zscheischler"),
        ("Speidels Projekt", "speidel"),
        ("Speidel’s project", "speidel"),
        ("Spiedel", "speidel"),
        ("Hackermüller", "hackermueller"),
        ("Hackermuller", "hackermueller"),
        ("hackermueler", "hackermueller"),
        ("Calabrse", "calabrese"),
        ("Johannes Thestrup Aksglaede", "aksglaede"),
        ("Ulisses da Rocha", "rocha"),
        ("Prof Buttner", "buettner"),
        ("Florian Büttner", "buettner"),
    ],
)
def test_people_are_found(named, text, person):
    assert person in named(text, "person")


@pytest.mark.parametrize(
    ("text", "project"),
    [
        ("TrustSeg", "trustseg"),
        ("trustseg", "trustseg"),
        ("TrustSeg's supervisors", "trustseg"),
        ("Trustsge", "trustseg"),
        ("EXACT", "exact"),
        ("project exact", "exact"),
        ("the exact project", "exact"),
        ("Projekt Exact", "exact"),
        ("Climate Disasters", "climate-disasters"),
        ("climate disaster", "climate-disasters"),
        ("Decoding Protein Dark Matter", "decoding-protein-darkmatter"),
        ("Agentic Cancer Care", "agentic-cancer-care"),
    ],
)
def test_projects_are_found(named, text, project):
    assert project in named(text, "project")


@pytest.mark.parametrize(
    "text",
    [
        "What is the exact deadline?",
        "exact date please",
        "I need the exact amount of money",
        "Wie ist der exakte Termin?",
        "my ideas are good",
    ],
)
def test_ordinary_words_name_no_project(named, text):
    assert named(text, "project") == set()


@pytest.mark.parametrize(
    "text",
    [
        "When is the deadline?",
        "Thank you very much",
        "Wie hoch ist das Gehalt?",
        "I like to talk to a person",
        "Can I bring my dog?",
    ],
)
def test_questions_without_names_name_nobody(named, text):
    assert named(text, "person") == set()


def test_a_typo_between_two_names_names_neither():
    gazetteer = Gazetteer()
    gazetteer.add("Westermann", Name("person", "one"))
    gazetteer.add("Westermonn", Name("person", "other"))
    gazetteer.seal(frozenset())
    assert gazetteer.find(tokens("Westerminn")) == []


def test_the_longest_name_wins():
    gazetteer = Gazetteer()
    gazetteer.add("Dresden", Name("place", "Dresden"))
    gazetteer.add("TU Dresden", Name("org", "tud"))
    gazetteer.seal(frozenset())
    (mention,) = gazetteer.find(tokens("at TU Dresden?"))
    assert [name.id for name in mention.names] == ["tud"]


def test_every_name_of_the_knowledge_is_found_as_written(named, knowledge):
    for call in knowledge.calls.values():
        for person_id, person in call.people.items():
            assert person_id in named(f"Who is {person.name}?", "person"), person.name
        for project in call.projects:
            assert project.id in named(f"Tell me about {project.name}.", "project"), project.name
        for organisation_id, organisation in call.organisations.items():
            assert organisation_id in named(f"Is it at {organisation.name}?", "org"), organisation.name
