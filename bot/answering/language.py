"""The language of a message, and with it of the reply.

Knows function words of the languages in which replies are worded; where they do not decide, py3langid restricted to the
languages applicants write (measured in DESIGN.md 3: right for 160 of 163 short questions). Its model takes half a
second to load, so it is loaded when first needed.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from bot.answering.words import tokens

WRITTEN = ("en", "de", "es", "fr", "it", "pt", "tr", "zh", "hi", "ru", "ar")


class Languages:
    """Tells languages apart, and which of them replies can be in."""

    def __init__(self, function_words: Mapping[str, frozenset[str]], replies: Sequence[str]) -> None:
        self._function_words = function_words
        self._replies = tuple(replies)

    def of_reply(self, text: str, earlier: Sequence[str] = ()) -> str:
        """The language in which to reply: the text's if replies exist in it, else English.

        A text that does not tell (a bare name) takes the language of the asker's last turn that does.
        """
        for candidate in (text, *reversed(earlier)):
            if language := self._by_function_words(candidate):
                break
        else:
            language = self._identified(text) if any(char.isalpha() for char in text) else "en"
        return language if language in self._replies else "en"

    def _by_function_words(self, text: str) -> str | None:
        words = [token.folded for token in tokens(text)]
        counts = {language: sum(word in known for word in words) for language, known in self._function_words.items()}
        order = sorted(counts, key=lambda language: -counts[language])
        if not order or counts[order[0]] == 0:
            return None
        if len(order) > 1 and counts[order[0]] - counts[order[1]] < (2 if len(words) > 6 else 1):
            return None
        if counts[order[0]] * 6 < len(words):
            return None
        return order[0]

    @staticmethod
    def _identified(text: str) -> str:
        return str(_identifier().classify(text[:2000])[0])


@lru_cache(maxsize=1)
def _identifier() -> Any:
    import py3langid  # noqa: PLC0415 - late: its model takes half a second to load

    py3langid.set_languages(list(WRITTEN))
    return py3langid
