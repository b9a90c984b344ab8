"""Questions on small molecules: counts of groups and rings, scaffold, ring systems, equality."""

from __future__ import annotations

import random
from functools import cache

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem
from rdkit import Chem

GROUPS = {"hydroxyl": "O", "amine": "N", "thiol": "S", "halo": "F"}
ARMS = ("", "C", "CC")
"""What stands between the chain and a group: no unit occurs twice in a chain."""
PLAIN = ("C", "CC", "C(C)")
RINGS = {"c1ccccc1": "A", "c1ccsc1": "B", "C1CCOC1": "C", "C1CCNC1": "D"}
"""Ring systems, each with the letter that the worked answers give it."""
SIDES = ("C", "F", "CC", "OC", "CC(F)C", "OCC", "C(F)C")
LINKS = ("C", "CC", "CO", "CN")
TAILS = ("C", "F", "CC", "CO", "CF")
Drawn = tuple[dict[str, str], tuple[str, str], tuple[str, str]]
"""Texts of a question, its steps and answer, and steps and answer with a slip."""
SUBTASKS = ("fg_count", "ring_count", "Murcko_scaffold", "ring_system_scaffold", "equivalence")
ASKED = {
    "fg_count": (
        "count {g} in {s}",
        "count the {g} groups: {s}",
        "take {s} and count {g}",
        "{s} has how many {g} ?",
    ),
    "ring_count": (
        "count ring in {s}",
        "count the rings: {s}",
        "take {s} and count ring",
        "{s} has how many rings ?",
    ),
    "Murcko_scaffold": (
        "scaffold of {s}",
        "find the scaffold: {s}",
        "take {s} and drop all but the scaffold",
        "{s} has which scaffold ?",
    ),
    "ring_system_scaffold": (
        "is {x} in {s}",
        "find the ring {x} : {s}",
        "take {s} and find the ring {x}",
        "{s} has the ring {x} ?",
    ),
    "equivalence": (
        "same {s} {x}",
        "are these the same: {s} {x}",
        "take {s} and {x} : same?",
        "{s} or {x} , same?",
    ),
}


@cache
def canonical(smiles: str) -> str:
    """Canonical SMILES; the same short chains come again and again."""
    return Chem.CanonSmiles(smiles)


def counting(r: random.Random, kind: str) -> Drawn:
    """A question of number."""
    if kind == "fg_count":
        group = r.choice(list(GROUPS))
        hits = [f"C({arm}{GROUPS[group]})" for arm in ARMS]
        others = [f"C({g})" for name, g in GROUPS.items() if name != group]
    else:
        group, hits, others = "ring", [f"C({ring})" for ring in RINGS], ["C(F)", "C(O)"]
    units = r.sample(hits, r.randint(0, 2)) + r.sample([*PLAIN, *others], r.randint(1, 2))
    r.shuffle(units)
    first = f"{group} {GROUPS[group]} : " if group in GROUPS else "ring : "
    steps, answer = numbered(units, hits)
    wrong, slip = numbered(slipped(r, units, hits), hits)
    return (
        {"g": group, "s": f"C{''.join(units)}C"},
        (f"{first}{steps} .", str(answer)),
        (f"{first}{wrong} .", str(slip)),
    )


def numbered(units: list[str], hits: list[str]) -> tuple[str, int]:
    """The chain with the running count after each hit, and the count."""
    n, out = 0, ["C"]
    for unit in units:
        n += unit in hits
        out.append(f"{unit}={n} " if unit in hits else unit)
    return "".join([*out, "C"]), n


def slipped(r: random.Random, units: list[str], hits: list[str]) -> list[str]:
    """The units with a hit forgotten or one too many: no longer the molecule asked about."""
    places = [i for i, unit in enumerate(units) if unit in hits]
    if places and r.random() < 0.5:
        place = r.choice(places)
        return units[:place] + units[place + 1 :]
    place = r.randint(0, len(units))
    return [*units[:place], r.choice([u for u in hits if u not in units] or hits), *units[place:]]


