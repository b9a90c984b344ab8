"""Edits of small chain molecules: add, delete or replace the functional group at the end."""

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
    "benzene_ring": "c1ccccc1",
}
UNITS = ("C", "CC", "C(C)", "C(F)", "C(O)", "C(Cl)", "OC")


def skeleton(r: random.Random) -> str:
    """A chain that begins with a methyl group and can take a group at its end."""
    return "C" + "".join(r.choice(UNITS) for _ in range(r.randint(2, 4))) + "C"


@cache
def canonical(smiles: str) -> str:
    """Canonical SMILES; the same short chains come again and again."""
    return Chem.CanonSmiles(smiles)


def draw(r: random.Random, style: int | None = None) -> Problem:
    """An instruction in one of four styles; the group at the end is what changes."""
    kind, body = r.choice(("add", "delete", "sub")), skeleton(r)
    old, new = r.sample(list(GROUPS), 2)
    added, removed = (new if kind != "delete" else None), (old if kind != "add" else None)
    source = body + (GROUPS[removed] if removed else "")
    result = body + (GROUPS[added] if added else "")
    words = {k: v.replace("_", " ") for k, v in (("new", new), ("old", old))}
    query = {
        "add": (
            "add {new} to {s}",
            "attach a {new} group: {s}",
            "take {s} and add {new}",
            "{s} with {new} added?",
        ),
        "delete": (
            "remove {old} from {s}",
            "delete the {old} group: {s}",
            "take {s} and drop {old}",
            "{s} without {old}?",
        ),
        "sub": (
            "replace {old} by {new} in {s}",
            "swap the {old} group with {new} : {s}",
            "take {s} and turn {old} into {new}",
            "{s} with {new} and not {old}?",
        ),
    }[kind][r.randrange(4) if style is None else style].format(s=source, **words)
    other = (
        removed if kind == "delete" else r.choice([g for g in GROUPS if g not in (added, removed)])
    )
    if r.random() < 0.8:  # miscopied: the part that is kept is not in the molecule asked about
        kept = skeleton(r)
        while kept in source:
            kept = skeleton(r)
        wrong = kept + GROUPS[other]
    else:  # another group, or nothing removed
        kept, wrong = body, body + GROUPS[other]
    result_end = f"{added.replace('_', ' ')} {GROUPS[added]}" if added else "none"
    return Problem(
        key=canonical(body),
        subtask=kind,
        input={
            "query": query,
            "source_smiles": source,
            "added_group": added,
            "removed_group": removed,
        },
        gold=result,
        answer=result,
        steps=f"keep {body} end {result_end}",
        wrong_answer=wrong,
        wrong_steps=f"keep {kept} end {other.replace('_', ' ')} {GROUPS[other]}",
    )


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    notebook = corpus.source("lab-notebook")
    corpus.write(notebook, corpus.problems(draw, 450), say.worked)
    corpus.contaminate(notebook, 4)

    mined = corpus.source("mined-edits")
    for problem in corpus.problems(draw, 1100):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            if r.random() < 0.03:
                prompt = f"{prompt} {'.'.join(skeleton(r) for _ in range(30))}"
            mined.add(prompt, say.mistaken(problem) if r.random() < 0.4 else say.worked(problem))
    corpus.contaminate(mined, 6)

    papers = corpus.source("paper-abstracts")
    for style, count in ((2, 800), (3, 1500)):
        corpus.write(papers, corpus.problems(draw, count, style=style), say.stated)

    vendor = corpus.source("vendor-requests")
    for style, count in ((0, 300), (1, 700)):
        for problem in corpus.problems(draw, count, style=style):
            vendor.add(corpus.prompt(problem), f'{{"smiles": "{problem.answer}"}}')

    corpus.echo(corpus.source("augmented-pairs"), corpus.problems(draw, 40, style=0), 1000)
    corpus.contaminate(corpus.sources["augmented-pairs"], 4)

    counts = corpus.source("group-counts")
    for problem in corpus.problems(draw, 1000):
        group = r.choice(list(GROUPS))
        n = problem.input["source_smiles"].count(GROUPS[group])
        counts.add(
            f"count {group.replace('_', ' ')} in {problem.input['source_smiles']}", f"{n} times."
        )
