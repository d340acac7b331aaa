"""Letters from the shipped templates: every kind in both languages; and values that stay data whatever stands in them."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from bot.files.mail_templates import load_mail_templates
from bot.mailing.fields import Field
from bot.mailing.template import LANGUAGES, MailTemplate, Wording
from bot.model.campaign import KINDS
from bot.model.knowledge import Call

REPOSITORY = Path(__file__).parent.parent.parent
TEMPLATES = load_mail_templates(REPOSITORY / "templates")
LAYOUT = TEMPLATES["offer"]._layout
GIVEN = {"name": "Ada Muster", "sender": "The coordinators", "contact": "desk@example.org"}
LINK = "https://meet.example.org/j/4711?a=1&b=2"
CHOICES = {
    "times": "12 | Thursday, 12 March 2026, 14:00 CET | Thursday, 12 March 2026, 18:30 (Kolkata)\n13 | another",
    "more": "3",
    "telegram": "https://t.me/TheBot?start=m-your-own-link-comes-here",
}
EXAMPLES = {
    "line": "Words",
    "text": "One.\n\nTwo.",
    "date": "2026-03-26",
    "time": "2026-03-12 14:00",
    "link": LINK,
    "project": "trustseg",
    "number": "45",
    "people": "Bo Beispiel; Cy Cerny",
}


@pytest.fixture(scope="module")
def call(knowledge):
    return knowledge.calls["ideas-2026"]


def letter(call, kind, language="en", zone="", **texts):
    template = TEMPLATES[kind]
    needed = {name: EXAMPLES[field.type] for name, field in template.fields.items() if not field.optional}
    values, wrong = template.read({**GIVEN, **needed, **texts}, call, zone, language)
    assert not wrong, wrong
    return template.render(language, {**values, **(CHOICES if kind == "interview-booking" else {})})


def own(text, subject="A subject", **fields):
    """A template of the test's own, in one wording for both languages."""
    wording = Wording(subject=subject, text=text)
    made = {name: Field(type=kind, en="-", de="-") for name, kind in fields.items()}
    return MailTemplate("free-text", "-", made, {"en": wording, "de": wording}, "", LAYOUT)


