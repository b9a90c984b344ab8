"""TableBench's FactChecking items as test; dev, validation and raw rows of TableInstruct."""

from __future__ import annotations

from full_kit import tables
from full_kit.corpus import FullCorpus

SOURCES = tables.SOURCES


def build(corpus: FullCorpus) -> None:
    """Splits and raw sources."""
    tables.build(corpus, "FactChecking")
