"""Whether the mailbox can be read and letters can be sent. No letter is sent for it."""

import asyncio
import ssl

from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPSenderRefused
from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError

from bot.channels.email.mailbox import LOST, Mailbox
from bot.channels.email.settings import ImapSettings, SmtpSettings
from bot.channels.email.smtp import SmtpConnection
from bot.usecases.diagnose import AilmentError, unreachable


async def check_imap(settings: ImapSettings, password: str) -> str:
    """What the mailbox holds; raises AilmentError."""
    return await asyncio.to_thread(_look, settings, password)


def _look(settings: ImapSettings, password: str) -> str:
    where = f"{settings.host} as {settings.user}"
    try:
        mailbox = Mailbox(settings, password)
    except MailboxLoginError:
        cure = "check imap.user and CALLBOARD_IMAP_PASSWORD; some servers want an app password"
        raise AilmentError(f"{where}: login refused", cure) from None
    except MailboxFolderSelectError:
        raise AilmentError(f"{where}: no folder {settings.folder}", "check imap.folder") from None
    except LOST as error:
        raise unreachable(error, where, "imap.host, imap.port and imap.security") from None
    try:
        letters = len(mailbox.newer(0))
        if settings.done and not mailbox.has_folder(settings.done):
            raise AilmentError(f"{where}: no folder {settings.done}", "create it in the mailbox, or take imap.done out")
        idle = (
            "tells of new letters" if "IDLE" in mailbox.capabilities else "is asked for new letters every half minute"
        )
    finally:
        mailbox.close()
    return f"{settings.folder} of {where}: {letters} unanswered letters; the server {idle}"


async def check_smtp(settings: SmtpSettings, password: str) -> str:
    """As whom letters can be sent; raises AilmentError."""
    where = f"{settings.host} as {settings.user or 'nobody'}"
    connection = SmtpConnection(settings, password)
    try:
        client = await connection.connect()
        await client.mail(settings.address)
        await client.rset()
    except SMTPAuthenticationError as error:
        raise AilmentError(
            f"{where}: login refused ({error.code})", "check smtp.user and CALLBOARD_SMTP_PASSWORD"
        ) from None
    except SMTPSenderRefused as error:
        raise AilmentError(
            f"{where}: {settings.address} may not send there ({error.code})", "check smtp.address and smtp.user"
        ) from None
    except (SMTPException, OSError, ssl.SSLError) as error:
        raise unreachable(error, where, "smtp.host, smtp.port and smtp.security") from None
    finally:
        await connection.quit()
    secured = {"tls": "TLS", "starttls": "STARTTLS", "none": "no encryption"}[settings.security]
    return f"{where}: {settings.address} may send, over {secured}"
