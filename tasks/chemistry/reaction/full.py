"""ChemCoTBench's reactions as test; dev, validation and raw rows of ChemCoTDataset, which has
products and conditions only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from build_mini import load_module
from full_kit import chemcot
from full_kit.corpus import FullCorpus

SOURCES = ("chemcotbench-reaction", "chemcot-rxn")
SUBTASKS = ("fs", "retro", "nepp", "rcr", "mechsel")
FIELDS = {
    "fs": ("Major Product", "Major product", "output", "answer"),
    "retro": ("Reactants", "reactants", "output", "answer"),
    "nepp": ("output", "Product", "answer"),
    "rcr": ("condition", "output", "answer"),
    "mechsel": ("choice", "output", "answer"),
}
#: The benchmark's sub-task of a training file; by-products are never scored.
NAMES = {"fs_major_product": "fs", "fs_by_product": None, "rcr": "rcr"}


def convert(row: dict[str, Any], meta: dict[str, Any]) -> tuple[dict[str, Any], Any] | None:
    """The question; the gold is a SMILES, a condition or a letter."""
    gold = chemcot.field_of(chemcot.gold_text(row, meta), FIELDS[row["subtask"]]).strip()
    return ({"query": row["query"]}, gold) if gold else None


def build(corpus: FullCorpus) -> None:
    """Splits and raw sources."""
    check = load_module(Path(__file__).with_name("score.py"), "score_reaction_full").check_item
    chemcot.build(
        corpus,
        check,
        convert,
        bench={name: f"chemcotbench/reaction/{name}.json" for name in SUBTASKS},
        training={name: f"chemcotbench-cot/rxn/{name}.json" for name in NAMES},
        names=NAMES,
    )
