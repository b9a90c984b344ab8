"""What the audit's detectors take and give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

KINDS = ("exact", "normalized", "near")
"""From the surest to the least sure."""


@dataclass(frozen=True)
class Item:
    """One item of a split, with its prompt as the evaluator renders it."""

    split: str
    id: str
    prompt: str
    input: dict[str, Any]
    gold: Any


class Hit(NamedTuple):
    """One item that a row copies: its place among the items, the kind, and what shows it."""

    item: int
    kind: str
    evidence: str


class Detector(Protocol):
    """Finds the items that a row copies, in one way of looking at them."""

    def hits(self, prompt: str, completion: str) -> Iterator[Hit]:
        """Every item that the row copies."""
