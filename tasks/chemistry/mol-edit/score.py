"""ChemCoTBench molecule editing: the groups' counts change as instructed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import extraction
import molecules
from rdkit import Chem, DataStructs

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
# What goes with a group when it is cut off: its pattern without the atom that it hangs on.
WHOLE = SMARTS | {
    "aldehyde": "[CX3H1;$(C[#6])]=O",
    "amide": "[NX3][CX3;$(C[#6])]=[OX1]",
    "nitro": "[NX3](~[OX1])~[OX1]",
}
PATTERNS = {name: Chem.MolFromSmarts(s) for name, s in SMARTS.items()}
CUTS = {name: Chem.MolFromSmarts(s) for name, s in WHOLE.items()}
OUTSIDE = Chem.MolFromSmarts(HYDROXYL_OUTSIDE_CARBOXYL)
KEYS = ("output", "answer")
MAX_CUTS = 50  # places at which a group is cut off to compare the rest


def groups_of(item: dict[str, Any]) -> tuple[str | None, str | None]:
    """The added and the removed group, None where there is none; blanks count as underscores."""
    names = (item["input"].get(key) for key in ("added_group", "removed_group"))
    added, removed = (
        name.strip().lower().replace(" ", "_") if isinstance(name, str) and name.strip() else None
        for name in names
    )
    return added, removed


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item cannot be scored, or None."""
    asked = [group for group in groups_of(item) if group]
    if not asked:
        return "the instruction names no group"
    unknown = [group for group in asked if group not in SMARTS]
    if unknown:
        return f"unknown functional group {unknown[0]!r}"
    if molecules.molecule(item["input"].get("source_smiles")) is None:
        return "'source_smiles' is not a valid SMILES"
    if molecules.molecule(item["gold"]) is None:
        return "the gold is not a valid SMILES"
    return None


def count(mol: Chem.Mol, group: str, with_carboxyl: bool) -> int:
    """How often the functional group occurs."""
    pattern = OUTSIDE if group == "hydroxyl" and with_carboxyl else PATTERNS[group]
    return len(mol.GetSubstructMatches(pattern))


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the output is valid and the asked groups change by exactly one."""
    value = molecules.text_of(extraction.last_json_value(text, KEYS))
    if not value:
        return {"score": 0.0, "parsed": None, "error": "unparsed"}
    output = value[: molecules.MAX_SMILES + 1]
    canonical = molecules.canonical(output)
    source = molecules.canonical(item["input"]["source_smiles"])
    if canonical is None or source is None:
        return {"score": 0.0, "parsed": output, "error": "invalid-smiles"}
    found, before = molecules.parse(canonical), molecules.parse(source)
    added, removed = groups_of(item)
    with_carboxyl = "carboxyl" in (added, removed)
    right = all(
        count(found, group, with_carboxyl) - count(before, group, with_carboxyl) == change
        for group, change in ((added, 1), (removed, -1))
        if group
    )
    if right:
        return {"score": 1.0, "parsed": canonical, "error": None}
    error = "unchanged" if canonical == source else "wrong-edit"
    return {"score": 0.0, "parsed": canonical, "error": error}


@lru_cache(maxsize=20_000)
def rests(smiles: str, group: str | None) -> frozenset[str]:
    """What is left of a molecule when one of its groups is cut off, for each of them; without a
    group the molecule itself.
    """
    mol = molecules.parse(smiles)
    if group is None or mol is None:
        return frozenset((smiles,))
    out = set()
    for match in mol.GetSubstructMatches(CUTS[group])[:MAX_CUTS]:
        rest = Chem.RWMol(mol)
        for atom in sorted(match, reverse=True):
            rest.RemoveAtom(atom)
        clean = molecules.canonical(Chem.MolToSmiles(rest))
        if clean:
            out.add(clean)
    return frozenset(out)


def keeps_the_rest(item: dict[str, Any], result: dict[str, Any]) -> bool:
    """Whether a right answer is the reference, or differs from the source in the groups alone."""
    if not result["score"]:
        return False
    if result["parsed"] == molecules.canonical(item["gold"]):
        return True
    added, removed = groups_of(item)
    source = molecules.canonical(item["input"]["source_smiles"])
    return not rests(result["parsed"], added).isdisjoint(rests(source, removed))


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Correct rate, with each kind of edit, edits that leave the rest alone, identity with the
    reference, validity and similarity to the reference.
    """
    n = max(1, len(items))
    kinds: dict[str, list[float]] = {}
    valid = strict = identical = similarity = 0.0
    for item, result in zip(items, results):
        kinds.setdefault(item["subtask"], []).append(result["score"])
        if result["error"] in ("unparsed", "invalid-smiles"):
            continue
        valid += 1
        strict += keeps_the_rest(item, result)
        gold = molecules.canonical(item["gold"])
        identical += result["parsed"] == gold
        similarity += DataStructs.TanimotoSimilarity(
            molecules.fingerprint(result["parsed"]), molecules.fingerprint(gold)
        )
    rates = {kind: sum(scores) / len(scores) for kind, scores in sorted(kinds.items())}
    return {
        "value": sum(r["score"] for r in results) / n,
        "submetrics": {
            "subtaskMean": sum(rates.values()) / max(1, len(rates)),
            "strict": strict / n,
            "identical": identical / n,
            "validity": valid / n,
            "tanimoto": similarity / n,
            **{f"correctRate/{kind}": rate for kind, rate in rates.items()},
        },
    }
