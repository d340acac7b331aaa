"""Certificates for the tests' servers, from an authority that only the tests know.

`good` is for localhost, 127.0.0.1 and mx.test. The others are the ways in which a certificate can be wrong: by an
authority nobody trusts (`stranger`), for another host (`elsewhere`), out of date (`expired`).
"""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

HOSTS = ("localhost", "127.0.0.1", "mx.test")
KINDS = ("good", "stranger", "elsewhere", "expired")


class Certificates:
    """Files of PEM in one folder: ca.pem, cert.pem and key.pem, and cert-KIND.pem, key-KIND.pem for the wrong ones."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.ca = folder / "ca.pem"
        self.cert, self.key = self.pair("good")
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.ca)
        yesterday = datetime.now(UTC) - timedelta(days=1)
        issued = {
            "good": authority.issue_cert(*HOSTS),
            "stranger": trustme.CA().issue_cert(*HOSTS),
            "elsewhere": authority.issue_cert("elsewhere.test"),
            "expired": authority.issue_cert(*HOSTS, not_before=yesterday - timedelta(days=9), not_after=yesterday),
        }
        for kind, leaf in issued.items():
            cert, key = self.pair(kind)
            leaf.private_key_pem.write_to_path(key)
            cert.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))

    def pair(self, kind: str = "good") -> tuple[Path, Path]:
        """Return the files of a certificate and of its key."""
        suffix = "" if kind == "good" else f"-{kind}"
        return self.folder / f"cert{suffix}.pem", self.folder / f"key{suffix}.pem"

    def client_context(self) -> ssl.SSLContext:
        """Return what a careful client uses: the tests' authority, host names checked."""
        return ssl.create_default_context(cafile=str(self.ca))

    def server_context(self, kind: str = "good") -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.pair(kind))
        return context
