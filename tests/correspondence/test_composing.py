"""Replies as letters: what stands in them, and that nothing from outside can stand where it must not."""

import email
import email.policy
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from bot.correspondence.composing import Layout, Letterhead, compose, returned_in, thread_in, written
from bot.correspondence.mail import read_mail
from bot.files.template_files import load_layout
from bot.model.message import File, Outgoing, Reply
from bot.wiring.folders import Folders

HEAD = Letterhead("bot@callboard.example", "Callboard, the call's bot")
TOKEN = "0123456789abcdef" * 2
PLANNED = datetime.fromisoformat("2026-01-15T12:00:00+01:00")
NOTICE = "This reply was written by a bot."
HEADERS = {
    "from", "to", "subject", "date", "message-id", "in-reply-to", "references", "auto-submitted",
    "x-auto-response-suppress", "content-language", "mime-version", "content-type", "content-transfer-encoding",
}  # fmt: skip
Compose = Callable[..., tuple[EmailMessage, bytes]]


def reply(
    text: str = "The deadline is on 22 January.", *, address: str = "anna@example.org", **values: object
) -> Reply:
    context = {"message_id": "q@example.org", "references": "", "subject": "Question"}
    context |= {name: str(values.pop(name)) for name in tuple(context) if name in values}
    outgoing = Outgoing(text, str(values.pop("kind", "answer")), "en", notice=NOTICE, **values)
    return Reply(7, "email", address, context, TOKEN, outgoing, PLANNED, 0)


@pytest.fixture(scope="module")
def layout(folders: Folders) -> Layout:
    return load_layout(folders.templates)


@pytest.fixture(scope="module")
def composed(layout: Layout) -> Compose:
    """Composes a reply and checks what holds for every letter."""

    def compose_it(asked: Reply, head: Letterhead = HEAD) -> tuple[EmailMessage, bytes]:
        data = compose(asked, head, layout)
        assert data.endswith(b"\r\n")
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", data)
        assert data.isascii()
        assert max(map(len, data.split(b"\r\n"))) <= 998
        assert b"\0" not in data
        message = email.message_from_bytes(data, policy=email.policy.default)
        allowed = HEADERS | ({"reply-to"} if asked.body.reply_to else set())
        assert {name.lower() for name in message} <= allowed
        assert len(message.keys()) == len(set(message.keys()))
        assert not message.defects
        return message, data

    return compose_it


def paragraphs(text: str) -> str:
    return " ".join(text.split())


def texts(message: EmailMessage) -> tuple[str, str]:
    plain = message.get_body(("plain",)).get_content()
    html = BeautifulSoup(message.get_body(("html",)).get_content(), "html.parser")
    return plain, html.get_text()


def test_says_who_writes_and_that_a_machine_does(composed: Compose) -> None:
    message, _ = composed(reply())
    assert message["From"].addresses[0].addr_spec == "bot@callboard.example"
    assert message["From"].addresses[0].display_name == "Callboard, the call's bot"
    assert message["To"].addresses[0].addr_spec == "anna@example.org"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Content-Language"] == "en"
    assert "Reply-To" not in message


def test_stands_in_the_thread(composed: Compose) -> None:
    message, _ = composed(reply(references="a@x b@x", message_id="q@example.org"))
    assert message["In-Reply-To"] == "<q@example.org>"
    assert message["References"].split() == ["<a@x>", "<b@x>", "<q@example.org>"]


def test_a_letter_without_an_id_starts_a_thread(composed: Compose) -> None:
    message, _ = composed(reply(references="a@x", message_id=""))
    assert "In-Reply-To" not in message
    assert "References" not in message


def test_long_ids_stay_whole(composed: Compose) -> None:
    """Exchange's ids are longer than a line is meant to be; encoded or broken they name no letter."""
    ids = [f"{'A1B2C3' * 13}{number}@eurprd04.prod.outlook.example" for number in range(50)]
    message, data = composed(reply(references=" ".join(ids), message_id=ids[-1]))
    assert message["In-Reply-To"] == f"<{ids[-1]}>"
    assert message["References"].split() == [f"<{one}>" for one in ids[-21:]]
    for one in ids[-21:]:
        assert f"<{one}>".encode() in data
    assert read_mail(data).references == tuple(ids[-21:])