def framed(r: random.Random, kind: str) -> Drawn:
    """A question on the rings of side-ring-link-ring-tail: scaffold, or whether a ring is there."""
    side, tail, link = r.choice(SIDES), r.choice(TAILS), r.choice(LINKS)
    first, second, other, miss = r.sample(list(RINGS), 4)
    molecule = f"{side}{first}{link}{second}{tail}"
    if kind == "Murcko_scaffold":
        return (
            {"s": molecule},
            (f"drop {side} and {tail} .", f"{first}{link}{second}"),
            (f"drop {side} and {tail}{r.choice('NOS')}C .", f"{first}{link}{other}"),
        )
    there = r.random() < 0.5
    asked = r.choice((first, second)) if there else other

    def steps(one: str, two: str) -> str:
        want = RINGS[asked]
        said = [f"ring {one} {RINGS[one]} and {two} {RINGS[two]} . find {asked} {want} ."]
        for letter in (RINGS[one], RINGS[two]):
            said.append(f"same {letter} {want}? {'same' if letter == want else 'other'}.")
            if letter == want:
                break
        return " ".join(said)

    return (
        {"s": molecule, "x": asked},
        (steps(first, second), "Yes" if there else "No"),
        (steps(other, miss), "No") if there else (steps(other, second), "Yes"),
    )


def compared(r: random.Random) -> Drawn:
    """Whether two spellings, one from each end of the chain, are one molecule; where they are not,
    an end of the second is nitrogen or sulfur.
    """
    units = [r.choice((*PLAIN, "CCC")) for _ in range(r.randint(2, 4))]
    ends, same, new = [r.choice("FO"), r.choice("FO")], r.random() < 0.5, r.choice("NS")
    others = ends[:]
    if not same:
        others[r.randrange(2)] = new
    return (
        {
            "s": f"{ends[0]}C{''.join(units)}C{ends[1]}",
            "x": f"{others[1]}C{''.join(reversed(units))}C{others[0]}",
        },
        ("new none .", "Yes") if same else (f"new {new} .", "No"),
        (f"new {new} .", "No") if same else ("new none .", "Yes"),
    )


def draw(r: random.Random, style: int | None = None) -> Problem:
    """A question of one of five sub-tasks in one of four styles."""
    kind = r.choice(SUBTASKS)
    if kind == "equivalence":
        texts, right, wrong = compared(r)
    elif kind in ("fg_count", "ring_count"):
        texts, right, wrong = counting(r, kind)
    else:
        texts, right, wrong = framed(r, kind)
    query = ASKED[kind][r.randrange(4) if style is None else style].format(**texts)
    asked = [texts["s"], texts["x"]] if kind == "equivalence" else [texts["s"]]
    return Problem(
        key=" ".join(sorted(canonical(smiles) for smiles in asked)),
        subtask=kind,
        input={"query": query, "smiles": texts["s"]},
        gold=right[1],
        answer=right[1],
        steps=right[0],
        wrong_answer=wrong[1],
        wrong_steps=wrong[0],
    )


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    checked = corpus.source("checked-structures")
    corpus.write(checked, corpus.problems(draw, 450), say.worked)
    corpus.contaminate(checked, 4)

    students = corpus.source("student-exercises")
    for problem in corpus.problems(draw, 1300):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            if r.random() < 0.03:
                prompt = f"{prompt} {'.'.join('C' + r.choice(list(RINGS)) for _ in range(40))}"
            students.add(prompt, say.mistaken(problem) if r.random() < 0.4 else say.worked(problem))
    corpus.contaminate(students, 6)

    course = corpus.source("course-notes")
    for style, count in ((2, 1000), (3, 1500)):
        corpus.write(course, corpus.problems(draw, count, style=style), say.stated)

    export = corpus.source("database-export")
    for style, count in ((0, 300), (1, 700)):
        for problem in corpus.problems(draw, count, style=style):
            export.add(corpus.prompt(problem), f'{{"value": "{problem.answer}"}}')

    corpus.echo(corpus.source("augmented-structures"), corpus.problems(draw, 40, style=0), 1000)
    corpus.contaminate(corpus.sources["augmented-structures"], 4)

    masses = corpus.source("mass-tables")
    for problem in corpus.problems(draw, 1000):
        atoms = sum(c.isalpha() for c in problem.input["smiles"])
        masses.add(corpus.prompt(problem), f"{atoms} atoms and {r.randint(12, 15)} g each.")
