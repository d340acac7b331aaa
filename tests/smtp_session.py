"""One connection of the tests' mail server: aiosmtpd's SMTP, with a look into the table of faults before each command.

Leans on three private names of aiosmtpd 1.4 (`_auth_required`, `_smtp_methods`, `_handle_client`), which has no public
way to fail before an answer.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession
from smtp_faults import Fault
from smtp_letters import Letter

if TYPE_CHECKING:
    from smtp_server import SmtpServer

HANG_UP = 421


class Command(NamedTuple):
    """What a client said: on which of the connections, counted from 1, and the words."""

    connection: int
    verb: str
    argument: str


class Session(SMTP):
    """One connection: aiosmtpd's, with a look into the table of faults before each command."""

    def __init__(self, server: "SmtpServer") -> None:
        starttls = None if server.implicit_tls else server.tls
        super().__init__(
            _Ends(),
            hostname="smtp.test.invalid",
            data_size_limit=server.size_limit,
            enable_SMTPUTF8=True,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=self._authenticated,
            auth_require_tls=starttls is not None,
            loop=server._loop,
        )
        self._auth_required = server.users is not None  # the argument warns where there is no TLS
        self._smtp_methods = {verb: partial(self._heard, verb, does) for verb, does in self._smtp_methods.items()}
        self._server = server
        self._number = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self not in self._server.open:  # STARTTLS makes the connection a second time
            self._server.connections += 1
            self._number = self._server.connections
            self._server.open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._server.open.discard(self)
        super().connection_lost(error)

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    async def push(self, status: str | bytes) -> None:
        await super().push(status)
        if str(status).startswith("354") and (fault := self._server.table.pick("body", "")):
            await self._suffer(fault)

    async def end_of_letter(self, session: SmtpSession, envelope: Envelope) -> str:
        """The letter is here and its end too; return the answer."""
        letter = Letter(
            sender=envelope.mail_from,
            recipients=tuple(envelope.rcpt_tos),
            text=envelope.original_content,
            tls=self._server.implicit_tls or self._tls_protocol is not None,
            login=session.auth_data.login.decode() if session.authenticated else None,
            connection=self._number,
        )
        fault = self._server.table.pick("dot", " ".join(letter.recipients))
        if fault and fault.keeps:
            self._server.keep(letter)
        if fault and (answer := await self._suffer(fault)):
            return answer
        if not (fault and fault.keeps):
            self._server.keep(letter)
        return f"250 2.0.0 Ok: kept as {len(self._server.letters)}"

    async def _handle_client(self) -> None:
        if (fault := self._server.table.pick("connect", "")) and (answer := await self._suffer(fault)):
            await self.push(answer)
            self.transport.close()
        else:
            await super()._handle_client()

    async def _heard(self, verb: str, does: Callable[..., Coroutine[Any, Any, None]], argument: str | None) -> None:
        self._server.commands.append(Command(self._number, verb, argument or ""))
        step = "ehlo" if verb == "HELO" else verb.lower()
        if (fault := self._server.table.pick(step, argument or "")) and (answer := await self._suffer(fault)):
            await self.push(answer)
        else:
            await does(argument)

    async def _suffer(self, fault: Fault) -> str | None:
        """Return the answer to give instead of the right one, or None to go on. A dropped connection never returns."""
        if fault.waits:
            await asyncio.sleep(fault.seconds)
            return None
        if fault.action == "garbage":
            return "2x5 *** ?"
        refusal = f"{fault.code} {fault.code // 100}.0.0 a test wants it so"
        if fault.action == "refuse" and fault.code != HANG_UP:
            return refusal
        if fault.action == "refuse":
            await super().push(refusal)
            self.transport.close()
        else:
            self.abort()
        return await asyncio.Event().wait()  # cancelled when the connection is gone

    def _authenticated(
        self, _smtp: SMTP, _session: SmtpSession, _envelope: Envelope, _way: str, told: object
    ) -> AuthResult:
        known = self._server.users
        right = isinstance(told, LoginPassword) and (
            known is None or known.get(told.login.decode()) == told.password.decode()
        )
        return AuthResult(success=right, handled=False, auth_data=told)  # handled: the client would wait for ever


class _Ends:
    """aiosmtpd's hook for the end of a letter. Not the session itself: it would be asked for its own exceptions."""

    async def handle_DATA(self, smtp: Session, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802 - the name is aiosmtpd's
        return await smtp.end_of_letter(session, envelope)
