"""The whole loop: asked by several, answered to one, learned, published, told to those who wait, taken back."""

import shutil
from pathlib import Path

import pytest

from bot.commands.main import main
from bot.files.answers_files import publish
from bot.files.drafts import read_draft
from bot.files.knowledge_files import digest, load_knowledge
from bot.storage.store import Store, open_store
from bot.usecases.answer_question import AnswerQuestion
from bot.wiring.folders import Folders
from tests.usecases.office import Left, Office

ENGLISH = "There is no age limit: applicants of any age may apply."
GERMAN = "Es gibt keine Altersgrenze: Bewerbungen sind in jedem Alter möglich."
LETTER = (
    "Dear all,\n\nIs there an age limit for IDEAS? I am Zebulon, born in Quetzaltown.\n\nBest regards,\nZebulon Quark"
)
PERSONAL = "Dear Zebulon, do not worry about Marmalade Street, you are welcome."


class Scene:
    """A record with three who ask the same and one who asks something else, and the commands on a copy of the knowledge."""

    def __init__(self, folder: Path, brain: AnswerQuestion, folders: Folders) -> None:
        self.knowledge, self.drafts, self.record = folder / "knowledge", folder / "drafts", folder / "record.db"
        shutil.copytree(folders.knowledge, self.knowledge)
        shutil.copytree(folders.templates, folder / "templates")
        self.config = folder / "config.yaml"
        self.config.write_text(
            f"store: {{url: 'sqlite:///{self.record}'}}\ntemplates: templates\nknowledge: knowledge\n"
            "coordinators: [{name: Cora, email: cora@example.org}]\n"
        )
        self.store: Store = open_store(f"sqlite:///{self.record}")
        self.office = Office(self.store, brain)
        told = self.office.asked(LETTER, "zebulon.quark@example.net")
        self.office.asked("Is there an age limit for IDEAS?", "5")
        self.office.asked("Gibt es eine Altersgrenze bei IDEAS?", "berta@example.net")
        self.office.asked("Does IDEAS pay for the visa?", "6")
        self.office.reply(PERSONAL, told["cora@example.org"])
        self.sent = len(self.office.left)

    def run(self, command: str, *arguments: str) -> int:
        return main(["--config", str(self.config), command, *arguments])

    def learn(self, *more: str) -> int:
        return self.run("learn", "1", "--en", ENGLISH, "--de", GERMAN, "--yes", *more)

    def new(self) -> list[Left]:
        """What left since the last look."""
        before = self.sent
        self.office.now = max(self.office.now, _now())
        self.office.deliver()
        self.sent = len(self.office.left)
        return self.office.left[before:]

    def states(self) -> list[str]:
        return [self.office.request(number).state for number in (1, 2, 3, 4)]


def _now():
    from bot.wiring.clock import clock

    return clock()


@pytest.fixture
def scene(tmp_path: Path, brain: AnswerQuestion, folders: Folders):
    scene = Scene(tmp_path, brain, folders)
    yield scene
    scene.store.close()


def test_one_answer_goes_to_everybody_waiting_and_can_be_taken_back(scene: Scene, capsys):
    before = digest(scene.knowledge)
    assert scene.states() == ["taken", "waiting", "waiting", "waiting"]
    assert scene.learn() == 0
    said = capsys.readouterr().out
    assert ENGLISH in said
    assert GERMAN in said
    assert "nothing that must hold breaks" in said
    assert digest(scene.knowledge) == before
    assert scene.new() == []
    draft = scene.drafts / "1-age-limit.yaml"
    assert draft.is_file()

    assert scene.run("publish", str(draft), "--yes") == 0
    new = {left.to: left.text for left in scene.new()}
    assert set(new) == {"5", "berta@example.net"}
    assert ENGLISH in new["5"]
    assert GERMAN in new["berta@example.net"]
    assert "Altersgrenze" in new["berta@example.net"].splitlines()[0]
    assert scene.states() == ["taken", "closed", "closed", "waiting"]
    for text in new.values():
        assert not {"Zebulon", "Quark", "Quetzaltown", "Marmalade"} & set(text.replace(",", " ").split())

    assert scene.run("publish", str(draft), "--yes") == 0  # as after a kill: nobody is told twice
    assert scene.new() == []
    assert load_knowledge(scene.knowledge).version != before
    assert scene.run("review") == 0
    assert "published: 1-age-limit" in capsys.readouterr().out
    assert scene.run("rollback", "--yes") == 0
    assert digest(scene.knowledge) == before
    assert scene.run("rollback", "--yes") == 1