def test_is_the_same_when_it_is_sent_again(composed: Compose) -> None:
    first, second = composed(reply())[0], composed(replace(reply(), tries=3))[0]
    assert first["Message-ID"] == second["Message-ID"] == f"<{TOKEN}.7@callboard.example>"
    assert first["Date"] == second["Date"]
    assert first["Date"].datetime == PLANNED


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Deadline", "Re: Deadline"),
        ("Re: Deadline", "Re: Deadline"),
        ("RE: Deadline", "RE: Deadline"),
        ("AW: Frist", "AW: Frist"),
        ("Re[2]: Deadline", "Re[2]: Deadline"),
        ("SV: Antw: Deadline", "SV: Antw: Deadline"),
        ("Regarding: Deadline", "Re: Regarding: Deadline"),
        ("", "Re:"),
        ("  Deadline\t of\u2028 it ", "Re: Deadline of it"),
        ("Größe, 締め切り, дедлайн", "Re: Größe, 締め切り, дедлайн"),
        ("締" * 200, "Re: " + "締" * 200),
        ("x" * 500, "Re: " + "x" * 200),
    ],
)
def test_keeps_the_subject_with_one_re(composed: Compose, subject: str, answer: str) -> None:
    assert str(composed(reply(subject=subject))[0]["Subject"]) == answer


def test_both_parts_say_the_same(composed: Compose) -> None:
    text = (
        'Ja: 3 < 5 & "so".\n\nThe first line,\nthe second -- ünï 締め切り.\n.a dot\n..\nCall, section 2\n\n'
        + "long " * 900
    )
    plain, html = texts(composed(reply(text, sources=("Call, section 2",)))[0])
    assert paragraphs(plain) == paragraphs(f"{text} -- {NOTICE}")
    assert paragraphs(html) == paragraphs(f"{text} {NOTICE}")


def test_the_plain_part_comes_first_and_our_words_end_at_the_signature(composed: Compose) -> None:
    message, data = composed(reply("One.\n\nTwo."))
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert "\r\n-- \r\n" in texts(message)[0]
    assert read_mail(data, {"bot@callboard.example"}).automatic == "own mail"


HTML_ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></body></html><h1>Fake</h1>",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    '" onmouseover="alert(1)',
    "<!-- --><![CDATA[x]]>&lt;b&gt;&amp;",
]


@pytest.mark.parametrize("attack", HTML_ATTACKS)
def test_html_escapes_everything(composed: Compose, layout: Layout, attack: str) -> None:
    asked = reply(f"Before {attack}\n{attack}\n\nAfter", sources=(attack,))
    asked = replace(asked, body=replace(asked.body, notice=attack))
    message, _ = composed(asked)
    plain, html = texts(message)
    assert plain.count(attack) == 3
    assert paragraphs(html).count(paragraphs(attack)) == 3
    tree = BeautifulSoup(message.get_body(("html",)).get_content(), "html.parser")
    assert {tag.name for tag in tree.find_all()} <= {"html", "body", "p", "br", "span"}
    assert {name for tag in tree.find_all() for name in tag.attrs} <= {"lang", "style"}


INJECTIONS = [
    "x\r\nBcc: evil@example.org",
    "x\nBcc: evil@example.org",
    "x\rBcc: evil@example.org",
    "x\r\n\r\n<b>body</b>",
    "x\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029Bcc: evil@example.org",
    "=?utf-8?q?x=0D=0ABcc:_evil@example.org?=",
    "=?utf-8?b?eA0KQmNjOiBldmlsQGV4YW1wbGUub3Jn?= and more",
    "=?us-ascii?q?x=0ABcc:_evil@example.org?= =?us-ascii?q?=0D=0A=0D=0Abody?=",
    "=?utf-8*en?q?x=0D=0ABcc:_evil@example.org?=",
    "x\ud800y",
    "\u202egnp.exe",
    "x" * 5000,
    "é" * 5000,
    "<>,;:@\"\\()[]",
]  # fmt: skip


