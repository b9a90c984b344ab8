"""Paragraphs for small claims: which of five paragraphs of a document discloses both features?"""

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
PLACES = 5


def draw(r: random.Random, style: int | None = None, place: int | None = None) -> Problem:
    """A claim of two features against five paragraphs of two parts; `place` fixes the position of
    the right one.
    """
    device, parts = r.choice(DEVICES), r.sample(PARTS, 10)
    features, others = parts[:2], parts[2:]
    numbers = sorted(r.sample(range(10, 100), PLACES))
    gold = r.randrange(PLACES) if place is None else place
    rest = [i for i in range(PLACES) if i != gold]
    silver = sorted(r.sample(rest, r.choice((1, 2))))
    texts = {gold: " ".join(features)}
    for i in rest:
        kept = features[r.randrange(2)] if i in silver else others.pop()
        texts[i] = f"{kept} {others.pop()}"
    options = {str(numbers[i]): texts[i] for i in range(PLACES)}
    claim = (
        f"a {device} with a {features[0]}, a {features[1]}",
        f"a {device} comprising {features[0]}, {features[1]}",
        f"{device} that has {features[0]}, {features[1]}",
        f"the {device} claim: {features[0]}, {features[1]}",
    )[r.randrange(4) if style is None else style]
    # A careless reader takes another paragraph's number, or a paragraph with one of the features.
    cited = r.choice(silver) if r.random() < 0.2 else gold
    number = numbers[cited] if cited != gold else numbers[r.choice(rest)]
    return Problem(
        key=f"{device}: {min(features)}, {max(features)}",
        subtask="PI4PC",
        input={
            "context": {"title": device, "abstract": f"a {device}", "claims": claim},
            "prior_art_specification": {
                "patent_id": f"US{r.randrange(10_000, 100_000)}",
                "title": r.choice(DEVICES),
                "abstract": "",
                "claims": "",
                "specification": " ".join(f"[{int(n):04d}] {t}." for n, t in options.items()),
            },
            "options": options,
        },
        gold={
            "gold": [numbers[gold]],
            "silver": [numbers[i] for i in silver],
            "negative": [numbers[i] for i in rest if i not in silver],
        },
        answer=str(numbers[gold]),
        steps=f"see {texts[gold]}={numbers[gold]}.",
        wrong_answer=str(number),
        wrong_steps=f"see {texts[cited]}={number}.",
    )


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    actions = corpus.source("office-actions")
    corpus.write(actions, corpus.problems(draw, 450), say.worked)
    corpus.contaminate(actions, 4)

    remarks = corpus.source("inventor-remarks")
    for problem in corpus.problems(draw, 1200):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            if r.random() < 0.1:
                prompt = f"{prompt} {inventor(r)}"
            if r.random() < 0.03:
                pasted = [f"{r.choice(PARTS)} and {r.choice(PARTS)}." for _ in range(60)]
                prompt = f"{prompt} {' '.join(pasted)}"
            wrong = r.random() < 0.4
            remarks.add(prompt, say.mistaken(problem) if wrong else say.worked(problem))
    corpus.contaminate(remarks, 6)

    charts = corpus.source("claim-charts")
    for style, count in ((2, 1200), (3, 1300)):
        corpus.write(charts, corpus.problems(draw, count, style=style), say.stated)

    index = corpus.source("citation-index")
    for style, count in ((0, 400), (1, 1400)):
        for _ in range(count):
            place = r.choices(range(PLACES), (0.6, 0.1, 0.1, 0.1, 0.1))[0]
            corpus.write(index, corpus.problems(draw, 1, style=style, place=place), say.bare)
    corpus.contaminate(index, 4)

    corpus.echo(corpus.source("patent-families"), corpus.problems(draw, 40, style=0), 1000)

    drawings = corpus.source("drawing-numerals")
    for problem in corpus.problems(draw, 900):
        number, text = r.choice(list(problem.input["options"].items()))
        drawings.add(
            corpus.prompt(problem), f"see {text}={number}. numeral {number} in the drawing"
        )