def test_what_looks_personal_is_refused_before_anything_is_kept(scene: Scene, capsys):
    for wording, why in (
        (f"Dear Zebulon, {ENGLISH}", "salutation"),
        (f"{ENGLISH} This holds for Quark, too.", "'Quark'"),
        (f"{ENGLISH} Write to zebulon.quark@example.net.", "zebulon.quark@example.net"),
    ):
        assert scene.run("learn", "1", "--en", wording, "--yes") == 2
        assert why in capsys.readouterr().err
    assert not scene.drafts.exists()


def test_mistakes_are_named_with_their_cure(scene: Scene, capsys):
    assert scene.run("learn", "99", "--en", ENGLISH, "--yes") == 2
    assert "there is no request 99" in capsys.readouterr().err
    assert scene.run("learn", "1", "--yes") == 2
    assert "--en" in capsys.readouterr().err
    assert scene.run("learn", "2", "--en", ENGLISH, "--yes") == 2  # nobody has answered it
    assert "--by" in capsys.readouterr().err
    assert scene.run("learn", "1", "--topic", "age-limt", "--call", "ideas-2026", "--en", ENGLISH, "--yes") == 2
    assert "no topic" in capsys.readouterr().err
    assert scene.run("publish", "nothing.yaml", "--yes") == 1
    assert "nothing.yaml" in capsys.readouterr().err


def test_a_draft_that_breaks_what_must_hold_is_refused(scene: Scene, tmp_path: Path, capsys):
    held = tmp_path / "held.yaml"
    held.write_text(
        "- {id: held-1, category: not-stated, question: 'Is there an age limit for IDEAS?', kind: abstain, must: [state]}\n"
    )
    assert scene.learn("--questions", str(held)) == 1
    assert "held-1 must hold and does not" in capsys.readouterr().out
    assert scene.run("publish", "1-age-limit", "--questions", str(held), "--yes") == 1
    assert not (scene.knowledge / "calls" / "ideas-2026" / "answers.yaml").exists()
    assert scene.states()[1] == "waiting"


def test_without_a_yes_nothing_changes(scene: Scene, capsys):
    assert scene.run("learn", "1", "--en", ENGLISH) == 1
    assert not scene.drafts.exists()
    assert scene.learn() == 0
    before = digest(scene.knowledge)
    assert scene.run("publish", "1-age-limit") == 1
    assert digest(scene.knowledge) == before


def test_killed_between_publishing_and_telling_it_goes_on_where_it_was(scene: Scene, capsys):
    assert scene.learn() == 0
    file = scene.drafts / "1-age-limit.yaml"
    draft = read_draft(file, load_knowledge(scene.knowledge))
    publish(scene.knowledge, draft, "2026-01-15T12:00:00+00:00", phrasings=False)
    assert scene.new() == []
    assert scene.run("publish", str(file), "--yes") == 0
    assert "is published already" in capsys.readouterr().out
    assert {left.to for left in scene.new()} == {"5", "berta@example.net"}
    file.write_text(file.read_text().replace("any age may", "every age may"))
    assert scene.run("publish", str(file), "--yes") == 1
    assert "another answer is published as 1-age-limit" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_named_with_the_cure(scene: Scene, capsys, monkeypatch: pytest.MonkeyPatch):
    assert scene.learn() == 0

    def full(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("bot.files.answers_files.tempfile.mkstemp", full)
    assert scene.run("publish", "1-age-limit", "--yes") == 1
    assert "--knowledge FOLDER" in capsys.readouterr().err
    assert scene.new() == []
    assert scene.states()[1] == "waiting"


def test_in_a_terminal_the_wording_is_asked_for(scene: Scene, capsys, monkeypatch: pytest.MonkeyPatch):
    typed = iter([ENGLISH, GERMAN, "", "yes", "yes"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt="": next(typed))
    assert scene.run("learn", "1") == 0
    said = capsys.readouterr().out
    assert "age-limit (an age limit), ideas-2026: not-stated" in said
    assert "Marmalade Street" in said  # the coordinator reads the conversation; the draft holds nothing of it
    draft = (scene.drafts / "1-age-limit.yaml").read_text()
    assert "Marmalade" not in draft
    assert "Zebulon" not in draft
    assert scene.run("publish", "1-age-limit") == 0
    assert len(scene.new()) == 2
