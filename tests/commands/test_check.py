"""`callboard check` as a coordinator runs it: on a call's page in a file or on the web, and without one."""

import argparse
import shutil
from pathlib import Path

import pytest
from web_pages import web_pages

from bot.commands import check

REPOSITORY = Path(__file__).parent.parent.parent
CALL = "tidal-lab-2027"
PAGE = REPOSITORY / "tests" / "calls" / f"{CALL}.txt"


@pytest.fixture
def web(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with web_pages() as pages:
        yield pages


@pytest.fixture
def call_file(tmp_path):
    """The call's file, in a folder of knowledge without phrasings (nothing is asked here)."""
    for name in ("topics", "vocabulary"):
        (tmp_path / name).symlink_to(REPOSITORY / "knowledge" / name)
    shutil.copytree(PAGE.parent / CALL, tmp_path / "calls" / CALL)
    return tmp_path / "calls" / CALL / "call.yaml"


@pytest.fixture
def run(call_file, capsys):
    def ran(*pages):
        knowledge = str(call_file.parent.parent.parent)
        status = check.run(
            argparse.Namespace(config=None, knowledge=knowledge, page=[f"{CALL}={page}" for page in pages])
        )
        return status, *capsys.readouterr()

    return ran


def html(text):
    return f"<!doctype html><html><body><p>{text}</p></body></html>"


def test_a_call_that_agrees_with_itself_is_told_nothing(run):
    status, out, err = run()
    assert (status, err) == (0, "")
    assert len(out.splitlines()) == 2


def test_the_page_at_an_address_holds_every_quote(run, web):
    address = web.add("call", html(PAGE.read_text(encoding="utf-8")))
    for place in (address, f"{web.address}/to/{address}", PAGE):
        status, out, err = run(place)
        assert (status, err) == (0, "")
        assert f"quotes stand in {place}" in out


def test_a_quote_that_the_page_lost_is_named_with_its_file(run, web):
    address = web.add("call", html(PAGE.read_text(encoding="utf-8").replace("30 months", "24 months")))
    status, out, _ = run(address)
    assert status == 1
    assert f"{CALL}/call.yaml, section" in out
    assert f"does not stand in {address}: “" in out
    assert "30 months" in out
    assert "probably" not in out


@pytest.mark.parametrize("page", [html("Please log in."), bytes(range(256)) * 50])
def test_a_page_of_something_else_is_called_so(run, web, page):
    status, out, _ = run(web.add("call", page))
    assert status == 1
    assert "is probably not the page of" in out
    assert len(out.splitlines()) < 12


@pytest.mark.parametrize(("path", "why"), [("nowhere", "404 Not Found"), ("huge", "larger than 5 MB")])
def test_a_page_that_cannot_be_read_is_told_and_the_next_one_still_compared(run, web, path, why):
    web.add("huge", b"." * 5_000_001)
    status, out, err = run(f"{web.address}/{path}", PAGE)
    assert status == 2
    assert why in err
    assert f"quotes stand in {PAGE}" in out


def test_a_date_that_has_passed_is_information(run, call_file):
    text = call_file.read_text(encoding="utf-8")
    assert "2027-03-14" in text
    call_file.write_text(text.replace("2027-03-14", "2020-03-14"), encoding="utf-8")
    status, out, _ = run(PAGE)
    assert status == 0
    assert "14 March 2020 was" in out
    assert "days ago" in out
    assert "days ago" not in run()[1]


def test_a_contradiction_is_named_without_a_page_and_once_with_one(run, call_file):
    text = call_file.read_text(encoding="utf-8")
    call_file.write_text(text.replace("places: 2", "places: 3", 1), encoding="utf-8")
    for pages in ((), (PAGE,)):
        status, out, _ = run(*pages)
        assert status == 1
        assert out.count("the call has `places: 3`") == 1
