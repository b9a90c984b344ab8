"""ChemCoTBench's questions on molecules as test; dev, validation and raw rows of ChemCoTDataset,
which has none for equivalence.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from build_mini import load_module
from full_kit import chemcot
from full_kit.corpus import FullCorpus

SOURCES = ("chemcotbench-mol-und", "chemcot-mol-und")
TRAINED = ("fg_count", "ring_count", "Murcko_scaffold", "ring_system_scaffold")
FIELDS = ("count", "Output Scaffold", "output", "answer")


def convert(row: dict[str, Any], meta: dict[str, Any]) -> tuple[dict[str, Any], Any] | None:
    """The question; the gold is a count, a scaffold, or Yes or No."""
    gold = chemcot.field_of(chemcot.gold_text(row, meta), FIELDS).strip()
    if not gold:
        return None
    values = {"query": row["query"]}
    smiles = next(
        (meta[key] for key in chemcot.SOURCE_KEYS if isinstance(meta.get(key), str)), None
    )
    return ({**values, "smiles": smiles} if smiles else values), gold


def build(corpus: FullCorpus) -> None:
    """Splits and raw sources."""
    check = load_module(Path(__file__).with_name("score.py"), "score_mol_und_full").check_item
    chemcot.build(
        corpus,
        check,
        convert,
        bench={name: f"chemcotbench/mol_und/{name}.json" for name in (*TRAINED, "equivalence")},
        training={name: f"chemcotbench-cot/mol_und/{name}.json" for name in TRAINED},
    )
