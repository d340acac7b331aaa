"""A report as one HTML page, from templates/pages/report.html: no script, nothing loaded from elsewhere, everything escaped."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.files.yaml_lines import KnowledgeError, Mistake
from bot.model.report import Report
from bot.usecases.report_words import ReportWords

WIDTH, HEIGHT = 700, 160
"""The drawing of messages a day, in units of its own."""
LABELS = 7
"""Days that are named below the drawing, at most."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the drawing."""

    x: float
    y: float
    width: float
    height: float
    count: int
    day: str
    label: str


def bars(report: Report, words: ReportWords) -> list[Bar]:
    """The messages a day as upright bars; of many days, every so many are named."""
    most = max((count for _, count in report.days), default=0) or 1
    step = WIDTH / max(len(report.days), 1)
    every = -(-len(report.days) // LABELS)
    width = min(step * 0.72, 56)
    return [
        Bar(
            x=round(place * step + (step - width) / 2, 2),
            y=round(HEIGHT - HEIGHT * count / most, 2),
            width=round(width, 2),
            height=round(HEIGHT * count / most, 2),
            count=count,
            day=words.day(day),
            label=words.day(day) if place % every == 0 else "",
        )
        for place, (day, count) in enumerate(report.days)
    ]


def report_page(folder: Path, report: Report, words: ReportWords) -> str:
    """The page, by the template in `folder`; raises KnowledgeError if that is missing or does not render."""
    file = folder / "pages" / "report.html"
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    try:
        template = environment.from_string(file.read_text(encoding="utf-8"))
        return template.render(
            words=words,
            title=words.title(report),
            made=words.made(report),
            figures=words.figures(report),
            tables={table.name: table for table in words.tables(report)},
            lost=words.not_understood(report),
            texts=words.texts(report),
            drawn=words.drawn(report),
            bars=bars(report, words),
            width=WIDTH,
            height=HEIGHT,
        )
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError([Mistake(file, 1, f"cannot be read: {error}")]) from None
    except TemplateError as error:
        line = getattr(error, "lineno", None) or 1
        raise KnowledgeError([Mistake(file, line, f"is no template: {error.message}")]) from None
