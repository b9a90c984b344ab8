"""TableBench's Visualization items, split by table; raw rows of TableInstruct."""

from __future__ import annotations

from full_kit import tables
from full_kit.corpus import FullCorpus

SOURCES = tables.SOURCES


def build(corpus: FullCorpus) -> None:
    """Splits and raw sources."""
    tables.build_from_bench(corpus, "Visualization")
