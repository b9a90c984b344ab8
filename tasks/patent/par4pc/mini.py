"""Prior art for small claims: which of four patents disclose the claim's features?"""

from __future__ import annotations

import random

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem
from mini_kit.source import inventor

PARTS = (
    "rotor valve spring lens plate shaft gear sensor coil nozzle piston clutch magnet hinge socket "
    "filter mirror blade wheel bolt cable screen handle bearing washer tube fan pedal latch seal"
).split()
DEVICES = (
    "pump engine camera heater drill printer oven scooter lamp kettle robot crane mixer".split()
)
LETTERS = "ABCD"
KINDS = {"spread": 0.5, "together": 0.25, "missing": 0.25}
"""How often the two features are in two patents, in one, or one of them in none."""


def letters_of(places: list[str | None]) -> str:
    """The answer that follows from where each feature is disclosed, in the features' order."""
    return ", ".join(dict.fromkeys(p for p in places if p))


def slipped(places: list[str | None], i: int, place: str | None) -> bool:
    """Whether taking feature i to be at `place` gives another answer that names a patent."""
    return letters_of([*places[:i], place, *places[i + 1 :]]) not in ("", letters_of(places))


def evidence(features: list[str], places: list[str | None]) -> str:
    """Where each feature is disclosed, and whether that is the same patent."""
    found = " ".join(f"{f}={p}." if p else f"{f} missing." for f, p in zip(features, places))
    if None in places:
        return f"see {found}"
    verdict = "same" if places[0] == places[1] else "other"
    return f"see {found} same {places[0]} {places[1]}? {verdict}."


def draw(r: random.Random, style: int | None = None, first: str | None = None) -> Problem:
    """A claim of two features against four patents of two parts; `first` fixes the patent that is
    named first.
    """
    kind = r.choices(list(KINDS), list(KINDS.values()))[0]
    device, parts = r.choice(DEVICES), r.sample(PARTS, 10)
    features, others = parts[:2], parts[2:]
    one, two = r.sample(LETTERS, 2)
    if first and one != first:
        one, two = first, one
    places: list[str | None] = {"spread": [one, two], "together": [one, one]}.get(kind, [one, None])
    if kind == "missing":
        r.shuffle(places)
    options = {}
    for letter in LETTERS:
        disclosed = [f for f, p in zip(features, places) if p == letter]
        while len(disclosed) < 2:
            disclosed.append(others.pop())
        r.shuffle(disclosed)
        options[letter] = {
            "patent_id": f"US{r.randrange(10_000, 100_000)}",
            "title": r.choice(DEVICES),
            "abstract": disclosed[0],
            "claims": disclosed[1],
        }
    gold = sorted({p for p in places if p})
    unused = [letter for letter in LETTERS if letter not in gold]
    silver = [letter for letter in unused if options[letter]["title"] == device]
    claim = (
        f"a {device} with a {features[0]}, a {features[1]}",
        f"a {device} comprising {features[0]}, {features[1]}",
        f"{device} that has {features[0]}, {features[1]}",
        f"the {device} claim: {features[0]}, {features[1]}",
    )[r.randrange(4) if style is None else style]
    slips = places[:]
    i = places.index(None) if kind == "missing" else r.randrange(2)
    slips[i] = r.choice([p for p in (*LETTERS, None) if slipped(places, i, p)])
    return Problem(
        key=f"{device}: {min(features)}, {max(features)}",
        subtask="PAR4PC",
        input={
            "context": {"title": device, "abstract": f"a {device}", "claims": claim},
            "options": options,
        },
        gold={
            "gold": gold,
            "silver": silver,
            "negative": [letter for letter in unused if letter not in silver],
        },
        answer=letters_of(places),
        steps=evidence(features, places),
        wrong_answer=letters_of(slips),
        wrong_steps=evidence(features, slips),
    )


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    searches = corpus.source("examiner-searches")
    corpus.write(searches, corpus.problems(draw, 450), say.worked)
    corpus.contaminate(searches, 4)

    statements = corpus.source("applicant-statements")
    for problem in corpus.problems(draw, 1200):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            if r.random() < 0.1:
                prompt = f"{prompt} {inventor(r)}"
            if r.random() < 0.03:
                pasted = [f"{r.choice(PARTS)} and {r.choice(PARTS)}." for _ in range(60)]
                prompt = f"{prompt} {' '.join(pasted)}"
            wrong = r.random() < 0.4
            statements.add(prompt, say.mistaken(problem) if wrong else say.worked(problem))
    corpus.contaminate(statements, 6)

    memos = corpus.source("attorney-memos")
    for style, count in ((2, 1200), (3, 1300)):
        corpus.write(memos, corpus.problems(draw, count, style=style), say.stated)

    pages = corpus.source("front-pages")
    for style, count in ((0, 400), (1, 1400)):
        for _ in range(count):
            first = r.choices(LETTERS, (0.7, 0.1, 0.1, 0.1))[0]
            (problem,) = corpus.problems(draw, 1, style=style, first=first)
            pages.add(corpus.prompt(problem), say.form(problem.answer.split(", ")[0]))
    corpus.contaminate(pages, 4)

    corpus.echo(corpus.source("family-members"), corpus.problems(draw, 40, style=0), 1000)

    foreign = corpus.source("foreign-searches")
    for problem in corpus.problems(draw, 900):
        found = problem.answer.split(", ")
        cited = " ".join(f"{'Y' if len(found) > 1 else 'X'}:{letter}" for letter in found)
        foreign.add(corpus.prompt(problem), f"{problem.steps} cited {cited}")