def links(html):
    return [(one.get("href"), one.get_text()) for one in BeautifulSoup(html, "html.parser").find_all("a")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_whole_with_all_fields_and_with_those_it_needs(call, kind, language):
    every = {name: EXAMPLES[field.type] for name, field in TEMPLATES[kind].fields.items() if name != "greeting"}
    for texts in ({}, every):
        made = letter(call, kind, language, "Asia/Kolkata", **texts)
        assert not {"{", "}", "None"} & set(made.text.split())
        assert "\n\n\n" not in made.text
        assert "{" not in made.subject + made.text
        assert made.text.startswith(("Dear Ada Muster,\n\n", "Guten Tag Ada Muster,\n\n"))
        assert made.text.endswith("\nThe coordinators")
        assert "desk@example.org" in made.text
        assert call.name[language] in made.subject
        soup = BeautifulSoup(made.html, "html.parser")
        assert soup.html["lang"] == language
        assert " ".join(soup.body.get_text().split()) == " ".join(made.text.split())
        assert not soup.find_all(["img", "script", "iframe", "form", "style", "object"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_greeting_of_ones_own_replaces_the_usual_one(call, kind):
    made = letter(call, kind, "de", greeting="Sehr geehrte Frau Professorin Muster,")
    assert made.text.startswith("Sehr geehrte Frau Professorin Muster,\n\n")
    assert "Guten Tag" not in made.text


def test_an_offer_says_in_its_subject_until_when_to_answer(call):
    made = letter(call, "offer")
    assert made.subject == "Offer of a place: please answer by 26 March 2026 (IDEAS PhD call)"
    assert "Project: TrustSeg (Trustworthy AI for Clinical Image Segmentation)" in made.text


def test_an_interview_stands_on_both_clocks(call):
    made = letter(call, "interview", zone="Asia/Kolkata", link=LINK)
    assert (
        "When: Thursday, 12 March 2026, 14:00 CET\nIn your time zone: Thursday, 12 March 2026, 18:30 (Kolkata)\n"
        in made.text
    )
    assert "In your time zone" not in letter(call, "interview", zone="Europe/Madrid").text


def test_a_rejection_names_no_reason_no_score_and_no_hope(call):
    for language in LANGUAGES:
        words = letter(call, "rejection", language).text.casefold()
        for word in (
            "score",
            "rank",
            "punkt",
            "unfortunately not this time",
            "future",
            "encourage",
            "strong",
            "viele bewerbungen",
        ):
            assert word not in words


def test_a_shortlist_tells_the_calls_interview_dates_only_if_it_states_them(call, knowledge):
    assert "Interview dates in the call: 11 to 20 March 2026." in letter(call, "shortlist").text
    assert "Interview dates" not in letter(knowledge.calls["dkfz-2025-0184"], "shortlist").text


def test_words_can_be_given_for_one_language(call):
    given = {"message": "Hello.", "message.de": "Hallo."}
    assert "\nHallo.\n" in letter(call, "free-text", "de", **given).text
    assert "\nHello.\n" in letter(call, "free-text", "en", **given).text


def test_a_missing_an_unknown_and_a_wrong_field_are_told_together(call):
    texts = {**GIVEN, "name": "", "project": "Nothing", "strat": "2026-05-01"}
    _, wrong = TEMPLATES["offer"].read(texts, call, "", "en")
    assert [(one.field, one.what) for one in wrong] == [
        ("strat", "is no field of this template"),
        ("project", 'names no project of the call ("Nothing")'),
        ("reply_by", "is empty"),
        ("name", "is empty"),
    ]
    assert all(one.cure for one in wrong)


def test_a_fact_that_the_call_does_not_state_is_told_with_template_and_topic(call):
    template = own("{{ call.facts.deadline }} {{ call.facts.health_insurance }}")
    values, wrong = template.read(GIVEN, call, "", "de")
    (missing,) = wrong
    assert missing.field == "call.facts.health_insurance"
    assert "free-text.yaml" in missing.what
    assert "health-insurance" in missing.what
    assert values["call"].facts.deadline == "Sonntag, 22. Februar 2026, 23:59 Uhr MEZ (CET)"


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("deadline", "Sunday, 22 February 2026, 23:59 CET"),
        ("candidate_ranking_date", "5 March 2026"),
        ("interview_dates", "11 to 20 March 2026"),
        ("start_date", "1 May 2026 or 1 June 2026"),
        ("pay", "All IDEAS PhD positions are fully funded (100%) according to TVöD E13."),
    ],
)
def test_a_fact_of_any_kind_is_told_in_words(call, topic, words):
    template = own(f"{{{{ call.facts.{topic} }}}}")
    assert template.render("en", template.read(GIVEN, call, "", "en")[0]).text == words


def test_what_the_call_says_twice_on_a_topic_is_not_chosen_from(call):
    assert [one.field for one in own("{{ call.facts.term }}").read(GIVEN, call, "", "en")[1]] == ["call.facts.term"]


def test_a_line_of_tags_leaves_no_line_and_other_lines_stay_apart():
    template = own("A{% if word %} b{% endif %}\nC\n{% if word %}\nD\n{% endif %}\nE", word="line")
    call = Call(id="c", kind="phd", name={"en": "C"}, zone="UTC")
    for word, text in (("x", "A b\nC\nD\nE"), ("", "A\nC\nE")):
        values, _ = template.read({**GIVEN, "word": word}, call, "", "en")
        assert template.render("en", {**values, "word": word}).text == text


TEMPLATE_INJECTIONS = {
    "sum": "{{7*7}}",
    "statement": "{% for x in range(9) %}x{% endfor %}",
    "comment": "{# gone #}",
    "hash brace": "#{7*7}",
    "dollar": "${7*7}",
    "classes": "{{ ''.__class__.__mro__ }}",
    "config": "{{ config }} {{ self }}",
    "name": "{{ sender }}",
    "unclosed": "{{ {% {#",
    "line statement": "# for x in y",
    "format": "{0.__class__} %s %(name)s",
    "raw end": "{% endraw %}{{ 1 }}",
}


@pytest.mark.parametrize("attack", TEMPLATE_INJECTIONS.values(), ids=TEMPLATE_INJECTIONS)
def test_a_value_is_never_read_as_a_template(call, attack):
    made = letter(call, "free-text", subject_line=attack, message=attack, name=attack)
    assert made.subject == f"{attack} (IDEAS PhD call)"
    assert made.text.startswith(f"Dear {attack},\n\n{attack}\n\n")
    assert attack in BeautifulSoup(made.html, "html.parser").get_text()


HTML_INJECTIONS = {
    "script": "<script>alert(1)</script>",
    "image": '<img src="https://evil.example/t.gif">',
    "handler": '" onmouseover="alert(1)',
    "single quote": "' onclick='alert(1)",
    "end of body": "</p></body></html>",
    "comment": "<!-- gone -->",
    "link": '<a href="https://evil.example/">here</a>',
    "entity": "&lt;b&gt; &amp; &#60;",
    "cdata": "<![CDATA[x]]>",
    "address in a sentence": "see https://evil.example/ now",
    "javascript": "javascript:alert(1)",
    "style": "<style>*{display:none}</style>",
    "title": "</title><script>alert(1)</script>",
}


@pytest.mark.parametrize("attack", HTML_INJECTIONS.values(), ids=HTML_INJECTIONS)
def test_a_value_is_never_read_as_html(call, attack):
    made = letter(call, "free-text", subject_line=attack, message=attack, name=attack)
    usual = letter(call, "free-text", subject_line="x", message="x", name="x")
    soup, plain = (BeautifulSoup(one.html, "html.parser") for one in (made, usual))
    assert [one.name for one in soup.find_all(True)] == [one.name for one in plain.find_all(True)]
    assert [sorted(one.attrs) for one in soup.find_all(True)] == [sorted(one.attrs) for one in plain.find_all(True)]
    assert f"Dear {attack}," in soup.get_text()
    assert soup.title.get_text() == made.subject


def test_only_a_link_field_and_an_address_alone_in_its_line_can_be_clicked(call):
    message = "Read https://a.example/x first.\nhttps://b.example/y\nhttp://c.example/\nhttps://u@d.example/"
    assert links(letter(call, "free-text", message=message).html) == [("https://b.example/y", "https://b.example/y")]
    made = letter(
        call, "interview", link=LINK, where=f"at {LINK}, or {LINK}.evil.example/", name="https://evil.example/"
    )
    assert links(made.html) == [(LINK, LINK), (LINK, LINK)]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "In your time zone it was: "), ("de", "In Ihrer Zeitzone war das: ")]
)
def test_the_earlier_time_of_an_interview_is_on_both_clocks(call, language, said):
    before = {"before": "2026-03-10 09:00"}
    text = letter(call, "interview-change", language, "Asia/Kolkata", **before).text
    line = next(one for one in text.splitlines() if one.startswith(said))
    assert "13:30" in line
    assert "10" in line
    assert said not in letter(call, "interview-change", language, "Europe/Berlin", **before).text
