"""What is told of a campaign, whatever was just done with it: which one it is, the numbers, whom a person should look at."""

from collections.abc import Sequence

from bot.commands.campaign.opening import console, show_table, visible
from bot.mailing.pacing import expected_end
from bot.model.campaign import Campaign
from bot.model.delivery import OPEN, STATES, Delivery, DeliveryState
from bot.wiring.campaigns import CampaignOffice
from bot.wiring.clock import clock

SHOWN = 20
"""Mails that are listed unless all are asked for."""
_LOOK_AT: tuple[DeliveryState, ...] = ("unknown", "refused", "bounced", "waiting")


def head(opened: CampaignOffice, campaign: Campaign) -> None:
    """Say which campaign it is."""
    note = f" ({campaign.note})" if campaign.note else ""
    does = f"{campaign.total} × {campaign.plan.kind}, {opened.call_name(campaign)}"
    line = f"Campaign {campaign.id}: {does}; {campaign.state}{note}; planned by {campaign.plan.by}; {campaign.phrase}"
    console().print(visible(line), markup=False)


def counts(opened: CampaignOffice, campaign: Campaign) -> None:
    """The numbers, which add up to the plan."""
    found = opened.store.campaigns.counts(campaign.id)
    if campaign.state == "planning":
        console().print("Its mails are being written down; if nobody is at it any more: callboard campaign cancel.")
        return
    assert sum(found.values()) == campaign.total, "the report adds up to the plan"
    rows = [(state, found.get(state, 0)) for state in STATES if found.get(state, 0)]
    show_table(("state", "mails"), [*rows, ("all", campaign.total)])
    left = sum(found.get(state, 0) for state in OPEN)
    if left and campaign.state == "sending":
        if not found["claimed"] and not found["sending"]:
            console().print(f"Nobody sends it at the moment: callboard campaign send {campaign.id}")
        end = expected_end(left, clock(), opened.limits, 0.0)
        if end is not None:
            console().print(f"At the relay's pace it ends at the earliest {end.astimezone():%Y-%m-%d %H:%M}.")


def attention(opened: CampaignOffice, campaign: Campaign) -> int:
    """Tell of the mails that a person should look at; how many there are."""
    states = _LOOK_AT if campaign.state == "cancelled" else (*_LOOK_AT, "cancelled")
    found = opened.store.campaigns.deliveries(campaign.id, states)
    if found:
        people(found[:SHOWN], "What a person should look at")
        if len(found) > SHOWN:
            console().print(f"and {len(found) - SHOWN} more: callboard campaign status {campaign.id} --people")
    unknown = sum(one.state == "unknown" for one in found)
    if unknown:
        line = f"{unknown} may have arrived or not: callboard campaign resolve {campaign.id}"
        console().print(line, style="yellow")
    unsent = sum(one.state == "cancelled" for one in found)
    if unsent:
        line = f"{unsent} got no mail, because it would have contradicted what they were told or did since."
        console().print(line, style="bold red")
    return len(found)


def people(found: Sequence[Delivery], title: str) -> None:
    """A table of mails."""
    rows = [_row(one) for one in found]
    show_table(("row", "name", "address", "state", "when (UTC)", "outcome"), rows, title)


def _row(one: Delivery) -> tuple[object, ...]:
    when = one.finished or one.began or one.due
    return (one.row, one.name, one.address, one.state, f"{when:%Y-%m-%d %H:%M}" if when else "", one.outcome)
