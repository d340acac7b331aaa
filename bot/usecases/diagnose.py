"""What works and what does not, one thing after another, each failure with what to do about it."""

import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass


class AilmentError(Exception):
    """Something does not work: what, and what to do about it."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at; `look` tells what it saw, or raises."""

    name: str
    look: Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; `cure` is what to do about a failure, None if there is none."""

    name: str
    what: str
    cure: str | None = None

    @property
    def well(self) -> bool:
        """Whether it works."""
        return self.cure is None


async def diagnose(checks: Sequence[Check]) -> AsyncIterator[Finding]:
    """Each check's finding, as soon as it is known."""
    for check in checks:
        try:
            yield Finding(check.name, await check.look())
        except AilmentError as ailment:
            yield Finding(check.name, ailment.what, ailment.cure)
        except Exception as error:
            yield Finding(check.name, f"{type(error).__name__}: {error}"[:300], "this is unexpected: report it")


def unreachable(error: BaseException, where: str, keys: str) -> AilmentError:
    """What a connection that failed suffers from; `keys` are the settings that name the server."""
    cause = error.__cause__ or error.__context__
    while cause is not None and not isinstance(error, OSError | ssl.SSLError):
        error, cause = cause, cause.__cause__ or cause.__context__
    if isinstance(error, socket.gaierror):
        return AilmentError(f"{where}: no server of this name", f"check {keys} in the settings, and the network")
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message
        return AilmentError(
            f"{where}: its certificate is not accepted ({why})",
            "use the server's full name, or name the authority that signed it in ca_file",
        )
    if isinstance(error, ssl.SSLError):
        return AilmentError(f"{where}: no secure connection ({error.reason})", f"check `security` and {keys}")
    if isinstance(error, TimeoutError):
        return AilmentError(f"{where}: no answer", f"check {keys}, and that no firewall is between")
    if isinstance(error, ConnectionRefusedError):
        return AilmentError(f"{where}: nothing listens there", f"check {keys}")
    return AilmentError(f"{where}: {type(error).__name__}", f"check {keys}, and the network")
