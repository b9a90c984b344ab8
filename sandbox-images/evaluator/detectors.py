"""The detectors that a card asks for, over one set of items."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from errors import BadInput
from match import KINDS, Detector, Hit, Item
from overlap import TextOverlap

NAMES = ("text", "molecules", "reactions", "tables")
DEFAULT = ["text"]


class Detectors:
    """What a card's `audit` names, built once; each row is given to all of them."""

    def __init__(self, items: list[Item], names: list[str]) -> None:
        self.named: list[tuple[str, Detector]] = []
        chemistry = "molecules" in names or "reactions" in names
        if chemistry:
            from molecule_overlap import MoleculeOverlap  # imported late: RDKit takes a second
            from smiles_in_text import is_smiles

            self.named.append(("molecules", MoleculeOverlap(items, reactions="reactions" in names)))
        if "tables" in names:
            from table_overlap import TableOverlap

            self.named.append(("tables", TableOverlap(items)))
        # First: where several detectors find the same, its word stands.
        text = TextOverlap(items, keep=is_smiles if chemistry else None)
        self.named.insert(0, ("text", text))

    def hits(self, prompt: str, completion: str) -> list[tuple[str, Hit]]:
        """Every item that the row copies, once, with the detector that is surest."""
        best: dict[int, tuple[str, Hit]] = {}
        for name, detector in self.named:
            for hit in detector.hits(prompt, completion):
                known = best.get(hit.item)
                if known is None or KINDS.index(hit.kind) < KINDS.index(known[1].kind):
                    best[hit.item] = (name, hit)
        return [best[at] for at in sorted(best)]


def names_in(card: dict[str, Any], path: Path) -> list[str]:
    """The detectors that a card asks for. Raises BadInput for one that is not known."""
    names = card.get("audit", DEFAULT)
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise BadInput(f"{path}: audit: no detector {unknown[0]!r}; there are {', '.join(NAMES)}")
    return names
