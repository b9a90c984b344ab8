"""Acyl couplings of small chains: product, reactants, next step, conditions and mechanism."""

from __future__ import annotations

import random
from functools import cache

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem
from rdkit import Chem

UNITS = ("C", "CC", "C(C)", "C(F)", "C(Cl)", "C(Br)", "C(I)")
KINDS = {"N": "amide", "O": "ester", "S": "thiol"}
"""The atom that attacks, and the name of the coupling."""
CATALYSTS = {"N": "CN(C)c1ccncc1", "O": "OS(=O)(=O)O", "S": "CCN(CC)CC.ClCCl"}
CHARGED = {"N": "[NH2+]", "O": "[OH+]", "S": "[SH+]"}
SUBTASKS = ("fs", "retro", "nepp", "rcr", "mechsel")
ASKED = {
    "fs": (
        "product of {a} + {b}",
        "join {a} and {b} : product?",
        "take {a} and {b} , give the product",
        "{a} with {b} gives which product?",
    ),
    "retro": (
        "reactants of {p}",
        "cut {p} : reactants?",
        "take {p} , give the reactants",
        "{p} comes from which reactants?",
    ),
    "nepp": (
        "next step of {c} + {b}",
        "attack on {c} by {b} : step?",
        "take {c} and {b} , give the next step",
        "{c} with {b} gives which step?",
    ),
    "rcr": (
        "catalyst of {a} + {b}",
        "couple {a} and {b} : catalyst?",
        "take {a} and {b} , give the catalyst",
        "{a} with {b} calls for which catalyst?",
    ),
    "mechsel": (
        "mechanism of {a} + {b} . {o}",
        "label {a} and {b} : {o}",
        "take {a} and {b} , pick: {o}",
        "{a} with {b} is which one? {o}",
    ),
}


def chain(r: random.Random) -> str:
    """A short chain of different units, without double bonds but the coupling's carbonyl."""
    return "C" + "".join(r.sample(UNITS, r.randint(2, 3)))


@cache
def canonical(smiles: str) -> str:
    """Canonical SMILES; the same short chains come again and again."""
    return Chem.CanonSmiles(smiles)


def worked(
    kind: str, acyl: str, atom: str, rest: str, labels: dict[str, str]
) -> tuple[str, str]:
    """Steps and answer of one sub-task, from the acyl chain, the attacking atom and its chain."""
    if kind == "fs":
        return f"join {acyl}C(=O) + {atom}{rest} .", f"{acyl}C(=O){atom}{rest}"
    if kind == "retro":
        return f"cut {acyl}C(=O) + {atom}{rest} .", f"{acyl}C(=O)O.{atom}{rest}"
    if kind == "nepp":
        return f"attack {acyl}C(=O)Cl + {atom}{rest} .", f"{acyl}C([O-])(Cl){CHARGED[atom]}{rest}"
    if kind == "rcr":
        return f"by {atom}{rest} : {KINDS[atom]} .", CATALYSTS[atom]
    return f"by {atom}{rest} : {KINDS[atom]}={labels[atom]} .", labels[atom]


def draw(r: random.Random, style: int | None = None) -> Problem:
    """A question of one of five sub-tasks in one of four styles."""
    kind, atom = r.choice(SUBTASKS), r.choice(list(KINDS))
    acyl, rest = chain(r), chain(r)
    order = r.sample(list(KINDS), 3)
    labels = dict(zip(order, "ABC"))
    texts = {
        "a": f"{acyl}C(=O)O",
        "b": f"{atom}{rest}",
        "c": f"{acyl}C(=O)Cl",
        "p": f"{acyl}C(=O){atom}{rest}",
        "o": " ".join(f"{KINDS[k]}={labels[k]}." for k in order),
    }
    query = ASKED[kind][r.randrange(4) if style is None else style].format(**texts)
    steps, answer = worked(kind, acyl, atom, rest, labels)
    slip = chain(r)  # miscopied: a chain that does not stand in the question
    while slip in query:
        slip = chain(r)
    other = r.choice([k for k in KINDS if k != atom])
    if kind in ("rcr", "mechsel"):
        wrong = worked(kind, acyl, other, slip, labels)
    elif r.random() < 0.8:
        wrong = worked(kind, *((slip, atom, rest) if r.random() < 0.5 else (acyl, atom, slip)), {})
    else:
        wrong = worked(kind, acyl, other, rest, labels)
    return Problem(
        key=f"{canonical(acyl)} {canonical(rest)}",
        subtask=kind,
        input={"query": query},
        gold=answer,
        answer=answer,
        steps=steps,
        wrong_answer=wrong[1],
        wrong_steps=wrong[0],
    )


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    journal = corpus.source("lab-journal")
    corpus.write(journal, corpus.problems(draw, 450), say.worked)
    corpus.contaminate(journal, 4)

    mined = corpus.source("mined-reactions")
    for problem in corpus.problems(draw, 1300):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            if r.random() < 0.03:
                prompt = f"{prompt} {'.'.join(chain(r) for _ in range(40))}"
            mined.add(prompt, say.mistaken(problem) if r.random() < 0.4 else say.worked(problem))
    corpus.contaminate(mined, 6)

    lectures = corpus.source("lecture-notes")
    for style, count in ((2, 800), (3, 1500)):
        corpus.write(lectures, corpus.problems(draw, count, style=style), say.stated)

    robot = corpus.source("robot-log")
    for style, count in ((0, 300), (1, 700)):
        for problem in corpus.problems(draw, count, style=style):
            robot.add(corpus.prompt(problem), f'{{"result": "{problem.answer}"}}')

    corpus.echo(corpus.source("augmented-reactions"), corpus.problems(draw, 40, style=0), 1000)
    corpus.contaminate(corpus.sources["augmented-reactions"], 4)

    yields = corpus.source("yield-tables")
    for problem in corpus.problems(draw, 1000):
        yields.add(corpus.prompt(problem), f"{r.randint(20, 98)} % after {r.randint(1, 24)} hours.")
