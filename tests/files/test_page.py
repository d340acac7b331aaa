"""Quotes are compared with the words of a published page; white space does not count, words do."""

import pytest
from web_pages import web_pages

from bot.files.page import PageError, page_text, read_page
from bot.model.knowledge import Call, Fact
from bot.usecases.drift import missing_quotes


@pytest.fixture
def web(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with web_pages() as pages:
        yield pages


def call(*quotes):
    return Call(
        id="x", kind="phd", name={"en": "X"}, zone="UTC", facts=(Fact(topic="pay", say={"en": "Paid."}, quote=quotes),)
    )


def missing(page, *quotes):
    return [found.quote for found in missing_quotes(call(*quotes), page)]


@pytest.mark.parametrize(
    "page",
    [
        "It is paid by E13 here.",
        "It is\n  paid\tby\u00a0E13 here.",
        "<!DOCTYPE html><html><body>It is <b>paid</b> by\n E13 here.</body></html>",
        "<html><p>It is paid by&nbsp;E13</p><script>x</script></html>",
        "<html><p>It is paid<br>by<br/>E<b>1</b>3</p></html>",
        "<html><li>It is</li><li>paid by</li><li>E13",
        "<html>It is pa\u00adid by\u200b E13",
        "<html>It is paid by E13 <![x",
        "<html>It is paid by E13 &amp",
    ],
)
def test_a_quote_is_found_whatever_the_white_space(tmp_path, page):
    (tmp_path / "page").write_text(page, encoding="utf-8")
    assert missing(page_text(tmp_path / "page"), "is paid by E13") == []


@pytest.mark.parametrize(
    "page",
    [
        "It is paid by E 13.",
        "It is Paid by E13.",
        "",
        "<html><script>It is paid by E13</script></html>",
        "<html><style>is paid by E13</style></html>",
    ],
)
def test_a_changed_quote_is_missing(tmp_path, page):
    (tmp_path / "page").write_text(page, encoding="utf-8")
    (found,) = missing_quotes(call("is paid by E13"), page_text(tmp_path / "page"))
    assert (found.owner, found.entry.topic, found.quote) == (None, "pay", "is paid by E13")


def test_each_of_several_quotes_counts(tmp_path):
    (tmp_path / "page").write_text("one two three", encoding="utf-8")
    assert missing(page_text(tmp_path / "page"), "one", "four", "two three") == ["four"]


@pytest.mark.parametrize(
    ("kind", "encoding", "head"),
    [
        ("text/html; charset=utf-8", "utf-8", ""),
        ("text/html; charset=ISO-8859-1", "cp1252", ""),
        ("text/html; charset=nonsense", "utf-8", ""),
        ("text/html", "utf-8", ""),
        ("text/html", "cp1252", ""),
        ("text/html", "iso-8859-2", '<meta charset="iso-8859-2">'),
        ("text/html", "cp1252", '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">'),
        ("text/html", "utf-16", ""),
        ("text/html", "utf-8-sig", ""),
        ("", "utf-8", ""),
        ("text/plain; charset=utf-8", "utf-8", ""),
        ("application/xhtml+xml", "utf-8", ""),
    ],
)
def test_a_page_is_read_in_its_encoding(web, kind, encoding, head):
    address = web.add("page", f"<html><head>{head}</head><p>für drei Jahre</p></html>".encode(encoding), kind)
    assert read_page(address).endswith("für drei Jahre")


def test_a_saved_page_is_read_in_its_encoding_too(tmp_path):
    (tmp_path / "page").write_bytes('<html><meta charset="iso-8859-1"><p>für drei Jahre</p>'.encode("cp1252"))
    assert read_page(str(tmp_path / "page")) == "für drei Jahre"


def test_a_redirect_is_followed(web):
    address = web.add("page", "<html>here</html>")
    assert read_page(f"{web.address}/to/{address}") == "here"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("nowhere", "answers 404 Not Found: check the address"),
        ("circle", "leads in circles"),
        ("to/ftp://example.org/", "no web page"),
        ("no-http", "cannot be fetched"),
        ("not-gzip", "cannot be fetched"),
        ("bomb", "larger than 5 MB"),
        ("huge", "larger than 5 MB"),
        ("paper", "is no web page but application/pdf"),
    ],
)
def test_what_is_no_page_is_told_with_its_cure(web, path, why):
    web.add("huge", b"." * 5_000_001)
    web.add("paper", b"%PDF", "application/pdf")
    with pytest.raises(PageError, match=why) as told:
        read_page(f"{web.address}/{path}")
    assert any(cure in str(told.value) for cure in ("save the page", "save its text", "give its own address"))


@pytest.mark.parametrize("path", ["slow", "drip"])
def test_a_page_that_takes_too_long_is_given_up(web, path):
    with pytest.raises(PageError, match=r"within 0\.2 seconds"):
        read_page(f"{web.address}/{path}", seconds=0.2)


@pytest.mark.parametrize("address", ["http://", "https://[", "http://127.0.0.1:99999/", "http://\u0000/"])
def test_an_address_that_is_none_is_told(address):
    with pytest.raises(PageError, match=r"check the address|no web page"):
        read_page(address, seconds=2)


def test_a_server_that_is_not_there_is_told(web):
    with web_pages() as gone:
        address = gone.address
    with pytest.raises(PageError, match="cannot be fetched"):
        read_page(address)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(PageError, match="No such file"):
        read_page(str(tmp_path / "nowhere.html"))


def test_bytes_of_no_language_are_a_page_without_the_quotes(web):
    address = web.add("page", bytes(range(256)) * 20)
    assert missing(read_page(address), "is paid by E13") == ["is paid by E13"]
