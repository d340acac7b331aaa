"""Campaigns put together: the settings, the record, the templates of decision mails, and the way out for mail.

Where no mail server is configured, mails and codes go to a folder that can be looked at, and whoever works at this machine is the
coordinator.
"""

import getpass
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from platformdirs import user_data_path

from bot.answering.wording import Templates, name_of
from bot.channels.email.searching import traces
from bot.channels.email.smtp import SmtpConnection
from bot.channels.mailbox_folder import MailboxFolder
from bot.config import Config, Secrets, store_url
from bot.files.column_files import load_heads
from bot.files.knowledge_files import load_knowledge
from bot.files.mail_templates import load_mail_templates
from bot.files.template_files import load_templates
from bot.files.yaml_lines import KnowledgeError, Mistake
from bot.mailing.pacing import Limits, profile
from bot.mailing.signing import signer
from bot.mailing.template import MailTemplate
from bot.mailing.writing import LetterWriter, Mailbox
from bot.model.campaign import Campaign, Kind
from bot.model.delivery import Delivery, Trace
from bot.model.hand_over import Coordinator
from bot.model.knowledge import Call, Knowledge
from bot.storage.senders import AlreadySendingError, sending
from bot.storage.store import Store, open_store
from bot.usecases.approve_campaign import ApproveCampaign
from bot.usecases.campaign_ports import Courier, Login
from bot.usecases.plan_campaign import PlanCampaign
from bot.usecases.plan_invitations import PlanInvitations
from bot.usecases.prove_campaign import ProveCampaign
from bot.wiring.clock import clock
from bot.wiring.folders import Folders


@dataclass(frozen=True, slots=True)
class CampaignOffice:
    """Everything that commands about campaigns need."""

    config: Config
    passwords: Secrets
    store: Store
    knowledge: Knowledge
    mails: dict[Kind, MailTemplate]
    words: Templates
    coordinators: tuple[Coordinator, ...]
    plans: PlanCampaign
    approvals: ApproveCampaign
    proofs: ProveCampaign
    limits: Limits
    folders: Folders
    folder: Path

    @property
    def leaves(self) -> bool:
        """Whether mails leave this machine."""
        return self.config.smtp is not None

    def courier(self, login: Login | None = None) -> Courier:
        """A connection to the mail server, or to the folder in its place."""
        if self.config.smtp is None:
            return MailboxFolder(self.folder)
        return SmtpConnection(self.config.smtp, self.passwords.smtp_password, on_login=login)

    def traces(self, deliveries: list[Delivery]) -> Iterator[tuple[Delivery, list[Trace]]] | None:
        """What the mailbox says of each; None if there is no mailbox to ask."""
        if self.config.imap is None:
            return None
        return traces(self.config.imap, self.passwords.imap_password, deliveries)

    def recover(self, campaign: Campaign) -> None:
        """Say of what a sender that is gone was sending that its outcome is unknown; another sender that lives does so itself."""
        found = self.store.campaigns.counts(campaign.id)
        if not found["sending"] and not found["claimed"]:
            return
        worker = sender_name()
        with suppress(AlreadySendingError), sending(self.store.engine, worker):
            self.store.ledger.recover(worker, clock())

    def check_places(self, campaign: Campaign) -> None:
        """NotAllowedError if the call has no place for a campaign's offers any more."""
        call = self.knowledge.calls.get(campaign.plan.call)
        self.approvals.check_places(campaign, call.places if call is not None else None)

    def lies_in_folder(self, delivery: Delivery) -> bool:
        """Whether a mail lies in the folder that is used where no server is configured."""
        return MailboxFolder(self.folder).holds(delivery.token)

    def call_name(self, campaign: Campaign, language: str = "en") -> str:
        """The name of a campaign's call; its id if it is no longer among the knowledge."""
        call: Call | None = self.knowledge.calls.get(campaign.plan.call)
        return name_of(call, language) if call is not None else campaign.plan.call


@contextmanager
def campaign_office(config: Config, passwords: Secrets, folders: Folders) -> Iterator[CampaignOffice]:
    """The office, until the block ends; raises KnowledgeError for mistakes in knowledge, templates or settings."""
    knowledge = load_knowledge(folders.knowledge)
    mails, words = load_mail_templates(folders.templates, knowledge.topics), load_templates(folders.templates)
    settings, smtp = config.campaigns, config.smtp
    own = Mailbox(smtp.address, smtp.name) if smtp is not None else Mailbox("callboard@localhost", "Callboard")
    writer = LetterWriter(own, letter_signer(config))
    coordinators = config.coordinators or (() if smtp is not None else (_local(),))
    approvals = settings.approvals if config.coordinators else 1
    wait = timedelta(minutes=settings.wait_minutes if smtp is not None else 0)  # nothing leaves: nothing to regret
    store = open_store(store_url(config, passwords))
    try:
        yield CampaignOffice(
            config=config,
            passwords=passwords,
            store=store,
            knowledge=knowledge,
            mails=mails,
            words=words,
            coordinators=tuple(coordinators),
            plans=PlanCampaign(
                book=store.campaigns,
                templates=mails,
                heads=load_heads(folders.knowledge / "vocabulary" / "columns.yaml"),
                writer=writer,
                sender=settings.sign,
                contact=own.address,
                knowledge=knowledge.version,
                interviews=PlanInvitations(store.slots, own, config.telegram.name),
            ),
            approvals=ApproveCampaign(store.campaigns, approvals, wait, coordinators),
            proofs=ProveCampaign(store.campaigns, words, writer),
            limits=profile(settings.relay),
            folders=folders,
            folder=Path(settings.mailbox) if settings.mailbox else user_data_path("callboard") / "mail",
        )
    finally:
        store.close()


def sender_name() -> str:
    """The name of this start of a sender: no other ever has it."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"


def _local() -> Coordinator:
    name = getpass.getuser()
    return Coordinator(name=name, email=f"{name}@localhost")


def letter_signer(config: Config) -> Callable[[bytes], bytes] | None:
    """What signs letters, if they are to be signed; raises KnowledgeError for a key that cannot be read."""
    settings = config.campaigns.dkim
    if settings is None:
        return None
    file = Path(settings.key_file)
    try:
        return signer(settings.domain, settings.selector, file.read_bytes())
    except (OSError, ValueError) as error:
        raise KnowledgeError([Mistake(file, 1, f"is no key to sign with: {error}")]) from None
