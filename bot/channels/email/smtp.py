"""Letters handed to an SMTP server, step by step, so that what is known of each is known exactly (RFC 5321).

aiosmtplib raises the same exception for a connection lost before the server's 354 and after the final dot; the first is no
delivery and the second an unknown one. So the steps are taken apart: MAIL, RCPT, DATA, then the mark that sending begins,
then the text and the server's word on it. The last two use aiosmtplib's protocol object, which is public but undocumented;
dot-stuffing (section 4.5.2) is therefore done here.
"""

import asyncio
import re
import ssl

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from aiosmtplib.email import quote_address

from bot.channels.email.settings import SmtpSettings, tls_context
from bot.correspondence.composing import written
from bot.model.message import Outcome, Refused, Sent, TryLater, Unknown
from bot.usecases.campaign_ports import Begin, Login

COMMAND = 300.0
"""Seconds to wait for the answer to a command (section 4.5.3.2)."""
CONNECT = 30.0
AFTER_DOT = 600.0
"""Seconds to wait for the answer to the final dot (section 4.5.3.2.6)."""
SOON, LATER, STOPPED = 60.0, 300.0, 300.0
"""Seconds until a server that cannot be reached, a letter put off, and a refused sender or login are tried again."""
_DOT = re.compile(rb"(?m)^\.")
_PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
START_INPUT, COMPLETED, TAKEN = 354, 250, (250, 251)
PORTS = {"tls": 465, "starttls": 587, "none": 25}


