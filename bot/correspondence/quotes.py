"""Where the words of others begin in a letter: the lines by which clients introduce a quote, or an earlier letter.

Knows what clients put into such lines and persons hardly do: a time, a whole date, an address. So a person's own "On page
12 you wrote:" introduces nothing. Does not know what of the letter is read: that is told in own_words and letters.
"""

from collections.abc import Sequence

from bot.correspondence.patterns import CLOCK, DATE, FROM, QUOTED, SENT, WROTE, WROTE_ON, YOU_WROTE

LINE = 250
"""Characters of the longest line that is looked at: no client writes longer ones."""
COLONS = (":", "：")


def introduces(line: str) -> bool:
    """Whether this line says that someone wrote what follows. If that is not quoted, ask `told_when` too."""
    if len(line) > LINE or not line.rstrip().endswith(COLONS):
        return False
    return bool((CLOCK.search(line) and ("@" in line or WROTE.search(line))) or WROTE_ON.match(line))


def told_when(introduction: str) -> bool:
    """Whether it tells when or from which address the words came, as clients do; none that says "you" is trusted."""
    if YOU_WROTE.search(introduction):
        return False
    return "@" in introduction or bool(CLOCK.search(introduction) or DATE.search(introduction))


def quote_follows(lines: Sequence[str], number: int) -> bool:
    """Whether the next line that is not empty is quoted; up to three may be empty."""
    following = (line for line in lines[number : number + 4] if line.strip())
    return bool(QUOTED.match(next(following, "")))


def head_begins(lines: Sequence[str], number: int) -> bool:
    """Whether the headers of an earlier letter stand here, as Outlook and GMX write them: at least From and when."""
    if not (FROM.match(lines[number]) or SENT.match(lines[number])):
        return False
    block = [line for line in lines[number : number + 10] if line][:5]
    return any(map(FROM.match, block)) and any(SENT.match(line) and CLOCK.search(line[:200]) for line in block)
