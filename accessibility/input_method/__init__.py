"""Writing Chinese with a few keys: pinyin, strokes, parts of characters. Pure reading, no Qt, no learning.

``PinyinEngine(places=...)`` gives words for typed letters, ``CharacterFinder()`` finds rare characters by
strokes, by the names of their parts, or by radical. Both read a table under ``assets/input/`` that is opened
read-only when it is first needed; nothing that anybody types is kept, so one engine serves every resident.
"""

from accessibility.input_method.candidate import Candidate
from accessibility.input_method.character_finder import CharacterFinder
from accessibility.input_method.composition import Composition, Mode
from accessibility.input_method.pinyin_engine import PinyinEngine
from accessibility.input_method.radical_search import RadicalSearch

__all__ = [
    "Candidate",
    "CharacterFinder",
    "Composition",
    "Mode",
    "PinyinEngine",
    "Radical",
    "RadicalSearch",
]
