"""Of a letter's parts the text is found, and no more of it is read than is bounded."""

import pytest

from bot.correspondence import mime
from bot.correspondence.headers import read_headers
from bot.correspondence.texts import TEXT


def content(written: str | bytes) -> mime.Content:
    return mime.content(mime.parse(written if isinstance(written, bytes) else written.encode()))


def test_alternatives_give_one_text():
    plain, rich = "Content-Type: text/plain\n\nplain", "Content-Type: text/html\n\n<p>rich</p>"
    letter = "Content-Type: multipart/alternative; boundary=b\n\n--b\n{}\n--b\n{}\n--b--\n"
    assert content(letter.format(plain, rich)).text == "plain"
    assert content(letter.format(rich, plain)).text == "plain"
    assert content(letter.format("Content-Type: text/plain\n\n \n", rich)).text == "rich"
    assert (
        content(letter.format("Content-Type: text/plain\n\nThis is HTML", "Content-Type: a/b\n\nx")).text
        == "This is HTML"
    )


@pytest.mark.parametrize(
    ("kind", "encrypted"),
    [
        ("application/pkcs7-mime; smime-type=enveloped-data", True),
        ("application/x-pkcs7-mime; smime-type=authEnveloped-data", True),
        ("application/pkcs7-mime; smime-type=signed-data", False),
        ("multipart/encrypted; boundary=b", True),
        ("text/plain", False),
    ],
)
def test_what_is_sealed_is_told(kind, encrypted):
    assert content(f"Content-Type: {kind}\n\nx").encrypted == encrypted


def test_a_sealed_text_someone_quotes_is_no_seal():
    assert not content("\n> -----BEGIN PGP MESSAGE-----\nWhat is this?").encrypted


def test_no_text_is_told_from_an_empty_one():
    assert content("Content-Type: image/png\n\nx").text is None
    assert content("Subject: x\n\n").text == ""
    assert content("\nx").text == "x"


def test_an_archive_is_named_and_never_opened():
    zipped = b"Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\nUEsDBBQ="
    assert content(zipped) == mime.Content(None, ("a.zip",))


def test_too_deep_a_letter_keeps_its_headers():
    deep = "Subject: x\n" + "".join(
        f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(3_000)
    )
    assert read_headers(mime.parse(deep.encode()))["subject"] == ["x"]


def test_no_more_is_read_than_is_bounded():
    assert len(content(b"\n" + b"word " * 1_000_000).text or "") == TEXT
    assert len(content(b"Content-Type: text/html\n\n" + b"<p>word" * 1_000_000).text or "") <= TEXT
    many = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: a/b; name=x\n\n\n" * 500
    assert content(many).attachments == ("x",)
