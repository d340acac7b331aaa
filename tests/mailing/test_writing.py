"""Bytes of letters, read back by the email package: nothing is lost, and nobody's words become a header."""

import datetime as dt
import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.mailing.template import Rendered
from bot.mailing.writing import Calendar, LetterWriter, Mailbox, written

TOKEN = "0123456789abcdef" * 2
DATE = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
WRITER = LetterWriter(Mailbox("desk@example.org", "The desk"))
ADA = Mailbox("ada@example.net", "Ada Muster")
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Auto-Submitted",
    "Content-Language",
    "Content-Type",
]
PRINTABLE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
LINES = st.text(PRINTABLE, min_size=1, max_size=200)
TEXTS = st.text(st.one_of(PRINTABLE, st.sampled_from("\n\n\t .=")), max_size=400)


def write(to=ADA, subject="A subject", text="Text", html="<p>Text</p>", language="en"):
    return WRITER.write(to, Rendered(subject, text, html), token=TOKEN, date=DATE, language=language)


def read(data):
    return message_from_bytes(data, policy=policy.default)


def words(letter, kind):
    return letter.get_body((kind,)).get_content().replace("\r\n", "\n")


def shown(data):
    """The name in To. Encoded words are joined as RFC 2047, section 6.2 says; the email package leaves the spaces between them."""
    raw = str(message_from_bytes(data)["To"])
    if raw.startswith("=?"):
        return str(make_header(decode_header(raw.rpartition("<")[0].strip())))
    return read(data)["To"].addresses[0].display_name


def sound(data):
    """Lines end with CRLF, are ASCII and not too long; the headers are the known ones, once each."""
    assert data.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", data)
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert read(data).keys() == HEADERS
    assert not read(data).defects


@given(LINES)
@example("=?utf-8?q?Bcc:_eve?=")
@example("a" * 200)
@example("Ein " + "Bandwurmwort" * 12)
@example("two  spaces, and one at the end ")
@example("\u00e4" * 200)
@example("\U0001f393" * 60)
@example("x" * 66 + " " + "y" * 66)
@example(" . ")
def test_a_subject_comes_back_as_it_was(subject):
    data = write(subject=subject)
    sound(data)
    assert read(data)["Subject"] == subject


@given(LINES.filter(str.strip))
@example('Ada "the first" Muster')
@example("Muster, Ada <eve@evil.example>")
@example("Ada \\ Muster")
@example("Ada (Ph.D.)")
@example("=?utf-8?b?QmNj?=")
@example("Ánanya " * 20)
@example("a@b.example, c@d.example; e:")
def test_a_name_comes_back_as_it_was_with_one_address(name):
    data = write(Mailbox("ada@example.net", name))
    sound(data)
    (to,) = read(data)["To"].addresses
    assert (shown(data), to.addr_spec) == (name, "ada@example.net")


@given(TEXTS, TEXTS.filter(bool))
@example("From the start\n.\n..\n--\n--=_" + TOKEN + "\n", "--=_" + TOKEN + "--")
@example("trailing space \nand tab\t", "=3D=\n=")
@example("a" * 5000, "\u00e4" * 5000)
def test_text_and_html_come_back_as_they_were(text, html):
    data = write(text=text, html=html)
    sound(data)
    assert [part.get_content_type() for part in read(data).iter_parts()] == ["text/plain", "text/html"]
    assert words(read(data), "plain") == text
    assert words(read(data), "html") == html
    assert max(map(len, data.split(b"\r\n"))) <= 78


def test_a_letter_is_marked_as_automatic_and_named_by_its_token():
    letter = read(write(language="de"))
    assert letter["Message-ID"] == f"<{TOKEN}.mail@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "de"
    assert letter["Date"] == "Sun, 01 Mar 2026 09:30:00 +0100"
    assert str(letter["From"]) == "The desk <desk@example.org>"
    assert "List-Unsubscribe" not in letter
    assert "X-Auto-Response-Suppress" not in letter


def test_the_same_letter_has_the_same_bytes():
    assert write() == write()


def test_without_html_the_letter_is_plain_text():
    letter = read(write(html=""))
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content() == "Text"


ENTRY = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Gr\xc3\xb6\xc3\x9fe =_\r\n"
    + b" --=_x\r\n" * 99
    + b"END:VCALENDAR\r\n"
)


def with_entry(html="<p>Text</p>", method="REQUEST", data=ENTRY, text="Text", writer=WRITER):
    rendered = Rendered("A subject", text, html)
    return writer.write(ADA, rendered, token=TOKEN, date=DATE, language="en", calendar=Calendar(method, data))


@pytest.mark.parametrize("html", ["<p>Text</p>", ""], ids=["html", "plain"])
def test_a_calendar_entry_goes_as_a_part_and_as_a_file(html):
    data = with_entry(html)
    sound(data)
    assert max(map(len, data.split(b"\r\n"))) <= 78
    letter = read(data)
    assert letter.get_content_type() == "multipart/mixed"
    words_of_it, file = letter.iter_parts()
    parts = list(words_of_it.iter_parts())
    kinds = ["text/plain", "text/html", "text/calendar"] if html else ["text/plain", "text/calendar"]
    assert [part.get_content_type() for part in parts] == kinds
    assert dict(parts[-1]["Content-Type"].params) == {"charset": "utf-8", "method": "REQUEST"}
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert file["Content-Type"].params["name"] == "invite.ics"
    assert parts[-1].get_payload(decode=True) == file.get_payload(decode=True) == ENTRY
    assert words(letter, "plain") == "Text"


