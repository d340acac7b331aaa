"""Quotes are compared with the words of a published page; white space does not count, words do."""

import pytest

from bot.files.page import missing_quotes, page_text
from bot.model.knowledge import Call, Fact


def call(*quotes):
    return Call(
        id="x", kind="phd", name={"en": "X"}, zone="UTC", facts=(Fact(topic="pay", say={"en": "Paid."}, quote=quotes),)
    )


@pytest.mark.parametrize(
    "page",
    [
        "It is paid by E13 here.",
        "It is\n  paid\tby\u00a0E13 here.",
        "<!DOCTYPE html><html><body>It is <b>paid</b> by\n E13 here.</body></html>",
        "<html><p>It is paid by&nbsp;E13</p><script>x</script></html>",
    ],
)
def test_a_quote_is_found_whatever_the_white_space(tmp_path, page):
    (tmp_path / "page").write_text(page, encoding="utf-8")
    assert missing_quotes(call("is paid by E13"), page_text(tmp_path / "page")) == []


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
    ((project, entry, quote),) = missing_quotes(call("is paid by E13"), page_text(tmp_path / "page"))
    assert (project, entry.topic, quote) == (None, "pay", "is paid by E13")


def test_each_of_several_quotes_counts(tmp_path):
    (tmp_path / "page").write_text("one two three", encoding="utf-8")
    assert [
        quote for _, _, quote in missing_quotes(call("one", "four", "two three"), page_text(tmp_path / "page"))
    ] == ["four"]
