"""ChemCoTBench's optimizations as test; dev, validation and raw rows of ChemCoTDataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from build_mini import load_module
from full_kit import chemcot
from full_kit.corpus import FullCorpus

SOURCES = ("chemcotbench-mol-opt", "chemcot-mol-opt")
SUBTASKS = ("drd", "gsk", "jnk", "logp", "qed", "solubility")


def convert(row: dict[str, Any], meta: dict[str, Any]) -> tuple[dict[str, Any], Any] | None:
    """The request with its source; there is no gold molecule, the property decides."""
    source = chemcot.source_smiles(row["query"], meta)
    if source is None:
        return None
    return {"query": row["query"], "source_smiles": source, "property": row["subtask"]}, None


def build(corpus: FullCorpus) -> None:
    """Splits and raw sources."""
    check = load_module(Path(__file__).with_name("score.py"), "score_mol_opt_full").check_item
    chemcot.build(
        corpus,
        check,
        convert,
        bench={name: f"chemcotbench/mol_opt/{name}.json" for name in SUBTASKS},
        training={name: f"chemcotbench-cot/mol_opt/{name}.json" for name in SUBTASKS},
    )