@pytest.mark.parametrize("attack", INJECTIONS)
@pytest.mark.parametrize("field", ["subject", "message_id", "references"])
def test_no_header_lets_itself_be_broken_out_of(composed: Compose, field: str, attack: str) -> None:
    """`composed` looks at the names of all headers; here the words of the letter answered are looked at too."""
    message, data = composed(reply(**{field: attack}))
    assert "Bcc" not in message
    assert message["To"].addresses[0].addr_spec == "anna@example.org"
    if field == "subject" and not re.search(r"[\ud800-\udfff]", attack):
        shown = "".join(filter(str.isprintable, " ".join(attack.split())))[:200]
        assert str(email.message_from_bytes(data, policy=email.policy.default)["Subject"]) == f"Re: {shown}"


@pytest.mark.parametrize("attack", INJECTIONS)
def test_nor_in_what_goes_to_a_coordinator(composed: Compose, attack: str) -> None:
    message, _ = composed(reply("They wrote this.", kind="to-coordinator", subject=attack, reply_to="anna@example.org"))
    assert message["Reply-To"].addresses[0].addr_spec == "anna@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert "In-Reply-To" not in message


@given(subject=st.text(), message_id=st.text(), references=st.text(), text=st.text(st.characters(codec="utf-8")))
def test_whatever_was_written_a_letter_is_a_letter(composed: Compose, subject, message_id, references, text) -> None:
    composed(reply(text, subject=subject, message_id=message_id, references=references))


NO_ADDRESSES = [
    "", "anna", "anna@", "@example.org", "a b@example.org", "a@b@", "anna@example.org, eve@example.org",
    "<anna@example.org>", "anna@example.org\r\nBcc: eve@example.org", "anna@exa\0mple.org", "änna@example.org",
    "anna(eve)@example.org", "=?utf-8?q?a=0D=0A?=@example.org", "anna@" + "ü" * 300 + ".example", "anna@ü..example",
]  # fmt: skip


@pytest.mark.parametrize("address", NO_ADDRESSES)
@pytest.mark.parametrize("field", ["address", "reply_to"])
def test_what_is_no_address_is_a_value_error(layout: Layout, address: str, field: str) -> None:
    if field == "reply_to" and not address:
        return
    with pytest.raises(ValueError, match=r".*"):
        compose(reply(**{field: address}), HEAD, layout)


@pytest.mark.parametrize(
    ("address", "in_smtp"),
    [
        ("anna@example.org", "anna@example.org"),
        ("anna+x.y'z@example.org", "anna+x.y'z@example.org"),
        ('"a b"@example.org', '"a b"@example.org'),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("a" * 64 + "@" + ".".join(["d" * 60] * 4) + ".example", None),
    ],
)
def test_addresses_are_written_in_ascii(composed: Compose, address: str, in_smtp: str | None) -> None:
    message, _ = composed(reply(address=address), Letterhead(address))
    assert written(address) == (in_smtp or address)
    assert message["To"].addresses[0].addr_spec == written(address) == message["From"].addresses[0].addr_spec
    assert message["Message-ID"].endswith(written(address).rpartition("@")[2] + ">")


@pytest.mark.parametrize("name", ['He said "x"', "Büro, IDEAS; (x) <y@z>", "", "@", "x" * 300])
def test_any_name_may_stand_before_our_address(composed: Compose, name: str) -> None:
    (writer,) = composed(reply(), Letterhead("bot@callboard.example", name))[0]["From"].addresses
    assert (writer.display_name, writer.addr_spec) == (name, "bot@callboard.example")


def test_a_file_goes_with_the_letter(composed: Compose) -> None:
    content = json.dumps({"text": "ünï\n.\n" + "x" * 5000}, ensure_ascii=False)
    message, _ = composed(reply(file=File("mydata.json", content)))
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("mydata.json", "application/json")
    assert attached.get_content().decode() == content
    assert NOTICE in texts(message)[0]


def test_knows_its_own_letters_again(composed: Compose) -> None:
    message, data = composed(reply())
    own = message["Message-ID"].strip("<>")
    assert thread_in(("a@x", own)) == (TOKEN, 7)
    assert thread_in((own, f"{'f' * 32}.9@callboard.example", "z@x")) == ("f" * 32, 9)
    assert thread_in(("a@x", "0123.4@x", f"{TOKEN}@x", f"{TOKEN}.x@x", f"x{TOKEN}.4@x")) == ("", None)
    assert returned_in(b"Content-Type: text/rfc822-headers\r\n\r\n" + data) == (TOKEN, 7)
    assert returned_in(b"nothing of ours") == ("", None)
