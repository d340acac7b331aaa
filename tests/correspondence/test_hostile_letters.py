"""Whatever bytes arrive, reading them is quick, never fails, and nothing in them gets into a header of ours."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.correspondence.mail import Mail, read_mail

LETTERS = Path(__file__).parent / "letters"
OWN = ("PhD@institute.example.org",)
SANE = re.compile(r"[!-?A-~]+@[a-z0-9._-]+\.[a-z0-9-]+")

NESTED = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(5_000))
MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
HTML = b"Content-Type: text/html\n\n"
BOMBS = {
    "nested multiparts": NESTED,
    "nested letters": b"Content-Type: message/rfc822\n\n" * 5_000,
    "many lines in nested multiparts": NESTED[:4_000] + b"x\n" * 900_000,
    "many parts": MIXED + b"--b\n\nx\n" * 100_000,
    "many parameters": MIXED + (b"--b\nContent-Type: text/plain" + b';"' * 1_000 + b"\n\nx\n") * 900,
    "many headers": b"a: b\n" * 400_000,
    "a huge header": b"Content-Type: text/plain; a=" + b'";' * 900_000 + b"\n\nx",
    "a huge subject": b"Subject: " + b"=?a?q?" * 300_000 + b"\n\nx",
    "comments in an address": b"From: " + b"(" * 900 + b"\n\nx",
    "ten megabytes": b"Subject: x\n\n" + b"Hello there?\n" * 800_000,
    "a megabyte in a line": b"\n" + b"Hi " * 400_000,
    "blank lines": b"\n" * 2_000_000,
    "closings": b"\n" + b"x\nThanks,\n" * 10_000 + b"?",
    "quote marks": b"\n" + b">" * 50_000,
    "underscores": b"\n" + b"_" * 100_000,
    "spaces": b"\n" + b" " * 100_000 + b"x",
    "introductions": b"\n" + b"On " * 33_000,
    "german introductions": b"\n" + (b"Am 1 schrieb " * 18 + b":\n") * 400,
    "html nested deep": HTML + b"<div>" * 50_000 + b"x",
    "html in many parts": MIXED + (b"--b\nContent-Type: text/html\n\n" + b"<b><i>" * 20_000 + b"\n") * 15,
    "html tags never closed": HTML + b"<a b" * 50_000,
    "html comments never closed": HTML + b"<!--" * 50_000,
    "html quotes never closed": HTML + b'<a b="' * 50_000,
    "html declarations": HTML + b"<![" * 50_000,
    "html signatures in signatures": HTML + b"<p class=gmail_signature>?" * 8_000,
    "base64 for ever": b"Content-Transfer-Encoding: base64\n\n" + b"Zm9v" * 400_000,
    "a report of long lines": b"From: mailer-daemon@x.example\n\nthe following addresses had\n"
    + (b"a" * 900 + b"\n") * 900,
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_letter_takes_long(name):
    begin = time.process_time()
    mail = read_mail(BOMBS[name], OWN)
    assert time.process_time() - begin < 5  # far above the 1 s of the slowest, for machines under load
    assert len(mail.text) <= 100_000


INJECTIONS = {
    "subject": b"Subject: =?utf-8?q?a=0D=0ABcc:_x=40example.org=0D=0A=0D=0Ab=00=1B[2J?=\n\nx",
    "folded subject": b"Subject: a\r\n\tBcc: x@example.org\r\n\r\nx",
    "direction marks": "Subject: a\u202egpj.exe\u2028b\n\nx".encode(),
    "from": b"From: =?utf-8?q?=22x=22_=3Cevil=40example.org=3E=0D=0ABcc=3A?= <a@example.org>\n\nx",
    "address": b"From: <a=?utf-8?q?=0D=0A?=@example.org>\n\nx",
    "line in address": b'From: "a\r\n b"@example.org\n\nx',
    "message id": b"Message-ID: <a\x00b@example.org>\nReferences: <a@b> <c\x07@d>\n\nx",
    "reply to": b"From: a@example.org\nReply-To: <b@example.org>\r\n , =?utf-8?q?c=0D=0A?=\n\nx",
    "file name": b"Content-Type: a/b; name*=utf-8''%0D%0Ax%00/../y\n\nx",
}


@pytest.mark.parametrize("name", INJECTIONS)
def test_nothing_is_smuggled_into_a_header(name):
    assert_headers_are_safe(read_mail(INJECTIONS[name]))


def assert_headers_are_safe(mail: Mail) -> None:
    for written in (mail.sender, mail.author, mail.subject, mail.message_id, *mail.references, *mail.attachments):
        assert written.isprintable()
    assert all(address == "" or SANE.fullmatch(address) for address in (mail.sender, mail.author, *mail.bounced))
    assert len(mail.subject) <= 200
    assert len(mail.references) <= 50


@settings(deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_read(data):
    assert_headers_are_safe(read_mail(data, OWN))


@settings(deadline=None)
@given(st.sampled_from(sorted(LETTERS.glob("*.eml"))), st.data())
def test_any_damaged_letter_is_read(file, data):
    letter = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        begin = data.draw(st.integers(0, len(letter)))
        letter[begin : begin + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=12))
    assert_headers_are_safe(read_mail(bytes(letter), OWN))
