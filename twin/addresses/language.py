"""How people write addresses and say names: the words and sounds of a catalogue, made ready.

Made once for a catalogue and handed to whatever reads addresses; used from any thread. What is
asked for again and again is kept here, so that it goes with the rows that it came from.
"""

from __future__ import annotations

from functools import lru_cache

from twin.addresses.pinyin import Readings
from twin.addresses.tokens import Tokeniser
from twin.catalogue import Catalogue

KEPT_NAMES = 65536


class Language:
    """Words, tokens and readings of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.words = catalogue.address_words
        self.tokens = Tokeniser(catalogue.address_words, catalogue.devices)
        self.readings = Readings(catalogue.sounds)
        canonical = self.tokens.canonical
        self.plain = lru_cache(KEPT_NAMES)(lambda name: canonical(name)[0])
        """A name in the one way of writing that addresses are brought to."""
