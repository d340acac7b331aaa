"""The phrasings of the catalogue: phrasings/LANGUAGE/VOICE/GROUP.yaml, topic by topic, one line a way of asking."""

from pathlib import Path

from bot.files.yaml_lines import KnowledgeError, Mistake, each, entries, read_document
from bot.model.knowledge import Phrasing, Topic


def load_phrasings(folder: Path, topics: dict[str, Topic]) -> list[Phrasing]:
    """All phrasings below `folder`/phrasings; raises KnowledgeError naming every unknown topic and every line that is no text."""
    mistakes: list[Mistake] = []
    phrasings: list[Phrasing] = []
    for file in sorted((folder / "phrasings").glob("*/*/*.yaml")):
        language, voice = file.parts[-3:-1]
        document = read_document(file, mistakes)
        for topic, lines in each(entries(document, (), mistakes, dict)):
            if topic not in topics:
                mistakes.append(
                    Mistake(
                        file, document.line((topic,)), f"`{topic}` is no topic of the catalogue: see topics/{file.name}"
                    )
                )
                continue
            if not isinstance(lines, list):
                mistakes.append(Mistake(file, document.line((topic,)), "expected lines that start with `- `"))
                continue
            for index, text in enumerate(lines):
                if isinstance(text, str) and text.strip():
                    phrasings.append(Phrasing(str(topic), text, language, voice))
                else:
                    where = document.line((topic, index))
                    mistakes.append(
                        Mistake(file, where, f"`{text}` is not read as text: put the phrasing in double quotes")
                    )
    if mistakes:
        raise KnowledgeError(mistakes)
    return phrasings
