"""What goes wrong in a mail server, as values: at which step, how, how often.

Knows no sockets: `smtp_server.py` asks before each command and does what the fault says.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

STEPS = ("connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "dot", "rset", "noop", "quit")
ACTIONS = ("refuse", "drop", "slow", "garbage", "late", "lost")
_AFTER_THE_LETTER = ("late", "lost")


@dataclass(frozen=True)
class Fault:
    """One way to fail.

    `step`: the command that is answered wrongly. `connect` is the greeting, `data` the command of that name, `body` the
    moment after the answer 354, `dot` the end of the letter.
    `action`: `refuse` with `code` (421 hangs up too); `drop` the connection instead of an answer; be `slow`: wait `seconds`,
    then go on as if nothing were; answer `garbage`. After the dot only: `lost` keeps the letter, then drops; `late` keeps
    it, then waits `seconds` before the answer. The others keep nothing (`slow` keeps when it goes on).
    `times`: so often, then never again (None: always). `rate`: in this share of the cases, by chance.
    `match`: only where the command's argument has these words; after the dot the recipients count as argument.
    """

    step: str
    action: str = "refuse"
    code: int = 451
    seconds: float = 3600.0
    times: int | None = None
    rate: float = 1.0
    match: str = ""

    def __post_init__(self) -> None:
        if self.step not in STEPS or self.action not in ACTIONS:
            raise ValueError(f"no such fault: {self.action} at {self.step}")
        if self.action in _AFTER_THE_LETTER and self.step != "dot":
            raise ValueError(f"{self.action} is for the dot only")
        if self.step == "body" and self.action not in {"drop", "slow"}:
            raise ValueError("nothing is answered in the body: drop or slow only")

    @property
    def keeps(self) -> bool:
        """Whether the letter is kept before the fault happens."""
        return self.action in _AFTER_THE_LETTER

    @property
    def waits(self) -> bool:
        return self.action in {"slow", "late"}


def mixed(rate: float, seconds: float = 0.05) -> list[Fault]:
    """Return every kind of fault at every step of a letter, each in this share of the cases."""
    steps = ("connect", "ehlo", "mail", "rcpt", "data", "dot")
    refusals = [Fault(step, "refuse", rate=rate, code=421 if step == "connect" else 451) for step in steps]
    drops = [Fault(step, "drop", rate=rate) for step in (*steps, "body")]
    return [*refusals, *drops, Fault("dot", "lost", rate=rate), Fault("dot", "late", rate=rate, seconds=seconds)]


class Faults:
    """The faults in force. With a `control` file they are read from it whenever it changes."""

    def __init__(self, seed: int = 0, control: Path | None = None) -> None:
        self._random = Random(seed)
        self._control = control
        self._read = b""
        self._faults: list[Fault] = []
        self._left: dict[int, int] = {}

    @property
    def faults(self) -> list[Fault]:
        return list(self._faults)

    @faults.setter
    def faults(self, faults: Sequence[Fault]) -> None:
        self._left = {place: fault.times for place, fault in enumerate(faults) if fault.times is not None}
        self._faults = list(faults)

    def pick(self, step: str, argument: str) -> Fault | None:
        """Return the first fault that happens at this step, and count it."""
        self._look()
        for place, fault in enumerate(self._faults):
            if fault.step != step or fault.match not in argument or self._left.get(place) == 0:
                continue
            if fault.rate < 1 and self._random.random() >= fault.rate:
                continue
            if place in self._left:
                self._left[place] -= 1
            return fault
        return None

    def _look(self) -> None:
        if self._control is not None and self._control.exists() and (told := self._control.read_bytes()) != self._read:
            self._read = told
            self.faults = [Fault(**fault) for fault in json.loads(told)["faults"]]


def write_control(control: Path, faults: Sequence[Fault], number: int = 0) -> None:
    """Put faults into force in another process, from its next command on; another number sets their counts back."""
    draft = control.with_suffix(".draft")
    draft.write_text(json.dumps({"number": number, "faults": [asdict(fault) for fault in faults]}))
    draft.replace(control)
