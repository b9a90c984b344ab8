"""Properties of molecules that RDKit computes; higher is better in each, as the benchmark asks.

No other oracle is at hand: what is bound to a protein (drd, gsk, jnk) needs models that come from
elsewhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from molecules import parse
from rdkit import Chem
from rdkit.Chem import QED, Crippen, RDConfig, rdMolDescriptors


@cache
def accessibility() -> Callable[[Chem.Mol], float]:
    """The synthetic-accessibility score that RDKit ships with its table of fragments."""
    sys.path.append(str(Path(RDConfig.RDContribDir) / "SA_Score"))
    import sascorer

    sascorer.readFragmentScores()
    return sascorer.calculateScore


def penalized_logp(mol: Chem.Mol) -> float:
    """logP less synthetic accessibility and rings of more than six atoms, each standardized by its
    mean and deviation over ZINC (the constants of TDC's oracle).
    """
    largest = max((len(ring) for ring in mol.GetRingInfo().AtomRings()), default=0)
    return (
        (Crippen.MolLogP(mol) - 2.45710) / 1.43432
        + (-accessibility()(mol) + 3.05258) / 0.83352
        + (-max(0, largest - 6) + 0.04857) / 0.28602
    )


def solubility(mol: Chem.Mol) -> float:
    """log S by the ESOL formula with the benchmark's refitted coefficients."""
    aromatic = sum(atom.GetIsAromatic() for atom in mol.GetAtoms())
    return (
        0.26121066
        - 0.74167395 * Crippen.MolLogP(mol)
        - 0.00661388 * rdMolDescriptors._CalcMolWt(mol)
        + 0.00345155 * rdMolDescriptors.CalcNumRotatableBonds(mol)
        - 0.42624840 * aromatic / mol.GetNumHeavyAtoms()
    )


ORACLES: dict[str, Callable[[Chem.Mol], float]] = {
    "logp": penalized_logp,
    "qed": QED.qed,
    "solubility": solubility,
    "crippen": Crippen.MolLogP,
}


@lru_cache(maxsize=100_000)
def value_of(name: str, canonical: str) -> float | None:
    """The property of a canonical SMILES, or None where it cannot be computed."""
    mol = parse(canonical)
    try:
        return float(ORACLES[name](mol)) if mol is not None else None
    except Exception:  # noqa: BLE001 - RDKit raises on some valid but odd molecules
        return None
