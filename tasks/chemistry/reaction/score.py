"""ChemCoTBench reactions: the same molecules by InChI, the same conditions, the same letter."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

import extraction
import molecules
from bootstrap import subtask_mean
from rdkit import Chem, DataStructs
from rdkit.Chem import MACCSkeys, rdFingerprintGenerator, rdMolDescriptors

ERROR_CLASSES = {
    "unparsed": "no JSON object with an answer in the text",
    "invalid-smiles": "the answer is not a valid SMILES",
    "several-letters": "the answer names no letter, or more than one",
    "stereo": "right but for the stereochemistry",
    "wrong": "another answer",
}
KEYS = {
    "fs": (
        *("major product", "major_product", "majorproduct", "major-product"),
        *("product", "products", "output", "answer"),
    ),
    "retro": ("reactants", "reactant", "output", "answer"),
    "nepp": ("output", "product", "products", "answer"),
    "rcr": (
        *("condition", "conditions", "catalyst", "catalysts", "reagent", "reagents", "solvent"),
        *("output", "answer"),
    ),
    "mechsel": ("choice", "answer", "output"),
}
SUBTASKS = tuple(KEYS)
core_value = subtask_mean  # the metric alone, for resampling
COMPARED = ("fs", "retro", "nepp")
"""Sub-tasks whose answers are compared as molecules."""
SEPARATORS = re.compile(r"\s*[,;]\s*|\s+(?:\+|and)\s+|\s+\.\s*|\s*\.\s+")
LETTER = re.compile(
    r"(?:(?:the\s+)?(?:correct\s+)?(?:option|choice|answer|mechanism)\s*(?:is)?\s*[:=]?\s*)?"
    r"[(\[]?([a-z])[)\]]?[.]?(?:\s*[.:)\u2013\u2014-]\s+(?P<text>.*))?",
    re.DOTALL | re.IGNORECASE,
)
SECOND = re.compile(r"(?:or|and)\b|[(\[]?[a-z]\b\W*$", re.IGNORECASE)  # another letter follows
MORGAN = rdFingerprintGenerator.GetMorganGenerator(radius=2)


def check_item(item: dict[str, Any]) -> str | None:
    """Why the item cannot be scored, or None."""
    kind, gold = item["subtask"], item["gold"]
    if kind not in SUBTASKS:
        return f"unknown sub-task {kind!r}; known are {', '.join(SUBTASKS)}"
    if not isinstance(gold, str) or not gold.strip():
        return "the gold must be a non-empty string"
    if kind == "mechsel":
        return None if letter_of(gold) else "the gold must be a letter"
    if kind == "rcr":
        return None
    return None if molecules.canonical(gold.strip()) else "the gold is not a valid SMILES"


def letter_of(value: Any) -> str | None:
    """The one letter that an answer names: B, b, (B), "Option B", "B: by addition"."""
    text = molecules.text_of(value)
    if not text:
        return None
    found = LETTER.fullmatch(unicodedata.normalize("NFKC", text[:500]).strip("* "))
    if found is None or SECOND.match(found["text"] or ""):
        return None
    return found[1].upper()


def parts_of(value: Any, kind: str) -> list[str] | None:
    """The parts of a mixture, from one text, a list, or (conditions) an object; None: none there.

    Of a whole reaction the side that is asked for is read.
    """
    if isinstance(value, dict) and kind == "rcr":
        value = [v for v in value.values() if v not in (None, "", [])]
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        found = [parts_of(v, kind) for v in value if v.strip()]
        return [part for parts in found if parts for part in parts] or None
    text = molecules.text_of(value)
    if not text:
        return None
    text = text[: 2 * molecules.MAX_SMILES]
    if text.count(">") == 2:
        before, middle, after = text.split(">")
        text = {"retro": before, "rcr": middle or before}.get(kind, after)
    return [part for part in SEPARATORS.split(text.strip()) if part] or None


@lru_cache(maxsize=50_000)
def inchi(canonical: str) -> str:
    """The standard InChI of a canonical SMILES; '' where there is none."""
    mol = molecules.parse(canonical)
    try:
        return Chem.MolToInchi(mol, options="/WarnOnEmptyStructure") if mol is not None else ""
    except Exception:  # noqa: BLE001 - whatever InChI cannot name has none
        return ""


@lru_cache(maxsize=50_000)
def without_stereo(canonical: str) -> str:
    """The canonical SMILES without stereochemistry."""
    mol = Chem.Mol(molecules.parse(canonical))
    Chem.RemoveStereochemistry(mol)
    return molecules.canonical(Chem.MolToSmiles(mol)) or canonical


@lru_cache(maxsize=50_000)
def formula(canonical: str) -> str:
    """The sum formula with the charge: equal wherever InChI is."""
    return rdMolDescriptors.CalcMolFormula(molecules.parse(canonical))


def same_molecules(one: str, other: str) -> bool:
    """Whether two canonical SMILES are the same mixture by InChI."""
    if one == other:
        return True
    # InChI can be slow on what is strange and symmetrical; another formula is another molecule.
    return formula(one) == formula(other) and inchi(one) == inchi(other) != ""


def condition_of(parts: list[str]) -> tuple[str, ...]:
    """Conditions as sorted components: canonical SMILES where a part is one, else its words."""
    out: list[str] = []
    for part in parts:
        clean = molecules.canonical(part)
        out += clean.split(".") if clean else [" ".join(part.casefold().split())]
    return tuple(sorted(out))


def same_conditions(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two sorted lists of components are the same, a salt also as one molecule."""
    if one == other:
        return True
    mixtures = [molecules.canonical(".".join(parts)) for parts in (one, other)]
    return None not in mixtures and same_molecules(*mixtures)