def test_the_letter_around_an_entry_is_the_same_as_without():
    """And so are its bytes each time, whatever its text makes of the boundaries."""
    text = f"--=_{TOKEN}\n--=_{TOKEN}--\n--=_m{TOKEN}\n--=_m{TOKEN}--\n"
    assert with_entry() == with_entry()
    assert words(read(with_entry(text=text)), "plain") == text
    assert len(list(read(with_entry(text=text)).walk())) == 6
    head, alternative = write().split(b"Content-Type: multipart/alternative", 1)
    assert with_entry().startswith(head)
    assert alternative.rpartition(b"--\r\n")[0].rpartition(b"--=_")[0] in with_entry()


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("CANCEL", ENTRY),
        ("REQUEST\r\nBcc: eve@evil.example", ENTRY),
        ("", ENTRY),
        ("REQUEST", b""),
        ("REQUEST", ENTRY.replace(b"\r\nMETHOD:", b"\r\n METHOD:")),
    ],
)
def test_the_method_of_the_part_is_that_of_the_entry(method, data):
    with pytest.raises(ValueError, match="not of the method"):
        with_entry(method=method, data=data)


def test_a_signer_has_the_last_word():
    writer = LetterWriter(Mailbox("desk@example.org"), lambda letter: b"DKIM-Signature: x\r\n" + letter)
    made = writer.write(ADA, Rendered("s", "t", "h"), token=TOKEN, date=DATE, language="en")
    assert made.startswith(b"DKIM-Signature: x\r\nFrom: desk@example.org\r\n")
    seen = []
    whole = with_entry(writer=LetterWriter(Mailbox("desk@example.org"), lambda letter: seen.append(letter) or b"x"))
    assert (whole, seen) == (b"x", [with_entry(writer=LetterWriter(Mailbox("desk@example.org")))])


HEADER_INJECTIONS = {
    "crlf": "Ada\r\nBcc: eve@evil.example",
    "lf": "Ada\nBcc: eve@evil.example",
    "cr": "Ada\rBcc: eve@evil.example",
    "folded": "Ada\r\n Bcc: eve@evil.example",
    "end of headers": "Ada\r\n\r\nA body",
    "null": "Ada\x00",
    "next line": "Ada\x85Bcc: eve@evil.example",
    "vertical tab": "Ada\x0bBcc: eve@evil.example",
    "form feed": "Ada\x0cBcc: eve@evil.example",
    "line separator": "Ada\u2028Bcc: eve@evil.example",
    "paragraph separator": "Ada\u2029Bcc: eve@evil.example",
    "file separator": "Ada\x1cBcc: eve@evil.example",
    "escape": "Ada\x1b[2J",
    "surrogate": "Ada\udc0a",
    "non-ASCII too": "Ádá\r\nBcc: eve@evil.example",
    "long": "Ada " * 60 + "\nBcc: eve@evil.example",
}


@pytest.mark.parametrize("attack", HEADER_INJECTIONS.values(), ids=HEADER_INJECTIONS)
def test_no_name_subject_or_address_can_begin_a_header(attack):
    for to, subject in (
        (ADA, attack),
        (Mailbox("ada@example.net", attack), "s"),
        (Mailbox(f"{attack}@example.net"), "s"),
        (Mailbox(f"ada@{attack}"), "s"),
        (Mailbox(f"ada@example.net{attack[3:]}"), "s"),
    ):
        with pytest.raises(ValueError, match=r"control character|no address"):
            write(to, subject)
    with pytest.raises(ValueError, match="control character"):
        LetterWriter(Mailbox("desk@example.org", attack))


@pytest.mark.parametrize("attack", ["\r", "\x00", "\x1b[2J", "\u2028", "\ud800", "a\r\n.\r\n"])
def test_no_text_holds_what_ends_a_line_of_it_elsewhere(attack):
    with pytest.raises(ValueError, match="control character"):
        write(text=attack)
    with pytest.raises(ValueError, match="control character"):
        write(html=f"<p>{attack}</p>")


@pytest.mark.parametrize(
    ("address", "ascii_address"),
    [
        ("ada@example.net", "ada@example.net"),
        ("a.d+a@Example.NET", "a.d+a@Example.NET"),
        ("o'hara@example.net", "o'hara@example.net"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ('"ada muster"@example.net', ""),
        ("ada", ""),
        ("", ""),
        ("@example.net", ""),
        ("ada@", ""),
        ("ada@example.net, eve@evil.example", ""),
        ("Ada <ada@example.net>", ""),
        ("ada@example.net>", ""),
        ("ada@exa mple.net", ""),
        ("ádá@example.net", ""),
        ("ada@@example.net", ""),
        ("ada.@example.net", ""),
        ("ada@-.example", ""),
        ("ada@☃.example\n", ""),
        ("ada@example.net (Ada)", ""),
    ],
)
def test_an_address_is_written_in_ascii_or_not_at_all(address, ascii_address):
    if ascii_address:
        assert written(address) == ascii_address
        return
    with pytest.raises(ValueError, match=r"no address|control character"):
        written(address)


@pytest.mark.parametrize(
    ("token", "date", "language"),
    [
        ("short", DATE, "en"),
        (TOKEN.upper(), DATE, "en"),
        (TOKEN, DATE.replace(tzinfo=None), "en"),
        (TOKEN, DATE, "en\r\nBcc: x"),
        (TOKEN, DATE, ""),
    ],
)
def test_a_letter_needs_its_token_date_and_language(token, date, language):
    with pytest.raises(ValueError, match="token"):
        WRITER.write(ADA, Rendered("s", "t", "h"), token=token, date=date, language=language)
