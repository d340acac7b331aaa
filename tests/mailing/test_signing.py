"""DKIM signatures that a receiver finds right, and wrong once anything was changed."""

import base64
import datetime as dt

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.mailing.signing import signer
from bot.mailing.template import Rendered
from bot.mailing.writing import LetterWriter, Mailbox

KEY = rsa.generate_private_key(65537, 2048)
FORMATS = {"PKCS 1": PrivateFormat.TraditionalOpenSSL, "PKCS 8": PrivateFormat.PKCS8}


def pem(key, form=PrivateFormat.PKCS8, encryption=None):
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption())


def dns(name, timeout=5):
    assert name == b"s1._domainkey.example.org."
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def letter(key):
    writer = LetterWriter(Mailbox("desk@example.org", "The desk"), signer("example.org", "s1", key))
    return writer.write(
        Mailbox("ada@example.net", "Ada Müster"),
        Rendered("Ein Platz für Sie", "Guten Tag\n\nein Platz.  \n\n", "<p>Guten Tag</p>"),
        token="0123456789abcdef" * 2,
        date=dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC),
        language="de",
    )


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_a_receiver_finds_the_signature_right(form, ends):
    assert dkim.verify(letter(pem(KEY, form).replace(b"\n", ends)), dnsfunc=dns)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"ein Platz.", b"kein Platz."),
        (b"<p>Guten", b"<p>Gute"),
        (b"From: The desk", b"From: Somebody"),
        (b"<ada@example.net>", b"<bo@example.net>"),
        (b"Date: Sun, 01 Mar", b"Date: Sun, 08 Mar"),
        (b"Subject: ", b"Subject: Re: "),
        (b"MIME-Version: 1.0\r\n", b""),
        (b"From: The desk", b"From: eve@evil.example\r\nFrom: The desk"),
    ],
)
def test_any_change_breaks_it(before, after):
    whole = letter(pem(KEY))
    assert before in whole
    assert not dkim.verify(whole.replace(before, after), dnsfunc=dns)


def test_headers_folded_anew_on_the_way_break_nothing():
    whole = letter(pem(KEY))
    assert dkim.verify(whole.replace(b"From: The desk <", b"From:  The\r\n desk  <"), dnsfunc=dns)


UNREADABLE = {
    "empty": b"",
    "no key": b"hello",
    "broken": b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
    "Ed25519": pem(ed25519.Ed25519PrivateKey.generate()),
    "passphrase": pem(KEY, encryption=BestAvailableEncryption(b"secret")),
    "public": KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
}


@pytest.mark.parametrize("key", UNREADABLE.values(), ids=UNREADABLE)
def test_a_key_that_cannot_sign_is_refused_with_a_cure(key):
    with pytest.raises(ValueError, match="cannot be read: give the file of an RSA private key"):
        signer("example.org", "s1", key)


def test_a_domain_is_written_in_ascii():
    with pytest.raises(ValueError, match="xn--"):
        signer("bücher.example", "s1", pem(KEY))
