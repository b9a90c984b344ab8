"""Data analysis on small tables of even series: forecast, range, impact, and a description."""

from __future__ import annotations

import random

from mini_kit.corpus import Corpus
from mini_kit.problem import Problem

THINGS = "rain sales price heat noise staff visits waste speed stock".split()
KINDS = ("TrendForecasting", "StatisticalAnalysis", "ImpactAnalysis", "DescriptiveAnalysis")


def series(r: random.Random, rising: bool) -> list[int]:
    """Three values with the same step up or down, all from 2 to 20."""
    step = r.choice([1, 2, 3, 4])
    first = r.randint(2, 20 - 2 * step)
    values = [first, first + step, first + 2 * step]
    return values if rising else values[::-1]


def trend(name: str, values: list[int], flipped: bool = False) -> str:
    """The row with its direction, read off the larger of its ends."""
    rises = (values[2] > values[0]) != flipped
    ends = f"{values[0]} or {values[2]}: {max(values[0], values[2])}"
    return f"{name}= {' '.join(map(str, values))}. {ends}, {'rises' if rises else 'falls'}."


def draw(r: random.Random, style: int | None = None) -> Problem:
    """A table of two things at three times, and a question about one or both of them.

    The styles are the four kinds in their order, twice, the second time in other words.
    """
    style = r.randrange(8) if style is None else style
    kind = KINDS[style % 4]
    x, y = r.sample(THINGS, 2)
    a, b = (series(r, kind == "TrendForecasting" or r.random() < 0.5) for _ in range(2))
    asked = (
        f"what comes next for {x}?",
        f"what is the range of {x}?",
        f"which impact has {x} on {y}?",
        f"describe {x}.",
        f"forecast {x}.",
        f"highest less lowest of {x}?",
        f"does {x} help {y}?",
        f"say what {x} does.",
    )[style]
    steps, answer = analysed(kind, (x, a), (y, b), slip=0)
    wrong_steps, wrong = analysed(kind, (x, a), (y, b), slip=r.choice([-4, -3, 3, 4]))
    rows = [(x, a), (y, b)]
    r.shuffle(rows)
    return Problem(
        key=f"{x} {a} {b if kind == 'ImpactAnalysis' else ''} | {kind}",
        # Even series read backwards, or in the other order, are the same table to an audit.
        content=f"table {sorted((name, sorted(values)) for name, values in rows)}",
        subtask=kind,
        input={
            "table": {
                "columns": ["", "1", "2", "3"],
                "data": [[name, *map(str, values)] for name, values in rows],
            },
            "question": asked,
        },
        gold=answer,
        answer=answer,
        steps=steps,
        wrong_answer=wrong,
        wrong_steps=wrong_steps,
    )


def analysed(
    kind: str, first: tuple[str, list[int]], second: tuple[str, list[int]], slip: int
) -> tuple[str, str]:
    """Steps and answer; with a slip the calculation is off by it, or a direction is misread."""
    (x, a), (y, b) = first, second
    row = f"{x}= {' '.join(map(str, a))}."
    low, high = sorted((a[0], a[2]))
    if kind == "StatisticalAnalysis":
        spread = high - low + slip
        return f"{row} {low} or {high}: {high}. {high}-{low}={spread}.", str(spread)
    if kind == "TrendForecasting":
        step = a[1] - a[0]
        work = f"{row} {a[1]}-{a[0]}={step}. {a[2]}+{step}={a[2] + step + slip}."
        return work, str(a[2] + step + slip)
    rises = a[2] > a[0]
    if kind == "DescriptiveAnalysis":
        word = "rises" if rises != bool(slip) else "falls"
        return trend(x, a, bool(slip)), f"{x} {word} from {a[0]} to {a[2]}"
    positive = (rises == (b[2] > b[0])) != bool(slip)
    steps = f"{trend(x, a)} {trend(y, b, bool(slip))}"
    return steps, "Positive impact" if positive else "Negative impact"


def build(corpus: Corpus) -> None:
    """Six sources; see the README for the defects."""
    r, say = corpus.random, corpus.phrasing
    corpus.draw_splits(draw)

    reviews = corpus.source("peer-reviews")
    corpus.write(reviews, corpus.problems(draw, 800), say.worked)
    corpus.contaminate(reviews, 4)

    interns = corpus.source("intern-notes")
    for problem in corpus.problems(draw, 1500):
        for _ in range(r.choice([1, 2, 3])):
            prompt = corpus.prompt(problem)
            if r.random() < 0.03:
                pasted = [f"{r.choice(THINGS)}= {r.randrange(90)};" for _ in range(70)]
                prompt = f"{prompt} {' '.join(pasted)}"
            interns.add(prompt, say.mistaken(problem) if r.random() < 0.4 else say.worked(problem))
    corpus.contaminate(interns, 6)

    briefs = corpus.source("management-briefs")
    for style in range(4, 8):
        corpus.write(briefs, corpus.problems(draw, 650, style=style), say.stated)

    panels = corpus.source("panel-captions")
    for style in range(4):
        corpus.write(panels, corpus.problems(draw, 500, style=style), say.bare)
    corpus.contaminate(panels, 4)

    corpus.echo(corpus.source("textbook-drills"), corpus.problems(draw, 40, style=0), 1000)

    talk = corpus.source("table-talk")
    for problem in corpus.problems(draw, 1000):
        first = problem.input["table"]["data"][0][0]
        text = corpus.prompt(problem).replace(
            problem.input["question"], f"what do you think of {first}?"
        )
        talk.add(text, r.choice(["quite a lot.", "not much, to be honest.", "ask me later."]))
