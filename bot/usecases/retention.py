"""How long it is kept what people were told about their applications: to the end of their call, and a retention (DESIGN.md 4).

A call ends with the last date that it states; what was told later counts from when it was told.
"""

import datetime as dt

from bot.model.knowledge import Call, Fact, Knowledge
from bot.usecases.campaign_ports import Campaigns


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
    """Erase who was told what in campaigns whose call ended long enough ago; how many deliveries."""
    old = now - dt.timedelta(days=keep_days)
    latest: dict[str, dt.date] = {}
    for one in book.campaigns():
        call = knowledge.calls.get(one.plan.call)
        stated = last_day(call) if call is not None else None
        days = (one.planned.date(), stated or dt.date.min, latest.get(one.plan.call, dt.date.min))
        latest[one.plan.call] = max(days)
    ended = [call for call, day in latest.items() if day < old.date()]
    return book.expire(ended, now) if ended else 0
