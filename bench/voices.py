"""Topic accuracy by author: `python -m bench.voices VOICE...` fits without a voice and ranks that voice's phrasings.

What the ranking understands apart from the whole answer, held out by author. Each voice takes one fit.
"""

import sys

from bot.answering.lexicon import lexicon_from
from bot.answering.parts import mask
from bot.answering.subjects import vocabulary_gazetteer
from bot.answering.topics import TopicRanker, build_index
from bot.answering.words import grams, tokens
from bot.config import Config
from bot.files.knowledge_files import load_knowledge
from bot.files.phrasing_files import load_phrasings
from bot.files.yaml_lines import read_document
from bot.wiring.folders import Folders


def main() -> None:
    """Print a line a voice: how many of its phrasings have their topic first, and among the first three."""
    folder = Folders.of(Config()).knowledge
    knowledge = load_knowledge(folder)
    phrasings = load_phrasings(folder, knowledge.topics)
    vocabulary = folder / "vocabulary"
    kinds = lexicon_from(read_document(vocabulary / "reading.yaml", []).value).call_kinds
    frames = read_document(vocabulary / "frames.yaml", []).value
    gazetteer = vocabulary_gazetteer(knowledge)
    for voice in sys.argv[1:] or ("plain", "schlicht"):
        index = build_index(knowledge, [p for p in phrasings if p.voice != voice], frames=frames, kinds=kinds)
        ranker = TopicRanker(knowledge.topics, index)
        held = [phrasing for phrasing in phrasings if phrasing.voice == voice]
        first = third = 0
        for phrasing in held:
            words = tokens(phrasing.text)
            masked = mask(words, gazetteer.find(words), kinds)
            ranked = [rank.topic.id for rank in ranker.rank(grams(masked), masked)[:3]]
            first += ranked[0] == phrasing.topic
            third += phrasing.topic in ranked
        print(f"{voice}: {len(held)} phrasings, {first / len(held):.1%} first, {third / len(held):.1%} among three")


if __name__ == "__main__":
    main()
