"""The sheet that people look at before they approve: every mail, everything escaped, nothing hidden."""

import base64
import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.files.campaign_page import Sheet, visible, write_campaign_page
from bot.files.yaml_lines import KnowledgeError
from bot.model.campaign import KINDS, Aside, Campaign, CampaignState, Finding, Override, Plan
from bot.model.delivery import Delivery
from bot.usecases.campaign_diff import Shared

TEMPLATES = Path(__file__).parents[2] / "templates"
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
TEXTS = {"en": ("An offer for {{ name }}", "Dear {{ name }},\n\nwe offer you a place.\n")}
ATTACKS = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "a & b &lt;b&gt;",
    "--><!--",
    "\u202egro.elpmaxe@eve\u2066",
    "\x00\x1b[31m\x7f\ud800",
)


def campaign(**changed: object) -> Campaign:
    plan = Plan("a-call", "offer", "Cora", "", "t.csv", {"sign": "Us"}, "k", 6, columns={"name": "Full name"})
    return Campaign(7, "planned", replace(plan, **changed), NOW, "3f9a" + "0" * 60, 2)


def a_mail(row: int, name: str, oddness: float = 0, *oddities: str, **changed: object) -> tuple[Delivery, str]:
    delivery = Delivery(
        row, 7, row, f"H{row}", f"p{row}@x.org", name, "en", "t", 1, f"An offer for {name}", "planned",
        oddness=oddness, oddities=oddities,
    )  # fmt: skip
    return replace(delivery, **changed), f"Dear {name},\n\nwe offer you a place.\n"


MAILS = [a_mail(2, "Ada"), a_mail(3, "Ärmel Öz", 5.0, "name is rare")]


def page(mails: Iterable[tuple[Delivery, str]] = MAILS, **more: object) -> str:
    out = io.StringIO()
    sheet = Sheet(**{"campaign": campaign(), "name": "A Call", "texts": TEXTS, "when": NOW, **more})  # type: ignore[arg-type] # any field
    mails = list(mails)
    assert write_campaign_page(out, TEMPLATES, sheet, mails) == len(mails)
    out.getvalue().encode("utf-8")
    return out.getvalue()


