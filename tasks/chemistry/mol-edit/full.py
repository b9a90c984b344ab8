"""ChemCoTBench's edits as test; dev, validation and raw rows of ChemCoTDataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from build_mini import load_module
from full_kit import chemcot
from full_kit.corpus import FullCorpus

SOURCES = ("chemcotbench-mol-edit", "chemcot-mol-edit")
SUBTASKS = ("add", "delete", "sub")


def convert(row: dict[str, Any], meta: dict[str, Any]) -> tuple[dict[str, Any], Any] | None:
    """The instruction with its source and groups; the gold is the reference product."""
    source = chemcot.source_smiles(row["query"], meta)
    gold = meta.get("reference") or chemcot.gold_text(row, meta)
    if source is None or not gold:
        return None
    values = {"query": row["query"], "source_smiles": source}
    if row["subtask"] in ("add", "sub"):
        values["added_group"] = meta.get("added_group")
    if row["subtask"] in ("delete", "sub"):
        values["removed_group"] = meta.get("removed_group")
    return (values, gold) if all(values.values()) else None


def build(corpus: FullCorpus) -> None:
    """Splits and raw sources."""
    check = load_module(Path(__file__).with_name("score.py"), "score_mol_edit_full").check_item
    chemcot.build(
        corpus,
        check,
        convert,
        bench={name: f"chemcotbench/mol_edit/{name}.json" for name in SUBTASKS},
        training={name: f"chemcotbench-cot/mol_edit/{name}.json" for name in SUBTASKS},
    )
