"""Of a letter's parts the text is found, in the right characters, and no more of it is read than is bounded."""

import pytest

from bot.correspondence import mime

GERMAN = "Grüße aus Köln"


def content(written: str | bytes) -> mime.Content:
    return mime.content(mime.parse(written if isinstance(written, bytes) else written.encode()))


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        (GERMAN.encode(), "utf-8", GERMAN),
        (GERMAN.encode("latin-1"), "utf-8", GERMAN),
        (GERMAN.encode("latin-1"), None, GERMAN),
        (GERMAN.encode("latin-1"), "no-such-charset", GERMAN),
        (GERMAN.encode("latin-1"), "us-ascii", GERMAN),
        (GERMAN.encode(), "iso-8859-1", GERMAN),
        (GERMAN.encode(), "us-ascii", GERMAN),
        (GERMAN.encode(), "zlib", GERMAN),
        (GERMAN.encode(), "punycode", GERMAN),
        (GERMAN.encode(), "utf-8\0", GERMAN),
        ("Ende: ü".encode()[:-1], "utf-8", "Ende: Ã"),
        ("Äpfel ü".encode()[:-1], "utf-8", "Äpfel "),
        ("“so” – 5 €".encode("cp1252"), "iso-8859-1", "“so” – 5 €"),
        ("質問".encode("iso-2022-jp"), "iso-2022-jp", "質問"),
        ("質问㐀".encode("gb18030"), "gb2312", "質问㐀"),
        ("вопрос".encode("koi8-r"), "koi8-r", "вопрос"),
        ("질문".encode("cp949"), "ks_c_5601-1987", "질문"),
        ("a\r\nb\rc\u2028d\0\x07\u200be\xa0f".encode(), "utf-8", "a\nb\nc\nde f"),
    ],
)
def test_characters_are_read_as_meant(data, charset, text):
    assert mime.decoded(data, charset) == text


@pytest.mark.parametrize(
    ("written", "text", "delete_space"),
    [
        ("one \ntwo\nthree", "one two\nthree", False),
        ("one \n two \n\nthree", "one two \n\nthree", False),
        ("schöne \nGrü \nße", "schöneGrüße", True),
        ("> a \n> b\nown", "> a b\nown", False),
        ("> a \nown", "> a \nown", False),
        ("text\n-- \nJo", "text\n-- \nJo", False),
        (" From here\n >no quote", "From here\n>no quote", False),
    ],
)
def test_flowed_lines_are_joined(written, text, delete_space):
    assert mime.flowed(written, delete_space=delete_space) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</p><p>b &amp; c&nbsp;d &#228;</p>", "a\n\nb & c d ä"),
        ("<div>a\n  b</div><div>c</div>", "a b\nc"),
        ("<pre>a\n b</pre>", "a\nb"),
        ("<ol><li>x</li></ol>", "- x"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<head><title>t</title></head><body>x<script>s</script><style>y</style></body>", "x"),
        ("x<!-- c -->y<!--[if mso]>z<![endif]-->", "xy"),
        ("x<span style='display: none'>h</span><i hidden>h</i><b style='font-size:0'>h</b>", "x"),
        ("<p>a</p><blockquote>q</blockquote><p>b</p>", "a\n\n>\n\nb"),
        ("a<div id='appendonsend'></div>b", f"a\n{mime.HISTORY}"),
        ("a<div class='gmail_signature'>Jo</div>b", "a\nb"),
        ("a<div id='Signature'>And how?</div>", "a\nAnd how?"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<![CDATA[x]]>a<?php b ?>c", "ac"),
        ("<p>never closed <b>bold", "never closed bold"),
        ("<img src='data:image/png;base64,AAAA'>a", "a"),
        ("http://example.org/", "http://example.org/"),
        ("", ""),
    ],
)
def test_html_is_read_as_shown(html, text):
    assert mime.html_text(html) == text


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("=?utf-8?Q?Gr=C3=BC?= =?utf-8?B?w58=?=", "Grüß"),
        ("=?utf-8?Q?split_=C3?= =?utf-8?Q?=BC?=", "split ü"),
        ("=?utf-8?B?%%%?= rest", "rest"),
        ("=?martian?Q?a?=", "a"),
        ("a\r\n b\tc\x00d", "a b c d"),
        ("plain = text ?", "plain = text ?"),
    ],
)
def test_headers_are_decoded_to_one_line(header, words):
    assert words in mime.header_text(header)
    assert mime.header_text(header).isprintable()


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
    assert mime.headers(mime.parse(deep.encode()))["subject"] == ["x"]


def test_no_more_is_read_than_is_bounded():
    assert len(content(b"\n" + b"word " * 1_000_000).text or "") == mime.TEXT
    assert len(content(b"Content-Type: text/html\n\n" + b"<p>word" * 1_000_000).text or "") <= mime.TEXT
    many = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: a/b; name=x\n\n\n" * 500
    assert content(many).attachments == ("x",)
