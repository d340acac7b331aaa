"""`callboard learn REQUEST`: a general wording from a coordinator's answer to one person, previewed, confirmed, kept as a draft."""

import argparse
import sys
from datetime import date

from bot.answering.wording import topic_name
from bot.commands.asking import agreed
from bot.commands.drafting import add_folder, add_questions, drafts_folder, reviewed, workshop
from bot.commands.opening import show_progress
from bot.config import load_config
from bot.files.answers_files import published
from bot.files.drafts import write_draft
from bot.model.conversation import Matter
from bot.usecases.learn import Case, Wish, drafted, objections, preview, proved, unsuited
from bot.wiring.clock import clock
from bot.wiring.learning import Workshop, matter_of

ANSWERING = ("stated", "rollup", "requirements", "selection", "people-several", "person", "y-check", "projects")
LANGUAGES = {"en": "English", "de": "German"}


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "request", type=int, metavar="REQUEST", help="the request's number, as in letters to coordinators"
    )
    parser.add_argument("--en", metavar="TEXT", help="the general wording, in English: what everybody reads")
    parser.add_argument("--de", metavar="TEXT", help="the same in German (without it Germans read the English one)")
    parser.add_argument(
        "--asked", metavar="TEXT", help="how one may ask for it, in your own words, not the applicant's"
    )
    parser.add_argument("--by", metavar="NAME", help="who states it (default: the coordinator who answered)")
    parser.add_argument("--topic", metavar="ID", help="the topic, if the bot read it wrongly or several were asked")
    parser.add_argument("--call", metavar="ID", help="the call it is about")
    parser.add_argument("--project", metavar="ID", help="the project it is about; '' for the whole call")
    parser.add_argument("--yes", action="store_true", help="do not ask: the preview is agreed to")
    add_folder(parser)
    add_questions(parser)


def run(options: argparse.Namespace) -> int:
    """Show, ask, preview, draft, review."""
    with workshop(options) as shop:
        case = shop.case(options.request)
        if case is None or case.request.state == "erased":
            return _wrong(f"there is no request {options.request}: `callboard report` lists what waits")
        print(_shown(case, shop))
        matter = _matter(case, options)
        if isinstance(matter, str):
            return _wrong(matter)
        if reason := unsuited(matter, shop.live.knowledge):
            return _wrong(reason)
        by = options.by or case.request.by
        names = [coordinator.name for coordinator in load_config(options.config).coordinators]
        if not by or (not options.by and by not in names):
            return _wrong(f"who states it? Give --by NAME (coordinators of the settings: {', '.join(names) or 'none'})")
        wish = _wish(options, matter, by)
        if isinstance(wish, str):
            return _wrong(wish)
        said = [*wish.say.values(), *filter(None, [wish.asked])]
        if found := objections(said, case, shop.live.knowledge):
            return _wrong("; ".join(f"the wording {what}" for what in found))
        return _draft(shop, wish, options)


def _draft(shop: Workshop, wish: Wish, options: argparse.Namespace) -> int:
    draft = drafted(wish, options.request, shop.live, _name(shop, options.request, wish.matter.topic))
    new = shop.with_draft(draft, show_progress)
    shown = preview(draft, new, clock())
    for language, text in shown.items():
        if not text:
            return _wrong(
                f"the bot would not say the {LANGUAGES[language]} wording: it names a figure, an address or a name that neither "
                "the wording in English nor the call holds. Give the same figures and names in both"
            )
        print(f"--- What everybody who asks will read ({LANGUAGES[language]}):\n{text}\n")
    waiting = shop.store.hand_overs.waiting_for(matter_of(draft))
    print(f"{len(waiting)} waiting for it: requests {', '.join(str(one.id) for one in waiting) or 'none'}")
    if not agreed(options, "Is this right for everybody?"):
        print("Nothing was kept.")
        return 1
    draft = proved(draft, new, [] if wish.asked else shop.asked_ways(draft))
    folder = drafts_folder(options)
    try:
        file = write_draft(folder, draft)
    except OSError as error:
        return _wrong(f"{folder} cannot be written ({error.strerror}): name another folder with --drafts DIR")
    print(f"Draft: {file}\n")
    code = int(reviewed(shop, draft, options).refused)
    if not code:
        print(f"Nothing is live yet: `callboard publish {file}` does that.")
    return code


def _name(shop: Workshop, request: int, topic: str) -> str:
    """A name that no published answer has."""
    taken = {entry.id for _, entry in published(shop.folders.knowledge)}
    first = f"{request}-{topic}"
    return next(name for name in (first, *(f"{first}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def _shown(case: Case, shop: Workshop) -> str:
    """The request as the coordinator needs to see it."""
    request = case.request
    lines = [f"Request {request.id} ({request.channel or 'erased'}, {request.state}), read as:"]
    for matter in request.matters:
        topic = shop.live.knowledge.topics.get(matter.topic)
        where = "/".join(filter(None, (matter.call, matter.project))) or "no call named"
        name = f" ({topic_name(topic, 'en')})" if topic else ""
        lines.append(f"  {matter.topic or 'no topic'}{name}, {where}: {matter.form}")
    lines += ["", *[f"{line.when:%Y-%m-%d %H:%M} {line.who}: {line.text}" for line in case.lines]]
    known = {line.text for line in case.lines}
    lines += [f"{line.when:%Y-%m-%d %H:%M} {line.who}: {line.text}" for line in case.answers if line.text not in known]
    return "\n".join([*lines, ""])


def _matter(case: Case, options: argparse.Namespace) -> Matter | str:
    """The one matter that is answered, or what to add to the command so that there is one."""
    chosen = []
    for matter in case.request.matters:
        fits = (options.topic, options.call, options.project)
        asked = (matter.topic, matter.call, matter.project)
        if matter.form not in ANSWERING and all(want in (None, has) for want, has in zip(fits, asked, strict=True)):
            chosen.append(matter)
    if len(chosen) == 1:
        return chosen[0]
    if options.topic and options.call:
        return Matter("stated", options.topic, options.call, options.project or "")
    if not chosen:
        return "what is it about? Give --topic ID and --call ID (and --project ID)"
    listed = "; ".join(f"--topic {one.topic} --call {one.call} --project '{one.project}'" for one in chosen)
    return f"several things were asked; say which one is answered: {listed}"


def _wish(options: argparse.Namespace, matter: Matter, by: str) -> Wish | str:
    """What is typed for everybody, or what is missing."""
    english, german, asked = options.en, options.de, options.asked
    if english is None:
        if not sys.stdin.isatty():
            return "give the general wording with --en TEXT (and --de TEXT)"
        print("A general wording for everybody who asks this: no names, nothing of this applicant.")
        english = input("In English: ")
        german = german or input("In German (empty: none): ")
        asked = asked or input("How may one ask for it, in your own words (empty: as the catalogue says): ")
    say = {"en": english.strip()} | ({"de": german.strip()} if german and german.strip() else {})
    if not say["en"]:
        return "the English wording is empty"
    return Wish(matter, say, by, _today(), (asked or "").strip())


def _today() -> date:
    return clock().date()


def _wrong(what: str) -> int:
    print(f"callboard learn: {what}", file=sys.stderr)
    return 2
