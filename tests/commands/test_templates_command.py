"""`callboard templates` as a coordinator runs it."""

import pytest

from bot.commands.main import main
from bot.model.campaign import KINDS


@pytest.fixture
def run(capsys, folders):
    def ran(*arguments):
        status = main(["--knowledge", str(folders.knowledge), "templates", *arguments])
        return status, *capsys.readouterr()

    return ran


def test_it_lists_every_kind_with_its_fields(run):
    status, out, _ = run()
    assert status == 0
    heads = [line.split(" (")[0] for line in out.splitlines() if " (decision): " in line or " (notice): " in line]
    assert heads == list(KINDS)
    assert "  reply_by  required  until when they must accept or decline (a day: 2026-03-12 or 12.03.2026)\n" in out
    assert "--set FIELD=VALUE" in out
    assert max(map(len, out.splitlines())) <= 130


def test_with_a_kind_it_shows_the_words_in_both_languages(run):
    status, out, _ = run("rejection")
    assert status == 0
    assert "Subject: Decision on your application ({{ call.name }})" in out
    assert "  Leider" not in out
    assert "Leider können wir Ihnen keinen Platz anbieten." in out
    assert "offer (decision)" not in out


def test_with_a_call_it_tells_its_projects_and_dates(run):
    status, out, _ = run("shortlist", "--call", "ideas-2026")
    assert status == 0
    assert "the call's interview-dates: 11 to 20 March 2026" in out
    assert "TrustSeg" in out
    assert "the call's interview-dates: not stated; the letter does without" in run("--call", "dkfz-2025-0184")[1]


def test_an_unknown_call_is_named_with_those_there_are(run):
    status, _, errors = run("--call", "ideas")
    assert status == 2
    assert "--call ideas: there is no such call; one of dkfz-2025-0184, ideas-2026" in errors


def test_an_unknown_kind_is_refused_with_those_there_are(run, capsys):
    with pytest.raises(SystemExit):
        run("offers")
    assert "waiting-list" in capsys.readouterr().err
