"""The README's transcript is what the bot says."""

from pathlib import Path

from bench.readme import README, transcript


def test_the_transcript_is_real(brain):
    assert transcript(brain) in Path(README).read_text(encoding="utf-8"), "run `make readme`"
