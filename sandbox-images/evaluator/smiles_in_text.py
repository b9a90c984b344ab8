"""Molecules in a text: which words are SMILES, and which molecules they spell."""

from __future__ import annotations

import re
from functools import lru_cache

import molecules

RUN = re.compile(r"[A-Za-z0-9@+\-\[\]()=#%/\\.>$~*:]{2,}")
SPELLING = re.compile(
    r"(?:\[[^\[\]\s]{1,30}\]|Br|Cl|[BCNOPSFI]|[bcnops]|[=#$:/\\\-+.()>~*@]|%?\d)+"
)
ATOM = re.compile(r"\[\d*([A-Za-z][a-z]?)[^\]]*\]|(Br|Cl|[BCNOPSFIbcnops])")
ENDS = ".:-+>,"
MIN_ATOMS = 3
"""Smaller ones (water, a halide) say nothing about where a text comes from."""


@lru_cache(maxsize=200_000)
def is_smiles(word: str) -> bool:
    """Whether a word is spelled as a SMILES of some size; most that are, parse. English words are not:
    they have other letters, or no upper case and no ring.
    """
    return (
        SPELLING.fullmatch(word) is not None
        and sum(c.isalpha() for c in word) >= MIN_ATOMS
        and any(c.isupper() or c.isdigit() for c in word)
    )


def words_of(text: str) -> list[str]:
    """The words of a text that are spelled as SMILES."""
    found = []
    for run in RUN.findall(text):
        word = run.strip(ENDS)
        if word.startswith("(") and word.endswith(")") and word[1:-1].count("(") == word[1:-1].count(")"):
            word = word[1:-1]
        if is_smiles(word):
            found.append(word)
    return found


def components_of(text: str) -> list[str]:
    """The molecules that the text spells, components apart, each as it is spelled."""
    return [part for word in words_of(text) for part in re.split(r"[.>]+", word) if is_smiles(part)]


def residue_of(text: str) -> str:
    """The text without its molecules."""
    return RUN.sub(lambda run: " " if is_smiles(run[0].strip(ENDS)) else run[0], text)


@lru_cache(maxsize=200_000)
def sketch(word: str) -> str:
    """The heavy atoms of a spelling in order of the alphabet: equal for all spellings of a molecule, and
    much cheaper than its canonical SMILES.
    """
    atoms = ((a or b).casefold() for a, b in ATOM.findall(word))
    return " ".join(sorted(atom for atom in atoms if atom != "h"))


@lru_cache(maxsize=200_000)
def canonical(word: str) -> str | None:
    """The canonical SMILES of a molecule of some size, or None."""
    found = molecules.canonical(word)
    if found is None or molecules.parse(found).GetNumHeavyAtoms() < MIN_ATOMS:
        return None
    return found
