"""Every sentence of the shipped knowledge rests on its own quotes: the guard would stop none of them."""

from datetime import datetime

import pytest

from bot.answering.grounds import Ground
from bot.answering.wording import Voice, name_of

NOW = datetime.fromisoformat("2026-01-15T12:00:00+01:00")


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_fact_says_more_than_it_quotes(brain, language):
    inner = brain._brain
    voice = Voice(language, NOW)
    names = [text for call in brain.knowledge.calls.values() for text in (name_of(call, language), *call.also)]
    stopped = []
    for call in brain.knowledge.calls.values():
        for project, entry in call.cited():
            ground = Ground(call, project, entry)
            places = map(str, range(1, len(getattr(entry, "items", ())) + 1))
            computed = [inner.replies._sentences.computed(ground, voice), *names, *places]
            said = inner.replies.sentence(ground, voice)
            if ground.kind and (problems := inner.guard.unsupported(said, [ground], computed)):
                stopped.append((call.id, project.id if project else "", ground.kind, problems))
    assert not stopped
