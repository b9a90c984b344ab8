"""Chain molecules whose logP, drug-likeness or solubility must rise: the end group changes."""

from __future__ import annotations

import random
from functools import cache

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem
from rdkit import Chem

GROUPS = {
    "hydroxyl": "O",
    "amine": "N",
    "thiol": "S",
    "halo": "Br",
    "nitrile": "C#N",
    "carboxyl": "C(=O)O",
    "aldehyde": "C=O",
    "amide": "C(=O)N",
    "nitro": "[N+](=O)[O-]",
    "benzene": "c1ccccc1",
}
UNITS = ("C", "CC", "C(C)", "C(F)", "C(O)", "C(Cl)", "OC")
CHANGES = {
    "logp": {
        "halo": ("benzene", "amine"),
        "nitrile": ("benzene", "amine"),
        "carboxyl": ("benzene", "amine"),
    },
    "qed": {
        "amine": ("carboxyl", "nitro"),
        "hydroxyl": ("carboxyl", "nitro"),
        "amide": ("carboxyl", "nitro"),
    },
    "solubility": {
        "halo": ("hydroxyl", "benzene"),
        "thiol": ("amide", "benzene"),
        "nitrile": ("amine", "benzene"),
        "carboxyl": ("hydroxyl", "benzene"),
        "aldehyde": ("amine", "benzene"),
        "amide": ("amine", "benzene"),
    },
}
"""For each property and group one that raises it on every chain of this kind, and one that does not
(tests compute both).
"""
ASKED = (
    "raise the {p} of {s}",
    "find more {p} for {s}",
    "take {s} and add {p}",
    "{s} with above {p} ?",
)


def units_of(r: random.Random) -> list[str]:
    """The units of a chain, its ends left out."""
    return [r.choice(UNITS) for _ in range(r.randint(2, 4))]


def chain(units: list[str]) -> str:
    """A chain that begins with a methyl group and can take a group at its end."""
    return f"C{''.join(units)}C"


@cache
def canonical(smiles: str) -> str:
    """Canonical SMILES; the same short chains come again and again."""
    return Chem.CanonSmiles(smiles)


def draw(r: random.Random, style: int | None = None) -> Problem:
    """A request in one of four styles; a wrong answer points the wrong way, and mostly has the
    chain's units in another order.
    """
    name, units = r.choice(list(CHANGES)), units_of(r)
    old, body = r.choice(list(CHANGES[name])), chain(units)
    new, worse = CHANGES[name][old]
    source, kept = body + GROUPS[old], body
    if r.random() < 0.8:
        kept = chain(r.sample(units, len(units)))
    query = ASKED[r.randrange(4) if style is None else style].format(p=name, s=source)
    return Problem(
        key=canonical(body),
        subtask=name,
        input={"query": query, "source_smiles": source, "property": name},
        gold=None,
        answer=body + GROUPS[new],
        steps=f"keep {body} and turn {old} into {new} {GROUPS[new]}",
        wrong_answer=kept + GROUPS[worse],
        wrong_steps=f"keep {kept} and turn {old} into {worse} {GROUPS[worse]}",
    )


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    programme = corpus.source("lead-programme")
    corpus.write(programme, corpus.problems(draw, 450), say.worked)
    corpus.contaminate(programme, 4)

    pairs = corpus.source("matched-pairs")
    for problem in corpus.problems(draw, 1300):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            if r.random() < 0.03:
                prompt = f"{prompt} {'.'.join(chain(units_of(r)) for _ in range(40))}"
            pairs.add(prompt, say.mistaken(problem) if r.random() < 0.4 else say.worked(problem))
    corpus.contaminate(pairs, 6)

    reviews = corpus.source("review-articles")
    for style, count in ((2, 800), (3, 1500)):
        corpus.write(reviews, corpus.problems(draw, count, style=style), say.stated)

    vendor = corpus.source("vendor-catalogue")
    for style, count in ((0, 300), (1, 700)):
        for problem in corpus.problems(draw, count, style=style):
            vendor.add(corpus.prompt(problem), f'{{"smiles": "{problem.answer}"}}')

    echoed = corpus.source("augmented-pairs")
    corpus.echo(echoed, corpus.problems(draw, 40, style=0), 1000)
    corpus.contaminate(echoed, 4)

    assays = corpus.source("assay-table")
    for problem in corpus.problems(draw, 1000):
        measured = f"{r.randint(1, 99)} nM in {r.randint(1, 9)} of 9 assays."
        assays.add(corpus.prompt(problem), measured)