class Reader(HTMLParser):
    """Tags in order, whether each was closed by its own end, and the visible words."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.pieces: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.pieces.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.pieces).split())


def test_the_head_says_in_words_what_the_campaign_does() -> None:
    words = Reader(page()).words
    assert "2 offers A Call · planned by Cora · mark 3F9A" in words
    assert "SEND 2 OFFERS 3F9A" in words
    assert "the call has 6 places" in words
    assert "Do not approve" not in words


def test_a_sheet_with_other_mails_than_planned_says_so() -> None:
    assert "Do not approve: the plan counts 2 mails, this sheet has 1." in Reader(page(MAILS[:1])).words


def test_every_mail_is_there_oddest_first_and_found_by_name() -> None:
    text = page()
    reader = Reader(text)
    assert re.findall(r'<article id="row-(\d+)">', text) == ["3", "2"]
    assert [attrs["href"] for tag, attrs in reader.tags if tag == "a"] == ["#row-2", "#row-3"]
    assert "1 of 2 Ärmel Öz name is rare To p3@x.org Row 3 · person H3" in reader.words
    assert "2 of 2 Ada To p2@x.org" in reader.words


def test_what_was_filled_in_is_marked_and_nothing_else() -> None:
    text = page(MAILS[:1])
    assert re.findall(r"<mark>([^<]*)</mark>", text.partition("<article")[2]) == ["Ada", "Ada"]
    assert '<span class="line filled" dir="auto">Dear <mark>Ada</mark>,</span>' in text
    assert '<span class="line" dir="auto">we offer you a place.</span>' in text


def test_a_mail_in_a_language_without_template_is_marked_whole() -> None:
    text = page([a_mail(2, "Ada", language="xx")])
    assert "<mark>we offer you a place.</mark>" in text


def test_findings_people_set_aside_overrides_columns_and_the_last_wave_are_told() -> None:
    this = campaign(
        findings=(Finding("orange", "o", "look here"), Finding("red", "r", "is wrong", "mend it", 9, "E-Mail")),
        aside=(Aside(5, "Zed", "z@x.org", "is a rejection"), Aside(6, "Yan", "y@x.org", "is a rejection")),
        overrides=(Override("o@x.org", "by phone"),),
    )
    last = replace(campaign(), id=3)
    before = {"en": ("An offer for {{ name }}", "Dear {{ name }},\n\nwe offered you a place.\n")}
    shared = Shared(("Ada",), 1, 4)
    words = Reader(page(campaign=this, last=last, last_texts=before, shared=shared)).words
    assert "Blocks: row 9, column E-Mail : is wrong What to do: mend it Look: look here" in words
    assert "2 : is a rejection" in words
    assert "5 Zed z@x.org is a rejection 6 Yan y@x.org" in words
    assert "o@x.org by phone" in words
    assert "name Full name" in words
    assert "Of the people of this one, 1 was in the last one, too; 1 is new; 4 of the last one are not" in words
    assert "- before: we offered you a place. + now: we offer you a place." in words


def test_times_are_told_in_the_zone_of_the_sheet() -> None:
    words = Reader(page(when=NOW.astimezone(ZoneInfo("Asia/Kolkata")))).words
    assert "Planned 01 March 2027, 14:30 IST, this sheet made 01 March 2027, 14:30 IST." in words


def page_of(value: str) -> Reader:
    """A sheet that has this value wherever a value can stand."""
    this = campaign(
        by=value,
        source=value,
        shared={value: value},
        columns={value: value},
        aside=(Aside(5, value, value, value),),
        overrides=(Override(value, value),),
        findings=(Finding("red", "r", value, value, 9, value),),
    )
    this = replace(this, note=value)
    mails = [
        a_mail(2, value, 1, value, address=value, person=value, state="refused", outcome=value),
        a_mail(3, "Ada", language=value),
    ]
    last_texts = {"en": (value, value)}
    return Reader(
        page(mails, campaign=this, name=value, last=this, last_texts=last_texts, shared=Shared((value,), 1, 1))
    )


def shape(reader: Reader) -> list[tuple[str, list[str], str]]:
    """Every tag with its attributes' names and where it leads; in no order, since people stand in that of their names."""
    return sorted((tag, sorted(attrs), attrs.get("href") or "") for tag, attrs in reader.tags)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_value_is_more_than_text(attack: str) -> None:
    harmless, attacked = page_of("Qwertz"), page_of(attack)
    assert shape(attacked) == shape(harmless)
    assert attacked.words.count(visible(attack)) == harmless.words.count("Qwertz") > 25
    assert not set("\u202e\u2066\x00\x1b\x7f\ud800") & set(attacked.words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada", "Ada"),
        ("a\u202eb", "a[U+202E]b"),
        ("a\u200db", "a[U+200D]b"),
        ("می\u200cخواهد", "می\u200cخواهد"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("end\u200c", "end[U+200C]"),
        ("\u3164", "[U+3164]"),
        ("a\u00adb", "a[U+00AD]b"),
        ("a\tb", "a\tb"),
        ("\r", "[U+000D]"),
        ("\ud800", "[U+D800]"),
    ],
)
def test_what_hides_is_made_visible_and_what_shapes_letters_is_kept(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_no_script_and_no_address_is_allowed_and_only_the_one_style() -> None:
    text = page()
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    metas = [attrs for tag, attrs in Reader(text).tags if tag == "meta"]
    assert metas[1] == {"http-equiv": "Content-Security-Policy", "content": policy}
    assert "url(" not in style
    assert "@import" not in style


def test_it_can_be_heard_headings_in_order_tables_with_scope_a_language() -> None:
    this = campaign(aside=(Aside(5, "Zed", "z@x.org", "r"),), overrides=(Override("o@x.org", "by phone"),))
    tags = Reader(page(campaign=this)).tags
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(attrs.get("scope") for tag, attrs in tags if tag == "th")
    assert dict(tags)["html"] == {"lang": "en"}
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_state_has_words(kind: str) -> None:
    for state in CampaignState.__args__:  # type: ignore[attr-defined] # of a Literal
        assert Reader(page(campaign=replace(campaign(kind=kind), state=state))).words.startswith("2 ")


def test_many_mails_and_people_set_aside_are_folded() -> None:
    aside = tuple(Aside(n, f"Z{n}", f"z{n}@x.org", f"reason {n}") for n in range(200, 240))
    mails = [a_mail(n, f"Name {n}") for n in range(2, 102)]
    text = page(mails, campaign=campaign(aside=aside))
    assert text.count("<article") == 100
    assert text.count("<details>") == 2
    assert "and 20 other reasons, each below" in Reader(text).words


def test_a_missing_or_broken_template_is_told_with_its_file(tmp_path: Path) -> None:
    sheet = Sheet(campaign(), "A Call", TEXTS, NOW)
    with pytest.raises(KnowledgeError, match="cannot be read"):
        write_campaign_page(io.StringIO(), tmp_path, sheet, MAILS)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "campaign.html").write_text("{% macro x() %}\n{{ \n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="is no template"):
        write_campaign_page(io.StringIO(), tmp_path, sheet, MAILS)
