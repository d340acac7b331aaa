"""Who may do what with a campaign, and the yes that it needs before anything leaves (DESIGN.md 4).

A person approves what a campaign does, by typing it, with a code that was mailed to their configured address; the yes is bound to the
digest over recipients and bytes. Two different people agree, the planner and another; where one coordinator is alone, looking and
approving lie some minutes apart.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.campaign import Approval, Campaign, Right
from bot.model.hand_over import Coordinator
from bot.usecases.campaign_ports import Campaigns, NotAllowedError
from bot.usecases.standings import places_taken, standings

PREVIEWED = "previewed"
"""How the log names that somebody looked at every mail."""
DIGITS = 6
"""Of a mailed code."""


def coordinator(known: Sequence[Coordinator], name: str, right: Right | None) -> Coordinator:
    """The coordinator of that name or address, who has that right if one is needed; NotAllowedError otherwise."""
    wanted = name.strip().casefold()
    found = [one for one in known if wanted and wanted in (one.name.casefold(), one.email.casefold())]
    if not wanted and len(known) == 1:
        found = list(known)
    names = ", ".join(one.name for one in known)
    if not found:
        asked = f"`{name}` is no coordinator of the settings." if wanted else "who are you?"
        raise NotAllowedError(f"{asked} Say --by NAME, or set CALLBOARD_COORDINATOR: {names}")
    if right is not None and right not in found[0].rights:
        able = ", ".join(one.name for one in known if right in one.rights) or "nobody"
        raise NotAllowedError(f"{found[0].name} has no right to {right} (coordinators.rights); {able} has")
    return found[0]


@dataclass(frozen=True, slots=True)
class ApproveCampaign:
    """Asks for approvals and takes them."""

    book: Campaigns
    approvals: int
    wait: timedelta
    coordinators: Sequence[Coordinator]

    def ask(self, campaign: Campaign, by: Coordinator, now: datetime) -> str:
        """The code to mail to somebody; NotAllowedError if they cannot approve it now."""
        self._check(campaign, by, now)
        code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        self.book.ask_approval(campaign.id, by.name, campaign.digest, code, now)
        self.book.note(by.name, "asked for a code", campaign.id, campaign.mark, now)
        return code

    def give(self, campaign: Campaign, by: Coordinator, phrase: str, code: str, now: datetime) -> bool:
        """Take somebody's yes; whether the campaign may now be sent. NotAllowedError says what is wrong with it."""
        self._check(campaign, by, now)
        if " ".join(phrase.split()) != campaign.phrase:
            raise NotAllowedError(f"type exactly what the campaign does: {campaign.phrase}")
        problem = self.book.approve(campaign.id, by.name, campaign.digest, code.strip(), now)
        if problem:
            self.book.note(by.name, "approval refused", campaign.id, problem, now)
            raise NotAllowedError(WRONG[problem])
        self.book.note(by.name, "approved", campaign.id, f"{campaign.phrase} {campaign.digest}", now)
        if not self.missing(campaign):
            self.book.move(campaign.id, ("planned",), "approved")
            return True
        return False

    def missing(self, campaign: Campaign) -> int:
        """How many people's yes is still missing."""
        given = {one.by for one in self.valid(campaign)}
        return max(0, max(1, self.approvals - 1) - len(given))

    def valid(self, campaign: Campaign) -> list[Approval]:
        """The approvals that count: of this digest, by people who may approve now; not the planner's, where two must agree."""
        able = {
            one.name for one in self.coordinators if "approve" in one.rights and not self._is_planner(campaign, one)
        }
        return [one for one in self.book.approvals(campaign.id) if one.digest == campaign.digest and one.by in able]

    def _is_planner(self, campaign: Campaign, one: Coordinator) -> bool:
        """Whether somebody must leave the yes to another person, having planned it under this name or this address."""
        same = one.name == campaign.plan.by or one.email.casefold() == campaign.plan.address.casefold()
        return self.approvals > 1 and same

    def check_unchanged(self, campaign: Campaign) -> None:
        """NotAllowedError if the record no longer holds what was planned; an approval of it is void then."""
        if self.book.digest(campaign.id) != campaign.digest:
            raise NotAllowedError(
                f"the mails of campaign {campaign.id} are not those that were planned: somebody changed the record;"
                f" cancel it (callboard campaign cancel {campaign.id}) and plan again"
            )

    def check_places(self, campaign: Campaign, places: int | None) -> None:
        """NotAllowedError if the call has no place for its offers any more, `places` being what it states now."""
        known = [one for one in (campaign.plan.places, places) if one is not None]
        if campaign.plan.kind != "offer" or not known:
            return
        taken = places_taken(standings(self.book.told(campaign.plan.call)))
        if taken > min(known):
            raise NotAllowedError(
                f"{taken} places are taken with this campaign's offers, and there are {min(known)}: cancel it"
                f" (callboard campaign cancel {campaign.id}) and plan again (callboard campaign people {campaign.plan.call})"
            )

    def _check(self, campaign: Campaign, by: Coordinator, now: datetime) -> None:
        if campaign.state not in ("planned", "approved", "paused"):
            raise NotAllowedError(f"campaign {campaign.id} is {campaign.state}: nothing is to be approved")
        if not by.email:
            raise NotAllowedError(f"{by.name} has no address in the settings to mail a code to")
        if self._is_planner(campaign, by):
            raise NotAllowedError(f"{by.name} planned it: another person must agree (campaigns.approvals: 2)")
        self.check_unchanged(campaign)
        looked = [one.at for one in self.book.actions(campaign.id) if (one.what, one.by) == (PREVIEWED, by.name)]
        if not looked:
            raise NotAllowedError(f"look at it first: callboard campaign preview {campaign.id}")
        ready = min(looked) + self.wait
        if self.approvals == 1 and now < ready:
            left = int((ready - now).total_seconds() // 60) + 1
            raise NotAllowedError(f"you are alone: look at it once more, and approve it in {left} min")


def check_dates(campaign: Campaign, now: datetime) -> None:
    """NotAllowedError if a date that stands in the mails has passed."""
    until = campaign.plan.good_until
    if until is not None and now > until:
        raise NotAllowedError(
            f"a date in these mails has passed ({until:%Y-%m-%d}): cancel the campaign"
            f" (callboard campaign cancel {campaign.id}) and plan again"
        )


WRONG = {
    "wrong": "this is not the code that was mailed",
    "late": "the code is too old: ask for another (callboard campaign approve N)",
    "unasked": "no code was mailed to this person for this campaign: callboard campaign approve N",
    "changed": "the campaign is not the one that the code was mailed for: look at it again, and ask for another code",
    "too often": "too many wrong codes: ask for another (callboard campaign approve N)",
}
"""What is said of a code that is not taken."""
