"""How long it is kept what people were told about their applications: to the end of their call, and a retention (DESIGN.md 4).

A call ends with the last date that it states; what was told later counts from when it was told.
"""

import datetime as dt

from bot.model.campaign import CampaignState
from bot.model.knowledge import Call, Fact, Knowledge
from bot.usecases.campaign_ports import Campaigns

RESTING: tuple[CampaignState, ...] = ("planned", "approved", "paused")
"""Campaigns that do nothing by themselves: without an end they would keep the names of their call for ever."""


def last_day(call: Call) -> dt.date | None:
    """The last date that a call states; None if it states none."""
    days: list[dt.date] = []
    for _, fact in call.cited():
        if isinstance(fact, Fact):
            moment = fact.moment(call.zone)
            days += [*fact.starts, *([moment.date()] if moment else [])]
            days += [day for day in (fact.until, fact.window.to if fact.window else None) if day]
    return max(days, default=None)


def forget_decisions(book: Campaigns, knowledge: Knowledge, keep_days: int, now: dt.datetime) -> int:
    """Erase who was told what in calls that ended long enough ago; how many deliveries. What never began, or rests, is cancelled."""
    old = (now - dt.timedelta(days=keep_days)).date()
    campaigns = book.campaigns()
    latest = {call: at.date() for call, at in book.last_told().items()}
    for one in campaigns:  # a plan that was broken off has told nobody anything, and names people
        latest[one.plan.call] = max(one.planned.date(), latest.get(one.plan.call, dt.date.min))
    stated = {call: last_day(known) for call in latest if (known := knowledge.calls.get(call))}
    ended = [call for call, day in latest.items() if max(day, stated.get(call) or dt.date.min) < old]
    for one in campaigns:
        if one.plan.call in ended and one.state in RESTING:
            book.cancel(one.id, "the retention of this call is over", now, by="Callboard")
    return book.expire(ended, now) if ended else 0
