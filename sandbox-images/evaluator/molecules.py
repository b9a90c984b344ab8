"""What the chemistry scorers share: molecules from answers, in whatever spelling."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from rdkit import Chem, DataStructs, RDLogger
from rdkit.Chem import rdFingerprintGenerator
from rdkit.Chem.Scaffolds import MurckoScaffold

RDLogger.DisableLog("rdApp.*")
MAX_SMILES = 500  # characters of a SMILES that is given,
LONGEST = 4 * MAX_SMILES  # and of one that was written from it
AROUND = " \t\r\n`'\""
LABEL = re.compile(r"^smiles\s*[:=]\s*", re.IGNORECASE)
FINGERPRINT = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)


@lru_cache(maxsize=50_000)
def parse(smiles: str) -> Chem.Mol | None:
    """The molecule of a SMILES, or None; one without atoms is none. Callers must not change it."""
    if not smiles or len(smiles) > LONGEST or len(smiles.split()) != 1:
        return None
    try:
        found = Chem.MolFromSmiles(smiles.strip())
    except Exception:  # noqa: BLE001 - RDKit raises on some malformed text
        return None
    return found if found is not None and found.GetNumAtoms() else None


def molecule(smiles: Any) -> Chem.Mol | None:
    """The molecule of an answer's or item's SMILES, or None for anything else."""
    return parse(smiles) if isinstance(smiles, str) and len(smiles) <= MAX_SMILES else None


@lru_cache(maxsize=50_000)
def canonical(smiles: str) -> str | None:
    """The canonical SMILES, stereo kept and atom maps dropped, or None where it is invalid. What it
    gives can be parsed.
    """
    found = molecule(smiles)
    if found is None:
        return None
    if any(atom.GetAtomMapNum() for atom in found.GetAtoms()):
        found = Chem.Mol(found)
        for atom in found.GetAtoms():
            atom.SetAtomMapNum(0)
        # Parsed again, since hydrogens that a map kept explicit are implicit now.
        found = parse(Chem.MolToSmiles(found))
    written = Chem.MolToSmiles(found) if found is not None else None
    return written if written and parse(written) is not None else None


@lru_cache(maxsize=50_000)
def scaffold(smiles: str) -> str | None:
    """The canonical SMILES of the Murcko scaffold ('' where there is no ring), or None."""
    clean = canonical(smiles)
    found = parse(clean) if clean else None
    if found is None:
        return None
    try:
        return Chem.MolToSmiles(MurckoScaffold.GetScaffoldForMol(found))
    except Exception:  # noqa: BLE001 - some valid molecules lose what holds their stereo
        return None


@lru_cache(maxsize=50_000)
def fingerprint(canonical_smiles: str) -> DataStructs.ExplicitBitVect:
    """Morgan bits, radius 2, 2,048 of them, of a valid SMILES."""
    return FINGERPRINT.GetFingerprint(parse(canonical_smiles))


def text_of(value: Any) -> str | None:
    """The one text that an answer's value holds, without quotes and blanks around it, the word
    SMILES before it and a stop after it; a list of one counts as its member.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        return None
    text = LABEL.sub("", value[: 8 * MAX_SMILES].strip(AROUND), count=1)
    return text.removesuffix(".").strip(AROUND)
