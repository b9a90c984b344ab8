"""ChemCoTBench molecule editing: the groups' counts change as instructed."""

from __future__ import annotations

from typing import Any

import extraction
from rdkit import Chem, DataStructs, RDLogger
from rdkit.Chem import rdFingerprintGenerator

RDLogger.DisableLog("rdApp.*")
ERROR_CLASSES = {
    "unparsed": "no JSON object with an output in the text",
    "invalid-smiles": "the output is not a valid SMILES",
    "unchanged": "the output is the source molecule",
    "wrong-edit": "valid, but the groups do not change as instructed",
}
SMARTS = {
    "aldehyde": "[CX3H1](=O)[#6]",
    "amide": "[NX3][CX3](=[OX1])[#6]",
    "amine": "[NX3;H2,H1,H0;!$(N[C,S]=[O,S]);!$(N~[!#6;!#1])]",
    "benzene_ring": "[cR1]1[cR1][cR1][cR1][cR1][cR1]1",
    "carboxyl": "[CX3](=O)[OX2H1]",
    "halo": "[F,Cl,Br,I]",
    "hydroxyl": "[OX2H]",
    "nitrile": "[NX1]#[CX2]",
    "nitro": "[$([NX3](=O)=O),$([NX3+](=O)[O-])]",
    "thiol": "[SX2H]",
}
# Beside a carboxyl in the instruction its own OH is not a hydroxyl; else hydroxyl -> carboxyl could
# never be right.
HYDROXYL_OUTSIDE_CARBOXYL = "[OX2H;!$(OC=O)]"
PATTERNS = {name: Chem.MolFromSmarts(s) for name, s in SMARTS.items()}
OUTSIDE = Chem.MolFromSmarts(HYDROXYL_OUTSIDE_CARBOXYL)
FINGERPRINT = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
MAX_SMILES = 500  # characters


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item cannot be scored, or None."""
    asked = [item["input"].get(k) for k in ("added_group", "removed_group")]
    if not any(asked):
        return "the instruction names no group"
    unknown = [g for g in asked if g and g not in SMARTS]
    if unknown:
        return f"unknown functional group {unknown[0]!r}"
    return (
        None
        if molecule(item["input"].get("source_smiles"))
        else "'source_smiles' is not a valid SMILES"
    )


def molecule(smiles: Any) -> Chem.Mol | None:
    """The molecule of a SMILES without blanks, or None."""
    if (
        not isinstance(smiles, str)
        or not smiles
        or len(smiles) > MAX_SMILES
        or len(smiles.split()) != 1
    ):
        return None
    try:
        return Chem.MolFromSmiles(smiles.strip()) or None
    except Exception:  # noqa: BLE001 - RDKit raises on some malformed text instead of returning None
        return None


def count(mol: Chem.Mol, group: str, with_carboxyl: bool) -> int:
    """How often the functional group occurs."""
    pattern = OUTSIDE if group == "hydroxyl" and with_carboxyl else PATTERNS[group]
    return len(mol.GetSubstructMatches(pattern))


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the output is valid and the asked groups change by exactly one."""
    output = extraction.last_json_value(text, ("output", "answer"))
    if not isinstance(output, str):
        return {"score": 0.0, "parsed": None, "error": "unparsed"}
    output = output[: MAX_SMILES + 1].strip()
    found, source = molecule(output), molecule(item["input"]["source_smiles"])
    if found is None or source is None or found.GetNumAtoms() == 0:
        return {"score": 0.0, "parsed": output, "error": "invalid-smiles"}
    added, removed = item["input"].get("added_group"), item["input"].get("removed_group")
    with_carboxyl = "carboxyl" in (added, removed)
    right = all(
        count(found, group, with_carboxyl) - count(source, group, with_carboxyl) == change
        for group, change in ((added, 1), (removed, -1))
        if group
    )
    canonical = Chem.MolToSmiles(found)
    if right:
        return {"score": 1.0, "parsed": canonical, "error": None}
    unchanged = canonical == Chem.MolToSmiles(source)
    return {"score": 0.0, "parsed": canonical, "error": "unchanged" if unchanged else "wrong-edit"}


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Correct rate, with each kind of edit, validity, identity with the reference and similarity to
    it.
    """
    n = max(1, len(items))
    kinds: dict[str, list[float]] = {}
    valid = identical = similarity = 0.0
    for item, result in zip(items, results):
        kinds.setdefault(item["subtask"], []).append(result["score"])
        gold, found = (
            molecule(item["gold"]),
            molecule(result["parsed"]) if result["error"] != "invalid-smiles" else None,
        )
        if found is None:
            continue
        valid += 1
        if gold is not None:
            identical += Chem.MolToSmiles(found) == Chem.MolToSmiles(gold)
            similarity += DataStructs.TanimotoSimilarity(
                FINGERPRINT.GetFingerprint(found), FINGERPRINT.GetFingerprint(gold)
            )
    return {
        "value": sum(r["score"] for r in results) / n,
        "submetrics": {
            "strict": identical / n,
            "validity": valid / n,
            "tanimoto": similarity / n,
            **{f"correctRate/{kind}": sum(s) / len(s) for kind, s in sorted(kinds.items())},
        },
    }
