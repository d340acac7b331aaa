"""Signatures that show that a letter comes from its domain, unchanged: DKIM (RFC 6376), for where the relay does not sign.

Knows dkimpy and which headers are signed. Does not know where the key is kept. Signs with RSA and SHA-256, which every receiver checks
(RFC 8301), both parts in relaxed form, so that a relay that folds a header anew breaks nothing.
"""

from collections.abc import Callable

import dkim
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

SIGNED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"auto-submitted",
    b"content-language",
    b"content-type",
)
"""The headers that a signature covers; From is named once more than it is there, so that none can be added (section 8.15)."""
_CURE = "give the file of an RSA private key (PEM) without a passphrase, made by: openssl genrsa -out dkim.pem 2048"
_SMALLEST = 1024


def signer(domain: str, selector: str, key: bytes) -> Callable[[bytes], bytes]:
    """What puts a signature before a letter's bytes; ValueError for a key that cannot sign, with what to do.

    `key` is the private key (PEM); its public half stands in the DNS at SELECTOR._domainkey.DOMAIN.
    """
    key = key.replace(b"\r\n", b"\n")  # saved on Windows
    try:
        bits = int(parse_pem_private_key(key)["modulus"]).bit_length()
    except (UnparsableKeyError, ValueError, KeyError, IndexError, TypeError) as error:
        raise ValueError(f"the DKIM key cannot be read: {_CURE}") from error
    if bits < _SMALLEST:
        raise ValueError(f"the DKIM key has {bits} bits, too few for receivers: {_CURE}")
    if not domain.isascii() or not selector.isascii() or not domain or not selector:
        raise ValueError(
            "the DKIM domain and selector are written in ASCII, as they stand in the DNS (xn--... for others)"
        )
    names = domain.encode("ascii"), selector.encode("ascii")

    def sign(letter: bytes) -> bytes:
        header: bytes = dkim.sign(
            letter, names[1], names[0], key, canonicalize=(b"relaxed", b"relaxed"), include_headers=(*SIGNED, b"from")
        )
        return header + letter

    return sign