class _Client(aiosmtplib.SMTP):
    """aiosmtplib's client, which lets go at once: closing waits for the other side's end of TLS, and a server that hangs sends none."""

    def close(self) -> None:
        """Drop the connection."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        super().close()


class SmtpConnection:
    """One connection, one letter at a time; opened when needed, kept while the server keeps it.

    `on_login` is asked before each login, for relays that count them; what it says against it is the letter's outcome.
    """

    def __init__(self, settings: SmtpSettings, password: str | None, on_login: Login | None = None) -> None:
        self._settings = settings
        self._on_login = on_login
        self._address = written(settings.address)
        self._from = b"MAIL FROM:" + _path(self._address)
        self._password = password
        self._client: aiosmtplib.SMTP | None = None

    async def send(self, recipient: str, letter: bytes, begin: Begin) -> Outcome | None:
        """Hand over one letter; `begin` is awaited before the first byte of it. None if `begin` says no."""
        try:
            reused = self._client is not None
            ready = await self._until_data(recipient)
            if reused and isinstance(ready, _Lost):  # the server had closed it meanwhile: open it anew, once
                ready = await self._until_data(recipient)
            if isinstance(ready, _Lost):
                return TryLater(SOON, ready.reason, all=True)
            if ready is not None:
                return ready
            if not await begin():
                self.close()
                return None
            return await self._text(letter)
        except BaseException:
            self.close()  # after a cancelled step the next letter would read this one's answer
            raise

    def close(self) -> None:
        """Drop the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def quit(self) -> None:
        """Take leave of the server."""
        if self._client is not None:
            try:
                await self._client.quit(timeout=5)
            except (SMTPException, OSError):
                pass
            finally:
                self.close()

    async def connect(self) -> aiosmtplib.SMTP:
        """The open connection, secured and logged in; raises aiosmtplib's exceptions, ssl.SSLError or OSError."""
        if self._client is not None and self._client.is_connected:
            return self._client
        self.close()
        settings = self._settings
        context = tls_context(settings.ca_file) if settings.security != "none" else None
        client = _Client(
            hostname=settings.host,
            port=settings.port or PORTS[settings.security],
            timeout=CONNECT,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",  # said outright: what is only tried can be stripped on the way
            tls_context=context,
            local_hostname=self._address.rpartition("@")[2],
        )
        try:
            await client.connect()
            if settings.user is not None:
                await self._may_log_in()
                await client.login(settings.user, self._password or "")
        except BaseException:
            client.close()
            raise
        client.timeout = COMMAND
        self._client = client
        return client

    async def _may_log_in(self) -> None:
        if self._on_login is not None and (denied := await self._on_login()) is not None:
            raise _DeniedError(denied)

    async def _until_data(self, recipient: str) -> "Outcome | _Lost | None":
        """MAIL, RCPT and DATA; None once the server awaits the text."""
        try:
            client = await self.connect()
        except _DeniedError as error:
            return error.outcome
        except (SMTPException, OSError) as error:
            return _unconnected(error)
        step = "MAIL"
        try:
            if client.is_ehlo_or_helo_needed:
                await client.mail(self._address)
            elif (code := await _answer(client, self._from)) != COMPLETED:
                return self._refused(step, code)
            step = "RCPT"
            if (code := await _answer(client, b"RCPT TO:" + _path(recipient))) not in TAKEN:
                return self._refused(step, code)
            step = "DATA"
            code = await _answer(client, b"DATA")
            return None if code == START_INPUT else self._refused(step, code)
        except ValueError:
            self.close()
            return Refused("the address cannot be written in SMTP")
        except SMTPServerDisconnected:
            self.close()
            return _Lost(f"connection lost at {step}")
        except SMTPResponseException as error:
            return self._refused(step, error.code)
        except (SMTPException, OSError) as error:
            self.close()
            return _Lost(f"{type(error).__name__} at {step}")

    def _refused(self, step: str, code: int) -> "Outcome | _Lost":
        """What a refused command means. The connection is dropped: what the server then thinks of it is not worth asking."""
        self.close()
        reason = f"{code} at {step}"
        if 400 <= code < 500:
            return TryLater(LATER, reason, all=step == "MAIL")
        if 500 <= code < 600:
            stopped = TryLater(STOPPED, f"{reason}: the server does not let us send", all=True, stop=True)
            return stopped if step == "MAIL" else Refused(reason)
        return _Lost(f"no proper answer at {step}")

    async def _text(self, letter: bytes) -> Outcome:
        """The text, its dot, and what the server says to it. From here on silence means that the outcome is unknown."""
        assert self._client is not None
        protocol = self._client.protocol
        if protocol is None:
            self.close()
            return TryLater(SOON, "connection lost before the text")
        try:
            protocol._response_pending = (
                True  # its own execute_command sets this, too: without it the answer counts as unasked
            )
            protocol.write(_DOT.sub(b"..", letter) + (b".\r\n" if letter.endswith(b"\r\n") else b"\r\n.\r\n"))
            async with asyncio.timeout(AFTER_DOT):
                answer = await protocol.read_response()
        except (TimeoutError, SMTPException, OSError) as error:
            self.close()
            return Unknown(f"{type(error).__name__} after the text")
        if answer.code == COMPLETED:
            return Sent(f"250 {answer.message}"[:200])
        self.close()
        if 400 <= answer.code < 500:
            return TryLater(LATER, f"{answer.code} after the text")
        if 500 <= answer.code < 600:
            return Refused(f"{answer.code} after the text")
        return Unknown(f"answer {answer.code} after the text")


async def _answer(client: aiosmtplib.SMTP, command: bytes) -> int:
    """The code that answers a command. (aiosmtplib's own timeout costs a task's turn for each.)"""
    async with asyncio.timeout(COMMAND):
        return (await client.execute_command(command, timeout=None)).code


def _path(address: str) -> bytes:
    """An address as a command takes it; reading it anew costs as much as sending, so plain ones are taken as they stand."""
    return (f"<{address}>" if _PLAIN.fullmatch(address) else quote_address(address)).encode("ascii")


class _DeniedError(Exception):
    """A login that must not happen now."""

    def __init__(self, outcome: TryLater) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class _Lost:
    """The connection was lost before the server awaited the text: surely nothing was delivered."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def _unconnected(error: Exception) -> Outcome:
    """Why there is no connection, and when to try again. 454 at AUTH is temporary, whatever its exception is called."""
    if isinstance(error, SMTPAuthenticationError):
        soon = 400 <= error.code < 500
        reason = f"login refused ({error.code}); run callboard doctor"
        return TryLater(SOON if soon else STOPPED, reason, all=True, stop=not soon)
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return TryLater(STOPPED, "the server's certificate is not accepted; run callboard doctor", all=True, stop=True)
    return TryLater(SOON, f"the mail server cannot be used ({type(error).__name__})", all=True)