def score_item(item: dict[str, Any], text: str) -> dict[str, Any]:
    """1 when the last JSON object's answer is the gold's mixture, conditions or letter."""
    kind, gold = item["subtask"], item["gold"].strip()
    value = extraction.last_json_value(text, KEYS[kind])
    if kind == "mechsel":
        if value is None or isinstance(value, (dict, bool)):
            return result_of(None, "unparsed")
        letter = letter_of(value)
        if letter is None:
            return result_of(str(value)[:200], "several-letters")
        return result_of(letter, None if letter == letter_of(gold) else "wrong")
    parts = parts_of(value, kind)
    if parts is None:
        return result_of(None, "unparsed")
    if kind == "rcr":
        found, wanted = condition_of(parts), condition_of(parts_of(gold, kind) or [gold])
        read = ".".join(found)
        return result_of(read, None if same_conditions(found, wanted) else "wrong")
    written = ".".join(parts)
    answer, wanted = molecules.canonical(written), molecules.canonical(gold)
    if answer is None:
        return result_of(written, "invalid-smiles")
    if same_molecules(answer, wanted):
        return result_of(answer, None)
    blind = same_molecules(without_stereo(answer), without_stereo(wanted))
    return result_of(answer, "stereo" if blind else "wrong")


def result_of(parsed: str | None, error: str | None) -> dict[str, Any]:
    """A result; right where there is no error."""
    return {"score": float(error is None), "parsed": parsed, "error": error}


def similarities(item: dict[str, Any], result: dict[str, Any]) -> tuple[float, float]:
    """Tanimoto of Morgan counts and of MACCS keys with the gold, stereo aside; 0 where invalid."""
    if result["error"] in ("unparsed", "invalid-smiles"):
        return 0.0, 0.0
    one, other = (
        molecules.parse(without_stereo(s))
        for s in (result["parsed"], molecules.canonical(item["gold"].strip()))
    )
    if one is None or other is None:
        return 0.0, 0.0
    return (
        DataStructs.TanimotoSimilarity(
            MORGAN.GetCountFingerprint(one), MORGAN.GetCountFingerprint(other)
        ),
        DataStructs.TanimotoSimilarity(
            MACCSkeys.GenMACCSKeys(one), MACCSkeys.GenMACCSKeys(other)
        ),
    )


def mean(values: list[float]) -> float:
    """Their mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def aggregate(items: list[dict[str, Any]], results: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean over the sub-tasks, with each of them, and for molecules the stereo-blind match,
    validity and similarity.
    """
    pairs: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for pair in zip(items, results):
        pairs.setdefault(pair[0]["subtask"], []).append(pair)
    submetrics = {"itemAccuracy": mean([r["score"] for r in results])}
    blind, morgan = {}, {}
    for kind in (k for k in SUBTASKS if k in pairs):
        scores = [r["score"] for _, r in pairs[kind]]
        submetrics[f"exactMatch/{kind}"] = mean(scores)
        if kind not in COMPARED:
            blind[kind] = mean(scores)
            continue
        errors = [r["error"] for _, r in pairs[kind]]
        blind[kind] = mean([float(e in (None, "stereo")) for e in errors])
        submetrics[f"stereoBlind/{kind}"] = blind[kind]
        submetrics[f"validity/{kind}"] = mean(
            [float(e not in ("unparsed", "invalid-smiles")) for e in errors]
        )
        alike = [similarities(*pair) for pair in pairs[kind]]
        morgan[kind] = submetrics[f"morgan/{kind}"] = mean([a for a, _ in alike])
        submetrics[f"maccs/{kind}"] = mean([b for _, b in alike])
    submetrics["stereoBlind"] = mean(list(blind.values()))
    if morgan:
        submetrics["morgan"] = mean(list(morgan.values()))
    return {"value": subtask_mean(items, results), "submetrics": submetrics}
