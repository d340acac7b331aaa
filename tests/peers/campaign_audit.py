"""The record of a campaign held against the journal of the mail server: who is lost, who has it twice, who is in the wrong state.

`audit` judges a campaign at its end, `contradictions` at any moment, also while senders work.
"""

import base64
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from campaign_scene import Scene
from smtp_faults import Fault

REFUSING = (Fault("rcpt", code=550, match="gone"),)
FAULTS = (
    *REFUSING,
    Fault("connect", code=421, rate=0.02),
    Fault("mail", rate=0.003),
    Fault("rcpt", rate=0.02),
    Fault("data", rate=0.01),
    Fault("data", "drop", rate=0.01),
    Fault("body", "drop", rate=0.01),
    Fault("body", "slow", seconds=0.05, rate=0.1),
    Fault("dot", rate=0.01),
    Fault("dot", "drop", rate=0.01),
    Fault("dot", "lost", rate=0.01),
    Fault("dot", "slow", seconds=0.05, rate=0.1),
    Fault("dot", "late", seconds=0.05, rate=0.1),
)
BY_A_KILL = "the sender was gone"  # the beginning of the outcome of what a dead sender was sending
ARRIVING = ("sending", "sent", "unknown")  # states of what may stand in the journal


@dataclass
class Found:
    """What is wrong with a campaign, and its figures."""

    problems: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)


def contradictions(scene: Scene, campaign: int) -> list[str]:
    """What journal and record say against each other, whatever happens meanwhile."""
    before = {token: len(copies) for token, copies in scene.arrived().items()}
    record = scene.store.campaigns.deliveries(campaign)
    after = scene.arrived()
    wrong = [f"arrived, but {one.state}" for one in record if before.get(one.token) and one.state not in ARRIVING]
    wrong += ["sent, but never arrived" for one in record if one.state == "sent" and one.token not in after]
    return wrong + [f"{len(after[one.token])} copies" for one in record if len(after.get(one.token, ())) > 1]


def audit(scene: Scene, campaign: int, kills: int, resolved: Collection[str] = ()) -> Found:
    """Judge a campaign at its end; `resolved` are the tokens on which a person has decided."""
    found = Found()
    arrived = scene.arrived()
    plan = scene.store.campaigns.campaign(campaign)
    counts = Counter(scene.store.campaigns.counts(campaign))
    letters = list(scene.store.campaigns.letters(campaign))
    found.problems += contradictions(scene, campaign)
    for delivery, _, body in letters:
        name, copies = f"{delivery.state} ({delivery.outcome}): row {delivery.row}", arrived.get(delivery.token, [])
        found.figures["doubles"] += max(0, len(copies) - 1)
        found.figures["lost"] += delivery.state == "sent" and not copies
        found.figures["unknown by kills"] += delivery.state == "unknown" and delivery.outcome.startswith(BY_A_KILL)
        if delivery.state not in ("sent", "unknown", "refused"):
            found.problems.append(f"left {name}")
        if (delivery.state == "refused") != delivery.address.startswith("gone") and delivery.state != "unknown":
            found.problems.append(f"not as the server said: {name}, {delivery.address}")
        if any(copy != (delivery.address, base64.b64encode(body).decode()) for copy in copies):
            found.problems.append(f"not what was planned: {name}")
    if found.figures["unknown by kills"] > kills * scene.lanes:
        found.problems.append(f"{found.figures['unknown by kills']} unknown after {kills} kills")
    if not plan.total == counts.total() == len(letters):
        found.problems.append(f"{counts.total()} deliveries, {len(letters)} letters, {plan.total} planned")
    if plan.state != "finished":
        found.problems.append(f"the campaign is {plan.state} ({plan.note})")
    if resolved and (counts["unknown"] or counts["sent"] + counts["refused"] != plan.total):
        found.problems.append(f"not everybody has it: {dict(counts)}")
    found.figures += Counter(
        mails=plan.total, sent=counts["sent"], refused=counts["refused"], unknown=counts["unknown"]
    )
    return found


def finish(scene: Scene, campaign: int, kills: int) -> Found:
    """Bring a campaign to its end without kills; let a person look for what is unknown, and have the rest of it sent again; judge both."""
    book = scene.store.campaigns
    _run(scene, campaign)
    found = audit(scene, campaign, kills)
    scene.sink.fail(*REFUSING)
    unknown = book.deliveries(campaign, ("unknown",))
    there = set(scene.arrived())
    for one in unknown:
        assert book.resolve(one.id, arrived=one.token in there, by="Dirk", now=datetime.now(UTC))
    _run(scene, campaign)
    after = audit(scene, campaign, kills, [one.token for one in unknown])
    found.problems += after.problems
    again = sum(one.token not in there for one in unknown)
    found.figures += Counter({"sent again": again, "had arrived": len(unknown) - again})
    found.figures["doubles"], found.figures["lost"] = after.figures["doubles"], after.figures["lost"]
    return found


def _run(scene: Scene, campaign: int) -> None:
    life = scene.start(campaign)
    assert life.end() == 0, life.log.read_text()


# The first ones before a person decided on what is unknown.
BEFORE = ("kills", "campaigns", "mails", "sent", "refused", "unknown", "unknown by kills")
COLUMNS = (*BEFORE, "had arrived", "sent again", "doubles", "lost")


def table(name: str, figures: Counter[str], seconds: float) -> str:
    """The figures, as the README shows them: `unknown` are those that a person had to decide on."""
    head = " | ".join(("record", *COLUMNS, "minutes"))
    numbers = " | ".join(f"{figures[column]:,}" for column in COLUMNS)
    return f"\n| {head} |\n|{'---|' * (len(COLUMNS) + 2)}\n| {name} | {numbers} | {seconds / 60:.1f} |"
