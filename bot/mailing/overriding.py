"""What a person lets pass with a reason: one kind of contradiction for one address, never more than was meant.

Knows findings about one row. Does not know what they are about: `vetting.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.mailing.cells import shown
from bot.model.campaign import Finding, Override, address_key


def way(address: str, code: str = "") -> str:
    """What to type to let something pass."""
    return f'--override {shown(address)}{f":{code}" if code else ""}="REASON"'


class Overrides:
    """The overrides of one plan, and which of them let something pass."""

    def __init__(self, given: Sequence[Override]) -> None:
        self._given = given
        self._of: Mapping[tuple[str, str], Override] = {(address_key(one.address), one.code): one for one in given}
        self._used: set[Override] = set()

    def let_pass(self, address: str, found: Sequence[Finding]) -> list[Finding]:
        """The findings about one address, less red where a reason is given: one without a code serves a single code only."""
        codes = {each.code for each in found if each.level == "red"}
        return [self._one(address, each, several=len(codes) > 1) if each.level == "red" else each for each in found]

    def _one(self, address: str, finding: Finding, *, several: bool) -> Finding:
        key = address_key(address)
        bare = self._of.get((key, ""))
        override = self._of.get((key, finding.code)) or (None if several else bare)
        if override is not None:
            self._used.add(override)
            if reason := override.reason.strip():
                return replace(finding, level="orange", cure=f"let pass: {shown(reason)}")
        if not several:
            return finding
        if bare is not None:
            self._used.add(bare)  # it is not idle: this finding says what to type instead
            each = f"the reason given for {shown(address)} does not say for which of several findings"
            return replace(finding, cure=f"{each}: say {way(address, finding.code)}")
        return replace(finding, cure=finding.cure.replace(way(address), way(address, finding.code)))

    def findings(self) -> Iterator[Finding]:
        """What is wrong with the overrides themselves."""
        for each in self._given:
            who = f"{shown(each.address)}{f':{each.code}' if each.code else ''}"
            if not each.reason.strip():
                cure = f"say {way(each.address, each.code)}"
                yield Finding("red", "override", f"nothing says why {who} is let pass", cure)
            elif each not in self._used:
                what = f"nothing had to be let pass for {who}"
                yield Finding("orange", "override", what, "leave it out, or mend the address")
