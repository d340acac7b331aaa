"""Words by which a message is read, whatever the call: from vocabulary/reading.yaml.

Knows purposes of words (they announce a project, point back, ask, deny). Does not know topics or names.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.answering.words import fold


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by which a message is read, from vocabulary/reading.yaml, folded, all languages together."""

    project_words: frozenset[str]
    plural_project_words: frozenset[str]
    pointers: frozenset[str]
    negations: frozenset[str]
    requests: frozenset[str]
    demands: frozenset[str]
    choosers: frozenset[str]
    living: frozenset[str]
    pair: frozenset[str]
    titles: frozenset[str]
    call_kinds: Mapping[str, frozenset[str]]
    other: frozenset[str]
    pronouns: frozenset[str]
    ordinals: Mapping[str, int]
    both: frozenset[str]
    question_starts: frozenset[str]
    joints: frozenset[str]
    function_words: frozenset[str]


def kind_of_call(word: str, kinds: Mapping[str, frozenset[str]]) -> str:
    """The word, or {kind} if it is one for a kind of call, or begins with one."""
    for kind, words in kinds.items():
        if word in words or any(len(one) >= COMPOUND and word.startswith(one) for one in words):
            return f"{{{kind}}}"
    return word


COMPOUND = 8
"""Words of this length and more also count as the beginning of a compound ("Promotionsbewerbung")."""


def lexicon_from(values: Mapping[str, Mapping[str, object]]) -> Lexicon:
    """The lexicon from the parsed vocabulary/reading.yaml: purpose -> language -> words."""

    def flat(purpose: str) -> frozenset[str]:
        listed = (words for words in values.get(purpose, {}).values() if isinstance(words, list))
        return frozenset(" ".join(fold(part) for part in str(word).split()) for words in listed for word in words)

    kinds = {
        kind: frozenset(
            " ".join(fold(part) for part in str(word).split()) for words in listed.values() for word in words
        )
        for kind, listed in values.get("call_kinds", {}).items()
        if isinstance(listed, dict)
    }
    ordinals = {
        fold(str(word)): int(place)
        for places in values.get("ordinals", {}).values()
        if isinstance(places, dict)
        for word, place in places.items()
    }
    return Lexicon(
        project_words=flat("project_words") | flat("plural_project_words"),
        plural_project_words=flat("plural_project_words"),
        pointers=flat("pointers"),
        negations=flat("negations"),
        requests=flat("requests"),
        demands=flat("demands"),
        choosers=flat("choosers"),
        living=flat("living"),
        pair=flat("pair"),
        titles=flat("titles"),
        call_kinds=kinds,
        other=flat("other"),
        pronouns=flat("pronouns"),
        ordinals=ordinals,
        both=flat("both"),
        question_starts=flat("question_starts"),
        joints=flat("joints"),
        function_words=flat("function_words")
        | flat("pronouns")
        | flat("joints")
        | flat("other")
        | flat("question_starts"),
    )


def function_words(values: Mapping[str, Mapping[str, object]]) -> dict[str, frozenset[str]]:
    """The function words of each language, from the parsed vocabulary/reading.yaml."""
    listed = values.get("function_words", {})
    return {
        language: frozenset(fold(str(word)) for word in words)
        for language, words in listed.items()
        if isinstance(words, list)
    }
